"""From plans to jobs, and from jobs back to their runs: what a tick does about runs that have ended."""

import time
from datetime import datetime, timedelta
from typing import Dict, Iterable, Sequence

from scan_notify_plugin.jobs import collects, exports
from scan_notify_plugin.jobs.folding import fold
from scan_notify_plugin.jobs.job import Kind
from scan_notify_plugin.jobs.making import new_job
from scan_notify_plugin.jobs.views import Turn, standing
from scan_notify_plugin.runs import collecting
from scan_notify_plugin.runs.rules import fold_order, queued
from scan_notify_plugin.runs.run import Ended, JobStatus, Run, Status, Want, unmade
from scan_notify_plugin.worker.context import Context
from scan_notify_plugin.worker.plan import routed

#: Seconds that one tick takes for it, and how many runs it reads at once; the others have the next turn.
PATIENCE, AT_ONCE = 2.0, 50


class Fold:
    """Writes the jobs that plans want and nobody has written yet; folds the jobs of ended runs into them.

    It reads those runs alone of which it has something to say, so that thousands of messages that wait for a robot cost
    a tick next to nothing.
    """

    def __init__(self, context: Context) -> None:
        self._context = context

    def settle(self, ended: Sequence[Ended], now: datetime) -> None:
        """Of these ended runs, which are not through, those of which there is something to say."""
        until = time.monotonic() + PATIENCE
        jobs = self._context.jobs
        if not ended:
            return
        waiting = fold_order(ended, jobs.runs_with_open(), jobs.runs_with_open(Kind.EXPORT))
        while waiting and time.monotonic() < until:
            turn, waiting = waiting[:AT_ONCE], waiting[AT_ONCE:]
            self.runs(self._context.runs.by_ids(turn), now)

    def runs(self, runs: Iterable[Run], now: datetime) -> None:
        """These."""
        planned = [run for run in runs if run.plan or run.results is not None]
        by_run: Dict[str, Dict[str, Turn]] = {run.id: {} for run in planned}
        for job in self._context.jobs.turns(by_run):
            for run_id in job.run_ids:
                by_run.get(run_id, {})[job.id] = job
        for run in planned:
            try:
                self._fold_run(run, by_run[run.id], now)
            except Exception as error:  # one bad run is one bad run
                self._context.runs.failed(run, error)

    def _fold_run(self, run: Run, jobs: Dict[str, Turn], now: datetime) -> None:
        # Exports first: a message must find the exports that it waits for.
        for want in sorted(unmade(run.plan, jobs), key=lambda want: not want.is_export):
            self._make(run.id, want, jobs, now)
        if unmade(run.plan, jobs):  # an export may be among them, so no message is let go yet
            return
        for before, after in exports.released(jobs.values(), now):
            self._context.jobs.change(before, after)
        if run.status is not Status.RUNNING:
            self._context.runs.change(run, folded_into(queued(run), jobs.values(), now))

    def _make(self, run_id: str, want: Want, jobs: Dict[str, Turn], now: datetime) -> None:
        """The job of a plan entry."""
        give_up_after = timedelta(hours=self._context.settings.give_up_after)
        job = new_job(want, routed(self._context, run_id, want), run_id, now, give_up_after)
        if self._context.jobs.insert(job):
            self._context.alerts.ended(job)  # one that cannot be done is born in error
            return
        odd = self._context.jobs.set_aside(want.id)
        jobs.update({want.id: odd} if odd else {})


def folded_into(run: Run, jobs: Iterable[Turn], now: datetime) -> Run:
    """A run with what its jobs say of it."""
    counting = standing(jobs)
    if run.collect_until is not None:  # whatever is through: the plan of its end is still to come
        return run
    collect = collects.of(run.id, counting)
    if collecting.is_collecting(run) and collects.is_through(collect):
        run = collecting.not_known(run, collects.why_not(collect), now)
    export_status, push_status = fold(counting)
    return run.evolve(
        export_status=JobStatus(export_status),
        export_faults=exports.faults_of(counting),
        push_status=JobStatus(push_status),
    )
