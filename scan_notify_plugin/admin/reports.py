"""The kept reports: who may have them for how long, removing them, and making them again."""

from datetime import timedelta
from typing import Any, Callable, List, Optional, Tuple

from scan_notify_plugin.admin import workers
from scan_notify_plugin.admin.desk import Desk
from scan_notify_plugin.admin.errors import Conflict, Invalid, NotFound
from scan_notify_plugin.admin.history import report_view
from scan_notify_plugin.admin.options import effective
from scan_notify_plugin.admin.runs import Runs
from scan_notify_plugin.faults import Fault
from scan_notify_plugin.records import Document
from scan_notify_plugin.reports import links, storage
from scan_notify_plugin.reports.report import Report, State

PAGE = 'docs/reports.md#links'
MAX_HOURS = 8760


class Reports:
    """Reports of runs, as people see them and may change them."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._reports = desk.reports

    def listing(self, page: int = 1, size: int = 20, run_id: Optional[str] = None) -> Document:
        """``{items, total}``: a page of the reports with a file, or of all of a run; the newest first."""
        reports, total = self._reports.page(run_id, (max(page, 1) - 1) * size, size)
        now = self._desk.clock.now()
        return {'items': [report_view(report, now) for report in reports], 'total': total}

    def new_link(self, report_id: str, by: str, hours: Optional[float] = None) -> str:
        """A new link, also where the last one has expired or was used up; every link before it ends.

        :param hours: how long it works, at most as long as the file is kept; None: LINK_HOURS
        :returns: the whole address, or its path where BASE_URL is not configured
        """
        settings = effective(self._desk)
        hours = settings.link_hours if hours is None else hours
        if isinstance(hours, bool) or not isinstance(hours, (int, float)) or not 0 < hours <= MAX_HOURS:
            raise Invalid('hours', Fault('input.up-to', most=MAX_HOURS), PAGE)
        until = self._desk.clock.now() + timedelta(hours=hours)

        def renewed(report: Report) -> Report:
            self._ready(report)
            limit = int(settings.link_downloads)
            return report.evolve(
                serial=report.serial + 1,
                revoked_at=None,
                link_until=min(report.expires_at, until),
                limit=report.downloads + limit if limit else 0,
            )

        report = self._change(report_id, renewed)
        self._desk.audit.note(by, 'link', report_id, after={'until': report.link_until})
        token = links.sign(self._reports.signing_key(), report_id, report.serial, report.link_until)
        return links.url(settings.base_url, token)

    def revoke(self, report_id: str, by: str) -> Document:
        """Let no link work that was given out so far; the report itself stays, and a later message has a new link."""
        now = self._desk.clock.now()
        report = self._change(report_id, lambda report: report.evolve(serial=report.serial + 1, revoked_at=now))
        self._desk.audit.note(by, 'revoke', report_id)
        return report_view(report, now)

    def delete(self, report_id: str, by: str) -> Document:
        """Remove the file; the record stays.

        :raises Conflict: if it has no file, or the file is where this process cannot reach
        """
        place = self._storage(self._ready(self._get(report_id)))
        # Unfinished first: what a death leaves between the two, retention removes.
        hidden = self._change(report_id, lambda report: self._ready(report).evolve(state=State.MAKING))
        place.remove(hidden.place)
        gone = self._change(report_id, lambda report: report.evolve(state=State.DELETED))
        self._desk.audit.note(by, 'delete', report_id, hidden.name)
        return report_view(gone, self._desk.clock.now())

    def again(self, run_id: str, format: str, by: str) -> List[str]:
        """Make a report of a run anew, or in another format; the ids of the jobs that the next tick makes.

        :raises Invalid: for a format that no plugin makes
        """
        known = sorted(workers.formats(self._desk.stored.read()))
        if format not in known:
            raise Invalid('format', Fault('input.format', name=str(format)[:40], known=', '.join(known)), PAGE)
        return Runs(self._desk).resend(run_id, by, targets=(), formats=[format])

    def open(self, report_id: str, by: str = '') -> Tuple[Report, storage.Pieces]:
        """The record and the bytes, for somebody who is logged in; to be read to the end or closed.

        It is on record if ``by`` is given, and does not count as a download by link.
        """
        report = self._ready(self._get(report_id))
        pieces = self._storage(report).read(report.place)
        if by:
            self._desk.audit.note(by, 'download', report_id)
        return report, pieces

    def _storage(self, report: Report) -> Any:
        return storage.stored(report.storage, self._desk.folder, self._desk.db)

    def _get(self, report_id: str) -> Report:
        report = self._reports.get(report_id)
        if report is None:
            raise NotFound(Fault('missing.report', id=report_id))
        return report

    def _ready(self, report: Report) -> Report:
        if report.state is not State.READY:
            raise Conflict(Fault('refused.report', id=report.id, state=report.state.value))
        return report

    def _change(self, report_id: str, decide: Callable[[Report], Report]) -> Report:
        changed = self._reports.change_until_done(report_id, decide)
        if changed is None:
            raise NotFound(Fault('missing.report', id=report_id))
        return changed
