"""Loads every plugin, ours included, from the entry-point group ``scan_notify``."""

import inspect
import logging
import re
from typing import Any, Callable, Dict, Iterable, List, Mapping, NamedTuple, Optional, Set, Tuple

import pluggy

import hookspecs
from hookspecs import hooks as specifications
from scan_notify_plugin.channels import SHIPPED, Channel, declared_by
from scan_notify_plugin.errors import in_words
from scan_notify_plugin.exporters.base import Exporter
from scan_notify_plugin.notifiers.base import Notifier
from scan_notify_plugin.plugins.checking import PluginError, check, check_call, check_purpose
from scan_notify_plugin.secret import redact
from scan_notify_plugin.settings import rules
from scan_notify_plugin.settings.rules import Settings

try:
    from importlib.metadata import distributions  # type: ignore[import]  # Python 3.6 has none
except ImportError:  # Python 3.7 and older
    from importlib_metadata import distributions  # type: ignore[import]  # brings no types for 3.6

GROUP = 'scan_notify'

log = logging.getLogger('scan_notify')


class Installed(NamedTuple):
    """An entry point with its distribution, which the standard library's own lacks before Python 3.10."""

    name: str
    dist: Any
    load: Callable[[], Any]


class Row(NamedTuple):
    """One installed plugin, as ``scan-notify plugins`` shows it."""

    name: str
    version: str
    state: str  # active, blocked or broken
    hooks: Tuple[str, ...] = ()
    channel: str = ''
    format: str = ''
    error: str = ''


class Plugins(NamedTuple):
    """A manager with all that could be loaded."""

    manager: pluggy.PluginManager
    rows: List[Row]
    notifiers: Dict[str, Notifier]  # by channel
    exporters: Dict[str, Exporter]  # by format


def load(blocked: Iterable[str] = (), found: Optional[Iterable[Any]] = None) -> Plugins:
    """A fresh manager. A plugin that cannot be used is rolled back, reported, and harms no other.

    :param blocked: names that are not even imported
    :param found: entry points, for tests; otherwise those of the installed distributions
    """
    manager = pluggy.PluginManager(hookspecs.PROJECT)
    manager.add_hookspecs(specifications)
    plugins = Plugins(manager, [], {}, {})
    blocked = set(blocked)
    for name in blocked:
        manager.set_blocked(name)
    for point in sorted(_installed() if found is None else found, key=lambda point: point.name):
        plugins.rows.append(_load_one(plugins, point, point.name in blocked))
    return plugins


def declared(plugins: Plugins) -> Dict[str, Channel]:
    """What is known of channels where these plugins are loaded."""
    return dict(SHIPPED, **{one.channel: declared_by(one) for one in plugins.notifiers.values()})


def configured(sections: Mapping[str, Any], plugins: Plugins) -> Settings:
    """The settings in the host's config as the loaded notifiers have it: their sections, and their credentials sealed.

    :raises ConfigError: as ``settings.rules.parse``
    """
    return sealed(rules.parse(sections, channels=declared(plugins)), plugins)


def sealed(settings: Settings, plugins: Plugins) -> Settings:
    """The settings with what the loaded notifiers declare as credentials sealed."""
    return rules.sealed(settings, lambda channel: getattr(plugins.notifiers.get(channel), 'secrets', ()))


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
            yield from (Installed(point.name, dist, point.load) for point in points)
        seen.add(name)


def _load_one(plugins: Plugins, point: Any, blocked: bool) -> Row:
    row = Row(point.name, _version(point), 'active')
    if blocked:
        return row._replace(state='blocked')
    plugin, new = None, False
    try:
        plugin = point.load()
        if inspect.isclass(plugin):
            plugin = plugin()
        new = not plugins.manager.is_registered(plugin)
        _register(plugins, point.name, plugin)
    except (Exception, SystemExit) as error:  # a plugin that imports the host's app.config can exit
        if new:
            _roll_back(plugins, plugin)
        words = redact(' '.join(in_words(error).split()))
        log.error('plugin %s is not used: %s', point.name, words)
        return row._replace(state='broken', error=words)
    hooks = tuple(sorted(caller.name for caller in plugins.manager.get_hookcallers(plugin) or ()))
    return row._replace(
        hooks=hooks,
        channel=plugin.channel if isinstance(plugin, Notifier) else '',
        format=plugin.format if isinstance(plugin, Exporter) else '',
    )


def _register(plugins: Plugins, name: str, plugin: Any) -> None:
    manager = plugins.manager
    if manager.get_name(plugin) is not None:
        raise PluginError('it is the same object as plugin {}'.format(manager.get_name(plugin)))
    check(plugin)
    manager.register(plugin, name)
    manager.check_pending()
    callers = manager.get_hookcallers(plugin) or ()
    check_purpose(plugin, callers)
    for caller in callers:
        for implementation in caller.get_hookimpls():
            if implementation.plugin is plugin:
                check_call(caller.name, implementation)
    if isinstance(plugin, Notifier):
        for channel in (plugin.channel,) + tuple(plugin.aliases):
            _claim(plugins.notifiers, plugin, 'channel', channel)
    if isinstance(plugin, Exporter):
        _claim(plugins.exporters, plugin, 'format', plugin.format)


def _claim(taken: Dict[str, Any], plugin: Any, what: str, name: str) -> None:
    """One plugin for each channel and each format."""
    if name in taken:
        raise PluginError('the {} {!r} belongs to another plugin'.format(what, name))
    taken[name] = plugin


def _roll_back(plugins: Plugins, plugin: Any) -> None:
    # pluggy below 1.7 leaves a plugin with one bad hook half-registered, its good hooks live.
    if plugins.manager.is_registered(plugin):
        plugins.manager.unregister(plugin)
    owners: Tuple[Dict[str, Any], ...] = (plugins.notifiers, plugins.exporters)
    for taken in owners:
        for name in [name for name, owner in taken.items() if owner is plugin]:
            del taken[name]


def _version(point: Any) -> str:
    dist = getattr(point, 'dist', None)
    return str(dist.version) if dist is not None else ''
