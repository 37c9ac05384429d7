"""The workbook as a whole, read back by openpyxl."""

import re
from datetime import datetime
from io import BytesIO
from zipfile import ZIP64_LIMIT, ZipFile

import openpyxl
import pytest

from hookspecs import Export
from scan_notify_plugin.errors import ScanNotifyError
from scan_notify_plugin.exporters.excel import ExcelExporter, book
from scan_notify_plugin.words import say
from tests.exporters.samples import (
    HOSTILE,
    NO_TASKS,
    ODD,
    FakeRows,
    Rude,
    export,
    make_chart,
    make_run,
    make_table,
)


def make_workbook(*tables, **fields):
    return openpyxl.load_workbook(BytesIO(export(ExcelExporter(), FakeRows(*tables, **fields))))


def values(sheet):
    return [tuple(row) for row in sheet.iter_rows(values_only=True)]


def all_cells(workbook):
    return [cell for sheet in workbook for row in sheet.iter_rows() for cell in row]


class Small(ExcelExporter):
    """Excel with worksheets of three rows."""

    max_rows = 3


def test_it_answers_where_its_format_is_wanted():
    exporter = ExcelExporter()
    assert exporter.on_run_complete(make_run(formats=('csv', 'excel'))) == Export('excel')
    assert exporter.on_run_complete(make_run(formats=())) is None


def test_the_overview_comes_first_and_then_the_tables_in_order():
    workbook = make_workbook(make_table(), make_table([], title='IP', columns=('IP', '端口信息', '操作系统')))
    assert workbook.sheetnames == [say('workbook.overview', 'zh'), '站点', 'IP']
    assert workbook.active.title == say('workbook.overview', 'zh')
    assert values(workbook['站点']) == [('site', '状态码'), ('http://a.example', 200)]
    assert values(workbook['IP']) == [('IP', '端口信息', '操作系统')]


def test_a_table_can_be_read_and_filtered():
    sheet = make_workbook(make_table([('a', 1), ('b', 2)]))['站点']
    assert sheet.freeze_panes == 'A2'
    assert sheet.auto_filter.ref == 'A1:B3'
    assert sheet.column_dimensions['A'].width == 20
    assert all(cell.font.b and cell.fill.fill_type == 'solid' for cell in sheet[1])


def test_types_are_kept():
    at = datetime(2024, 2, 29, 23, 59, 59)
    sheet = make_workbook(make_table([(7, -1.5, True, at, None, '7')], columns='abcdef'))['站点']
    assert values(sheet)[1] == (7, -1.5, True, at, None, '7')
    assert sheet['D2'].is_date
    assert [cell.data_type for cell in sheet[2]] == ['n', 'n', 'b', 'd', 'n', 's']


def test_strangers_write_text_and_nothing_else():
    odd = HOSTILE + ODD + (Rude(),)
    tables = [make_table([(value, value) for value in odd]), make_table(title='=1+1', columns=('=1', '@x'))]
    tasks = NO_TASKS._replace(rows=[(value, value) for value in odd])
    charts = [make_chart(title='=1+1\x00', pairs=(('=1\x08', 2),))]
    workbook = make_workbook(
        *tables,
        facts=[('=1', value) for value in odd],
        tasks=tasks,
        charts=charts,
        totals=(('=1+1', 1),),
        skipped=(('=2', 1),),
    )
    assert {cell.data_type for cell in all_cells(workbook)} <= {'s', 'n', 'b', 'd'}  # no formula, no error
    assert workbook['站点'].max_row == len(odd) + 1
    written = [row[0] for row in values(workbook['站点'])]
    assert '=HYPERLINK("http://evil.example","x")' in written
    assert {cell.quotePrefix for cell in all_cells(workbook) if str(cell.value).startswith('=')} == {True}


def test_a_long_table_goes_on_in_further_worksheets():
    long = make_table([(number, None) for number in range(5)])
    rows = FakeRows(long, make_table([(1, 2)] * 2, title='站点 (2)'))
    workbook = openpyxl.load_workbook(BytesIO(export(Small(), rows)))
    assert workbook.sheetnames == [say('workbook.overview', 'zh'), '站点', '站点 (2)', '站点 (3)', '站点 (2) (2)']
    assert [values(sheet) for sheet in workbook.worksheets[1:4]] == [
        [('site', '状态码'), (0, None), (1, None)],
        [('site', '状态码'), (2, None), (3, None)],
        [('site', '状态码'), (4, None)],
    ]
    areas = [sheet.auto_filter.ref for sheet in workbook.worksheets[1:]]
    assert areas == ['A1:B3', 'A1:B3', 'A1:B2', 'A1:B3']


