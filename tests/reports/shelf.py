"""A report as a worker leaves it: its record, and its file in a directory."""

import hashlib
import os
from datetime import datetime, timedelta, timezone

from bson import ObjectId

from scan_notify_plugin.mongo import VERSION
from scan_notify_plugin.reports.report import Report, State
from scan_notify_plugin.reports.store import ReportStore

NOW = datetime(2026, 3, 2, 4, 52, 41, tzinfo=timezone.utc)
CONTENT = b'PK\x03\x04' + bytes(range(256)) * 1000


def report_of(content=CONTENT, now=NOW, **fields):
    """A report that is ready."""
    report_id = str(ObjectId())
    report = Report(
        id=report_id,
        v=VERSION,
        rev=1,
        run_id='65e2:41',
        job_id='65e2:41/complete/export-excel',
        format='excel',
        name='每日资产巡检-41-20260302-0300.xlsx',
        media_type='application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
        size=len(content),
        created_at=now,
        expires_at=now + timedelta(days=30),
        link_until=now + timedelta(hours=72),
        storage='directory',
        place='{:%Y-%m-%d}/{}.xlsx'.format(now, report_id),
        state=State.READY,
        serial=1,
        limit=0,
        downloads=0,
        download_log=(),
        sha256=hashlib.sha256(content).hexdigest(),
        rows=(('站点', 12), ('IP', 3)),
    )
    return report.evolve(**fields)


def put_report(db, folder, content=CONTENT, **fields):
    """A kept report, as it is stored."""
    report = report_of(content, **fields)
    path = os.path.join(str(folder), *report.place.split('/'))
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, 'wb') as file:
        file.write(content)
    ReportStore(db).insert(report)
    return ReportStore(db).get(report.id)
