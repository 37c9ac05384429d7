"""The ledger of a schedule as a file: all that was ever found, in the order of identities, and the memory."""

import zlib
from operator import itemgetter
from typing import BinaryIO, Iterator, List, Set

from scan_notify_plugin.faults import Fault
from scan_notify_plugin.host.results.identity import WATCHED
from scan_notify_plugin.results.container import Reader, Unreadable, Writer
from scan_notify_plugin.results.entry import PER_BLOCK, Entry, packed, unpacked
from scan_notify_plugin.results.look import HOLDERS
from scan_notify_plugin.results.memory import Memory, remembered
from scan_notify_plugin.results.scopes import Scopes

__all__ = ['KIND', 'Ledger', 'LedgerWriter']

KIND = 'ledger'
#: What is in a block that is none of ours.
_ODD = (KeyError, IndexError, TypeError, ValueError, AttributeError, zlib.error, RecursionError)


class Ledger:
    """Reads one.

    :raises Unreadable: if the file is none, is cut, or is of a newer release
    """

    def __init__(self, file: BinaryIO) -> None:
        self._reader = Reader(file, KIND)
        self.memory = remembered(self._reader.about)

    @property
    def tables(self) -> List[str]:
        return self._reader.groups

    def entries(self, table: str, scopes: Scopes) -> Iterator[Entry]:
        """The records of a table, by identity.

        :raises Unreadable: if one of its blocks is none
        """
        width, elements = len(WATCHED.get(table, ())), len(self.memory.elements)
        try:
            for block in self._reader.blocks(table):
                entries = unpacked(block, scopes.number, width)  # type: ignore[arg-type]
                if any(not 0 <= one < elements for each in block['e'] for one in each):  # type: ignore[index]
                    raise ValueError('no such element')
                yield from entries
        except _ODD:
            raise Unreadable(Fault('ledger.foreign')) from None

    def close(self) -> None:
        self._reader.close()


class LedgerWriter:
    """Writes one, table by table; records come in the order of their identities."""

    def __init__(self, file: BinaryIO, scopes: Scopes) -> None:
        self._writer = Writer(file, KIND)
        self._scopes = scopes
        self._waiting: List[Entry] = []
        self._named: Set[int] = set()
        self._holding: Set[int] = set()
        self.records = 0

    def add(self, table: str, entry: Entry) -> None:
        """The next record."""
        self._waiting.append(entry)
        if len(self._waiting) >= PER_BLOCK:
            self._write(table)

    def end(self, table: str) -> None:
        """No record of this table follows."""
        if self._waiting:
            self._write(table)

    def finish(self, memory: Memory) -> int:
        """Write what it remembers; the bytes of the whole."""
        memory.holds = {element for scope in self._holding for element in self._scopes.elements(scope)}
        return self._writer.finish(memory.about(self._named))

    def _write(self, table: str) -> None:
        entries, self._waiting = self._waiting, []
        for place in (4, 5, 6):
            self._named.update(map(itemgetter(place), entries))
        if table in HOLDERS:
            self._holding.update(entry.scope for entry in entries if not entry.gone)
        self._writer.block(table, packed(entries, self._scopes.elements))
        self.records += len(entries)
