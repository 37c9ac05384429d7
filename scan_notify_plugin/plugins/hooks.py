"""Whether what a plugin answers to the hooks could ever be called."""

import difflib
import inspect
from typing import Any, Iterable, Iterator

from hookspecs import hooks as specifications
from scan_notify_plugin.exporters.base import Exporter
from scan_notify_plugin.faults import Fault
from scan_notify_plugin.notifiers.base import Notifier
from scan_notify_plugin.plugins.errors import PluginError, name_of

#: The names of all hooks.
HOOKS = tuple(sorted(name for name, value in vars(specifications).items() if hasattr(value, 'scan_notify_spec')))
#: Where they are explained.
_PAGE = 'docs/hooks.md#the-three-hooks'


def check_marks(plugin: object) -> Iterator[Fault]:
    """What is called as a hook, and is none for pluggy."""
    for name in HOOKS:
        method = getattr(plugin, name, None)
        marked = hasattr(method, 'scan_notify_impl') or hasattr(method, 'scan_notify_spec')
        if name in dir(plugin) and callable(method) and not marked:
            yield Fault('contract.unmarked', plugin=name_of(plugin), hook=name, page=_PAGE)


def check_purpose(plugin: object, hooks: Iterable[object]) -> None:
    """After it is registered.

    :param hooks: those that it answers
    :raises PluginError: if nobody will ever call it
    """
    if not list(hooks) and not isinstance(plugin, (Notifier, Exporter)):
        faults = [Fault('contract.no-purpose'), *_hints(plugin)]
        raise PluginError(*faults[:-1], Fault('contract.see', cause=faults[-1], page=_PAGE))


def _hints(plugin: object) -> Iterator[Fault]:
    """What its author may have meant."""
    for name in dir(plugin):
        value = getattr(plugin, name, None)
        near = difflib.get_close_matches(name, HOOKS, 1, 0.8)
        if near and callable(value):
            yield Fault('contract.near-hook', name=name, hook=near[0])
        elif inspect.isclass(value) and issubclass(value, (Notifier, Exporter)):
            if value.__module__ == name_of(plugin):
                yield Fault('contract.class', module=name_of(plugin), name=name)


def check_call(hook: str, implementation: Any) -> None:
    """One implementation of a hook, as pluggy has it.

    :raises PluginError: if it could never answer
    """
    if implementation.hookwrapper or getattr(implementation, 'wrapper', False):
        cause = Fault('contract.wrapper')
    elif implementation.kwargnames:
        hook = '{}({})'.format(hook, ', '.join(implementation.kwargnames))
        cause = Fault('contract.default')
    elif is_put_off(implementation.function):
        cause = Fault('contract.put-off')
    else:
        return
    raise PluginError(Fault('wrong', name=hook, cause=cause, page='docs/hooks.md'))


def is_put_off(function: object) -> bool:
    """Whether a call does nothing until somebody waits for it, or goes through what it yields."""
    return (
        inspect.iscoroutinefunction(function)
        or inspect.isgeneratorfunction(function)
        or inspect.isasyncgenfunction(function)
    )
