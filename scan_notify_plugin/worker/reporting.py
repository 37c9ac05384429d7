"""Makes one report: the exporter writes a scratch file, the record is written, the file comes into its place."""

import hashlib
import logging
import time
from datetime import timedelta
from functools import partial
from typing import BinaryIO, Callable, Dict, Generator, NamedTuple, Optional, Tuple

from bson import ObjectId

from scan_notify_plugin.deadline import Stay
from scan_notify_plugin.errors import ScanNotifyError, in_words
from scan_notify_plugin.exporters.base import Exporter
from scan_notify_plugin.faults import ENGLISH, Fault, quoted, rewritten, say
from scan_notify_plugin.host.results import Results, run_facts
from scan_notify_plugin.jobs.job import OPEN, Job
from scan_notify_plugin.jobs.lanes import Lease
from scan_notify_plugin.mongo import VERSION
from scan_notify_plugin.reports.report import Report, State
from scan_notify_plugin.reports.storage import FULL, Storage, discard
from scan_notify_plugin.results import marks
from scan_notify_plugin.runs.run import Run
from scan_notify_plugin.secret import redact
from scan_notify_plugin.tables import Overview
from scan_notify_plugin.worker.context import Context
from scan_notify_plugin.worker.crew import Call, returned
from scan_notify_plugin.worker.plan import run_record

#: Seconds between two writes of the progress; the lane is renewed with them.
SAY_EVERY = 2.0
#: Seconds without a row taken, after which an exporter is left behind.
SILENT = 600.0
MAX_DETAIL = 300

log = logging.getLogger('scan_notify')


class Stopped(Exception):
    """The export was cancelled, or another worker has its lane by now; nothing of it may stay."""


class Postponed(Stopped):
    """The worker stops; the export is begun again later."""


class SwitchedOff(ScanNotifyError):
    """An administrator switched off the plugin that makes this format."""


class Doing:
    """One export on its way: says how far it is, keeps the lane, and notices that it should stop."""

    def __init__(self, context: Context, job: Job, lease: Lease, stopping: Callable[[], bool]) -> None:
        self._context = context
        self._stopping = stopping
        self._lease = lease
        self._written_at = self.beat = time.monotonic()
        self.job = job

    def progress(self, rows: int) -> None:
        self.beat = time.monotonic()
        if time.monotonic() - self._written_at >= SAY_EVERY:
            self.say(rows)

    def say(self, rows: int) -> None:
        """
        :raises Stopped: if the export must not go on
        """
        self._written_at = time.monotonic()
        if self._stopping():
            raise Postponed('the worker stops; begun again later')
        lease = self._context.lanes.hold(self._lease, self._context.clock.now(), self._lease.sent)
        if lease is None:
            raise Stopped('its lane was lost to another worker')
        current = self._context.jobs.get(self.job.id)
        if current is None or current.state not in OPEN or current.attempt != self.job.attempt:
            raise Stopped('cancelled')
        self.job = self._context.jobs.change(current, current.evolve(progress=rows)) or current


def make(context: Context, job: Job, doing: Doing) -> Generator[Call, object, Tuple[str, int]]:
    """The report of a job: its id, and its rows.

    :raises Overstayed: if the exporter does not come back
    :raises Stopped: if the export must not go on
    """
    making, begun = _begun(context, job), time.monotonic()
    file: BinaryIO = making.storage.scratch()
    scratch: Optional[BinaryIO] = file
    try:
        write = partial(_written, context, making, file, doing)
        value = yield Call(job.format, 'export', SILENT, write, Stay(), beat=lambda: doing.beat)
        written = returned(write, value)
        doing.say(overview_rows(written.overview))
        report = _record(context, making, written, _measured(file))
        _keep(context, making.storage, file, report)
        scratch = None
    finally:
        discard(scratch)
    context.reports.change(report, report.evolve(state=State.READY))
    context.counts.observe('export_seconds', time.monotonic() - begun, job.format)
    context.counts.add('export_bytes', job.format, amount=report.size)
    return report.id, report.total


