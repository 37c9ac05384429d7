"""How long a job waits, and what is known of the age of what it remembers. Pure.

Times are MongoDB's, whose clock can be set. What lies more than :data:`~scan_notify_plugin.clock.SLACK` ahead was
written before it was set back; how long ago, nobody can say.
"""

from datetime import datetime, timedelta
from typing import Optional, Sequence
from zlib import crc32

from scan_notify_plugin.clock import SLACK
from scan_notify_plugin.jobs.job import Job, Part, PartState
from scan_notify_plugin.jobs.outcomes import Policy

QUICK = (1, 2, 5)
SLOW = (30, 60, 120, 240, 480, 900)
#: Seconds after each refusal with a code that nobody knows: quickly, then for half an hour.
REFUSED = QUICK + (300,) * 6
#: A message that may or may not have arrived is tried at least so often, as its key is trusted for minutes only.
IN_DOUBT = 60
#: How long a service is trusted to remember an idempotency key. DingTalk does not say; longer is a doubt.
KEY_TRUST = timedelta(minutes=10)


def due(job: Job, now: datetime, wait: timedelta = timedelta(0)) -> Job:
    """The job, due after ``wait``; it notes when that was decided: what was decided about in the future waits for
    nothing.
    """
    return job.evolve(due_at=now + wait, decided_at=now)


def retry_delay(tries: int, retry_after: Optional[float] = None, in_doubt: bool = False) -> timedelta:
    """How long to wait after the ``tries``-th failure: quickly first, then ever more slowly."""
    plan = QUICK + SLOW
    seconds = plan[min(tries, len(plan)) - 1]
    return timedelta(seconds=max(min(seconds, IN_DOUBT) if in_doubt else seconds, retry_after or 0))


def refused_delay(refusals: int, retry_after: Optional[float] = None) -> timedelta:
    """How long to wait after so many refusals for no known reason."""
    return timedelta(seconds=max(REFUSED[refusals - 1], retry_after or 0))


def pace_wait(sent: Sequence[datetime], now: datetime, count: int, seconds: float) -> timedelta:
    """How long a lane must wait so that it never sends more than ``count`` times in ``seconds``."""
    if len(sent) < count:
        return timedelta(0)
    return max(timedelta(0), min(sent[-count], now) + timedelta(seconds=seconds) - now)


def rush_wait(job_id: str, now: datetime, seconds: float) -> timedelta:
    """How long a job waits where all the world's jobs become due at full and half hours: until its own share of the
    ``seconds`` after one is over, which is always the same. The half hours of all time zones are UTC's, or within 15
    minutes of them.
    """
    share = crc32(job_id.encode('utf-8')) / 2.0**32
    past = timedelta(minutes=now.minute % 30, seconds=now.second, microseconds=now.microsecond)
    return max(timedelta(0), timedelta(seconds=seconds * share) - past)


def in_doubt(part: Part) -> bool:
    """Whether nobody knows if this part is there."""
    if part.state is PartState.UNCERTAIN:
        return True
    return part.state not in (PartState.DONE, PartState.FAILED) and part.doubt_at is not None


def may_repeat(part: Part, now: datetime, policy: Policy) -> bool:
    """Whether sending this part makes no second message that does not say so."""
    if part.doubt_at is None or part.repeat:
        return True
    return is_keyed(part, policy) and part.doubt_at <= now + SLACK and now - part.doubt_at < KEY_TRUST


def is_keyed(part: Part, policy: Policy) -> bool:
    """Whether the service drops this part when it comes again."""
    return bool(policy.idempotent if part.repeatable is None else part.repeatable)


def set_back(job: Job, now: datetime) -> Job:
    """A job that was decided about at a time still to come: a clock was set back.

    It is due now, unless it waits for a report or is held. No key is trusted with what is in doubt: how old that is,
    nobody knows.
    """
    waits = job.waits or job.not_before is not None and job.not_before == job.due_at
    wait = job.due_at - job.decided_at if waits and job.decided_at else timedelta(0)
    latest = now + wait + timedelta(seconds=job.give_up_after)
    return trusting_no_key(due(job, now, wait).evolve(give_up_at=min(job.give_up_at, latest)))


def moved(job: Job, lane: str) -> Job:
    """A job whose target is another robot by now. That one does not know the keys that the first one had."""
    return trusting_no_key(job.evolve(lane=lane))


def trusting_no_key(job: Job) -> Job:
    """A doubt of any part is one that is not tried again under its key."""
    for index, part in enumerate(job.parts):
        if part.state is PartState.POSTING or in_doubt(part):
            job = job.with_part(index, repeatable=False)
    return job
