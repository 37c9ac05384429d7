"""What the holder of a lane does with a job next. Pure."""

from datetime import datetime, timedelta
from enum import Enum
from typing import NamedTuple, Optional

from scan_notify_plugin.errors import Reason
from scan_notify_plugin.faults import Fault
from scan_notify_plugin.jobs.job import Job, PartState, State
from scan_notify_plugin.jobs.outcomes import Outcome, Policy
from scan_notify_plugin.jobs.routing import give_up, turned_away, uncertain
from scan_notify_plugin.jobs.settling import CHECK_FOR, settled
from scan_notify_plugin.jobs.waiting import QUICK, may_repeat, moved


class Do(Enum):
    """The next step of a job."""

    NOTHING = 'nothing'
    RENDER = 'render'
    POST = 'post'
    CHECK = 'check'
    CHANGE = 'change'


class Step(NamedTuple):
    """What to do."""

    do: Do
    #: the part of a POST or a CHECK
    index: int = -1  # type: ignore[assignment]  # nobody asks a record for tuple.index
    #: what a CHANGE makes of the job
    after: Optional[Job] = None


def patience_with(job: Job) -> timedelta:
    """The longest time for which something of a job is waited for."""
    return max(timedelta(seconds=job.give_up_after), CHECK_FOR)


def is_due(job: Job, lane: str, now: datetime) -> bool:
    """Whether it is the turn of a job in a lane."""
    return job.state is State.PENDING and job.lane == lane and job.due_at <= now


def next_step(job: Job, now: datetime, policy: Policy) -> Step:
    """What the holder of the job's lane does with it now."""
    if job.state is not State.PENDING or job.due_at > now:
        return Step(Do.NOTHING)
    lane = policy.lanes[job.at] if job.at < len(policy.lanes) else ''
    if lane and lane != job.lane:  # another robot by now, which has a lane of its own
        return Step(Do.CHANGE, after=moved(job, lane))
    index = _first_open(job)
    part = None if index is None else job.parts[index]
    if index is not None and part is not None and part.state is PartState.POSTING:
        # Whoever marked it never recorded what came of it: the same doubt as a cut connection.
        outcome = Outcome(reason=Reason.UNKNOWN, faults=(Fault('job.sender-died'),), vanished=True)
        return Step(Do.CHANGE, index, settled(job, index, part.key, part.attempt, outcome, now, policy))
    if policy.stopped:
        return Step(Do.CHANGE, after=turned_away(job, now, policy, policy.stopped))
    if index is not None and part is not None and part.state is PartState.POSTED:
        return Step(Do.CHECK, index)
    # Never without having tried: all workers may have been away all the time.
    if now >= job.give_up_at + policy.grace and _was_tried(job):
        return Step(Do.CHANGE, after=give_up(job, index, now, policy, (Fault('job.late'),)))
    if index is None or part is None:
        return Step(Do.RENDER)
    if not may_repeat(part, now, policy):
        return Step(Do.CHANGE, index, uncertain(job, index, now, policy))
    return Step(Do.POST, index)


def _was_tried(job: Job) -> bool:
    """Whether the target where the job stands was ever asked."""
    return any(attempt.target == job.target for attempt in job.attempts)


def _first_open(job: Job) -> Optional[int]:
    """The part to go on with: all are sent before the first is asked about."""
    for states in ((PartState.READY, PartState.POSTING), (PartState.POSTED,)):
        for index, part in enumerate(job.parts):
            if part.state in states:
                return index
    return None


def holds_up(job: Job, now: datetime) -> timedelta:
    """How long the messages behind a job wait for it after an attempt: a quick retry does not turn their order."""
    if job.state is not State.PENDING or not 0 < job.tries <= len(QUICK) or _first_open(job) is None:
        return timedelta(0)
    # Never longer than was meant: the clock may have been set back since.
    return max(timedelta(0), min(job.due_at - now, job.due_at - (job.decided_at or now)))
