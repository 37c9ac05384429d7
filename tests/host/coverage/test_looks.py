"""What a round looked at: each way in which a round can be incomplete, as far as its tasks show it."""

import pytest
from bson import ObjectId

from scan_notify_plugin import words
from scan_notify_plugin.faults import Fault, say
from scan_notify_plugin.host.coverage import looks, read
from scan_notify_plugin.host.coverage.options import TABLES
from scan_notify_plugin.host.coverage.ports import read_ports
from scan_notify_plugin.host.coverage.scan import scan_of
from scan_notify_plugin.testing.embedded import embedded_database
from tests.host.coverage.tasks import document, extents, looked, plugins, reasons

BIG = {'domain_brute': True, 'domain_brute_type': 'big'}
SCAN = {'port_scan': True, 'port_scan_type': 'custom', 'port_custom': '22,80'}
EVERYTHING = dict(
    SCAN, ssl_cert=True, site_identify=True, site_spider=True, file_leak=True, nuclei_scan=True, web_info_hunter=True,
    xray_scan=True, unauth_scan=True, npoc_service_detection=True, service_detection=True, os_detection=True,
    poc_config=plugins('A'), findvhost=True, domain_brute=True,
)  # fmt: skip


@pytest.mark.parametrize('outcome', ['error', 'stop', 'missing', 'dead', 'overdue', 'waiting', 'unqueued', 'tomorrow'])
def test_a_task_that_did_not_end_well_covers_nothing(outcome):
    task = document('ip', EVERYTHING)
    assert not extents(task, outcome=outcome)
    assert reasons(task, outcome=outcome) == {('coverage.failed', '', outcome)}


def test_a_task_that_is_no_longer_done_covers_nothing():
    assert reasons(document('ip', EVERYTHING, status='port_scan')) == {('coverage.failed', '', 'port_scan')}


def test_a_task_that_was_deleted_meanwhile_covers_nothing():
    gone = looks({}, {'a' * 24: 'done', 'b' * 24: 'done'}, {})
    assert (gone.looked, gone.elements_by_task) == ((), {})
    assert [(fault.code, fault.facts['count']) for fault in gone.remarks] == [('coverage.task-gone', 2)]


def test_a_failed_task_still_has_its_elements():
    result = looked(document('ip', EVERYTHING), outcome='error')
    assert result.elements_by_task == {'a' * 24: ('10.0.0.1', '10.0.0.2')}


@pytest.mark.parametrize('fields', [
    {'type': 'asset_site_add'}, {'type': 'fofa'}, {'type': ''}, {'type': None}, {'type': ['ip']},
    {'task_tag': 'monitor'},
    {'target': ''}, {'target': None},
])  # fmt: skip
def test_a_task_of_another_type_covers_nothing(fields):
    task = document('ip', EVERYTHING, **fields)
    assert not extents(task) and {code for code, _, _ in reasons(task)} == {'coverage.unknown-type'}


@pytest.mark.parametrize('table, stage', [
    ('ip', 'port_scan'), ('service', 'port_scan'), ('service_detection', 'port_scan'), ('os_detection', 'port_scan'),
    ('cert', 'ssl_cert'), ('site', 'fetch_site'), ('site', 'find_site'), ('site_identify', 'site_identify'),
    ('url', 'site_spider'), ('fileleak', 'file_leak'), ('nuclei_result', 'nuclei_scan'), ('wih', 'web_info_hunter'),
    ('xray_result', 'xray_scan'), ('unauth', 'unauth_scan'), ('npoc_service', 'npoc_service_detection'),
    ('vuln', 'poc_run'),
])  # fmt: skip
def test_a_table_whose_stage_is_missing_is_not_covered(table, stage):
    task = document('ip', EVERYTHING)
    assert table in extents(task)
    task['service'] = [one for one in task['service'] if one['name'] != stage]
    assert table not in extents(task)
    assert ('coverage.no-stage', table, stage) in reasons(task)


@pytest.mark.parametrize('table, stage', [
    ('fileleak', 'file_leak'), ('nuclei_result', 'nuclei_scan'), ('wih', 'web_info_hunter'),
    ('xray_result', 'xray_scan'), ('unauth', 'unauth_scan'), ('vuln', 'poc_run'),
])  # fmt: skip
@pytest.mark.parametrize('elapsed', [0.99, 0, -5, None, 'quick', float('nan'), float('inf'), 10**400, True])
def test_a_scanner_that_took_no_time_was_not_there(table, stage, elapsed):
    task = document('ip', EVERYTHING)
    task['service'] = [dict(one, elapsed=elapsed) if one['name'] == stage else one for one in task['service']]
    assert table not in extents(task)
    assert ('coverage.too-quick', table, stage) in reasons(task)


def test_what_takes_no_time_by_itself_may_be_quick():
    task = document('ip', EVERYTHING)
    task['service'] = [
        dict(one, elapsed=0.0 if one['name'] in ('port_scan', 'find_site') else 2) for one in task['service']
    ]
    assert set(extents(task)) == set(TABLES['ip'])


