"""Works through an export lane: one report at a time, kept as a whole or not at all."""

import hashlib
import logging
import time
import uuid
from datetime import datetime, timedelta
from typing import Any, BinaryIO, Callable, Dict, Generator, NamedTuple, Optional, Tuple

from bson import ObjectId

from scan_notify_plugin.deadline import Overstayed, Stay
from scan_notify_plugin.errors import ScanNotifyError, in_words
from scan_notify_plugin.host.results import Results, facts_of
from scan_notify_plugin.jobs import exports
from scan_notify_plugin.jobs.job import OPEN, Job, State
from scan_notify_plugin.jobs.lanes import Lease
from scan_notify_plugin.jobs.steps import patience_with
from scan_notify_plugin.reports.storage import FULL, discard
from scan_notify_plugin.runs.run import Run
from scan_notify_plugin.secret import redact
from scan_notify_plugin.worker.context import Context
from scan_notify_plugin.worker.crew import Call, Visit, finish
from scan_notify_plugin.worker.hung import Hung
from scan_notify_plugin.worker.plan import run_record

#: Seconds between two writes of the progress; the lane is renewed with them.
SAY_EVERY = 2.0
#: Seconds without a row taken, after which an exporter is left behind.
SILENT = 600.0
_MAX_WORDS = 300

log = logging.getLogger('scan_notify')

Document = Dict[str, Any]


class Stopped(Exception):
    """The export was cancelled, or another worker has its lane by now; nothing of it may stay."""


class Postponed(Stopped):
    """The worker stops; the export is begun again later."""


class SwitchedOff(ScanNotifyError):
    """An administrator switched off the plugin that makes this format."""


