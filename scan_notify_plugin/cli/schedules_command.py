"""``scan-notify schedules``"""

import argparse
from typing import List

from scan_notify_plugin.admin.schedules import Schedules
from scan_notify_plugin.cli.parser import Parser
from scan_notify_plugin.cli.session import add_config, add_json, as_dict, open_desk, person
from scan_notify_plugin.cli.terminal import Terminal, print_json
from scan_notify_plugin.errors import ConfigError
from scan_notify_plugin.faults import Fault
from scan_notify_plugin.records import Document

ALL = 'all'
COLUMNS = (
    'id', 'name', 'type', 'round', 'notify', 'channel', 'on', 'export', 'format', 'set_here', 'rev',
)  # fmt: skip


def add_arguments(parser: Parser) -> None:
    add_config(parser)
    add_json(parser)
    parser.add_argument(
        '--set',
        nargs='+',
        default=[],
        metavar=('ID', 'NAME=VALUE'),
        help=parser.text('help.schedules.set'),
    )
    parser.add_argument('--rev', type=int, default=None, metavar='N', help=parser.text('help.schedules.rev'))


def run(args: argparse.Namespace, terminal: Terminal) -> int:
    schedules = Schedules(open_desk(args.config, terminal.language))
    if args.set:
        values = as_dict(args.set[1:])
        if not values:
            raise ConfigError('--set', Fault('schedules.no_values'))
        ids = None if args.set[0] == ALL else args.set[0].split(',')
        schedules.change(ids, values, person(), args.rev)
    rows = [_row(item) for item in schedules.listing()]
    if args.json:
        print_json(rows)
    else:
        terminal.table(COLUMNS, [_cells(row, terminal) for row in rows])
    return 0


def _row(item: Document) -> Document:
    """What holds for a schedule, each setting by its name; ``set_here`` are those that an administrator set."""
    facts = {name: item[name] for name in ('id', 'name', 'type', 'status', 'run_number', 'rev', 'by', 'at')}
    return dict(facts, set_here=sorted(item['own']), **item['effective'])


def _cells(row: Document, terminal: Terminal) -> List[object]:
    return [
        row['id'], row['name'], terminal.word('cli.type', row['type']), row['run_number'], row['notify_enable'],
        ','.join(row['notify_channel']), terminal.word('cli.on', row['notify_on']), row['export_enable'],
        ','.join(row['export_format']), ','.join(row['set_here']), row['rev'],
    ]  # fmt: skip
