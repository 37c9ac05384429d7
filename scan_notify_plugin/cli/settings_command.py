"""``scan-notify settings``"""

import argparse

from scan_notify_plugin.admin.options import Options
from scan_notify_plugin.cli.session import add_config, add_json, as_dict, open_desk, person, print_json, print_table

HELP = 'show the settings and where they come from, or change those that need no restart'


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_config(parser)
    add_json(parser)
    parser.add_argument(
        '--set',
        nargs='+',
        default=[],
        metavar='NAME=VALUE',
        help='such as: --set LANGUAGE=en DEFAULTS.NOTIFY_ON=failed; NAME= takes a change back',
    )


def run(args: argparse.Namespace) -> int:
    options = Options(open_desk(args.config))
    if args.set:
        options.change(as_dict(args.set), person())
    rows = options.listing()
    if args.json:
        print_json(rows)
    else:
        cells = [(row['name'], _words(row['value']), row['from'], 'yes' if row['changeable'] else 'no') for row in rows]
        print_table(('NAME', 'VALUE', 'FROM', 'CHANGEABLE'), cells)
    return 0


def _words(value: object) -> str:
    if isinstance(value, bool):
        return 'true' if value else 'false'
    return ','.join(value) if isinstance(value, list) else str(value)
