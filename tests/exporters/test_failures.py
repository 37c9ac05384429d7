"""An export that is cancelled or cannot write ends with that very error and leaves nothing behind."""

import errno
import gc
import os
import tempfile
from io import BytesIO

import pytest

from scan_notify_plugin.exporters.csv_zip import CsvExporter
from scan_notify_plugin.exporters.excel import ExcelExporter
from tests.exporters.samples import FakeRows, export, make_table

pytestmark = pytest.mark.parametrize('exporter', [ExcelExporter(), CsvExporter()])


class Cancelled(Exception):
    """As the producer of the rows raises it."""


class FullDisk(BytesIO):
    """Has room for some bytes."""

    def __init__(self, room):
        super().__init__()
        self._room = room

    def write(self, data):
        self._room -= len(data)
        if self._room < 0:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return super().write(data)


@pytest.fixture(autouse=True)
def nothing_left_behind(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, 'tempdir', str(tmp_path))
    yield
    gc.collect()  # what is collected late must not complain; pytest would make that an error
    assert list(tmp_path.iterdir()) == []


def cancelled_after(count):
    for number in range(count):
        yield 'x' * 100, number
    raise Cancelled('by an administrator')


@pytest.mark.parametrize('count', [0, 1, 5000])
def test_a_cancellation_gets_through(exporter, count):
    with pytest.raises(Cancelled, match='by an administrator'):
        export(exporter, FakeRows(make_table(), make_table(cancelled_after(count))))


def test_a_cancellation_between_two_tables_gets_through(exporter):
    class Rows(FakeRows):
        def tables(self):
            yield make_table()
            raise Cancelled('by an administrator')

    with pytest.raises(Cancelled):
        export(exporter, Rows())


def test_an_overview_that_fails_gets_through(exporter):
    with pytest.raises(Cancelled):
        export(exporter, FakeRows(tasks=make_table(cancelled_after(1))))


@pytest.mark.parametrize('room', [0, 10, 300, 3000, 8000])
def test_a_full_disk_is_told_as_such(exporter, room):
    rows = FakeRows(make_table([(os.urandom(2000).hex(), number) for number in range(100)]))
    file = FullDisk(room)
    with pytest.raises(OSError) as raised:
        exporter.export(None, rows, file)
    assert raised.value.errno == errno.ENOSPC
    assert not file.closed


def test_the_rows_are_closed(exporter):
    """So that a producer can give its cursor back."""
    closed = []

    def rows():
        try:
            yield 'x', 1
            raise Cancelled
        finally:
            closed.append(True)

    with pytest.raises(Cancelled):
        export(exporter, FakeRows(make_table(rows())))
    assert closed


def test_the_file_stays_open(exporter):
    file = BytesIO()
    exporter.export(None, FakeRows(make_table()), file)
    assert not file.closed
