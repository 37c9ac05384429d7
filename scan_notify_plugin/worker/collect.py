"""Works through a schedule's collect lane: reads what its runs have found, the earliest round first."""

import logging
import threading
import time
import uuid
from datetime import datetime, timedelta
from functools import partial
from typing import Callable, Generator, Optional

from scan_notify_plugin.changes import Progress, Results
from scan_notify_plugin.deadline import Overstayed, Stay
from scan_notify_plugin.faults import ENGLISH, Fault, say
from scan_notify_plugin.jobs import collects, exports
from scan_notify_plugin.jobs.job import Job, State
from scan_notify_plugin.jobs.lanes import Lease
from scan_notify_plugin.jobs.steps import patience_with
from scan_notify_plugin.reports.storage import FULL
from scan_notify_plugin.results import rounds, stage
from scan_notify_plugin.results.store import PREFIX
from scan_notify_plugin.runs.run import Run
from scan_notify_plugin.worker.context import Context
from scan_notify_plugin.worker.crew import Call, Visit, finish, returned
from scan_notify_plugin.worker.hung import Hung
from scan_notify_plugin.worker.reporting import SILENT, Doing, Postponed, Stopped, why

#: Big runs at once, in one worker; small ones have the other places of collect lanes to themselves.
BIG_AT_ONCE = 2
#: Seconds until a big one that found no place looks again.
AGAIN = 2.0

#: As :func:`scan_notify_plugin.results.stage.collect`.
Collect = Callable[..., Results]

log = logging.getLogger('scan_notify')


