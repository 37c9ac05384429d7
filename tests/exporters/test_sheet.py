"""The XML of one worksheet, read back by an XML parser, by openpyxl and by whoever knows the standard."""

import math
from datetime import datetime
from io import BytesIO
from xml.etree import ElementTree

import pytest

from scan_notify_plugin.exporters.excel.sheet import MAX_WIDTH, SheetStyles, write_sheet
from scan_notify_plugin.tables import Column
from tests.exporters.samples import HOSTILE, ODD

STYLES = SheetStyles(header=1, date=2, quoted=3)
SPACE = '{http://schemas.openxmlformats.org/spreadsheetml/2006/main}'
COLUMNS = (Column('标题', 30), Column('<b>', 300))


def write(rows, columns=COLUMNS, **limits):
    file = BytesIO()
    written = write_sheet(file, columns, iter(rows), STYLES, **limits)
    return written, ElementTree.fromstring(file.getvalue().decode('utf-8'))


def cells(sheet):
    """{address: (type, style, content)} of all cells."""
    return {cell.get('r'): (cell.get('t'), cell.get('s'), ''.join(cell.itertext())) for cell in sheet.iter(SPACE + 'c')}


def body(value):
    """The one cell made of a value; None if there is none."""
    return cells(write([(value,)])[1]).get('A2')


def test_the_header_stays_in_sight_and_can_filter():
    written, sheet = write([('a', 1), ('b', 2)])
    assert written == ('A1:B3', ())
    parts = [part.tag[len(SPACE) :] for part in sheet]
    assert parts == ['sheetViews', 'cols', 'sheetData', 'autoFilter']  # the order is part of the standard
    assert sheet.find('.//{}pane'.format(SPACE)).attrib == {
        'ySplit': '1', 'topLeftCell': 'A2', 'activePane': 'bottomLeft', 'state': 'frozen',
    }  # fmt: skip
    assert sheet.find(SPACE + 'autoFilter').attrib == {'ref': 'A1:B3'}
    assert [column.get('width') for column in sheet.iter(SPACE + 'col')] == ['30', str(MAX_WIDTH)]
    assert cells(sheet) == {
        'A1': ('inlineStr', '1', '标题'), 'B1': ('inlineStr', '1', '<b>'),
        'A2': ('inlineStr', None, 'a'), 'B2': (None, None, '1'),
        'A3': ('inlineStr', None, 'b'), 'B3': (None, None, '2'),
    }  # fmt: skip


@pytest.mark.parametrize('value, expected', [
    ('x', ('inlineStr', None, 'x')),
    ('=1', ('inlineStr', '3', '=1')),
    ('-', ('inlineStr', '3', '-')),
    (' \u3000x ', ('inlineStr', '3', ' \u3000x ')),
    ('<&>', ('inlineStr', None, '<&>')),
    ('_x0041_', ('inlineStr', None, '_x005F_x0041_')),
    ('a_x', ('inlineStr', None, 'a_x')),
    (7, (None, None, '7')),
    (10**15, ('inlineStr', None, '1000000000000000')),
    (-10**15, ('inlineStr', '3', '-1000000000000000')),
    (0.1, (None, None, '0.1')),
    (True, ('b', None, '1')),
    (False, ('b', None, '0')),
    (datetime(1900, 3, 1), (None, '2', '61.0')),
    (datetime(2024, 1, 1, 12), (None, '2', '45292.5')),
    (datetime.max, ('inlineStr', None, '9999-12-31 23:59:59.999999')),
    (datetime(1900, 2, 28), ('inlineStr', None, '1900-02-28 00:00:00')),
    (None, None),
    ('', None),
    ('\x00', None),
])  # fmt: skip
def test_a_value_is_a_cell_of_its_type(value, expected):
    assert body(value) == expected


@pytest.mark.parametrize('number', range(len(HOSTILE + ODD)))
def test_no_value_is_a_formula_an_error_or_no_xml(number):
    result = body((HOSTILE + ODD)[number])
    if result is not None:
        kind, _, content = result
        assert kind in ('inlineStr', 'b', None)
        assert kind or math.isfinite(float(content))


def test_white_space_is_kept():
    sheet = write([('  x  ',)])[1]
    texts = list(sheet.iter(SPACE + 't'))
    assert {text.get('{http://www.w3.org/XML/1998/namespace}space') for text in texts} == {'preserve'}


def test_what_does_not_fit_is_handed_back():
    rows = iter([('a',), ('b',), ('c',), ('d',)])
    written, sheet = write(rows, max_rows=3)
    assert written == ('A1:B3', (('c',),))
    assert next(rows) == ('d',)
    assert len(list(sheet.iter(SPACE + 'row'))) == 3


def test_rows_that_just_fit_leave_nothing():
    assert write([('a',), ('b',)], max_rows=3)[0].left == ()


def test_a_sheet_ends_before_it_is_too_large_for_a_plain_zip_entry():
    rows = [('x' * 30000,)] * 100
    written, sheet = write(rows, max_bytes=500000)
    assert written.left == (rows[0],)
    assert 500000 < len(ElementTree.tostring(sheet)) < 700000


def test_a_row_may_be_short_or_long():
    sheet = write([('a',), ('a', 'b', 'c')])[1]
    assert sorted(cells(sheet)) == ['A1', 'A2', 'A3', 'B1', 'B3']


def test_many_columns_have_the_addresses_of_excel():
    sheet = write([range(30)], columns=[Column('c')] * 30)[1]
    assert cells(sheet)['AD2'] == (None, None, '29')
