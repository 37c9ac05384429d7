"""``scan-notify schedules``"""

import argparse
from typing import Any, Dict, List

from scan_notify_plugin.admin.schedules import Schedules
from scan_notify_plugin.cli.session import add_config, add_json, as_dict, open_desk, person, print_json, print_table
from scan_notify_plugin.errors import ConfigError

HELP = 'show the host\'s schedules with their effective settings, or change these'

ALL = 'all'


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_config(parser)
    add_json(parser)
    parser.add_argument(
        '--set',
        nargs='+',
        default=[],
        metavar=('ID', 'NAME=VALUE'),
        help='such as: --set 64f0... notify_enable=true notify_channel=ops notify_on=failed; NAME= takes a setting '
        'back; '
        'the ID may be a list with commas, or all',
    )
    parser.add_argument(
        '--rev', type=int, default=None, metavar='N', help='change only if nobody did since this REV was shown'
    )


def run(args: argparse.Namespace) -> int:
    schedules = Schedules(open_desk(args.config))
    if args.set:
        values = as_dict(args.set[1:])
        if not values:
            raise ConfigError('--set', 'expected at least one NAME=VALUE after the id')
        ids = None if args.set[0] == ALL else args.set[0].split(',')
        schedules.change(ids, values, person(), args.rev)
    rows = [_row(item) for item in schedules.listing()]
    if args.json:
        print_json(rows)
    else:
        titles = ('ID', 'NAME', 'TYPE', 'ROUND', 'NOTIFY', 'CHANNEL', 'ON', 'EXPORT', 'FORMAT', 'SET HERE', 'REV')
        print_table(titles, [_cells(row) for row in rows])
    return 0


def _row(item: Dict[str, Any]) -> Dict[str, Any]:
    """What holds for a schedule, each setting by its name; ``set_here`` are those that an administrator set."""
    facts = {name: item[name] for name in ('id', 'name', 'type', 'status', 'run_number', 'rev', 'by', 'at')}
    return dict(facts, set_here=sorted(item['own']), **item['effective'])


def _cells(row: Dict[str, Any]) -> List[Any]:
    return [
        row['id'], row['name'], row['type'], row['run_number'], row['notify_enable'], ','.join(row['notify_channel']),
        row['notify_on'], row['export_enable'], ','.join(row['export_format']), ','.join(row['set_here']), row['rev'],
    ]  # fmt: skip
