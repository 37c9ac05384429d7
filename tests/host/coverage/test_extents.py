"""How much was looked at: with ports, with names, and with what a table as a whole depends on."""

import pytest

from scan_notify_plugin.host.coverage import NOTHING, Extent
from scan_notify_plugin.host.coverage.lists import DNS_PLUGINS, NAMED_PORTS, SHIPPED
from scan_notify_plugin.host.coverage.ports import ports_of, read_ports


def some(ports=None, names=None, reach=()):
    return Extent(
        None if ports is None else read_ports(ports), None if names is None else frozenset(names), frozenset(reach)
    )


def test_a_port_is_looked_for_if_it_is_in_the_list():
    assert some('80,443').includes(443) and not some('80,443').includes(22)
    assert some().includes(22) and some().includes(None)


def test_an_address_is_looked_for_by_all_the_ports_by_which_it_can_be_found():
    assert some('80,443').includes(None)
    assert some('80,443').includes(None, than=some('80'))
    assert not some('80').includes(None, than=some('80,443'))


def test_a_domain_name_is_looked_for_if_a_source_that_found_it_ran():
    ran = some(names=['crtsh', 'domain_brute:big'])
    assert ran.includes(None, ('crtsh', 'fofa')) and not ran.includes(None, ('fofa',))
    assert ran.includes(None, ('domain_brute',)) and not ran.includes(None, ()) and ran.includes(None, 'crtsh')
    assert not some(names=['crtsh']).includes(None, ('domain_brute', 'arl'))


@pytest.mark.parametrize('now, then, included', [
    ('big', 'big', True), ('big', 'test', False), ('test', 'big', False), ('big', 'single', True),
    ('single', 'single', True), ('single', 'big', False), ('bigab12', 'big', False),
])  # fmt: skip
def test_a_list_of_words_finds_what_the_same_list_found(now, then, included):
    now, then = (some(names=['domain_brute:' + words]) for words in (now, then))
    assert now.includes(None, ('domain_brute',), than=then) is included


def test_what_works_on_what_others_found_needs_these_others():
    less, more = some(names=['alt_dns']), some(names=['alt_dns', 'crtsh'])
    assert more.includes(None, ('alt_dns',), than=less)
    assert not less.includes(None, ('alt_dns',), than=more)
    # A source of its own does not.
    assert some(names=['fofa']).includes(None, ('fofa',), than=some(names=['fofa', 'crtsh']))


def test_a_round_of_less_reach_may_have_missed_any_record():
    wide, narrow = some('80', reach=['crtsh', 'alt_dns']), some('80', reach=['alt_dns'])
    assert wide.includes(80, than=narrow) and not narrow.includes(80, than=wide)
    assert narrow.includes(80, than=wide, parent_found=True)
    # What has nothing to do with how the parent was found is needed all the same.
    assert not narrow.includes(80, than=some('80', reach=['+npoc_service']), parent_found=True)


def test_addresses_of_a_cdn_are_passed_over_but_for_two_ports():
    then, now = some('80,8080', reach=['+cdn']), some('80,8080')
    assert now.includes(80, than=then) and not now.includes(8080, than=then, parent_found=True)
    assert now.includes(8080, than=then, cdn=False) and not now.includes(8080, than=then, cdn=True)


def test_one_covers_another_if_it_has_all_of_it():
    one = some('1-100', ['a', 'b'], ['x'])
    assert one.covers(some('80', ['a'])) and one.covers(one) and one.covers(NOTHING)
    for other in (some('200', ['a']), some(None, ['a']), some('80', ['c']), some('80'), some('80', ['a'], ['y'])):
        assert not one.covers(other)
    assert some().covers(some('80', ['a']))


def test_two_look_at_what_either_looks_at():
    both = some('80', ['a'], ['x']).union(some('81', ['b'], ['y']))
    assert both == some('80-81', ['a', 'b'], ['x', 'y'])
    assert both.union(some()) == some(reach=['x', 'y'])


@pytest.mark.parametrize('extent', [
    Extent(), NOTHING, some('80,443'), some('80', ['"quoted"', 'Ünï', '|;=,'], ['+cdn']),
    Extent(SHIPPED.top1000, None, DNS_PLUGINS | {'alt_dns'}), Extent(None, DNS_PLUGINS),
    Extent(ports_of([(1, 5)]), frozenset(['crtsh'])),
] + [Extent(ports) for ports in NAMED_PORTS.values()])  # fmt: skip
def test_an_extent_is_read_as_it_was_written(extent):
    assert Extent.from_text(extent.text()) == extent
    assert len(extent.text()) < 80


@pytest.mark.parametrize('text', [
    '', 'rubbish', '[]', '[1,2]', '[null,null,[]', '{"a":1}', 'null', '7', '["9-1",null,[]]', '[80,null,[]]',
    '[[],null,[]]',
    '[null,[1],[]]', '[null,"ab",[]]', '[null,null,null]', '[null,null,[[]]]', None, 7, b'[]',
    '[{"a":1},null,[]]', '[true,null,[]]', '["@nobody",null,[]]', '[NaN,null,[]]',
])  # fmt: skip
def test_what_is_no_extent_includes_nothing(text):
    read = Extent.from_text(text)
    assert read == NOTHING
    assert not read.includes(None, ('a',)) and not read.includes(80, ('a',)) and not read.includes(None)


def test_what_is_huge_is_no_extent():
    assert Extent.from_text('[' * 100000) == Extent.from_text('x' * 3000000) == NOTHING