class CollectLane:
    """Collects what is to be read in a lane."""

    def __init__(
        self,
        context: Context,
        stopping: Callable[[], bool] = lambda: False,
        hung: Optional[Hung] = None,
        collect: Collect = stage.collect,
        after_job: Callable[[], object] = lambda: None,
    ) -> None:
        """
        :param after_job: called when a job is through
        """
        self._context = context
        self._jobs = context.jobs
        self._stopping = stopping
        self._hung = hung or Hung(context)
        self._collect = collect
        self._after_job = after_job
        self._places = threading.BoundedSemaphore(BIG_AT_ONCE)

    def work(self, lane: str) -> Optional[float]:
        """A :meth:`visit` in this thread, without deadlines."""
        return finish(self.visit(lane))

    def visit(self, lane: str) -> Visit:
        """Collect; returns the seconds until the lane wants to be visited again, None if nothing waits."""
        clock, hangs = self._context.clock, False
        lease = self._context.lanes.take(lane, clock.now())
        if lease is None:
            return None
        try:
            self._context.take_in()
            while not self._stopping():
                job = self._first(lane)
                held = self._context.lanes.hold(lease, clock.now(), lease.sent) if _is_due(job, clock.now()) else None
                if job is None or held is None:
                    break
                try:
                    if not (yield from self._visited(job, held)):
                        break
                except Overstayed:
                    hangs = not self._stopping()
                    break
                except Exception as error:
                    self._jobs.failed(job, error)  # one bad job is one bad job
        finally:
            if hangs:
                self._hung.add(lease, 'core.collect', clock.now())
            else:
                self._context.lanes.give_back(lease, clock.now())
        job = None if hangs else self._first(lane)
        return None if job is None else max(AGAIN, (job.due_at - clock.now()).total_seconds())

    def _first(self, lane: str) -> Optional[Job]:
        """The job of the earliest round, due or not."""
        jobs = self._jobs.pending(lane)
        numbers = self._context.runs.numbers([job.run_ids[0] for job in jobs]) if len(jobs) > 1 else {}
        return collects.first(jobs, numbers)

    def _visited(self, job: Job, lease: Lease) -> Generator[Call, object, bool]:
        """A job when its turn has come; False if the lane must be left."""
        run = self._context.runs.get(job.run_ids[0])
        if run is None or self._context.scans.size(run.task_ids) < collects.SMALL:
            return (yield from self._try(job, run, lease))
        if not self._places.acquire(blocking=False):
            return False  # it is tried again soon, and small ones have the thread meanwhile
        try:
            return (yield from self._try(job, run, lease))
        finally:
            self._places.release()

    def _try(self, job: Job, run: Optional[Run], lease: Lease) -> Generator[Call, object, bool]:
        """One try; False if the lane must be left.

        :raises Overstayed: if MongoDB, or what reads it, does not come back
        """
        begun = time.monotonic()
        started = self._jobs.change(job, exports.starting(job, uuid.uuid4().hex, self._context.clock.now()))
        if started is None or started.state is not State.PENDING:
            return self._ended(started)
        if run is None:
            return self._failed(started, Fault('job.run-removed'), final=True)
        doing = Doing(self._context, started, lease, self._stopping)
        read = partial(self._read, run, doing)
        try:
            call = Call('core', 'collect', SILENT, read, Stay(), beat=lambda: doing.beat, quiet=True)
            results = returned(read, (yield call))
        except Stopped as stop:
            return self._stopped(started, stop)
        except Overstayed as error:
            self._left(started, error)
            raise
        except Exception as error:  # a full disk, odd data
            return self._failed(started, _why(error))
        self._keep(run.id, results)
        self._context.counts.observe('collect_seconds', time.monotonic() - begun)
        records = sum(results.totals.values())
        return self._finish(started, lambda current, now: collects.finished(current, records))

    def _read(self, run: Run, doing: Doing) -> Results:
        """In a thread of its own, which may stay in it."""
        records = [0]

        def progress(number: int) -> None:
            records[0] = number
            doing.progress(number)

        def cancelled() -> bool:
            doing.progress(records[0])
            return self._stopping()

        context = self._context
        results = self._collect(
            context.db,
            run,
            {task_id: run.task(task_id).outcome for task_id in run.task_ids},
            context.reports.digest_key(),
            progress,
            cancelled,
            context.clock.now(),
            keep=timedelta(days=context.settings.history_days),
            lists=context.lists,
        )
        doing.say(records[0])
        return results

    def _keep(self, run_id: str, results: Results) -> None:
        """Into the run, before its job is through: what is known is known, whoever says it first."""

        def decide(run: Run) -> Optional[Run]:
            if run.results is not None and run.results.state is Progress.SUCCESS:
                return None
            return run.evolve(results=results)

        if self._context.runs.change_until_done(run_id, decide) is None:
            return
        lost = rounds.lost(results.remarks)
        if lost is not None:
            log.error('run %s: %s', run_id, say(lost, ENGLISH))
            self._context.alerts.tell('document', collection=PREFIX, id=run_id)

    def _stopped(self, job: Job, stop: Stopped) -> bool:
        log.info('job %s: %s', job.id, stop)
        if isinstance(stop, Postponed):
            self._finish(job, lambda current, now: exports.stopped(current))
        return False

    def _left(self, job: Job, error: Overstayed) -> None:
        """It has not come back. A worker that stops has just not waited for it."""
        hangs = (Fault('collect.hangs', detail=error.fault),)
        stops = self._stopping()
        self._finish(
            job, lambda current, now: exports.stopped(current) if stops else exports.failed(current, hangs, now)
        )

    def _failed(self, job: Job, fault: Fault, final: bool = False) -> bool:
        log.error('job %s failed: %s', job.id, say(fault, ENGLISH))
        grace = self._context.clock.grace(patience_with(job))
        return self._finish(job, lambda current, now: exports.failed(current, (fault,), now, final, grace))

    def _finish(self, job: Job, after: Callable[[Job, datetime], Job]) -> bool:
        """False if somebody else is at the job, who then has the lane, too."""

        def decide(current: Job) -> Optional[Job]:
            if current.attempt != job.attempt or current.state is not State.PENDING:
                return None
            return after(current, self._context.clock.now())

        return self._ended(self._jobs.change_until_done(job.id, decide))

    def _ended(self, job: Optional[Job]) -> bool:
        """Count a job that is through; False if somebody else is at it."""
        if job is not None and job.state in (State.SUCCESS, State.ERROR):
            self._context.counts.add('collects', job.state.value)
            self._after_job()
        return job is not None


def _is_due(job: Optional[Job], now: datetime) -> bool:
    return job is not None and job.due_at <= now


def _why(error: Exception) -> Fault:
    """An error as people read it."""
    if isinstance(error, OSError) and error.errno in FULL:
        return Fault('collect.no-space')
    return why(error)
