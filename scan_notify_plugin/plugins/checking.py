"""What a plugin must have to do anything. Checked when it is loaded: its first run must not be the first proof."""

import difflib
import inspect
import re
from collections.abc import Collection
from numbers import Integral, Real
from typing import Any, Callable, Iterator, List, NamedTuple

from hookspecs import hooks as specifications
from scan_notify_plugin.channels import sections_for
from scan_notify_plugin.errors import ScanNotifyError
from scan_notify_plugin.exporters.base import Exporter
from scan_notify_plugin.notifiers.base import Notifier
from scan_notify_plugin.notifiers.callbacks import Callbacks
from scan_notify_plugin.notifiers.dialects import Dialect

#: The names of all hooks.
HOOKS = tuple(sorted(name for name, value in vars(specifications).items() if hasattr(value, 'scan_notify_spec')))
#: Where each thing is explained.
HOOKS_PAGE, NOTIFIER_PAGE, EXPORTER_PAGE = (
    'docs/hooks.md#' + anchor for anchor in ('the-three-hooks', 'what-a-notifier-can-say', 'what-an-exporter-can-say')
)
#: Seconds that can be added to a time.
_MOST_SECONDS = 10**9
#: Methods that are called for what they do; what others answer may come piece by piece.
_ACTS = ('send', 'check', 'export')
#: What :meth:`Notifier.render` calls, and nobody else.
_FOR_RENDERING = ('compose', 'dialect_for', 'escape', 'size', 'template', 'written')


class PluginError(ScanNotifyError):
    """A plugin cannot be used; the text names what is wrong with it and where to read more."""


class _Attribute(NamedTuple):
    name: str
    is_right: Callable[[Any], bool]
    expected: str


def _is_a(kind: type, value: Any) -> bool:
    """For numbers: mypy knows no comparison of an abstract one."""
    return isinstance(value, kind)


def _texts(value: Any) -> bool:
    return isinstance(value, Collection) and not isinstance(value, str) and all(isinstance(one, str) for one in value)


def _options(value: Any) -> bool:
    return _texts(value) and all(name == name.lower() for name in value)


def _pace(value: Any) -> bool:
    if not isinstance(value, (tuple, list)) or len(value) != 2:
        return False
    count, seconds = value
    return _is_a(Integral, count) and count >= 1 and _is_a(Real, seconds) and 0 <= seconds <= _MOST_SECONDS


def _codes(value: Any) -> bool:
    return (
        isinstance(value, Collection)
        and not isinstance(value, str)
        and all(isinstance(one, (int, str)) for one in value)
    )


def _printable(value: Any) -> bool:
    return isinstance(value, str) and bool(value) and value.isprintable()


_NAMES = 'a tuple of option names in small letters, such as (\'url\',)'
_FLAG = 'True or False'
_OF_NOTIFIER = (
    _Attribute('channel', lambda value: isinstance(value, str) and bool(re.fullmatch(r'[\w-]+', value)),
               'a text of letters, digits, - and _'),
    _Attribute('aliases', _texts, 'a tuple of texts, such as (\'pager\',)'),
    _Attribute('required', _options, _NAMES),
    _Attribute('optional', _options, _NAMES),
    _Attribute('secrets', _options, _NAMES),
    _Attribute('max_bytes', lambda value: value is None or _is_a(Real, value) and value > 0,
               'None or a number above 0'),
    _Attribute('dialect', lambda value: isinstance(value, Dialect), 'a dialect, such as MARKDOWN'),
    _Attribute('oversize', lambda value: value in ('cut', 'split'), '\'cut\' or \'split\''),
    _Attribute('pace', _pace, 'a count from 1 and seconds, such as (18, 61.0)'),
    _Attribute('cool_down', lambda value: _is_a(Real, value) and value <= _MOST_SECONDS, 'seconds, such as 60.0'),
    _Attribute('repeats_after', _codes, 'a tuple of error codes, such as (500, 502)'),
    _Attribute('idempotent', lambda value: not callable(value), _FLAG),
    _Attribute('independent', lambda value: not callable(value), _FLAG),
    _Attribute('marks_delivery', lambda value: not callable(value), _FLAG),
    _Attribute('section', lambda value: isinstance(value, str), 'a text, such as \'PAGER\''),
    _Attribute('section_options', _options, _NAMES),
    _Attribute('callbacks', lambda value: value is None or isinstance(value, Callbacks),
               'None or an object with the base Callbacks'),
)  # fmt: skip
_OF_CALLBACKS = (
    _Attribute('proofs', _options, _NAMES),
    _Attribute('addresses', _texts, 'a tuple of texts, such as (\'/pager\',)'),
    _Attribute('people', lambda value: isinstance(value, str) and ':' not in value, 'a text without colons'),
)
_OF_EXPORTER = (
    _Attribute('format', lambda value: _printable(value) and value == value.strip() and ',' not in value,
               'a text without commas'),
    _Attribute('media_type', _printable, 'a text, such as \'application/zip\''),
)  # fmt: skip


