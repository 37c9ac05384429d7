"""Where a message goes when its target cannot have it: once more as a possible repeat, to the next target, or to
people. Pure.

Whatever may be there is never told as an error: a job with a ``doubt`` of any of its targets ends in ``uncertain``
unless somebody has the message for certain.
"""

from datetime import datetime, timedelta
from typing import Iterable, Optional

from scan_notify_plugin.errors import Reason
from scan_notify_plugin.faults import Fault, Faults, once
from scan_notify_plugin.jobs.job import GOING_ON, Job, Part, PartState, State
from scan_notify_plugin.jobs.outcomes import Outcome, Policy, bad_end, logged
from scan_notify_plugin.jobs.waiting import due, in_doubt


def uncertain(job: Job, index: int, now: datetime, policy: Policy, faults: Faults = ()) -> Job:
    """Nobody will ever say whether part ``index`` arrived."""
    faults = faults or (Fault('job.uncertain', part=index + 1),)
    others = job.others(index)
    if policy.independent and any(part.state in GOING_ON for part in others):
        left = job.with_part(index, state=PartState.UNCERTAIN, faults=faults)
        return due(left.evolve(tries=0, starts=0), now)
    return _doubted(job, now, policy, _failures(others) + faults)


def ended(job: Job, parts: Iterable[Part], now: datetime, policy: Policy) -> Job:
    """The end of a job of which no part goes on: success, unless one of ``parts`` did not arrive, or perhaps not."""
    parts = tuple(parts)
    faults = _failures(parts)
    if any(part.state is PartState.UNCERTAIN for part in parts):
        return _doubted(job, now, policy, faults)
    if faults:
        return _onward(job, now, policy, faults, any(in_doubt(part) for part in parts))
    return job.evolve(state=State.SUCCESS, faults=())


def give_up(job: Job, index: Optional[int], now: datetime, policy: Policy, faults: Faults) -> Job:
    """Final here: in doubt, or on to the next target of the route, or an error that people see."""
    if index is not None and job.parts[index].doubt_at is not None:
        return uncertain(job, index, now, policy)
    return next_target(job, now, policy, faults)


def unserved(job: Job, now: datetime, policy: Policy, faults: Faults) -> Job:
    """No plugin serves the target any more: on to the next, as a possible repeat if a part may be there."""
    for index, part in enumerate(job.parts):
        if part.state is PartState.POSTED or in_doubt(part):
            return uncertain(job, index, now, policy._replace(independent=False))
    return next_target(job, now, policy, faults)


def turned_away(job: Job, now: datetime, policy: Policy, faults: Faults) -> Job:
    """The target takes nothing, whatever the message: on to the next, and no repeat of it here.

    :param faults: why
    """
    return unserved(job, now, policy._replace(resend_uncertain=False), faults)


def next_target(job: Job, now: datetime, policy: Policy, faults: Faults) -> Job:
    """Send the job to the next name on its route, or end it.

    :param faults: why
    """
    return _onward(job, now, policy, faults, any(in_doubt(part) for part in job.parts))


def _doubted(job: Job, now: datetime, policy: Policy, faults: Faults) -> Job:
    if policy.resend_uncertain and not job.repeat:
        # Rendered anew, with a new key and the words that this may be a repeat.
        return _as_repeat(_afresh(job, now), job, now, faults)
    return _onward(job, now, policy, faults, True)


def _onward(job: Job, now: datetime, policy: Policy, faults: Faults, doubt: bool) -> Job:
    at = job.at + 1
    if at >= len(job.route):
        return _final(job, now, faults, doubt)
    give_up_at = now + timedelta(seconds=job.give_up_after)
    lane = policy.lanes[at] if at < len(policy.lanes) else ''
    onward = _afresh(job, now).evolve(at=at, lane=lane, give_up_at=give_up_at, faults=_here(job, faults))
    return _as_repeat(onward, job, now, faults) if doubt else onward


def _afresh(job: Job, now: datetime) -> Job:
    return due(job.evolve(parts=(), tries=0, starts=0), now)


def _as_repeat(onward: Job, job: Job, now: datetime, faults: Faults) -> Job:
    """From here on each message says that it may be a repeat, and the history says why."""
    outcome = Outcome(reason=Reason.UNKNOWN, faults=faults + (Fault('job.told-on', target=onward.target),))
    return logged(onward, 0, None, outcome, now, job.at).evolve(repeat=True, doubts=job.doubts + _here(job, faults))


def _final(job: Job, now: datetime, faults: Faults, doubt: bool) -> Job:
    if job.doubts:
        faults = once(job.doubts + _here(job, faults))
    return bad_end(job, now, faults, State.UNCERTAIN if doubt or job.doubts else State.ERROR)


def _here(job: Job, faults: Faults) -> Faults:
    return tuple(Fault('at', target=job.target, cause=fault) for fault in faults)


def _failures(parts: Iterable[Part]) -> Faults:
    bad = (part for part in parts if part.state in (PartState.FAILED, PartState.UNCERTAIN))
    return tuple(fault for part in bad for fault in part.faults)
