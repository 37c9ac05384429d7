"""What makes a record the same one in the next round, what it hangs on, and what people are told of it."""

import random

import pytest

from scan_notify_plugin.host.results import identity as identities
from scan_notify_plugin.host.results.identity import TABLES, UNIT, WATCHED, described
from scan_notify_plugin.host.results.identity.urls import normal_target, normal_targets, place_of
from scan_notify_plugin.words import known

DIGEST = '0123456789abcdef0123456789abcdef'


def joined(*parts):
    return UNIT.join(parts)


@pytest.mark.parametrize('text, normal', [
    ('https://a.example.com', 'https://a.example.com'),
    ('HTTPS://A.Example.COM', 'https://a.example.com'),
    ('https://a.example.com/', 'https://a.example.com'),
    ('https://a.example.com:443', 'https://a.example.com'),
    ('https://a.example.com:0443/x', 'https://a.example.com/x'),
    ('http://a.example.com:443/', 'http://a.example.com:443'),
    ('http://a.example.com:80/A/../B//c?Q=1#top', 'http://a.example.com/A/../B//c?Q=1'),
    ('http://a.example.com?q=1', 'http://a.example.com/?q=1'),
    ('http://a.example.com/?q=1', 'http://a.example.com/?q=1'),
    ('http://a.example.com:/x', 'http://a.example.com/x'),
    ('http://a.example.com/x/', 'http://a.example.com/x/'),
    (' http://a.example.com/x\t', 'http://a.example.com/x'),
    ('http://[2001:DB8:0::1]:80/', 'http://[2001:db8::1]'),
    ('http://***@A/x', 'http://***@a/x'),
    ('http://a:99999999999999999999999999/x', 'http://a:99999999999999999999999999/x'),
    ('ssh://192.0.2.1:22', 'ssh://192.0.2.1:22'),
    ('A.example.com:22', 'a.example.com:22'),
    ('A/B', 'A/B'),
    ('', ''),
])  # fmt: skip
def test_one_place_has_one_spelling(text, normal):
    assert normal_target(text) == normal and normal_targets([text]) == [normal]


def strange(chance):
    alphabet = 'aA.:/?#@[]%80443http s\\\x1f\n\ud800字é*&=~_-'
    return ''.join(chance.choice(alphabet) for _ in range(chance.randrange(30)))


def test_a_spelling_is_the_same_however_often_it_is_made_and_whichever_way():
    chance = random.Random(1)
    for _ in range(2000):
        text = chance.choice(['', 'http://', 'HTTPS://a', 'https://a.b', 'http://a:80']) + strange(chance)
        normal = normal_target(text)
        assert normal_target(normal) == normal and normal_targets([text, normal]) == [normal, normal]
        assert place_of(normal).host == place_of(text).host or '#' in text or '@' in text or not text.isprintable()


