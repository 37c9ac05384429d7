"""All that the worker's tasks work with, built once for a process."""

import logging
from datetime import datetime
from typing import Any, Callable, Dict, Iterable, Optional, Set

from scan_notify_plugin.clock import Clock
from scan_notify_plugin.doors import Aside
from scan_notify_plugin.faults import Fault, Faults, join
from scan_notify_plugin.host.coverage import SHIPPED
from scan_notify_plugin.jobs.alerts import PREFIX
from scan_notify_plugin.jobs.job import Job
from scan_notify_plugin.jobs.outcomes import Policy
from scan_notify_plugin.jobs.steps import patience_with
from scan_notify_plugin.notifiers.templates import Templates
from scan_notify_plugin.plugins.declarations import seal_declared
from scan_notify_plugin.plugins.dispatch import Dispatcher
from scan_notify_plugin.plugins.guard import Guard
from scan_notify_plugin.plugins.loading import Plugins
from scan_notify_plugin.plugins.rounds import Rounds
from scan_notify_plugin.plugins.templates import template_folders
from scan_notify_plugin.reports import links
from scan_notify_plugin.reports import storage as storages
from scan_notify_plugin.reports.report import Report
from scan_notify_plugin.settings.overrides import overridden
from scan_notify_plugin.settings.section import Settings
from scan_notify_plugin.settings.stops import SERVICE
from scan_notify_plugin.settings.store import StoredSettings
from scan_notify_plugin.worker import sharing
from scan_notify_plugin.worker.alerts import Alerts
from scan_notify_plugin.worker.channels import Channels
from scan_notify_plugin.worker.counting import Counts
from scan_notify_plugin.worker.stores import Stores

#: (Celery ids) -> those a scan worker holds, or None if nobody could tell.
Probe = Callable[[Iterable[str]], Optional[Set[str]]]

log = logging.getLogger('scan_notify')


class Context(Stores):
    """The stores, the settings and the plugins of one worker.

    What administrators change while it runs (options, plugins switched off, targets stopped) holds from the next
    :meth:`take_in`.

    :param runs: the name of the run collection, as it was decided for this host
    :param folder: where reports are kept in a directory; '' where the host's folder is not known
    """

    def __init__(
        self,
        settings: Settings,
        db: Any,
        runs: str,
        clock: Clock,
        plugins: Plugins,
        probe: Optional[Probe] = None,
        folder: str = '',
    ) -> None:
        settings = seal_declared(settings, plugins)
        self._configured = settings
        self.plugins = plugins
        self.probe = probe or (lambda celery_ids: None)
        self.counts = Counts()
        self.guard = Guard(self.overstayed)
        self.dispatcher = Dispatcher(plugins, guard=self.guard)
        self.rounds = Rounds(self.dispatcher)
        self.templates = Templates(settings.templates, settings.targets, template_folders(plugins.notifiers.values()))
        #: what the host's scans look for where it says no more than a name
        self.lists = SHIPPED
        self._signing_key: Optional[str] = None
        self._off: Dict[str, Fault] = {}
        channels = Channels(settings, db, clock, plugins, self.guard)
        super().__init__(settings, db, runs, clock, channels, folder, Aside(self._set_aside))
        self.alerts = Alerts(self)

    def take_in(self, stored: Optional[StoredSettings] = None) -> bool:
        """Let hold what administrators have set by now; whether that is something new.

        :param stored: where it was read already
        """
        stored = stored or self.stored.read()
        settings = overridden(self._configured, stored.options)
        off = {name: Fault('plugin.off', plugin=name, by=switch['by']) for name, switch in stored.switched_off.items()}
        if (settings, off, stored.stops) == (self.settings, self._off, self.channels.stops):
            return False
        self.settings, self._off = settings, off
        self.channels.take_in(settings, off, stored.stops)
        self.dispatcher.leave_out(off)
        return True

    def turned_away(self, target: str, why: Faults, asked_at: datetime) -> None:
        """A service has said that it wants no more from a target: nothing is asked of it until a person starts it.

        :param asked_at: when the request began that it said so to
        """
        if self.stored.stops.stop(target, SERVICE, why, asked_at):
            log.warning('target %s is stopped: its service wants no more: %s', target, join(why))
            self.alerts.tell('stopped', target=target)
            self.audit.note(SERVICE, 'stop', 'target:' + target, None, {'why': join(why)})
        self.take_in()

    def overstayed(self, plugin: str, method: str, quiet: bool = False) -> None:
        """A call of a plugin did not come back in time."""
        self.counts.add('overstayed', plugin, method)
        if not quiet:
            self.alerts.tell('plugin', plugin=plugin, call=method)

    def _set_aside(self, kind: str, identity: str, why: Fault) -> None:
        self.counts.add('set_aside', kind)
        if not identity.startswith(PREFIX):  # nothing about an alert is alerted
            self.alerts.tell('document', collection=kind, id=identity)

    def storage(self) -> storages.Storage:
        """Where a new report is kept.

        :raises StorageError: if the settings ask for a place that is not known here
        """
        kind = self.settings.report_storage
        return storages.choose(kind, self.folder, self.db, lambda: sharing.is_read(self, self.stored.read()))

    def storage_of(self, report: Report) -> storages.Storage:
        """Where an existing report is."""
        return storages.stored(report.storage, self.folder, self.db)

    def link(self, report: Report) -> str:
        """The signed address of the page from which a report is downloaded; '' where no address is configured."""
        if not self.settings.base_url:
            return ''
        if self._signing_key is None:
            self._signing_key = self.reports.signing_key()
        token = links.sign_page(self._signing_key, report.id, report.serial, report.link_until)
        return links.url(self.settings.base_url, token)

    def policy(self, job: Job) -> Policy:
        """How a job's doubts and failures are dealt with where it stands now."""
        notifier = self.channels.notifier(job.target)
        return Policy(
            idempotent=bool(notifier and notifier.idempotent),
            resend_uncertain=self.settings.on_uncertain == 'resend',
            lanes=[self.channels.lane(name) for name in job.route],
            independent=bool(notifier and notifier.independent),
            grace=self.clock.grace(patience_with(job)),
            repeats_after=frozenset(notifier.repeats_after if notifier else ()),
            stopped=self.channels.stopped(job.target),
        )
