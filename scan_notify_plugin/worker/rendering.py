"""The parts of a message, from its run and the run's reports."""

import hashlib
import logging
from datetime import datetime
from typing import Any, Dict, Generator, List, Optional, Tuple

from pymongo.errors import PyMongoError

from scan_notify_plugin.deadline import Overstayed, Stay
from scan_notify_plugin.errors import in_words
from scan_notify_plugin.jobs import rules
from scan_notify_plugin.jobs.steering import standing
from scan_notify_plugin.mongo import check_storable
from scan_notify_plugin.notifiers import text
from scan_notify_plugin.notifiers.base import Notifier, Target
from scan_notify_plugin.notifiers.summary import ReportLine, Summary
from scan_notify_plugin.secret import redact
from scan_notify_plugin.worker import alert_message
from scan_notify_plugin.worker.context import Context
from scan_notify_plugin.worker.crew import Call
from scan_notify_plugin.worker.linking import placeholder
from scan_notify_plugin.worker.summarise import summarise

#: Seconds that a notifier may take for all pages of one message.
RENDER = 30.0
_MAX_WORDS = 300

log = logging.getLogger('scan_notify')

Document = Dict[str, Any]


def rendered(
    context: Context, job: Document, now: datetime, policy: rules.Policy
) -> Generator[Call, Any, Document]:
    """The change that gives a job its parts for where it stands on its route; the next target if that cannot be.

    :raises Overstayed: if the notifier does not come back
    """
    name = job['route'][job['at']]
    target, notifier = context.target(name), context.notifier(name)
    if target is None or notifier is None:
        return rules.next_target(job, now, policy, context.nobody(name))
    run = context.runs.get(job['run_ids'][0]) if job['run_ids'] else {}  # an alert has none
    if run is None:
        return rules.next_target(job, now, policy, 'its run was removed')
    target = target._replace(language=run.get('language') or target.language)
    summary = None
    try:
        summary = _summary(context, job, run, target.language)
        make = lambda: _parts(job, notifier, summary, target, context)  # noqa: E731
        parts = yield Call(notifier.channel, 'render', RENDER, make, Stay(), quiet=job['kind'] == 'alert')
        return {'parts': parts}
    except Exception as error:  # a template, or a third party's notifier
        ours = summary is None and isinstance(error, PyMongoError)  # a notifier may have a database of its own
        if ours or isinstance(error, Overstayed):
            raise
        words = redact(in_words(error), target.secrets)[:_MAX_WORDS]
        log.error('job %s cannot be rendered: %s', job['_id'], words)
        return rules.next_target(job, now, policy, 'not rendered: ' + words)


def _summary(context: Context, job: Document, run: Document, language: str) -> Summary:
    if job['kind'] == 'alert':
        return alert_message.summarise(job, language)
    lines, counted = _reports(context, run['_id'])
    masks = context.settings.mask_credentials
    return summarise(run, context.scans, job['repeat'], lines, counted, masks)


def _parts(job: Document, notifier: Notifier, summary: Summary, target: Target, context: Context) -> List[Document]:
    pages = notifier.render(summary, target, context.templates) + notifier.extras(summary, target)
    if not pages:  # nothing to send would be rendered again and again
        raise ValueError('render() made no page')
    parts = [
        rules.new_part(_key(job, index), page.content, page.withheld, _flag(notifier.repeatable(page.content)))
        for index, page in enumerate(pages)
    ]
    check_storable({'parts': parts})  # what cannot be stored would be rendered again and again, and stop the lane
    return parts


def _flag(said: Any) -> Optional[bool]:
    return None if said is None else bool(said)


def _key(job: Document, index: int) -> str:
    """The idempotency key of a part: the same for each try, another for each target, page and repeat."""
    what = '|'.join([job['_id'], str(job['at']), str(index), 'repeat' if job['repeat'] else ''])
    return hashlib.sha256(what.encode('utf-8')).hexdigest()[:32]


def _reports(context: Context, run_id: str) -> Tuple[List[ReportLine], Optional[Document]]:
    """What to say of the run's reports, and the one whose numbers the message takes."""
    records = {report['_id']: report for report in context.reports.of_runs([run_id])}
    lines, counted = [], None  # type: Tuple[List[ReportLine], Optional[Document]]
    for job in standing(context.jobs.of_runs([run_id], kind='export')):
        if job['state'] == 'cancelled':
            continue
        record = records.get(job['report_id'])
        if job['state'] == 'success' and record is not None:
            lines.append(_report_line(context, record))
            counted = counted or record
        else:
            error = text.plain(job['error'], _MAX_WORDS) if job['state'] == 'error' else ''
            lines.append(ReportLine('', '', 0, 0, None, '', None, error))
    return lines, counted


def _report_line(context: Context, record: Document) -> ReportLine:
    url = context.link(record)
    return ReportLine(
        id=record['_id'],
        name=record['name'],
        size=record['size'],
        rows=sum(number for _, number in record['rows']),
        made_at=record['created_at'],
        link=placeholder(record['_id'], url) if url else '',
        valid_until=record['link_until'],
        error='',
    )
