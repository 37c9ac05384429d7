"""The battery sees what it is for: each broken format fails the test that is meant for it."""

import errno

import pytest

from hookspecs import Export
from scan_notify_plugin.exporters import csv_zip
from scan_notify_plugin.exporters.csv_zip import CsvExporter
from scan_notify_plugin.testing.exporter_conformance import ExporterConformance, watched
from tests.contract.test_exporters import CSV

BATTERY = ExporterConformance()


class Altered:
    """The rows of another, with the tables changed on their way."""

    def __init__(self, rows, change):
        self._rows = rows
        self._change = change

    def tables(self):
        return (self._change(table) for table in self._rows.tables())

    def overview(self):
        return self._rows.overview()


class KeepsTheRows(CsvExporter):
    def export(self, run, rows, file):
        super().export(run, Altered(rows, lambda table: table._replace(rows=list(table.rows))), file)


class LosesARow(CsvExporter):
    def export(self, run, rows, file):
        super().export(run, Altered(rows, lambda table: table._replace(rows=list(table.rows)[1:])), file)


class BelievesInFormulas(CsvExporter):
    """Set apart below: it marks no cell as text."""


class Shortens(CsvExporter):
    def export(self, run, rows, file):
        def ascii_only(table):
            return table._replace(rows=(
                tuple(cell.encode('ascii', 'replace').decode() if isinstance(cell, str) else cell for cell in row)
                for row in table.rows
            ))  # fmt: skip

        super().export(run, Altered(rows, ascii_only), file)


class CountsNothing(CsvExporter):
    def export(self, run, rows, file):
        altered = Altered(rows, lambda table: table)
        altered.overview = lambda: rows.overview()._replace(totals=())
        super().export(run, altered, file)


class SaysNothingOfNothing(CsvExporter):
    def export(self, run, rows, file):
        altered = Altered(rows, lambda table: table)
        altered.overview = lambda: rows.overview()._replace(totals=(('x', 1),))
        super().export(run, altered, file)


class ReadsTheOverviewFirst(CsvExporter):
    def export(self, run, rows, file):
        rows.overview()
        super().export(run, rows, file)


class SwallowsErrors(CsvExporter):
    def export(self, run, rows, file):
        try:
            super().export(run, rows, file)
        except Exception:
            pass


class ClosesTheFile(CsvExporter):
    def export(self, run, rows, file):
        super().export(run, rows, file)
        file.close()


class RemembersTheLastRun(CsvExporter):
    seen = []

    def export(self, run, rows, file):
        def remembered(table):
            self.seen.extend(table.rows)
            return table._replace(rows=list(self.seen))

        super().export(run, Altered(rows, remembered), file)


class HasNoExtension(CsvExporter):
    extension = ''


class CountsItsNames(CsvExporter):
    def export(self, run, rows, file):
        super().export(run, rows, file)
        self.extension = 'zip1'


class AnswersAlways(CsvExporter):
    def on_run_complete(self, run):
        return [Export(self.format)]


class AnswersNever(CsvExporter):
    def on_run_complete(self, run):
        return None


class HasNoKind(CsvExporter):
    media_type = 'a zip file'


class SaysNothingOfSomething(CsvExporter):
    def export(self, run, rows, file):
        altered = Altered(rows, lambda table: table)
        altered.overview = lambda: rows.overview()._replace(totals=(('x', 0),))
        super().export(run, altered, file)


class ChangesRows(CsvExporter):
    """Rows by row, into some others."""

    def changed(self, row):
        raise NotImplementedError

    def export(self, run, rows, file):
        super().export(run, Altered(rows, lambda table: table._replace(
            rows=(new for row in table.rows for new in self.changed(row))
        )), file)  # fmt: skip


class BreaksLines(ChangesRows):
    def changed(self, row):
        return [(line,) + row[1:] for line in row[0].split('\n')]


class LosesWords(ChangesRows):
    def changed(self, row):
        return [('',) + row[1:]]


class LosesTheEmpty(ChangesRows):
    def changed(self, row):
        return [] if row[0] is None else [row]


class LosesTheColumnAfter(ChangesRows):
    def changed(self, row):
        return [(row[0], None if isinstance(row[0], float) else row[1])]


class DropsEmptyCells(CsvExporter):
    def export(self, run, rows, file):
        super().export(run, Altered(rows, lambda table: table._replace(
            rows=(tuple(cell for cell in row if cell is not None) for row in table.rows)
        )), file)  # fmt: skip


