"""``scan-notify resend``"""

import argparse

from scan_notify_plugin.admin.runs import Runs
from scan_notify_plugin.cli.parser import Parser
from scan_notify_plugin.cli.session import add_config, add_json, open_desk, person
from scan_notify_plugin.cli.terminal import Terminal, print_json


def add_arguments(parser: Parser) -> None:
    add_config(parser)
    add_json(parser)
    parser.add_argument('run_id', metavar='RUN', help=parser.text('help.run'))
    parser.add_argument('--target', action='append', metavar='NAME', help=parser.text('help.resend.target'))
    parser.add_argument('--failed', action='store_true', help=parser.text('help.resend.failed'))
    parser.add_argument(
        '--format', action='append', default=[], metavar='FORMAT', help=parser.text('help.resend.format')
    )


def run(args: argparse.Namespace, terminal: Terminal) -> int:
    jobs = Runs(open_desk(args.config, terminal.language)).resend(
        args.run_id, person(), args.target, args.failed, args.format
    )
    if args.json:
        print_json({'jobs': jobs})
    for job_id in [] if args.json else jobs:
        terminal.say('resend.planned', job=job_id)
    return 0
