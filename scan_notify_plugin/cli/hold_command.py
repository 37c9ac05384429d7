"""``scan-notify hold``"""

import argparse

from scan_notify_plugin.admin.runs import Runs
from scan_notify_plugin.cli.session import add_config, add_json, open_desk, person, print_steered

HELP = 'let a message or an export wait until it is released'


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_config(parser)
    add_json(parser)
    parser.add_argument('identity', metavar='ID', help='a job, or a run: all its jobs that wait')


def run(args: argparse.Namespace) -> int:
    return print_steered('held', Runs(open_desk(args.config)).hold(args.identity, person()), args.json)
