"""``scan-notify test-send``"""

import argparse

from scan_notify_plugin.admin.targets import Targets
from scan_notify_plugin.admin.workers import any_alive
from scan_notify_plugin.cli.session import add_config, add_json, open_desk, person, print_json, say
from scan_notify_plugin.settings.schema import LANGUAGES

HELP = 'send a test message to a target on the way of a real one, and say what became of it'


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_config(parser)
    add_json(parser)
    parser.add_argument('target', metavar='TARGET', help='its name, see "scan-notify targets"')
    parser.add_argument('--language', choices=LANGUAGES, default=None, help='of the message; else the target\'s own')
    parser.add_argument(
        '--wait', type=float, default=30.0, metavar='SECONDS', help='how long to wait for the answer (30)'
    )


def run(args: argparse.Namespace) -> int:
    desk = open_desk(args.config)
    targets = Targets(desk)
    result = targets.wait(targets.test(args.target, person(), args.language), args.wait)
    if args.json:
        print_json(result)
    elif result['push_status'] == 'success':
        say('delivered: the service of {} has accepted it (run {run_id})'.format(args.target, **result))
    elif result['push_status'] == 'pending':
        alive = any_alive(desk.stored.read(), desk.clock.now())
        why = result['error'] or ('no answer yet' if alive else 'no notify worker is alive; it is sent when one starts')
        say('waiting: {} (run {run_id}, see "scan-notify runs {run_id}")'.format(why, **result))
    else:
        say('not delivered: {push_status}: {error} (run {run_id})'.format(**result))
    return 0 if result['push_status'] == 'success' else 1
