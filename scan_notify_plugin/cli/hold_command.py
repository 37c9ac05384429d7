"""``scan-notify hold``"""

import argparse

from scan_notify_plugin.admin.runs import Runs
from scan_notify_plugin.cli.parser import Parser
from scan_notify_plugin.cli.session import add_config, add_json, open_desk, person
from scan_notify_plugin.cli.steering import print_steered
from scan_notify_plugin.cli.terminal import Terminal


def add_arguments(parser: Parser) -> None:
    add_config(parser)
    add_json(parser)
    parser.add_argument('identity', metavar='ID', help=parser.text('help.hold.id'))


def run(args: argparse.Namespace, terminal: Terminal) -> int:
    result = Runs(open_desk(args.config, terminal.language)).hold(args.identity, person())
    return print_steered('held', result, args.json, terminal)
