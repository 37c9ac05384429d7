"""How a job begins: from an entry of a run's plan. Pure."""

from datetime import datetime, timedelta
from typing import Any, Mapping

from scan_notify_plugin.jobs.job import Job, Kind
from scan_notify_plugin.jobs.outcomes import bad_end


def new_job(entry: Mapping[str, Any], run_id: str, now: datetime, give_up_after: timedelta) -> Job:
    """The job of a plan entry ``{id, kind, by, route, format, lane, waits, error}``; a resend's has ``repeat`` and ``replaces``, too.

    One that cannot be done at all is born in ``error``.
    """
    # A message that waits for a report goes out without it in the end.
    due_at = entry['waits'] or now
    job = Job(
        id=entry['id'],
        run_ids=(run_id,) if run_id else (),
        kind=Kind(entry['kind']),
        by=entry['by'],
        lane=entry['lane'],
        route=tuple(entry['route']),
        due_at=due_at,
        decided_at=now,
        created_at=now,
        give_up_at=due_at + give_up_after,
        give_up_after=give_up_after.total_seconds(),
        repeat=entry.get('repeat', False),
        replaces=tuple(entry.get('replaces', ())),
        waits=bool(entry['waits']),
        test=bool(entry.get('test') or entry.get('alone')),
        format=entry['format'],
    )
    return bad_end(job, now, entry['error']) if entry['error'] else job
