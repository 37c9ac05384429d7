"""All that the worker's tasks work with, built once for a process."""

import hashlib
import logging
from typing import Any, Callable, Dict, Iterable, List, Optional, Set, Tuple

from scan_notify_plugin.admin.audit import Audit
from scan_notify_plugin.clock import Clock
from scan_notify_plugin.credentials import to_hide
from scan_notify_plugin.deadline import Overstayed, contained
from scan_notify_plugin.doors import Aside
from scan_notify_plugin.exporters.base import Exporter
from scan_notify_plugin.faults import Fault, rewritten
from scan_notify_plugin.host.scans import Scans
from scan_notify_plugin.jobs.alerts import PREFIX
from scan_notify_plugin.jobs.job import Job
from scan_notify_plugin.jobs.lanes import LaneStore
from scan_notify_plugin.jobs.outcomes import Policy
from scan_notify_plugin.jobs.steps import patience_with
from scan_notify_plugin.jobs.store import JobStore
from scan_notify_plugin.notifiers.base import Notifier, Target
from scan_notify_plugin.notifiers.http import Http
from scan_notify_plugin.notifiers.templates import Templates
from scan_notify_plugin.plugins.declarations import seal_declared
from scan_notify_plugin.plugins.dispatch import Dispatcher
from scan_notify_plugin.plugins.guard import MOST_CHARACTERS, Guard, Hangs, problems_of
from scan_notify_plugin.plugins.loading import Plugins
from scan_notify_plugin.plugins.rounds import Rounds
from scan_notify_plugin.reports import links, storage
from scan_notify_plugin.reports.report import Report
from scan_notify_plugin.reports.store import ReportStore
from scan_notify_plugin.runs.store import RunStore
from scan_notify_plugin.secret import redact
from scan_notify_plugin.settings.overrides import overridden
from scan_notify_plugin.settings.section import Settings
from scan_notify_plugin.settings.store import SettingsStore, StoredSettings
from scan_notify_plugin.settings.tokens import TokenStore
from scan_notify_plugin.worker import sharing
from scan_notify_plugin.worker.alerts import Alerts
from scan_notify_plugin.worker.counting import Counts

#: Seconds that a plugin may take to say what identifies a robot, or what is wrong with options.
QUICK = 2.0

#: (Celery ids) -> those a scan worker holds, or None if nobody could tell.
Probe = Callable[[Iterable[str]], Optional[Set[str]]]


log = logging.getLogger('scan_notify')

#: In the place of what is wrong with options: their plugin does not say.
UNSAID = 'plugin.unsaid'


