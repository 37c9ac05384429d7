"""Which option fills which table, and how far: the table of the forks' task code, row by row."""

import pytest

from scan_notify_plugin.host.coverage.lists import DNS_PLUGINS, SHIPPED, TOP_100_OF_OLD, Lists, read_lists
from scan_notify_plugin.host.coverage.options import TABLES
from scan_notify_plugin.host.coverage.ports import read_ports
from tests.host.coverage.tasks import document, extents, plugins, reasons

WEB = read_ports('80,443')
SCAN = {'port_scan': True, 'port_scan_type': 'custom', 'port_custom': '22,80,8000-8010'}
CUSTOM = read_ports('22,80,8000-8010')


# Domain names


@pytest.mark.parametrize('options, names', [
    ({}, {'domain_brute:single'}),
    ({'domain_brute': True}, {'domain_brute:test'}),
    ({'domain_brute': True, 'domain_brute_type': 'big'}, {'domain_brute:big'}),
    ({'domain_brute': True, 'domain_brute_type': 'nobody knows'}, {'domain_brute:test'}),
    ({'domain_brute': True, 'domain_brute_type': 7}, {'domain_brute:unknown'}),
    ({'dns_query_plugin': True}, {'domain_brute:single'} | DNS_PLUGINS),
    ({'alt_dns': True}, {'domain_brute:single', 'alt_dns'}),
    ({'search_engines': True}, {'domain_brute:single', 'search_engine'}),
    ({'web_info_hunter': True}, {'domain_brute:single', 'wih'}),
    ({'domain_oneforall': True}, {'domain_brute:single', 'domain_oneforall'}),
    # What repeats old data proves nothing.
    ({'arl_search': True}, {'domain_brute:single'}),
])  # fmt: skip
def test_domain_names_are_covered_by_the_sources_that_ran(options, names):
    found = extents(document('domain', options))['domain']
    assert (found.ports, found.names) == (None, names)
    assert not found.includes(None, ('arl',)) and not found.includes(None, ('monitor',))


def test_a_word_list_of_the_administrators_is_another_one():
    brute = document('domain', {'domain_brute': True, 'domain_brute_type': 'big'})
    assert extents(brute, lists=Lists(words='0a1b'))['domain'].names == {'domain_brute:big0a1b'}


def test_a_source_whose_stage_is_missing_did_not_run():
    task = document('domain', {'domain_brute': True, 'dns_query_plugin': True, 'alt_dns': True})
    task['service'] = [stage for stage in task['service'] if stage['name'] in ('alt_dns', 'fetch_site')]
    assert extents(task)['domain'].names == {'alt_dns'}
    # A hunter that took no time was not there.
    hunted = document('domain', {'web_info_hunter': True})
    hunted['service'] = [dict(stage, elapsed=0.5) for stage in hunted['service']]
    assert extents(hunted)['domain'].names == {'domain_brute:single'}
    # Where a domain answers to every name the host leaves the guessing out.
    guessed = document('domain', {'alt_dns': True})
    guessed['service'] = [dict(stage, elapsed=0.01) for stage in guessed['service']]
    assert extents(guessed)['domain'].names == {'domain_brute:single'}
    task['service'] = [{'name': 'fetch_site', 'elapsed': 3}]
    assert 'domain' not in extents(task) and ('coverage.no-stage', 'domain', 'domain_brute') in reasons(task)


# Ports


@pytest.mark.parametrize('options, ports', [
    ({}, SHIPPED.test),
    ({'port_scan_type': 'test'}, SHIPPED.test),
    ({'port_scan_type': 'top100'}, SHIPPED.top100),
    ({'port_scan_type': 'top1000'}, SHIPPED.top1000),
    ({'port_scan_type': 'all'}, SHIPPED.all),
    ({'port_scan_type': 'nobody knows'}, SHIPPED.test),
    ({'port_scan_type': 'custom'}, WEB),
    ({'port_scan_type': 'custom', 'port_custom': '22,80,8000-8010'}, CUSTOM),
    ({'port_scan_type': 'test', 'port_custom': '22'}, SHIPPED.test),
    ({'port_scan_type': 'custom', 'port_custom': '1-100', 'exclude_ports': '5-95,97'}, read_ports('1-4,96,98-100')),
    ({'port_scan_type': 'custom', 'port_custom': '1-100', 'exclude_ports': ''}, read_ports('1-100')),
    ({'port_scan_type': 'custom', 'port_custom': '1-100', 'exclude_ports': 'many'}, read_ports('1-100')),
])  # fmt: skip
@pytest.mark.parametrize('kind', ['ip', 'domain'])
def test_a_port_scan_fills_addresses_and_their_ports(kind, options, ports):
    found = extents(document(kind, dict(options, port_scan=True)))
    assert found['ip'].ports == found['service'].ports == ports
    assert found['ip'].names is found['service'].names is None


