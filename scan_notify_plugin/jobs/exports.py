"""When an export job starts, is tried again, or ends, and when the messages that wait for it go out. Pure.

An export job has ``format``, ``report_id`` (once it is done), ``attempt`` (while a worker is at it) and ``progress``
(records read so far; at the end the rows of the report) beside the fields of every job (see :mod:`scan_notify_plugin.jobs.rules`).
"""

import zlib
from datetime import datetime, timedelta
from typing import Any, Dict, Iterable, List, Mapping, Tuple

from scan_notify_plugin.jobs.outcomes import bad_end
from scan_notify_plugin.jobs.rules import KEEP_ATTEMPTS, MAX_STARTS, OPEN
from scan_notify_plugin.jobs.waiting import due, retry_delay

#: An export that failed so often will not come right by itself.
MAX_TRIES = 8
#: For each format, so that an exporter that hangs keeps no other back.
LANES = 2


def lane(run_id: str, name: str) -> str:
    """Which of the lanes of a format a run's export goes through."""
    return 'export:{}:{}'.format(name, zlib.crc32(run_id.encode('utf-8')) % LANES)


def starting(job: Mapping[str, Any], attempt: str, now: datetime) -> Dict[str, Any]:
    """The change with which a worker begins; one that began too often without an end is given up."""
    if job['starts'] >= MAX_STARTS:
        return dict(bad_end(now, 'worker died {} times'.format(job['starts'])), attempt=None)
    return {'starts': job['starts'] + 1, 'attempt': attempt, 'progress': 0}


def stopped(job: Mapping[str, Any]) -> Dict[str, Any]:
    """The change when a worker that is told to stop puts an export back: that is no death."""
    return {'starts': job['starts'] - 1, 'attempt': None, 'progress': 0}


def finished(job: Mapping[str, Any], report_id: str, rows: int, now: datetime) -> Dict[str, Any]:
    """The change after a report was kept."""
    return {
        'state': 'success',
        'error': '',
        'attempt': None,
        'report_id': report_id,
        'progress': rows,
        'attempts': _logged(job, now, 'accepted', ''),
    }


def failed(
    job: Mapping[str, Any], words: str, now: datetime, final: bool = False, grace: timedelta = timedelta(0)
) -> Dict[str, Any]:
    """The change after a failure: again later, or ``final``.

    :param grace: how far the clock was set ahead lately
    """
    tries = job['tries'] + 1
    fields = {'tries': tries, 'starts': 0, 'attempt': None, 'attempts': _logged(job, now, 'failed', words)}
    if final or tries >= MAX_TRIES or now >= job['give_up_at'] + grace:
        return dict(fields, **bad_end(now, words))
    return dict(fields, error=words, **due(now, retry_delay(tries)))


def _logged(job: Mapping[str, Any], now: datetime, result: str, words: str) -> List[Dict[str, Any]]:
    line = {
        'at': now, 'attempt': job['attempt'], 'target': job['format'], 'part': 0, 'result': result, 'code': None,
        'words': words,
    }  # fmt: skip
    return (job['attempts'] + [line])[-KEEP_ATTEMPTS:]


def released(jobs: Iterable[Mapping[str, Any]], now: datetime) -> List[Tuple[Mapping[str, Any], Dict[str, Any]]]:
    """The notifications of one run that need not wait any longer, as all its exports are through."""
    jobs = list(jobs)
    if any(job['kind'] == 'export' and job['state'] in OPEN for job in jobs):
        return []
    return [
        (job, {'waits': False, **due(now)})
        for job in jobs
        if job['kind'] == 'notify' and job['waits'] and job['state'] == 'pending' and job['due_at'] > now
    ]


def error(jobs: Iterable[Mapping[str, Any]]) -> str:
    """Why reports of a run could not be made; '' if none failed."""
    failed = (job for job in jobs if job['kind'] == 'export' and job['state'] == 'error')
    return '; '.join(dict.fromkeys(job['error'] for job in sorted(failed, key=lambda job: job['_id'])))


def wait_until(now: datetime, minutes: float) -> datetime:
    """When a notification goes out even though an export is not through."""
    return now + timedelta(minutes=minutes)
