"""What every administrative action works with."""

from typing import Any, NamedTuple, Optional

from scan_notify_plugin.admin.audit import Audit
from scan_notify_plugin.admin.errors import NotFound
from scan_notify_plugin.clock import Clock
from scan_notify_plugin.jobs.lanes import LaneStore
from scan_notify_plugin.jobs.store import JobStore
from scan_notify_plugin.reports.store import ReportStore
from scan_notify_plugin.runs.store import RunStore
from scan_notify_plugin.settings.rules import Settings
from scan_notify_plugin.settings.store import SettingsStore

NOTHING_YET = (
    'nothing is recorded yet: the host\'s scheduler decides at its first fire with scan-notify enabled '
    '(see docs/operating.md#a-worker-elsewhere)'
)


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
