"""The rows that the battery for formats hands to an exporter: ordinary, hostile, odd, many, and interrupted."""

import errno
import os
from datetime import datetime, timezone
from io import BytesIO
from typing import Any, Iterable, Iterator, List, Optional, Sequence, Tuple

from hookspecs import Run, Schedule
from scan_notify_plugin.exporters.base import Chart, Column, Exporter, Overview, Rows, Table

__all__ = [
    'HOSTILE',
    'ODD',
    'FullDisk',
    'Interrupted',
    'SampleRows',
    'export',
    'interrupted_after',
    'make_run',
    'make_table',
]

FIRED_AT = datetime(2026, 3, 1, 3, tzinfo=timezone.utc)
#: What scanned machines may send; each has the letters KEPT, which must come through.
HOSTILE = (
    '=KEPT', '=HYPERLINK("http://evil.example.com","KEPT")', '+KEPT', '-KEPT', '@KEPT', '\t=KEPT', '\r=KEPT', '\n=KEPT',
    ' =KEPT', '＝KEPT', '\u200b=KEPT', '<b>KEPT</b>&amp;]]>', '"KEPT", and; more', "'KEPT", '_x003D_KEPT',
    '\x00\x08\x1f\x7fKEPT', 'KEPT\r\nsecond\rthird\n{"fourth": 1}', '\u202eKEPT', '\ufffe\uffffKEPT',
    '\ud800KEPT\udc00',
    '../../KEPT', '{{ 7*7 }}KEPT', '\u2028KEPT\u2029', 'KEPT' + '字' * 40000, 'KEPT' + '😀' * 20000,
    'KEPT' + 'x' * 100000,
)  # fmt: skip
#: Values of all the types that a cell can have, at their ends.
ODD = (
    None, '', True, False, 0, -1, 10**15, -10**30, 1.5, 1e308, 5e-324, float('nan'), float('inf'), float('-inf'),
    datetime(2024, 2, 29, 23, 59, 59), datetime(1899, 12, 31), datetime.max, datetime.min,
)  # fmt: skip


class Interrupted(Exception):
    """As the reader of the results raises it."""


class SampleRows(Rows):
    """Tables as the worker hands them over. It insists on the order in which they may be read.

    :param overview_fails: what reading the overview raises
    """

    def __init__(self, *tables: Table, overview_fails: Optional[BaseException] = None) -> None:
        self._tables = tables
        self._fails = overview_fails
        self._totals: List[Tuple[str, int]] = []

    def tables(self) -> Iterator[Table]:
        for number, table in enumerate(self._tables):
            yield table._replace(rows=self._counted(table))
            assert len(self._totals) == number + 1, 'the rows of a table are read before the next table is asked for'

    def _counted(self, table: Table) -> Iterator[Tuple[object, ...]]:
        count = 0
        for row in table.rows:
            count += 1
            yield row
        self._totals.append((table.title, count))

    def overview(self) -> Overview:
        assert len(self._totals) == len(self._tables), 'the overview is asked for after the last row'
        if self._fails is not None:
            raise self._fails
        chart = Chart('端口', 'bar', (('80', 40), ('443', 3)))
        tasks = make_table([('198.51.100.1', 'done')], 'tasks', ('任务', '状态'))
        return Overview((('计划', '=每日巡检'), ('轮次', 7)), tasks, tuple(self._totals), (), (chart,))


class FullDisk(BytesIO):
    """Has room for some bytes."""

    def __init__(self, room: int) -> None:
        super().__init__()
        self._room = room

    def write(self, data: Any) -> int:
        self._room -= len(data)
        if self._room < 0:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return super().write(data)


def make_run(*formats: str) -> Run:
    schedule = Schedule('65e2a0c4c1a5dab8cb6205e9', 'nightly', 'recurrent_scan')
    return Run('65e2a0c4c1a5dab8cb6205e9:7', schedule, 7, FIRED_AT, 'finished', (), end_time=FIRED_AT, formats=formats)


def make_table(
    rows: Iterable[Tuple[object, ...]] = (('http://198.51.100.1', 200),),
    name: str = 'site',
    columns: Sequence[str] = ('site', 'status'),
) -> Table:
    """A table whose title is its name."""
    return Table(name, name, tuple(Column(title) for title in columns), rows)


def export(exporter: Exporter, rows: Rows) -> bytes:
    """The bytes of a report."""
    file = BytesIO()
    exporter.export(make_run(exporter.format), rows, file)
    return file.getvalue()


def interrupted_after(count: int, closed: List[int]) -> Iterator[Tuple[object, ...]]:
    """Rows that end as those of a cancelled export do."""
    try:
        for number in range(count):
            yield 'x' * 100, number
        raise Interrupted()
    finally:
        closed.append(count)