@pytest.mark.parametrize('options', [
    {'port_scan_type': 7}, {'port_scan_type': ['top100']}, {'port_scan_type': 'custom', 'port_custom': ''},
    {'port_scan_type': 'custom', 'port_custom': 80}, {'port_scan_type': 'custom', 'port_custom': '80,http'},
    {'exclude_ports': 80}, {'exclude_ports': '1-65535'}, {'port_scan_type': 'custom', 'port_custom': '9-1'},
])  # fmt: skip
def test_ports_that_cannot_be_understood_cover_nothing(options):
    task = document('ip', dict(options, port_scan=True, ssl_cert=True))
    assert not extents(task)
    assert ('coverage.ports-unknown', 'ip', 'port_scan') in reasons(task)


@pytest.mark.parametrize('statistic', [{'site_cnt': 0}, {}, None])
def test_the_oldest_fork_has_one_port_less_among_its_hundred(statistic):
    task = document('ip', {'port_scan': True, 'port_scan_type': 'top100'}, statistic=statistic)
    assert extents(task)['ip'].ports == TOP_100_OF_OLD


def test_lists_of_the_host_beside_us_are_taken():
    lists = Lists(test=read_ports('1'), top100=read_ports('2'), custom=read_ports('3'))
    for kind, ports in (('test', '1'), ('top100', '2'), ('custom', '3')):
        task = document('ip', {'port_scan': True, 'port_scan_type': kind}, statistic=None)
        assert extents(task, lists=lists)['ip'].ports == read_ports(ports)


def test_addresses_of_a_cdn_may_be_passed_over():
    for skip, scanned in ((False, True), (None, True), (True, False), ('odd', False)):
        found = extents(document('domain', dict(SCAN, skip_scan_cdn_ip=skip)))
        assert ('+cdn' in found['service'].reach) is scanned, skip
    assert '+cdn' not in extents(document('ip', SCAN))['service'].reach


@pytest.mark.parametrize('option', ['service_detection', 'os_detection'])
def test_cells_of_ports_are_filled_by_an_option_of_the_port_scan(option):
    assert extents(document('ip', dict(SCAN, **{option: True})))[option].ports == CUSTOM
    assert option not in extents(document('ip', SCAN))
    assert ('coverage.option-off', option, 'port_scan') in reasons(document('ip', {option: True}))


LONG = ','.join(str(number) for number in range(1000, 1061))
SHORT = LONG.rpartition(',')[0]


@pytest.mark.parametrize('options, tried', [
    ({'port_scan_type': 'test'}, {'unasked'}), ({'port_scan_type': 'nobody knows'}, {'unasked'}),
    ({'port_scan_type': 'top100'}, set()), ({'port_scan_type': 'top1000'}, set()),
    ({'port_scan_type': 'custom'}, {'unasked'}), ({'port_scan_type': 'custom', 'port_custom': SHORT}, {'unasked'}),
    ({'port_scan_type': 'custom', 'port_custom': LONG}, set()),
    ({'port_scan_type': 'custom', 'port_custom': '0-65535'}, set()),
    ({'port_scan_type': 'custom', 'port_custom': '1-65535'}, {'unasked'}),
    ({'port_scan_type': 'all'}, {'all ports'}),
])  # fmt: skip
def test_a_long_list_is_scanned_only_where_somebody_answers(options, tried):
    assert extents(document('ip', dict(options, port_scan=True)))['service'].reach == tried


