"""``scan-notify start``"""

import argparse

from scan_notify_plugin.admin.stopping import Stopping
from scan_notify_plugin.cli.parser import Parser
from scan_notify_plugin.cli.session import add_config, add_json, open_desk, person
from scan_notify_plugin.cli.terminal import Terminal, print_json


def add_arguments(parser: Parser) -> None:
    add_config(parser)
    add_json(parser)
    parser.add_argument('target', metavar='TARGET', help=parser.text('help.target'))


def run(args: argparse.Namespace, terminal: Terminal) -> int:
    result = Stopping(open_desk(args.config, terminal.language)).start(args.target, person())
    if args.json:
        print_json(result)
    else:
        terminal.say('start.done' if result['changed'] else 'start.not', target=args.target)
    return 0