class ExportLane:
    """Exports what is due in a lane.

    :param ring: wakes the lanes of the messages that waited for a report
    """

    def __init__(
        self,
        context: Context,
        ring: Callable[[str], None],
        stopping: Callable[[], bool] = lambda: False,
        hung: Optional[Hung] = None,
    ) -> None:
        self._context = context
        self._jobs = context.jobs
        self._ring = ring
        self._stopping = stopping
        self._hung = hung or Hung(context)

    def work(self, lane: str) -> Optional[float]:
        """A :meth:`visit` in this thread, without deadlines."""
        return finish(self.visit(lane))

    def visit(self, lane: str) -> Visit:
        """Export; returns the seconds until the lane wants to be visited again, None if nothing waits."""
        clock = self._context.clock
        lease = self._context.lanes.take(lane, clock.now())
        if lease is None:
            return None
        hangs = ''
        try:
            self._context.take_in()
            while not self._stopping():
                job = self._jobs.next_due(lane, clock.now())
                held = self._context.lanes.hold(lease, clock.now(), lease.sent) if job else None
                if job is None or held is None:
                    break
                try:
                    if not (yield from self._export(job, held)):
                        break
                except Overstayed:
                    hangs = '' if self._stopping() else job.format
                    break
                except Exception as error:
                    self._jobs.failed(job, error)  # one bad job is one bad job
        finally:
            if hangs:
                self._hung.add(lease, '{}.export'.format(hangs), clock.now())
            else:
                self._context.lanes.give_back(lease, clock.now())
        due_at = None if hangs else self._jobs.next_time(lane)
        return None if due_at is None else max(0.0, (due_at - clock.now()).total_seconds())

    def _export(self, job: Job, lease: Lease) -> Generator[Call, Any, bool]:
        """One try; False if the lane must be left.

        :raises Overstayed: if the exporter does not come back
        """
        started = self._jobs.change(job, exports.starting(job, uuid.uuid4().hex, self._context.clock.now()))
        if started is None or started.state is not State.PENDING:
            self._context.alerts.ended(started)
            self._release(job.run_ids[0])
            return True
        context = self._context
        doing = _Doing(context, started, lease, self._stopping)
        try:
            report_id, rows = self._made_before(started) or (yield from self._make(started, doing))
        except Stopped as stop:
            log.info('export %s: %s', job.id, stop)
            if isinstance(stop, Postponed):
                self._finish(started, lambda current, now: exports.stopped(current))
            return False
        except Overstayed as error:
            words = 'the exporter does not come back: {}'.format(error)
            stops = self._stopping()
            self._finish(started, lambda current, now: exports.stopped(current) if stops else exports.failed(current, words, now))
            raise
        except Exception as error:  # an exporter of a third party, a full disk, odd data
            words = redact(_said(error))[:_MAX_WORDS]
            log.error('export %s failed: %s', job.id, words)
            final = isinstance(error, SwitchedOff)  # its messages shall not wait for what nobody wants
            return self._finish(started, lambda current, now: exports.failed(current, words, now, final, self._grace(job)))
        finished = self._finish(started, lambda current, now: exports.finished(current, report_id, rows, now))
        self._drop_others(started)
        return finished

    def _grace(self, job: Job) -> timedelta:
        return self._context.clock.grace(patience_with(job))

    def _drop_others(self, job: Job) -> None:
        """Two workers may have made the same report, one of them without its lane: one report stays."""
        current = self._jobs.get(job.id)
        if current is None or current.state in OPEN:
            return  # whoever ends the job looks again
        for report in self._context.reports.of_runs(job.run_ids):
            if report['job_id'] == job.id and report['_id'] != current.report_id and report['state'] == 'ready':
                # Unfinished first: what a death leaves here, retention removes.
                hidden = self._context.reports.change(report, {'state': 'making'})
                if hidden is not None:
                    self._context.storage_of(hidden).remove(hidden['place'])
                    self._context.reports.change(hidden, {'state': 'deleted'})

    def _finish(self, job: Job, after: Callable[[Job, datetime], Job]) -> bool:
        """False if somebody else is at the job, who then has the lane, too."""

        def decide(current: Job) -> Optional[Job]:
            if current.attempt != job.attempt or current.state is not State.PENDING:
                return None
            return after(current, self._context.clock.now())

        changed = self._jobs.change_until_done(job.id, decide)
        self._context.alerts.ended(changed)
        if changed is not None and changed.state in (State.SUCCESS, State.ERROR):
            self._context.counts.add('exports', job.format, changed.state.value)
        self._release(job.run_ids[0])
        return changed is not None

    def _release(self, run_id: str) -> None:
        release(self._context, run_id, self._ring)

    def _made_before(self, job: Job) -> Optional[Tuple[str, int]]:
        """The report of a worker that died between keeping it and saying so."""
        for report in self._context.reports.of_runs(job.run_ids):
            if report['job_id'] == job.id and report['state'] == 'ready':
                return report['_id'], sum(number for _, number in report['rows'])
        return None

    def _make(self, job: Job, doing: '_Doing') -> Generator[Call, Any, Tuple[str, int]]:
        context = self._context
        off = context.format_off(job.format)
        if off:
            raise SwitchedOff(off)
        run = context.runs.get(job.run_ids[0])
        exporter = context.exporter(job.format)
        if run is None or exporter is None:
            raise ScanNotifyError('no plugin makes {!r} any more'.format(job.format) if run else 'its run was removed')
        storage = context.storage()
        now, begun = context.clock.now(), time.monotonic()
        expires_at = now + timedelta(days=context.settings.report_days)
        report_id = str(ObjectId())
        scratch = storage.scratch()  # type: Optional[BinaryIO]
        try:
            write = lambda: _written(context, run, exporter, scratch, doing)  # noqa: E731
            written = yield Call(job.format, 'export', SILENT, write, Stay(), beat=lambda: doing.beat)
            overview = written.overview
            doing.say(overview_rows(overview))
            size, digest = _measured(scratch)
            record = {
                '_id': report_id,
                'run_id': run.id,
                'job_id': job.id,
                'format': job.format,
                'name': report_name(run, exporter.extension),
                'media_type': exporter.media_type,
                'size': size,
                'sha256': digest,
                'rows': [list(pair) for pair in overview.totals],
                'skipped': [list(pair) for pair in overview.skipped],
                'records': [[task_id, written.records.get(task_id, 0)] for task_id in run.task_ids],
                'created_at': now,
                'expires_at': expires_at,
                'link_until': min(expires_at, now + timedelta(hours=context.settings.link_hours)),
                'limit': int(context.settings.link_downloads),
                'storage': storage.kind,
                'place': storage.place(report_id, exporter.extension, now),
                'state': 'making',
            }
            # The record first: a worker that dies between the two leaves a file that retention finds.
            context.reports.insert(record)
            try:
                storage.keep(scratch, record['place'])
            except Exception:
                self._unmake(storage, dict(record, rev=1))
                raise
            scratch = None
        finally:
            discard(scratch)
        context.reports.change(dict(record, rev=1), {'state': 'ready'})
        context.counts.observe('export_seconds', time.monotonic() - begun, job.format)
        context.counts.add('export_bytes', job.format, amount=size)
        return report_id, overview_rows(overview)

    def _unmake(self, storage: Any, report: Document) -> None:
        """Nothing stays of a report that could not be kept."""
        try:
            storage.remove(report['place'])
            self._context.reports.change(report, {'state': 'deleted'})
        except Exception as error:
            log.warning('report %s is left to retention: %s', report['_id'], redact(_said(error))[:_MAX_WORDS])


