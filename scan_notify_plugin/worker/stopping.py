"""What waits for a stopped target goes to the next of its route, whatever its lane waits for."""

from datetime import datetime

from scan_notify_plugin.jobs.job import Job, PartState
from scan_notify_plugin.jobs.routing import turned_away
from scan_notify_plugin.worker.context import Context
from scan_notify_plugin.worker.posting import Posting


def pass_on(context: Context, now: datetime) -> None:
    """Look through what waits; costs nothing while no target is stopped.

    No lane is taken: nobody is asked, and whoever is at a job notices that it was changed.
    """
    names = sorted(context.channels.stops)
    if not names:
        return
    posting = Posting(context, lambda: False)
    for job in context.jobs.bound_for(names, sorted({context.channels.lane(name) for name in names})):
        why = context.channels.stopped(job.target)
        if not why or not _waits_for_nothing_else(job, now):
            continue
        try:
            posting.changed(job, turned_away(job, now, context.policy(job), why))
        except Exception as error:  # one bad job is one bad job
            context.jobs.failed(job, error)


def _waits_for_nothing_else(job: Job, now: datetime) -> bool:
    """Whether its target alone keeps a job: no report, no plugin, and no request that is under way."""
    if any(part.state is PartState.POSTING for part in job.parts):
        return False
    return job.due_at <= now or not (job.waits or job.not_before is not None)
