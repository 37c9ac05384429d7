"""``scan-notify cancel``"""

import argparse

from scan_notify_plugin.admin.desk import Desk
from scan_notify_plugin.admin.runs import Runs
from scan_notify_plugin.cli.session import add_config, add_json, open_desk, person, print_steered

HELP = 'end a message or an export that is not through'


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_config(parser)
    add_json(parser)
    parser.add_argument('identity', metavar='ID', help='a job, or a run: all its jobs that are not through')


def run(args: argparse.Namespace) -> int:
    return cancel(open_desk(args.config), args.identity, args.json)


def cancel(desk: Desk, identity: str, as_json: bool) -> int:
    return print_steered('cancelled', Runs(desk).cancel(identity, person()), as_json)
