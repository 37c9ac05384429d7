"""``scan-notify test-send``"""

import argparse

from scan_notify_plugin.admin.targets import Targets
from scan_notify_plugin.admin.workers import any_alive
from scan_notify_plugin.cli.parser import Parser
from scan_notify_plugin.cli.session import add_config, add_json, open_desk, person
from scan_notify_plugin.cli.terminal import Terminal, print_json
from scan_notify_plugin.settings.schema import LANGUAGES


def add_arguments(parser: Parser) -> None:
    add_config(parser)
    add_json(parser)
    parser.add_argument('target', metavar='TARGET', help=parser.text('help.target'))
    parser.add_argument('--language', choices=LANGUAGES, default=None, help=parser.text('help.message_language'))
    parser.add_argument('--wait', type=float, default=30.0, metavar='SECONDS', help=parser.text('help.test_send.wait'))


def run(args: argparse.Namespace, terminal: Terminal) -> int:
    desk = open_desk(args.config, terminal.language)
    targets = Targets(desk)
    result = targets.wait(targets.test(args.target, person(), args.language), args.wait)
    if args.json:
        print_json(result)
    elif result['push_status'] == 'success':
        terminal.say('test_send.delivered', target=args.target, run=result['run_id'])
    elif result['push_status'] == 'pending':
        alive = any_alive(desk.stored.read(), desk.clock.now())
        cause = terminal.in_words(result['faults']) or terminal.text(
            'test_send.no_answer' if alive else 'test_send.no_worker'
        )
        terminal.say('test_send.waiting', cause=cause, run=result['run_id'])
    else:
        facts = {'status': result['push_status'], 'cause': terminal.in_words(result['faults']), 'run': result['run_id']}
        terminal.say('test_send.not_delivered', **facts)
    return 0 if result['push_status'] == 'success' else 1
