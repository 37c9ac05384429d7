"""The ``csv`` format: a zip file with one CSV file for each table, and one for the overview."""

import re
from datetime import datetime
from io import TextIOWrapper
from typing import BinaryIO, Iterable, Iterator, List, Optional

from hookspecs import Run
from scan_notify_plugin.changes import Results
from scan_notify_plugin.exporters.archive import Archive, archive
from scan_notify_plugin.exporters.base import Exporter, language_of
from scan_notify_plugin.exporters.brief import change_facts, change_numbers, results_of
from scan_notify_plugin.exporters.cells import OPENERS, UNSEEN, cell
from scan_notify_plugin.exporters.names import Names
from scan_notify_plugin.tables import Overview, Rows, Table, counts, is_empty
from scan_notify_plugin.words import say

__all__ = ['CsvExporter']

#: What a spreadsheet may take for the beginning of a formula, in any width and after what does not show
#: (https://owasp.org/www-community/attacks/CSV_Injection). Quotes do not help: they are gone when it looks.
_BEGINS = re.compile('[\t\n]|[\\s{}]*[{}]'.format(UNSEEN, re.escape(OPENERS)))
#: Where the system's list separator is a semicolon or a tab, a spreadsheet splits our lines there. A quote that is
#: not at the beginning of such a piece is a character like others to it, so quoting the field does not help: the
#: piece, or what it takes for a new line, has to be harmless by itself. Quotes at its beginning do not show there.
_GOES_ON = re.compile('(?<=[;\t\n])(?=(?:[^\\S\t\n]|["{}])*[{}])'.format(UNSEEN, re.escape(OPENERS)))
#: What some reader of CSV takes for the end of a field or of a line.
_SEPARATING = re.compile('[;\t\n,"\u2028\u2029]')
#: The last member, with a name that no table can take.
_OVERVIEW = 'overview.csv'
#: Lines that are collected before they are compressed, in characters.
_CHUNK = 1 << 16


class CsvExporter(Exporter):
    """For other programs, and for tables with more rows than a worksheet has."""

    format = 'csv'
    extension = 'zip'
    media_type = 'application/zip'

    def export(self, run: Run, rows: Rows, file: BinaryIO) -> None:
        language = language_of(rows)
        names = Names((_OVERVIEW,))
        with archive(file) as zipped:
            for table in rows.tables():
                _write_table(zipped, names, table, language)
            overview = rows.overview()
            _write_table(zipped, names, overview.tasks, language)
            _write(zipped, _OVERVIEW, _overview_lines(overview, results_of(rows), language), language)


def _write_table(zipped: Archive, names: Names, table: Table, language: str) -> None:
    _write(zipped, names.take(table.name), _table_lines(table), language)


def _table_lines(table: Table) -> Iterator[Iterable[object]]:
    yield [column.title for column in table.columns]
    yield from table.rows


def _overview_lines(overview: Overview, results: Optional[Results], language: str) -> Iterator[Iterable[object]]:
    yield say('workbook.fact', language), say('workbook.value', language)
    yield from overview.facts
    yield from change_facts(results, language)
    if is_empty(overview):
        yield (say('workbook.empty', language),)
    yield ()
    changes = change_numbers(results, language)
    if changes:
        yield say('table.changes', language), say('workbook.number', language)
        yield from changes
        yield ()
    yield [say(code, language) for code in ('workbook.table', 'workbook.rows', 'workbook.skipped')]
    yield from counts(overview)


def _write(zipped: Archive, member: str, lines: Iterable[Iterable[object]], language: str) -> None:
    # The size is not known before, and may pass the 2 GiB of a plain zip entry.
    raw = zipped.member(member, large=True)
    with TextIOWrapper(raw, 'utf-8-sig', newline='') as file:
        chunk, waiting = [], 0
        for line in lines:
            chunk.append(_line([_field(value, language) for value in line]))
            waiting += len(chunk[-1])
            if waiting > _CHUNK:
                chunk.append('')
                file.write('\r\n'.join(chunk))
                chunk, waiting = [], 0
        chunk.append('')
        file.write('\r\n'.join(chunk))


def _line(fields: List[str]) -> str:
    # Where semicolons separate, a line without any is one cell, and the comma a decimal one: -7,5+...
    if fields and fields[0][:1] == '-' and any(fields[1:]):
        fields[0] = "'" + fields[0]
    return ','.join(fields)


def _field(value: object, language: str) -> str:
    """A value as RFC 4180 wants it, and as no other reader takes it for more than a text."""
    value = cell(value, language)
    if isinstance(value, str):
        return _text(value)
    if value is None:
        return ''
    if isinstance(value, bool):
        return 'TRUE' if value else 'FALSE'
    return value.isoformat(' ') if isinstance(value, datetime) else repr(value)


def _text(value: str) -> str:
    if _BEGINS.match(value):
        value = "'" + value
    if _SEPARATING.search(value):
        return '"' + _GOES_ON.sub("'", value).replace('"', '""') + '"'
    # Readers take away the blanks around a field that has no quotes.
    return '"' + value + '"' if value != value.strip() else value
