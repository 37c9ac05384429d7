"""What happened to a run, in order. Pure.

A line: ``{at, what, about, result, words, by, level}``. ``what`` is one of :data:`KINDS`, ``about`` the id of what it
is about, ``result`` one word, ``level`` one of info, success, warning, error.
"""

from datetime import datetime
from typing import Any, Dict, Iterable, List, Mapping, Sequence

from scan_notify_plugin.jobs.rules import OPEN
from scan_notify_plugin.jobs.steering import subject
from scan_notify_plugin.runs.rules import troubles

KINDS = ('fired', 'submitted', 'task', 'closed', 'note', 'attempt', 'job', 'report', 'download', 'audit')
_LEVELS = {
    'done': 'success', 'finished': 'success', 'success': 'success', 'accepted': 'success', 'stop': 'warning',
    'missing': 'warning', 'uncertain': 'warning', 'unknown': 'warning', 'throttled': 'warning', 'busy': 'warning',
    'unreachable': 'warning', 'cancelled': 'info', 'ready': 'info',
}  # fmt: skip

Line = Dict[str, Any]


def timeline(
    run: Mapping[str, Any],
    targets: Mapping[str, str],
    jobs: Sequence[Mapping[str, Any]],
    reports: Sequence[Mapping[str, Any]],
    audit: Iterable[Mapping[str, Any]],
) -> List[Line]:
    """The oldest line first; what has no order of its own stays in the order of cause and effect.

    :param targets: what each scan task scans
    """
    lines = _of_run(run, targets)
    for job in jobs:
        lines += _of_job(job)
    for report in reports:
        lines += _of_report(report)
    for line in audit:
        words = ' '.join(filter(None, [line['action'], _said(line['after'])]))
        lines.append(_line(line['at'], 'audit', line['what'], line['action'], words, line['by'], 'info'))
    return sorted(lines, key=lambda line: line['at'])


def _line(at: datetime, what: str, about: str, result: str, words: str, by: str = '', level: str = '') -> Line:
    level = level or _LEVELS.get(result, 'error')
    return {'at': at, 'what': what, 'about': about, 'result': result, 'words': words, 'by': by, 'level': level}


def _of_run(run: Mapping[str, Any], targets: Mapping[str, str]) -> List[Line]:
    lines = [_line(fire['at'], 'fired', run['_id'], 'fired', '', level='info') for fire in run.get('fires', ())]
    wrong = troubles(run)
    for end in run.get('submitted', ()):
        failed = end in wrong
        words = end['error'] or '{} scan tasks'.format(end['count'] or len(run['task_ids']))
        level = 'error' if failed else 'info'
        lines.append(_line(end['at'], 'submitted', run['_id'], end['trouble'] or 'done', words, level=level))
    for task_id in run['task_ids']:
        task = run['tasks'].get(task_id, {})
        if task.get('outcome'):
            words = ' '.join(filter(None, [targets.get(task_id, ''), task['outcome']]))
            lines.append(_line(task['since'], 'task', task_id, task['outcome'], words))
    if run['end_time']:
        lines.append(_line(run['end_time'], 'closed', run['_id'], run['status'], run['error_msg']))
    lines += [_line(note['at'], 'note', run['_id'], 'note', note['text'], level='warning') for note in run['notes']]
    return lines


def _of_job(job: Mapping[str, Any]) -> List[Line]:
    lines = []
    for attempt in job['attempts']:
        said = ' '.join(str(attempt[name]) for name in ('code', 'words') if attempt[name] not in (None, ''))
        words = ' '.join(filter(None, [attempt['target'], attempt['result'], said]))
        lines.append(_line(attempt['at'], 'attempt', job['_id'], attempt['result'], words))
    if job['state'] not in OPEN:
        # The end itself has no time of its own: it is the last attempt's, or a person's.
        settled = job.get('settled') or {}
        ends = [attempt['at'] for attempt in job['attempts'][-1:]] + [settled.get('at'), job.get('ended_at')]
        at = max((end for end in ends if end), default=job['created_at'])
        words = ' '.join(filter(None, [subject(job), job['state'], job['error']]))
        lines.append(_line(at, 'job', job['_id'], job['state'], words, settled.get('by', '')))
    return lines


def _of_report(report: Mapping[str, Any]) -> List[Line]:
    name, identity = report['name'], report['_id']
    if report['state'] == 'making':
        return []
    lines = [_line(report['created_at'], 'report', identity, 'ready', name, level='success')]
    if report['state'] == 'expired':
        gone_at = report.get('gone_at') or report['expires_at']
        lines.append(_line(gone_at, 'report', identity, 'expired', name, level='info'))
    for download in report['download_log']:
        lines.append(_line(download['at'], 'download', identity, 'done', name, str(download['by']), 'info'))
    return lines


def _said(value: Any) -> str:
    """What a change came to, in few words."""
    if isinstance(value, Mapping):
        return ', '.join('{}: {}'.format(name, _said(one)) for name, one in value.items() if one not in (None, '', []))
    if isinstance(value, (list, tuple)):
        return ', '.join(_said(one) for one in value)
    return '' if value is None else str(value)
