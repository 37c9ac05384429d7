"""The battery that every format passes: what the worker may rely on, whatever a run has found.

A format's test subclasses :class:`ExporterConformance` and says how its reports are read back::

    class TestJsonLines(ExporterConformance):
        @pytest.fixture
        def subject(self):
            return Subject(JsonLines(), read, empty='found nothing')

It needs pytest and the extra ``demo``.
"""

import errno
import gc
import os
import re
import tempfile
import tracemalloc
from io import BytesIO
from pathlib import Path
from typing import BinaryIO, Callable, Iterable, Iterator, List, Mapping, NamedTuple, Sequence, cast

import pytest

from hookspecs import Export
from scan_notify_plugin.exporters.base import Exporter
from scan_notify_plugin.plugins.loading import Installed, load
from scan_notify_plugin.testing.loop import Loop
from scan_notify_plugin.testing.sample_rows import (
    HOSTILE,
    ODD,
    FullDisk,
    Interrupted,
    SampleRows,
    export,
    interrupted_after,
    make_run,
    make_table,
)

__all__ = ['ExporterConformance', 'SampleRows', 'Subject', 'export', 'make_table']

Sheet = Sequence[Sequence[object]]


class Subject(NamedTuple):
    """A format, and how its reports are read back."""

    exporter: Exporter
    #: a report's bytes as ``{a name: rows of cells}``, the first row of a table being its column titles, the overview
    #: among them; raises for a report that is broken
    read: Callable[[bytes], Mapping[str, Sheet]]
    #: a cell that stands in the Chinese report of a run that found nothing, and in no other
    empty: object
    #: the cells of a report that the program which opens it would compute instead of show
    formulas: Callable[[bytes], Sequence[object]] = lambda data: ()


