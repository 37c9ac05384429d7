"""What a webhook says of a run, or of trouble: plain data, as docs/webhook.schema.json has it. Pure.

Strings are those of strangers, masked, on one line and without controls; JSON needs no more. Whoever puts one of them
into a page or a chat escapes it there.
"""

from datetime import datetime, timezone
from typing import Dict, List, Mapping, Optional, Sequence, Union

from scan_notify_plugin.changes import Change, Progress, Results
from scan_notify_plugin.notifiers import text
from scan_notify_plugin.notifiers.summary import EventLine, ReportLine, Summary, TaskLine

#: Records of a kind that are given at most, however many there are.
MOST = 10
_MOST_TABLES = 40
#: Characters of a text.
_LONG, _SHORT = 300, 60
#: Of a run of which no changes are known.
_NOTHING = Results(Progress.PENDING)


def type_of(summary: Summary) -> str:
    """``run.finished``, ``run.failed``, ``run.running`` (asked for before its end), ``run.test`` or ``alert``."""
    if summary.alert is not None:
        return 'alert'
    if summary.test:
        return 'run.test'
    return {'finished': 'run.finished', 'running': 'run.running'}.get(summary.status, 'run.failed')


def event_of(summary: Summary, language: str, title: str) -> Dict[str, object]:
    """The whole event.

    :param title: what became of it, in words
    """
    about: Dict[str, object] = {
        'title': text.plain(title),
        'language': language,
        'repeat': summary.repeat,
        'hidden': summary.hidden,
        'page': summary.page,
        'pages': summary.pages,
    }
    about.update(_alert(summary) if summary.alert is not None else _run(summary))
    return {'type': type_of(summary), 'timestamp': time_of(summary.end_time or summary.fired_at), 'data': about}


def time_of(moment: Optional[datetime]) -> Optional[str]:
    """RFC 3339 in UTC, to the second."""
    if moment is None:
        return None
    aware = moment if moment.tzinfo is not None else moment.replace(tzinfo=timezone.utc)
    return aware.astimezone(timezone.utc).strftime('%Y-%m-%dT%H:%M:%SZ')


def _run(summary: Summary) -> Dict[str, object]:
    return {
        'run': {
            'id': summary.run_id,
            'number': summary.run_number,
            'status': summary.status,
            'schedule': {'name': text.plain(summary.schedule_name, _LONG), 'type': summary.schedule_type},
            'fired_at': time_of(summary.fired_at),
            'ended_at': time_of(summary.end_time),
            'seconds': summary.seconds,
        },
        'scan_tasks': {
            'counts': {name: int(number) for name, number in sorted(summary.counts.items())},
            'tasks': [_task(task) for task in summary.tasks if isinstance(task, TaskLine)],
            'omitted': summary.omitted,
        },
        'troubles': [
            {'kind': kind, 'count': count, 'detail': text.plain(detail, _LONG)}
            for kind, count, detail in summary.troubles[:MOST]
        ],
        'results': _results(summary),
        'changes': {
            'records': [_change(one) for one in summary.records],
            'omitted': {name: int(number) for name, number in sorted(summary.unlisted.items())},
        },
        'reports': [_report(one) for one in summary.reports[:MOST]],
    }


def _task(task: TaskLine) -> Dict[str, object]:
    return {
        'id': task.id,
        'name': text.plain(task.name, _SHORT),
        'target': text.plain(task.target, _LONG),
        'outcome': task.outcome,
        'records': task.assets,
    }


def _results(summary: Summary) -> Dict[str, object]:
    results = summary.results
    known = results if results is not None and results.known else _NOTHING
    compared = known.compared
    return {
        'state': 'none' if results is None else results.state.value,
        'link': summary.url,
        'counted': {text.plain(name, _SHORT): number for name, number in summary.assets[:_MOST_TABLES]},
        'severities': _numbers(known.severities),
        'changes': _numbers(known.changes),
        'tables': {name: _numbers(known.tables[name]) for name in sorted(known.tables)[:_MOST_TABLES]},
        'compared': (
            None
            if compared is None
            else {'run': compared.run_id, 'number': compared.run_number, 'fired_at': time_of(compared.fired_at)}
        ),
        'remarks': [text.plain(remark, _LONG) for remark in summary.remarks[:MOST]],
    }


def _numbers(numbers: Mapping[str, int]) -> Dict[str, int]:
    return {name: int(numbers[name]) for name in sorted(numbers)[:_MOST_TABLES]}


def _change(one: Change) -> Dict[str, object]:
    return {
        'state': one.state.value,
        'table': one.table,
        'target': text.plain(one.target, _LONG),
        'name': text.plain(one.name, _LONG),
        'severity': one.severity,
        'cells': [
            {'column': cell.column, 'old': text.plain(cell.old, _SHORT), 'new': text.plain(cell.new, _SHORT)}
            for cell in one.cells[:MOST]
        ],
        'first_seen': time_of(one.first_seen),
        'last_seen': time_of(one.last_seen),
    }


def _report(one: ReportLine) -> Dict[str, object]:
    return {
        'state': 'ready' if one.ready else 'error' if one.error else 'making',
        'id': one.id,
        'name': one.name,
        'bytes': one.size,
        'rows': one.rows,
        'made_at': time_of(one.made_at),
        'link': one.link,
        'valid_until': time_of(one.valid_until),
        'error': text.plain(one.error, _LONG),
    }


def _alert(summary: Summary) -> Dict[str, object]:
    alert = summary.alert
    assert alert is not None
    return {
        'alert': {
            'kind': alert.kind,
            'count': alert.count,
            'events': _events(summary.tasks),
            'omitted': alert.unnamed + summary.omitted,
        }
    }


def _events(lines: Sequence[Union[TaskLine, EventLine]]) -> List[Dict[str, object]]:
    return [
        {
            'id': text.plain(line.id, _LONG),
            'name': text.plain(line.name, _LONG),
            'target': text.plain(line.target, _LONG),
            'outcome': line.outcome,
            'times': line.times,
            'what': text.plain(line.what, _LONG),
            'seconds': line.seconds,
            'waiting': line.waiting,
            'due_at': time_of(line.due_at),
            'at': time_of(line.at),
        }
        for line in lines
        if isinstance(line, EventLine)
    ]
