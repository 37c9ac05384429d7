"""From a run document and the host's task documents to the summary that people read."""

from typing import Any, Dict, Mapping, Sequence, Tuple

from scan_notify_plugin.host.scans import COUNTED, Scans, TaskFacts
from scan_notify_plugin.notifiers import text
from scan_notify_plugin.notifiers.summary import ReportLine, Summary, TaskLine
from scan_notify_plugin.runs.rules import troubles

_FAILED = ('error', 'unqueued', 'dead', 'overdue')
_MAX_NAME, _MAX_TARGET, _MAX_ERROR = 100, 200, 400


def summarise(
    run: Mapping[str, Any],
    scans: Scans,
    repeat: bool = False,
    reports: Sequence[ReportLine] = (),
    rows: Sequence[Tuple[str, int]] = (),
) -> Summary:
    """Read what the message needs; a task that was deleted keeps its line and its id.

    :param rows: the tables of the report and their rows: then the message's numbers are the report's
    """
    task_ids = run['task_ids']
    facts = scans.facts(task_ids)
    numbers = {task_id: one.statistic for task_id, one in facts.items() if one.statistic}
    numbers.update(scans.counted([task_id for task_id in task_ids if task_id not in numbers]))
    outcomes = {task_id: run['tasks'].get(task_id, {}).get('outcome') or 'running' for task_id in task_ids}
    totals = _totals(numbers)
    return Summary(
        schedule_name=text.plain(run['schedule_name'], _MAX_NAME),
        schedule_type=run['schedule_type'],
        run_id=run['_id'],
        run_number=run['run_number'],
        status=run['status'],
        fired_at=run['fired_at'],
        end_time=run['end_time'],
        counts=_counts(outcomes),
        assets=tuple(rows or ((name, totals[name]) for _, name in COUNTED if totals.get(name))),
        tasks=tuple(_line(task_id, facts.get(task_id), outcomes[task_id], numbers[task_id]) for task_id in task_ids),
        task_ids=tuple(task_ids),
        troubles=tuple(
            (end['trouble'], end['count'], text.plain(end['detail'], _MAX_ERROR)) for end in troubles(run)
        ),
        reports=tuple(reports),
        repeat=repeat,
    )


def _line(task_id: str, facts: Any, outcome: str, numbers: Mapping[str, int]) -> TaskLine:
    known = facts or TaskFacts('', '', '-', '-', {})
    target = text.plain(known.target, _MAX_TARGET)
    return TaskLine(task_id, text.plain(known.name, _MAX_NAME), target, outcome, _records(numbers))


def _records(numbers: Mapping[str, int]) -> int:
    return sum(numbers.get(name, 0) for _, name in COUNTED)


def _totals(numbers: Mapping[str, Mapping[str, int]]) -> Dict[str, int]:
    return {name: sum(task.get(name, 0) for task in numbers.values()) for _, name in COUNTED}


def _counts(outcomes: Mapping[str, str]) -> Dict[str, int]:
    values = list(outcomes.values())
    return {
        'total': len(values),
        'done': values.count('done'),
        'failed': sum(values.count(outcome) for outcome in _FAILED),
        'stopped': values.count('stop'),
        'missing': values.count('missing'),
    }
