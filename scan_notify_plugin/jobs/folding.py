"""What the jobs of a run say of it. Pure."""

from typing import Iterable, Set, Tuple

from scan_notify_plugin.jobs.job import OPEN, Kind, State
from scan_notify_plugin.jobs.views import Turn


def fold(jobs: Iterable[Turn]) -> Tuple[str, str]:
    """A run's ``(export_status, push_status)`` after its jobs."""
    jobs = [job for job in jobs if job.state is not State.CANCELLED]
    exports, messages = ({job.state for job in jobs if job.kind is kind} for kind in (Kind.EXPORT, Kind.NOTIFY))
    collected = {job.state for job in jobs if job.kind is Kind.COLLECT}
    # push_status is the tick's work list: it stays pending until every job is through, an export and what is found too.
    return _worst(exports), 'pending' if (exports | messages | collected) & OPEN else _worst(messages)


def _worst(states: Set[State]) -> str:
    if states & OPEN:
        return 'pending'
    for state in (State.UNCERTAIN, State.ERROR, State.SUCCESS):
        if state in states:
            return state.value
    return 'skip'
