"""``scan-notify ack``"""

import argparse

from scan_notify_plugin.admin.runs import Runs
from scan_notify_plugin.cli.session import add_config, add_json, open_desk, person, print_json, say

HELP = 'put on record that you have taken note of a run'


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_config(parser)
    add_json(parser)
    parser.add_argument('run_id', metavar='RUN', help='the run, see "scan-notify runs"')
    parser.add_argument('--note', default='', metavar='TEXT', help='what is to be said of it')


def run(args: argparse.Namespace) -> int:
    found = Runs(open_desk(args.config)).acknowledge(args.run_id, person(), args.note)
    if args.json:
        print_json(found)
    elif found['already']:
        say('acknowledged already, by {} {}'.format(found['by'], found['note']).rstrip())
    else:
        say('acknowledged: {}'.format(args.run_id))
    return 0
