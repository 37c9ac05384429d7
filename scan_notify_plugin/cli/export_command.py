"""``scan-notify export``"""

import argparse
import os
import sys
import tempfile
import time
import traceback
from contextlib import contextmanager
from typing import Any, BinaryIO, Callable, Iterator, List

from bson import ObjectId
from pymongo.errors import PyMongoError

from scan_notify_plugin.cli.session import Session, add_config, known_runs, open_session, say
from scan_notify_plugin.errors import ScanNotifyError
from scan_notify_plugin.host.scans import Scans
from scan_notify_plugin.plugins.loading import load
from scan_notify_plugin.reports.storage import discard
from scan_notify_plugin.runs import rules
from scan_notify_plugin.runs.run import Run, ScanTask, Status
from scan_notify_plugin.runs.store import RunStore
from scan_notify_plugin.settings.store import SPECIFIED_RUNS

HELP = 'make a report of a run, or of any scan tasks, into a file'


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_config(parser)
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument('--run', dest='run_id', default='', metavar='ID', help='the run, see "scan-notify runs"')
    source.add_argument('--task', nargs='+', default=[], metavar='ID', help='scan tasks of the host')
    parser.add_argument('--out', required=True, metavar='FILE', help='where to; must not exist')
    parser.add_argument('--format', default='excel', metavar='FORMAT', help='excel, csv, or a plugin\'s (excel)')


def run(args: argparse.Namespace) -> int:
    from scan_notify_plugin.worker.context import Context
    from scan_notify_plugin.worker.plan import run_record
    from scan_notify_plugin.worker.reporting import results_of

    session = open_session(args.config, must_be_enabled=False)
    plugins = load(session.settings.block_plugins)
    exporter = plugins.exporters.get(args.format)
    if exporter is None:
        raise ScanNotifyError(
            'no plugin makes {!r}; there are {}'.format(args.format, ', '.join(sorted(plugins.exporters)) or 'none')
        )
    found = _run(session, args.run_id) if args.run_id else _run_of_tasks(session, args.task)
    # Which collection holds the runs may not be decided yet, and does not matter any more.
    context = Context(session.settings, session.db, session.runs or SPECIFIED_RUNS, session.clock, plugins)
    context.take_in()

    def write(file: BinaryIO) -> Any:
        with _bar() as progress, results_of(context, found, progress) as results:
            _export(exporter, args.format, run_record(found), results, file)
            return results.overview()

    overview = _written(args.out, write)
    rows = sum(number for _, number in overview.totals)
    say('saved: {} ({} rows, {} bytes)'.format(args.out, rows, os.path.getsize(args.out)))
    for title, number in overview.skipped:
        say('{}: {} records had missing or odd fields'.format(title, number))
    return 0


def _export(exporter: Any, name: str, record: Any, results: Any, file: BinaryIO) -> None:
    """Whatever a third party's exporter raises is one line here; what has another cause keeps its own."""
    try:
        exporter.export(record, results, file)
    except (OSError, PyMongoError, ScanNotifyError):
        raise
    except Exception as error:
        last = traceback.extract_tb(error.__traceback__)[-1]
        words = ' '.join('{}: {}'.format(type(error).__name__, error).split())[:300]
        where = '{}:{}'.format(os.path.basename(last.filename), last.lineno)
        raise ScanNotifyError('the exporter of {!r} failed at {}: {}'.format(name, where, words)) from error


def _run(session: Session, run_id: str) -> Run:
    found = RunStore(session.db[known_runs(session)]).get(run_id)
    if found is None:
        raise ScanNotifyError('no run {!r} (see "scan-notify runs")'.format(run_id))
    return found


def _run_of_tasks(session: Session, task_ids: List[str]) -> Run:
    """Something like a run, for tasks that nobody's schedule started."""
    odd = [task_id for task_id in task_ids if not ObjectId.is_valid(task_id)]
    if odd:
        raise ScanNotifyError('not a scan task id: {} (24 digits of 0-9 and a-f)'.format(', '.join(odd)))
    states = Scans(session.db).states(task_ids)
    missing = [task_id for task_id in task_ids if task_id not in states]
    if missing:
        raise ScanNotifyError('the host has no scan task {}'.format(', '.join(missing)))
    now = session.clock.now()
    ended = {status: status for status in rules.TERMINAL}
    tasks = {task_id: ScanTask(status, now, ended.get(status), told=True) for task_id, (status, _) in states.items()}
    run = rules.new_run('-', ', '.join(task_ids)[:60], 'by hand', 0, now, 'by-hand')
    status = Status.FINISHED if all(task.outcome == 'done' for task in tasks.values()) else Status.ERROR
    return run.evolve(task_ids=tuple(task_ids), tasks=tasks, status=status)


def _written(path: str, write: Callable[[BinaryIO], Any]) -> Any:
    """Write beside the file and rename at the end: it is there as a whole or not at all."""
    if os.path.exists(path):
        raise ScanNotifyError('{} exists already; name another file with --out'.format(path))
    folder = os.path.dirname(os.path.abspath(path))
    try:
        scratch: Any = tempfile.NamedTemporaryFile(dir=folder, prefix='.scan-notify-', delete=False)
    except OSError as error:
        raise ScanNotifyError('cannot write into {}: {}'.format(folder, error.strerror))
    try:
        result = write(scratch)
        scratch.close()
        os.rename(scratch.name, path)
        return result
    except OSError as error:
        raise ScanNotifyError('cannot write {}: {}'.format(path, error.strerror or error))
    finally:
        discard(scratch)


@contextmanager
def _bar() -> Iterator[Callable[[int], None]]:
    """Says on a terminal how far it is; nothing where nobody looks."""
    if not sys.stderr.isatty():
        yield lambda rows: None
        return
    started = time.monotonic()

    def show(rows: int) -> None:
        sys.stderr.write('\r{:,} records read, {:.0f} s '.format(rows, time.monotonic() - started))
        sys.stderr.flush()

    show(0)
    try:
        yield show
    finally:
        sys.stderr.write('\n')
