"""``scan-notify audit``"""

import argparse
import json
from functools import partial
from typing import List, Mapping

from scan_notify_plugin.cli.parser import Parser
from scan_notify_plugin.cli.session import add_config, add_json, open_desk
from scan_notify_plugin.cli.terminal import Terminal, print_json


def add_arguments(parser: Parser) -> None:
    add_config(parser)
    add_json(parser)
    positive = partial(_positive, parser.text('cli.expected.positive'))
    parser.add_argument('--limit', type=positive, default=50, metavar='N', help=parser.text('help.audit.limit'))
    parser.add_argument('--page', type=positive, default=1, metavar='N', help=parser.text('help.page'))


def _positive(expected: str, text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(expected)
    return number


def run(args: argparse.Namespace, terminal: Terminal) -> int:
    lines, total = open_desk(args.config, terminal.language).audit.listing(args.page, args.limit)
    if args.json:
        print_json({'items': lines, 'total': total})
    else:
        terminal.table(('at', 'by', 'action', 'what', 'before', 'after'), [_cells(line, terminal) for line in lines])
    return 0


def _cells(line: Mapping[str, object], terminal: Terminal) -> List[object]:
    action = terminal.word('cli.action', line['action'])
    return [line['at'], line['by'], action, line['what']] + [
        _value(line[name], terminal) for name in ('before', 'after')
    ]


def _value(value: object, terminal: Terminal) -> str:
    """What something was or became; all but our own words is a quotation."""
    if value is None:
        return ''
    return (
        terminal.word('cli.was', value)
        if isinstance(value, str)
        else json.dumps(value, ensure_ascii=False, default=str)
    )
