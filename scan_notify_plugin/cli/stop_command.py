"""``scan-notify stop``"""

import argparse

from scan_notify_plugin.admin.stopping import Stopping
from scan_notify_plugin.cli.parser import Parser
from scan_notify_plugin.cli.session import add_config, add_json, open_desk, person
from scan_notify_plugin.cli.terminal import Terminal, print_json


def add_arguments(parser: Parser) -> None:
    add_config(parser)
    add_json(parser)
    parser.add_argument('target', metavar='TARGET', help=parser.text('help.target'))
    parser.add_argument('--why', default='', metavar='TEXT', help=parser.text('help.stop.why'))


def run(args: argparse.Namespace, terminal: Terminal) -> int:
    result = Stopping(open_desk(args.config, terminal.language)).stop(args.target, person(), args.why)
    if args.json:
        print_json(result)
    elif result['changed']:
        terminal.say('stop.done', target=args.target)
    else:
        terminal.say('stop.already', target=args.target, cause=terminal.in_words(result['stopped']['faults']))
    return 0
