"""Any value as a cell."""

import time
from datetime import date, datetime, timedelta, timezone

import pytest

from scan_notify_plugin.exporters.cells import MAX_UNITS, cell, text
from tests.exporters.samples import HOSTILE, ODD, Rude


def units(value):
    return len(value.encode('utf-16-le')) // 2


@pytest.mark.parametrize('given, expected', [
    ('plain', 'plain'),
    ('=1+1', '=1+1'),
    ('登录\u3000系统', '登录\u3000系统'),
    ('tab\tand\nline', 'tab\tand\nline'),
    ('a\r\nb\rc', 'a\nb\nc'),
    ('a\x00\x08\x0b\x1f\x7f\x85\x9fb', 'ab'),
    ('\ufffe\uffff', ''),
    ('\ud800x', '\ufffdx'),
    ('\ud83d\ude00', '😀'),
    ('\u202eright to left', '\u202eright to left'),
])  # fmt: skip
def test_a_text_keeps_what_a_cell_can_hold(given, expected):
    assert text(given) == expected


@pytest.mark.parametrize('given', ['x' * MAX_UNITS, '😀' * (MAX_UNITS // 2)])
def test_a_text_that_just_fits_is_whole(given):
    assert text(given) == given


@pytest.mark.parametrize('given', [
    'x' * (MAX_UNITS + 1), '😀' * (MAX_UNITS // 2 + 1), 'x' + '😀' * 50000, '\x00' + 'y' * 100000,
])  # fmt: skip
@pytest.mark.parametrize('language, mark', [('zh', '…[已截断]'), ('en', '…[cut]')])
def test_a_longer_text_is_cut_and_says_so(given, language, mark):
    cut = text(given, language)
    assert MAX_UNITS - 1 <= units(cut) <= MAX_UNITS
    assert cut.endswith(mark)
    assert given.replace('\x00', '').startswith(cut[: -len(mark)])


@pytest.mark.parametrize('given, expected', [
    (None, None),
    (True, True),
    (7, 7),
    (-7.5, -7.5),
    (10**15 - 1, 10**15 - 1),
    (10**15, '1000000000000000'),
    (-10**15, '-1000000000000000'),
    (float('nan'), 'nan'),
    (float('-inf'), '-inf'),
    (1e308, '1e+308'),
    (b'caf\xc3\xa9\xff', 'café\ufffd'),
    (['=1', None], "['=1', None]"),
    (date(2024, 2, 29), datetime(2024, 2, 29)),
    (datetime(2024, 2, 29, 1), datetime(2024, 2, 29, 1)),
    (Rude(), '<Rude>'),
])  # fmt: skip
def test_other_values(given, expected):
    result = cell(given)
    assert (type(result), result) == (type(expected), expected)


def test_a_subclass_becomes_what_it_is():
    class Number(int):
        pass

    assert type(cell(Number(7))) is int


def test_a_time_with_a_zone_is_told_in_the_zone_of_this_machine():
    given = datetime(2024, 7, 1, 12, tzinfo=timezone(timedelta(hours=8)))
    result = cell(given)
    assert result.tzinfo is None
    assert time.mktime(result.timetuple()) == given.timestamp()


@pytest.mark.parametrize('number', range(len(HOSTILE + ODD)))
def test_whatever_comes_something_sound_goes(number):
    result = cell((HOSTILE + ODD)[number])
    assert result is None or type(result) in (str, int, float, bool, datetime)
    if isinstance(result, str):
        result.encode('utf-8')
        assert units(result) <= MAX_UNITS
