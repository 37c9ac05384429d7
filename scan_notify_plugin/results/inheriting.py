"""One ledger takes over another: the records of the elements that both have. Pure but for the files."""

from typing import BinaryIO, Dict, FrozenSet, Iterator, Optional, Tuple

from scan_notify_plugin.host.results.identity import TABLES
from scan_notify_plugin.results.entry import Entry
from scan_notify_plugin.results.ledger import Ledger, LedgerWriter
from scan_notify_plugin.results.memory import Cover, Memory
from scan_notify_plugin.results.scopes import Scopes

__all__ = ['inherited']


def inherited(old: Ledger, new: Optional[Ledger], file: BinaryIO) -> Tuple[int, int]:
    """Write what the new schedule knows from now on; (elements, records that came from the old one).

    :param new: None: it was not compared yet. Then all is taken over, and what it does not look at goes in its first
        round, without a word
    """
    memory = new.memory if new else Memory()
    heir = _Heir(old, memory, new is None)
    scopes = Scopes(memory.element, ())
    writer = LedgerWriter(file, scopes)
    taken = 0
    for table in TABLES + tuple(one for one in old.tables if one not in TABLES):
        known = new.entries(table, scopes) if new else iter(())
        for entry, is_taken in _merged(known, heir.entries(table, scopes)):
            writer.add(table, entry)
            taken += is_taken
        writer.end(table)
    heir.covers()
    writer.finish(memory)
    return len(heir.common), taken


class _Heir:
    """The old ledger in the terms of the new one."""

    def __init__(self, old: Ledger, memory: Memory, is_first: bool) -> None:
        self._old, self._memory = old, memory
        theirs = old.memory
        wanted = None if is_first else frozenset(memory.elements)
        self._elements: Dict[int, int] = {
            place: memory.element(text)
            for place, text in enumerate(theirs.elements)
            if wanted is None or text in wanted
        }
        self.common: FrozenSet[int] = frozenset(self._elements.values())
        # Rounds of the old schedule are before all of the new one, and after none of them.
        eras = [one.era for one in memory.rounds.values()] + [memory.era]
        shift = min(eras) - 1 - theirs.era
        first = max(memory.rounds, default=0)
        self._rounds = {key: first + place for place, key in enumerate(sorted(theirs.rounds), 1)}
        for key, one in theirs.rounds.items():
            memory.rounds[self._rounds[key]] = one._replace(era=one.era + shift)
        if is_first:
            memory.newest, memory.continued = self._rounds[theirs.newest], True

    def entries(self, table: str, scopes: Scopes) -> Iterator[Entry]:
        theirs = Scopes(self._old.memory.element, ())
        for entry in self._old.entries(table, theirs):
            elements = [self._elements[one] for one in theirs.elements(entry.scope) if one in self._elements]
            if elements:
                yield entry._replace(
                    scope=scopes.number(sorted(elements)),
                    first=self._rounds.get(entry.first, 0),
                    last=self._rounds.get(entry.last, 0),
                    gone=self._rounds.get(entry.gone, 0),
                )

    def covers(self) -> None:
        """Where the old schedule looked."""
        for table, covers in self._old.memory.covers.items():
            ours = self._memory.covers.setdefault(table, {})
            for element, cover in covers.items():
                if element in self._elements:
                    place, mine = self._elements[element], ours.get(self._elements[element])
                    extent = mine.extent.union(cover.extent) if mine else cover.extent
                    ours[place] = Cover(mine.round if mine else self._rounds[cover.round], extent)


def _merged(known: Iterator[Entry], taken: Iterator[Entry]) -> Iterator[Tuple[Entry, bool]]:
    """By identity. What the new schedule knows goes before, but for how long a record is known."""
    mine, theirs = next(known, None), next(taken, None)
    while mine is not None or theirs is not None:
        if theirs is None or (mine is not None and mine.identity < theirs.identity):
            assert mine is not None
            yield mine, False
            mine = next(known, None)
        elif mine is None or theirs.identity < mine.identity:
            yield theirs, True
            theirs = next(taken, None)
        else:
            sources = tuple(sorted(set(mine.sources + theirs.sources)))
            yield mine._replace(first=theirs.first, sources=sources), True
            mine, theirs = next(known, None), next(taken, None)
