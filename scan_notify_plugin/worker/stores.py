"""The stores and the settings of one worker, and who speaks to its targets."""

from typing import Any

from scan_notify_plugin.admin.audit import Audit
from scan_notify_plugin.clock import Clock
from scan_notify_plugin.doors import Aside
from scan_notify_plugin.host.scans import Scans
from scan_notify_plugin.jobs.lanes import LaneStore
from scan_notify_plugin.jobs.store import JobStore
from scan_notify_plugin.reports.store import ReportStore
from scan_notify_plugin.results.store import PointerStore, ResultStore
from scan_notify_plugin.runs.store import RunStore
from scan_notify_plugin.settings.section import Settings
from scan_notify_plugin.settings.store import SettingsStore
from scan_notify_plugin.worker.channels import Channels


class Stores:
    """What the parts of a worker's context work with themselves.

    :param runs: the name of the run collection, as it was decided for this host
    :param folder: where reports are kept in a directory; '' where the host's folder is not known
    :param aside: where odd documents are set aside
    """

    def __init__(
        self, settings: Settings, db: Any, runs: str, clock: Clock, channels: Channels, folder: str, aside: Aside
    ) -> None:
        self.settings = settings
        self.folder = folder
        self.db = db
        self.clock = clock
        self.channels = channels
        self.runs_name = runs
        self.aside = aside
        self.runs = RunStore(db[runs], aside)
        self.jobs = JobStore(db, aside)
        self.lanes = LaneStore(db, clock)
        self.stored = SettingsStore(db, clock, aside)
        self.scans = Scans(db)
        self.reports = ReportStore(db, aside)
        self.audit = Audit(db, clock)
        self.results = ResultStore(db, aside)
        self.pointers = PointerStore(db)

    def ensure_indexes(self) -> None:
        self.runs.ensure_indexes()
        self.jobs.ensure_indexes()
        self.reports.ensure_indexes()
        self.audit.ensure_indexes()
        self.results.ensure_indexes()
