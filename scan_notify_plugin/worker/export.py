"""Works through an export lane: one report at a time, kept as a whole or not at all."""

import logging
import uuid
from datetime import datetime, timedelta
from typing import Callable, Generator, Optional, Tuple

from scan_notify_plugin.deadline import Overstayed
from scan_notify_plugin.faults import ENGLISH, Fault, say
from scan_notify_plugin.jobs import exports
from scan_notify_plugin.jobs.job import OPEN, Job, State
from scan_notify_plugin.jobs.lanes import Lease
from scan_notify_plugin.jobs.steps import patience_with
from scan_notify_plugin.reports.report import State as ReportState
from scan_notify_plugin.worker.context import Context
from scan_notify_plugin.worker.crew import Call, Visit, finish
from scan_notify_plugin.worker.hung import Hung
from scan_notify_plugin.worker.reporting import Doing, Postponed, Stopped, SwitchedOff, make, why

log = logging.getLogger('scan_notify')


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

    def _export(self, job: Job, lease: Lease) -> Generator[Call, object, bool]:
        """One try; False if the lane must be left.

        :raises Overstayed: if the exporter does not come back
        """
        started = self._jobs.change(job, exports.starting(job, uuid.uuid4().hex, self._context.clock.now()))
        if started is None or started.state is not State.PENDING:
            self._context.alerts.ended(started)
            self._release(job.run_ids[0])
            return True
        context = self._context
        doing = Doing(context, started, lease, self._stopping)
        try:
            report_id, rows = self._made_before(started) or (yield from make(context, started, doing))
        except Stopped as stop:
            log.info('export %s: %s', job.id, stop)
            if isinstance(stop, Postponed):
                self._finish(started, lambda current, now: exports.stopped(current))
            return False
        except Overstayed as error:
            self._left(started, error)
            raise
        except Exception as error:  # an exporter of a third party, a full disk, odd data
            return self._failed(started, error)
        finished = self._finish(started, lambda current, now: exports.finished(current, report_id, rows, now))
        self._drop_others(started)
        return finished

    def _left(self, job: Job, error: Overstayed) -> None:
        """The exporter has not come back. A worker that stops has just not waited for it."""
        hangs = (Fault('export.hangs', detail=error.fault),)
        stops = self._stopping()
        self._finish(
            job, lambda current, now: exports.stopped(current) if stops else exports.failed(current, hangs, now)
        )

    def _failed(self, job: Job, error: Exception) -> bool:
        fault = why(error)
        log.error('export %s failed: %s', job.id, say(fault, ENGLISH))
        final = isinstance(error, SwitchedOff)  # its messages shall not wait for what nobody wants
        return self._finish(job, lambda current, now: exports.failed(current, (fault,), now, final, self._grace(job)))

    def _grace(self, job: Job) -> timedelta:
        return self._context.clock.grace(patience_with(job))

    def _drop_others(self, job: Job) -> None:
        """Two workers may have made the same report, one of them without its lane: one report stays."""
        current = self._jobs.get(job.id)
        if current is None or current.state in OPEN:
            return  # whoever ends the job looks again
        for report in self._context.reports.of_runs(job.run_ids):
            if report.job_id == job.id and report.id != current.report_id and report.state is ReportState.READY:
                # Unfinished first: what a death leaves here, retention removes.
                hidden = self._context.reports.change(report, report.evolve(state=ReportState.MAKING))
                if hidden is not None:
                    self._context.storage_of(hidden).remove(hidden.place)
                    self._context.reports.change(hidden, hidden.evolve(state=ReportState.DELETED))

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
            if report.job_id == job.id and report.state is ReportState.READY:
                return report.id, report.total
        return None


def release(context: Context, run_id: str, ring: Callable[[str], None]) -> None:
    """Let the messages of a run go that waited for its exports."""
    for before, after in exports.released(context.jobs.turns([run_id]), context.clock.now()):
        if context.jobs.change(before, after) is not None:
            ring(before.lane)