class ExporterConformance:
    """See the module. ``subject`` is yours to define; everything else is inherited."""

    @pytest.fixture
    def subject(self) -> Subject:
        raise NotImplementedError('define the fixture `subject`')

    @pytest.fixture(autouse=True)
    def nothing_left_behind(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
        """No file stays but the report."""
        monkeypatch.setattr(tempfile, 'tempdir', str(tmp_path / 'temporary'))
        yield from watched(tmp_path / 'temporary')

    def test_the_loader_takes_it(self, subject: Subject) -> None:
        (row,) = load(found=[_point(subject.exporter)]).rows
        assert (row.state, row.error, row.format) == ('active', '', subject.exporter.format)

    def test_it_answers_where_its_format_is_wanted(self, subject: Subject) -> None:
        name = subject.exporter.format
        assert subject.exporter.on_run_complete(make_run('x-' + name, name)) in (Export(name), [Export(name)])
        assert not subject.exporter.on_run_complete(make_run('x-' + name))

    def test_the_file_name_ends_the_same_way_every_time(self, subject: Subject) -> None:
        before = subject.exporter.extension
        export(subject.exporter, SampleRows())
        assert re.fullmatch('[a-z0-9]{1,8}', before) and subject.exporter.extension == before
        assert re.fullmatch(r'[a-z0-9.+-]+/[a-z0-9.+-]+', subject.exporter.media_type)

    def test_a_run_that_found_nothing_gives_a_report_that_says_so(self, subject: Subject) -> None:
        for tables in ((), (make_table([]),), (make_table([]), make_table([], 'ip'))):
            shown = subject.read(export(subject.exporter, SampleRows(*tables)))
            assert subject.empty in cells(shown), 'nowhere does it say that nothing was found'
        shown = subject.read(export(subject.exporter, SampleRows(make_table([]), make_table([('x', 1)], 'ip'))))
        assert subject.empty not in cells(shown), 'it says that nothing was found, and something was'

    def test_every_row_is_in_its_table_in_order(self, subject: Subject) -> None:
        sites = [('http://198.51.100.{}'.format(number), number) for number in range(300)]
        rows = SampleRows(
            make_table(sites),
            make_table([], 'none', ('of these',)),
            make_table([('10.0.0.1', None)], 'ip', ('ip', 'os')),
        )
        shown = subject.read(export(subject.exporter, rows))
        assert table_in(shown, ('site', 'status')) == plain(sites)
        assert table_in(shown, ('ip', 'os')) == [['10.0.0.1', '']]

    def test_the_numbers_it_tells_are_those_of_the_rows(self, subject: Subject) -> None:
        tables = [make_table([('x', 1)] * count, name) for name, count in (('site', 7), ('ip', 0), ('domain', 1234))]
        shown = subject.read(export(subject.exporter, SampleRows(*tables)))
        lines = [list(map(text_of, row)) for sheet in shown.values() for row in sheet]
        for table, count in zip(tables, ('7', '0', '1234')):
            assert any(table.title in line and count in line for line in lines), (table.title, count)

    def test_what_strangers_wrote_is_data(self, subject: Subject) -> None:
        data = export(subject.exporter, SampleRows(make_table([(value, 'after') for value in HOSTILE])))
        rows = table_in(subject.read(data), ('site', 'status'))
        assert len(rows) == len(HOSTILE), 'a cell became rows, or was lost'
        for value, row in zip(HOSTILE, rows):
            assert 'KEPT' in row[0] and row[1:] == ['after'], (value[:40], row)
        assert list(subject.formulas(data)) == []

    def test_chinese_comes_through(self, subject: Subject) -> None:
        table = make_table([('登录 - 管理后台 😀', '未授权访问')], '站点', ('标题', '漏洞'))
        shown = subject.read(export(subject.exporter, SampleRows(table)))
        assert table_in(shown, ('标题', '漏洞')) == [['登录 - 管理后台 😀', '未授权访问']]

    def test_odd_values_are_cells_like_others(self, subject: Subject) -> None:
        data = export(subject.exporter, SampleRows(make_table([(value, 'after') for value in ODD])))
        rows = table_in(subject.read(data), ('site', 'status'))
        assert len(rows) == len(ODD)
        assert [row[-1] for row in rows] == ['after'] * len(ODD)

    def test_many_rows_take_no_more_memory_than_few(self, subject: Subject) -> None:
        peak(subject.exporter, 10)  # imports and caches
        assert peak(subject.exporter, 12000) < peak(subject.exporter, 2000) + 500000, 'rows are kept'

    def test_an_end_from_outside_gets_through(self, subject: Subject) -> None:
        for count in (0, 1, 3000):
            closed: List[int] = []
            rows = SampleRows(make_table(), make_table(interrupted_after(count, closed), 'ip'))
            with pytest.raises(Interrupted):
                export(subject.exporter, rows)
            assert closed, 'the rows were not closed'
        with pytest.raises(Interrupted):
            export(subject.exporter, SampleRows(make_table(), overview_fails=Interrupted()))

    def test_a_full_disk_is_told_as_such(self, subject: Subject) -> None:
        for room in (0, 10, 300, 3000):
            file = FullDisk(room)
            with pytest.raises(OSError) as caught:
                noise = [(os.urandom(1000).hex(), number) for number in range(100)]
                subject.exporter.export(make_run(), SampleRows(make_table(noise)), file)
            assert caught.value.errno == errno.ENOSPC
            assert not file.closed

    def test_the_file_stays_open_and_begins_with_the_report(self, subject: Subject) -> None:
        file = BytesIO()
        subject.exporter.export(make_run(), SampleRows(make_table()), file)
        assert not file.closed
        assert table_in(subject.read(file.getvalue()), ('site', 'status'))

    def test_two_reports_do_not_mix(self, subject: Subject) -> None:
        export(subject.exporter, SampleRows(make_table([('first', 1)] * 3)))
        shown = subject.read(export(subject.exporter, SampleRows(make_table([('second', 2)]))))
        assert table_in(shown, ('site', 'status')) == [['second', '2']]

    def test_a_run_gets_its_report(self, subject: Subject, tmp_path: Path) -> None:
        exporter = subject.exporter
        defaults = {'EXPORT_ENABLE': True, 'EXPORT_FORMAT': [exporter.format]}
        section = {'DEFAULTS': defaults, 'REPORT_STORAGE': 'directory'}
        loop = Loop({'SCAN_NOTIFY': section}, [_point(exporter)], folder=tmp_path / 'reports')
        run_id = loop.finished_run()
        loop.run_through(2)
        (job,) = loop.jobs(run_id)
        assert (job['kind'], job['state']) == ('export', 'success'), job['faults']
        (report,) = loop.context.reports.of_runs([run_id])
        assert (report.state.value, report.name.rpartition('.')[2]) == ('ready', exporter.extension)
        stored = loop.context.storage_of(report).read(report.place)
        assert subject.empty in cells(subject.read(b''.join(stored)))


def watched(folder: Path) -> Iterator[None]:
    folder.mkdir()
    yield
    gc.collect()  # what is collected late must not complain; pytest can make that an error
    assert list(folder.iterdir()) == [], 'a file was left behind'


def _point(exporter: Exporter) -> Installed:
    return Installed('subject', None, lambda: exporter)


def peak(exporter: Exporter, count: int) -> int:
    """The most bytes that Python had in use during an export of so many rows."""
    rows = (('{:0200}'.format(number), number) for number in range(count))
    with tempfile.TemporaryFile() as file:
        tracemalloc.start()
        try:
            exporter.export(make_run(exporter.format), SampleRows(make_table(rows)), cast(BinaryIO, file))
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()


def text_of(value: object) -> str:
    return '' if value is None else str(value)


def plain(rows: Iterable[Sequence[object]]) -> List[List[str]]:
    return [[text_of(value) for value in row] for row in rows]


def table_in(shown: Mapping[str, Sheet], titles: Sequence[str]) -> List[List[str]]:
    """The rows of the table with these column titles."""
    found = [plain(sheet)[1:] for sheet in shown.values() if sheet and list(sheet[0]) == list(titles)]
    assert len(found) == 1, 'no table, or several, with the columns {}'.format(titles)
    return found[0]


def cells(shown: Mapping[str, Sheet]) -> List[object]:
    return [cell for sheet in shown.values() for row in sheet for cell in row]
