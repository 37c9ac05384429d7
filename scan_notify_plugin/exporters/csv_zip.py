"""The ``csv`` format: a zip file with one CSV file for each table, and one for the overview."""

import csv
import re
from datetime import datetime
from io import TextIOWrapper
from typing import BinaryIO, Iterable, Iterator, Set, Union
from zipfile import ZipFile

from hookspecs import Run
from scan_notify_plugin.exporters.archive import archive
from scan_notify_plugin.exporters.base import Exporter, language_of
from scan_notify_plugin.exporters.cells import cell
from scan_notify_plugin.tables import Overview, Rows, Table, counts, is_empty
from scan_notify_plugin.words import say

__all__ = ['CsvExporter']

#: What a spreadsheet may take for the beginning of a formula, in any width and after what does not show
#: (https://owasp.org/www-community/attacks/CSV_Injection). Quotes do not help: they are gone when it looks.
_UNSEEN = '\\s\u00ad\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff'
_FORMULA = re.compile('[\t\n]|[' + _UNSEEN + ']*[=+\\-@＝＋－＠﹦﹢﹣﹫−]')


class CsvExporter(Exporter):
    """For other programs, and for tables with more rows than a worksheet has."""

    format = 'csv'
    extension = 'zip'
    media_type = 'application/zip'

    def export(self, run: Run, rows: Rows, file: BinaryIO) -> None:
        names, language = _Names(), language_of(rows)
        with archive(file) as zipped:
            for table in rows.tables():
                _write_table(zipped, names, table, language)
            overview = rows.overview()
            _write_table(zipped, names, overview.tasks, language)
            _write(zipped, names.take('overview'), _overview_lines(overview, language), language)


class _Names:
    """File names that are safe and different on every system, whatever the tables are called."""

    def __init__(self) -> None:
        self._taken: Set[str] = set()

    def take(self, title: str) -> str:
        safe = re.sub('[^A-Za-z0-9_-]+', '_', title)[:60] or 'table'
        name, number = safe, 1
        while name.lower() in self._taken:
            number += 1
            name = '{}_{}'.format(safe, number)
        self._taken.add(name.lower())
        return name + '.csv'


def _write_table(zipped: ZipFile, names: _Names, table: Table, language: str) -> None:
    _write(zipped, names.take(table.name), _table_lines(table), language)


def _table_lines(table: Table) -> Iterator[Iterable[object]]:
    yield [column.title for column in table.columns]
    yield from table.rows


def _overview_lines(overview: Overview, language: str) -> Iterator[Iterable[object]]:
    yield say('workbook.fact', language), say('workbook.value', language)
    yield from overview.facts
    if is_empty(overview):
        yield (say('workbook.empty', language),)
    yield ()
    yield [say(code, language) for code in ('workbook.table', 'workbook.rows', 'workbook.skipped')]
    yield from counts(overview)


def _write(zipped: ZipFile, member: str, lines: Iterable[Iterable[object]], language: str) -> None:
    # The size is not known before, and may pass the 2 GiB of a plain zip entry.
    raw = zipped.open(member, 'w', force_zip64=True)
    with TextIOWrapper(raw, 'utf-8-sig', newline='') as file:
        writer = csv.writer(file, lineterminator='\r\n')
        for line in lines:
            writer.writerow([_field(value, language) for value in line])


def _field(value: object, language: str) -> Union[str, float, None]:
    value = cell(value, language)
    if isinstance(value, str):
        return "'" + value if _FORMULA.match(value) else value
    if isinstance(value, bool):
        return 'TRUE' if value else 'FALSE'
    return value.isoformat(' ') if isinstance(value, datetime) else value
