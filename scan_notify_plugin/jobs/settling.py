"""What the outcome of an attempt makes of a job. Pure."""

from datetime import datetime, timedelta
from typing import Optional

from scan_notify_plugin.errors import Reason
from scan_notify_plugin.faults import Fault, Faults
from scan_notify_plugin.jobs.job import GOING_ON, OPEN, Job, Part, PartState, Receipt, State
from scan_notify_plugin.jobs.outcomes import SOME_HAVE_IT, Outcome, Policy, explained, logged
from scan_notify_plugin.jobs.routing import ended, give_up, turned_away, uncertain
from scan_notify_plugin.jobs.waiting import QUICK, REFUSED, SLOW, due, is_keyed, may_repeat, refused_delay, retry_delay

#: A job whose worker dies this often in a row is itself the suspect.
MAX_STARTS = 3
#: A message without a key is sent again as a possible repeat so often, which takes half an hour: each may be there.
MOST_REPEATS = len(QUICK + SLOW)
#: Seconds until a service is asked what came of a message, and for how long it is asked.
CHECKS = (2, 3, 5, 10, 30, 60, 300)
CHECK_FOR = timedelta(hours=6)

#: Retry, as a table: may the same part be sent to the same target again later?
RETRY = frozenset([Reason.UNREACHABLE, Reason.UNKNOWN, Reason.BUSY, Reason.THROTTLED, Reason.REFUSED])
#: Said to a question about a part, these say nothing about the part.
_OF_THE_QUESTION = RETRY | {Reason.GONE}


def posting(job: Job, index: int, attempt: str, now: datetime) -> Job:
    """The mark that must be in the journal before the request leaves."""
    marked = job.with_part(index, state=PartState.POSTING, attempt=attempt, posting_at=now)
    return marked.evolve(starts=job.starts + 1)


def settled(
    job: Job,
    index: int,
    key: str,
    attempt: Optional[str],
    outcome: Outcome,
    now: datetime,
    policy: Policy,
    at: Optional[int] = None,
) -> Job:
    """The job after an attempt to send part ``index`` under ``key``; as it was if that says nothing new.

    A receipt is a fact: it counts for its part even when the lane was lost, or the part is in doubt by now, and stays
    in the history when the part is gone. Anything else counts only for the attempt that the part is waiting for.

    :param at: where on the route the attempt was made, if that may not be where the job is now
    """
    part = job.parts[index] if index < len(job.parts) else None
    if outcome.receipt is not None:
        known = logged(job, index, attempt, outcome, now, at)
        is_news = part is not None and part.key == key and part.state is not PartState.DONE
        return _accepted(known, index, outcome.receipt, now, policy) if is_news else known
    if part is None or part.attempt != attempt or part.state is not PartState.POSTING or job.state not in OPEN:
        return job
    left = _with_rest(part.evolve(state=PartState.READY), outcome)
    if outcome.reason is Reason.UNKNOWN:
        left = _in_doubt(left, outcome, policy)
    said = outcome.faults
    if outcome.rest is not None:
        said += (Fault(SOME_HAVE_IT),)
    if left.repeats > part.repeats:
        said += (Fault('job.again'),)
    known = logged(job, index, attempt, outcome._replace(faults=said), now, at)
    return _refused(known.with_part(index, **left._asdict()), index, outcome, now, policy)


def _with_rest(part: Part, outcome: Outcome) -> Part:
    """A part that some people have: what is sent again is for the others."""
    if not outcome.rest:
        return part
    return part.evolve(content={**part.content, **outcome.rest}, withheld={**part.withheld, **outcome.rest})


def _in_doubt(part: Part, outcome: Outcome, policy: Policy) -> Part:
    """A part that may be there now."""
    part = part.evolve(doubt_at=part.doubt_at or part.posting_at)
    again = outcome.code is not None and outcome.code in policy.repeats_after and part.repeats < MOST_REPEATS
    if again and not is_keyed(part, policy):
        return part.evolve(repeat=True, repeats=part.repeats + 1)
    return part.evolve(repeat=False)


