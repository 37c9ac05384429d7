"""``scan-notify plugins``"""

import argparse
from typing import Sequence, Tuple

from scan_notify_plugin.cli.channel_checks import broken
from scan_notify_plugin.cli.parser import Parser
from scan_notify_plugin.cli.session import add_config, add_json, read_settings
from scan_notify_plugin.cli.terminal import Terminal, print_json
from scan_notify_plugin.errors import ConfigError
from scan_notify_plugin.faults import Fault, described
from scan_notify_plugin.plugins.loading import Row, load


def add_arguments(parser: Parser) -> None:
    add_config(parser)
    add_json(parser)


def run(args: argparse.Namespace, terminal: Terminal) -> int:
    blocked: Tuple[str, ...] = ()
    try:
        blocked = read_settings(args.config)[1].block_plugins
    except ConfigError as error:
        if args.config:
            raise
        # The list is of use without a host, too.
        terminal.complain(Fault('plugins.no_host', cause=error.fault))
    rows = load(blocked).rows
    if args.json:
        print_json([dict(row.document(), faults=described(row.faults, terminal.language)) for row in rows])
    else:
        terminal.table(
            ('name', 'version', 'state', 'speaks', 'hooks', 'error'), [_cells(row, terminal) for row in rows]
        )
    return 1 if any(row.state == 'broken' for row in rows) else 0


def _cells(row: Row, terminal: Terminal) -> Sequence[object]:
    state = terminal.word('cli.plugin', row.state)
    error = terminal.describe(broken(row)) if row.faults else ''
    return (row.name, row.version, state, row.channel or row.format, ', '.join(row.hooks), error)
