"""``scan-notify settle``"""

import argparse

from scan_notify_plugin.admin.runs import Runs
from scan_notify_plugin.cli.session import add_config, add_json, open_desk, person, print_json, say

HELP = 'say whether a message in doubt has arrived, after a look into the group'


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_config(parser)
    add_json(parser)
    parser.add_argument('job_id', metavar='JOB', help='an uncertain job, see "scan-notify runs"')
    answer = parser.add_mutually_exclusive_group(required=True)
    there, missing = 'it is there; its remaining parts go on', 'it is not; it may be sent again'
    answer.add_argument('--delivered', dest='delivered', action='store_true', help=there)
    answer.add_argument('--not-delivered', dest='delivered', action='store_false', help=missing)


def run(args: argparse.Namespace) -> int:
    Runs(open_desk(args.config)).settle(args.job_id, person(), args.delivered)
    if args.json:
        print_json({'job': args.job_id, 'delivered': args.delivered})
    else:
        say('settled as {}: {}'.format('delivered' if args.delivered else 'not delivered', args.job_id))
    return 0
