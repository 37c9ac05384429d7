"""When an export job starts, is tried again, or ends, and when the messages that wait for it go out. Pure."""

import zlib
from datetime import datetime, timedelta
from typing import Iterable, List, Tuple

from scan_notify_plugin.faults import Fault, Faults, once
from scan_notify_plugin.jobs.job import OPEN, Attempt, Job, Kind, State
from scan_notify_plugin.jobs.outcomes import bad_end, with_line
from scan_notify_plugin.jobs.settling import MAX_STARTS
from scan_notify_plugin.jobs.views import Turn
from scan_notify_plugin.jobs.waiting import due, retry_delay

#: An export that failed so often will not come right by itself.
MAX_TRIES = 8
#: For each format, so that an exporter that hangs keeps no other back.
LANES = 2


def lane(run_id: str, name: str) -> str:
    """Which of the lanes of a format a run's export goes through."""
    return 'export:{}:{}'.format(name, zlib.crc32(run_id.encode('utf-8')) % LANES)


def starting(job: Job, attempt: str, now: datetime) -> Job:
    """A worker begins; a job that was begun too often without an end is given up."""
    if job.starts >= MAX_STARTS:
        return bad_end(job, now, (Fault('job.died', count=job.starts),)).evolve(attempt=None)
    return job.evolve(starts=job.starts + 1, attempt=attempt, progress=0)


def stopped(job: Job) -> Job:
    """A worker that is told to stop puts an export back: that is no death."""
    return job.evolve(starts=job.starts - 1, attempt=None, progress=0)


def finished(job: Job, report_id: str, rows: int, now: datetime) -> Job:
    """The job after a report was kept."""
    done = job.evolve(state=State.SUCCESS, faults=(), attempt=None, report_id=report_id, progress=rows)
    return with_line(done, _line(job, now, 'accepted', ()))


def failed(job: Job, faults: Faults, now: datetime, final: bool = False, grace: timedelta = timedelta(0)) -> Job:
    """The job after a failure: again later, or ``final``.

    :param grace: how far the clock was set ahead lately
    """
    left = with_line(job.evolve(tries=job.tries + 1, starts=0, attempt=None), _line(job, now, 'failed', faults))
    if final or left.tries >= MAX_TRIES or now >= job.give_up_at + grace:
        return bad_end(left, now, faults)
    return due(left.evolve(faults=faults), now, retry_delay(left.tries))


def _line(job: Job, now: datetime, result: str, faults: Faults) -> Attempt:
    return Attempt(now, job.format, 0, result, faults, job.attempt, None)


def released(jobs: Iterable[Turn], now: datetime) -> List[Tuple[Turn, Turn]]:
    """The notifications of one run that need not wait any longer, as all its exports are through: before and after."""
    jobs = list(jobs)
    if any(job.kind is Kind.EXPORT and job.state in OPEN for job in jobs):
        return []
    waiting = [
        job for job in jobs if job.kind is Kind.NOTIFY and job.waits and job.state is State.PENDING and job.due_at > now
    ]
    return [(job, job._replace(waits=False, due_at=max(now, job.not_before or now), decided_at=now)) for job in waiting]


def faults_of(jobs: Iterable[Turn]) -> Faults:
    """Why reports of a run could not be made; none if none failed."""
    bad = (job for job in jobs if job.kind is Kind.EXPORT and job.state is State.ERROR)
    return once(fault for job in sorted(bad, key=lambda job: job.id) for fault in job.faults)


def wait_until(now: datetime, minutes: float) -> datetime:
    """When a notification goes out even though an export is not through."""
    return now + timedelta(minutes=minutes)
