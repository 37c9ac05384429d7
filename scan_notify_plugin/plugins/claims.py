"""Who has a name, a channel or a format that two plugins want. What we bring stays, whatever the other is called."""

from typing import Any, Dict, Iterable, List, TypeVar

from scan_notify_plugin.exporters.base import Exporter
from scan_notify_plugin.faults import Fault
from scan_notify_plugin.notifiers.base import Notifier
from scan_notify_plugin.plugins.errors import PluginError

#: Our own distribution, as pip compares names.
OURS = 'scan-notify-plugin'
P = TypeVar('P', Notifier, Exporter)
T = TypeVar('T')


def brought_by(point: object) -> str:
    """The distribution of an entry point; '' where nobody knows."""
    return str(getattr(point, 'by', ''))


def ours_first(points: Iterable[T]) -> List[T]:
    """In the order in which names are given away: ours, then the others; each by name."""
    return sorted(points, key=lambda point: (brought_by(point) != OURS, str(getattr(point, 'name'))))


def is_blocked(point: object, blocked: Iterable[str]) -> bool:
    """Whether an entry point is blocked: by its name, or as ``distribution:name`` where two have the same."""
    name = str(getattr(point, 'name'))
    return name in blocked or '{}:{}'.format(brought_by(point), name) in blocked


class Claims:
    """What has been given away, and to whom."""

    def __init__(self) -> None:
        self._by: Dict[str, str] = {}  # the name of a plugin: its distribution
        self._named: Dict[int, str] = {}  # the id of a plugin, which is kept by its manager: its name

    def name(self, name: str, by: str, plugin: object) -> None:
        """Give a plugin its name.

        :raises PluginError: if another has it
        """
        if name in self._by:
            first, second = self._by[name] or '?', by or '?'
            block = '{}:{}'.format(first, name)
            raise PluginError(Fault('contract.name-taken', plugin=name, first=first, second=second, block=block))
        self._by[name], self._named[id(plugin)] = by, name

    def give_back(self, plugin: object, *owners: Dict[str, Any]) -> None:
        """A plugin could not be used: what it has is free."""
        name = self._named.pop(id(plugin), None)
        if name is not None:
            del self._by[name]
        for given in owners:
            for claim in [claim for claim, owner in given.items() if owner is plugin]:
                del given[claim]

    def give(self, owners: Dict[str, P], plugin: P, wanted: str, code: str) -> None:
        """Give a plugin with a name a channel or a format.

        :param code: of what is said where another has it
        :raises PluginError: if another has it
        """
        if wanted in owners and owners[wanted] is not plugin:
            owner = self._named.get(id(owners[wanted]), '')
            facts = {'first': self._place(owner), 'second': self._place(self._named[id(plugin)]), 'owner': owner}
            raise PluginError(Fault(code, claim=repr(wanted), **facts))
        owners[wanted] = plugin

    def _place(self, name: str) -> str:
        by = self._by.get(name, '')
        return '{} ({})'.format(name, by) if by else name
