"""The tick: looks at every open run, decides, plans, folds, and rings the lanes that have work.

One worker at a time does it (lane ``tick``). It reads in bulk, so its cost does not grow with the number of runs but
with the number of changes.
"""

import logging
from datetime import datetime, timedelta
from typing import Callable, Dict, Iterable, List, Mapping, Optional

from scan_notify_plugin.clock import SLACK
from scan_notify_plugin.jobs.waiting import set_back
from scan_notify_plugin.plugins.rounds import NotYet
from scan_notify_plugin.reports.report import State
from scan_notify_plugin.reports.retention import abandoned, outdated
from scan_notify_plugin.reports.storage import StorageError
from scan_notify_plugin.results import steering
from scan_notify_plugin.runs import collecting, rules
from scan_notify_plugin.runs.adoption import adopted
from scan_notify_plugin.runs.clocks import brought_back
from scan_notify_plugin.runs.run import JobStatus, Run, Started, Status
from scan_notify_plugin.settings.store import StoredSettings
from scan_notify_plugin.worker.adopt import record_late, tasks_of_fire
from scan_notify_plugin.worker.completing import Completing
from scan_notify_plugin.worker.context import Context
from scan_notify_plugin.worker.fold import Fold
from scan_notify_plugin.worker.follow import follow_up
from scan_notify_plugin.worker.plan import Plan, Planner, planned
from scan_notify_plugin.worker.rounds import find_unrecorded
from scan_notify_plugin.worker.stopping import pass_on

#: Seconds between two ticks of one worker, and the least between two of all workers.
EVERY = 5.0
AT_LEAST = timedelta(seconds=1)
#: Seconds between two times that the slow chores are done.
CHORES = 60.0
CLEAN_UP = 600.0
#: For how long a run that ended in doubt is looked at again.
DOUBTED = timedelta(days=2)
#: A lane that nobody used for so long is that of a robot that is gone.
FORGET_LANES = timedelta(days=30)
#: A worker that was silent for so long is no longer listed.
FORGET_WORKERS = timedelta(days=1)

log = logging.getLogger('scan_notify')


