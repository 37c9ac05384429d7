"""Asks the plugins once more, before a run is passed on to a fallback, sent again by a person, or told as a test."""

from datetime import datetime, timedelta
from functools import partial
from typing import Generator, Optional

from hookspecs import TargetRef
from scan_notify_plugin.deadline import Overstayed, Stay
from scan_notify_plugin.faults import Fault
from scan_notify_plugin.jobs.job import Job, Kind, State
from scan_notify_plugin.jobs.outcomes import Policy
from scan_notify_plugin.jobs.routing import next_target
from scan_notify_plugin.jobs.waiting import due
from scan_notify_plugin.runs.run import Status
from scan_notify_plugin.worker.context import Context
from scan_notify_plugin.worker.crew import Call, returned
from scan_notify_plugin.worker.plan import holds_of, run_record, skips_of

#: Seconds for all plugins together.
LIMIT = 30.0


def why_asked(job: Job) -> str:
    """``Run.again`` for a message that is to be rendered; '' for one that the plugins have planned themselves."""
    if job.kind is not Kind.NOTIFY or job.asked == job.at:
        return ''
    if job.at > 0 or job.by == 'core':  # the plan passes on by itself what the target's own plugin cannot answer for
        return 'fallback'
    if job.test:
        return 'test'
    return 'resend' if ':' in job.by else ''  # a person, as in the audit; no plugin is called so


def held_back(context: Context, job: Job, now: datetime, policy: Policy) -> Generator[Call, object, Optional[Job]]:
    """The job as plugins have it who would not tell its target, or not yet; None if it goes on."""
    again = why_asked(job)
    run = context.runs.get(job.run_ids[0]) if again and job.run_ids else None
    target = context.channels.target(job.target)
    if run is None or run.status is Status.RUNNING or target is None:
        return None
    record = run_record(run, (TargetRef(target.name, target.channel),))._replace(again=again)
    ask = partial(context.dispatcher.call, 'on_run_complete', run=record)
    try:
        value = yield Call('core', 'on_run_complete', LIMIT, ask, Stay(), quiet=True)
    except Overstayed:  # each plugin has its own end, and those that hang are not asked the next time
        return None
    answers = returned(ask, value)
    skip = skips_of(answers).get(target.name)
    if skip is not None:
        return _skipped(job, again, now, policy, skip)
    until = holds_of(answers, now).get(target.name)
    return _held(job, now, until) if until else None


def _skipped(job: Job, again: str, now: datetime, policy: Policy, why: Fault) -> Job:
    """A fallback: on to the next of its route. What a person asked for ends as cancelled: an earlier outcome stays."""
    if again == 'fallback':
        return next_target(job, now, policy, job.faults + (why,))
    return job.evolve(state=State.CANCELLED, faults=(why,), ended_at=now)


def _held(job: Job, now: datetime, until: datetime) -> Job:
    """Held once for each target; giving up counts from then."""
    give_up_at = until + timedelta(seconds=job.give_up_after)
    return due(job, now, until - now).evolve(not_before=until, asked=job.at, give_up_at=give_up_at)
