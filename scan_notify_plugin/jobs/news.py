"""What has become of a run since a message about it was sent, for messages that can be changed in place. Pure."""

from datetime import datetime, timedelta
from typing import Any, Dict, Mapping, Optional

from scan_notify_plugin.jobs.job import Job, Kind, Part
from scan_notify_plugin.jobs.making import begun, new_part


def news(
    job: Job,
    part: Part,
    run: Mapping[str, Any],
    report_id: str,
    report: Optional[Mapping[str, Any]],
    now: datetime,
) -> Dict[str, Any]:
    """``{key, acknowledged, again, gone}`` for a part that was sent.

    :param report_id: of the report that the part links to, '' if it does not
    :param report: its record, if there is still one
    """
    return {
        'key': part.key,
        'acknowledged': run.get('acknowledged'),
        'again': next((entry['by'] for entry in run['plan'] if job.id in entry.get('replaces', ())), ''),
        'gone': bool(report_id) and _is_gone(job, report, now),
    }


def _is_gone(job: Job, report: Optional[Mapping[str, Any]], now: datetime) -> bool:
    if report is None or report['state'] != 'ready' or report['link_until'] <= now or report.get('revoked_at'):
        return True
    return bool(report['serial'] != job.serials.get(report['_id'], report['serial']))


def serials(reports: Mapping[str, Mapping[str, Any]]) -> Dict[str, Any]:
    """What a job remembers of the links in its message: one with another serial number is another link."""
    return {report_id: report['serial'] for report_id, report in reports.items()}


def follow_up(job: Job, identity: str, content: Mapping[str, Any], now: datetime) -> Job:
    """The job that changes a message of ``job`` in place. It counts for no run's push_status.

    :param identity: the same for the same change
    """
    give_up_after = timedelta(seconds=job.give_up_after)
    update = begun(identity, Kind.UPDATE, job.run_ids[:1], '', job.lane, (job.target,), now, give_up_after)
    part = new_part(identity, content, content, True)
    return update.evolve(parts=(part,), repeat=True)  # so that it is never rendered anew
