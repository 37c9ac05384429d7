"""``scan-notify preview``"""

import argparse
import json
from typing import TYPE_CHECKING, Optional

from scan_notify_plugin.cli.parser import Parser
from scan_notify_plugin.cli.session import Session, add_config, add_json, known_runs, open_session
from scan_notify_plugin.cli.terminal import Terminal, print_json, show
from scan_notify_plugin.errors import ScanNotifyError
from scan_notify_plugin.faults import Fault
from scan_notify_plugin.plugins.loading import load
from scan_notify_plugin.runs.run import Run
from scan_notify_plugin.runs.store import RunStore
from scan_notify_plugin.settings.schema import LANGUAGES
from scan_notify_plugin.settings.store import SPECIFIED_RUNS

if TYPE_CHECKING:
    from scan_notify_plugin.worker.preview import Sheet


def add_arguments(parser: Parser) -> None:
    add_config(parser)
    add_json(parser)
    parser.add_argument('target', metavar='TARGET', help=parser.text('help.target'))
    parser.add_argument('--run', dest='run_id', default='', metavar='ID', help=parser.text('help.preview.run'))
    parser.add_argument('--language', choices=LANGUAGES, default=None, help=parser.text('help.message_language'))


def run(args: argparse.Namespace, terminal: Terminal) -> int:
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
        terminal.say('preview.template', template=terminal.describe(refused.fault))
    for number, one in enumerate(sheets, 1):
        _print(number, len(sheets), one, terminal)
    return 0


def _run(session: Session, run_id: str) -> Optional[Run]:
    found = RunStore(session.db[known_runs(session)]).get(run_id)
    if found is None:
        raise ScanNotifyError(Fault('cli.no_run', run=run_id))
    return found


def _print(number: int, count: int, sheet: 'Sheet', terminal: Terminal) -> None:
    limits = [
        terminal.text(
            'preview.limit',
            used='{:,}'.format(one.used),
            most='{:,}'.format(one.most),
            what=terminal.word('cli.limit', one.what),
        )
        for one in sheet.limits
    ]
    text = terminal.text('cli.and').join(limits) or terminal.text('preview.unlimited')
    terminal.say('preview.part', number=number, count=count, limits=text)
    if sheet.text:
        show(sheet.text)
    if sheet.rest:
        terminal.say('preview.rest', rest=json.dumps(sheet.rest, ensure_ascii=False, sort_keys=True, default=str))
