"""The job that reads what a run has found: its lane, whose turn it is there, and how it ends. Pure."""

from datetime import datetime, timedelta
from typing import Iterable, Mapping, Optional

from scan_notify_plugin.faults import Fault, Faults
from scan_notify_plugin.jobs.job import OPEN, Job, Kind, State
from scan_notify_plugin.jobs.making import begun
from scan_notify_plugin.jobs.views import Turn
from scan_notify_plugin.runs.run import Run

#: Lanes begin so. A schedule has one: two of its rounds are never compared with the rounds before at once.
PREFIX = 'collect:'
#: A run of fewer records than this is a small one.
SMALL = 2000


def lane(schedule_id: str) -> str:
    """The lane of a schedule's rounds."""
    return PREFIX + schedule_id


def identity(run_id: str) -> str:
    """The id of a run's job; there is one at most."""
    return '{}/collect'.format(run_id)


def new_job(run: Run, now: datetime, give_up_after: timedelta) -> Job:
    """What reads a run's results."""
    return begun(identity(run.id), Kind.COLLECT, [run.id], 'core', lane(run.schedule_id), (), now, give_up_after)


def first(jobs: Iterable[Job], numbers: Mapping[str, int]) -> Optional[Job]:
    """The one of the earliest round, due or not: a later round is compared with it. None if there is none.

    :param numbers: the rounds of the runs; a run that is gone has none, and its job is through at once
    """
    ordered = sorted(jobs, key=lambda job: (numbers.get(job.run_ids[0], -1), job.run_ids[0]))
    return ordered[0] if ordered else None


def finished(job: Job, records: int) -> Job:
    """The job after what its run has found is known."""
    return job.evolve(state=State.SUCCESS, faults=(), attempt=None, progress=records)


def of(run_id: str, jobs: Iterable[Turn]) -> Optional[Turn]:
    """A run's job among all of its jobs; None if there is none."""
    return next((job for job in jobs if job.id == identity(run_id)), None)


def is_through(job: Optional[Turn]) -> bool:
    """Whether nobody works on it any more."""
    return job is None or job.state not in OPEN


def why_not(job: Optional[Turn]) -> Faults:
    """Why what a run has found is not known although its job is through."""
    return job.faults if job is not None and job.faults else (Fault('collect.no-job'),)
