"""Memory does not grow with the number of rows."""

import tempfile
import tracemalloc

import pytest

from scan_notify_plugin.exporters.csv_zip import CsvExporter
from scan_notify_plugin.exporters.excel import ExcelExporter
from tests.exporters.samples import FakeRows, make_table


def peak(exporter, count):
    """The most bytes that Python had in use during an export of so many rows."""
    rows = (('http://h{}.example'.format(number), number) for number in range(count))
    with tempfile.TemporaryFile() as file:
        tracemalloc.start()
        try:
            exporter.export(None, FakeRows(make_table(rows)), file)
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()


@pytest.mark.parametrize('exporter', [ExcelExporter(), CsvExporter()])
def test_ten_times_the_rows_take_the_same_memory(exporter):
    peak(exporter, 10)  # imports and caches
    assert peak(exporter, 30000) < 1.3 * peak(exporter, 3000)
