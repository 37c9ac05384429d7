"""The parts of a message, from its run and the run's reports."""

import hashlib
import logging
from datetime import datetime
from functools import partial
from typing import Generator, List, Optional, Sequence, Tuple

from pymongo.errors import PyMongoError

from scan_notify_plugin.changes import Change
from scan_notify_plugin.deadline import Overstayed, Stay
from scan_notify_plugin.errors import in_words
from scan_notify_plugin.faults import Fault, join
from scan_notify_plugin.jobs.job import Job, Kind, Part, State
from scan_notify_plugin.jobs.making import new_part
from scan_notify_plugin.jobs.outcomes import Policy
from scan_notify_plugin.jobs.routing import next_target
from scan_notify_plugin.jobs.views import standing
from scan_notify_plugin.mongo import check_storable
from scan_notify_plugin.notifiers import text
from scan_notify_plugin.notifiers.base import Notifier, Target
from scan_notify_plugin.notifiers.summary import ReportLine, Summary
from scan_notify_plugin.records import to_document
from scan_notify_plugin.reports.report import Report
from scan_notify_plugin.runs.run import Run
from scan_notify_plugin.secret import redact
from scan_notify_plugin.worker import alert_message
from scan_notify_plugin.worker.changed import with_results
from scan_notify_plugin.worker.context import Context
from scan_notify_plugin.worker.crew import Call, returned
from scan_notify_plugin.worker.linking import placeholder, run_url
from scan_notify_plugin.worker.summarise import summarise

#: Seconds that a notifier may take for all pages of one message.
RENDER = 30.0
_MAX_DETAIL = 300

log = logging.getLogger('scan_notify')


def rendered(context: Context, job: Job, now: datetime, policy: Policy) -> Generator[Call, object, Job]:
    """The job with its parts for where it stands on its route; at the next target if that cannot be.

    :raises Overstayed: if the notifier does not come back
    """
    name = job.target
    target, notifier = context.channels.target(name), context.channels.notifier(name)
    if target is None or notifier is None:
        return next_target(job, now, policy, (context.channels.nobody(name),))
    run = context.runs.get(job.run_ids[0]) if job.run_ids else None
    if run is None and job.kind is not Kind.ALERT:
        return next_target(job, now, policy, (Fault('job.run-removed'),))
    if run is not None and run.language:
        target = target._replace(language=run.language)
    summary = None
    try:
        summary = _summary(context, job, run, target.language)
        make = partial(_parts, job, notifier, summary, target, context)
        parts = yield Call(notifier.channel, 'render', RENDER, make, Stay(), quiet=job.kind is Kind.ALERT)
        return job.evolve(parts=tuple(returned(make, parts)))
    except Exception as error:  # a template, or a third party's notifier
        ours = summary is None and isinstance(error, PyMongoError)  # a notifier may have a database of its own
        if ours or isinstance(error, Overstayed):
            raise
        detail = redact(in_words(error), target.secrets)[:_MAX_DETAIL]
        log.error('job %s cannot be rendered: %s', job.id, detail)
        return next_target(job, now, policy, (Fault('job.not-rendered', detail=detail),))


def _summary(context: Context, job: Job, run: Optional[Run], language: str) -> Summary:
    return alert_message.summarise(job, language) if run is None else summary_of(context, run, language, job.repeat)


def summary_of(context: Context, run: Run, language: str, repeat: bool = False) -> Summary:
    """What a message about a run says now.

    :param language: of the message, for what went wrong with reports
    """
    lines, counted = _reports(context, run.id, language)
    summary = summarise(run, context.scans, repeat, lines, counted, context.settings.mask_credentials)
    summary = summary._replace(url=run_url(context.settings.base_url, run.id) if not run.test else '')
    if run.results is None:
        return summary
    return with_results(summary, run.results, _records(context, run), language)


def _records(context: Context, run: Run) -> Sequence[Change]:
    """The top records of a run, worst first; of one that could not be collected none are known."""
    kept = context.results.get(run.id) if run.results is not None and run.results.known else None
    return () if kept is None else kept.records


def _parts(job: Job, notifier: Notifier, summary: Summary, target: Target, context: Context) -> List[Part]:
    pages = notifier.render(summary, target, context.templates) + notifier.extras(summary, target)
    if not pages:  # nothing to send would be rendered again and again
        raise ValueError('render() made no page')
    parts = [
        new_part(_key(job, index), page.content, page.withheld, _flag(notifier.repeatable(page.content)))
        for index, page in enumerate(pages)
    ]
    # What cannot be stored would be rendered again and again, and stop the lane.
    check_storable(to_document(job.evolve(parts=tuple(parts))))
    return parts


def _flag(value: object) -> Optional[bool]:
    return None if value is None else bool(value)


def _key(job: Job, index: int) -> str:
    """The idempotency key of a part: the same for each try, another for each target, page and repeat."""
    named = '|'.join([job.id, str(job.at), str(index), 'repeat' if job.repeat else ''])
    return hashlib.sha256(named.encode('utf-8')).hexdigest()[:32]


def _reports(context: Context, run_id: str, language: str) -> Tuple[List[ReportLine], Optional[Report]]:
    """What to say of the run's reports, and the one whose numbers the message takes."""
    records = {report.id: report for report in context.reports.of_runs([run_id])}
    lines: List[ReportLine] = []
    counted: Optional[Report] = None
    for job in standing(context.jobs.of_runs([run_id], Kind.EXPORT)):
        if job.state is State.CANCELLED:
            continue
        record = records.get(job.report_id or '')
        if job.state is State.SUCCESS and record is not None:
            lines.append(_report_line(context, record))
            counted = counted or record
        else:
            error = text.plain(join(job.faults, language), _MAX_DETAIL) if job.state is State.ERROR else ''
            lines.append(ReportLine('', '', 0, 0, None, '', None, error))
    return lines, counted


def _report_line(context: Context, record: Report) -> ReportLine:
    url = context.link(record)
    return ReportLine(
        id=record.id,
        name=record.name,
        size=record.size,
        rows=record.total,
        made_at=record.created_at,
        link=placeholder(record.id, url) if url else '',
        valid_until=record.link_until,
        error='',
    )
