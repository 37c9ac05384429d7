"""What has become of a run since a message about it was sent, for messages that can be changed in place. Pure."""

from datetime import datetime, timedelta
from typing import Dict, Iterable, Mapping, Optional

from scan_notify_plugin.jobs.job import Job, Kind, Part
from scan_notify_plugin.jobs.making import begun, new_part
from scan_notify_plugin.reports.report import Report, State
from scan_notify_plugin.runs.run import Run


def news(
    job: Job,
    part: Part,
    run: Optional[Run],
    report_id: str,
    report: Optional[Report],
    now: datetime,
) -> Dict[str, object]:
    """``{key, acknowledged, again, gone}`` for a part that was sent.

    :param run: None if it was removed
    :param report_id: of the report that the part links to, '' if it does not
    :param report: its record, if there is still one
    """
    return {
        'key': part.key,
        'acknowledged': dict(run.acknowledged._asdict()) if run and run.acknowledged else None,
        'again': next((want.by for want in run.plan if job.id in want.replaces), '') if run else '',
        'gone': bool(report_id) and _is_gone(job, report, now),
    }


def _is_gone(job: Job, report: Optional[Report], now: datetime) -> bool:
    if report is None or report.state is not State.READY or report.link_until <= now or report.revoked_at:
        return True
    return bool(report.serial != job.serials.get(report.id, report.serial))


def serials(reports: Iterable[Report]) -> Dict[str, int]:
    """What a job remembers of the links in its message: one with another serial number is another link."""
    return {report.id: report.serial for report in reports}


def follow_up(job: Job, identity: str, content: Mapping[str, object], now: datetime) -> Job:
    """The job that changes a message of ``job`` in place. It counts for no run's push_status.

    :param identity: the same for the same change
    """
    give_up_after = timedelta(seconds=job.give_up_after)
    update = begun(identity, Kind.UPDATE, job.run_ids[:1], '', job.lane, (job.target,), now, give_up_after)
    part = new_part(identity, content, content, True)
    return update.evolve(parts=(part,), repeat=True)  # so that it is never rendered anew