class NamesAnotherError(CsvExporter):
    def export(self, run, rows, file):
        try:
            super().export(run, rows, file)
        except OSError:
            raise OSError(errno.EIO, 'it did not work')


class ClosesOnErrors(CsvExporter):
    def export(self, run, rows, file):
        try:
            super().export(run, rows, file)
        except OSError:
            file.close()
            raise


class StumblesOverText(CsvExporter):
    def export(self, run, rows, file):
        super().export(run, Altered(rows, lambda table: table._replace(
            rows=((row[0] + '', row[1]) for row in table.rows)
        )), file)  # fmt: skip


MUTANTS = (
    (HasNoExtension, 'test_the_loader_takes_it', ()),
    (AnswersAlways, 'test_it_answers_where_its_format_is_wanted', ()),
    (AnswersNever, 'test_it_answers_where_its_format_is_wanted', ()),
    (HasNoKind, 'test_the_file_name_ends_the_same_way_every_time', ()),
    (SaysNothingOfSomething, 'test_a_run_that_found_nothing_gives_a_report_that_says_so', ()),
    (BreaksLines, 'test_what_strangers_wrote_is_data', ()),
    (LosesWords, 'test_what_strangers_wrote_is_data', ()),
    (LosesTheEmpty, 'test_odd_values_are_cells_like_others', ()),
    (LosesTheColumnAfter, 'test_odd_values_are_cells_like_others', ()),
    (DropsEmptyCells, 'test_every_row_is_in_its_table_in_order', ()),
    (NamesAnotherError, 'test_a_full_disk_is_told_as_such', ()),
    (ClosesOnErrors, 'test_a_full_disk_is_told_as_such', ()),
    (CountsItsNames, 'test_the_file_name_ends_the_same_way_every_time', ()),
    (SaysNothingOfNothing, 'test_a_run_that_found_nothing_gives_a_report_that_says_so', ()),
    (LosesARow, 'test_every_row_is_in_its_table_in_order', ()),
    (ReadsTheOverviewFirst, 'test_every_row_is_in_its_table_in_order', ()),
    (CountsNothing, 'test_the_numbers_it_tells_are_those_of_the_rows', ()),
    (BelievesInFormulas, 'test_what_strangers_wrote_is_data', ()),
    (Shortens, 'test_chinese_comes_through', ()),
    (StumblesOverText, 'test_odd_values_are_cells_like_others', ()),
    (KeepsTheRows, 'test_many_rows_take_no_more_memory_than_few', ()),
    (SwallowsErrors, 'test_an_end_from_outside_gets_through', ()),
    (SwallowsErrors, 'test_a_full_disk_is_told_as_such', ()),
    (ClosesTheFile, 'test_the_file_stays_open_and_begins_with_the_report', ()),
    (RemembersTheLastRun, 'test_two_reports_do_not_mix', ()),
    (HasNoExtension, 'test_a_run_gets_its_report', 'tmp_path'),
)


@pytest.fixture(autouse=True)
def fields_as_they_come(monkeypatch):
    """Lets one of them write cells without the mark of a text."""
    safe, whole = csv_zip._field, CsvExporter.export

    def unmarked(value):
        field = safe(value)
        return field[1:] if isinstance(field, str) and field.startswith("'") else field

    def export(self, run, rows, file):
        monkeypatch.setattr(csv_zip, '_field', unmarked if isinstance(self, BelievesInFormulas) else safe)
        whole(self, run, rows, file)

    monkeypatch.setattr(CsvExporter, 'export', export)


@pytest.mark.parametrize('broken, test, more', MUTANTS, ids=['{}-{}'.format(m[0].__name__, m[1]) for m in MUTANTS])
def test_a_broken_format_fails(broken, test, more, tmp_path):
    for exporter, fails in ((CsvExporter(), False), (broken(), True)):
        try:
            getattr(BATTERY, test)(CSV._replace(exporter=exporter), *([tmp_path] if more else []))
            failed = False
        except (Exception, pytest.fail.Exception):  # a broken report may also be one that cannot be read
            failed = True
        assert failed is fails, exporter


def test_a_file_left_behind_is_seen(tmp_path):
    running = watched(tmp_path / 'temporary')
    next(running)
    (tmp_path / 'temporary' / 'left').write_text('')
    with pytest.raises(AssertionError):
        next(running)


def test_every_test_of_the_battery_is_seen_to_fail():
    tests = {name for name in vars(ExporterConformance) if name.startswith('test_')}
    assert tests == {test for _, test, _ in MUTANTS}
