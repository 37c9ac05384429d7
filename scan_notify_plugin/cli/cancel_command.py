"""``scan-notify cancel``"""

import argparse

from scan_notify_plugin.cli.parser import Parser
from scan_notify_plugin.cli.session import add_config, add_json, open_desk
from scan_notify_plugin.cli.steering import cancel
from scan_notify_plugin.cli.terminal import Terminal


def add_arguments(parser: Parser) -> None:
    add_config(parser)
    add_json(parser)
    parser.add_argument('identity', metavar='ID', help=parser.text('help.cancel.id'))


def run(args: argparse.Namespace, terminal: Terminal) -> int:
    return cancel(open_desk(args.config, terminal.language), args.identity, args.json, terminal)
