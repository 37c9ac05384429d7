"""Which changes are the worst, and which of them are kept beside the run. Pure."""

from typing import Dict, Iterable, List, NamedTuple, Sequence, Tuple

import bson

from scan_notify_plugin.changes import SEVERITIES, UNRATED, State
from scan_notify_plugin.host.results.identity import TABLES

__all__ = ['Rank', 'Selection', 'rank']

#: All that is kept of a run's changes in one document, and its bytes.
MOST_RECORDS = 200
MOST_BYTES = 60 << 10

_SEVERITIES = SEVERITIES + (UNRATED,)
_RETURNED = (State.NEW, State.BACK)
_UNCERTAIN = (State.FIRST_LOOK, State.FOUND)
#: Where the tables come when nothing is worse than the other.
_ORDER = {table: place for place, table in enumerate(('service', 'site', 'domain', 'ip'))}
_ORDER.update((table, len(_ORDER)) for table in TABLES if table not in _ORDER)

#: The groups of the list, the worst first, with what each may have of what is kept.
FINDINGS, APPEARED, CHANGED, GONE, FIRST, REST = range(6)
SHARES = {FINDINGS: 80, APPEARED: 40, CHANGED: 25, GONE: 25, FIRST: 20, REST: 10}


class Rank(NamedTuple):
    """Where a change stands: it sorts."""

    group: int
    #: within the group; the less, the worse
    level: int
    table: int

    @property
    def key(self) -> str:
        return '{}{:03}{:02}'.format(self.group, self.level, self.table)


def rank(state: State, table: str, severity: str) -> Rank:
    """Findings that are new or back first, by severity; what is unstable last."""
    place, level = _ORDER.get(table, 99), _SEVERITIES.index(severity) if severity in _SEVERITIES else 99
    is_finding = bool(severity)
    if state in _RETURNED:
        return Rank(FINDINGS, level, place) if is_finding else Rank(APPEARED, 0, place)
    if state in _UNCERTAIN:
        return Rank(FINDINGS, 100 + level, place) if is_finding else Rank(FIRST, 0, place)
    if state is State.CHANGED:
        return Rank(CHANGED, level, place)
    if state is State.GONE:
        return Rank(GONE, level, place)
    return Rank(REST, {State.OUT_OF_SCOPE: 1, State.EARLIER: 2}.get(state, 3), place)


class Selection:
    """What is kept beside the run: of each group its share, and then the worst of what is left."""

    def __init__(self) -> None:
        self._groups: Dict[int, List[Tuple[int, object, int]]] = {}
        self._seen = 0

    def add(self, group: int, row: object, size: int) -> None:
        """The next change, the worst first.

        :param size: its bytes in the document
        """
        self._seen += 1
        waiting = self._groups.setdefault(group, [])
        if len(waiting) < MOST_RECORDS:
            waiting.append((self._seen, row, size))

    def rows(self) -> List[object]:
        """The worst first."""
        taken, left = [], []
        bytes_left = MOST_BYTES
        for group, waiting in sorted(self._groups.items()):
            share, most = SHARES[group], MOST_BYTES * SHARES[group] // MOST_RECORDS
            for place, row, size in waiting:
                if share and size <= most:
                    share, most, bytes_left = share - 1, most - size, bytes_left - size
                    taken.append((place, row))
                else:
                    left.append((place, row, size))
        for place, row, size in left:
            if len(taken) < MOST_RECORDS and size <= bytes_left:
                bytes_left -= size
                taken.append((place, row))
        return [row for _, row in sorted(taken, key=lambda one: one[0])]


def size_of(texts: Iterable[str], cells: Sequence[object]) -> int:
    """About the bytes of a change in a document."""
    return 200 + sum(len(text.encode('utf-8', 'replace')) for text in texts) + len(bson.encode({'cells': cells}))
