"""All that the worker's tasks work with, built once for a process."""

import hashlib
from typing import Any, Callable, Dict, Iterable, Optional, Set

from scan_notify_plugin.clock import Clock
from scan_notify_plugin.host.scans import Scans
from scan_notify_plugin.jobs.lanes import LaneStore
from scan_notify_plugin.jobs.rules import Policy
from scan_notify_plugin.jobs.store import JobStore
from scan_notify_plugin.notifiers.base import Notifier, Target
from scan_notify_plugin.notifiers.http import Http
from scan_notify_plugin.notifiers.templates import Templates
from scan_notify_plugin.plugins.dispatch import Dispatcher
from scan_notify_plugin.plugins.loading import Plugins
from scan_notify_plugin.runs.store import RunStore
from scan_notify_plugin.secret import Secret
from scan_notify_plugin.settings.rules import Settings
from scan_notify_plugin.settings.store import SettingsStore

#: (Celery ids) -> those a scan worker holds, or None if nobody could tell.
Probe = Callable[[Iterable[str]], Optional[Set[str]]]


class Context:
    """The stores, the settings and the plugins of one worker.

    :param runs: the name of the run collection, as it was decided for this host
    """

    def __init__(
        self, settings: Settings, db: Any, runs: str, clock: Clock, plugins: Plugins, probe: Optional[Probe] = None
    ) -> None:
        self.settings = settings
        self.clock = clock
        self.plugins = plugins
        self.probe = probe or (lambda celery_ids: None)
        self.dispatcher = Dispatcher(plugins)
        self.templates = Templates(settings.templates)
        self.runs = RunStore(db[runs])
        self.jobs = JobStore(db)
        self.lanes = LaneStore(db)
        self.stored = SettingsStore(db, clock)
        self.scans = Scans(db)
        self._targets = {name: _target(wanted) for name, wanted in settings.targets.items()}

    def ensure_indexes(self) -> None:
        self.runs.ensure_indexes()
        self.jobs.ensure_indexes()

    def target(self, name: str) -> Optional[Target]:
        """A configured target; None if the configuration no longer has it."""
        return self._targets.get(name)

    def notifier(self, name: str) -> Optional[Notifier]:
        """Who speaks to the target of this name; None if no active plugin does."""
        target = self._targets.get(name)
        return self.plugins.notifiers.get(target.channel) if target else None

    def lane(self, name: str) -> str:
        """The lane of a target's robot; targets with one credential share it. '' if nobody speaks to it."""
        notifier, target = self.notifier(name), self._targets.get(name)
        if notifier is None or target is None:
            return ''
        digest = hashlib.sha256(notifier.credential(target).encode('utf-8')).hexdigest()
        return 'channel:' + digest[:16]

    def policy(self, job: Dict[str, Any]) -> Policy:
        """How a job's doubts and failures are dealt with where it stands now."""
        notifier = self.notifier(job['route'][job['at']])
        return Policy(
            idempotent=bool(notifier and notifier.idempotent),
            resend_uncertain=self.settings.on_uncertain == 'resend',
            lanes=[self.lane(name) for name in job['route']],
        )


def _target(wanted: Any) -> Target:
    secrets = [value for value in wanted.options.values() if isinstance(value, Secret)]
    return Target(
        wanted.name,
        wanted.channel,
        wanted.options,
        Http(wanted.proxy, secrets),
        wanted.language,
        wanted.oversize,
    )
