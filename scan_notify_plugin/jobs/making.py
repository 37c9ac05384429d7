"""How jobs and their parts begin. Pure."""

from datetime import datetime, timedelta
from typing import Iterable, Mapping, NamedTuple, Optional, Tuple

from scan_notify_plugin.faults import Faults
from scan_notify_plugin.jobs.job import VERSION, Job, Kind, Part, PartState, State
from scan_notify_plugin.jobs.outcomes import bad_end
from scan_notify_plugin.runs.run import Want


class Way(NamedTuple):
    """Where a job goes."""

    lane: str
    #: the target and its fallbacks; of an export none
    route: Tuple[str, ...]
    #: why it cannot go there
    faults: Faults = ()


def begun(
    identity: str,
    kind: Kind,
    run_ids: Iterable[str],
    by: str,
    lane: str,
    route: Iterable[str],
    now: datetime,
    give_up_after: timedelta,
    due_at: Optional[datetime] = None,
) -> Job:
    """A job of which nothing is done yet.

    :param by: the plugin that asked for it
    :param due_at: None: at once
    """
    due_at = due_at or now
    return Job(
        id=identity, v=VERSION, rev=1, run_ids=tuple(run_ids), kind=kind, by=by, lane=lane, route=tuple(route), at=0,
        format='', state=State.PENDING, created_at=now, due_at=due_at, decided_at=now,
        give_up_at=due_at + give_up_after, give_up_after=give_up_after.total_seconds(), waits=False, tries=0, starts=0,
        repeat=False, parts=(), attempts=(), faults=(), attempt=None, progress=0, report_id=None,
    )  # fmt: skip


def new_job(want: Want, way: Way, run_id: str, now: datetime, give_up_after: timedelta) -> Job:
    """The job of a plan entry. One that cannot be done at all is born in ``error``."""
    # A message that waits for a report goes out without it in the end.
    due_at = max((time for time in (want.waits, want.not_before) if time), default=None)
    job = begun(want.id, Kind(want.kind), [run_id], want.by, way.lane, way.route, now, give_up_after, due_at)
    job = job.evolve(
        format=want.subject if want.is_export else '',
        waits=want.waits is not None,
        test=want.alone,
        repeat=want.repeat,
        replaces=want.replaces,
        not_before=want.not_before,
    )
    return bad_end(job, now, way.faults) if way.faults else job


def new_part(
    key: str, content: Mapping[str, object], withheld: Mapping[str, object], repeatable: Optional[bool] = None
) -> Part:
    """A part that is ready; ``withheld`` is what is sent instead if the channel's moderation refuses ``content``.

    :param repeatable: whether the service drops it when it comes again; None: as the channel's other parts
    """
    return Part(key, dict(content), dict(withheld), PartState.READY, None, None, None, None, repeatable=repeatable)
