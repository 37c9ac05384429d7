"""The run in brief: what the tables cannot say."""

from collections import Counter
from datetime import datetime
from typing import Any, Callable, Dict, Iterable, Iterator, List, Mapping, Optional, Sequence, Tuple

from bson import ObjectId
from bson.errors import InvalidId

from hookspecs import Run
from scan_notify_plugin.host.results.catalogue import SEVERITIES
from scan_notify_plugin.host.results.kinds import moment, shown
from scan_notify_plugin.host.results.tables import Chart, Column, Table
from scan_notify_plugin.host.results.words import translator

__all__ = ['charts', 'facts_of', 'read_tasks', 'task_table']

_TOP = 15
_STATUS = {'finished': '全部完成', 'error': '异常', 'running': '进行中'}
#: The outcomes of hookspecs.ScanTask, and the host's own words where there is none.
_OUTCOMES = {
    'done': '完成', 'error': '失败', 'stop': '已停止', 'missing': '已被删除', 'unqueued': '未能入队',
    'dead': '扫描进程已退出', 'overdue': '超过期限', 'running': '进行中',
}  # fmt: skip
_FIELDS = dict.fromkeys(('name', 'target', 'type', 'status', 'start_time', 'end_time'), 1)

Words = Callable[[str], str]


def facts_of(run: Run, language: str = 'zh') -> Tuple[Tuple[str, Any], ...]:
    """What the run's record says, as (label, value) pairs."""
    word = translator(language)
    facts: List[Tuple[str, Any]] = [
        ('计划', run.schedule.name),
        ('轮次', run.run_number),
        ('状态', word(_STATUS.get(run.status, run.status))),
        ('触发时间', _local(run.fired_at)),
        ('结束时间', _local(run.end_time)),
        ('扫描任务数', len(run.tasks)),
    ]
    outcomes = Counter(task.outcome or 'running' for task in run.tasks)
    facts += [(_OUTCOMES[name], outcomes[name]) for name in _OUTCOMES if outcomes[name]]
    if run.error_msg:
        facts.append(('错误信息', run.error_msg))
    return tuple((word(name), value) for name, value in facts)


def _local(time: Optional[datetime]) -> Optional[datetime]:
    """In the zone of this process and without its name, as the host writes its own times."""
    return time.astimezone().replace(microsecond=0, tzinfo=None) if time else None


def read_tasks(db: Any, task_ids: Sequence[str]) -> Dict[str, Dict[str, Any]]:
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
    tasks: Mapping[str, Mapping[str, Any]],
    outcomes: Mapping[str, Optional[str]],
    records: Mapping[str, int],
    word: Words,
) -> Table:
    titles = (
        ('任务', 28), ('名称', 30), ('目标', 40), ('类型', 14), ('结果', 14), ('开始时间', 20), ('结束时间', 20), ('记录数', 10),
    )  # fmt: skip
    columns = tuple(Column(word(title), width) for title, width in titles)

    def rows() -> Iterator[Tuple[Any, ...]]:
        for task_id in task_ids:
            task = tasks.get(task_id)
            outcome = outcomes.get(task_id) or (str(task.get('status')) if task else 'missing')
            name, target, kind, start, end = [
                shown((task or {}).get(field)) for field in ('name', 'target', 'type', 'start_time', 'end_time')
            ]
            outcome = word(_OUTCOMES.get(outcome, outcome))
            yield task_id, name, target, kind, outcome, _time(start), _time(end), records.get(task_id, 0)

    return Table('task', word('扫描任务'), columns, rows())


def _time(value: Any) -> Any:
    return None if value == '-' else moment(value)


def charts(
    ports: Counter, services: Counter, statuses: Counter, severities: Counter, vulnerabilities: int, word: Words
) -> Tuple[Chart, ...]:
    """
    :param vulnerabilities: those of the host's own plugins, which do not rate them
    """
    found: Counter = Counter()
    for severity, number in severities.items():
        found[str(severity or SEVERITIES[-1]).lower()] += number
    rated = [(name, found[name]) for name in SEVERITIES + tuple(sorted(set(found) - set(SEVERITIES)))]
    rated.append((word('未分级'), vulnerabilities))
    made = (
        Chart(word('端口 Top 15'), 'bar', _top(ports)),
        Chart(word('服务 Top 15'), 'bar', _top(services)),
        Chart(word('状态码 Top 15'), 'bar', _top(statuses)),
        Chart(word('漏洞等级分布'), 'pie', tuple(pair for pair in rated if pair[1])),
    )
    return tuple(chart for chart in made if chart.pairs)


def _top(counter: Counter) -> Tuple[Tuple[str, int], ...]:
    return tuple((str(name), number) for name, number in counter.most_common(_TOP) if number and name not in (None, ''))
