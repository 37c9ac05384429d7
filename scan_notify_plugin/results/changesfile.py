"""The changes file of a run: all that is not known, the worst first, and since when each record is known."""

import json
import sys
import zlib
from array import array
from bisect import bisect_left
from datetime import datetime, timedelta, timezone
from typing import BinaryIO, Dict, Iterator, List, Mapping, NamedTuple, Optional, Sequence, Tuple, cast

from scan_notify_plugin.changes import Change, Changed, State, digest
from scan_notify_plugin.faults import Fault
from scan_notify_plugin.results.container import Reader, Unreadable, Writer
from scan_notify_plugin.results.memory import Memory, milliseconds
from scan_notify_plugin.results.ranking import Selection, size_of
from scan_notify_plugin.spool import Spool

__all__ = ['ChangesFile', 'ChangesWriter', 'KIND', 'MOST_ROWS', 'Row', 'StateMarks']

KIND = 'changes'
#: More changes than these are only counted.
MOST_ROWS = 200000
#: Changes of a block.
PER_BLOCK = 500
#: Of an identity in what is kept beside the run; longer ones are in the file.
MOST_OF_A_NAME = 1000

_STATES = list(State)
_NUMBERS = {state: number for number, state in enumerate(_STATES)}
_BITS = 4
_BEGINNING = datetime(1970, 1, 1, tzinfo=timezone.utc)
_ODD = (KeyError, IndexError, TypeError, ValueError, AttributeError, zlib.error, RecursionError, OverflowError)


class Row(NamedTuple):
    """A change as it is stored; rounds by the ledger's numbers."""

    state: str
    table: str
    identity: str
    target: str
    name: str
    severity: str
    cells: Sequence[Sequence[str]]
    first: int
    last: int


class ChangesWriter:
    """Collects the changes of a run, and writes them.

    :param spool: where they are put in order
    """

    def __init__(self, file: BinaryIO, spool: Spool) -> None:
        self._writer = Writer(file, KIND)
        self._sorter = spool.sorter(2)
        self._counts: Dict[str, int] = {}
        self._added = 0
        self._marks: List[int] = []

    def has_room(self, key: str) -> bool:
        """Whether a change of this rank can be among the worst."""
        self._added += 1
        self._counts[key] = self._counts.get(key, 0) + 1
        if self._added <= MOST_ROWS:
            return True
        return sum(count for one, count in self._counts.items() if one <= key) <= MOST_ROWS

    def add(self, key: str, row: Row) -> None:
        """A change for which there is room."""
        self._sorter.add([(key, json.dumps(row, ensure_ascii=True, separators=(',', ':')))])

    def mark(self, identity: str, state: State, first: int) -> None:
        """A record of the table that is in turn, as a report has it."""
        self._marks.append((digest(identity) << 32) + (first << _BITS) + _NUMBERS[state])

    def end(self, table: str) -> None:
        """No mark of this table follows."""
        if self._marks:
            marks, self._marks = sorted(self._marks), []
            digests, rest = array('Q', [one >> 32 for one in marks]), array('I', [one & 0xFFFFFFFF for one in marks])
            self._writer.raw('marks:' + table, _stored(digests))
            self._writer.raw('marks:' + table, zlib.compress(_stored(rest)))

    def finish(self, memory: Memory) -> int:
        """Write the changes; the bytes of the whole."""
        selection, block, count = Selection(), [], 0  # type: Selection, List[object], int
        for rows in self._sorter.in_order():
            for key, text in rows:
                if count < MOST_ROWS:
                    row = json.loads(str(text))
                    block.append(row)
                    count += 1
                    selection.add(int(str(key)[0]), row, size_of(_texts(row), row[6]))
                if len(block) >= PER_BLOCK:
                    self._writer.block('rows', block)
                    block = []
        if block:
            self._writer.block('rows', block)
        self._sorter.drop()
        rounds = [[number, one.number, milliseconds(one.fired_at)] for number, one in memory.rounds.items()]
        return self._writer.finish({'rows': count, 'rounds': rounds, 'top': selection.rows()})


