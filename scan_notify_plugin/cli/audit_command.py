"""``scan-notify audit``"""

import argparse
import json
from typing import Any, Mapping

from scan_notify_plugin.cli.session import add_config, add_json, open_desk, print_json, print_table

HELP = 'show who changed what, the newest first'


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_config(parser)
    add_json(parser)
    parser.add_argument('--limit', type=_positive, default=50, metavar='N', help='how many (50)')
    parser.add_argument('--page', type=_positive, default=1, metavar='N', help='the so-many-th page of them (1)')


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError('expected a number from 1')
    return number


def run(args: argparse.Namespace) -> int:
    lines, total = open_desk(args.config).audit.listing(args.page, args.limit)
    if args.json:
        print_json({'items': lines, 'total': total})
    else:
        print_table(('AT', 'BY', 'ACTION', 'WHAT', 'BEFORE', 'AFTER'), [_cells(line) for line in lines])
    return 0


def _cells(line: Mapping[str, Any]) -> Any:
    values = [_words(line[name]) for name in ('before', 'after')]
    return [line['at'], line['by'], line['action'], line['what']] + values


def _words(value: Any) -> str:
    return (
        value if isinstance(value, str) else '' if value is None else json.dumps(value, ensure_ascii=False, default=str)
    )
