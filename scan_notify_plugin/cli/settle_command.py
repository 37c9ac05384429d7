"""``scan-notify settle``"""

import argparse

from scan_notify_plugin.admin.runs import Runs
from scan_notify_plugin.cli.parser import Parser
from scan_notify_plugin.cli.session import add_config, add_json, open_desk, person
from scan_notify_plugin.cli.terminal import Terminal, print_json


def add_arguments(parser: Parser) -> None:
    add_config(parser)
    add_json(parser)
    parser.add_argument('job_id', metavar='JOB', help=parser.text('help.settle.job'))
    answer = parser.add_mutually_exclusive_group(required=True)
    there, missing = parser.text('help.settle.delivered'), parser.text('help.settle.missing')
    answer.add_argument('--delivered', dest='delivered', action='store_true', help=there)
    answer.add_argument('--not-delivered', dest='delivered', action='store_false', help=missing)


def run(args: argparse.Namespace, terminal: Terminal) -> int:
    Runs(open_desk(args.config, terminal.language)).settle(args.job_id, person(), args.delivered)
    if args.json:
        print_json({'job': args.job_id, 'delivered': args.delivered})
    else:
        terminal.say('settle.delivered' if args.delivered else 'settle.missing', job=args.job_id)
    return 0
