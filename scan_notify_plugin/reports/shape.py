"""What a report's record must look like; see :mod:`scan_notify_plugin.reports.store` for what it means. Pure."""

from typing import Any

from scan_notify_plugin.shapes import fields, listing, maybe, one_of, text, time, whole

STATES = ('making', 'ready', 'expired', 'deleted')


def _count(value: Any) -> str:
    """Something and its number."""
    if not isinstance(value, (list, tuple)) or len(value) != 2:
        return 'is no pair'
    return text(value[0]) or whole(value[1])


#: What is wrong with a record; '' if nothing is.
problem_of = fields(
    {
        '_id': text, 'v': whole, 'rev': whole, 'run_id': text, 'job_id': text, 'format': text, 'name': text, 'media_type': text,
        'size': whole, 'created_at': time, 'expires_at': time, 'link_until': time, 'storage': text, 'place': text,
        'state': one_of(*STATES), 'serial': whole, 'limit': whole, 'downloads': whole, 'download_log': listing(fields({'at': time}, {'by': text})),
    },
    {
        'revoked_at': maybe(time), 'gone_at': maybe(time), 'sha256': text, 'rows': listing(_count), 'skipped': listing(_count),
        'records': listing(_count),
    },
)  # fmt: skip
