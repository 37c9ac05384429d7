"""Whether the worker could call the methods that a plugin has of its own."""

import inspect
from typing import Callable, Iterator, List, Optional

from scan_notify_plugin.faults import Fault
from scan_notify_plugin.plugins.errors import excerpt, name_of
from scan_notify_plugin.plugins.hooks import HOOKS, is_put_off

#: Methods that are called for what they do; what others answer may come piece by piece.
_ACTS = ('send', 'check', 'export')


def methods_of(base: type) -> List[str]:
    """What the worker calls of a base class; its hooks are pluggy's."""
    return sorted(
        name for name, value in vars(base).items()
        if inspect.isfunction(value) and not name.startswith('_') and name not in HOOKS
    )  # fmt: skip


def is_own(plugin: object, base: type, name: str) -> bool:
    """Whether a plugin has a method of its own, and not that of the base class."""
    return getattr(getattr(plugin, name), '__func__', None) is not vars(base)[name]


def check_method(plugin: object, base: type, name: str) -> Iterator[Fault]:
    """Whether the worker could call one of the methods of a base class."""
    if not is_own(plugin, base, name):
        return
    method, parameters = getattr(plugin, name), list(inspect.signature(vars(base)[name]).parameters)[1:]
    call = '{}({})'.format(name, ', '.join(parameters))
    facts = {'plugin': name_of(plugin), 'method': name}
    if not callable(method):
        yield Fault('contract.no-method', value=excerpt(method), call=call, **facts)
    elif is_put_off(method) and (name in _ACTS or not inspect.isgeneratorfunction(method)):
        yield Fault('contract.method-put-off', **facts)
    else:
        signature = _signature(method)
        if signature is not None and not _takes(signature, len(parameters)):
            yield Fault('contract.method-call', signature=str(signature), call=call, **facts)


def _signature(method: Callable[..., object]) -> Optional[inspect.Signature]:
    """None where Python cannot tell. A decorator's own counts, not that of what it wraps."""
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