def _refused(job: Job, index: int, outcome: Outcome, now: datetime, policy: Policy) -> Job:
    part = job.parts[index]
    # What may be there is a doubt, however often a worker died over it.
    if not may_repeat(part, now, policy) or (outcome.vanished and job.starts >= MAX_STARTS):
        return uncertain(job, index, now, policy)
    if not outcome.vanished:
        job = job.evolve(starts=0)
    if outcome.reason is Reason.CONTENT and part.doubt_at is None and part.withheld != part.content:
        # Moderation refused something a stranger wrote: nobody may silence us that way. Once, as another message.
        return job.with_part(index, content=part.withheld, key=part.key + '-w')
    refusals = part.refusals + 1 if outcome.reason is Reason.REFUSED else 0
    if outcome.reason is Reason.GONE:
        return turned_away(job, now, policy, explained(outcome))
    if outcome.reason not in RETRY or refusals > len(REFUSED):
        if policy.independent and part.doubt_at is None:
            return _failed(job, index, explained(outcome), now, policy)
        return give_up(job, index, now, policy, explained(outcome))
    if outcome.reason is Reason.THROTTLED:
        return job  # the lane cools down; being told to wait is no attempt
    job = job.evolve(tries=job.tries + 1)
    if refusals:
        return due(job.with_part(index, refusals=refusals), now, refused_delay(refusals, outcome.retry_after))
    trusted = part.doubt_at is not None and not part.repeat
    return due(job, now, retry_delay(job.tries, outcome.retry_after, trusted))


def _accepted(job: Job, index: int, receipt: Receipt, now: datetime, policy: Policy) -> Job:
    state = PartState.DONE if receipt.final else PartState.POSTED
    job = job.with_part(index, state=state, receipt=receipt).evolve(starts=0, tries=0)
    if job.state is State.CANCELLED:
        return job
    others = job.others(index)
    if receipt.final and not any(part.state in GOING_ON for part in others):
        return ended(job, others, now, policy)
    if job.state not in OPEN:
        # What was in doubt is known now; the parts after it were never tried.
        job = due(job.evolve(state=State.PENDING, faults=()), now)
    if not receipt.final and not any(part.state in (PartState.READY, PartState.POSTING) for part in others):
        job = due(job, now, timedelta(seconds=CHECKS[0]))
    return job


def _failed(job: Job, index: int, faults: Faults, now: datetime, policy: Policy) -> Job:
    """Part ``index`` did not arrive, and that is no reason to keep the others back."""
    job = job.with_part(index, state=PartState.FAILED, faults=faults)
    if any(part.state in GOING_ON for part in job.others(index)):
        return job.evolve(tries=0)
    return ended(job, job.parts, now, policy)


def checked(job: Job, index: int, outcome: Outcome, now: datetime, policy: Policy) -> Job:
    """The job after the service was asked what came of part ``index``; as it was if nobody waits for that any more.

    A question that fails says nothing about the part.
    """
    part = job.parts[index] if index < len(job.parts) else None
    if part is None or part.posting_at is None or part.state is not PartState.POSTED or job.state not in OPEN:
        return job
    known = logged(job, index, None, outcome, now)
    if outcome.receipt is not None and outcome.receipt.final:
        return _accepted(known, index, outcome.receipt, now, policy)
    if outcome.receipt is None and outcome.reason not in _OF_THE_QUESTION and not _is_http(outcome.code):
        return _failed(known, index, explained(outcome), now, policy)
    if now - part.posting_at >= CHECK_FOR + policy.grace:
        silent = Fault('job.unanswered', part=index + 1)
        return uncertain(job, index, now, policy._replace(resend_uncertain=False), (silent,))
    if outcome.receipt is not None:
        job = job.with_part(index, receipt=outcome.receipt)
    tries = job.tries + 1
    wait = max(CHECKS[min(tries, len(CHECKS) - 1)], outcome.retry_after or 0)
    return due(job.evolve(tries=tries), now, timedelta(seconds=wait))


def _is_http(code: object) -> bool:
    """Whether a code is an HTTP status: that of a question, and not of a message."""
    return isinstance(code, int) and 300 <= code < 600
