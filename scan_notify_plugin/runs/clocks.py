"""What a run's times become when the clock that they were taken from was set back. Pure."""

from datetime import datetime
from typing import Any, Dict, Mapping

from scan_notify_plugin.clock import SLACK


def brought_back(run: Mapping[str, Any], now: datetime) -> Dict[str, Any]:
    """The change where times of a run lie in the future: they are another clock's, and are not waited for."""
    changes = {}  # type: Dict[str, Any]
    latest = now + SLACK
    if run['fired_at'] > latest:
        changes['fired_at'] = now
    fires = [dict(fire, at=now) if fire['at'] > latest else fire for fire in run.get('fires', ())]
    if fires != list(run.get('fires', ())):
        changes['fires'] = fires
    early = {
        task_id: dict(task, since=min(task['since'], now), asked_at=min(task.get('asked_at', now), now))
        for task_id, task in run['tasks'].items()
        if max(task['since'], task.get('asked_at', now)) > latest
    }
    if early:
        changes['tasks'] = dict(run['tasks'], **early)
    return changes
