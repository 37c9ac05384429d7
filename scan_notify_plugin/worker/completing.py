"""The ends of runs: what a run has found is read first, and then the plugins are asked what is to be sent."""

import time
from datetime import datetime, timedelta
from typing import Dict, Iterable, List, Optional

from scan_notify_plugin.jobs import collects
from scan_notify_plugin.jobs.job import Kind
from scan_notify_plugin.jobs.views import Turn
from scan_notify_plugin.plugins.rounds import NotYet
from scan_notify_plugin.runs import collecting
from scan_notify_plugin.runs.run import Ended, Run
from scan_notify_plugin.worker.context import Context
from scan_notify_plugin.worker.plan import Plan, Planner, planned

#: Seconds that one tick takes for it, and how many runs it reads at once; the others have the next turn.
PATIENCE, AT_ONCE = 2.0, 50


class Completing:
    """Makes the job that reads a run's results, and the plan when that is through or has taken too long.

    It reads those runs alone of which it has something to say, so that thousands that wait cost a tick next to nothing.
    """

    def __init__(self, context: Context) -> None:
        self._context = context

    def settle(self, ended: Iterable[Ended], planner: Planner, now: datetime) -> List[Run]:
        """Those of the ended runs whose plan is not made yet; the runs that were changed.

        :param ended: the runs that have ended and are not through
        """
        waiting = [run for run in ended if run.collect_until is not None]
        if not waiting:
            return []
        until = time.monotonic() + PATIENCE
        with_open = self._context.jobs.runs_with_open(Kind.COLLECT)
        ids = [run.id for run in waiting if run.id not in with_open or self._is_due(run, now)]
        changed: List[Optional[Run]] = []
        while ids and time.monotonic() < until:
            turn, ids = ids[:AT_ONCE], ids[AT_ONCE:]
            changed += self._settle(turn, planner, now)
        return [run for run in changed if run is not None]

    def _settle(self, run_ids: List[str], planner: Planner, now: datetime) -> List[Optional[Run]]:
        jobs: Dict[str, Turn] = {job.id: job for job in self._context.jobs.turns(run_ids)}
        changed: List[Optional[Run]] = []
        for run in self._context.runs.by_ids(run_ids):
            try:
                changed.append(self._settled(run, jobs.get(collects.identity(run.id)), planner, now))
            except NotYet:
                continue
            except Exception as error:  # one bad run is one bad run
                self._context.runs.failed(run, error)
        return changed

    def _settled(self, run: Run, job: Optional[Turn], planner: Planner, now: datetime) -> Optional[Run]:
        """The run after this look; None if there is nothing to say of it, or somebody else was faster."""
        context = self._context
        if run.collect_until is None:
            return None
        if job is None and collecting.is_collecting(run):
            give_up_after = timedelta(hours=context.settings.give_up_after)
            context.jobs.insert(collects.new_job(run, now, give_up_after))
        anew = collecting.waiting_anew(run, now, self._longest())
        if anew != run:
            return context.runs.change(run, anew)
        after = run
        if job is not None and collects.is_through(job) and collecting.is_collecting(run):
            after = collecting.not_known(run, collects.why_not(job), now)
        if collecting.is_collecting(after) and not collecting.has_waited(
            run, now, context.clock.grace(self._longest())
        ):
            return None
        return self._planned(run, after, planner.complete(after, now))

    def _planned(self, run: Run, after: Run, plan: Plan) -> Optional[Run]:
        """The run with the answers of exactly this round, in the same write as what says that it was asked."""
        changed = self._context.runs.change(run, planned(after.evolve(collect_until=None), [plan]))
        self._context.alerts.ended(changed)
        return changed

    def _is_due(self, run: Ended, now: datetime) -> bool:
        longest = self._longest()
        return collecting.has_waited(run, now, self._context.clock.grace(longest)) or collecting.is_ahead(
            run, now, longest
        )

    def _longest(self) -> timedelta:
        settings = self._context.settings
        return collecting.waits(timedelta(seconds=settings.collect_wait), timedelta(minutes=settings.export_wait))