def test_two_parts_of_a_stage_count_together():
    task = document('ip', EVERYTHING)
    part = {'name': 'nuclei_scan', 'elapsed': 0.6}
    others = [one for one in task['service'] if one['name'] != 'nuclei_scan']
    assert 'nuclei_result' not in extents(dict(task, service=others + [part]))
    assert 'nuclei_result' in extents(dict(task, service=others + [part, part]))


def test_where_no_stages_are_written_only_what_may_be_absent_is_doubted():
    task = document('ip', EVERYTHING)
    del task['service']
    assert set(extents(task)) == set(TABLES['ip']) - {
        'fileleak',
        'nuclei_result',
        'wih',
        'xray_result',
        'unauth',
        'vuln',
    }


@pytest.mark.parametrize(
    'stages', [[], {}, 'port_scan', [None, 7, 'port_scan'], [{'elapsed': 3}], [{'name': ['port_scan']}]]
)
def test_stages_that_cannot_be_understood_are_none(stages):
    assert not extents(document('ip', EVERYTHING, service=stages))


@pytest.mark.parametrize('table, counter', [
    ('site', 'site_cnt'), ('site_identify', 'site_cnt'), ('ip', 'ip_cnt'), ('service', 'ip_cnt'), ('cert', 'cert_cnt'),
    ('service_detection', 'ip_cnt'), ('os_detection', 'ip_cnt'), ('domain', 'domain_cnt'), ('url', 'url_cnt'),
    ('fileleak', 'fileleak_cnt'), ('vuln', 'vuln_cnt'), ('nuclei_result', 'nuclei_result_cnt'), ('wih', 'wih_cnt'),
    ('npoc_service', 'npoc_service_cnt'), ('xray_result', 'xray_result_cnt'), ('unauth', 'unauth_cnt'),
])  # fmt: skip
def test_a_table_of_which_somebody_deleted_results_is_not_covered(table, counter):
    collection = counter[: -len('_cnt')]
    task = document('domain', EVERYTHING, statistic={'wih_cnt': 0, counter: 5})
    for found in (5, 6):
        assert table in extents(task, read={'a' * 24: {collection: found}})
    for found in ({collection: 4}, {}, None):
        assert table not in extents(task, read={'a' * 24: found})
        assert ('coverage.deleted', table, '') in reasons(task, read={'a' * 24: found})


@pytest.mark.parametrize('odd', ['5', None, [], {}, True, float('nan')])
def test_a_count_that_cannot_be_understood_is_not_reached(odd):
    assert 'site' not in extents(
        document('domain', EVERYTHING, statistic={'site_cnt': odd}), read={'a' * 24: {'site': 9}}
    )


@pytest.mark.parametrize('statistic', [None, {}, {'cip_cnt': 9}, 7, []])
def test_where_the_host_did_not_count_there_is_no_objection(statistic):
    assert set(extents(document('domain', EVERYTHING, statistic=statistic))) == set(TABLES['domain'])


def _narrow(table, port, names, then, now, **found):
    """Whether a record of the first round was looked for in the second."""
    then, now = (extents(document(found.get('kind', 'ip'), options)).get(table) for options in (then, now))
    return now is not None and now.includes(port, names, than=then)


@pytest.mark.parametrize('table, port, names, then, now, kind, covered', [
    # Narrower and wider ports.
    ('service', 22, (), SCAN, dict(SCAN, port_custom='80'), 'ip', False),
    ('service', 80, (), SCAN, dict(SCAN, port_custom='80'), 'ip', True),
    ('service', 22, (), dict(SCAN, port_custom='80'), SCAN, 'ip', True),
    ('ip', None, (), SCAN, dict(SCAN, port_custom='80'), 'ip', False),
    ('ip', None, (), dict(SCAN, port_custom='80'), SCAN, 'ip', True),
    ('service', 22, (), SCAN, dict(SCAN, exclude_ports='22'), 'ip', False),
    ('service', 10443, (), dict(SCAN, port_scan_type='top100'), dict(SCAN, port_scan_type='top1000'), 'ip', False),
    ('site', 8080, (), dict(SCAN, port_scan_type='top100'), {}, 'domain', False),
    ('site', 443, (), dict(SCAN, port_scan_type='top100'), {}, 'domain', True),
    # Other sources of domain names, for them and for all that hangs on them.
    ('domain', None, ('crtsh',), {'dns_query_plugin': True}, {}, 'domain', False),
    ('domain', None, ('crtsh', 'alt_dns'), {'dns_query_plugin': True}, {'dns_query_plugin': True}, 'domain', True),
    ('domain', None, ('arl',), {'arl_search': True}, {'arl_search': True}, 'domain', False),
    ('domain', None, ('domain_brute',), BIG, {'domain_brute': True}, 'domain', False),
    ('site', 80, (), {'dns_query_plugin': True}, {}, 'domain', False),
    ('ip', None, (), dict(SCAN, dns_query_plugin=True), SCAN, 'domain', False),
    ('service', 22, (), SCAN, dict(SCAN, skip_scan_cdn_ip=True), 'domain', False),
    # A plugin that was switched off, an option that was.
    ('vuln', 80, ('A',), dict(SCAN, poc_config=plugins('A')), dict(SCAN, poc_config=plugins('B')), 'ip', False),
    ('vuln', 80, ('A',), dict(SCAN, poc_config=plugins('A')), dict(SCAN, poc_config=plugins('B', 'A')), 'ip', True),
    ('fileleak', 80, (), dict(SCAN, file_leak=True), SCAN, 'ip', False),
    ('cert', 22, (), dict(SCAN, ssl_cert=True), {'ssl_cert': True}, 'domain', False),
])  # fmt: skip
def test_a_round_that_was_narrowed_or_widened(table, port, names, then, now, kind, covered):
    assert _narrow(table, port, names, then, now, kind=kind) is covered