def test_the_overview_tells_the_run():
    tasks = make_table([('scan 1', 'done'), ('scan 2', 'error')], columns=('任务', '状态'))
    workbook = make_workbook(make_table(), tasks=tasks, skipped=(('站点', 3), ('漏洞', 1)))
    rows = [tuple(cell for cell in row if cell is not None) for row in values(workbook[say('workbook.overview', 'zh')])]
    assert [row for row in rows if row] == [
        (say('workbook.overview', 'zh'),), ('计划', '=nightly'), ('轮次', 7),
        tuple(say(code, 'zh') for code in ('workbook.table', 'workbook.rows', 'workbook.skipped')),
        ('站点', 1, 3), ('漏洞', 0, 1),
        ('任务', '状态'), ('scan 1', 'done'), ('scan 2', 'error'),
    ]  # fmt: skip


@pytest.mark.parametrize('tables', [(), (make_table([]),)])
def test_a_run_without_results_says_so(tables):
    workbook = make_workbook(*tables)
    assert say('workbook.empty', 'zh') in [row[0] for row in values(workbook[say('workbook.overview', 'zh')])]


def test_a_run_with_results_does_not():
    assert say('workbook.empty', 'zh') not in [
        row[0] for row in values(make_workbook(make_table())[say('workbook.overview', 'zh')])
    ]


def test_charts_are_drawn_over_the_numbers_beside_them():
    charts = (make_chart(), make_chart('pie', '状态码'), make_chart(pairs=()))
    data = export(ExcelExporter(), FakeRows(make_table(), charts=charts))
    with ZipFile(BytesIO(data)) as zipped:
        names = sorted(name for name in zipped.namelist() if '/charts/' in name)
        drawn = [zipped.read(name).decode('utf-8') for name in names]
    assert ['barChart' in drawn[0], 'pieChart' in drawn[1], len(drawn)] == [True, True, 2]
    sheet = openpyxl.load_workbook(BytesIO(data))[say('workbook.overview', 'zh')]
    for chart in drawn:
        areas = re.findall(r"<(?:\w+:)?f>'(.+?)'!\$(.)\$(\d+):\$(.)\$(\d+)</", chart)
        assert [(title, first, last) for title, first, _, last, _ in areas] == [
            (say('workbook.overview', 'zh'), 'A', 'A'), (say('workbook.overview', 'zh'), 'B', 'B'),
        ]  # fmt: skip
        top, end = int(areas[0][2]), int(areas[0][4])
        assert [row[:2] for row in values(sheet)[top - 1 : end]] == [('80', 40), ('443', 3)]


def test_no_entry_has_what_excel_calls_corrupt():
    """ZIP64 fields, which the zip format would allow."""
    with ZipFile(BytesIO(export(ExcelExporter(), FakeRows(make_table())))) as zipped:
        assert zipped.testzip() is None
        names = [entry.filename for entry in zipped.infolist()]
        assert len(names) == len(set(names))
        assert {entry.extract_version for entry in zipped.infolist()} == {20}
    assert ExcelExporter.max_bytes + (1 << 29) < ZIP64_LIMIT


def test_the_overview_speaks_the_language_of_the_tables():
    rows = FakeRows(make_table())
    rows.language = 'en'
    workbook = openpyxl.load_workbook(BytesIO(export(ExcelExporter(), rows)))
    assert values(workbook[say('workbook.overview', 'en')])[0][0] == 'Overview'


def test_anything_of_the_right_shape_will_do():
    """A producer of rows may not know our classes, nor a language."""

    class Strange:
        def __init__(self, **fields):
            vars(self).update(fields)

    columns = [Strange(title='site', width=5)]
    site = Strange(name='site', title='站点', columns=columns, rows=iter([['a'], ['b']]))
    tasks = Strange(name='task', title='任务', columns=[], rows=[])
    overview = Strange(facts=[], tasks=tasks, totals=[['站点', 2]], skipped=[], charts=[])
    rows = Strange(tables=lambda: [site], overview=lambda: overview)
    workbook = openpyxl.load_workbook(BytesIO(export(ExcelExporter(), rows)))
    assert values(workbook['站点']) == [('site',), ('a',), ('b',)]


def test_an_openpyxl_that_names_worksheets_otherwise_is_told_in_the_readers_language(monkeypatch):
    monkeypatch.setattr(book, 'ZipFile', lambda file: ZipFile(BytesIO(b'PK\x05\x06' + bytes(18))))
    with pytest.raises(ScanNotifyError, match='this openpyxl has other names for worksheets') as caught:
        make_workbook(make_table())
    assert caught.value.describe('zh').startswith('此版本的 openpyxl')
