"""What a task looks at: one text for one target, however it is written, and whose a record is."""

import random
import time

import pytest

from scan_notify_plugin.host.coverage import elements_of
from scan_notify_plugin.host.coverage.elements import MOST, elements


@pytest.mark.parametrize('written', [
    '10.0.0.0/24', '10.0.0.7/24', '10.0.0.0-255', '10.0.0.0-10.0.0.255', '010.0.0.0/024', '10.0.0.0/24,10.0.0.9/24',
])  # fmt: skip
def test_a_network_is_one_element_however_it_is_written(written):
    assert elements('ip', written) == ('10.0.0.0/24',)


@pytest.mark.parametrize('written, element', [
    ('10.0.0.1', '10.0.0.1'), ('10.0.0.1/32', '10.0.0.1'), ('10.0.0.1-1', '10.0.0.1'),
    ('10.0.0.1-10.0.0.1', '10.0.0.1'),
    ('10.0.0.1-20', '10.0.0.1-10.0.0.20'), ('10.0.0.1-10.0.1.20', '10.0.0.1-10.0.1.20'), ('0.0.0.0/0', '0.0.0.0/0'),
    ('2001:DB8::0:1', '2001:db8::1'), ('2001:db8::/120', '2001:db8::/120'), ('2001:db8::5/120', '2001:db8::/120'),
    ('2001:db8::-2001:db8::ff', '2001:db8::/120'), ('::1-::5', '::1-::5'),
])  # fmt: skip
def test_an_address_a_network_and_a_range(written, element):
    assert elements('ip', written) == (element,)


@pytest.mark.parametrize('written', [
    '10.0.0.300', '10.0.0.9-3', '10.0.0.1/33', '10.0.0.1/', '10.0.0.1-', '-', 'fe80::1%eth0', '10.0.0.1-2001::',
    '1.2.3.4/-1',
    '١.2.3.4', 'host.example',
])  # fmt: skip
def test_what_is_no_address_stays_as_it_is_written(written):
    assert elements('ip', written.upper()) == (written,)


def test_an_ip_task_has_many_in_an_order_that_does_not_change():
    assert (
        elements('ip', '10.0.0.9 10.0.0.1\n10.0.0.9')
        == elements('ip', '10.0.0.1, 10.0.0.9')
        == ('10.0.0.1', '10.0.0.9')
    )


def test_a_domain_a_target_of_risk_cruising_and_a_task_of_another_type():
    assert elements('domain', ' Example.COM. ') == ('example.com',)
    assert elements('risk_cruising', '目标：2， PoC：3', ['HTTP://b/', '10.0.0.1:22', 7, None]) == (
        '10.0.0.1:22',
        'http://b',
    )
    assert elements('risk_cruising', '目标：2， PoC：3') == ('目标：2， poc：3',)
    assert elements('fofa', 'Fofa ip 3') == ('fofa ip 3',)


@pytest.mark.parametrize('odd', [None, 7, b'10.0.0.1', [], {}, '', '  '])
def test_a_target_that_is_none_has_no_elements(odd):
    for kind in ('ip', 'domain', 'risk_cruising', ''):
        assert elements(kind, odd, odd) == ()


def test_what_is_huge_is_one_element_or_is_cut_and_stays_the_same():
    many = ' '.join('10.{}.{}.1'.format(number >> 8, number & 255) for number in range(MOST + 1))
    (one,) = elements('ip', many)
    assert len(one) < 400 and elements('ip', many) == (one,) != elements('ip', many + ' 10.0.0.1')
    assert len(elements('domain', 'a' * 100000)[0]) < 400
    assert elements('domain', 'x\ud800.com')[0].encode('utf-8')


def test_a_record_is_of_the_elements_that_contain_its_address():
    of = (
        '10.0.0.0/24',
        '10.0.0.5',
        '10.0.0.1-10.0.0.9',
        '2001:db8::/32',
        'example.com',
        'a.example.com',
        'http://10.0.0.77:8080/x',
    )
    assert set(elements_of('10.0.0.5', of)) == {'10.0.0.0/24', '10.0.0.5', '10.0.0.1-10.0.0.9'}
    assert elements_of('10.0.0.10', of) == ('10.0.0.0/24',)
    assert elements_of('2001:DB8:0::9', of) == ('2001:db8::/32',)
    assert set(elements_of('B.a.example.com', of)) == {'example.com', 'a.example.com'}
    assert set(elements_of('10.0.0.77', of)) == {'10.0.0.0/24', 'http://10.0.0.77:8080/x'}
    assert elements_of('example.com', of) == ('example.com',)


@pytest.mark.parametrize('address', ['', '10.0.1.1', 'notexample.com', '::1', 'x' * 9999, '10.0.0.5.', '[', '-1'])
def test_where_none_contains_it_a_record_is_of_all(address):
    of = ('10.0.0.0/24', 'example.com')
    assert elements_of(address, of) == of or address == '10.0.0.5.'


def test_one_element_has_all_records_and_none_has_none():
    assert elements_of('10.9.9.9', ('example.com',)) == ('example.com',) and elements_of('10.9.9.9', ()) == ()
    assert elements_of('10.0.0.1', ['10.0.0.1', '10.0.0.2']) == ('10.0.0.1',)


def test_the_host_replaces_a_place_in_a_name_by_words():
    of = ('dev-{fuzz}.example.com', 'x.org')
    assert elements_of('dev-7.example.com', of) == ('dev-{fuzz}.example.com',)
    assert elements_of('7.example.com', of) == of


def test_targets_of_risk_cruising_have_the_records_of_their_hosts():
    of = ('a.com:22', 'http://b.com/x', 'https://u:p@[2001:db8::1]:8443/', 'c.com')
    assert elements_of('a.com', of) == ('a.com:22',) and elements_of('b.com', of) == ('http://b.com/x',)
    assert elements_of('2001:db8::1', of) == (of[2],)
    assert elements_of('www.c.com', of) == ('c.com',) and elements_of('www.b.com', of) == of


def test_belonging_agrees_with_a_plain_search():
    pick = random.Random(5)
    spans = {(first, first + pick.randrange(60)) for first in (pick.randrange(180) for _ in range(40))}
    of = tuple(sorted({elements('ip', '10.0.0.{}-{}'.format(*span))[0] for span in spans}))
    for number in range(256):
        plain = {elements('ip', '10.0.0.{}-{}'.format(*span))[0] for span in spans if span[0] <= number <= span[1]}
        assert set(elements_of('10.0.0.{}'.format(number), of)) == (plain or set(of))


def test_a_hundred_thousand_records_take_no_time():
    of = tuple('10.{}.{}.0/28'.format(number >> 8, number & 255) for number in range(5000))
    start = time.process_time()
    for number in range(100000):
        elements_of('10.{}.{}.3'.format((number >> 8) & 31, number & 255), of)
    assert time.process_time() - start < 2
