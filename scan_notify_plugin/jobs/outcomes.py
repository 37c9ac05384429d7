"""What an attempt came to, how a channel wants it taken, and the line about it in a job's history."""

from datetime import datetime, timedelta
from typing import FrozenSet, Mapping, NamedTuple, Optional, Sequence

from scan_notify_plugin.errors import Reason
from scan_notify_plugin.faults import Fault, Faults
from scan_notify_plugin.jobs.job import Attempt, Job, Receipt, State

KEEP_ATTEMPTS = 50


#: What the history says of a try that some of its people have, and others not.
SOME_HAVE_IT = 'job.some-have-it'


class Policy(NamedTuple):
    """What the channel and the settings say."""

    idempotent: bool
    resend_uncertain: bool = False
    #: where each name on the route is sent from; filled by who knows the notifiers
    lanes: Sequence[str] = ()
    #: whether each part is for people of its own, so that one which is refused keeps no other back
    independent: bool = False
    #: how far MongoDB's clock was set ahead lately: so much of a job's time may never have been
    grace: timedelta = timedelta(0)
    #: codes after which a part that has no key is sent again all the same, saying that it may be a repeat
    repeats_after: FrozenSet[object] = frozenset()
    #: why nothing is asked of the target where the job stands; empty if it is not stopped
    stopped: Faults = ()


class Outcome(NamedTuple):
    """What one attempt came to: a receipt, or a reason."""

    receipt: Optional[Receipt] = None
    reason: Optional[Reason] = None
    code: object = None
    #: what the service said, or what kept it from saying anything
    faults: Faults = ()
    retry_after: Optional[float] = None
    #: the worker died, or lost the part, between marking and recording
    vanished: bool = False
    #: the method of the notifier that has not come back; '' if it has
    hangs: str = ''
    #: fields of the part's content that are others from now on, since some people have it
    rest: Optional[Mapping[str, object]] = None


def logged(
    job: Job, index: int, attempt: Optional[str], outcome: Outcome, now: datetime, at: Optional[int] = None
) -> Job:
    """The job with one more line in its history, which holds the newest 50.

    :param at: where on the route the attempt was made, if not where the job is now
    """
    target = job.route[job.at if at is None else at]
    line = Attempt(now, target, index, result(outcome), outcome.faults, attempt, outcome.code)
    return with_line(job, line)


def with_line(job: Job, line: Attempt) -> Job:
    """The job with one more line in its history."""
    return job.evolve(attempts=(job.attempts + (line,))[-KEEP_ATTEMPTS:])


def result(outcome: Outcome) -> str:
    """An outcome in one word, as the history and the metrics have it."""
    return 'accepted' if outcome.receipt is not None else (outcome.reason or Reason.UNKNOWN).value


def bad_end(job: Job, now: datetime, faults: Faults, state: State = State.ERROR) -> Job:
    """The end of a job that is not a good one. It says itself that operators have not heard of it: no worker must
    remember.
    """
    return job.evolve(state=state, faults=faults, untold=now)


def explained(outcome: Outcome) -> Faults:
    """Why an attempt did not succeed: its reason and code, and what the service says."""
    if outcome.reason is None:
        return outcome.faults
    code = 'sent.code' if outcome.code not in (None, '', 0) else 'sent.reason'
    facts = (
        {'reason': outcome.reason.value, 'code': outcome.code}
        if code == 'sent.code'
        else {'reason': outcome.reason.value}
    )
    if not outcome.faults:
        return (Fault(code + '.only', **facts),)
    return (Fault(code, cause=outcome.faults[0], **facts),) + outcome.faults[1:]