class ChangesFile:
    """Reads one.

    :raises Unreadable: if the file is none, is cut, or is of a newer release
    """

    def __init__(self, file: BinaryIO) -> None:
        self._reader = Reader(file, KIND)
        try:
            about = cast(Mapping[str, List[List[int]]], self._reader.about)
            self._rounds = {number: (round, _moment(ms)) for number, round, ms in about['rounds']}
            self.rows = int(cast(int, about['rows']))
            self._top = cast(List[List[object]], about['top'])
        except _ODD:
            raise Unreadable(Fault('ledger.foreign')) from None

    def top(self) -> Tuple[Change, ...]:
        """What is kept beside the run; fit for a document."""
        changes = [self._change(row) for row in self._top]
        return tuple([one._replace(identity=one.identity[:MOST_OF_A_NAME]) for one in changes])

    def changes(self, skip: int = 0) -> Iterator[Change]:
        """The worst first.

        :param skip: so many are left out
        """
        place = 0
        blocks = self._reader.blocks('rows')
        while True:
            try:
                rows = cast(List[List[object]], next(blocks, []))
                changes = [self._change(row) for row in rows[max(0, skip - place) :]]
            except _ODD:
                raise Unreadable(Fault('ledger.foreign')) from None
            if not rows:
                return
            yield from changes
            place += len(rows)

    def marks(self) -> 'StateMarks':
        """What a report says of each record."""
        tables = {}
        try:
            for group in self._reader.groups:
                if group.startswith('marks:'):
                    digests, rest = self._reader.pieces(group)
                    tables[group[len('marks:') :]] = (_read('Q', digests), _read('I', zlib.decompress(rest)))
        except _ODD:
            raise Unreadable(Fault('ledger.foreign')) from None
        return StateMarks(tables, {number: at for number, (_, at) in self._rounds.items()})

    def close(self) -> None:
        self._reader.close()

    def _change(self, stored: Sequence[object]) -> Change:
        try:
            row = Row(*stored)  # type: ignore[arg-type]
            first, last = self._rounds.get(row.first, (None, None)), self._rounds.get(row.last, (None, None))
            cells = tuple([Changed(*cell) for cell in row.cells])
            names = (row.table, row.identity, row.target, row.name, row.severity)
            return Change(State(row.state), *names, cells, first[1], last[1], first[0], last[0])
        except _ODD:
            raise Unreadable(Fault('ledger.foreign')) from None


class StateMarks:
    """(table, identity) -> Mark, from sorted arrays."""

    def __init__(self, tables: Mapping[str, Tuple[array, array]], times: Mapping[int, datetime]) -> None:
        self._tables = tables
        self._times = times

    def find(self, table: str, identity: str) -> Optional[Tuple[State, Optional[datetime]]]:
        """None: the file says nothing of it."""
        digests, rest = self._tables.get(table, (None, None))
        if digests is None or rest is None:
            return None
        number = digest(identity)
        place = bisect_left(digests, number)
        if place == len(digests) or digests[place] != number:
            return None
        packed = rest[place]
        return _STATES[packed & (1 << _BITS) - 1], self._times.get(packed >> _BITS)


def _texts(row: Sequence[object]) -> List[str]:
    return [str(text)[:MOST_OF_A_NAME] for text in row[:6]]


def _moment(ms: int) -> datetime:
    return _BEGINNING + timedelta(milliseconds=ms)


def _stored(numbers: array) -> bytes:
    if sys.byteorder == 'big':
        numbers.byteswap()
    return numbers.tobytes()


def _read(kind: str, content: bytes) -> array:
    numbers = array(kind)
    numbers.frombytes(content)
    if sys.byteorder == 'big':
        numbers.byteswap()
    return numbers
