"""``scan-notify settings``"""

import argparse
from typing import Mapping, Sequence

from scan_notify_plugin.admin.options import Options
from scan_notify_plugin.cli.parser import Parser
from scan_notify_plugin.cli.session import add_config, add_json, as_dict, open_desk, person
from scan_notify_plugin.cli.terminal import Terminal, print_json


def add_arguments(parser: Parser) -> None:
    add_config(parser)
    add_json(parser)
    parser.add_argument(
        '--set',
        nargs='+',
        default=[],
        metavar='NAME=VALUE',
        help=parser.text('help.settings.set'),
    )


def run(args: argparse.Namespace, terminal: Terminal) -> int:
    options = Options(open_desk(args.config, terminal.language))
    if args.set:
        options.change(as_dict(args.set), person())
    rows = options.listing()
    if args.json:
        print_json(rows)
    else:
        terminal.table(('name', 'value', 'from', 'changeable'), [_cells(row, terminal) for row in rows])
    return 0


def _cells(row: Mapping[str, object], terminal: Terminal) -> Sequence[object]:
    changeable = terminal.word('cli.answer', row['changeable'])
    return row['name'], _value(row['value']), terminal.word('cli.from', row['from']), changeable


def _value(value: object) -> str:
    if isinstance(value, bool):
        return 'true' if value else 'false'
    return ','.join(value) if isinstance(value, list) else str(value)
