"""The bytes of a report for whoever has a link to them: what is asked for, whether it counts, and the answer."""

import logging
from datetime import datetime
from typing import Optional

from flask import Response, request

from scan_notify_plugin.clock import Clock
from scan_notify_plugin.reports import links, storage
from scan_notify_plugin.reports.downloads import begun, continued, is_probe
from scan_notify_plugin.reports.report import Report
from scan_notify_plugin.reports.store import ReportStore
from scan_notify_plugin.web import conditions
from scan_notify_plugin.web.conditions import Answer
from scan_notify_plugin.web.sending import file_of, sent, wanted, without_bytes

__all__ = ['Downloading', 'Refused']

_TRIES = 5

log = logging.getLogger('scan_notify')


class Refused(Exception):
    """A link gives no file now."""

    def __init__(self, refusal: links.Refusal) -> None:
        super().__init__(refusal)
        self.refusal = refusal


class Downloading:
    """Gives files of reports.

    :param folder: where reports are kept in a directory, '' if they are not
    :param by: the address of who asks
    """

    def __init__(self, db: object, reports: ReportStore, clock: Clock, folder: str, by: str) -> None:
        self._db = db
        self._reports = reports
        self._clock = clock
        self._folder = folder
        self._by = by

    def answer(self, claim: links.Claim) -> Optional[Response]:
        """The file; None if somebody else always came first.

        :raises Refused: if the link gives none
        """
        for _ in range(_TRIES):
            report, now = self._reports.get(claim.report_id), self._clock.now()
            refusal = links.check(claim, report, now)
            if report is None or refusal not in (None, links.Refusal.USED_UP):
                raise Refused(refusal or links.Refusal.UNKNOWN)
            response = self._given(report, now, refusal)
            if response is not None:
                return response
        return None

    def _given(self, report: Report, now: datetime, refusal: Optional[links.Refusal]) -> Optional[Response]:
        """The answer, after it was counted; None if the record changed meanwhile."""
        asked = wanted(report)
        after = self._counted(report, now, asked)
        if refusal is not None and (after is None or after.downloads > report.downloads):
            raise Refused(refusal)
        response = without_bytes(report, asked)
        if response is not None:
            return response
        pieces = self._pieces(report)
        if after is None or self._is_recorded(report, after, now, asked):
            return sent(report, pieces, asked)
        pieces.close()
        return None

    def _counted(self, report: Report, now: datetime, asked: Answer) -> Optional[Report]:
        """The report as this answer leaves it; None if it leaves no trace."""
        if request.method == 'HEAD' or asked.status not in (200, 206):
            return None
        part = asked.part
        if part is None or part.length >= report.size:
            return begun(report, now, self._by, report.size)
        is_proven = conditions.is_validator(request.headers.get('If-Range'), file_of(report))
        after = continued(report, now, self._by, part.length, is_proven)
        if after is None and is_probe(part.first, part.length, report.size) and not report.is_used_up:
            return None
        return after or begun(report, now, self._by, part.length)

    def _is_recorded(self, report: Report, after: Report, now: datetime, asked: Answer) -> bool:
        if after.downloads == report.downloads:
            return self._reports.change(report, after) is not None
        length = report.size if asked.part is None else asked.part.length
        return self._reports.downloaded(report, now, self._by, length)

    def _pieces(self, report: Report) -> storage.Pieces:
        try:
            return storage.stored(report.storage, self._folder, self._db).read(report.place)
        except storage.StorageError as error:
            log.error('report %s cannot be read: %s', report.id, error)
            raise Refused(links.Refusal.UNKNOWN) from None
