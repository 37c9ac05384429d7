"""What channels declare of their configuration, for processes that load no plugin.

Of our own each has a file beside its notifier, ``declared.json``, made from the class by ``python -m tests.channels``;
of others the workers tell.
"""

import glob
import json
import os
from typing import Dict, FrozenSet, Iterable, Mapping, NamedTuple, Tuple

from scan_notify_plugin.records import Document

_FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), 'notifiers')


class Channel(NamedTuple):
    """One channel."""

    name: str
    aliases: Tuple[str, ...] = ()
    #: names of the options of a target
    options: FrozenSet[str] = frozenset()
    #: the section of the host's configuration that it can be configured in; '' is none
    section: str = ''
    #: which of the options it takes from there, where another channel uses the section too
    section_options: FrozenSet[str] = frozenset()
    #: which of the options are credentials
    secrets: FrozenSet[str] = frozenset()

    def document(self) -> Dict[str, object]:
        """For JSON and MongoDB."""
        return {
            'name': self.name,
            'aliases': list(self.aliases),
            'options': sorted(self.options),
            'section': self.section,
            'section_options': sorted(self.section_options),
            'secrets': sorted(self.secrets),
        }


def from_document(document: Document) -> Channel:
    """
    :raises KeyError: and the like, for one that is none
    """
    return Channel(
        str(document['name']),
        tuple(map(str, document['aliases'])),
        frozenset(map(str, document['options'])),
        str(document['section']),
        frozenset(map(str, document['section_options'])),
        frozenset(map(str, document.get('secrets') or ())),  # which workers of earlier releases do not tell here
    )


def sections_for(name: str) -> Tuple[str, ...]:
    """What the section of a channel may be called: as the channel, or as what stands before its first underscore."""
    return tuple(dict.fromkeys((name.upper(), name.partition('_')[0].upper())))


def in_sections(channels: Iterable[Channel]) -> Dict[str, Channel]:
    """By name those that can be configured in a section of the host's."""
    return {channel.name: channel for channel in sorted(channels) if channel.section}


def not_for(channel: Channel, channels: Mapping[str, Channel]) -> FrozenSet[str]:
    """What stands in the channel's section for another channel alone."""
    others = [
        one.section_options for one in channels.values() if one.section == channel.section and one.name != channel.name
    ]
    return frozenset().union(*others) - channel.section_options


def _read() -> Dict[str, Channel]:
    found = {}
    for pattern in ('*.declared.json', os.path.join('*', 'declared.json')):
        for path in glob.glob(os.path.join(_FOLDER, pattern)):
            with open(path, encoding='utf-8') as file:
                channel = from_document(json.load(file))
            found[channel.name] = channel
    return found


#: Our own, by name.
SHIPPED = _read()


def known_options() -> Dict[str, FrozenSet[str]]:
    """By channel, and by alias, the options of our own channels; those that share a section know each other's."""
    found = {}
    for channel in SHIPPED.values():
        shared = [one.options for one in SHIPPED.values() if channel.section and one.section == channel.section]
        for name in (channel.name,) + channel.aliases:
            found[name] = channel.options.union(*shared)
    return found


def known_secrets() -> Dict[str, FrozenSet[str]]:
    """By channel, and by alias, what our own channels call credentials."""
    return {name: channel.secrets for channel in SHIPPED.values() for name in (channel.name,) + channel.aliases}