class _Written(NamedTuple):
    overview: Any
    records: Dict[str, int]


def _written(context: Context, run: Run, exporter: Any, scratch: Any, doing: '_Doing') -> _Written:
    """All in the thread of the exporter, which may stay in it for ever."""
    with results_of(context, run, doing.progress) as results:
        exporter.export(run_record(run), results, scratch)
        return _Written(results.overview(), dict(results.records))


def results_of(context: Context, run: Run, progress: Callable[[int], None]) -> Results:
    """What the scan tasks of a run have found; to be closed.

    :param progress: called with the number of records read, over and over, also while the rows are taken
    """
    settings = context.settings
    records = [0]

    def read(number: int) -> None:
        records[0] = number

    def look() -> bool:
        progress(records[0])
        return False

    return Results(
        context.db,
        run.task_ids,
        facts_of(run_record(run), settings.language),
        {task_id: task.outcome for task_id, task in run.tasks.items()},
        settings.mask_credentials,
        settings.language,
        read,
        look,
    )


class _Doing:
    """One export on its way: says how far it is, keeps the lane, and notices that it should stop."""

    def __init__(self, context: Context, job: Job, lease: Lease, stopping: Callable[[], bool]) -> None:
        self._context = context
        self._stopping = stopping
        self._lease = lease
        self._said_at = self.beat = time.monotonic()
        self.job = job

    def progress(self, rows: int) -> None:
        self.beat = time.monotonic()
        if time.monotonic() - self._said_at >= SAY_EVERY:
            self.say(rows)

    def say(self, rows: int) -> None:
        """
        :raises Stopped: if the export must not go on
        """
        self._said_at = time.monotonic()
        if self._stopping():
            raise Postponed('the worker stops; begun again later')
        lease = self._context.lanes.hold(self._lease, self._context.clock.now(), self._lease.sent)
        if lease is None:
            raise Stopped('its lane was lost to another worker')
        current = self._context.jobs.get(self.job.id)
        if current is None or current.state not in OPEN or current.attempt != self.job.attempt:
            raise Stopped('cancelled')
        self.job = self._context.jobs.change(current, current.evolve(progress=rows)) or current


def _said(error: Exception) -> str:
    """An error in words for people."""
    if isinstance(error, OSError) and error.errno in FULL:
        return 'no space left for the report (see docs/operating.md#reports)'
    return str(error) if isinstance(error, ScanNotifyError) else in_words(error)


def release(context: Context, run_id: str, ring: Callable[[str], None]) -> None:
    """Let the messages of a run go that waited for its exports."""
    for before, after in exports.released(context.jobs.turns([run_id]), context.clock.now()):
        if context.jobs.change(before, after) is not None:
            ring(before.lane)


def overview_rows(overview: Any) -> int:
    """All rows of a report."""
    return sum(number for _, number in overview.totals)


def report_name(run: Run, extension: str) -> str:
    """The file name that people see: never a path, and never made of anything but safe characters."""
    name = ''.join(char for char in run.schedule_name if char.isalnum() or char == '-')[:40] or 'report'
    fired = run.fired_at.astimezone()
    return '{}-{}-{:%Y%m%d-%H%M}.{}'.format(name, run.run_number, fired, extension)


def _measured(file: BinaryIO) -> Tuple[int, str]:
    file.flush()
    file.seek(0)
    digest, size = hashlib.sha256(), 0
    for piece in iter(lambda: file.read(1 << 20), b''):
        digest.update(piece)
        size += len(piece)
    return size, digest.hexdigest()
