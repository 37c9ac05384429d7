"""``scan-notify release``"""

import argparse

from scan_notify_plugin.admin.runs import Runs
from scan_notify_plugin.cli.session import add_config, add_json, open_desk, person, print_steered

HELP = 'let go what was held'


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_config(parser)
    add_json(parser)
    parser.add_argument('identity', metavar='ID', help='a job, or a run: all its jobs that are held')


def run(args: argparse.Namespace) -> int:
    return print_steered('released', Runs(open_desk(args.config)).release(args.identity, person()), args.json)
