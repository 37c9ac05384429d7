"""What happened to a run, in order. Pure.

A line: ``{at, what, about, result, words, by, level, kind, subject, phrases, values}``. ``what`` is one of
:data:`KINDS`, ``about`` the id of what it is about, ``result`` one word, ``level`` one of info, success, warning,
error. ``words`` says all of it in English; the same in pieces are ``kind`` (of a job: notify, export, update),
``subject`` (a target, a format, a name), ``phrases`` (see :mod:`scan_notify_plugin.admin.phrases`) and ``values``
(numbers, times, names).
"""

from datetime import datetime
from typing import Any, Dict, Iterable, List, Mapping, Sequence

from scan_notify_plugin.admin.phrases import phrases
from scan_notify_plugin.jobs.job import OPEN, Job
from scan_notify_plugin.reports.report import Report, State
from scan_notify_plugin.runs.rules import troubles
from scan_notify_plugin.runs.run import Run

KINDS = ('fired', 'submitted', 'task', 'closed', 'note', 'attempt', 'job', 'report', 'download', 'audit')
_LEVELS = {
    'done': 'success', 'finished': 'success', 'success': 'success', 'accepted': 'success', 'stop': 'warning',
    'missing': 'warning', 'uncertain': 'warning', 'unknown': 'warning', 'throttled': 'warning', 'busy': 'warning',
    'unreachable': 'warning', 'cancelled': 'info', 'ready': 'info',
}  # fmt: skip

Line = Dict[str, Any]


def timeline(
    run: Run,
    targets: Mapping[str, str],
    jobs: Sequence[Job],
    reports: Sequence[Report],
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
        after = line['after'] if isinstance(line['after'], Mapping) else {}
        said = [] if after else phrases(_said(line['after']))
        lines.append(
            _line(
                line['at'], 'audit', line['what'], line['action'], words, line['by'], 'info', phrases=said, values=after
            )
        )
    return sorted(lines, key=lambda line: line['at'])


def _line(
    at: datetime, what: str, about: str, result: str, words: str, by: str = '', level: str = '', **pieces: Any
) -> Line:
    level = level or _LEVELS.get(result, 'error')
    line = {'at': at, 'what': what, 'about': about, 'result': result, 'words': words, 'by': by, 'level': level}
    return dict(line, **dict({'kind': '', 'subject': '', 'phrases': [], 'values': {}}, **pieces))


def _of_run(run: Run, targets: Mapping[str, str]) -> List[Line]:
    lines = [_line(fire.at, 'fired', run.id, 'fired', '', level='info') for fire in run.fires]
    wrong = troubles(run)
    for end in run.submitted:
        count = end.count or len(run.task_ids)
        words = end.error or '{} scan {}'.format(count, 'task' if count == 1 else 'tasks')
        level = 'error' if end in wrong else 'info'
        pieces: Dict[str, Any] = {'level': level, 'phrases': phrases(end.error), 'values': {'count': count}}
        lines.append(_line(end.at, 'submitted', run.id, end.trouble or 'done', words, **pieces))
    for task_id in run.task_ids:
        task = run.task(task_id)
        if task.outcome:
            target = targets.get(task_id, '')
            words = ' '.join(filter(None, [target, task.outcome]))
            lines.append(_line(task.since, 'task', task_id, task.outcome, words, subject=target))
    if run.end_time:
        said = phrases(run.error_msg)
        lines.append(_line(run.end_time, 'closed', run.id, run.status.value, run.error_msg, phrases=said))
    for note in run.notes:
        lines.append(_line(note.at, 'note', run.id, 'note', note.text, level='warning', phrases=phrases(note.text)))
    return lines


def _of_job(job: Job) -> List[Line]:
    lines, kind = [], job.kind.value
    for attempt in job.attempts:
        said = ' '.join(str(value) for value in (attempt.code, attempt.words) if value not in (None, ''))
        words = ' '.join(filter(None, [attempt.target, attempt.result, said]))
        pieces: Dict[str, Any] = {'kind': kind, 'subject': attempt.target, 'phrases': phrases(said)}
        lines.append(_line(attempt.at, 'attempt', job.id, attempt.result, words, **pieces))
    if job.state not in OPEN:
        # The end itself has no time of its own: it is the last attempt's, or a person's.
        ends = [job.settled.at if job.settled else None, job.ended_at, *(attempt.at for attempt in job.attempts[-1:])]
        at = max((end for end in ends if end), default=job.created_at)
        words = ' '.join(filter(None, [job.subject, job.state.value, job.error]))
        pieces = {'kind': kind, 'subject': job.subject, 'phrases': phrases(job.error)}
        lines.append(_line(at, 'job', job.id, job.state.value, words, job.settled.by if job.settled else '', **pieces))
    return lines


def _of_report(report: Report) -> List[Line]:
    if report.state is State.MAKING:
        return []
    name, identity = report.name, report.id
    lines = [_line(report.created_at, 'report', identity, 'ready', name, level='success', subject=name)]
    if report.state is State.EXPIRED:
        gone_at = report.gone_at or report.expires_at
        lines.append(_line(gone_at, 'report', identity, 'expired', name, level='info', subject=name))
    for download in report.download_log:
        lines.append(_line(download.at, 'download', identity, 'done', name, download.by, 'info', subject=name))
    return lines


def _said(value: Any) -> str:
    """What a change came to, in few words."""
    if isinstance(value, Mapping):
        return ', '.join('{}: {}'.format(name, _said(one)) for name, one in value.items() if one not in (None, '', []))
    if isinstance(value, (list, tuple)):
        return ', '.join(_said(one) for one in value)
    return '' if value is None else str(value)
