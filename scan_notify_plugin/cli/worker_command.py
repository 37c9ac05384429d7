"""``scan-notify worker``"""

import argparse
import logging
import os
import time
from functools import partial
from typing import TYPE_CHECKING

from scan_notify_plugin.cli.parser import Parser
from scan_notify_plugin.cli.session import Session, add_config, open_session, run_collection
from scan_notify_plugin.cli.terminal import Terminal
from scan_notify_plugin.clock import Clock

if TYPE_CHECKING:
    from scan_notify_plugin.worker.context import Context

LEAST, DEFAULT = 4, 500

log = logging.getLogger('scan_notify')


def add_arguments(parser: Parser) -> None:
    add_config(parser)
    parser.add_argument(
        '--concurrency', type=partial(_number, parser.text('cli.expected.least', least=LEAST)), default=DEFAULT,
        metavar='N', help=parser.text('help.worker.concurrency', default=DEFAULT, least=LEAST),
    )  # fmt: skip
    parser.add_argument('--loglevel', default='INFO', metavar='LEVEL', help=parser.text('help.loglevel'))


def _number(expected: str, text: str) -> int:
    """How many lanes are worked at once."""
    try:
        number = int(text)
    except ValueError:
        number = 0
    if number < LEAST:
        raise argparse.ArgumentTypeError(expected)
    return number


def run(args: argparse.Namespace, terminal: Terminal) -> int:
    from scan_notify_plugin.worker.process import run_worker

    session = open_session(args.config)
    return run_worker(
        session.host.broker_url,
        lambda: _context(session),
        concurrency=args.concurrency,
        loglevel=args.loglevel.upper(),
    )


def _context(session: Session) -> 'Context':
    from scan_notify_plugin.host.config import report_folder
    from scan_notify_plugin.host.coverage import read_lists
    from scan_notify_plugin.host.probe import make_probe
    from scan_notify_plugin.plugins.declarations import configured
    from scan_notify_plugin.plugins.loading import load
    from scan_notify_plugin.worker.context import Context

    plugins = load(session.settings.block_plugins)
    context = Context(
        configured(session.host.sections, plugins),
        session.db,
        session.runs or _wait_for_runs(session),
        session.clock,
        plugins,
        make_probe(session.host.broker_url),
        report_folder(session.host, session.settings.report_folder),
    )
    context.lists = read_lists(session.host.sections, os.path.dirname(session.host.path))
    return context


def _wait_for_runs(session: Session) -> str:
    """A worker that cannot see the host's code waits until the scheduler has decided on the run collection."""
    log.warning('waiting for the first fire of the host\'s scheduler with scan-notify enabled')
    while True:
        name = run_collection(session.host, session.db, Clock(), decide=True)
        if name:
            return name
        time.sleep(5)
