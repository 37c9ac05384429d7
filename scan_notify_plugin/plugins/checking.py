"""What a plugin must have to do anything. Checked when it is loaded: its first run must not be the first proof."""

from typing import Iterable, Iterator

from scan_notify_plugin.exporters.base import Exporter
from scan_notify_plugin.faults import Fault
from scan_notify_plugin.notifiers.base import Notifier
from scan_notify_plugin.notifiers.callbacks import Callbacks
from scan_notify_plugin.plugins.attributes import (
    OF_CALLBACKS,
    OF_EXPORTER,
    OF_NOTIFIER,
    check_attributes,
    check_extension,
    check_secrets,
    check_section,
)
from scan_notify_plugin.plugins.errors import PluginError, name_of
from scan_notify_plugin.plugins.hooks import check_marks
from scan_notify_plugin.plugins.methods import check_method, is_own, methods_of
from scan_notify_plugin.plugins.templates import check_templates

#: Where each thing is explained.
NOTIFIER_PAGE, EXPORTER_PAGE = (
    'docs/hooks.md#' + anchor for anchor in ('what-a-notifier-can-say', 'what-an-exporter-can-say')
)
#: What :meth:`Notifier.render` calls, and nobody else.
_FOR_RENDERING = ('compose', 'content', 'dialect_for', 'escape', 'size', 'template', 'written')


def check_plugin(plugin: object) -> None:
    """Before it is registered.

    :raises PluginError: with everything that keeps the plugin from doing what it is for
    """
    faults = list(check_marks(plugin))
    if isinstance(plugin, Notifier):
        faults += _see(_check_notifier(plugin), NOTIFIER_PAGE)
    if isinstance(plugin, Exporter):
        faults += _see(_check_exporter(plugin), EXPORTER_PAGE)
    if faults:
        raise PluginError(*faults)


def _see(faults: Iterable[Fault], page: str) -> Iterator[Fault]:
    return (Fault('contract.see', cause=fault, page=page) for fault in faults)


def _check_notifier(plugin: Notifier) -> Iterator[Fault]:
    own_rendering = is_own(plugin, Notifier, 'render')
    not_asked = ('max_bytes', 'dialect') + _FOR_RENDERING if own_rendering else ()  # there they may be anything
    if not plugin.channel:
        yield Fault('contract.no-channel', plugin=name_of(plugin))
        not_asked += ('channel',)
    if not is_own(plugin, Notifier, 'send'):
        yield Fault('contract.no-send', plugin=name_of(plugin))
    for name in methods_of(Notifier):
        if name not in not_asked:
            yield from check_method(plugin, Notifier, name)
    yield from check_attributes(plugin, [item for item in OF_NOTIFIER if item.name not in not_asked])
    if not is_own(plugin, Notifier, 'problems'):
        yield from check_secrets(plugin)
    yield from check_section(plugin)
    yield from check_templates(plugin)
    if isinstance(plugin.callbacks, Callbacks):
        yield from _check_callbacks(plugin.callbacks)


def _check_callbacks(callbacks: Callbacks) -> Iterator[Fault]:
    for name in methods_of(Callbacks):
        yield from check_method(callbacks, Callbacks, name)
    yield from check_attributes(callbacks, OF_CALLBACKS)


def _check_exporter(plugin: Exporter) -> Iterator[Fault]:
    if not plugin.format:
        yield Fault('contract.no-format', plugin=name_of(plugin))
    yield from check_extension(plugin)
    if not is_own(plugin, Exporter, 'export'):
        yield Fault('contract.no-export', plugin=name_of(plugin))
    for name in methods_of(Exporter):
        yield from check_method(plugin, Exporter, name)
    yield from check_attributes(plugin, [item for item in OF_EXPORTER if plugin.format or item.name != 'format'])