class Tick:
    """One worker's tick.

    :param ring: wakes a lane; may do nothing, the next tick rings again
    :param apart: whether somebody else calls :meth:`chore`, so that nothing slow is in the way of a tick
    """

    def __init__(self, context: Context, ring: Callable[[str], None], apart: bool = False) -> None:
        self._context = context
        self._ring = ring
        self._apart = apart
        self._fold = Fold(context)
        self._completing = Completing(context)
        self._watch_at: Optional[float] = None
        #: When the other chores are due, in the order of their turns.
        self._due_at = dict.fromkeys(
            ('expire', 'forget', 'follow up', 'look through', 'clean up'), context.clock.monotonic()
        )

    def run(self) -> bool:
        """One round, unless another worker is at it."""
        now = self._context.clock.now()
        lease = self._context.lanes.take('tick', now)
        if lease is None:
            return False
        try:
            self._round(now)
            if not self._apart:
                self._chore(now)
        finally:
            # Not from when it began: the clock may have been set since, and the lane would rest for as long.
            self._context.lanes.give_back(lease, self._context.clock.now() + AT_LEAST, ticked=True)
        return True

    def chore(self) -> bool:
        """What is slow and not urgent, unless another worker is at it."""
        now = self._context.clock.now()
        lease = self._context.lanes.take('chores', now)
        if lease is None:
            return False
        try:
            self._chore(now)
        finally:
            self._context.lanes.give_back(lease, self._context.clock.now() + AT_LEAST)
        return True

    def _round(self, now: datetime) -> None:
        stored = self._context.stored.read()
        self._context.take_in(stored)
        runs = self._context.runs.running()
        if record_late(self._context, runs):
            runs = self._context.runs.running()
        seen = self._look(runs)
        self._context.rounds.refill()
        planner = Planner(self._context, stored)
        tracked = [self._tracked(run, seen, stored, planner, now) for run in runs]
        ended = self._context.runs.ended()
        changed = {run.id: run for run in tracked if run}
        changed.update((run.id, run) for run in self._completing.settle(ended, planner, now))
        self._fold.runs([run for run in changed.values() if run.push_status is JobStatus.PENDING], now)
        self._fold.settle([run for run in ended if run.id not in changed], now)
        for job in self._context.jobs.decided_after(now + SLACK):
            try:
                self._context.jobs.change(job, set_back(job, now))
            except Exception as error:  # one bad job is one bad job
                self._context.jobs.failed(job, error)
        pass_on(self._context, now)
        for lane in self._context.jobs.lanes_due(now):
            self._ring(lane)

    def _chore(self, now: datetime) -> None:
        """The slow ones, each at a time of its own, so that none has many round trips; together only if turns are
        rare.
        """
        here = self._context.clock.monotonic()
        watched = self._watch_at is None or here >= self._watch_at
        if watched:
            self._watch_at = here + CHORES
            self._watch(now)
        name = next((chore for chore, at in self._due_at.items() if here >= at), '')
        if not name or (watched and here < self._due_at[name] + CHORES):
            return
        del self._due_at[name]  # to the end of the line
        self._due_at[name] = here + (CHORES if name == 'follow up' else CLEAN_UP)
        if name == 'forget':
            self._forget(now)
        elif name == 'look through':
            self._look_through(now)
        elif name == 'expire':
            self._expire_reports(now)
        elif name == 'clean up':
            steering.clean_up(self._context.db, now)
        else:
            follow_up(self._context, now)

    def _look(self, runs: Iterable[Run]) -> Dict[str, rules.Seen]:
        ids = [task_id for run in runs if run.status is Status.RUNNING for task_id in run.task_ids]
        states = self._context.scans.states(ids) if ids else {}
        return {task_id: rules.Seen(*state) for task_id, state in states.items()}

    def _tracked(
        self, run: Run, seen: Mapping[str, rules.Seen], stored: StoredSettings, planner: Planner, now: datetime
    ) -> Optional[Run]:
        """One bad run is one bad run."""
        try:
            return self._track(run, seen, stored, planner, now)
        except NotYet:
            return run
        except Exception as error:
            self._context.runs.failed(run, error)
            return None

    def _track(
        self, run: Run, seen: Mapping[str, rules.Seen], stored: StoredSettings, planner: Planner, now: datetime
    ) -> Optional[Run]:
        """The run after this look at it; None if somebody else changed it meanwhile, then the next tick looks again."""
        early = brought_back(run, now)
        if early != run:
            return self._context.runs.change(run, early)
        grace = self._context.clock.grace
        lost = rules.lost_fires(run, now, grace(rules.SUBMIT_LIMIT))
        if lost:
            return self._adopt(run, lost[0], stored, now)
        deadline = timedelta(hours=self._context.settings.run_deadline)
        after = rules.observe(run, seen, now, deadline + grace(), grace(rules.UNQUEUED_AFTER))
        plans: List[Plan] = []
        if not run.told:
            plans.append(planner.fired(after))
        finished = [task_id for task_id, task in after.tasks.items() if task.outcome and not task.told]
        if finished:
            plans += planner.tasks_finished(after, finished)
        after = rules.announced(after, finished)
        ended = rules.verdict(after)
        if ended is not None:
            after = rules.closed(after, ended, now)
            waits = planner.waits(after)
            if waits is None:
                plans.append(planner.complete(after, now))
            else:  # what it has found is read first, see worker.completing
                after = collecting.collecting(after, now + waits)
        if after == run:
            return run
        changed = self._context.runs.change(run, planned(after, plans))
        if changed is not None and changed.status is not Status.RUNNING:
            self._context.counts.add('runs_closed', changed.status.value)
            self._context.alerts.ended(changed)
        return changed

    def _adopt(self, run: Run, fire: Started, stored: StoredSettings, now: datetime) -> Optional[Run]:
        tasks = tasks_of_fire(self._context, stored, run, fire)
        return self._context.runs.change(run, adopted(run, fire.mark, tasks.task_ids, tasks.doubtful, now))

    def _watch(self, now: datetime) -> None:
        runs = self._context.runs.running()
        self._ask_workers(runs, self._look(runs), now)
        self._watch_closed(now)
        # A worker that was long away can still bring a receipt for a run that was folded without it.
        self._fold.runs(self._context.runs.doubted(now - DOUBTED), now)
        find_unrecorded(self._context, self._context.stored.read(), now)

    def _forget(self, now: datetime) -> None:
        """Remove what is old."""
        keep = timedelta(days=self._context.settings.history_days)
        runs, jobs = self._context.runs, self._context.jobs
        runs.forget(now, keep, self._forget_runs)
        self._forget_ledgers(now - keep)
        jobs.forget_alerts(now - keep)
        self._context.reports.forget(now - keep)
        self._context.audit.forget(now - keep)
        self._context.stored.forget_workers(now - FORGET_WORKERS)

    def _forget_runs(self, run_ids: List[str]) -> None:
        """What belongs to runs that are about to go."""
        self._context.jobs.forget_runs(run_ids)
        steering.forget_runs(self._context.db, run_ids)

    def _forget_ledgers(self, before: datetime) -> None:
        """What is known of schedules that are deleted and were not collected since a time."""
        old = self._context.pointers.untouched(before)
        known = {schedule.id for schedule in self._context.scans.schedules()} if old else set()
        for schedule_id in old:
            if schedule_id not in known:
                steering.forget_schedule(self._context.db, schedule_id)

    def _look_through(self, now: datetime) -> None:
        """What no other look finds: odd documents, and what belongs to nothing that is still there."""
        context = self._context
        context.runs.look_through()
        context.jobs.look_through()
        context.jobs.forget_orphans(now - timedelta(days=context.settings.history_days), context.runs.recorded)
        context.lanes.forget(now - FORGET_LANES)

    def _expire_reports(self, now: datetime) -> None:
        """Remove the files that are too old, too many, or left behind by a worker that died; the records stay."""
        context = self._context
        most = context.settings.report_total_mb * 1024 * 1024
        reports = context.reports.with_file_or_begun()
        ready = [report for report in reports if report.state is State.READY]
        for report in outdated(ready, now, most) + abandoned(reports, now):
            try:
                context.storage_of(report).remove(report.place)
                context.reports.change(report, report.evolve(state=State.EXPIRED, gone_at=now))
            except StorageError as error:
                log.warning('report %s cannot be removed yet: %s', report.id, error)
            except Exception as error:
                context.reports.failed(report, error)

    def _ask_workers(self, runs: Iterable[Run], seen: Mapping[str, rules.Seen], now: datetime) -> None:
        stale = [(run, rules.stale_tasks(run, now)) for run in runs]
        celery_ids = {
            task_id: seen[task_id].celery_id for _, task_ids in stale for task_id in task_ids if task_id in seen
        }
        known = self._context.probe(celery_ids.values()) if celery_ids else None
        if known is None:
            return
        alive = {task_id for task_id, celery_id in celery_ids.items() if celery_id in known}
        for run, task_ids in stale:
            self._context.runs.change(run, rules.probed(run, task_ids, alive, now))

    def _watch_closed(self, now: datetime) -> None:
        runs = self._context.runs.watched(now)
        ids = [task_id for run in runs for task_id, task in run.tasks.items() if task.outcome in rules.MAY_WAKE]
        states = self._context.scans.states(ids) if ids else {}
        seen = {task_id: rules.Seen(*state) for task_id, state in states.items()}
        for run in runs:
            self._context.runs.change(run, rules.woke_up(run, seen, now))
