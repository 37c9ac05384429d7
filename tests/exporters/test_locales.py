"""A CSV file in a spreadsheet whose list separator is another one: nothing that strangers wrote becomes a formula."""

import csv
import random
import re
from io import BytesIO, StringIO
from types import SimpleNamespace
from zipfile import ZipFile

import pytest

from scan_notify_plugin.exporters import archive as archives
from scan_notify_plugin.exporters.csv_zip import CsvExporter
from scan_notify_plugin.exporters.excel import ExcelExporter
from scan_notify_plugin.exporters.names import Names
from tests.exporters.samples import HOSTILE, ODD, FakeRows, export, make_chart, make_table

FORMULA = re.compile('[\\s\u200b\u202e\ufeff]*[=+@\\-＝＋－＠﹦]')
NUMBER = re.compile(r'-?[\d.]+(e[+-]?\d+)?')
ATTACKS = (
    'x;=HYPERLINK(A1)', 'x;=HYPERLINK(A1);y', 'x\t=1', 'x; =1', 'x;\t＝1', 'x;"=1";', 'x;""=1', '";=1', '"\n=1', 'a\n-1',
    'x;\u200b=1', 'x;\ufeff@SUM(A1)', ';+1', ';;;-1', 'x,=1', 'x\r=1', 'x\r\n\r\n=1', '";"=1', 'x;﹦1',
)  # fmt: skip


def member(*rows):
    with ZipFile(BytesIO(export(CsvExporter(), FakeRows(make_table(rows))))) as zipped:
        return zipped.read('site.csv').decode('utf-8-sig')


def cells(text, separator):
    """As a spreadsheet splits: a quote counts at the beginning of a piece alone."""
    csv.field_size_limit(1 << 20)
    return [cell for row in csv.reader(StringIO(text, newline=''), delimiter=separator) for cell in row]


def formulas(text, separator):
    return [cell for cell in cells(text, separator) if FORMULA.match(cell) and not NUMBER.fullmatch(cell)]


@pytest.mark.parametrize('separator', [',', ';', '\t'])
def test_nothing_becomes_a_formula(separator):
    text = member(*[('x', value) for value in ATTACKS + HOSTILE + ODD], *[(value, 'x') for value in ATTACKS])
    assert formulas(text, separator) == []


@pytest.mark.parametrize('separator', [';', '\t'])
def test_the_reader_of_these_tests_would_find_one(separator):
    assert formulas('a,"x{0}=1"'.format(separator), separator) == ['=1"']
    assert formulas('a,"x{0}""=1{0}"""'.format(separator), separator) == ['=1']


def test_random_texts_never_do():
    pieces, random_of = (';', '\t', '\n', '"', '=', '-', '@', ' ', 'x', ',', "'", '\u200b', '＝', '1'), random.Random(7)
    rows = [
        (''.join(random_of.choice(pieces) for _ in range(8)), ''.join(random_of.choice(pieces) for _ in range(8)))
        for _ in range(3000)
    ]
    text = member(*rows)
    for separator in (',', ';', '\t'):
        assert formulas(text, separator) == []
    assert len(list(csv.reader(StringIO(text, newline='')))) == len(rows) + 1


def test_a_negative_number_does_not_begin_what_a_stranger_goes_on_with():
    """With a decimal comma and separated by semicolons it were -7,5+..."""
    assert member((-7, '5+A1')).split('\r\n')[1] == "'-7,5+A1"
    assert member((-7, None), (3, -7)).split('\r\n')[1:3] == ['-7,', '3,-7']


@pytest.mark.parametrize('value, written', [
    ('a;b', '"a;b"'),
    ('a\tb', '"a\tb"'),
    ('a\nb', '"a\nb"'),
    ('a\u2028b', '"a\u2028b"'),
    (' a', '" a"'),
    ('a ', '"a "'),
    ('a"b', '"a""b"'),
    ('a b', 'a b'),
    ('; charset=utf-8', '"; charset=utf-8"'),
    ('x;=1', '"x;\'=1"'),
    ('a\n- b', '"a\n\'- b"'),
])  # fmt: skip
def test_what_some_reader_splits_or_trims_is_quoted(value, written):
    assert member((value, 'x')) == '\ufeffsite,状态码\r\n{},x\r\n'.format(written).lstrip('\ufeff')


@pytest.mark.parametrize('value', ['\n' * 32000, '; ' * 16000, ';' + ' ' * 32000, '\n\ufeff' * 16000, '"' * 32000])
def test_no_text_takes_long(value):
    """A pattern that looked on from each separator to the end would take a minute, which is more than a test has."""
    csv.field_size_limit(1 << 20)
    assert len(list(csv.reader(StringIO(member(*[(value, 'x')] * 5), newline='')))) == 6


@pytest.mark.parametrize('title, name', [
    ('aux', 'table_aux.csv'),
    ('CON', 'table_CON.csv'),
    ('com1', 'table_com1.csv'),
    ('LPT9', 'table_LPT9.csv'),
    ('console', 'console.csv'),
    ('_', 'table.csv'),
    ('', 'table.csv'),
    ('站点', 'table.csv'),
    ('-rf', 'rf.csv'),
    ('nul.txt', 'nul_txt.csv'),
    ('..', 'table.csv'),
    ('C:\\x', 'C_x.csv'),
    ('y' * 300, 'y' * 60 + '.csv'),
    ('Overview', 'Overview_2.csv'),
])  # fmt: skip
def test_a_member_has_a_name_for_every_system(title, name):
    assert Names(('overview.csv',)).take(title) == name


def test_no_two_names_are_alike():
    names = Names()
    taken = [names.take(title) for title in ('a', 'A', 'a_2', 'a', 'z' * 60, 'Z' * 70)]
    assert len({name.lower() for name in taken}) == len(taken) and max(map(len, taken)) <= 70


@pytest.mark.parametrize('now, dated', [
    ((2026, 3, 2, 4, 52, 41), (2026, 3, 2, 4, 52, 40)),  # in steps of two seconds
    ((1970, 1, 1, 0, 0, 0), (1980, 1, 1, 0, 0, 0)),
    ((2300, 1, 1, 0, 0, 0), (2107, 12, 31, 23, 59, 58)),
])  # fmt: skip
@pytest.mark.parametrize('exporter', [ExcelExporter(), CsvExporter()])
def test_entries_have_the_time_of_the_report(exporter, now, dated, monkeypatch):
    monkeypatch.setattr(archives, 'time', SimpleNamespace(localtime=lambda: now + (0, 1, 0)))
    with ZipFile(BytesIO(export(exporter, FakeRows(make_table(), charts=[make_chart()])))) as zipped:
        assert {entry.date_time for entry in zipped.infolist()} == {dated}
        assert {entry.compress_type for entry in zipped.infolist()} == {8}