def check(plugin: Any) -> None:
    """Before it is registered.

    :raises PluginError: with everything that keeps the plugin from doing what it is for
    """
    faults = list(_unmarked(plugin))
    if isinstance(plugin, Notifier):
        faults += ['{} (see {})'.format(fault, NOTIFIER_PAGE) for fault in _notifier_faults(plugin)]
    if isinstance(plugin, Exporter):
        faults += ['{} (see {})'.format(fault, EXPORTER_PAGE) for fault in _exporter_faults(plugin)]
    if faults:
        raise PluginError('; '.join(faults))


def check_purpose(plugin: Any, hooks: Any) -> None:
    """After it is registered.

    :param hooks: those that it answers
    :raises PluginError: if nobody will ever call it
    """
    if not hooks and not isinstance(plugin, (Notifier, Exporter)):
        raise PluginError('it answers no hook and is no Notifier and no Exporter: nobody would ever call it{} (see '
            '{})'.format(
            ''.join('; ' + hint for hint in _hints(plugin)), HOOKS_PAGE
        ))  # fmt: skip


def check_call(hook: str, implementation: Any) -> None:
    """One implementation of a hook, as pluggy has it.

    :raises PluginError: if it could never answer
    """
    function = implementation.function
    if implementation.hookwrapper or getattr(implementation, 'wrapper', False):
        fault = 'hook wrappers are not allowed, an error in one would keep the others from being called'
    elif implementation.kwargnames:
        hook = '{}({})'.format(hook, ', '.join(implementation.kwargnames))
        fault = 'an argument with a default never gets the value of the call; remove the default'
    elif _is_put_off(function):
        fault = 'it is called like any function, so "async" and "yield" keep it from ever running'
    else:
        return
    raise PluginError('{}: {} (see docs/hooks.md)'.format(hook, fault))


def _unmarked(plugin: Any) -> Iterator[str]:
    for name in HOOKS:
        method = getattr(plugin, name, None)
        marked = hasattr(method, 'scan_notify_impl') or hasattr(method, 'scan_notify_spec')
        if name in dir(plugin) and callable(method) and not marked:
            yield '{}.{} is not marked, so it is never called: put @hookimpl above it (see {})'.format(
                _name(plugin), name, HOOKS_PAGE
            )


def _hints(plugin: Any) -> Iterator[str]:
    """What its author may have meant."""
    for name in dir(plugin):
        value = getattr(plugin, name, None)
        near = difflib.get_close_matches(name, HOOKS, 1, 0.8)
        if near and callable(value):
            yield 'it has {}, the hook is {}'.format(name, near[0])
        elif inspect.isclass(value) and issubclass(value, (Notifier, Exporter)) and value.__module__ == _name(plugin):
            yield 'to use its class, write the entry point as {}:{}'.format(_name(plugin), name)


def _notifier_faults(plugin: Notifier) -> Iterator[str]:
    own_rendering = _is_own(plugin, Notifier, 'render')
    if not plugin.channel:
        yield 'a {} needs a channel name'.format(_name(plugin))
    if not _is_own(plugin, Notifier, 'send'):
        yield '{} has no send(part, target), so it can send nothing'.format(_name(plugin))
    for name in _methods(Notifier):
        if not (own_rendering and name in _FOR_RENDERING):  # there they may be anything
            yield from _call_fault(plugin, Notifier, name)
    for attribute in _OF_NOTIFIER:
        if not (own_rendering and attribute.name in ('max_bytes', 'dialect')) and (
            plugin.channel or attribute.name != 'channel'
        ):
            yield from _attribute_fault(plugin, attribute)
    yield from _unknown_secrets(plugin)
    yield from _section_fault(plugin)
    if isinstance(plugin.callbacks, Callbacks):
        for name in _methods(Callbacks):
            yield from _call_fault(plugin.callbacks, Callbacks, name)
        for attribute in _OF_CALLBACKS:
            yield from _attribute_fault(plugin.callbacks, attribute)


