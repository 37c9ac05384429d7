"""``scan-notify targets``"""

import argparse
from typing import Any, Mapping

from scan_notify_plugin.admin.targets import Targets
from scan_notify_plugin.cli.session import add_config, add_json, open_desk, print_json, print_table

HELP = 'list the configured targets: usable or not, the last success, the last error; no credential is shown'

_USABLE = {True: 'yes', False: 'no', None: 'no worker has told yet'}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_config(parser)
    add_json(parser)


def run(args: argparse.Namespace) -> int:
    rows = Targets(open_desk(args.config)).listing()
    if args.json:
        print_json(rows)
    else:
        titles = (
            'NAME',
            'CHANNEL',
            'LANGUAGE',
            'FALLBACK',
            'USABLE',
            'LAST SUCCESS',
            'LAST ERROR',
            'RESTS UNTIL',
            'PROBLEMS',
        )
        print_table(titles, [_cells(row) for row in rows])
    return 0


def _cells(row: Mapping[str, Any]) -> Any:
    health = row['health']
    error = health['last_error']
    words = '{:%Y-%m-%d %H:%M:%S} {}'.format(error['at'].astimezone(), error['words'][:80]) if error else ''
    return (
        row['name'], row['channel'], row['language'], row['fallback'],
        _USABLE[row['usable']] if row['configured'] else 'not configured', health['last_success'],
        words, health['cool_until'], '; '.join(row['problems']),
    )  # fmt: skip
