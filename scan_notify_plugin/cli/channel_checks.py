"""What the channels themselves have ``scan-notify doctor`` check."""

from typing import Any, Dict, Iterator, List, Mapping, Set

from scan_notify_plugin.cli.diagnosis import ALIVE, Finding
from scan_notify_plugin.cli.session import TIMEOUT, Session
from scan_notify_plugin.clock import is_recent
from scan_notify_plugin.credentials import to_hide
from scan_notify_plugin.deadline import contained, within
from scan_notify_plugin.errors import in_words
from scan_notify_plugin.faults import ENGLISH, quoted, say
from scan_notify_plugin.notifiers.base import Notifier
from scan_notify_plugin.notifiers.diagnosis import FAIL, OK, WARN, Diagnosis
from scan_notify_plugin.plugins.declarations import seal_declared
from scan_notify_plugin.plugins.loading import Plugins
from scan_notify_plugin.secret import Secret, redact
from scan_notify_plugin.settings.store import SettingsStore


def check_channels(session: Session, plugins: Plugins) -> Iterator[Finding]:
    """The word of each channel that a target has, about its targets."""
    configured: Dict[str, Dict[str, Mapping[str, Any]]] = {}
    hidden: List[Secret] = []
    for name, target in sorted(seal_declared(session.settings, plugins).targets.items()):
        notifier = plugins.notifiers.get(target.channel)
        if notifier is not None and target.options:
            configured.setdefault(notifier.channel, {})[name] = target.options
            hidden += to_hide(target.channel, target.options)
    connected = _connected(session)
    for channel, targets in configured.items():
        for diagnosis in _asked(plugins.notifiers[channel], targets, connected):
            check, state, *words = (redact(say(quoted(word), ENGLISH), hidden) for word in diagnosis)
            yield Finding(check, state if state in (OK, WARN, FAIL) else WARN, *words)


def _asked(notifier: Notifier, targets: Mapping[str, Mapping[str, Any]], connected: Set[str]) -> List[Diagnosis]:
    try:
        found = within(TIMEOUT, lambda: contained(lambda: list(notifier.diagnose(targets, connected))))
        return [Diagnosis(*one) for one in found]
    except Exception as error:  # a third party's
        return [
            Diagnosis('channel {}'.format(notifier.channel), FAIL, 'its plugin failed to check it: ' + in_words(error))
        ]


def _connected(session: Session) -> Set[str]:
    """The names of the targets that a process listens for."""
    streams = SettingsStore(session.db, session.clock).read().streams().values()
    now = session.clock.now()
    return {name for facts in streams if is_recent(facts['at'], now, ALIVE) for name in facts['connected']}
