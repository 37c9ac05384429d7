"""``scan-notify demo``"""

import argparse
import logging
import time
from typing import Any, Dict

from scan_notify_plugin.cli.session import as_dict, print_json, say

HELP = 'run the whole loop in one process on embedded defaults: a fire, its scans, the messages at robots on loopback'

#: Seconds between two runs while it goes on.
AGAIN = 60.0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument('--exit', action='store_true', help='end after one run instead of firing again every minute')
    parser.add_argument(
        '--json', action='store_true', help='print one JSON object at the end and no progress; ends after one run'
    )
    parser.add_argument(
        '--channel', default='', help='send to this channel of an installed plugin too; needs its options'
    )
    parser.add_argument(
        '--option',
        action='append',
        default=[],
        metavar='NAME=VALUE',
        help='an option of that channel\'s target; may be repeated',
    )
    parser.add_argument('--format', default='excel', help='the format of the report (excel)')
    parser.add_argument(
        '--callback',
        choices=['http', 'stream'],
        default='http',
        help='how the click on the DingTalk card comes back (http)',
    )


def run(args: argparse.Namespace) -> int:
    from scan_notify_plugin.cli.demonstration import Demonstration

    logging.basicConfig(level=logging.WARNING, format='%(levelname)s %(message)s')
    quiet = args.json
    with Demonstration(args.channel, as_dict(args.option), args.format, args.callback) as demo:
        if not quiet:
            for channel, base_url in demo.channels.base_urls.items():
                say('{} on loopback: {}'.format(channel, base_url))
        result = demo.one_run(None if quiet else say)
        if quiet:
            print_json(result)
        else:
            _tell(result)
        while result['ok'] and not (args.exit or args.json):
            say('\nnext fire in {:g} s, Ctrl-C ends the demo'.format(AGAIN))
            time.sleep(AGAIN)
            result = demo.one_run(say)
            _tell(result)
    return 0 if result['ok'] else 1


def _tell(result: Dict[str, Any]) -> None:
    for message in result['messages']:
        say('\n--- {channel} {msgtype} for target {target}, {bytes} bytes'.format(**message))
        say(message['text'].replace('  \n  ', '\n'))
        say('---')
    if result['report']:
        say('\nreport {name}: {size} bytes, opened through its link: {opened}'.format(**result['report']))
    if result['card']:
        say(
            '\ncard: a click on acknowledge came back by {callback}; the run is acknowledged by {acknowledged}'.format(
                **result['card']
            )
        )
    for job in result['deliveries']:
        say(
            '\ntarget {target}, channel {channel}: {state}{words}'.format(
                words=': ' + job['error'] if job['error'] else '', **job
            )
        )
    if result['ok']:
        say('\nreceived {completed_to_received_s} s after completion; the whole took {elapsed_s} s'.format(**result))
        say('next: docs/quickstart.md puts this beside a real scanner')
    else:
        say('\nnot everything arrived: {}'.format(result['run']))
