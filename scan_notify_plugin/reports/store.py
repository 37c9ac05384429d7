"""The report collection, and the key that links are signed with."""

import secrets
from datetime import datetime
from typing import Callable, Iterable, List, Optional, Tuple

from pymongo import ASCENDING, DESCENDING
from pymongo.database import Database

from scan_notify_plugin.doors import NOT_SET_ASIDE, Aside, Door, ensure_index
from scan_notify_plugin.mongo import VERSION, get_or_insert, insert
from scan_notify_plugin.records import to_document
from scan_notify_plugin.reports.downloads import KEEP, begun
from scan_notify_plugin.reports.report import Report, State

COLLECTION = 'scan_notify_report'
SECRETS = 'scan_notify_secret'
KEEP_DOWNLOADS = KEEP


class ReportStore:
    """Reads and writes the records of reports."""

    def __init__(self, db: Database, aside: Optional[Aside] = None) -> None:
        self._reports = db[COLLECTION]
        self._door = Door(self._reports, 'report', Report, aside)
        self._secrets = db[SECRETS]

    def ensure_indexes(self) -> None:
        ensure_index(self._reports)
        self._reports.create_index(
            [('run_id', ASCENDING), ('created_at', DESCENDING), ('_id', DESCENDING)], background=True
        )
        self._reports.create_index(
            [('state', ASCENDING), ('created_at', DESCENDING), ('_id', DESCENDING)], background=True
        )

    def insert(self, report: Report) -> None:
        """Write a new record."""
        insert(self._reports, to_document(report))

    def get(self, report_id: str) -> Optional[Report]:
        """The record; None if there is none, or it is set aside."""
        return self._door.get(report_id)

    def of_runs(self, run_ids: Iterable[str]) -> List[Report]:
        """The reports of these runs, the oldest first."""
        return sorted(self._door.find({'run_id': {'$in': list(run_ids)}}), key=lambda report: report.created_at)

    def page(self, run_id: Optional[str], skip: int, limit: int) -> Tuple[List[Report], int]:
        """Reports that can be downloaded, or all of a run; the newest first, and how many there are."""
        query = dict({'run_id': run_id} if run_id else {'state': 'ready'}, **NOT_SET_ASIDE)
        reports = self._door.find(query, [('created_at', DESCENDING), ('_id', DESCENDING)], skip, limit)
        return reports, self._reports.count_documents(query)

    def with_file(self) -> List[Report]:
        """All finished reports that have a file, the newest first."""
        return [report for report in self.with_file_or_begun() if report.state is State.READY]

    def with_file_or_begun(self) -> List[Report]:
        """These, and the reports that are being made or were left behind; the newest first."""
        return self._door.find({'state': {'$in': ['ready', 'making']}}, [('created_at', DESCENDING)])

    def change(self, before: Report, after: Report) -> Optional[Report]:
        """See :meth:`scan_notify_plugin.doors.Door.change`."""
        return self._door.change(before, after)

    def failed(self, report: Report, error: BaseException) -> None:
        """See :meth:`scan_notify_plugin.doors.Door.failed`."""
        self._door.failed(report, error)

    def linked(self, report: Report) -> None:
        """A link with the serial number of ``report`` as it was read is given out: what was revoked has one again."""

        def decide(now: Report) -> Report:
            return now.evolve(revoked_at=None) if now.serial == report.serial else now

        if report.revoked_at:
            self.change_until_done(report.id, decide)

    def change_until_done(self, report_id: str, decide: Callable[[Report], Optional[Report]]) -> Optional[Report]:
        """See :meth:`scan_notify_plugin.doors.Door.change_until_done`."""
        return self._door.change_until_done(report_id, decide)

    def downloaded(self, report: Report, now: datetime, by: str, length: Optional[int] = None) -> bool:
        """Put a download on record; False if that makes it one too many, or the report changed meanwhile.

        :param length: bytes of its answer; None: nobody can go on with it
        """
        return self.change(report, begun(report, now, by, length)) is not None

    def was_read_from(self, storage: str) -> bool:
        """Whether a report that is kept so was ever downloaded by link, and so read by the web process."""
        return self._reports.find_one({'storage': storage, 'downloads': {'$gt': 0}}, {'_id': 1}) is not None

    def signing_key(self) -> str:
        """Made once for a database, and kept where no API reads."""
        return get_or_insert(self._secrets, 'link', {'key': secrets.token_urlsafe(32), 'v': VERSION})['key']

    def digest_key(self) -> bytes:
        """The key of the digests that stand for what must not be kept; made once for a database, kept in the same
        place. Not the key of links: who makes that anew shall not find everything changed.
        """
        return str(
            get_or_insert(self._secrets, 'digest', {'key': secrets.token_urlsafe(32), 'v': VERSION})['key']
        ).encode()

    def known_digest_key(self) -> bytes:
        """The same for who only reads. Where none was made there is no digest that another could be found by: then one
        that nobody keeps.
        """
        kept = self._secrets.find_one({'_id': 'digest'}) or {}
        return str(kept.get('key') or secrets.token_urlsafe(32)).encode()

    def forget(self, before: datetime) -> None:
        """Remove the records of reports that were made before a time and have no file any more."""
        self._reports.delete_many({'state': {'$in': ['expired', 'deleted']}, 'created_at': {'$lt': before}})
