"""``scan-notify preview``"""

import argparse
import json
from typing import Any, Optional

from scan_notify_plugin.cli.session import Session, add_config, add_json, known_runs, open_session, print_json, say
from scan_notify_plugin.errors import ScanNotifyError
from scan_notify_plugin.plugins.loading import load
from scan_notify_plugin.runs.run import Run
from scan_notify_plugin.runs.store import RunStore
from scan_notify_plugin.settings.schema import LANGUAGES
from scan_notify_plugin.settings.store import SPECIFIED_RUNS

HELP = 'print the message that a target would get, part by part, and send nothing'


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_config(parser)
    add_json(parser)
    parser.add_argument('target', metavar='TARGET', help='its name, see "scan-notify targets"')
    about = 'the run it is about, see "scan-notify runs"; else a sample'
    parser.add_argument('--run', dest='run_id', default='', metavar='ID', help=about)
    parser.add_argument('--language', choices=LANGUAGES, default=None, help='of the message; else the target\'s own')


def run(args: argparse.Namespace) -> int:
    from scan_notify_plugin.worker.context import Context
    from scan_notify_plugin.worker.preview import preview

    session = open_session(args.config, must_be_enabled=False)
    found = _run(session, args.run_id) if args.run_id else None
    plugins = load(session.settings.block_plugins)
    # Which collection holds the runs may not be decided yet, and does not matter for a sample.
    context = Context(session.settings, session.db, session.runs or SPECIFIED_RUNS, session.clock, plugins)
    context.take_in()
    sheets = preview(context, args.target, found, args.language)
    if args.json:
        print_json([dict(one._asdict(), limits=[dict(limit._asdict()) for limit in one.limits]) for one in sheets])
        return 0
    for refused in context.templates.refused:
        say('template {}; the built-in one is used'.format(refused))
    for number, one in enumerate(sheets, 1):
        _print(number, len(sheets), one)
    return 0


def _run(session: Session, run_id: str) -> Optional[Run]:
    found = RunStore(session.db[known_runs(session)]).get(run_id)
    if found is None:
        raise ScanNotifyError('no run {!r} (see "scan-notify runs")'.format(run_id))
    return found


def _print(number: int, count: int, sheet: Any) -> None:
    limits = ['{:,} of {:,} {}'.format(one.used, one.most, one.what) for one in sheet.limits]
    say('== part {} of {}: {}'.format(number, count, ', '.join(limits) or 'no limit'))
    if sheet.text:
        say(sheet.text)
    if sheet.rest:
        say('-- with {}'.format(json.dumps(sheet.rest, ensure_ascii=False, sort_keys=True, default=str)))
