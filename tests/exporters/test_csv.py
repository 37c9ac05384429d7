"""The CSV files, read back as a spreadsheet would."""

import csv
from datetime import datetime
from io import BytesIO, StringIO
from zipfile import ZipFile

import pytest

from hookspecs import Export
from scan_notify_plugin.exporters.csv_zip import CsvExporter
from scan_notify_plugin.words import say
from tests.exporters.samples import HOSTILE, ODD, FakeRows, export, make_run, make_table


def make_files(*tables, **fields):
    """{name: bytes}"""
    with ZipFile(BytesIO(export(CsvExporter(), FakeRows(*tables, **fields)))) as zipped:
        assert zipped.testzip() is None
        return {name: zipped.read(name) for name in zipped.namelist()}


def parse(data):
    csv.field_size_limit(1 << 20)
    return list(csv.reader(StringIO(data.decode('utf-8-sig'), newline='')))


def field(value):
    """How a value in a table comes out."""
    return parse(make_files(make_table([(value, '')]))['site.csv'])[1][0]


def test_it_answers_where_its_format_is_wanted():
    assert CsvExporter().on_run_complete(make_run(formats=('csv',))) == Export('csv')
    assert CsvExporter().on_run_complete(make_run(formats=('excel',))) is None


def test_each_table_is_a_file():
    files = make_files(make_table(), make_table([], name='ip'))
    assert list(files) == ['site.csv', 'ip.csv', 'tasks.csv', 'overview.csv']
    assert files['site.csv'] == '\ufeffsite,状态码\r\nhttp://a.example,200\r\n'.encode('utf-8')
    assert files['ip.csv'] == '\ufeffsite,状态码\r\n'.encode('utf-8')


def test_the_overview_is_a_file():
    files = make_files(make_table(), facts=(('轮次', 7),), skipped=(('站点', 3),))
    assert parse(files['overview.csv']) == [
        [say('workbook.fact', 'zh'), say('workbook.value', 'zh')], ['轮次', '7'], [],
        [say('workbook.table', 'zh'), say('workbook.rows', 'zh'), say('workbook.skipped', 'zh')], ['站点', '1', '3'],
    ]  # fmt: skip


def test_a_run_without_results_says_so():
    assert [say('workbook.empty', 'zh')] in parse(make_files()['overview.csv'])


def test_file_names_are_safe_and_different():
    names = ['../../etc/passwd', 'site', 'Site', '站点', '', 'x' * 300]
    files = make_files(*[make_table(name=name) for name in names])
    assert list(files)[:6] == [
        'etc_passwd.csv', 'site.csv', 'Site_2.csv', 'table.csv', 'table_2.csv', 'x' * 60 + '.csv',
    ]  # fmt: skip


@pytest.mark.parametrize('value', [
    '=1+1', '+1', '-1', '@SUM(A1)', '\t=1', '\tx', '\rx', '\nx', ' =1', '\u3000=1', '\xa0+1', '＝1', '＋1',
    '－1', '＠x', '﹦1', '\ufeff=1', '\u200b=1', '\x00=1', '\x0b-1', '\u2028@x', '\u202e=1',
])  # fmt: skip
def test_what_may_become_a_formula_is_told_apart_by_an_apostrophe(value):
    assert field(value).startswith("'")


@pytest.mark.parametrize('value', [
    '', 'x', 'a=1', 'http://a.example/?a=-1', "'=1", '"=1"', '1-1', '10.0.0.1', '…',
])  # fmt: skip
def test_what_cannot_is_left_alone(value):
    assert field(value) == value


@pytest.mark.parametrize('value, expected', [
    (7, '7'),
    (-7.5, '-7.5'),
    (True, 'TRUE'),
    (None, ''),
    (datetime(2024, 2, 29, 1), '2024-02-29 01:00:00'),
    (-10**15, "'-1000000000000000"),
    ('a,"b"\r\nc', 'a,"b"\nc'),
    ('\ud800', '\ufffd'),
])  # fmt: skip
def test_values(value, expected):
    assert field(value) == expected


def test_hostile_data_are_rows_like_others():
    rows = parse(make_files(make_table([(value, value) for value in HOSTILE + ODD]))['site.csv'])
    assert {len(row) for row in rows} == {2}
    assert len(rows) == len(HOSTILE + ODD) + 1
    assert max(len(value) for row in rows for value in row) <= 32768
