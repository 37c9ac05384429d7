"""``scan-notify plugins``"""

import argparse
import sys

from scan_notify_plugin.cli.session import add_config, add_json, print_json, print_table, read_settings
from scan_notify_plugin.errors import ConfigError
from scan_notify_plugin.plugins.loading import load

HELP = 'list the installed plugins: name, version, hooks, state, load error'


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_config(parser)
    add_json(parser)


def run(args: argparse.Namespace) -> int:
    blocked: tuple = ()
    try:
        blocked = read_settings(args.config)[1].block_plugins
    except ConfigError as error:
        if args.config:
            raise
        # The list is of use without a host, too.
        print('scan-notify: without the host\'s configuration: {}'.format(error), file=sys.stderr)
    rows = load(blocked).rows
    if args.json:
        print_json([row.document() for row in rows])
    else:
        print_table(
            ('NAME', 'VERSION', 'STATE', 'SPEAKS', 'HOOKS', 'ERROR'),
            [
                (row.name, row.version, row.state, row.channel or row.format, ', '.join(row.hooks), row.error)
                for row in rows
            ],
        )
    return 1 if any(row.state == 'broken' for row in rows) else 0
