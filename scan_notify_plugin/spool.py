"""A place on disk for rows that are put in order before they are told. No file of it can be left behind."""

import sqlite3
from contextlib import contextmanager
from itertools import count
from operator import itemgetter
from sys import getsizeof
from typing import Iterator, List, Optional, Sequence, Tuple, Union

from scan_notify_plugin.errors import ScanNotifyError
from scan_notify_plugin.faults import Fault

__all__ = ['Row', 'Sorter', 'Spool', 'SpoolError']

#: What SQLite holds.
Cell = Union[str, int, float, bytes, None]
Row = Tuple[Cell, ...]

#: What SQLite keeps in memory of the rows, and again as much while it sorts them, in KiB.
CACHE = 2048
#: What a sorter keeps in memory before it writes, in bytes; it measures every 16th row.
MEMORY = 10 << 20
SAMPLE = 16
#: Rows that are given back at once.
AT_ONCE = 250
#: Integers that SQLite can hold: https://www.sqlite.org/datatype3.html
_LARGEST = 2**63 - 1


class SpoolError(ScanNotifyError):
    """The temporary file cannot be written or read; nearly always the disk is full."""


class Spool:
    """A temporary SQLite database without a name.

    SQLite deletes its files as soon as it has opened them (https://www.sqlite.org/inmemorydb.html, "Temporary
    Databases"), so they are gone with the process, however that ends. They lie where SQLITE_TMPDIR or TMPDIR said
    when the process first used SQLite, else in /var/tmp (https://www.sqlite.org/tempfiles.html, 5).
    """

    def __init__(self) -> None:
        self._numbers = count()
        with _said_clearly():
            # One transaction that is never committed: nobody will ever read this again. The thread that closes it
            # may be another than the one that reads.
            self._db = sqlite3.connect('', isolation_level=None, check_same_thread=False)
            for pragma in ('journal_mode = OFF', 'synchronous = OFF', 'cache_size = -{}'.format(CACHE)):
                self._db.execute('PRAGMA ' + pragma).close()
            self._db.execute('BEGIN')

    def sorter(self, columns: int) -> 'Sorter':
        """A new, empty sorter of rows with so many columns."""
        return Sorter(self._db, 'rows_{}'.format(next(self._numbers)), columns)

    def close(self) -> None:
        self._db.close()

    def __enter__(self) -> 'Spool':
        return self

    def __exit__(self, *error: object) -> None:
        self.close()


class Sorter:
    """Takes rows in any order and gives them back by their first column; memory does not grow with their number.

    A cell is None, a number, a text or bytes; the keys of one sorter are all texts or all bytes. Rows with equal keys
    keep the order in which they came.
    """

    def __init__(self, db: sqlite3.Connection, name: str, columns: int) -> None:
        self._db = db
        self._name = name
        self._names = ','.join('c{}'.format(number) for number in range(columns))
        self._insert = 'INSERT INTO {} VALUES ({})'.format(name, ','.join('?' * columns))
        # All rows, as long as they are few and small; most tables of most runs are never written to disk.
        self._few: Optional[List[Row]] = []
        self._size = 0

    def add(self, rows: Sequence[Row]) -> None:
        if self._few is not None:
            self._few += rows
            self._size += SAMPLE * sum(map(_size, rows[::SAMPLE]))
            if self._size <= MEMORY:
                return
            rows, self._few = self._few, None
            with _said_clearly():
                self._db.execute('CREATE TABLE {} ({})'.format(self._name, self._names))
        self._store(rows)

    def in_order(self) -> Iterator[List[Row]]:
        """The rows by key, in lists."""
        if self._few is not None:
            self._few.sort(key=itemgetter(0))  # texts by code points, as SQLite does it
        return self._lists('c0, rowid')

    def as_added(self) -> Iterator[List[Row]]:
        """The rows in the order in which they came, in lists."""
        return self._lists('rowid')

    def drop(self) -> None:
        """Forget the rows; their space is used again."""
        if self._few is None:
            with _said_clearly():
                self._db.execute('DROP TABLE ' + self._name)
        self._few = []

    def _store(self, rows: Sequence[Row]) -> None:
        with _said_clearly():
            before = self._db.total_changes
            try:
                self._db.executemany(self._insert, rows)
            except (UnicodeEncodeError, OverflowError):  # rows before the one in question are in
                rest = rows[self._db.total_changes - before :]
                self._db.executemany(self._insert, [[_storable(cell) for cell in row] for row in rest])

    def _lists(self, order: str) -> Iterator[List[Row]]:
        if self._few is not None:
            for start in range(0, len(self._few), AT_ONCE):
                yield self._few[start : start + AT_ONCE]
            return
        with _said_clearly():
            cursor = self._db.execute('SELECT {} FROM {} ORDER BY {}'.format(self._names, self._name, order))
            rows = cursor.fetchmany(AT_ONCE)
            while rows:
                yield rows
                rows = cursor.fetchmany(AT_ONCE)


def _size(row: Row) -> int:
    return getsizeof(row) + sum(map(getsizeof, row))


def _storable(cell: Cell) -> Cell:
    """What SQLite takes: no lone surrogates, no integers of more than 64 bits."""
    if isinstance(cell, str):
        return cell.encode('utf-16-le', 'surrogatepass').decode('utf-16-le', 'replace')
    if isinstance(cell, int) and not -_LARGEST <= cell <= _LARGEST:
        return str(cell)
    return cell


@contextmanager
def _said_clearly() -> Iterator[None]:
    try:
        yield
    except sqlite3.OperationalError as error:  # "database or disk is full", "unable to open database file"
        raise SpoolError(Fault('spool.failed', detail=str(error))) from error
