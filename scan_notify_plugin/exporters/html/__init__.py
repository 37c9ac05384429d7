"""The ``html`` format: one file that opens anywhere, offline, on a phone and on paper. For reading, not for counting:
it is bounded, and says how much more is in the workbook.
"""

import shutil
from contextlib import ExitStack
from tempfile import TemporaryFile
from typing import IO, BinaryIO, List

from hookspecs import Run
from scan_notify_plugin.exporters.base import Exporter, language_of
from scan_notify_plugin.exporters.brief import results_of
from scan_notify_plugin.exporters.html import overview
from scan_notify_plugin.exporters.html.tables import Room, write_table
from scan_notify_plugin.markup import STYLE, Html, joined, shown
from scan_notify_plugin.markup.page import TAIL, head
from scan_notify_plugin.tables import Rows, Table
from scan_notify_plugin.words import say

__all__ = ['HtmlExporter']

#: The table that stands before the overview.
_CHANGES = 'changes'


class HtmlExporter(Exporter):
    """The built-in format."""

    format = 'html'
    extension = 'html'
    media_type = 'text/html'

    def export(self, run: Run, rows: Rows, file: BinaryIO) -> None:
        # Tables are read before the overview, and stand behind it: they wait on disk.
        with ExitStack() as stack:
            first, rest = (stack.enter_context(TemporaryFile()) for _ in range(2))
            book = _Tables(language_of(rows), first, rest)
            for table in rows.tables():
                book.add(table)
            _put_together(run, rows, book, file)


class _Tables:
    """The tables of a report, each written as far as there is room for it."""

    def __init__(self, language: str, first: IO[bytes], rest: IO[bytes]) -> None:
        self.language = language
        self.first = first
        self.rest = rest
        #: of the narrow form of these tables
        self.styles: List[str] = []
        self._room = Room()
        self._number = 0

    def add(self, table: Table) -> None:
        is_first = table.name == _CHANGES and not self._number
        self._number += 1
        file, heading = (self.first, '') if is_first else (self.rest, 'h2')
        self.styles.append(write_table(file, table, 't{}'.format(self._number), self._room, self.language, heading))


def _put_together(run: Run, rows: Rows, book: _Tables, file: BinaryIO) -> None:
    language, found = book.language, rows.overview()
    title = say('html.heading', language, name=shown(run.schedule.name, 100), number=run.run_number)
    style = STYLE + ''.join(book.styles)
    write = file.write
    write(head(language, title, say('html.description', language), style, stands_alone=True).encode('utf-8'))
    write(overview.beginning(title, found, results_of(rows), language).encode('utf-8'))
    _copy(book.first, file)
    write(joined(overview.summary(found, results_of(rows), language)).encode('utf-8'))
    _copy(book.rest, file)
    write(Html(TAIL).encode('utf-8'))


def _copy(spooled: IO[bytes], file: BinaryIO) -> None:
    spooled.seek(0)
    shutil.copyfileobj(spooled, file)
