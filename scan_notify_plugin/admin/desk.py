"""What every administrative action works with."""

from typing import Any, Dict, Iterable, List, NamedTuple, Optional

from scan_notify_plugin import words
from scan_notify_plugin.admin.audit import Audit
from scan_notify_plugin.admin.errors import NotFound
from scan_notify_plugin.clock import Clock
from scan_notify_plugin.faults import Fault, described
from scan_notify_plugin.jobs.lanes import LaneStore
from scan_notify_plugin.jobs.store import JobStore
from scan_notify_plugin.reports.store import ReportStore
from scan_notify_plugin.runs.store import RunStore
from scan_notify_plugin.settings.section import Settings
from scan_notify_plugin.settings.store import SettingsStore

NOTHING_YET = Fault('nothing-yet')


class Desk(NamedTuple):
    """The database and the configuration, as one process sees them. No plugin is loaded here."""

    db: Any
    #: the name of the run collection; None while nothing has run that could decide it
    runs_name: Optional[str]
    settings: Settings
    clock: Clock
    #: where reports are kept in a directory; '' where that is not known
    folder: str = ''
    #: the configuration's own settings, where :attr:`settings` has in it what administrators set since
    configured: Optional[Settings] = None
    #: of whoever asks: faults are put into its words
    language: str = words.DEFAULT

    def described(self, faults: Iterable[Fault]) -> List[Dict[str, object]]:
        """Faults for programs and people; see :func:`scan_notify_plugin.faults.described`."""
        return described(faults, self.language)

    @property
    def runs(self) -> RunStore:
        """
        :raises NotFound: while nothing is recorded
        """
        if self.runs_name is None:
            raise NotFound(NOTHING_YET)
        return RunStore(self.db[self.runs_name])

    @property
    def jobs(self) -> JobStore:
        return JobStore(self.db)

    @property
    def reports(self) -> ReportStore:
        return ReportStore(self.db)

    @property
    def lanes(self) -> LaneStore:
        return LaneStore(self.db)

    @property
    def stored(self) -> SettingsStore:
        return SettingsStore(self.db, self.clock)

    @property
    def audit(self) -> Audit:
        return Audit(self.db, self.clock)
