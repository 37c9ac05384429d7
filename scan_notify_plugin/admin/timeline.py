"""What happened to a run, in order. Pure."""

from datetime import datetime
from typing import Iterable, List, Mapping, NamedTuple, Sequence

from scan_notify_plugin.faults import ENGLISH, Fault, Faults, join, quoted, say
from scan_notify_plugin.jobs.job import OPEN, Job
from scan_notify_plugin.records import Document
from scan_notify_plugin.reports.report import Report, State
from scan_notify_plugin.runs.rules import troubles
from scan_notify_plugin.runs.run import Run

KINDS = ('fired', 'submitted', 'task', 'closed', 'note', 'attempt', 'job', 'report', 'download', 'audit')
_LEVELS = {
    'done': 'success', 'finished': 'success', 'success': 'success', 'accepted': 'success', 'stop': 'warning',
    'missing': 'warning', 'uncertain': 'warning', 'unknown': 'warning', 'throttled': 'warning', 'busy': 'warning',
    'unreachable': 'warning', 'cancelled': 'info', 'ready': 'info',
}  # fmt: skip


class Line(NamedTuple):
    """One thing that happened."""

    at: datetime
    what: str  #: one of :data:`KINDS`
    about: str  #: the id of what it is about
    result: str  #: one word
    words: str  #: all of it, in English; what follows has the same in pieces
    by: str = ''
    level: str = ''  #: info, success, warning, error; '' while it is to be read from the result
    kind: str = ''  #: of a job: notify, export, update
    subject: str = ''  #: a target, a format, a name
    faults: Faults = ()
    values: Mapping[str, object] = {}  #: numbers, times, names


def timeline(
    run: Run,
    targets: Mapping[str, str],
    jobs: Sequence[Job],
    reports: Sequence[Report],
    audit: Iterable[Document],
) -> List[Line]:
    """The oldest line first; what has no order of its own stays in the order of cause and effect.

    :param targets: what each scan task scans
    """
    lines = _of_run(run, targets)
    for job in jobs:
        lines += _of_job(job)
    for report in reports:
        lines += _of_report(report)
    lines += [_of_audit(line) for line in audit]
    levelled = [line._replace(level=line.level or _LEVELS.get(line.result, 'error')) for line in lines]
    return sorted(levelled, key=lambda line: line.at)


def _of_run(run: Run, targets: Mapping[str, str]) -> List[Line]:
    lines = [Line(fire.at, 'fired', run.id, 'fired', '', level='info') for fire in run.fires]
    wrong = troubles(run)
    for end in run.submitted:
        count = end.count or len(run.task_ids)
        words = join(end.faults) or '{} scan {}'.format(count, 'task' if count == 1 else 'tasks')
        line = Line(
            end.at, 'submitted', run.id, end.trouble or 'done', words, level='error' if end in wrong else 'info'
        )
        lines.append(line._replace(faults=end.faults, values={'count': count}))
    for task_id in run.task_ids:
        task = run.task(task_id)
        if task.outcome:
            target = targets.get(task_id, '')
            words = ' '.join(filter(None, [target, task.outcome]))
            lines.append(Line(task.since, 'task', task_id, task.outcome, words, subject=target))
    if run.end_time:
        lines.append(Line(run.end_time, 'closed', run.id, run.status.value, run.error_msg, faults=run.faults))
    for note in run.notes:
        line = Line(note.at, 'note', run.id, 'note', say(note.fault, ENGLISH), level='warning')
        lines.append(line._replace(faults=(note.fault,)))
    return lines


def _of_job(job: Job) -> List[Line]:
    lines, kind = [], job.kind.value
    for attempt in job.attempts:
        message = ' '.join(str(value) for value in (attempt.code, attempt.text) if value not in (None, ''))
        words = ' '.join(filter(None, [attempt.target, attempt.result, message]))
        line = Line(attempt.at, 'attempt', job.id, attempt.result, words, kind=kind, subject=attempt.target)
        code = () if attempt.code in (None, '') else (quoted(str(attempt.code)),)
        lines.append(line._replace(faults=code + attempt.faults))
    if job.state not in OPEN:
        # The end itself has no time of its own: it is the last attempt's, or a person's.
        ends = [job.settled.at if job.settled else None, job.ended_at, *(attempt.at for attempt in job.attempts[-1:])]
        at = max((end for end in ends if end), default=job.created_at)
        words = ' '.join(filter(None, [job.subject, job.state.value, job.error]))
        line = Line(at, 'job', job.id, job.state.value, words, job.settled.by if job.settled else '', kind=kind)
        lines.append(line._replace(subject=job.subject, faults=job.faults))
    return lines


def _of_report(report: Report) -> List[Line]:
    if report.state is State.MAKING:
        return []
    name, identity = report.name, report.id
    lines = [Line(report.created_at, 'report', identity, 'ready', name, level='success', subject=name)]
    if report.state is State.EXPIRED:
        gone_at = report.gone_at or report.expires_at
        lines.append(Line(gone_at, 'report', identity, 'expired', name, level='info', subject=name))
    for download in report.download_log:
        lines.append(Line(download.at, 'download', identity, 'done', name, download.by, 'info', subject=name))
    return lines


def _of_audit(noted: Document) -> Line:
    after, text = noted['after'], _in_brief(noted['after'])
    words = ' '.join(filter(None, [noted['action'], text]))
    line = Line(noted['at'], 'audit', noted['what'], noted['action'], words, noted['by'], 'info')
    if isinstance(after, Mapping) and after:
        return line._replace(values=after)
    return line._replace(faults=(Fault('quote', text=text),) if text else ())  # what a person said


def _in_brief(value: object) -> str:
    """What a change came to, in few words."""
    if isinstance(value, Mapping):
        return ', '.join(
            '{}: {}'.format(name, _in_brief(inner)) for name, inner in value.items() if inner not in (None, '', [])
        )
    if isinstance(value, (list, tuple)):
        return ', '.join(_in_brief(inner) for inner in value)
    return '' if value is None else str(value)