@pytest.mark.parametrize('table, identity, parents, address, port', [
    ('ip', '192.0.2.1', (), '192.0.2.1', None),
    ('domain', 'a.example.com', (), 'a.example.com', None),
    ('service', joined('192.0.2.1', '22'), (('ip', '192.0.2.1'),), '192.0.2.1', 22),
    ('service', joined('2001:db8::1', '22'), (('ip', '2001:db8::1'),), '2001:db8::1', 22),
    ('site', 'https://a.example.com:8443', (('domain', 'a.example.com'),), 'a.example.com', 8443),
    ('site', 'https://a.example.com', (('domain', 'a.example.com'),), 'a.example.com', 443),
    ('site', 'http://192.0.2.1', (('service', joined('192.0.2.1', '80')), ('ip', '192.0.2.1')), '192.0.2.1', 80),
    ('site', 'http://[2001:db8::1]:81', (('service', joined('2001:db8::1', '81')), ('ip', '2001:db8::1')),
     '2001:db8::1', 81),
    ('cert', joined('192.0.2.1', '8443', 'CN=a'), (('service', joined('192.0.2.1', '8443')),), '192.0.2.1', 8443),
    ('cert', joined('192.0.2.1', '443', 'CN=a'), (('service', joined('192.0.2.1', '443')), ('ip', '192.0.2.1')),
     '192.0.2.1', 443),
    ('npoc_service', joined('192.0.2.1', '22', 'ssh'), (('service', joined('192.0.2.1', '22')), ('ip', '192.0.2.1')),
     '192.0.2.1', 22),
    ('npoc_service', joined('a.example.com', '22', 'ssh'), (('domain', 'a.example.com'),), 'a.example.com', 22),
    ('url', 'https://a.example.com/x?y=1', (('site', 'https://a.example.com'),), 'a.example.com', 443),
    ('fileleak', 'http://192.0.2.1:81/x', (('site', 'http://192.0.2.1:81'), ('service', joined('192.0.2.1', '81'))),
     '192.0.2.1', 81),
    ('wih', joined('https://a.example.com', 'email', DIGEST), (('site', 'https://a.example.com'),),
     'a.example.com', 443),
    ('nuclei_result', joined('cve', 'https://a.example.com/x'), (('site', 'https://a.example.com'),),
     'a.example.com', 443),
    ('nuclei_result', joined('ssh-weak', '192.0.2.1:22'),
     (('service', joined('192.0.2.1', '22')), ('site', 'http://192.0.2.1:22'), ('site', 'https://192.0.2.1:22')),
     '192.0.2.1', 22),
    ('vuln', joined('https://a.example.com', 'p', 'v'), (('site', 'https://a.example.com'),), 'a.example.com', 443),
    ('vuln', joined('ssh://192.0.2.1:22', 'ssh_brute', 'weak', 'root'), (('service', joined('192.0.2.1', '22')),),
     '192.0.2.1', 22),
    ('vuln', joined('redis://a.example.com:6379', 'p', 'v'), (('domain', 'a.example.com'),), 'a.example.com', 6379),
    ('vuln', joined('a.example.com', 'p', 'v'),
     (('site', 'http://a.example.com'), ('site', 'https://a.example.com'), ('domain', 'a.example.com')),
     'a.example.com', None),
    ('unauth', 'http://a.example.com/api', (('site', 'http://a.example.com'),), 'a.example.com', 80),
    ('xray_result', joined('xss', 'http://a.example.com/api'), (('site', 'http://a.example.com'),),
     'a.example.com', 80),
])  # fmt: skip
def test_a_record_hangs_on_what_it_was_found_at(table, identity, parents, address, port):
    assert identities.parents(table, identity) == parents
    assert identities.address_of(table, identity) == address
    assert identities.port_of(table, identity) == port


def test_the_parents_of_a_record_are_named_as_records_are():
    """A site as a URL says it is the identity that the site has."""
    for url in ('HTTP://A.example.com:80/x', 'https://a.example.com:8443?x', 'https://[2001:DB8::0:1]/x'):
        (table, site), *_ = identities.parents('url', normal_target(url))
        assert table == 'site' and normal_target(site) == site


def test_a_vulnerability_knows_its_plugin():
    assert identities.plugin_of('vuln', joined('t', 'ssh_brute', 'weak', 'root')) == 'ssh_brute'
    assert identities.plugin_of('vuln', 't') == identities.plugin_of('site', joined('t', 'x')) == ''


