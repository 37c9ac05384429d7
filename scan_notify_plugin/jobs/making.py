"""How jobs and their parts begin. Pure."""

from datetime import datetime, timedelta
from typing import Any, Iterable, Mapping, Optional

from scan_notify_plugin.jobs.job import Job, Kind, Part, PartState, State
from scan_notify_plugin.jobs.outcomes import bad_end
from scan_notify_plugin.mongo import VERSION


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
        id=identity,
        v=VERSION,
        rev=1,
        run_ids=tuple(run_ids),
        kind=kind,
        by=by,
        lane=lane,
        route=tuple(route),
        at=0,
        format='',
        state=State.PENDING,
        created_at=now,
        due_at=due_at,
        decided_at=now,
        give_up_at=due_at + give_up_after,
        give_up_after=give_up_after.total_seconds(),
        waits=False,
        tries=0,
        starts=0,
        repeat=False,
        parts=(),
        attempts=(),
        error='',
    )


def new_job(entry: Mapping[str, Any], run_id: str, now: datetime, give_up_after: timedelta) -> Job:
    """The job of a plan entry ``{id, kind, by, route, format, lane, waits, error}``; a resend's has ``repeat`` and ``replaces``, too.

    One that cannot be done at all is born in ``error``.
    """
    kind = Kind(entry['kind'])
    # A message that waits for a report goes out without it in the end.
    job = begun(entry['id'], kind, [run_id], entry['by'], entry['lane'], entry['route'], now, give_up_after, entry['waits'])
    job = job.evolve(
        format=entry['format'],
        waits=bool(entry['waits']),
        test=bool(entry.get('test') or entry.get('alone')),
        repeat=entry.get('repeat', False),
        replaces=tuple(entry.get('replaces', ())),
    )
    return bad_end(job, now, entry['error']) if entry['error'] else job


def new_part(key: str, content: Mapping[str, Any], withheld: Mapping[str, Any], repeatable: Optional[bool] = None) -> Part:
    """A part that is ready; ``withheld`` is what is sent instead if the channel's moderation refuses ``content``.

    :param repeatable: whether the service drops it when it comes again; None: as the channel's other parts
    """
    return Part(key, dict(content), dict(withheld), PartState.READY, None, None, None, None, repeatable=repeatable)