class _Making(NamedTuple):
    """A report on its way: of what, by whom, and where it is kept."""

    job: Job
    run: Run
    exporter: Exporter
    storage: Storage


def _begun(context: Context, job: Job) -> _Making:
    """
    :raises ScanNotifyError: if there is nobody to make it, or nothing to make it of
    """
    off = context.channels.format_off(job.format)
    if off is not None:
        raise SwitchedOff(off)
    run = context.runs.get(job.run_ids[0])
    exporter = context.channels.exporter(job.format)
    if run is None or exporter is None:
        raise ScanNotifyError(Fault('export.no-plugin', format=job.format) if run else Fault('job.run-removed'))
    return _Making(job, run, exporter, context.storage())


def _record(context: Context, making: _Making, written: '_Written', measured: Tuple[int, str]) -> Report:
    job, run, exporter, storage = making
    now, report_id = context.clock.now(), str(ObjectId())
    expires_at = now + timedelta(days=context.settings.report_days)
    return Report(
        id=report_id,
        v=VERSION,
        rev=1,
        run_id=run.id,
        job_id=job.id,
        format=job.format,
        name=report_name(run, exporter.extension),
        media_type=exporter.media_type,
        size=measured[0],
        sha256=measured[1],
        rows=tuple((title, number) for title, number in written.overview.totals),
        skipped=tuple((title, number) for title, number in written.overview.skipped),
        records=tuple((task_id, written.records.get(task_id, 0)) for task_id in run.task_ids),
        created_at=now,
        expires_at=expires_at,
        link_until=min(expires_at, now + timedelta(hours=context.settings.link_hours)),
        limit=int(context.settings.link_downloads),
        storage=storage.kind,
        place=storage.place(report_id, exporter.extension, now),
        state=State.MAKING,
        serial=1,
        downloads=0,
        download_log=(),
    )


def _keep(context: Context, storage: Storage, file: BinaryIO, report: Report) -> None:
    # The record first: a worker that dies between the two leaves a file that retention finds.
    context.reports.insert(report)
    try:
        storage.keep(file, report.place)
    except Exception:
        _unmake(context, storage, report)
        raise


def _unmake(context: Context, storage: Storage, report: Report) -> None:
    """Nothing stays of a report that could not be kept."""
    try:
        storage.remove(report.place)
        context.reports.change(report, report.evolve(state=State.DELETED))
    except Exception as error:
        log.warning('report %s is left to retention: %s', report.id, say(why(error), ENGLISH))


class _Written(NamedTuple):
    overview: Overview
    records: Dict[str, int]


def _written(context: Context, making: _Making, scratch: BinaryIO, doing: Doing) -> _Written:
    """All in the thread of the exporter, which may stay in it for ever."""
    with results_of(context, making.run, doing.progress) as results:
        making.exporter.export(run_record(making.run), results, scratch)
        return _Written(results.overview(), dict(results.records))


def results_of(context: Context, run: Run, progress: Callable[[int], None]) -> Results:
    """What the scan tasks of a run have found; to be closed. What was new in it is as it was then, whenever it is asked
    for.

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
        run_facts(run_record(run), settings.language, run.faults),
        {task_id: task.outcome for task_id, task in run.tasks.items()},
        settings.mask_credentials,
        settings.language,
        read,
        look,
        marks.load(context.db, run.id) if run.results else None,
        context.reports.known_digest_key() if run.results else b'',
        run.results,
        marks.changes(context.db, run.id) if run.results else None,
    )


def why(error: Exception) -> Fault:
    """An error as people read it."""
    if isinstance(error, OSError) and error.errno in FULL:
        return Fault('export.no-space')
    ours = getattr(error, 'fault', None) if isinstance(error, ScanNotifyError) else None
    fault = ours if isinstance(ours, Fault) else quoted(in_words(error))  # an exporter's own may not call its base
    return rewritten(fault, lambda text: redact(text)[:MAX_DETAIL])


def overview_rows(overview: Overview) -> int:
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
