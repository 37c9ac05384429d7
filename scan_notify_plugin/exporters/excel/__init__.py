"""The ``excel`` format: one workbook, written in one pass.

openpyxl makes the workbook with its styles, overview and charts; the rows go past it, straight into the file.
"""

from itertools import chain
from typing import BinaryIO, Iterator, Sequence

from hookspecs import Run
from scan_notify_plugin.exporters.archive import Archive, archive
from scan_notify_plugin.exporters.base import Exporter, language_of
from scan_notify_plugin.exporters.brief import results_of
from scan_notify_plugin.exporters.excel.book import Book
from scan_notify_plugin.exporters.excel.sheet import MAX_BYTES, MAX_ROWS, write_sheet
from scan_notify_plugin.tables import Rows, Table

__all__ = ['ExcelExporter']


class ExcelExporter(Exporter):
    """The built-in format."""

    format = 'excel'
    extension = 'xlsx'
    media_type = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'

    #: of one worksheet, the header among them; what is over goes on in a further worksheet
    max_rows = MAX_ROWS
    max_bytes = MAX_BYTES

    def export(self, run: Run, rows: Rows, file: BinaryIO) -> None:
        book = Book(language_of(rows))
        with archive(file) as zipped:
            for table in rows.tables():
                _write_table(table, book, zipped, self.max_rows, self.max_bytes)
            book.finish(zipped, rows.overview(), results_of(rows))


def _write_table(table: Table, book: Book, zipped: Archive, max_rows: int, max_bytes: int) -> None:
    unread: Iterator[Sequence[object]] = iter(table.rows)
    while True:
        with zipped.member(book.add_sheet(table.title)) as member:
            written = write_sheet(member, table.columns, unread, book.styles, max_rows, max_bytes, book.language)
        book.set_filter(written.area)
        if not written.left:
            return
        unread = chain(written.left, unread)
