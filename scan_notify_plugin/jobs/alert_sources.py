"""What is trouble: a job or a run that came to a bad end, and that no worker was alive. Pure."""

from datetime import datetime, timedelta
from typing import Iterable, List, Mapping, NamedTuple, Optional, Union

from scan_notify_plugin.jobs.alert_events import time_of
from scan_notify_plugin.jobs.job import Job, Kind, State
from scan_notify_plugin.jobs.views import Ended
from scan_notify_plugin.runs.run import Unusable


class Trouble(NamedTuple):
    """What operators should know, and of which kind it is."""

    kind: str
    facts: Mapping[str, str]


class BadEnd(NamedTuple):
    """Trouble that a job or a run has come to."""

    #: so that none is counted twice; a job may come to another one
    name: str
    trouble: Trouble
    at: Optional[datetime]


def ends_of_job(job: Union[Job, Ended]) -> List[BadEnd]:
    """A job's bad end, as far as it is trouble."""
    trouble = trouble_of(job)
    if trouble is None or job.untold is None:
        return []
    return [BadEnd('{} {}'.format(job.id, job.untold.isoformat()), trouble, job.untold)]


def ends_of_run(run: Unusable) -> List[BadEnd]:
    """The targets that a run could not be sent to."""
    facts = {'schedule': run.schedule_name, 'state': 'unusable'}
    return [
        BadEnd('{} {}'.format(run.id, name), Trouble('delivery', dict(facts, target=name)), run.end_time)
        for name in run.untold or ()
    ]


def trouble_of(job: Union[Job, Ended]) -> Optional[Trouble]:
    """What there is to tell of a job that has ended; None if it is no trouble, or an alert's own."""
    if job.test or not job.run_ids:
        return None
    if job.kind is Kind.NOTIFY and job.state in (State.ERROR, State.UNCERTAIN):
        return Trouble('delivery', {'run': job.run_ids[0], 'target': job.target, 'state': job.state.value})
    if job.kind is Kind.EXPORT and job.state is State.ERROR:
        return Trouble('report', {'run': job.run_ids[0], 'format': job.format})
    return None


def silence(
    seen_at: Iterable[object], now: datetime, alive: timedelta, grace: timedelta, least: timedelta
) -> Optional[timedelta]:
    """How long no worker was alive before this one; None if that is not worth a message, or nobody knows.

    :param seen_at: when workers were seen alive; what is no time does not count
    :param alive: how long this one has been since then, or at all
    :param grace: by how much the clock was set forward lately
    """
    known = [at for at in map(time_of, seen_at) if at is not None]
    if not known:
        return None
    silent = now - max(known) - alive - grace
    return silent if silent >= least else None
