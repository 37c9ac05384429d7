"""``scan-notify changes``"""

import argparse
from typing import List

from scan_notify_plugin.admin.desk import NOTHING_YET
from scan_notify_plugin.admin.errors import NotFound
from scan_notify_plugin.admin.results import Filter, RunResults
from scan_notify_plugin.cli.histories import print_changes, print_results
from scan_notify_plugin.cli.parser import Parser
from scan_notify_plugin.cli.session import add_config, add_json, open_desk, person
from scan_notify_plugin.cli.terminal import Terminal, print_json, show
from scan_notify_plugin.faults import Fault
from scan_notify_plugin.records import Document

#: Lines on a terminal; JSON has more.
SHOWN = 50


def add_arguments(parser: Parser) -> None:
    add_config(parser)
    add_json(parser)
    parser.add_argument('schedule', metavar='SCHEDULE', help=parser.text('help.changes.schedule'))
    parser.add_argument('--since', type=int, default=None, metavar='ROUND', help=parser.text('help.changes.since'))
    parser.add_argument('--continue', dest='old', default='', metavar='OLD', help=parser.text('help.changes.continue'))
    parser.add_argument('--forget', action='store_true', help=parser.text('help.changes.forget'))


def run(args: argparse.Namespace, terminal: Terminal) -> int:
    desk = open_desk(args.config, terminal.language)
    if desk.runs_name is None:
        raise NotFound(NOTHING_YET)
    results = RunResults(desk)
    if args.forget or args.old:
        return _steer(results, args, terminal)
    if args.since is not None:
        return _since(results, args, terminal)
    rounds = results.rounds(args.schedule)
    if not rounds:
        raise NotFound(Fault('missing.rounds', id=args.schedule))
    newest = next((one for one in rounds if one['results']), rounds[0])
    found = results.changes(newest['id'], 1, SHOWN, Filter())
    if args.json:
        print_json(dict(newest, changes=found['items'], total=found['total']))
        return 0
    print_results(newest, terminal)
    _print(found, terminal)
    return 0


def _steer(results: RunResults, args: argparse.Namespace, terminal: Terminal) -> int:
    done: List[Document] = []
    if args.forget:
        done.append(results.forget(args.schedule, person()))
    if args.old:
        done.append(results.continue_from(args.schedule, args.old, person()))
    if args.json:
        print_json(done)
        return 0
    if args.forget:
        terminal.say('changes.forgotten', schedule=args.schedule)
    if args.old:
        terminal.say('changes.continued', schedule=args.schedule, old=args.old)
    return 0


def _since(results: RunResults, args: argparse.Namespace, terminal: Terminal) -> int:
    found = results.since(args.schedule, args.since)
    if args.json:
        print_json(found)
        return 0
    numbers = ', '.join(str(one['run_number']) for one in found['rounds'])
    terminal.say('changes.rounds', rounds=numbers or '-')
    if found['without']:
        terminal.say('changes.without', rounds=', '.join(map(str, found['without'])))
    _print(dict(found, items=found['items'][:SHOWN]), terminal)
    return 0


def _print(found: Document, terminal: Terminal) -> None:
    if found['items']:
        show()
        print_changes(found['items'], terminal)
    if found['total'] > len(found['items']):
        terminal.say('changes.more', count=found['total'] - len(found['items']))
