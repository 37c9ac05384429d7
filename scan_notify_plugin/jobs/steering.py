"""What a person makes of a job: held, let go, cancelled, settled, sent again. Pure."""

import re
from datetime import datetime, timedelta
from typing import Iterable, List, Optional, Sequence

from scan_notify_plugin.clock import SLACK
from scan_notify_plugin.errors import ScanNotifyError
from scan_notify_plugin.faults import Fault
from scan_notify_plugin.jobs import exports
from scan_notify_plugin.jobs.job import OPEN, ROUTELESS, Attempt, Job, Kind, Part, PartState, Receipt, Settled, State
from scan_notify_plugin.jobs.lanes import LEASE
from scan_notify_plugin.jobs.outcomes import SOME_HAVE_IT
from scan_notify_plugin.jobs.waiting import due, in_doubt
from scan_notify_plugin.runs.run import Run, Want, unmade

#: Results of attempts after which people may have the message.
_PERHAPS_THERE = ('accepted', 'unknown')


class Refused(ScanNotifyError):
    """It cannot be done in the state that the job is in; the text says why."""


def held(job: Job, now: datetime) -> Job:
    """Let a job wait for a person. A request under way is finished, nothing after it is begun.

    :raises Refused: unless it is pending
    """
    if job.state is not State.PENDING:
        raise Refused(Fault('job.already', state=job.state.value))
    if job.kind in ROUTELESS and job.attempt:
        job = exports.stopped(job)  # its worker notices, and begins anew when the job is let go
    return job.evolve(state=State.HELD, held_at=now)


def let_go(job: Job, now: datetime) -> Job:
    """End a hold; the time it took counts neither towards giving up nor as waiting for reports.

    :raises Refused: unless it is held
    """
    if job.state is not State.HELD:
        raise Refused(Fault('job.not-held', state=job.state.value))
    time = max(timedelta(0), now - (job.held_at or now))  # a clock may have been set back meanwhile
    # The reports that it waits for may have been held as well.
    due_at = job.due_at + time if job.waits else job.due_at
    return job.evolve(state=State.PENDING, held_at=None, give_up_at=job.give_up_at + time, due_at=due_at)


def cancelled(job: Job, by: str, now: datetime) -> Job:
    """End a job which is not through; an export under way notices it and leaves nothing.

    :raises Refused: if it is through, or a request of it is on its way at this moment
    """
    if job.state not in OPEN:
        raise Refused(Fault('job.already', state=job.state.value))
    faults = (Fault('job.cancelled', by=by),) + job.doubts
    for index, part in enumerate(job.parts):
        under_way = part.state is PartState.POSTING
        # No request takes as long as a lease: after that its worker is gone, and nobody will ever say.
        if under_way and part.posting_at is not None and -SLACK <= now - part.posting_at < LEASE:
            raise Refused(Fault('job.on-its-way'))
        if under_way or _in_doubt(part):
            faults += (Fault('job.uncertain', part=index + 1),)
    return job.evolve(state=State.CANCELLED, faults=faults, ended_at=now)


def settled_by(job: Job, by: str, delivered: bool, now: datetime) -> Job:
    """A person has looked whether a message in doubt is there. Its remaining parts go on if it is.

    :raises Refused: unless it is uncertain
    """
    if job.state is not State.UNCERTAIN:
        raise Refused(Fault('job.not-uncertain', state=job.state.value))
    # Whoever looked knows of it.
    job = job.evolve(settled=Settled(by, now, delivered), untold=None)
    if not delivered:
        return job.evolve(state=State.ERROR, faults=(Fault('job.not-delivered', by=by),))
    doubtful = [index for index, part in enumerate(job.parts) if _in_doubt(part)]
    if job.doubts and not doubtful:  # it is an earlier target that has the message
        return job.evolve(state=State.SUCCESS, faults=())
    for index in doubtful:
        job = job.with_part(index, state=PartState.DONE, receipt=Receipt('', Fault('job.settled-by', by=by)))
    if any(part.state not in (PartState.DONE, PartState.FAILED) for part in job.parts):
        give_up_at = max(job.give_up_at, now + timedelta(seconds=job.give_up_after))
        return due(job.evolve(state=State.PENDING, faults=(), tries=0, starts=0, give_up_at=give_up_at), now)
    failures = tuple(fault for part in job.parts if part.state is PartState.FAILED for fault in part.faults)
    return job.evolve(state=State.ERROR if failures else State.SUCCESS, faults=failures)


def _in_doubt(part: Part) -> bool:
    return part.state is PartState.POSTED or in_doubt(part)


def may_have_arrived(job: Job) -> bool:
    """Whether people may have something of this job, so that sending it again may be a repeat."""
    if job.settled and not job.settled.delivered:
        return any(part.state is PartState.DONE for part in job.parts)
    if job.state in (State.SUCCESS, State.UNCERTAIN) or job.doubts:
        return True
    if any(part.state is PartState.POSTING or part.receipt or part.doubt_at for part in job.parts):
        return True
    return any(attempt.result in _PERHAPS_THERE or _some_have(attempt) for attempt in job.attempts)


def _some_have(attempt: Attempt) -> bool:
    return any(fault.code == SOME_HAVE_IT for fault in attempt.faults)


def resend_plan(
    run: Run,
    jobs: Sequence[Job],
    targets: Iterable[str],
    formats: Iterable[str],
    by: str,
    waits: Optional[datetime],
) -> List[Want]:
    """The plan entries that send a run to these targets, and make these reports, once more.

    :param jobs: all of the run
    :param waits: until when the messages wait for these reports
    :raises Refused: if one of these is not through yet
    """
    requested = [(Kind.EXPORT, name) for name in formats] + [(Kind.NOTIFY, name) for name in targets]
    number = _next_number(run)
    return [_resend_want(run, jobs, kind, name, number, by, waits) for kind, name in requested]


def _resend_want(
    run: Run, jobs: Sequence[Job], kind: Kind, name: str, number: int, by: str, waits: Optional[datetime]
) -> Want:
    earlier = [job for job in jobs if job.kind is kind and job.subject == name]
    open_ids = [job.id for job in earlier if job.state in OPEN]
    open_ids += [
        want.id
        for want in unmade(run.plan, [job.id for job in jobs])
        if want.kind == kind.value and want.subject == name
    ]
    if open_ids:
        raise Refused(Fault('job.not-through', job=open_ids[0]))
    is_export = kind is Kind.EXPORT
    return Want(
        id='{}/resend-{}/{}{}'.format(run.id, number, 'export-' if is_export else '', name),
        kind=kind.value,
        by=by,
        subject=name,
        waits=None if is_export else waits,
        repeat=any(may_have_arrived(job) for job in earlier) and not is_export,
        replaces=tuple(job.id for job in earlier),
        alone=run.test,
    )


def _next_number(run: Run) -> int:
    """Ids are never used twice, also where an earlier resend was cancelled."""
    pattern = re.compile(re.escape(run.id) + r'/resend-(\d+)/')
    matches = [pattern.match(want.id) for want in run.plan]
    return max([int(match.group(1)) for match in matches if match] or [0]) + 1
