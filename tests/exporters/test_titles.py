"""Titles of worksheets, whatever the tables are called."""

import pytest

from scan_notify_plugin.exporters.excel.titles import Titles


@pytest.mark.parametrize('requested, title', [
    ('站点', '站点'),
    ('a[b]:c*d?e/f\\g', 'a b c d e f g'),
    ('\'quoted\'', 'quoted'),
    ('two\nlines\x00', 'two lines'),
    ('', 'Sheet'),
    ('[]', 'Sheet'),
    ('History', 'History (2)'),
    ('x' * 40, 'x' * 31),
    ('😀' * 20, '😀' * 15),
])  # fmt: skip
def test_a_title_is_legal(requested, title):
    assert Titles().take(requested) == title


def test_no_title_is_taken_twice():
    titles = Titles()
    assert [titles.take(requested) for requested in ('Site', 'site', 'SITE', 'site (2)')] == [
        'Site', 'site (2)', 'SITE (3)', 'site (2) (2)',
    ]  # fmt: skip


def test_a_number_has_its_place_in_a_long_title():
    titles = Titles()
    assert [titles.take('x' * 31), titles.take('x' * 32)] == ['x' * 31, 'x' * 27 + ' (2)']
