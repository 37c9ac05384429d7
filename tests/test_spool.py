"""What is put in order on disk, and that nothing of it stays."""

import os
import random
import sqlite3

import pytest

from scan_notify_plugin import spool
from scan_notify_plugin.spool import Spool, SpoolError


@pytest.fixture(params=['in memory', 'on disk'])
def place(request, monkeypatch):
    if request.param == 'on disk':
        monkeypatch.setattr(spool, 'MEMORY', 0)


def deleted_files():
    """The files that this process holds open though nobody can find them any more."""
    links = [os.path.join('/proc/self/fd', name) for name in os.listdir('/proc/self/fd')]
    return [os.readlink(link) for link in links if os.path.lexists(link) and '(deleted)' in os.readlink(link)]


def rows_of(lists):
    return [row for rows in lists for row in rows]


def in_order(rows):
    with Spool() as opened:
        sorter = opened.sorter(len(rows[0]))
        for row in rows:
            sorter.add([row])
        return rows_of(sorter.in_order())


@pytest.mark.parametrize('keys', [
    ['b', 'a', 'B', '', 'ä', '登', '😀', '\uffee', 'a\x1fb', 'aa', '\U0010ffff1'],
    [b'4\x0a', b'4\x02', b'6\x00', b'n', b'\xff1', b'', b'4'],
])  # fmt: skip
def test_rows_come_back_by_their_key(place, keys):
    assert [row[0] for row in in_order([(key, 1) for key in keys])] == sorted(keys)


def test_rows_with_one_key_keep_their_order(place):
    numbers = list(range(2000))
    random.Random(1).shuffle(numbers)
    assert in_order([('same', number) for number in numbers]) == [('same', number) for number in numbers]


def test_rows_come_back_as_they_were_added(place):
    with Spool() as opened:
        sorter = opened.sorter(2)
        sorter.add([('b', 1), ('a', 2)])
        sorter.add([('c', 3)])
        assert rows_of(sorter.as_added()) == [('b', 1), ('a', 2), ('c', 3)]


def test_cells_come_back_as_they_were(place):
    row = ('k', None, 0, -5, 2**63 - 1, 1.5, '登录\x00\n', b'\x00\xff', '')
    assert in_order([row]) == [row]


def test_cells_that_sqlite_cannot_hold_are_mended(monkeypatch):
    monkeypatch.setattr(spool, 'MEMORY', 0)
    rows = [('a', 1), ('b', 'lone \ud800'), ('c', 2**80), ('d', 'pair \ud83d\ude00'), ('e', 5)]
    with Spool() as opened:
        sorter = opened.sorter(2)
        sorter.add(rows)
        told = rows_of(sorter.in_order())
    assert told == [('a', 1), ('b', 'lone \ufffd'), ('c', str(2**80)), ('d', 'pair \U0001f600'), ('e', 5)]


def test_few_rows_are_not_written_and_many_are(monkeypatch):
    with Spool() as opened:
        sorter = opened.sorter(2)
        sorter.add([('k{:05}'.format(number), 'x' * 100) for number in range(1000)])
        assert sorter._few is not None
        monkeypatch.setattr(spool, 'MEMORY', 1 << 16)
        sorter.add([('j', 'y')])
        assert sorter._few is None
        assert [row[0] for row in rows_of(sorter.in_order())][:2] == ['j', 'k00000']


def test_sorters_do_not_mix_and_dropped_ones_are_forgotten(place):
    with Spool() as opened:
        one, other = opened.sorter(2), opened.sorter(2)
        one.add([('a', 1)])
        other.add([('b', 2)])
        one.drop()
        assert (rows_of(one.in_order()), rows_of(other.in_order())) == ([], [('b', 2)])


def test_nothing_is_left_after_the_end(monkeypatch):
    monkeypatch.setattr(spool, 'MEMORY', 0)
    before = deleted_files()
    with pytest.raises(KeyboardInterrupt):
        with Spool() as opened:
            sorter = opened.sorter(2)
            for start in range(0, 60000, 1000):
                sorter.add([(str(number), 'x' * 100) for number in range(start, start + 1000)])
            next(sorter.in_order())
            assert len(deleted_files()) > len(before)  # nobody finds them even while they are used
            raise KeyboardInterrupt
    assert deleted_files() == before


def test_a_full_disk_is_said_in_our_words(monkeypatch):
    monkeypatch.setattr(spool, 'MEMORY', 0)
    with Spool() as opened:
        opened._db.execute('PRAGMA max_page_count = 10').close()
        sorter = opened.sorter(2)
        with pytest.raises(SpoolError, match='full') as caught:
            sorter.add([(str(number), 'x' * 100) for number in range(5000)])
    assert isinstance(caught.value.__cause__, sqlite3.OperationalError)


def test_a_directory_that_cannot_be_written_is_said_in_our_words(monkeypatch):
    def connect(*args, **kwargs):
        raise sqlite3.OperationalError('unable to open database file')

    monkeypatch.setattr(sqlite3, 'connect', connect)
    with pytest.raises(SpoolError, match='unable to open'):
        Spool()
