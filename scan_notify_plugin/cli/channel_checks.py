"""More checks of ``scan-notify doctor``: the plugins, their word on the targets, and what channels themselves check."""

from typing import Dict, Iterator, List, Mapping, Set, Tuple

from scan_notify_plugin.cli.finding import FAIL, OK, Finding, chained, of_channel
from scan_notify_plugin.cli.session import TIMEOUT, Session
from scan_notify_plugin.cli.standing import ALIVE
from scan_notify_plugin.clock import is_recent
from scan_notify_plugin.credentials import to_hide
from scan_notify_plugin.deadline import contained, within
from scan_notify_plugin.errors import ScanNotifyError, in_words
from scan_notify_plugin.faults import ENGLISH, Fault, rewritten, say
from scan_notify_plugin.host.config import HostConfig
from scan_notify_plugin.notifiers.base import Notifier
from scan_notify_plugin.notifiers.diagnosis import Diagnosis
from scan_notify_plugin.notifiers.trust import bundle_problem
from scan_notify_plugin.plugins.declarations import configured, seal_declared
from scan_notify_plugin.plugins.guard import MOST_CHARACTERS, problems_of
from scan_notify_plugin.plugins.loading import Plugins, Row, load
from scan_notify_plugin.secret import Secret, redact
from scan_notify_plugin.settings.section import Settings
from scan_notify_plugin.settings.store import SettingsStore


def load_plugins(settings: Settings) -> Plugins:
    return load(settings.block_plugins)


def check_plugins(plugins: Plugins) -> Iterator[Finding]:
    for row in plugins.rows:
        check = Fault('doctor.check.plugin', name=row.name)
        if row.state == 'broken':
            yield Finding(check, FAIL, broken(row), Fault('doctor.advice.plugin.mend'))
        elif row.version:
            yield Finding(check, OK, Fault('doctor.plugin', version=row.version, state=row.state))
        else:
            yield Finding(check, OK, Fault('doctor.plugin.state', state=row.state))


def broken(row: Row) -> Fault:
    """What is wrong with a plugin that is not used."""
    fault = chained('doctor.both', row.faults)
    return fault if say(fault, ENGLISH) == row.error else Fault('doctor.plugin.refused', cause=fault)


def check_sections(host: HostConfig, settings: Settings, plugins: Plugins) -> Tuple[List[Finding], Settings]:
    """The settings with the targets of channels that plugins bring, where the host has a section for them."""
    try:
        return [], configured(host.sections, plugins)
    except ScanNotifyError as error:
        check = Fault('doctor.check.sections')
        return [Finding(check, FAIL, error.fault, Fault('doctor.advice.sections.mend'))], settings


def check_targets(settings: Settings, plugins: Plugins) -> Iterator[Finding]:
    for name, target in sorted(seal_declared(settings, plugins).targets.items()):
        check = Fault('doctor.check.target', name=name)
        notified = settings.defaults.notify_channel + (settings.alerts,)
        if target.section and not target.options and name not in notified:
            continue  # a section that nobody filled in and nobody wants
        notifier = plugins.notifiers.get(target.channel)
        if notifier is None:
            found = Fault('doctor.target.no_plugin', channel=repr(target.channel))
            yield Finding(check, FAIL, found, Fault('doctor.advice.target.install'))
            continue
        secrets = to_hide(target.channel, target.options)
        problems = [
            rewritten(fault, lambda text: redact(text, secrets)[:MOST_CHARACTERS])
            for fault in _problems(notifier, target.options)
        ]
        unusable = bundle_problem(target.ca_bundle)
        if problems:
            yield Finding(check, FAIL, chained('doctor.both', problems), Fault('doctor.advice.target.skip'))
        elif unusable is not None:
            yield Finding(check, FAIL, unusable, Fault('doctor.advice.target.bundle'))
        else:
            yield Finding(check, OK, Fault('doctor.target', channel=target.channel))


def _problems(notifier: Notifier, options: Mapping[str, object]) -> List[Fault]:
    try:
        return within(TIMEOUT, lambda: problems_of(notifier, options))
    except Exception as error:  # a third party's
        return [Fault('plugin.check-failed', detail=in_words(error))]


def check_channels(session: Session, plugins: Plugins) -> Iterator[Finding]:
    """The word of each channel that a target has, about its targets."""
    configured: Dict[str, Dict[str, Mapping[str, object]]] = {}
    hidden: List[Secret] = []
    for name, target in sorted(seal_declared(session.settings, plugins).targets.items()):
        notifier = plugins.notifiers.get(target.channel)
        if notifier is not None and target.options:
            configured.setdefault(notifier.channel, {})[name] = target.options
            hidden += to_hide(target.channel, target.options)
    connected = _connected(session)
    for channel, targets in configured.items():
        yield from _diagnosed(plugins.notifiers[channel], targets, connected, hidden)


def _diagnosed(
    notifier: Notifier, targets: Mapping[str, Mapping[str, object]], connected: Set[str], hidden: List[Secret]
) -> List[Finding]:
    try:
        diagnoses = within(TIMEOUT, lambda: contained(lambda: list(notifier.diagnose(targets, connected))))
        return [of_channel(Diagnosis(*diagnosis), lambda text: redact(text, hidden)) for diagnosis in diagnoses]
    except Exception as error:  # a third party's
        detail = redact(in_words(error), hidden)
        check = Fault('doctor.check.channel', name=notifier.channel)
        return [Finding(check, FAIL, Fault('plugin.check-failed', detail=detail))]


def _connected(session: Session) -> Set[str]:
    """The names of the targets that a process listens for."""
    streams = SettingsStore(session.db, session.clock).read().streams().values()
    now = session.clock.now()
    return {name for facts in streams if is_recent(facts['at'], now, ALIVE) for name in facts['connected']}