def test_more_ports_can_find_less():
    few, many = (extents(document('ip', {'port_scan': True, 'port_scan_type': kind})) for kind in ('test', 'top1000'))
    assert many['ip'].ports.covers(few['ip'].ports)
    assert not many['ip'].includes(None, than=few['ip']) and many['ip'].includes(None, than=many['ip'])
    # Of an address that was found it does not matter.
    assert many['service'].includes(8080, than=few['service'], parent_found=True)
    # Sites and certificates of domains are tried everywhere where no ports are scanned.
    plain = extents(document('domain', {'ssl_cert': True}))
    assert 'unasked' in plain['site'].reach and 'unasked' in plain['cert'].reach


def test_lists_that_an_administrator_made_long_are_long():
    for given, asked in ((LONG, True), (SHORT, False)):
        lists = read_lists({'ARL': {'PORT_TOP_10': given}})
        found = extents(document('ip', {'port_scan': True}), lists=lists)
        assert ('unasked' in found['ip'].reach) is not asked


# Certificates and sites


def test_certificates_are_asked_for_at_the_ports_that_were_scanned():
    for kind in ('ip', 'domain'):
        assert extents(document(kind, dict(SCAN, ssl_cert=True)))['cert'].ports == CUSTOM
        assert 'cert' not in extents(document(kind, SCAN))


def test_without_a_port_scan_certificates_of_domains_are_asked_for_at_443_alone():
    assert extents(document('domain', {'ssl_cert': True}))['cert'].ports == read_ports('443')
    # An ip task has no addresses then.
    assert ('coverage.option-off', 'cert', 'port_scan') in reasons(document('ip', {'ssl_cert': True}))


def test_sites_are_looked_for_at_the_ports_that_were_scanned():
    for kind in ('ip', 'domain'):
        assert extents(document(kind, SCAN))['site'].ports == CUSTOM


def test_without_a_port_scan_sites_of_domains_are_tried_at_two_ports():
    assert extents(document('domain'))['site'].ports == WEB
    # And those of addresses not at all.
    assert ('coverage.option-off', 'site', 'port_scan') in reasons(document('ip'))


def test_risk_cruising_looks_at_its_targets_whatever_their_ports_are():
    found = extents(document('risk_cruising', {'npoc_service_detection': True}))
    assert found['site'].ports is found['npoc_service'].ports is None
    assert set(found) == {'site', 'npoc_service'}
    assert not any(extent.reach for extent in found.values())


def test_fingerprints_are_cells_of_an_option():
    assert extents(document('domain', {'site_identify': True}))['site_identify'].ports == WEB
    assert 'site_identify' not in extents(document('domain'))


# What looks at sites


@pytest.mark.parametrize('kind', ['ip', 'domain', 'risk_cruising'])
@pytest.mark.parametrize('table, option', [
    ('url', 'site_spider'), ('fileleak', 'file_leak'), ('nuclei_result', 'nuclei_scan'), ('wih', 'web_info_hunter'),
    ('npoc_service', 'npoc_service_detection'), ('xray_result', 'xray_scan'), ('unauth', 'unauth_scan'),
])  # fmt: skip
def test_an_option_fills_a_table(kind, table, option):
    on, off = document(kind, dict(SCAN, **{option: True})), document(kind, SCAN)
    assert extents(on)[table].ports == (None if kind == 'risk_cruising' else CUSTOM)
    assert extents(on)[table].names is None
    assert table not in extents(off)
    assert table in [found for code, found, _ in reasons(off) if code == 'coverage.option-off']


def test_urls_come_from_several_crawlers_and_need_those_that_ran_before():
    spider = extents(document('domain', {'site_spider': True}))['url']
    both = extents(document('domain', {'site_spider': True, 'search_engines': True}))['url']
    assert both.includes(80, than=spider, parent_found=True) and not spider.includes(80, than=both, parent_found=True)
    assert '+domain_oneforall' in extents(document('domain', {'domain_oneforall': True}))['url'].reach
    # Search engines are asked for domains alone.
    assert 'url' not in extents(document('ip', dict(SCAN, search_engines=True)))