class Context:
    """The stores, the settings and the plugins of one worker.

    What administrators change while it runs (options, plugins switched off) holds from the next :meth:`take_in`.

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
        self.settings = settings
        self.folder = folder
        self.db = db
        self.clock = clock
        self.plugins = plugins
        self.probe = probe or (lambda celery_ids: None)
        self.counts = Counts()
        self.guard = Guard(self.overstayed)
        self.dispatcher = Dispatcher(plugins, guard=self.guard)
        self.rounds = Rounds(self.dispatcher)
        self.templates = Templates(settings.templates, settings.targets)
        self.runs_name = runs
        self.aside = Aside(self._set_aside)
        self.runs = RunStore(db[runs], self.aside)
        self.jobs = JobStore(db, self.aside)
        self.lanes = LaneStore(db, clock)
        self.stored = SettingsStore(db, clock, self.aside)
        self.scans = Scans(db)
        self.reports = ReportStore(db, self.aside)
        self.audit = Audit(db, clock)
        self._signing_key: Optional[str] = None
        self._off: Dict[str, Fault] = {}
        self._targets = targets_of(settings, db, clock)
        self._known: Dict[Tuple[str, str], Any] = {}
        self.alerts = Alerts(self)

    def take_in(self, stored: Optional[StoredSettings] = None) -> bool:
        """Let hold what administrators have set by now; whether that is something new.

        :param stored: where it was read already
        """
        stored = stored or self.stored.read()
        settings = overridden(self._configured, stored.options)
        off = {name: Fault('plugin.off', plugin=name, by=one['by']) for name, one in stored.switched_off.items()}
        if (settings, off) == (self.settings, self._off):
            return False
        self._targets = {
            name: target._replace(language=settings.targets[name].language) for name, target in self._targets.items()
        }
        self.settings, self._off = settings, off
        self.dispatcher.leave_out(off)
        return True

    def overstayed(self, plugin: str, method: str, quiet: bool = False) -> None:
        """A call of a plugin did not come back in time."""
        self.counts.add('overstayed', plugin, method)
        if not quiet:
            self.alerts.tell('plugin', plugin=plugin, call=method)

    def _set_aside(self, kind: str, identity: str, why: str) -> None:
        self.counts.add('set_aside', kind)
        if not identity.startswith(PREFIX):  # nothing about an alert is alerted
            self.alerts.tell('document', collection=kind, id=identity)

    def ensure_indexes(self) -> None:
        self.runs.ensure_indexes()
        self.jobs.ensure_indexes()
        self.reports.ensure_indexes()
        self.audit.ensure_indexes()

    def storage(self) -> Any:
        """Where a new report is kept.

        :raises StorageError: if the settings ask for a place that is not known here
        """
        wanted = self.settings.report_storage
        return storage.choose(wanted, self.folder, self.db, lambda: sharing.is_read(self, self.stored.read()))

    def storage_of(self, report: Report) -> Any:
        """Where an existing report is."""
        return storage.stored(report.storage, self.folder, self.db)

    def link(self, report: Report) -> str:
        """The signed address of a report; '' where no address is configured."""
        if not self.settings.base_url:
            return ''
        if self._signing_key is None:
            self._signing_key = self.reports.signing_key()
        token = links.sign(self._signing_key, report.id, report.serial, report.link_until)
        return links.url(self.settings.base_url, token)

    def target(self, name: str) -> Optional[Target]:
        """A configured target; None if the configuration no longer has it."""
        return self._targets.get(name)

    def notifier(self, name: str) -> Optional[Notifier]:
        """Who speaks to the target of this name; None if no active plugin does."""
        return None if self.target_off(name) else self._speaker(name)

    def target_off(self, name: str) -> Optional[Fault]:
        """Who switched off the plugin that speaks to a target; None if nobody did."""
        return self._switched_off(self._speaker(name))

    def plugin_of(self, name: str) -> str:
        """The name of the plugin that speaks to a target, switched off or not; '' if there is none."""
        notifier = self._speaker(name)
        return '' if notifier is None else str(self.plugins.manager.get_name(notifier))

    def _speaker(self, name: str) -> Optional[Notifier]:
        """The notifier for a target, switched off or not."""
        target = self._targets.get(name)
        return self.plugins.notifiers.get(target.channel) if target else None

    def exporter(self, name: str) -> Optional[Exporter]:
        """Who makes this format; None if no active plugin does."""
        return None if self.format_off(name) else self.plugins.exporters.get(name)

    def maker(self, name: str) -> str:
        """The name of the plugin that makes a format, switched off or not; '' if there is none."""
        exporter = self.plugins.exporters.get(name)
        return '' if exporter is None else str(self.plugins.manager.get_name(exporter))

    def format_off(self, name: str) -> Optional[Fault]:
        """Who switched off the plugin that makes a format; None if nobody did."""
        return self._switched_off(self.plugins.exporters.get(name))

    def _switched_off(self, plugin: Any) -> Optional[Fault]:
        return self._off.get(self.plugins.manager.get_name(plugin)) if self._off and plugin is not None else None

    def channel(self, name: str) -> str:
        """The channel of a target; '' if there is no such target."""
        target = self._targets.get(name)
        return target.channel if target else ''

    def nobody(self, name: str) -> Fault:
        """Why nobody speaks to a target."""
        if name not in self._targets:
            return Fault('plugin.no-target', target=name)
        return self.target_off(name) or Fault('plugin.none', channel=self._targets[name].channel)

    def lane(self, name: str) -> str:
        """The lane of a target's robot; targets with one credential share it. '' if nobody speaks to it."""
        if self._speaker(name) is None:
            return ''
        return 'channel:' + hashlib.sha256(self._said(name, self._credential).encode('utf-8')).hexdigest()[:16]

    def _credential(self, name: str, notifier: Notifier) -> str:
        target = self._targets[name]
        try:
            return str(self.short(notifier, 'credential', lambda: str(notifier.credential(target))))
        except Exception as error:  # a third party's; it is the robot that it was, or all its targets share one lane
            log.error('notifier %s cannot name its credential: %s', notifier.channel, type(error).__name__)
            return str(self._known.get((name, '_credential'), notifier.channel))

    def problems(self, name: str) -> List[Fault]:
        """What is wrong with a target's options as its notifier says; empty if nothing or if nobody speaks to it.
        :data:`UNSAID` stands in its place where the notifier does not answer.
        """
        return [] if self._speaker(name) is None else list(self._said(name, self._problems))

    def _problems(self, name: str, notifier: Notifier) -> List[Fault]:
        target = self._targets[name]
        try:
            problems = self.short(notifier, 'problems', lambda: problems_of(notifier, target.options))
            write = lambda text: redact(text, target.secrets)[:MOST_CHARACTERS]  # noqa: E731  # shorter than a function
            return [rewritten(problem, write) for problem in problems]
        except (Hangs, Overstayed) as error:
            return [Fault(UNSAID, cause=error.fault)]
        except Exception as error:  # a third party's
            return [Fault('plugin.check-failed', detail=type(error).__name__)]

    def renew(self) -> None:
        """Ask the plugins again what they say of each target. That may take long; until then holds what they said
        before.
        """
        for name in self._targets:
            notifier = self._speaker(name)
            ask: Any
            for ask in (self._problems, self._credential) if notifier is not None else ():
                self._known[name, ask.__name__] = ask(name, notifier)

    def _said(self, name: str, ask: Callable[..., Any]) -> Any:
        """An answer that hardly ever changes: who is in a hurry asks only for what is not known at all."""
        key = (name, ask.__name__)
        if key not in self._known:
            self._known[key] = ask(name, self._speaker(name))
        return self._known[key]

    def short(self, notifier: Notifier, method: str, run: Callable[[], Any]) -> Any:
        """A call that asks nobody else, see :meth:`Guard.call`; what would end a thread is an error like any other."""
        return self.guard.call(notifier.channel, method, QUICK, lambda: contained(run))

    def policy(self, job: Job) -> Policy:
        """How a job's doubts and failures are dealt with where it stands now."""
        notifier = self.notifier(job.target)
        return Policy(
            idempotent=bool(notifier and notifier.idempotent),
            resend_uncertain=self.settings.on_uncertain == 'resend',
            lanes=[self.lane(name) for name in job.route],
            independent=bool(notifier and notifier.independent),
            grace=self.clock.grace(patience_with(job)),
            repeats_after=frozenset(notifier.repeats_after if notifier else ()),
        )


def targets_of(settings: Settings, db: Any, clock: Clock) -> Dict[str, Target]:
    """The configured targets as notifiers see them."""
    return {name: _target(wanted, TokenStore(db, clock)) for name, wanted in settings.targets.items()}


def _target(wanted: Any, tokens: Any) -> Target:
    return Target(
        wanted.name,
        wanted.channel,
        wanted.options,
        Http(wanted.proxy, to_hide(wanted.channel, wanted.options)),
        wanted.language,
        wanted.oversize,
        tokens,
    )