def _section_fault(plugin: Notifier) -> Iterator[str]:
    """Processes that load no plugin know a section from its name alone."""
    if isinstance(plugin.section, str) and isinstance(plugin.channel, str) and plugin.channel:
        expected = sections_for(plugin.channel)
        if plugin.section and plugin.section not in expected:
            yield '{}.section is {!r}, expected {}'.format(
                _name(plugin), plugin.section, ' or '.join(map(repr, expected))
            )


def _unknown_secrets(plugin: Notifier) -> Iterator[str]:
    """What is declared and can never be an option is a slip of the pen that would leave a credential open."""
    if not _is_own(plugin, Notifier, 'problems') and all(
        map(_options, (plugin.required, plugin.optional, plugin.secrets))
    ):
        for name in sorted(set(plugin.secrets) - set(plugin.required) - set(plugin.optional)):
            yield '{}.secrets has {!r}, which is neither in required nor in optional'.format(_name(plugin), name)


def _exporter_faults(plugin: Exporter) -> Iterator[str]:
    if not plugin.format:
        yield 'a {} needs a format name'.format(_name(plugin))
    if not isinstance(plugin.extension, str) or not re.fullmatch('[a-z0-9]{1,8}', plugin.extension):
        yield 'a {} needs an extension of one to eight small letters or digits, got {}'.format(
            _name(plugin), _shown(plugin.extension)
        )
    if not _is_own(plugin, Exporter, 'export'):
        yield '{} has no export(run, rows, file), so it can write nothing'.format(_name(plugin))
    for name in _methods(Exporter):
        yield from _call_fault(plugin, Exporter, name)
    for attribute in _OF_EXPORTER:
        if plugin.format or attribute.name != 'format':
            yield from _attribute_fault(plugin, attribute)


def _attribute_fault(plugin: Any, attribute: _Attribute) -> Iterator[str]:
    value = getattr(plugin, attribute.name)
    if not attribute.is_right(value):
        yield '{}.{} is {}, expected {}'.format(_name(plugin), attribute.name, _shown(value), attribute.expected)


def _call_fault(plugin: Any, base: Any, name: str) -> Iterator[str]:
    """Whether the worker could call a method that the plugin has of its own."""
    if not _is_own(plugin, base, name):
        return
    method, wanted = getattr(plugin, name), list(inspect.signature(vars(base)[name]).parameters)[1:]
    called = '{}({})'.format(name, ', '.join(wanted))
    if not callable(method):
        yield '{}.{} is {}, expected a method {}'.format(_name(plugin), name, _shown(method), called)
    elif _is_put_off(method) and (name in _ACTS or not inspect.isgeneratorfunction(method)):
        yield '{}.{} is called like any function, so "async" and "yield" keep it from ever running'.format(
            _name(plugin), name
        )
    else:
        given = _arguments(method)
        if given is not None and not _takes(given, len(wanted)):
            yield '{0}.{1}{2} cannot be called as {3}'.format(_name(plugin), name, given, called)


def _is_own(plugin: Any, base: Any, name: str) -> bool:
    return getattr(getattr(plugin, name), '__func__', None) is not vars(base)[name]


def _is_put_off(function: Any) -> bool:
    return (
        inspect.iscoroutinefunction(function)
        or inspect.isgeneratorfunction(function)
        or inspect.isasyncgenfunction(function)
    )


def _methods(base: Any) -> List[str]:
    """What the worker calls of a base class; its hooks are pluggy's."""
    return sorted(
        name for name, value in vars(base).items()
        if inspect.isfunction(value) and not name.startswith('_') and name not in HOOKS
    )  # fmt: skip


def _arguments(method: Any) -> Any:
    """Its signature; None where Python cannot tell. A decorator's own counts, not that of what it wraps."""
    try:
        return inspect.signature(method, follow_wrapped=False)
    except (TypeError, ValueError):
        return None


def _takes(signature: inspect.Signature, count: int) -> bool:
    try:
        signature.bind(*range(count))
    except TypeError:
        return False
    return True


def _name(plugin: Any) -> str:
    return plugin.__name__ if inspect.ismodule(plugin) else type(plugin).__name__


def _shown(value: Any) -> str:
    words = repr(value)
    return words if len(words) <= 60 else words[:57] + '...'
