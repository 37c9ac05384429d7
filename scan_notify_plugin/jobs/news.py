"""What has become of a run since a message about it was sent, for messages that can be changed in place. Pure."""

from datetime import datetime, timedelta
from typing import Any, Dict, Mapping, Optional

from scan_notify_plugin.jobs.rules import new_job, new_part


def news(
    job: Mapping[str, Any],
    part: Mapping[str, Any],
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
        'key': part['key'],
        'acknowledged': run.get('acknowledged'),
        'again': next((one['by'] for one in run['plan'] if job['_id'] in one.get('replaces', ())), ''),
        'gone': bool(report_id) and _is_gone(job, report, now),
    }


def _is_gone(job: Mapping[str, Any], report: Optional[Mapping[str, Any]], now: datetime) -> bool:
    if report is None or report['state'] != 'ready' or report['link_until'] <= now or report.get('revoked_at'):
        return True
    return bool(report['serial'] != job.get('serials', {}).get(report['_id'], report['serial']))


def serials(reports: Mapping[str, Mapping[str, Any]]) -> Dict[str, Any]:
    """The field of a job that remembers the links in its message: one with another serial number is another link."""
    return {'serials': {report_id: report['serial'] for report_id, report in reports.items()}}


def follow_up(job: Mapping[str, Any], identity: str, content: Mapping[str, Any], now: datetime) -> Dict[str, Any]:
    """The job that changes a message of ``job`` in place. It counts for no run's push_status.

    :param identity: the same for the same change
    """
    entry = {
        'id': identity, 'kind': 'update', 'by': '', 'route': [job['route'][job['at']]], 'format': '', 'lane': job['lane'],
        'waits': None, 'error': '', 'repeat': True,  # so that it is never rendered anew
    }  # fmt: skip
    made = new_job(entry, job['run_ids'][0], now, timedelta(seconds=job['give_up_after']))
    return dict(made, parts=[new_part(identity, content, content, True)])
