"""What a signed link gives, as a plain Flask blueprint: the page of a run, the file of a report, or why neither."""

import logging
from typing import Callable, Optional

from flask import Blueprint, Response, request
from pymongo.errors import PyMongoError

from scan_notify_plugin.clock import Clock
from scan_notify_plugin.faults import Fault
from scan_notify_plugin.reports import links
from scan_notify_plugin.reports.store import ReportStore
from scan_notify_plugin.secret import redact
from scan_notify_plugin.web import caller
from scan_notify_plugin.web.answers import refused
from scan_notify_plugin.web.downloading import Downloading, Refused
from scan_notify_plugin.web.link_page import Pages

log = logging.getLogger('scan_notify')

_AWAY = Fault('http.database')


class Downloads:
    """What the blueprint works with; connects at the first request, after the web server has forked.

    :param connect: gives the database
    :param folder: where reports are kept in a directory, '' if they are not
    :param asked: called with the database at every request
    :param pages: makes the pages; None: without the host's configuration, in our default language
    """

    def __init__(
        self,
        connect: Callable[[], object],
        clock: Clock,
        folder: str,
        asked: Callable[[object], None] = lambda db: None,
        pages: Optional[Pages] = None,
    ) -> None:
        self._asked = asked
        self._connect = connect
        self._clock = clock
        self._folder = folder
        self._pages = pages or Pages(clock)
        self._db: object = None

    def answer(self, token: str, by: str) -> Response:
        """The file or the page, or a clear refusal."""
        if caller.is_previewer(request.headers):
            return self._pages.title()
        if self._db is None:
            self._db = self._connect()
        self._asked(self._db)
        reports = ReportStore(self._db)
        claim = links.read(reports.signing_key(), token)
        try:
            if claim is None:
                raise Refused(links.Refusal.TAMPERED)
            return self._given(claim, reports, by)
        except Refused as error:
            return self._refused(error.refusal)

    def _given(self, claim: links.Claim, reports: ReportStore, by: str) -> Response:
        if claim.is_page:
            return self._page(claim, reports)
        if caller.is_prefetch(request.headers):
            return refused(503, Fault('http.prefetch'))
        response = Downloading(self._db, reports, self._clock, self._folder, by).answer(claim)
        return response or refused(503, Fault('http.too-many'))

    def _page(self, claim: links.Claim, reports: ReportStore) -> Response:
        report = reports.get(claim.report_id)
        refusal = links.check(claim, report, self._clock.now())
        page = None if refusal is not None or report is None else self._pages.run(self._db, reports, report, claim)
        if page is None:
            raise Refused(refusal or links.Refusal.UNKNOWN)
        return page

    def _refused(self, refusal: links.Refusal) -> Response:
        """As a page for people: there a forged link looks like one whose report is gone."""
        if not caller.reads_pages(request.headers):
            return _varying(refused(refusal.status, refusal.fault))
        shown = links.Refusal.UNKNOWN if refusal is links.Refusal.TAMPERED else refusal
        return _varying(self._pages.refusal(shown.status, shown.fault))

    def away(self) -> Response:
        """The answer without a database."""
        if not caller.reads_pages(request.headers):
            return _varying(refused(503, _AWAY))
        return _varying(self._pages.refusal(503, _AWAY))


def make_blueprint(downloads: Downloads) -> Blueprint:
    """One route: ``GET /api/scan_notify/reports/<token>``. The signed token is the proof; no login is asked."""
    blueprint = Blueprint('scan_notify_downloads', __name__)

    @blueprint.route(links.ROUTE + '<token>', methods=['GET', 'HEAD'])
    def download(token: str) -> Response:
        try:
            return downloads.answer(token, caller.address(request.remote_addr or '', request.headers))
        except PyMongoError as error:
            log.error('a report cannot be looked up: %s', redact(str(error))[:300])
            return downloads.away()

    return blueprint


def _varying(response: Response) -> Response:
    response.headers['Vary'] = 'Accept, Accept-Language'
    return response
