"""The page that the link of a message opens: what a run has found, for whoever was told of it. No login, no script.

What makes it is imported at the first request for one: the host's start does not wait for it.
"""

from typing import Optional

from flask import Response
from pymongo.errors import PyMongoError

from scan_notify_plugin import words
from scan_notify_plugin.clock import Clock
from scan_notify_plugin.faults import Fault
from scan_notify_plugin.reports.links import Claim
from scan_notify_plugin.reports.report import Report
from scan_notify_plugin.reports.store import ReportStore
from scan_notify_plugin.web.desk import Desks

__all__ = ['Pages']


class Pages:
    """Makes the pages, in the LANGUAGE of the settings as it is now.

    :param desks: knows the settings; None: there are none, and our default language holds
    """

    def __init__(self, clock: Clock, desks: Optional[Desks] = None) -> None:
        self._clock = clock
        self._desks = desks

    def run(self, db: object, reports: ReportStore, report: Report, claim: Claim) -> Optional[Response]:
        """The page of a report's run; None if that is gone."""
        from scan_notify_plugin.web.link_page import answers, gathering, rendering

        found = gathering.gathered(db, reports, report, claim, self._clock)
        return None if found is None else answers.page(200, rendering.run_page(found, self._language()))

    def refusal(self, status: int, fault: Fault) -> Response:
        """Why there is no page and no file, and what to do."""
        from scan_notify_plugin.web.link_page import answers, rendering

        return answers.page(status, rendering.refusal_page(fault, status, self._language()))

    def title(self) -> Response:
        """For programs that show what is behind a link: that it is a result, and nothing of it."""
        from scan_notify_plugin.web.link_page import answers, rendering

        return answers.page(200, rendering.title_page(self._configured()))

    def _configured(self) -> str:
        return words.DEFAULT if self._desks is None else self._desks.configured.language

    def _language(self) -> str:
        """Of what administrators have set since; as configured while the database is away."""
        try:
            return self._configured() if self._desks is None else self._desks.desk().settings.language
        except PyMongoError:
            return self._configured()
