"""Sets of ports: what a scan looked at. Pure."""

import re
from bisect import bisect_right
from typing import Iterable, List, NamedTuple, Optional, Tuple

__all__ = ['ALL', 'NO_PORTS', 'PortSet', 'ports_of', 'read_ports', 'without']

LAST = 65535
Ranges = Tuple[Tuple[int, int], ...]

#: As nmap takes them: either end of a range may be left out.
_RANGE = re.compile(r'(?P<first>\d{0,6})(?P<dash>-?)(?P<last>\d{0,6})', re.ASCII)
#: A list longer than this is nobody's.
_MOST_CHARACTERS = 500000


class PortSet(NamedTuple):
    """Ports, as ranges that neither overlap nor touch, in ascending order."""

    ranges: Ranges

    def has(self, port: int) -> bool:
        """Whether a port is among them."""
        place = bisect_right(self.ranges, (port, LAST + 1))
        return place > 0 and self.ranges[place - 1][1] >= port

    def covers(self, other: 'PortSet') -> bool:
        """Whether all ports of another set are among them."""
        return not without(other, self).ranges

    def union(self, other: 'PortSet') -> 'PortSet':
        """The ports of both."""
        return self if self == other else ports_of(self.ranges + other.ranges)

    def text(self) -> str:
        """As a list of numbers and ranges, such as ``80,443,8000-8010``."""
        return ','.join(str(first) if first == last else '{}-{}'.format(first, last) for first, last in self.ranges)


def ports_of(ranges: Iterable[Tuple[int, int]]) -> PortSet:
    """A set of ranges in any order, which may overlap."""
    merged: List[Tuple[int, int]] = []
    for first, last in sorted(ranges):
        if merged and first <= merged[-1][1] + 1:
            merged[-1] = (merged[-1][0], max(last, merged[-1][1]))
        else:
            merged.append((first, last))
    return PortSet(tuple(merged))


NO_PORTS = PortSet(())
ALL = PortSet(((1, LAST),))


def without(ports: PortSet, others: PortSet) -> PortSet:
    """The ports of the first set that are not in the second."""
    kept: List[Tuple[int, int]] = []
    gaps = iter(others.ranges)
    gap = next(gaps, None)
    for first, last in ports.ranges:
        while gap is not None and gap[1] < first:
            gap = next(gaps, None)
        while gap is not None and gap[0] <= last:
            if gap[0] > first:
                kept.append((first, gap[0] - 1))
            first = gap[1] + 1
            if gap[1] >= last:
                break
            gap = next(gaps, None)
        if first <= last:
            kept.append((first, last))
    return PortSet(tuple(kept))


def read_ports(text: object) -> Optional[PortSet]:
    """A list as the host hands it to nmap; None for what nmap would refuse, and for what is no text.

    Port 0 is dropped: no result has it.
    """
    if not isinstance(text, str) or len(text) > _MOST_CHARACTERS:
        return None
    ranges = []
    for part in text.split(','):
        found = _RANGE.fullmatch(part.strip())
        if found is None or not found.group():
            return None
        first = int(found.group('first') or 1)
        last = int(found.group('last') or LAST) if found.group('dash') else first
        if first > last or last > LAST:
            return None
        if last:
            ranges.append((max(first, 1), last))
    return ports_of(ranges)
