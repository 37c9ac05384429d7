"""What a report says of changes: in the overview, and by colours."""

from datetime import datetime, timezone
from io import BytesIO
from zipfile import ZipFile

import openpyxl
import pytest

from scan_notify_plugin.changes import SEVERITIES, Compared, Progress, Results, State
from scan_notify_plugin.exporters.brief import change_facts, change_numbers
from scan_notify_plugin.exporters.csv_zip import CsvExporter
from scan_notify_plugin.exporters.excel import ExcelExporter
from scan_notify_plugin.faults import Fault
from scan_notify_plugin.tables import Column, Table
from scan_notify_plugin.words import say
from tests.exporters.samples import FakeRows, export, make_table

BEFORE = Compared('65e2:40', 40, datetime(2026, 3, 2, 4, 0, tzinfo=timezone.utc))
WHEN = str(BEFORE.fired_at.astimezone().replace(tzinfo=None))
COMPARED = Results(Progress.SUCCESS, changes={'new': 3, 'not_looked_at': 2}, compared=BEFORE)
FIRST = Results(Progress.SUCCESS, changes={'first_look': 9}, remarks=(Fault('tasks.none'),))
GONE_WRONG = Results(Progress.ERROR, faults=(Fault('storage.gone'),))
CHANGES = Table(
    'changes',
    '变化',
    (Column('状态', 12, 'state'), Column('目标', 40), Column('漏洞等级', 12, 'severity'), Column('首次发现')),
    [
        (say('state.new', 'zh'), 'http://a.example/', 'critical', BEFORE.fired_at),
        (say('state.gone', 'zh'), '=1+1;=HYPERLINK(A1)', 'High', None),
    ],
)


@pytest.mark.parametrize('results, facts', [
    (None, ()),
    (COMPARED, (('Compared with', 'round 40, ' + WHEN),)),
    (FIRST, (('Compared with', 'nothing'), ('Not compared', say('tasks.none', 'en')))),
    (GONE_WRONG, (('Changes', 'not known: the file is gone'),)),
    (Results(Progress.ERROR), (('Changes', 'not known'),)),
    (Results(Progress.PENDING, changes={'new': 5}), (('Changes', 'not known yet'),)),
    (COMPARED._replace(compared=BEFORE._replace(fired_at=datetime.min)), None),
])  # fmt: skip
def test_the_overview_says_with_what_it_was_compared_or_why_not(results, facts):
    said = change_facts(results, 'en')
    assert facts is None or said == facts


@pytest.mark.parametrize('results, numbers', [
    (None, ()),
    (COMPARED, (('new', 3), ('back', 0), ('changed', 0), ('gone', 0), ('not looked at', 2))),
    (COMPARED._replace(changes={State.GONE: 1, State.NEW: 2}), (('new', 2), ('back', 0), ('changed', 0), ('gone', 1))),
    (COMPARED._replace(changes={'newer': 1, 'unstable': 0}),
     (('new', 0), ('back', 0), ('changed', 0), ('gone', 0), ('newer', 1))),
    (FIRST, (('first look', 9),)),  # none new is not said where nothing was compared
    (GONE_WRONG._replace(changes={'new': 5}), ()),
    (Results(Progress.PENDING, changes={'new': 5}), ()),
])  # fmt: skip
def test_numbers_are_said_where_they_are_known(results, numbers):
    assert change_numbers(results, 'en') == numbers


def rows_with(results, *tables):
    rows = FakeRows(*tables)
    rows.results = results
    return rows


def workbook(results, *tables):
    return openpyxl.load_workbook(BytesIO(export(ExcelExporter(), rows_with(results, *tables))))


def test_changes_come_after_the_overview_and_before_the_tables():
    assert workbook(COMPARED, CHANGES, make_table()).sheetnames == ['概览', '变化', '站点']


@pytest.mark.parametrize('results, lines', [
    (COMPARED, [('对比轮次', '第 40 轮，' + WHEN), ('变化', '数量'), ('新增', 3), ('已消失', 0), ('未检查', 2)]),
    (FIRST, [('对比轮次', '无'), ('首次检查', 9)]),
    (GONE_WRONG, [('变化', '未知：文件已不存在')]),
])  # fmt: skip
def test_both_formats_have_them_in_the_overview(results, lines):
    sheet = workbook(results, CHANGES, make_table()).worksheets[0]
    written = [row[:2] for row in sheet.iter_rows(values_only=True)]
    with ZipFile(BytesIO(export(CsvExporter(), rows_with(results, CHANGES, make_table())))) as zipped:
        assert zipped.namelist() == ['changes.csv', 'site.csv', 'tasks.csv', 'overview.csv']
        overview = zipped.read('overview.csv').decode('utf-8-sig')
    for line in lines:
        assert line in written
        assert ','.join(map(str, line)) in overview.split('\r\n')


def test_nothing_is_said_where_nobody_has_compared():
    sheet = workbook(None, make_table()).worksheets[0]
    assert not {'变化', '对比轮次'} & {row[0] for row in sheet.iter_rows(values_only=True)}


def looks(sheet):
    """{area: {text: (colour of the text, of the ground)}}"""
    found = {}
    for area in sheet.conditional_formatting:
        found[str(area.sqref)] = {
            rule.formula[0].strip('"'): (rule.dxf.font.color.rgb, rule.dxf.fill.bgColor.rgb) for rule in area.rules
        }
        assert {(rule.type, rule.operator) for rule in area.rules} == {('cellIs', 'equal')}
    return found


def test_states_and_severities_have_colours_and_nothing_else_has():
    book = workbook(COMPARED, CHANGES, make_table(), CHANGES._replace(rows=()))
    coloured = looks(book['变化'])
    assert set(coloured) == {'A2:A3', 'C2:C3'}
    assert {say('state.' + state.value, 'zh') for state in State} - set(coloured['A2:A3']) == {
        say('state.' + name, 'zh') for name in ('known', 'found', 'not_looked_at')
    }
    assert set(SEVERITIES) - set(coloured['C2:C3']) == {'unknown'}
    assert coloured['C2:C3']['critical'] == coloured['C2:C3']['严重'] == ('FF9C0006', 'FFFFC7CE')
    assert coloured['A2:A3']['新增'] != coloured['A2:A3']['已消失']
    assert looks(book['站点']) == looks(book['变化 (2)']) == {}
    priorities = [rule.priority for area in book['变化'].conditional_formatting for rule in area.rules]
    assert len(priorities) == len(set(priorities))


def test_what_strangers_wrote_in_changes_is_text():
    sheet = workbook(COMPARED, CHANGES)['变化']
    assert [cell.data_type for cell in sheet[3]] == ['s', 's', 's', 'n']
    assert sheet['B3'].value == '=1+1;=HYPERLINK(A1)' and sheet['B3'].quotePrefix
    assert sheet.auto_filter.ref == 'A1:D3' and sheet['D2'].is_date