def test_another_target_is_another_element():
    one, other = document('ip', SCAN, target='10.0.0.1'), document('ip', SCAN, target='10.0.0.2')
    assert {found.element for found in looked(one).looked}.isdisjoint(found.element for found in looked(other).looked)


def test_two_tasks_with_one_element_look_at_what_either_looks_at():
    one = document('ip', SCAN, target='10.0.0.1')
    other = document('ip', dict(SCAN, port_custom='443'), target='10.0.0.1/32', _id='b' * 24)
    assert extents(one, other)['service'].ports == read_ports('22,80,443')
    # One that failed takes nothing from the other.
    other['status'] = 'error'
    both = looked(one, other)
    assert {found.table: found.extent for found in both.looked}['service'].ports == read_ports('22,80')
    assert 'coverage.failed' in [fault.code for fault in both.remarks]


def test_what_was_looked_at_is_in_order_and_reasons_are_added_up():
    documents = [
        document('ip', SCAN, _id='{:024x}'.format(number), target='10.0.{}.0-9'.format(number)) for number in range(300)
    ]
    result = looked(*documents)
    places = [(found.element, found.table) for found in result.looked]
    assert places == sorted(set(places)) and len(places) == 900
    assert len(result.remarks) < 20
    (fault,) = [fault for fault in result.remarks if fault.facts['table'] == 'cert']
    assert fault == Fault(
        'coverage.option-off', table='cert', detail='ssl_cert', count=300, element='10.0.0.0-10.0.0.9'
    )


def test_every_reason_is_said_in_both_languages():
    task = document(
        'domain', dict(EVERYTHING, port_custom='x', nuclei_scan=False, findvhost=False), statistic={'wih_cnt': 3}
    )
    task['service'] = [dict(one, elapsed=0.1) for one in task['service'] if one['name'] != 'ssl_cert']
    found = looked(task).remarks + looked(task, outcome='error').remarks + looks({}, {'b' * 24: 'done'}, {}).remarks
    found += looked(document('ip', type='fofa')).remarks
    plain = document('domain', EVERYTHING, statistic={'site_cnt': 3})
    plain['service'] = [one for one in plain['service'] if one['name'] != 'ssl_cert']
    found += looked(plain).remarks
    assert {fault.code for fault in found} == {
        code for code in words.LANGUAGES['en'] if code.startswith('coverage.') and '.table.' not in code
    }
    for fault in found:
        for language in ('en', 'zh'):
            said = say(fault, language)
            assert said.startswith(words.family('coverage.table', language).get(fault.facts['table'], '')), said


def test_every_table_has_words():
    tables = {table for tables in TABLES.values() for table in tables}
    for language in words.LANGUAGES:
        assert set(words.family('coverage.table', language)) == tables


@pytest.mark.parametrize('odd', [
    {}, {'options': None}, {'options': 'all'}, {'options': [1]}, {'target': 7}, {'status': None}, {'service': {'a': 1}},
    {'name': b'x', 'type': 'ip', 'options': {'port_scan': {}}}, {'statistic': 'x'},
    {'cruising_target': [{}, [], 'x' * 100000]},
])  # fmt: skip
def test_an_odd_document_is_no_error(odd):
    for kind in ('ip', 'domain', 'risk_cruising'):
        task = dict({'_id': 'a' * 24, 'type': kind, 'status': 'done', 'target': 'x'}, **odd)
        scan = scan_of(task)
        looks({scan.id: scan}, {scan.id: 'done'}, {})


def test_the_tasks_are_read_from_the_hosts_collection():
    db = embedded_database()
    ids = [ObjectId() for _ in range(3)]
    for number in range(2):
        db['task'].insert_one(document('ip', SCAN, _id=ids[number], celery_id='x'))
    scans = read(db, [str(one) for one in ids] + ['no id', ''])
    assert set(scans) == {str(one) for one in ids[:2]}
    scan = scans[str(ids[0])]
    assert (scan.type, scan.status, scan.tag, scan.elements) == ('ip', 'done', 'task', ('10.0.0.1', '10.0.0.2'))
    assert scan.services['port_scan'] == 2.5 and scan.options['port_custom'] == '22,80'
