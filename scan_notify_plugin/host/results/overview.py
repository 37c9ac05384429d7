"""The run in brief: what the tables cannot say."""

from collections import Counter
from datetime import datetime
from typing import Any, Dict, Iterable, Iterator, List, Mapping, Optional, Sequence, Tuple

from bson import ObjectId
from bson.errors import InvalidId

from hookspecs import Run
from scan_notify_plugin.changes import SEVERITIES, UNRATED
from scan_notify_plugin.faults import Faults, join
from scan_notify_plugin.host.results.kinds import Cell, moment, shown
from scan_notify_plugin.records import Document
from scan_notify_plugin.tables import Chart, Column, Row, Table
from scan_notify_plugin.words import DEFAULT, family, say

__all__ = ['charts', 'run_facts', 'read_tasks', 'task_table']

_TOP = 15
_TASK_COLUMNS = (
    ('column.task', 28), ('column.name', 30), ('column.target', 40), ('column.type', 14), ('column.outcome', 14),
    ('column.started', 20), ('column.ended', 20), ('column.records', 10),
)  # fmt: skip
_FIELDS = dict.fromkeys(('name', 'target', 'type', 'status', 'start_time', 'end_time'), 1)


def run_facts(run: Run, language: str = DEFAULT, faults: Faults = ()) -> Tuple[Tuple[str, object], ...]:
    """What the run's record says, as (label, value) pairs.

    :param faults: what went wrong, if it is known so; else the record's own text is quoted
    """
    facts: List[Tuple[str, object]] = [
        (say('overview.schedule', language), run.schedule.name),
        (say('overview.round', language), run.run_number),
        (say('overview.status', language), family('run.status', language).get(run.status, run.status)),
        (say('overview.fired', language), _local(run.fired_at)),
        (say('overview.ended', language), _local(run.end_time)),
        (say('overview.tasks', language), len(run.tasks)),
    ]
    outcomes = Counter(task.outcome or 'running' for task in run.tasks)
    facts += [(title, outcomes[name]) for name, title in family('task.outcome', language).items() if outcomes[name]]
    reason = join(faults, language) or run.error_msg
    if reason:
        facts.append((say('overview.reason', language), reason))
    return tuple(facts)


def _local(time: Optional[datetime]) -> Optional[datetime]:
    """In the zone of this process and without its name, as the host writes its own times."""
    return time.astimezone().replace(microsecond=0, tzinfo=None) if time else None


def read_tasks(db: Any, task_ids: Sequence[str]) -> Dict[str, Document]:
    """The host's documents of the scan tasks that exist, by id."""
    ids = []
    for task_id in task_ids:
        try:
            ids.append(ObjectId(task_id))
        except InvalidId:  # a host that calls us itself may name its tasks otherwise
            pass
    return {str(task['_id']): task for task in db['task'].find({'_id': {'$in': ids}}, dict(_FIELDS))}


def task_table(
    task_ids: Iterable[str],
    tasks: Mapping[str, Document],
    outcomes: Mapping[str, Optional[str]],
    records: Mapping[str, int],
    language: str,
) -> Table:
    """
    :param outcomes: what we know of them; where that is nothing, the host's own word is shown
    """
    columns = tuple(Column(say(title, language), width) for title, width in _TASK_COLUMNS)
    outcome_names = family('task.outcome', language)

    def rows() -> Iterator[Row]:
        for task_id in task_ids:
            task = tasks.get(task_id)
            outcome = outcomes.get(task_id) or (str(task.get('status')) if task else 'missing')
            name, target, kind, start, end = [
                shown((task or {}).get(field)) for field in ('name', 'target', 'type', 'start_time', 'end_time')
            ]
            outcome = outcome_names.get(outcome, outcome)
            yield task_id, name, target, kind, outcome, _time(start), _time(end), records.get(task_id, 0)

    return Table('task', say('table.task', language), columns, rows())


def _time(value: Cell) -> object:
    return None if value == '-' else moment(value)


def charts(
    ports: Counter, services: Counter, statuses: Counter, severities: Counter, language: str
) -> Tuple[Chart, ...]:
    """
    :param severities: of the findings of all tables together, those that nobody rates as UNRATED
    """
    names = family('severity', language)
    rated = tuple((names[severity], severities[severity]) for severity in SEVERITIES + (UNRATED,))
    drawn = (
        Chart(say('chart.ports', language), 'bar', _top(ports)),
        Chart(say('chart.services', language), 'bar', _top(services)),
        Chart(say('chart.statuses', language), 'bar', _top(statuses)),
        Chart(say('chart.severities', language), 'pie', tuple(pair for pair in rated if pair[1])),
    )
    return tuple(chart for chart in drawn if chart.pairs)


def _top(counter: Counter) -> Tuple[Tuple[str, int], ...]:
    return tuple((str(name), number) for name, number in counter.most_common(_TOP) if number and name not in (None, ''))
