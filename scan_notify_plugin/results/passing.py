"""All tables of a round, one after another: each record is compared, remembered, and told if it is not known."""

from collections import Counter
from datetime import datetime
from typing import Callable, Dict, Iterable, Iterator, List, Mapping, Optional, Sequence

from scan_notify_plugin.changes import State
from scan_notify_plugin.host.results.found import Found
from scan_notify_plugin.host.results.identity import TABLES, described
from scan_notify_plugin.results.cells import plain
from scan_notify_plugin.results.changesfile import ChangesWriter, Row
from scan_notify_plugin.results.comparing import Comparison, Verdict
from scan_notify_plugin.results.entry import Entry
from scan_notify_plugin.results.joining import Pair, joined, shows_little, with_addresses
from scan_notify_plugin.results.ledger import LedgerWriter
from scan_notify_plugin.results.memory import Memory
from scan_notify_plugin.results.ranking import rank

__all__ = ['Pass', 'Tally']

#: Records between two looks at whether it is still wanted.
OFTEN = 1000
#: The table whose records are told by their address if they are many.
_PORTS = 'service'
_EXAMPLES = 3
#: characters of one
_EXAMPLE = 45


class Tally:
    """What was counted on the way."""

    def __init__(self) -> None:
        #: by table: states
        self.tables: Dict[str, Counter] = {}
        #: by reason: records that were not looked at
        self.why: Counter = Counter()
        #: by table: of these, where nobody looked
        self.unlooked: Counter = Counter()
        #: the first addresses that show little, and that did not answer at all; and how many there are
        self.few: List[str] = []
        self.silent: List[str] = []
        self.few_count = 0
        self.silent_count = 0

    def states(self) -> Mapping[str, int]:
        """Of all tables together."""
        total: Counter = Counter()
        for states in self.tables.values():
            total.update(states)
        return dict(total)


class Pass:
    """
    :param number: of the round, in the ledger
    :param forget_before: what was gone then is forgotten
    :param cancelled: asked now and then; it raises
    """

    def __init__(
        self, memory: Memory, number: int, comparison: Optional[Comparison], ledger: Optional[LedgerWriter],
        changes: ChangesWriter, forget_before: datetime, look: Callable[[], None],
    ) -> None:  # fmt: skip
        self.tally = Tally()
        self._number = number
        self._comparison = comparison
        self._ledger = ledger
        self._changes = changes
        self._look = look
        self._forgotten = frozenset(key for key, one in memory.rounds.items() if one.fired_at < forget_before)

    def run(
        self,
        tables: Sequence[str],
        rows: Callable[[str], Iterable[Found]],
        entries: Callable[[str], Iterable[Entry]],
    ) -> None:
        """Go through it.

        :param tables: that the ledger has; all that have states are looked at anyway
        """
        for table in TABLES + tuple(one for one in tables if one not in TABLES):
            self.tally.tables[table] = Counter()
            pairs = self._looking(joined(entries(table), rows(table)))
            if self._comparison is None:
                for _, found in pairs:
                    assert found is not None
                    self._tell(table, State.FOUND, None, found, Verdict(State.FOUND, None))
            elif table == _PORTS:
                self._by_address(table, pairs, self._comparison)
            else:
                for entry, found in pairs:
                    self._take(table, entry, found, self._comparison.verdict(table, entry, found))
            self._changes.end(table)
            if self._ledger is not None:
                self._ledger.end(table)

    def _by_address(self, table: str, pairs: Iterable[Pair], comparison: Comparison) -> None:
        for address, group in with_addresses(table, pairs):
            few = shows_little(table, group)
            if few:
                comparison.little(group)
            told = False
            for entry, found in group:
                verdict = comparison.verdict(table, entry, found, few)
                told = told or (verdict.why == 'few' and verdict.state is State.NOT_LOOKED_AT)
                self._take(table, entry, found, verdict)
            if told:
                self.tally.few_count += 1
                self.tally.few += [address[:_EXAMPLE]] if len(self.tally.few) < _EXAMPLES else []

    def _take(self, table: str, old: Optional[Entry], found: Optional[Found], verdict: Verdict) -> None:
        state, entry = verdict.state, verdict.entry
        if state is not None and state is not State.KNOWN:
            self._tell(table, state, old, found, verdict)
        if found is not None:
            first = entry.first if entry is not None else self._number
            self._changes.mark(found.identity, state or State.KNOWN, first)
        elif table == 'ip' and old is not None and entry is not None and _is_silent(old, entry):
            self.tally.silent_count += 1
            self.tally.silent += [old.identity[:_EXAMPLE]] if len(self.tally.silent) < _EXAMPLES else []
        if entry is not None and self._ledger is not None and not self._is_over(entry, verdict):
            self._ledger.add(table, entry)

    def _is_over(self, entry: Entry, verdict: Verdict) -> bool:
        """Whether nobody needs to remember it any more: gone, or what it hung on is, for so long."""
        hangs_on_gone = verdict.why == 'parent' and verdict.state is None
        return entry.gone in self._forgotten or (hangs_on_gone and entry.last in self._forgotten)

    def _tell(self, table: str, state: State, old: Optional[Entry], found: Optional[Found], verdict: Verdict) -> None:
        self.tally.tables[table][state.value] += 1
        if state is State.NOT_LOOKED_AT:
            self.tally.why[verdict.why] += 1
            self.tally.unlooked[table] += verdict.why == 'look'
            return
        entry = verdict.entry or old
        severity = found.severity if found is not None else entry.severity if entry is not None else ''
        key = rank(state, table, severity).key
        if self._changes.has_room(key):
            identity = found.identity if found is not None else entry.identity if entry is not None else ''
            cells = found.cells if found is not None else [plain(cell) for cell in entry.cells] if entry else ()
            target, name = described(table, identity, cells)
            # What is back says when it was seen before.
            seen = old if old is not None and (found is None or old.gone) else entry
            first, last = (seen.first, seen.last) if seen is not None else (self._number, self._number)
            changed = [list(one) for one in verdict.changed]
            self._changes.add(key, Row(state.value, table, identity, target, name, severity, changed, first, last))

    def _looking(self, pairs: Iterator[Pair]) -> Iterator[Pair]:
        for number, pair in enumerate(pairs):
            if number % OFTEN == 0:
                self._look()
            yield pair


def _is_silent(old: Entry, now: Entry) -> bool:
    """Whether an address was looked for, did not answer, and is not gone yet; those of a CDN come and go."""
    return now.missed > old.missed and not now.gone and not now.cdn
