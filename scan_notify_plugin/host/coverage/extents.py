"""How much of a table one round looked at. Pure.

An extent has three parts. *Ports*: a record is looked for if its port is among them. *Names*: a record is looked for
if one of its names (the sources of a domain name, the plugin of a vulnerability) is among them. *Reach*: on what the
table as a whole depends, so that a round with less of it may have missed any record.
"""

import json
from typing import FrozenSet, Iterable, NamedTuple, Optional, Tuple

from scan_notify_plugin.host.coverage.lists import NAMED_PORTS, NAMED_SOURCES, named_sources
from scan_notify_plugin.host.coverage.ports import NO_PORTS, PortSet, read_ports

__all__ = ['ALL_PORTS', 'BRUTE', 'CDN', 'DERIVED', 'Extent', 'NOTHING', 'SINGLE', 'UNASKED', 'WEB_PORTS']

Names = FrozenSet[str]

#: The source of domain names whose extent is its word list: ``domain_brute:big``.
BRUTE = 'domain_brute'
#: Of a task without it, that the domain itself was resolved: each list does so, too.
SINGLE = BRUTE + ':single'
#: Sources that work on what the others have found.
DERIVED = frozenset(['alt_dns', 'wih'])
#: Of what matters also where the parent was found, in a reach.
OWN = '+'
#: Every address was scanned, also one that gives no answer to a ping.
UNASKED = 'unasked'
#: The same of a scan of all ports, of which only some forks do so: as much as another such scan.
ALL_PORTS = 'all ports'
#: Ports of addresses that belong to a CDN were scanned, too.
CDN = '+cdn'
#: Which the host takes for granted of an address of a CDN.
WEB_PORTS = (80, 443)
#: What is longer was not written by us.
_MOST_CHARACTERS = 2000000
_PORTS_NAMED = {ports: name for name, ports in NAMED_PORTS.items()}


class Extent(NamedTuple):
    """How much was looked at."""

    #: None: the table is not bounded by ports
    ports: Optional[PortSet] = None
    #: None: nor by names
    names: Optional[Names] = None
    reach: Names = frozenset()

    def includes(
        self,
        port: Optional[int],
        names: Iterable[str] = (),
        than: Optional['Extent'] = None,
        parent_found: bool = False,
        cdn: Optional[bool] = None,
    ) -> bool:
        """Whether a record was looked for.

        :param port: the record's; None if it has none, such as an address
        :param names: the record's: the sources that ever found a domain name, the plugin of a vulnerability
        :param than: the extent with which the record was found, here or in other rounds; this one must look for such
            a record at least as hard: a longer list of words finds more
        :param parent_found: what the record hangs on was found in this round, so it does not matter how
        :param cdn: whether its address belongs to a CDN; None where that is not known
        """
        if isinstance(names, str):
            names = (names,)
        if not self._has_port(port, than):
            return False
        if self.names is not None and not any(self._has_name(name, than) for name in names):
            return False
        missing = _missing(than.reach if than else frozenset(), self.reach)
        if port in WEB_PORTS + (None,) or cdn is False:
            missing -= {CDN}
        if parent_found:
            missing = frozenset(one for one in missing if one.startswith(OWN))
        return not missing

    def covers(self, other: 'Extent') -> bool:
        """Whether it looks at all that another looks at."""
        return (
            (self.ports is None or (other.ports is not None and self.ports.covers(other.ports)))
            and (self.names is None or (other.names is not None and not _missing(other.names, self.names)))
            and not _missing(other.reach, self.reach)
        )

    def union(self, other: 'Extent') -> 'Extent':
        """What both look at: of two tasks of a round, or of several rounds."""
        if self == other:
            return self
        return Extent(
            None if self.ports is None or other.ports is None else self.ports.union(other.ports),
            None if self.names is None or other.names is None else self.names | other.names,
            self.reach | other.reach,
        )

    def text(self) -> str:
        """All of it, in few characters."""
        ports = None if self.ports is None else _PORTS_NAMED.get(self.ports) or self.ports.text()
        names = None if self.names is None else _packed(self.names)
        return json.dumps([ports, names, _packed(self.reach)], separators=(',', ':'))

    @classmethod
    def from_text(cls, text: object) -> 'Extent':
        """What :meth:`text` gave; one that includes nothing for anything else."""
        if not isinstance(text, str) or len(text) > _MOST_CHARACTERS:
            return NOTHING
        try:
            ports, names, reach = json.loads(text)
            read = None if ports is None else NAMED_PORTS.get(ports) or _listed(ports)
            return cls(read, None if names is None else _unpacked(names), _unpacked(reach))
        except (ValueError, TypeError, RecursionError):
            return NOTHING

    def _has_port(self, port: Optional[int], than: Optional['Extent']) -> bool:
        if self.ports is None:
            return True
        if port is not None:
            return self.ports.has(port)
        # An address is found by any of its ports.
        return bool(self.ports.ranges) and (than is None or than.ports is None or self.ports.covers(than.ports))

    def _has_name(self, name: str, than: Optional['Extent']) -> bool:
        mine: Names = self.names or frozenset()
        theirs: Names = (than.names if than else None) or frozenset()
        if name == BRUTE:
            lists = frozenset(one for one in theirs if one.startswith(BRUTE + ':'))
            return any(one.startswith(BRUTE + ':') for one in mine) and not _missing(lists, mine)
        return name in mine and (name not in DERIVED or not _missing(theirs, mine))


def _missing(needed: Names, names: Names) -> Names:
    return needed - names - {SINGLE}


def _packed(names: Names) -> Tuple[str, ...]:
    """In order; what always comes together has one name."""
    for name, together in NAMED_SOURCES.items():
        if names >= together:
            names = names - together | {name}
    return tuple(sorted(names))


def _unpacked(names: object) -> Names:
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise ValueError
    return frozenset().union(*[named_sources(name) for name in names])


def _listed(ports: object) -> PortSet:
    if ports == '':
        return NO_PORTS
    read = read_ports(ports)
    if read is None:
        raise ValueError
    return read


#: Includes nothing, and is covered by all.
NOTHING = Extent(NO_PORTS, frozenset())
