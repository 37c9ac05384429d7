"""Runs, jobs and reports as people are shown them: plain values, no credential, no link that opens anything."""

import re
from collections import Counter
from datetime import datetime
from typing import Dict, List

from scan_notify_plugin.admin.desk import Desk
from scan_notify_plugin.admin.results import results_view
from scan_notify_plugin.admin.timeline import timeline
from scan_notify_plugin.faults import join, once, quoted
from scan_notify_plugin.host.scans import Scans
from scan_notify_plugin.jobs.job import Attempt, Job, Part, PartState, Receipt
from scan_notify_plugin.records import Document, to_document
from scan_notify_plugin.reports import links
from scan_notify_plugin.reports.report import Report
from scan_notify_plugin.runs.run import Run

#: What stands for a report's link in a stored message until it is sent.
_LINK = re.compile(r'scan-notify-link-([0-9a-f]{24})-*')
_REPORT = (
    'job_id', 'format', 'name', 'media_type', 'size', 'rows', 'skipped', 'created_at', 'expires_at', 'link_until',
    'limit', 'downloads', 'download_log', 'state', 'revoked_at',
)  # fmt: skip
_FAILED = ('error', 'unqueued', 'dead', 'overdue')


def brief(run: Run, desk: Desk) -> Document:
    """One line of the history."""
    faults = once(run.faults + run.export_faults)
    return {
        'id': run.id,
        'schedule_id': run.schedule_id,
        'schedule_name': run.schedule_name,
        'run_number': run.run_number,
        'status': run.status.value,
        'push_status': run.push_status.value,
        'export_status': run.export_status.value,
        'start_time': run.fired_at,
        'end_time': run.end_time,
        'seconds': (run.end_time - run.fired_at).total_seconds() if run.end_time else None,
        'counts': _counts(run),
        'error_msg': join(faults),
        'faults': desk.described(faults),
        'acknowledged': dict(run.acknowledged._asdict()) if run.acknowledged else None,
        'results': results_view(run.results, desk),
        'test': run.test,
    }


def _counts(run: Run) -> Dict[str, int]:
    counts = Counter(run.task(task_id).outcome or 'running' for task_id in run.task_ids)
    return {
        'total': len(run.task_ids),
        'done': counts['done'],
        'failed': sum(counts[outcome] for outcome in _FAILED),
        'stopped': counts['stop'],
        'missing': counts['missing'],
        'running': counts['running'],
    }


def detail(desk: Desk, run: Run) -> Document:
    """All there is to know of a run: :func:`brief` and its tasks, jobs, reports and time line."""
    facts = Scans(desk.db).facts(run.task_ids)
    jobs = desk.jobs.of_runs([run.id])
    reports = desk.reports.of_runs([run.id])
    ids = [run.id] + [job.id for job in jobs] + [report.id for report in reports]
    tasks: List[Document] = []
    for task_id in run.task_ids:
        task, fact = run.task(task_id), facts.get(task_id)
        known: Document = {'id': task_id, 'target': fact.target if fact else '', 'name': fact.name if fact else ''}
        tasks.append(dict(known, status=task.status, outcome=task.outcome))
    return dict(
        brief(run, desk),
        tasks=tasks,
        jobs=[job_view(job, desk) for job in jobs],
        reports=[report_view(report, desk.clock.now()) for report in reports],
        timeline=[
            dict(line._asdict(), faults=desk.described(line.faults))
            for line in timeline(
                run, {task['id']: task['target'] for task in tasks}, jobs, reports, desk.audit.about(ids)
            )
        ],
    )


def job_view(job: Job, desk: Desk) -> Document:
    """A job; ``target`` is where it stands on its route."""
    return {
        'id': job.id,
        'kind': job.kind.value,
        'target': job.target if job.route else '',
        'route': list(job.route),
        'format': job.format,
        'state': job.state.value,
        'created_at': job.created_at,
        'due_at': job.due_at,
        'give_up_at': job.give_up_at,
        'error': job.error,
        'faults': desk.described(job.faults),
        'repeat': job.repeat,
        'replaces': list(job.replaces),
        'by': job.by,
        'progress': job.progress,
        'under_way': bool(job.attempt) or any(part.state is PartState.POSTING for part in job.parts),
        'report_id': job.report_id,
        'parts': [_part(number, part, desk) for number, part in enumerate(job.parts, 1)],
        'attempts': [_attempt(attempt, desk) for attempt in job.attempts],
    }


def _attempt(attempt: Attempt, desk: Desk) -> Document:
    """``words`` is English, or the service's."""
    return dict(attempt._asdict(), words=attempt.text, faults=desk.described(attempt.faults))


def _receipt(receipt: Receipt, desk: Desk) -> Document:
    """``note`` is English, or the service's."""
    notes = (quoted(receipt.note),) if receipt.note else ()
    return dict(receipt._asdict(), note=join(notes), faults=desk.described(notes))


def _part(number: int, part: Part, desk: Desk) -> Document:
    return {
        'number': number,
        'state': part.state.value,
        'text': _LINK.sub(r'(link to report \1)', str(part.content.get('text', ''))),
        'receipt': _receipt(part.receipt, desk) if part.receipt else None,
        'withheld': part.withheld != {} and part.key.endswith('-w'),
    }


def report_view(report: Report, now: datetime) -> Document:
    """A report's record without where its file is and without what its links are made of.

    ``link_state`` is valid, expired, revoked or used_up; '' where there is no file.
    """
    known = {'id': report.id, 'run_id': report.run_id, 'link_state': links.state(report, now)}
    stored = to_document(report)
    return dict(known, **{name: stored.get(name) for name in _REPORT})
