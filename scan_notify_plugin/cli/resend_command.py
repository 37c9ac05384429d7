"""``scan-notify resend``"""

import argparse

from scan_notify_plugin.admin.runs import Runs
from scan_notify_plugin.cli.session import add_config, add_json, open_desk, person, print_json, say

HELP = 'tell a run again, to all its targets or to some'


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_config(parser)
    add_json(parser)
    parser.add_argument('run_id', metavar='RUN', help='the run, see "scan-notify runs"')
    where = 'only to this target, which need not be one that was told before; may be given several times'
    parser.add_argument('--target', action='append', metavar='NAME', help=where)
    failed = 'only to targets whose last message ended in error or in doubt'
    parser.add_argument('--failed', action='store_true', help=failed)
    anew = 'make this report anew, too; the messages wait for it'
    parser.add_argument('--format', action='append', default=[], metavar='FORMAT', help=anew)


def run(args: argparse.Namespace) -> int:
    jobs = Runs(open_desk(args.config)).resend(args.run_id, person(), args.target, args.failed, args.format)
    if args.json:
        print_json({'jobs': jobs})
    for job_id in [] if args.json else jobs:
        say('planned: {}'.format(job_id))
    return 0