@pytest.mark.parametrize('table, identity, cells, target, name', [
    ('ip', '192.0.2.1', (), '192.0.2.1', ''),
    ('service', joined('192.0.2.1', '22'), ('OpenSSH', '8.9'), '192.0.2.1:22', 'OpenSSH 8.9'),
    ('service', joined('2001:db8::1', '22'), ('', ''), '[2001:db8::1]:22', ''),
    ('domain', 'a.example.com', ('', '192.0.2.1'), 'a.example.com', ''),
    ('site', 'https://a.example.com', ('Login', '200', 'Vue'), 'https://a.example.com', 'Login'),
    ('cert', joined('192.0.2.1', '443', 'CN=a'), ('1', '2'), '192.0.2.1:443', 'CN=a'),
    ('npoc_service', joined('192.0.2.1', '22', 'ssh'), (), '192.0.2.1:22', 'ssh'),
    ('url', 'https://a/x?token=s3cr3tvalue', (), 'https://a/x?token=***', ''),
    ('fileleak', 'https://a/.git', (), 'https://a/.git', ''),
    ('wih', joined('https://a', 'email', DIGEST), (), 'https://a', 'email #012345'),
    ('nuclei_result', joined('cve-2021-1', 'https://a'), (), 'https://a', 'cve-2021-1'),
    ('nuclei_result', joined('cve-2021-1', 'https://a'), ('',), 'https://a', 'cve-2021-1'),
    ('nuclei_result', joined('cve-2021-1', 'https://a'), ('CVE-2021-1',), 'https://a', 'CVE-2021-1'),
    ('nuclei_result', joined('cve-2021-1', 'https://a'), ('Log4Shell',), 'https://a', 'Log4Shell (cve-2021-1)'),
    ('nuclei_result', joined('', 'https://a'), ('Log4Shell',), 'https://a', 'Log4Shell'),
    ('vuln', joined('ssh://192.0.2.1:22', 'ssh_brute', 'SSH weak', 'root'), (), 'ssh://192.0.2.1:22',
     'SSH weak (root)'),
    ('vuln', joined('https://a', 'p', ''), (), 'https://a', 'p'),
    ('xray_result', joined('xss', 'http://a/x'), (), 'http://a/x', 'xss'),
    ('unauth', 'http://a/x', (), 'http://a/x', ''),
    ('of_tomorrow', 'x', ('y',), 'x', ''),
])  # fmt: skip
def test_people_are_told_where_and_what(table, identity, cells, target, name):
    assert described(table, identity, cells) == (target, name)


def test_what_people_are_told_is_short():
    target, name = described('site', 'https://a/' + 'x' * 100000, ('t' * 100000, '200', ''))
    assert len(target) == len(name) == 200 and target.endswith('…')


@pytest.mark.parametrize('table', TABLES + ('of_tomorrow',))
def test_any_text_has_an_answer(table):
    chance = random.Random(table)
    for _ in range(250):
        identity = UNIT.join(strange(chance) for _ in range(chance.randrange(6)))[chance.randrange(3) :]
        cells = tuple(strange(chance) for _ in range(chance.randrange(4)))
        for parent, name in identities.parents(table, identity):
            assert parent in ('ip', 'service', 'domain', 'site') and name and parent != table
        port = identities.port_of(table, identity)
        assert port is None or 0 <= port < 100000
        texts = described(table, identity, cells) + (identities.address_of(table, identity),)
        assert all(isinstance(text, str) for text in texts + (identities.plugin_of(table, identity),))
        assert not any(UNIT in text or '\n' in text or '\ud800' in text for text in texts[:2])


def test_parents_come_before_what_hangs_on_them():
    assert set(WATCHED) == set(TABLES) and len(set(TABLES)) == len(TABLES)
    samples = {'site': 'http://192.0.2.1', 'url': 'http://a/x', 'wih': joined('http://a', 't', DIGEST)}
    for table in TABLES:
        identity = samples.get(table, joined('192.0.2.1', '443', 'x'))
        for parent, _ in identities.parents(table, identity):
            assert TABLES.index(parent) < TABLES.index(table)


def test_watched_cells_have_words():
    assert {table for table, cells in WATCHED.items() if cells} == {
        'site', 'service', 'domain', 'cert', 'nuclei_result',
    }  # fmt: skip
    assert all(known(cell.column) for cells in WATCHED.values() for cell in cells)
    assert [cell.option for cell in WATCHED['site']] == ['', '', 'site_identify']
    assert [cell.option for cell in WATCHED['nuclei_result']] == ['unwatched']  # of no scan: a name is not compared
    assert {cell.option for cell in WATCHED['service']} == {'service_detection'}
