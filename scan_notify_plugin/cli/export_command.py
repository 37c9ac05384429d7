"""``scan-notify export``"""

import argparse
import os
import sys
import tempfile
import time
import traceback
from contextlib import contextmanager
from typing import Any, BinaryIO, Callable, Iterator, List, NamedTuple, Sequence, Tuple

from bson import ObjectId
from pymongo.errors import PyMongoError

from hookspecs import Run as RunRecord
from scan_notify_plugin.cli.parser import Parser
from scan_notify_plugin.cli.session import Session, add_config, known_runs, open_session
from scan_notify_plugin.cli.terminal import Terminal, encodable
from scan_notify_plugin.errors import ScanNotifyError
from scan_notify_plugin.exporters.base import Exporter, Rows
from scan_notify_plugin.faults import Fault
from scan_notify_plugin.host.scans import Scans
from scan_notify_plugin.plugins.loading import Plugins, load
from scan_notify_plugin.reports.storage import discard
from scan_notify_plugin.runs import rules
from scan_notify_plugin.runs.run import Run, ScanTask, Status
from scan_notify_plugin.runs.store import RunStore
from scan_notify_plugin.settings.store import SPECIFIED_RUNS


class Counts(NamedTuple):
    """What is in a report."""

    rows: int
    skipped: Sequence[Tuple[str, int]]  # (title of a table, records with missing or odd fields)


def add_arguments(parser: Parser) -> None:
    add_config(parser)
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument('--run', dest='run_id', default='', metavar='ID', help=parser.text('help.run'))
    source.add_argument('--task', nargs='+', default=[], metavar='ID', help=parser.text('help.export.task'))
    parser.add_argument('--out', required=True, metavar='FILE', help=parser.text('help.export.out'))
    parser.add_argument('--format', default='excel', metavar='FORMAT', help=parser.text('help.export.format'))


def run(args: argparse.Namespace, terminal: Terminal) -> int:
    from scan_notify_plugin.worker.context import Context
    from scan_notify_plugin.worker.plan import run_record
    from scan_notify_plugin.worker.reporting import results_of

    session = open_session(args.config, must_be_enabled=False)
    plugins = load(session.settings.block_plugins)
    exporter = _exporter(args.format, plugins)
    found = _run(session, args.run_id) if args.run_id else _run_of_tasks(session, args.task)
    # Which collection holds the runs may not be decided yet, and does not matter any more.
    context = Context(session.settings, session.db, session.runs or SPECIFIED_RUNS, session.clock, plugins)
    context.take_in()

    def write(file: BinaryIO) -> Counts:
        with _bar(terminal) as progress, results_of(context, found, progress) as results:
            _export(exporter, args.format, run_record(found), results, file)
            overview = results.overview()
            return Counts(sum(number for _, number in overview.totals), overview.skipped)

    counts = _written(args.out, write)
    terminal.say('export.done', path=args.out, rows=counts.rows, size=os.path.getsize(args.out))
    for title, number in counts.skipped:
        terminal.say('export.odd', name=title, count=number)
    return 0


def _exporter(name: str, plugins: Plugins) -> Exporter:
    """
    :raises ScanNotifyError: if no plugin makes this format
    """
    exporter, names = plugins.exporters.get(name), ', '.join(sorted(plugins.exporters))
    if exporter is None:
        fault = (
            Fault('export.no_format', format=name, known=names) if names else Fault('export.no_formats', format=name)
        )
        raise ScanNotifyError(fault)
    return exporter


def _export(exporter: Exporter, name: str, record: RunRecord, results: Rows, file: BinaryIO) -> None:
    """Whatever a third party's exporter raises is one line here; what has another cause keeps its own."""
    try:
        exporter.export(record, results, file)
    except (OSError, PyMongoError, ScanNotifyError):
        raise
    except Exception as error:
        last = traceback.extract_tb(error.__traceback__)[-1]
        words = ' '.join('{}: {}'.format(type(error).__name__, error).split())[:300]
        where = '{}:{}'.format(os.path.basename(last.filename), last.lineno)
        raise ScanNotifyError(Fault('export.failed', format=name, where=where, detail=words)) from error


def _run(session: Session, run_id: str) -> Run:
    found = RunStore(session.db[known_runs(session)]).get(run_id)
    if found is None:
        raise ScanNotifyError(Fault('cli.no_run', run=run_id))
    return found


def _run_of_tasks(session: Session, task_ids: List[str]) -> Run:
    """Something like a run, for tasks that nobody's schedule started."""
    odd = [task_id for task_id in task_ids if not ObjectId.is_valid(task_id)]
    if odd:
        raise ScanNotifyError(Fault('export.no_id', ids=', '.join(odd)))
    states = Scans(session.db).states(task_ids)
    missing = [task_id for task_id in task_ids if task_id not in states]
    if missing:
        raise ScanNotifyError(Fault('export.no_task', ids=', '.join(missing)))
    now = session.clock.now()
    ended = {status: status for status in rules.TERMINAL}
    tasks = {task_id: ScanTask(status, now, ended.get(status), told=True) for task_id, (status, _) in states.items()}
    run = rules.new_run('-', ', '.join(task_ids)[:60], 'by hand', 0, now, 'by-hand')
    status = Status.FINISHED if all(task.outcome == 'done' for task in tasks.values()) else Status.ERROR
    return run.evolve(task_ids=tuple(task_ids), tasks=tasks, status=status)


def _written(path: str, write: Callable[[BinaryIO], Counts]) -> Counts:
    """Write beside the file and rename at the end: it is there as a whole or not at all."""
    if os.path.exists(path):
        raise ScanNotifyError(Fault('cli.exists', path=path))
    folder = os.path.dirname(os.path.abspath(path))
    try:
        scratch: Any = tempfile.NamedTemporaryFile(dir=folder, prefix='.scan-notify-', delete=False)
    except OSError as error:
        raise ScanNotifyError(Fault('cli.unwritable.folder', path=folder, detail=error.strerror))
    try:
        result = write(scratch)
        scratch.close()
        os.rename(scratch.name, path)
        return result
    except OSError as error:
        raise ScanNotifyError(Fault('cli.unwritable', path=path, detail=error.strerror or error))
    finally:
        discard(scratch)


@contextmanager
def _bar(terminal: Terminal) -> Iterator[Callable[[int], None]]:
    """Says on a terminal how far it is; nothing where nobody looks."""
    if not sys.stderr.isatty():
        yield lambda rows: None
        return
    started = time.monotonic()

    def show(rows: int) -> None:
        seconds = '{:.0f}'.format(time.monotonic() - started)
        line = terminal.text('export.progress', rows='{:,}'.format(rows), seconds=seconds)
        sys.stderr.write('\r{} '.format(encodable(line, sys.stderr)))
        sys.stderr.flush()

    show(0)
    try:
        yield show
    finally:
        sys.stderr.write('\n')
