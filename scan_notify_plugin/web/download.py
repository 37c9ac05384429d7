"""The download of a report by its signed link, as a plain Flask blueprint."""

import logging
from typing import Callable
from urllib.parse import quote

from flask import Blueprint, Response, request
from pymongo.errors import PyMongoError

from scan_notify_plugin.clock import Clock
from scan_notify_plugin.faults import Fault
from scan_notify_plugin.reports import links, storage
from scan_notify_plugin.reports.report import Report
from scan_notify_plugin.reports.store import ReportStore
from scan_notify_plugin.secret import redact
from scan_notify_plugin.web.answers import refused

log = logging.getLogger('scan_notify')

_TRIES = 5


class Downloads:
    """What the blueprint works with; connects at the first request, after the web server has forked.

    :param connect: gives the database
    :param folder: where reports are kept in a directory, '' if they are not
    :param asked: called with the database at every request
    """

    def __init__(
        self,
        connect: Callable[[], object],
        clock: Clock,
        folder: str,
        asked: Callable[[object], None] = lambda db: None,
    ) -> None:
        self._asked = asked
        self._connect = connect
        self._clock = clock
        self._folder = folder
        self._db: object = None

    def answer(self, token: str, by: str) -> Response:
        """The file, or a clear refusal."""
        if self._db is None:
            self._db = self._connect()
        self._asked(self._db)
        reports = ReportStore(self._db)
        claim = links.read(reports.signing_key(), token)
        for _ in range(_TRIES):
            report = reports.get(claim.report_id) if claim else None
            refusal = links.check(claim, report, self._clock.now())
            if refusal is not None or report is None:
                refusal = refusal or links.Refusal.UNKNOWN
                return refused(refusal.status, refusal.fault)
            try:
                pieces = storage.stored(report.storage, self._folder, self._db).read(report.place)
            except storage.StorageError as error:
                log.error('report %s cannot be read: %s', report.id, error)
                return refused(404, links.Refusal.UNKNOWN.fault)
            if request.method == 'HEAD':
                pieces.close()
                return file_headers(Response(), report)
            if reports.downloaded(report, self._clock.now(), by):
                return file_headers(Response(pieces), report)
            pieces.close()
        return refused(503, Fault('http.too-many'))


def make_blueprint(downloads: Downloads) -> Blueprint:
    """One route: ``GET /api/scan_notify/reports/<token>``. The signed token is the proof; no login is asked."""
    blueprint = Blueprint('scan_notify_downloads', __name__)

    @blueprint.route(links.ROUTE + '<token>', methods=['GET', 'HEAD'])
    def download(token: str) -> Response:
        try:
            return downloads.answer(token, request.remote_addr or '')
        except PyMongoError as error:
            log.error('a report cannot be looked up: %s', redact(str(error))[:300])
            return refused(503, Fault('http.database'))

    return blueprint


def file_headers(response: Response, report: Report) -> Response:
    """What an answer that is the file of a report says of it."""
    response.headers['Content-Type'] = report.media_type
    response.headers['Content-Length'] = str(report.size)
    # The plain name is for clients that do not know RFC 6266's encoded one.
    response.headers['Content-Disposition'] = "attachment; filename=\"report-{}.{}\"; filename*=UTF-8''{}".format(
        report.id, report.name.rpartition('.')[2], quote(report.name, safe='')
    )
    response.headers['X-Content-Type-Options'] = 'nosniff'
    response.headers['Cache-Control'] = 'no-store'
    response.headers['Referrer-Policy'] = 'no-referrer'
    return response
