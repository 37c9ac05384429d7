"""``scan-notify demo``"""

import argparse
import logging
import time

from scan_notify_plugin.cli.parser import Parser
from scan_notify_plugin.cli.session import as_dict
from scan_notify_plugin.cli.terminal import Terminal, print_json, show
from scan_notify_plugin.errors import ConfigError
from scan_notify_plugin.faults import Fault, described
from scan_notify_plugin.records import Document

#: Seconds between two runs while it goes on.
AGAIN = 60.0
#: Each takes about 20 seconds.
MOST_ROUNDS = 20


def add_arguments(parser: Parser) -> None:
    parser.add_argument('--exit', action='store_true', help=parser.text('help.demo.exit'))
    parser.add_argument('--rounds', type=int, default=1, metavar='N', help=parser.text('help.demo.rounds'))
    parser.add_argument('--json', action='store_true', help=parser.text('help.demo.json'))
    parser.add_argument('--channel', default='', help=parser.text('help.demo.channel'))
    parser.add_argument(
        '--option', action='append', default=[], metavar='NAME=VALUE', help=parser.text('help.demo.option')
    )
    parser.add_argument('--format', default='excel', help=parser.text('help.demo.format'))
    parser.add_argument(
        '--callback', choices=['http', 'stream'], default='http', help=parser.text('help.demo.callback')
    )


def run(args: argparse.Namespace, terminal: Terminal) -> int:
    from scan_notify_plugin.cli.demonstration import Demonstration

    def progress(seconds: float, fault: Fault) -> None:
        terminal.say('demo.progress', seconds='{:5.1f}'.format(seconds), state=terminal.describe(fault))

    logging.basicConfig(level=logging.WARNING, format='%(levelname)s %(message)s')
    if not 1 <= args.rounds <= MOST_ROUNDS:
        raise ConfigError('--rounds', Fault('input.range', least=1, most=MOST_ROUNDS))
    pause = 0.05 if args.json else 0.3  # somebody watches, or nobody does
    with Demonstration(args.channel, as_dict(args.option), args.format, args.callback, pause) as demo:
        if args.json:
            result = demo.rounds(args.rounds, None, lambda result: None)
            print_json(_view(result, terminal.language))
            return 0 if result['ok'] else 1
        for channel, base_url in demo.channels.base_urls.items():
            terminal.say('demo.service', channel=channel, url=base_url)
        result = demo.rounds(args.rounds, progress, lambda result: _print(result, terminal))
        while result['ok'] and not args.exit:
            show()
            terminal.say('demo.next', seconds='{:g}'.format(AGAIN))
            time.sleep(AGAIN)
            result = demo.one_run(progress)
            _print(result, terminal)
    return 0 if result['ok'] else 1


def _view(result: Document, language: str) -> Document:
    deliveries = [dict(job, faults=described(job['faults'], language)) for job in result['deliveries']]
    return dict(result, deliveries=deliveries)


def _print(result: Document, terminal: Terminal) -> None:
    for message in result['messages']:
        show()
        facts = {name: message[name] for name in ('channel', 'msgtype', 'target', 'bytes', 'limit')}
        terminal.say('demo.message.of' if message['limit'] else 'demo.message', **facts)
        show(message['text'].replace('  \n  ', '\n'))
        show('---')
    report, card = result['report'], result['card']
    if report:
        show()
        opened = terminal.word('cli.flag', report['opened'])
        terminal.say('demo.report', name=report['name'], size=report['size'], opened=opened)
    if card:
        show()
        terminal.say('demo.card', callback=card['callback'], by=card['acknowledged'])
    for job in result['deliveries']:
        show()
        facts = {name: job[name] for name in ('target', 'channel', 'state')}
        if job['faults']:
            terminal.say('demo.delivery.error', error=terminal.join(job['faults']), **facts)
        else:
            terminal.say('demo.delivery', **facts)
    show()
    if result['ok']:
        terminal.say('demo.done', delay=result['completed_to_received_s'], elapsed=result['elapsed_s'])
        terminal.say('demo.further')
    else:
        terminal.say('demo.failed', run=result['run'])
