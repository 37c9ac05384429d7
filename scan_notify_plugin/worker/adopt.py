"""Finds the scan tasks of a fire whose end was never recorded; where it cannot be known which these are, none."""

from datetime import datetime
from typing import Dict, Iterable, List, Mapping, NamedTuple, Optional

from bson import ObjectId

from scan_notify_plugin.host import origins
from scan_notify_plugin.host.origins import Origin
from scan_notify_plugin.runs import adoption
from scan_notify_plugin.runs.run import Origin as Fired
from scan_notify_plugin.runs.run import Run, Started
from scan_notify_plugin.settings.store import StoredSettings
from scan_notify_plugin.worker.context import Context

_Documents = Mapping[str, Mapping[str, object]]


class FireTasks(NamedTuple):
    """The scan tasks of a fire, and how many may be its or another's."""

    task_ids: List[str]
    doubtful: int


def record_late(context: Context, runs: Iterable[Run]) -> bool:
    """Put the ends of fires that came with later ones where they belong; whether there were any."""
    carrying = [run for run in runs if run.late]
    for run in carrying:
        for late in run.late:
            context.runs.record_late(late)
        context.runs.change(run, run.evolve(late=()))
    return bool(carrying)


def tasks_of_fire(context: Context, stored: StoredSettings, run: Run, fire: Started) -> FireTasks:
    """What an open fire of ``run`` has made."""
    mark = fire.mark
    if not isinstance(mark, ObjectId):  # no process of a host makes another
        return FireTasks([], 0)
    traces = context.scans.traces(mark, adoption.AROUND)
    traces = [trace for trace in traces if adoption.came_after(mark, trace.id)]
    runs = context.runs.origins(fire.at - adoption.AROUND) if traces else []
    held = adoption.held_by_others(run.id, runs)
    traces = [trace for trace in traces if str(trace.id) not in held]
    if not traces:
        return FireTasks([], 0)
    documents = context.scans.origins()
    makers = _Makers(documents, adoption.recorded_fires(runs), mark)
    unrecorded = _unrecorded(context, stored, documents, runs, fire.at, makers.mine)
    mine, doubtful = [], 0
    for trace in traces:
        others = makers.others(trace)
        if others is None:
            continue
        if origins.certain(trace, makers.mine, others + unrecorded):
            mine.append(str(trace.id))
        else:
            doubtful += 1
    return FireTasks(mine, doubtful)


class _Makers:
    """The recorded fires that may have made a task."""

    def __init__(self, documents: _Documents, fires: List[adoption.Recorded], mark: ObjectId) -> None:
        self._documents, self._fires, self._mark = documents, fires, mark
        self.mine = next(self._origin(fire) for fire in fires if fire.mark == mark)

    def others(self, task: origins.Trace) -> Optional[List[Origin]]:
        """Those beside the fire in question; None if the task is certainly not of this one."""
        possible = adoption.possible_makers(task.id, self._fires)
        if not any(fire.mark == self._mark for fire in possible) or not origins.can_be_from(task, self.mine):
            return None
        return [self._origin(fire) for fire in possible if fire.mark != self._mark]

    def _origin(self, fire: adoption.Recorded) -> Origin:
        document = self._documents.get(fire.schedule_id, {})
        return origins.origin(fire.schedule_id, document, fire.schedule_name, fire.run_number - 1, fire.run_number)


def _unrecorded(
    context: Context, stored: StoredSettings, documents: _Documents, runs: List[Fired], at: datetime, mine: Origin
) -> List[Origin]:
    """The rounds that the host has counted since ``at`` and nobody recorded; any process may have fired them."""
    rounds = stored.rounds or {}
    numbers = rounds.get('numbers', {}) if rounds.get('since', at) <= at else {}
    later: Dict[str, List[Fired]] = {}
    for run in runs:
        if run.fired_at >= at:
            later.setdefault(run.schedule_id, []).append(run)
    unrecorded = []
    for schedule_id, document in documents.items():
        last, after = origins.round_of(document), later.get(schedule_id, [])
        # What is accounted for now says nothing about then if the schedule was fired since.
        known = mine.last if schedule_id == mine.schedule_id else 0 if after else numbers.get(schedule_id, 0)
        if last > known:
            known = max(known, context.runs.newest_number(schedule_id, at))
        recorded = {run.run_number for run in after if run.fires and run.run_number > known}
        if last - known > len(recorded):
            unrecorded.append(origins.origin(schedule_id, document, str(document.get('name')), known, last))
    # One that was deleted since may have been fired by anybody, too.
    gone = [schedule_id for schedule_id, since in rounds.get('gone', {}).items() if since >= at]
    return unrecorded + [origins.origin(schedule_id, {}, '', 0, 0) for schedule_id in gone]
