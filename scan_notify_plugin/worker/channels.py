"""Who speaks to the targets and makes the formats, and what these plugins say of each target."""

import hashlib
import logging
from typing import Any, Callable, Dict, List, Mapping, Optional, TypeVar

from scan_notify_plugin.clock import Clock
from scan_notify_plugin.credentials import to_hide
from scan_notify_plugin.deadline import Overstayed, contained
from scan_notify_plugin.exporters.base import Exporter
from scan_notify_plugin.faults import Fault, Faults, rewritten
from scan_notify_plugin.notifiers.base import Notifier, Target
from scan_notify_plugin.notifiers.http import Http
from scan_notify_plugin.notifiers.target import Tokens
from scan_notify_plugin.notifiers.trust import bundle_problem
from scan_notify_plugin.plugins.guard import MOST_CHARACTERS, Guard, Hangs, problems_of
from scan_notify_plugin.plugins.loading import Plugins
from scan_notify_plugin.secret import redact
from scan_notify_plugin.settings.section import Settings
from scan_notify_plugin.settings.stops import Stop
from scan_notify_plugin.settings.targets import TargetSettings
from scan_notify_plugin.settings.tokens import TokenStore

#: Seconds that a plugin may take to say what identifies a robot, or what is wrong with options.
QUICK = 2.0
#: In the place of what is wrong with options: their plugin does not say.
UNSAID = 'plugin.unsaid'

log = logging.getLogger('scan_notify')

T = TypeVar('T')


class _SharedTokens(TokenStore, Tokens):
    """The tokens of all workers, as notifiers know tokens."""


class Channels:
    """The plugins behind targets and formats, as they are switched on now.

    :param guard: makes the calls into plugins
    """

    def __init__(self, settings: Settings, db: Any, clock: Clock, plugins: Plugins, guard: Guard) -> None:
        self._plugins = plugins
        self._guard = guard
        self._off: Dict[str, Fault] = {}
        #: the targets that nothing is asked of, by name
        self.stops: Mapping[str, Stop] = {}
        self._targets = targets_of(settings, db, clock)
        #: what plugins said of each target, which hardly ever changes
        self._problems: Dict[str, List[Fault]] = {}
        self._credentials: Dict[str, str] = {}

    def take_in(self, settings: Settings, off: Mapping[str, Fault], stops: Mapping[str, Stop]) -> None:
        """Let hold what administrators have set by now.

        :param off: the plugins that are switched off, by name, and by whom
        :param stops: the targets that nothing is asked of, by name
        """
        self.stops = dict(stops)
        self._targets = {
            name: target._replace(language=settings.targets[name].language) for name, target in self._targets.items()
        }
        self._off = dict(off)

    def target(self, name: str) -> Optional[Target]:
        """A configured target; None if the configuration no longer has it."""
        return self._targets.get(name)

    def notifier(self, name: str) -> Optional[Notifier]:
        """Who speaks to the target of this name; None if no active plugin does."""
        return None if self.target_off(name) else self._speaker(name)

    def target_off(self, name: str) -> Optional[Fault]:
        """Who switched off the plugin that speaks to a target; None if nobody did."""
        return self._switched_off(self._speaker(name))

    def stopped(self, name: str) -> Faults:
        """Why nothing is asked of a target; empty if it is not stopped."""
        stop = self.stops.get(name)
        return () if stop is None else (stop.fault,)

    def plugin_of(self, name: str) -> str:
        """The name of the plugin that speaks to a target, switched off or not; '' if there is none."""
        notifier = self._speaker(name)
        return '' if notifier is None else str(self._plugins.manager.get_name(notifier))

    def _speaker(self, name: str) -> Optional[Notifier]:
        """The notifier for a target, switched off or not."""
        target = self._targets.get(name)
        return self._plugins.notifiers.get(target.channel) if target else None

    def exporter(self, name: str) -> Optional[Exporter]:
        """Who makes this format; None if no active plugin does."""
        return None if self.format_off(name) else self._plugins.exporters.get(name)

    def maker(self, name: str) -> str:
        """The name of the plugin that makes a format, switched off or not; '' if there is none."""
        exporter = self._plugins.exporters.get(name)
        return '' if exporter is None else str(self._plugins.manager.get_name(exporter))

    def format_off(self, name: str) -> Optional[Fault]:
        """Who switched off the plugin that makes a format; None if nobody did."""
        return self._switched_off(self._plugins.exporters.get(name))

    def _switched_off(self, plugin: object) -> Optional[Fault]:
        return self._off.get(self._plugins.manager.get_name(plugin)) if self._off and plugin is not None else None

    def channel_of(self, name: str) -> str:
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
        notifier = self._speaker(name)
        if notifier is None:
            return ''
        if name not in self._credentials:  # else whoever is in a hurry would have to wait
            self._credentials[name] = self._ask_credential(name, notifier)
        return 'channel:' + hashlib.sha256(self._credentials[name].encode('utf-8')).hexdigest()[:16]

    def _ask_credential(self, name: str, notifier: Notifier) -> str:
        target = self._targets[name]
        try:
            return str(self.short(notifier, 'credential', lambda: str(notifier.credential(target))))
        except Exception as error:  # a third party's; it is the robot that it was, or all its targets share one lane
            log.error('notifier %s cannot name its credential: %s', notifier.channel, type(error).__name__)
            return self._credentials.get(name, notifier.channel)

    def problems(self, name: str) -> List[Fault]:
        """What is wrong with a target's options as its notifier says; empty if nothing or if nobody speaks to it.
        :data:`UNSAID` stands in its place where the notifier does not answer.
        """
        notifier = self._speaker(name)
        if notifier is None:
            return []
        if name not in self._problems:  # as in lane()
            self._problems[name] = self._ask_problems(name, notifier)
        return list(self._problems[name])

    def complaints(self, name: str) -> List[Fault]:
        """What a person is told of a target: its :meth:`problems`, and a file of certificates that cannot be used. That
        one may come back, so no message is given up for it before its time.
        """
        target = self._targets.get(name)
        unusable = bundle_problem(target.ca_bundle) if target else None
        return self.problems(name) + ([] if unusable is None else [unusable])

    def _ask_problems(self, name: str, notifier: Notifier) -> List[Fault]:
        target = self._targets[name]

        def shown(text: str) -> str:
            return redact(text, target.secrets)[:MOST_CHARACTERS]

        try:
            problems = self.short(notifier, 'problems', lambda: problems_of(notifier, target.options))
            return [rewritten(problem, shown) for problem in problems]
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
            if notifier is not None:
                self._problems[name] = self._ask_problems(name, notifier)
                self._credentials[name] = self._ask_credential(name, notifier)

    def short(self, notifier: Notifier, method: str, run: Callable[[], T]) -> T:
        """A call that asks nobody else, see :meth:`Guard.call`; what would end a thread is an error like any other."""
        return self._guard.call(notifier.channel, method, QUICK, lambda: contained(run))


def targets_of(settings: Settings, db: Any, clock: Clock) -> Dict[str, Target]:
    """The configured targets as notifiers see them."""
    return {name: _target(target, _SharedTokens(db, clock)) for name, target in settings.targets.items()}


def _target(settings: TargetSettings, tokens: Tokens) -> Target:
    return Target(
        settings.name,
        settings.channel,
        settings.options,
        Http(settings.proxy, to_hide(settings.channel, settings.options), ca_bundle=settings.ca_bundle),
        settings.language,
        settings.oversize,
        tokens,
        settings.task_list,
        settings.ca_bundle,
    )
