"""Loads every plugin, ours included, from the entry-point group ``scan_notify``."""

import inspect
import logging
import re
from typing import Callable, Dict, Iterable, List, NamedTuple, Optional, Set, Tuple

import pluggy

import hookspecs
from hookspecs import hooks as specifications
from scan_notify_plugin.errors import in_words
from scan_notify_plugin.exporters.base import Exporter
from scan_notify_plugin.faults import Fault, Faults, quoted, rewritten
from scan_notify_plugin.notifiers.base import Notifier
from scan_notify_plugin.plugins.checking import check_plugin
from scan_notify_plugin.plugins.claims import Claims, brought_by, is_blocked, ours_first
from scan_notify_plugin.plugins.errors import PluginError
from scan_notify_plugin.plugins.hooks import check_call, check_purpose
from scan_notify_plugin.secret import redact

try:
    from importlib.metadata import distributions  # type: ignore[import]  # Python 3.6 has none
except ImportError:  # Python 3.7 and older
    from importlib_metadata import distributions  # type: ignore[import]  # brings no types for 3.6

GROUP = 'scan_notify'

log = logging.getLogger('scan_notify')


class Installed(NamedTuple):
    """An entry point with its distribution, which the standard library's own lacks before Python 3.10."""

    name: str
    dist: object
    load: Callable[[], object]
    by: str = ''  # the distribution's name, as pip compares names


class Row(NamedTuple):
    """One installed plugin, as ``scan-notify plugins`` shows it."""

    name: str
    version: str
    state: str  # active, blocked or broken
    hooks: Tuple[str, ...] = ()
    channel: str = ''
    format: str = ''
    error: str = ''  # in English
    faults: Faults = ()

    def document(self) -> Dict[str, object]:
        """For JSON and MongoDB."""
        return dict(self._asdict(), faults=[fault.to_stored() for fault in self.faults])


class Plugins(NamedTuple):
    """A manager with all that could be loaded."""

    manager: pluggy.PluginManager
    rows: List[Row]
    notifiers: Dict[str, Notifier]  # by channel
    exporters: Dict[str, Exporter]  # by format


def load(blocked: Iterable[str] = (), found: Optional[Iterable[Installed]] = None) -> Plugins:
    """A fresh manager. A plugin that cannot be used is rolled back, reported, and harms no other.

    :param blocked: names that are not even imported, or ``distribution:name``
    :param found: entry points, for tests; otherwise those of the installed distributions
    """
    manager = pluggy.PluginManager(hookspecs.PROJECT)
    manager.add_hookspecs(specifications)
    plugins = Plugins(manager, [], {}, {})
    blocked, claims = set(blocked), Claims()
    for name in blocked:
        manager.set_blocked(name)
    for point in ours_first(_installed() if found is None else found):
        plugins.rows.append(_load_one(plugins, claims, point, is_blocked(point, blocked)))
    plugins.rows.sort(key=lambda row: row.name)
    return plugins


def load_channels(channels: Iterable[str], blocked: Iterable[str] = ()) -> Plugins:
    """What speaks these channels, for a process that loads no other plugin: nothing is imported but the entry points of
    their names."""
    wanted = set(channels)
    return load(blocked, [point for point in _installed() if point.name in wanted])


def notifier_of(channel: str, blocked: Iterable[str] = ()) -> Optional[Notifier]:
    """Who speaks a channel; see :func:`load_channels`."""
    return load_channels([channel], blocked).notifiers.get(channel)


def _installed() -> Iterable[Installed]:
    """Of each distribution the first on sys.path, which is the one that is imported.

    The standard library skips the others only since Python 3.10; an editable installation is found twice where its
    clone is the current folder, and a `lib64` that points to `lib` doubles all.
    """
    seen: Set[str] = set()
    for dist in distributions():
        try:
            points = [point for point in dist.entry_points if point.group == GROUP]
            name = re.sub('[-_.]+', '-', dist.metadata['Name']).lower() if points else ''
        except Exception as error:  # half removed, or by another's hand: no reason to go without the others
            log.warning('the distribution %s cannot be read: %s', getattr(dist, '_path', dist), redact(str(error)))
            continue
        if name not in seen:
            yield from (Installed(point.name, dist, point.load, name) for point in points)
        seen.add(name)


def _load_one(plugins: Plugins, claims: Claims, point: Installed, blocked: bool) -> Row:
    row = Row(point.name, _version(point), 'active')
    if blocked:
        return row._replace(state='blocked')
    plugin, new = None, False
    try:
        plugin = point.load()
        if inspect.isclass(plugin):
            plugin = plugin()
        new = not plugins.manager.is_registered(plugin)
        _register(plugins, claims, point, plugin)
    except (Exception, SystemExit) as error:  # a plugin that imports the host's app.config can exit
        if new:
            _roll_back(plugins, claims, plugin)
        faults = error.faults if isinstance(error, PluginError) else (quoted(in_words(error)),)
        text = _printable(in_words(error))
        log.error('plugin %s is not used: %s', point.name, text)
        return row._replace(state='broken', error=text, faults=tuple(rewritten(one, _printable) for one in faults))
    hooks = tuple(sorted(caller.name for caller in plugins.manager.get_hookcallers(plugin) or ()))
    return row._replace(
        hooks=hooks,
        channel=plugin.channel if isinstance(plugin, Notifier) else '',
        format=plugin.format if isinstance(plugin, Exporter) else '',
    )


def _printable(text: str) -> str:
    """What a plugin said, in one line and without credentials."""
    return redact(' '.join(text.split()))


def _register(plugins: Plugins, claims: Claims, point: Installed, plugin: object) -> None:
    manager = plugins.manager
    if plugin is None:  # what pluggy has for a name that is blocked
        raise PluginError(Fault('contract.no-purpose'))
    if manager.get_name(plugin) is not None:
        raise PluginError(Fault('contract.same-object', plugin=manager.get_name(plugin)))
    claims.name(point.name, brought_by(point), plugin)
    check_plugin(plugin)
    manager.register(plugin, point.name)
    manager.check_pending()
    callers = manager.get_hookcallers(plugin) or ()
    check_purpose(plugin, callers)
    for caller in callers:
        for implementation in caller.get_hookimpls():
            if implementation.plugin is plugin:
                check_call(caller.name, implementation)
    if isinstance(plugin, Notifier):
        for channel in (plugin.channel,) + tuple(plugin.aliases):
            claims.give(plugins.notifiers, plugin, channel, 'contract.channel-taken')
    if isinstance(plugin, Exporter):
        claims.give(plugins.exporters, plugin, plugin.format, 'contract.format-taken')


def _roll_back(plugins: Plugins, claims: Claims, plugin: object) -> None:
    # pluggy below 1.7 leaves a plugin with one bad hook half-registered, its good hooks live.
    if plugins.manager.is_registered(plugin):
        plugins.manager.unregister(plugin)
    claims.give_back(plugin, plugins.notifiers, plugins.exporters)


def _version(point: Installed) -> str:
    return str(getattr(getattr(point, 'dist', None), 'version', ''))
