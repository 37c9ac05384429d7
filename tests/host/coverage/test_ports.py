"""Sets of ports: as nmap reads them, and what one has that another has not."""

import random

import pytest

from scan_notify_plugin.host.coverage.lists import NAMED_PORTS, SHIPPED, TOP_100_OF_OLD, read_lists
from scan_notify_plugin.host.coverage.ports import ALL, NO_PORTS, PortSet, ports_of, read_ports, without


@pytest.mark.parametrize('text, ranges', [
    ('80,443', ((80, 80), (443, 443))),
    (' 443 , 80', ((80, 80), (443, 443))),
    ('1-3,2-5,6', ((1, 6),)),
    ('0-65535', ((1, 65535),)),
    ('-', ((1, 65535),)),
    ('-100', ((1, 100),)),
    ('65000-', ((65000, 65535),)),
    ('0', ()),
])  # fmt: skip
def test_a_list_is_read_as_nmap_reads_it(text, ranges):
    assert read_ports(text) == PortSet(ranges)


@pytest.mark.parametrize('text', [
    '', ',', '80,', 'http', '80;443', '5-1', '65536', '1-70000', '٨٠', 80, None, ['80'], b'80', '1--2', 'T:80',
])  # fmt: skip
def test_what_nmap_refuses_and_what_is_no_list_is_none(text):
    assert read_ports(text) is None


def test_what_is_huge_is_no_list():
    assert read_ports('9,' * 300000 + '9') is None


def test_a_set_is_written_as_it_is_read():
    for ports in list(NAMED_PORTS.values()) + [ports_of([(1, 2), (9, 9)])]:
        assert read_ports(ports.text()) == ports


def test_sets_agree_with_sets_of_numbers():
    pick = random.Random(12)
    for _ in range(300):
        one, other = ({pick.randrange(1, 40) for _ in range(pick.randrange(25))} for _ in range(2))
        mine, theirs = (ports_of([(port, port) for port in ports]) for ports in (one, other))
        numbers = range(1, 41)
        assert {port for port in numbers if mine.has(port)} == one
        assert {port for port in numbers if without(mine, theirs).has(port)} == one - other
        assert {port for port in numbers if mine.union(theirs).has(port)} == one | other
        assert mine.covers(theirs) == (one >= other)


def test_the_hosts_lists_are_what_they_are():
    sizes = [sum(last - first + 1 for first, last in ports.ranges) for ports in SHIPPED[:4]]
    assert sizes == [16, 257, 1201, 65535]
    assert without(SHIPPED.top100, TOP_100_OF_OLD).text() == '8100'
    # A hundred is no part of a thousand.
    assert not SHIPPED.top1000.covers(SHIPPED.top100) and SHIPPED.top100.has(10443)
    assert ALL.covers(SHIPPED.top1000) and SHIPPED.top1000.covers(SHIPPED.custom)


def test_an_administrator_changes_lists_in_the_hosts_configuration():
    assert read_lists({}) == read_lists({'ARL': None}) == read_lists({'ARL': {'PORT_TOP_10': ''}}) == SHIPPED
    assert read_lists({'ARL': {'PORT_TOP_10': '80,8000-8002'}}).test.text() == '80,8000-8002'
    one, other = (read_lists({'ARL': {'DOMAIN_DICT': name}}).words for name in ('/a.txt', '/b.txt'))
    assert one and other and one != other


@pytest.mark.parametrize('odd', [80, ['80'], 'many', {'a': 1}, True])
def test_a_list_that_cannot_be_understood_is_a_list_of_nothing(odd):
    assert read_lists({'ARL': {'PORT_TOP_10': odd}}).test == NO_PORTS


def test_arl_next_has_its_lists_in_files(tmp_path):
    assert read_lists({}, str(tmp_path)) == SHIPPED
    folder = tmp_path / 'dicts'
    folder.mkdir()
    (folder / 'port_test.txt').write_text('80\n\n8000-8002\n')
    (folder / 'port_top100.txt').write_text('\n')
    (folder / 'port_all.txt').write_text('everything\n')
    lists = read_lists({'ARL': {'PORT_TOP_10': '1'}}, str(tmp_path))
    assert lists.test.text() == '80,8000-8002'
    # The host takes two ports then, and nmap refuses the other.
    assert (lists.top100.text(), lists.all) == ('80,443', NO_PORTS)
    assert lists.top1000 == SHIPPED.top1000
    # A short list is scanned everywhere, a long one where somebody answers.
    assert lists.asking == {'top1000'}
