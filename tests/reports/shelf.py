"""A report as a worker leaves it: its record, and its file in a directory."""

import hashlib
import os
from datetime import datetime, timedelta, timezone

from bson import ObjectId

from scan_notify_plugin.reports.store import ReportStore

NOW = datetime(2026, 3, 2, 4, 52, 41, tzinfo=timezone.utc)
CONTENT = b'PK\x03\x04' + bytes(range(256)) * 1000


def record_of(content=CONTENT, now=NOW, **fields):
    """The document of a report that is ready."""
    report_id = str(ObjectId())
    record = {
        '_id': report_id,
        'run_id': '65e2:41',
        'job_id': '65e2:41/complete/export-excel',
        'format': 'excel',
        'name': '每日资产巡检-41-20260302-0300.xlsx',
        'media_type': 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
        'size': len(content),
        'sha256': hashlib.sha256(content).hexdigest(),
        'rows': [['站点', 12], ['IP', 3]],
        'skipped': [],
        'created_at': now,
        'expires_at': now + timedelta(days=30),
        'link_until': now + timedelta(hours=72),
        'limit': 0,
        'storage': 'directory',
        'place': '{:%Y-%m-%d}/{}.xlsx'.format(now, report_id),
    }
    return dict(record, **fields)


def put_report(db, folder, content=CONTENT, **fields):
    """A kept report; its document as it is stored."""
    record = record_of(content, **fields)
    path = os.path.join(str(folder), *record['place'].split('/'))
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, 'wb') as file:
        file.write(content)
    ReportStore(db).insert(record)
    return ReportStore(db).get(record['_id'])
