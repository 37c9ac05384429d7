"""Brings sent messages up to date where their channel can change them: acknowledged, sent again, link ended."""

import hashlib
import json
import logging
from datetime import datetime, timedelta
from functools import partial
from typing import List, Mapping, Set

from scan_notify_plugin.jobs import news
from scan_notify_plugin.jobs.job import Job, Part, PartState
from scan_notify_plugin.mongo import check_storable
from scan_notify_plugin.records import Document, to_document
from scan_notify_plugin.reports.report import Report
from scan_notify_plugin.runs.run import Run
from scan_notify_plugin.worker.context import Context
from scan_notify_plugin.worker.linking import linked

#: Messages of runs that are older stay as they are.
FOLLOW_FOR = timedelta(days=7)

log = logging.getLogger('scan_notify')


def follow_up(context: Context, now: datetime) -> None:
    """Insert a job for each message that is behind; the next tick rings its lane."""
    jobs = context.jobs.followed(now - FOLLOW_FOR)
    if not jobs:
        return
    ids = sorted({job.run_ids[0] for job in jobs})
    runs = {run.id: run for run in context.runs.by_ids(ids)}
    reports = {report.id: report for report in context.reports.of_runs(ids)}
    for job in jobs:
        run = runs.get(job.run_ids[0])
        if run is not None:
            _follow(context, job, run, reports, now)


def _follow(context: Context, job: Job, run: Run, reports: Mapping[str, Report], now: datetime) -> None:
    target, notifier = context.channels.target(job.target), context.channels.notifier(job.target)
    sent = [part for part in job.parts if part.state is PartState.DONE and part.content.get('follow')]
    if target is None or notifier is None or not sent or context.channels.stopped(job.target):
        return
    known = set(reports) | set(job.serials)
    linked_to = {part.key: _report_of(part, known) for part in sent}
    standing = set(linked_to.values()) & set(reports)
    if standing and not job.serials:
        serials = news.serials(reports[report_id] for report_id in standing)
        job = context.jobs.change(job, job.evolve(serials=serials)) or job
    updates: List[Job] = []
    for part in sent:
        report_id = linked_to[part.key]
        change = news.news(job, part, run, report_id, reports.get(report_id), now)
        try:
            content = context.channels.short(notifier, 'follow', partial(notifier.follow, part.content, change, target))
            if content is None:
                continue
            update = news.follow_up(job, _identity(job, part, content), content, now)
            check_storable(to_document(update))
        except Exception as error:  # a third party's
            log.error('notifier %s cannot follow up job %s: %s', notifier.channel, job.id, type(error).__name__)
            continue
        updates.append(update)
    for update in updates:
        if update.id not in job.followed:
            context.jobs.insert(update)
    context.jobs.change(
        job, job.evolve(followed=tuple(sorted(set(job.followed).union(update.id for update in updates))))
    )


def _report_of(part: Part, known: Set[str]) -> str:
    """The report that a part links to: what its notifier says, else the one whose link is in it; '' if there is none.

    :param known: of this run, now or earlier; a stranger may have written the placeholder of another one into a name
    """
    return str(part.content.get('report_id') or next(iter(sorted(linked(part.content) & known)), ''))


def _identity(job: Job, part: Part, content: Document) -> str:
    text = json.dumps([part.key, content], sort_keys=True, default=str)
    return '{}/update-{}'.format(job.id, hashlib.sha256(text.encode('utf-8')).hexdigest()[:12])
