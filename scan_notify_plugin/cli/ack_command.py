"""``scan-notify ack``"""

import argparse

from scan_notify_plugin.admin.runs import Runs
from scan_notify_plugin.cli.parser import Parser
from scan_notify_plugin.cli.session import add_config, add_json, open_desk, person
from scan_notify_plugin.cli.terminal import Terminal, print_json


def add_arguments(parser: Parser) -> None:
    add_config(parser)
    add_json(parser)
    parser.add_argument('run_id', metavar='RUN', help=parser.text('help.run'))
    parser.add_argument('--note', default='', metavar='TEXT', help=parser.text('help.ack.note'))


def run(args: argparse.Namespace, terminal: Terminal) -> int:
    found = Runs(open_desk(args.config, terminal.language)).acknowledge(args.run_id, person(), args.note)
    if args.json:
        print_json(found)
    elif found['already']:
        terminal.say('ack.already', by=found['by'], note=found['note'])
    else:
        terminal.say('ack.done', run=args.run_id)
    return 0
