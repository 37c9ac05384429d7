"""``scan-notify targets``"""

import argparse
from typing import Sequence

from scan_notify_plugin.admin.targets import Targets
from scan_notify_plugin.cli.parser import Parser
from scan_notify_plugin.cli.session import add_config, add_json, open_desk
from scan_notify_plugin.cli.terminal import Terminal, local, print_json
from scan_notify_plugin.records import Document

COLUMNS = (
    'name', 'channel', 'language', 'fallback', 'usable', 'last_success', 'last_error', 'rests_until', 'problems',
)  # fmt: skip


def add_arguments(parser: Parser) -> None:
    add_config(parser)
    add_json(parser)


def run(args: argparse.Namespace, terminal: Terminal) -> int:
    rows = Targets(open_desk(args.config, terminal.language)).listing()
    if args.json:
        print_json(rows)
    else:
        terminal.table(COLUMNS, [_cells(row, terminal) for row in rows])
    return 0


def _cells(row: Document, terminal: Terminal) -> Sequence[object]:
    health = row['health']
    error = health['last_error']
    text = ''
    if error:
        result = terminal.word('attempt.result', error['result'])
        text = '{} {}'.format(
            local(error['at']), ' '.join(filter(None, [result, terminal.in_words(error['faults'])]))[:80]
        )
    return (
        row['name'], row['channel'], row['language'], row['fallback'],
        terminal.word('cli.usable', _usable(row)), health['last_success'],
        text, health['cool_until'], terminal.in_words(row['faults']),
    )  # fmt: skip


def _usable(row: Document) -> object:
    if row['stopped']:
        return 'stopped'
    return row['usable'] if row['configured'] else 'unconfigured'