def test_services_are_detected_where_ports_were_scanned():
    task = document('domain', {'npoc_service_detection': True})
    assert ('coverage.option-off', 'npoc_service', 'port_scan') in reasons(task)


# Vulnerabilities


@pytest.mark.parametrize('kind', ['ip', 'domain', 'risk_cruising'])
def test_vulnerabilities_are_covered_by_the_plugins_that_are_on(kind):
    options = dict(SCAN, poc_config=plugins('A', 'B'), brute_config=plugins('C'))
    found = extents(document(kind, options))['vuln']
    assert found.names == {'A', 'B', 'C'}
    assert found.includes(80, ('A',)) and not found.includes(80, ('Off',)) and not found.includes(80, ('',))


def test_host_collision_is_a_plugin_of_its_own_and_of_domains_alone():
    assert extents(document('domain', {'findvhost': True}))['vuln'].names == {'FindVhost'}
    for kind in ('ip', 'risk_cruising'):
        assert 'vuln' not in extents(document(kind, dict(SCAN, findvhost=True)))


def test_what_plugins_are_tried_on_matters_too():
    less = extents(document('ip', dict(SCAN, poc_config=plugins('A'))))['vuln']
    more = extents(document('ip', dict(SCAN, poc_config=plugins('A'), npoc_service_detection=True)))['vuln']
    assert more.includes(80, ('A',), than=less, parent_found=True)
    assert not less.includes(80, ('A',), than=more, parent_found=True)


@pytest.mark.parametrize('config', [
    [], None, 'A', {'A': True}, [None, 7, 'A'], [{'plugin_name': 'A'}], [{'plugin_name': 'A', 'enable': 'false'}],
    [{'enable': True}], [{'plugin_name': ['A'], 'enable': True}], [{'plugin_name': '', 'enable': True}],
    [{'plugin_name': '@dns', 'enable': True}], [{'plugin_name': 'A' * 1000, 'enable': True}],
])  # fmt: skip
def test_plugins_that_cannot_be_understood_cover_nothing(config):
    assert 'vuln' not in extents(document('ip', dict(SCAN, poc_config=config, brute_config=config)))


def test_a_plugin_of_a_stage_that_is_missing_is_not_covered():
    task = document('ip', dict(SCAN, poc_config=plugins('A'), brute_config=plugins('C')))
    task['service'] = [stage for stage in task['service'] if stage['name'] != 'poc_run']
    assert extents(task)['vuln'].names == {'C'}


# All of them


def test_everything_hangs_on_how_domain_names_were_found():
    options = dict(SCAN, dns_query_plugin=True, ssl_cert=True, file_leak=True)
    for table, extent in extents(document('domain', options)).items():
        assert table == 'domain' or extent.reach >= DNS_PLUGINS, table
    assert not any(extent.reach & DNS_PLUGINS for extent in extents(document('ip', options)).values())


def test_no_table_is_filled_by_a_type_that_does_not_look_at_it():
    everything = dict(SCAN, poc_config=plugins('A'), **{option: True for option in (
        'domain_brute', 'alt_dns', 'service_detection', 'os_detection', 'ssl_cert', 'site_identify', 'site_spider',
        'file_leak', 'nuclei_scan', 'web_info_hunter', 'xray_scan', 'unauth_scan', 'npoc_service_detection',
        'findvhost',
    )})  # fmt: skip
    for kind, tables in TABLES.items():
        assert set(extents(document(kind, everything))) == set(tables), kind
    assert 'domain' not in TABLES['ip'] and 'ip' not in TABLES['risk_cruising']


@pytest.mark.parametrize('option', [
    'site_capture', 'service_brute', 'fofa_search', 'link_fetch', 'an_option_of_tomorrow', 'domain_config',
])  # fmt: skip
def test_an_option_on_no_list_covers_nothing(option):
    assert extents(document('domain', {option: True})) == extents(document('domain', {}))


@pytest.mark.parametrize('value', ['true', 'false', [True], {'on': 1}, 2, 0.5, b'1', float('nan'), 10**30])
def test_a_yes_or_no_that_is_neither_covers_nothing(value):
    assert 'ip' not in extents(document('ip', {'port_scan': value}))
