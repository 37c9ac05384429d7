"""From a run and the host's task documents to the summary that people read."""

from functools import partial
from typing import Callable, Dict, List, Mapping, Optional, Sequence, Tuple

from scan_notify_plugin.host.scans import COUNTED, Scans, TaskFacts
from scan_notify_plugin.masking import masked_text
from scan_notify_plugin.notifiers import text
from scan_notify_plugin.notifiers.summary import ReportLine, Summary, TaskLine
from scan_notify_plugin.reports.report import Report
from scan_notify_plugin.runs.rules import troubles
from scan_notify_plugin.runs.run import Run

_FAILED = ('error', 'unqueued', 'dead', 'overdue')
_MAX_NAME, _MAX_TARGET, _MAX_ERROR = 100, 200, 400

#: (a text, characters) -> the text as it may be shown
_Plain = Callable[[str, int], str]
#: the records of each scan task, and of each table that has some
_Numbers = Tuple[Dict[str, int], List[Tuple[str, int]]]


def summarise(
    run: Run,
    scans: Scans,
    repeat: bool = False,
    reports: Sequence[ReportLine] = (),
    counted: Optional[Report] = None,
    mask_credentials: bool = True,
) -> Summary:
    """Read what the message needs; a task that was deleted keeps its line and its id.

    :param counted: the record of a report: then the message's numbers are the report's, and nothing is counted again
    """
    plain = partial(_plain, mask_credentials)
    task_ids = run.task_ids
    facts = _samples(run) if run.test else scans.facts(task_ids)
    outcomes = {task_id: run.task(task_id).outcome or 'running' for task_id in task_ids}
    records, totals = _numbers(scans, task_ids, facts) if counted is None else _numbers_of(counted)
    tasks = [
        _line(task_id, facts.get(task_id), outcomes[task_id], records.get(task_id, 0), plain) for task_id in task_ids
    ]
    summary = _summary(run, _counts(outcomes), totals, tasks, plain)
    return summary._replace(reports=tuple(reports), repeat=repeat)


def _plain(mask_credentials: bool, value: str, limit: int) -> str:
    return text.plain(masked_text(value) if mask_credentials else value, limit)


def _numbers(scans: Scans, task_ids: Sequence[str], facts: Mapping[str, TaskFacts]) -> _Numbers:
    numbers = {task_id: task.statistic for task_id, task in facts.items() if task.statistic}
    numbers.update(scans.counted([task_id for task_id in task_ids if task_id not in numbers]))
    return {task_id: _records(task) for task_id, task in numbers.items()}, _totals(numbers)


def _numbers_of(report: Report) -> _Numbers:
    return dict(report.records), [(title, number) for title, number in report.rows if number]


def _summary(
    run: Run, counts: Dict[str, int], totals: List[Tuple[str, int]], tasks: List[TaskLine], plain: _Plain
) -> Summary:
    return Summary(
        schedule_name=text.plain(run.schedule_name, _MAX_NAME),
        schedule_type=run.schedule_type,
        run_id=run.id,
        run_number=run.run_number,
        # A sample shows a scan task that failed too, so that one sees how that looks; its run is well all the same.
        status='error' if run.test and counts['failed'] else run.status.value,
        fired_at=run.fired_at,
        end_time=run.end_time,
        counts=counts,
        assets=tuple(totals),
        tasks=tuple(tasks),
        task_ids=tuple(run.task_ids),
        troubles=tuple((end.trouble, end.count, plain(end.detail, _MAX_ERROR)) for end in troubles(run)),
        test=run.test,
    )


def _samples(run: Run) -> Dict[str, TaskFacts]:
    """The scan tasks of a test message, which are in its run and not in the host."""
    samples = run.samples or {}
    return {task_id: TaskFacts('', shown.target, '-', '-', dict(shown.statistic)) for task_id, shown in samples.items()}


def _line(
    task_id: str, facts: Optional[TaskFacts], outcome: str, records: int, plain: Callable[[str, int], str]
) -> TaskLine:
    known = facts or TaskFacts('', '', '-', '-', {})
    return TaskLine(task_id, plain(known.name, _MAX_NAME), plain(known.target, _MAX_TARGET), outcome, records)


def _records(numbers: Mapping[str, int]) -> int:
    return sum(numbers.get(name, 0) for _, name in COUNTED)


def _totals(numbers: Mapping[str, Mapping[str, int]]) -> List[Tuple[str, int]]:
    totals = [(name, sum(task.get(name, 0) for task in numbers.values())) for _, name in COUNTED]
    return [(name, number) for name, number in totals if number]


def _counts(outcomes: Mapping[str, str]) -> Dict[str, int]:
    values = list(outcomes.values())
    return {
        'total': len(values),
        'done': values.count('done'),
        'failed': sum(values.count(outcome) for outcome in _FAILED),
        'stopped': values.count('stop'),
        'missing': values.count('missing'),
    }
