"""The tables of a run beside what the host's own export makes of the same documents."""

from datetime import datetime

import mongomock
import pytest

from scan_notify_plugin.host.results import Results

IP_TITLES = ['IP', '端口信息', '开放端口数目', 'geo', 'as 编号', '操作系统']
MIXED_TITLES = ['IP', '端口信息', '开放端口数目', 'geo', 'as 编号', 'domain', '操作系统', 'CDN', '类别']


@pytest.fixture
def db():
    return mongomock.MongoClient(tz_aware=True)['arl']


def add_task(db, kind='domain', target='a.example.com', **fields):
    task = dict({'name': 'n', 'target': target, 'type': kind, 'status': 'done'}, **fields)
    return str(db['task'].insert_one(task).inserted_id)


def tables(db, task_ids, **options):
    with Results(db, task_ids, **options) as results:
        return {table.name: list(table.rows) for table in results.tables()}


def port(number, product='', version='', service='http'):
    return {'port_id': number, 'service_name': service, 'product': product, 'version': version, 'protocol': 'tcp'}


def address(ip, ports=(), **fields):
    empty = {'os_info': {}, 'ip_type': 'PUBLIC', 'geo_asn': {}, 'geo_city': {}}
    return dict(empty, ip=ip, port_info=list(ports), **fields)


def site(url, **fields):
    return dict({'site': url, 'title': 't', 'status': 200, 'finger': [], 'favicon': {}}, **fields)


def insert(db, collection, task_id, *documents):
    db[collection].insert_many([dict(document, task_id=task_id) for document in documents])


# as the host's export of one task (host: app.routes.export)


@pytest.mark.parametrize('kind, target, titles', [
    ('ip', '192.0.2.1 192.0.2.2', IP_TITLES),
    ('', '192.0.2.0/24', IP_TITLES),
    ('domain', 'a.example.com', MIXED_TITLES),
    ('domain', '1.2.3.4.example.com', MIXED_TITLES),
    ('risk_cruising', '目标：1， PoC：2', MIXED_TITLES),
])  # fmt: skip
def test_sheets_have_the_titles_of_the_host(db, kind, target, titles):
    with Results(db, [add_task(db, kind, target)]) as results:
        result = {
            table.title: [column.title for column in table.columns]
            for table in results.tables()
            if list(table.rows) or 1
        }
    assert list(result)[:3] == ['站点', 'IP', '系统服务'] and result['IP'] == titles
    assert result['站点'] == ['site', 'title', '指纹', '状态码', 'favicon hash']
    assert result['系统服务'] == ['IP', '端口', '服务', '产品', '版本']
    assert ('域名' in result) == (titles is MIXED_TITLES)
    assert result.get('域名', ['域名', '解析类型', '记录值', '关联ip']) == ['域名', '解析类型', '记录值', '关联ip']
    assert [title for title in result['资产统计'] if title] == ['端口信息统计', '系统服务信息统计', '软件产品信息统计']


def test_one_task_is_told_as_the_host_tells_it(db):
    task_id = add_task(db)
    fingers = [{'name': 'Nginx', 'icon': 'x'}, {'name': 'Vue'}]
    city, unnamed = {'country_name': 'China', 'region_name': 'Beijing', 'city': None}, {
        'country_name': None,
        'region_name': None,
    }
    insert(
        db,
        'site',
        task_id,
        site('https://a', finger=fingers, favicon={'hash': -5, 'data': 'x'}),
        site('https://b', title=''),
    )
    insert(
        db, 'ip', task_id,
        address('192.0.2.1', [port(22, 'OpenSSH', '8', 'ssh'), port(80)], geo_city=city,
                geo_asn={'organization': 'Org'},
                os_info={'name': 'Linux'}, domain=['b.example.com', 'a.example.com'], cdn_name='CDN'),
        address('192.0.2.2', geo_city=unnamed),
        address('192.0.2.3', [port(443)], geo_asn={'organization': 'hidden without a place'}),
    )  # fmt: skip
    insert(db, 'domain', task_id, {'domain': 'a.example.com', 'type': 'A', 'record': ['2.2.2.2', '1.1.1.1'], 'ips': []})
    result = tables(db, [task_id])
    assert result['site'] == [('https://a', 't', 'Nginx \r\nVue', 200, -5), ('https://b', '', '', 200, '')]
    assert result['ip'] == [
        (
            '192.0.2.1',
            '22 \r\n80',
            2,
            'China/Beijing',
            'Org',
            'b.example.com \r\na.example.com',
            'Linux',
            'CDN',
            'PUBLIC',
        ),
        ('192.0.2.2', '', 0, 'None/None', '', '', '', None, 'PUBLIC'),
        ('192.0.2.3', '443', 1, '', '', '', '', None, 'PUBLIC'),
    ]
    assert result['service'] == [
        ('192.0.2.1', 22, 'ssh', 'OpenSSH', '8'), ('192.0.2.1', 80, 'http', '', ''), ('192.0.2.3', 443, 'http', '', ''),
    ]  # fmt: skip
    assert result['domain'] == [('a.example.com', 'A', '2.2.2.2 \r\n1.1.1.1', '')]


def test_the_statistics_are_laid_out_and_counted_as_the_host_does_it(db):
    task_id = add_task(db, 'ip', '192.0.2.0/24')
    secure = port(443, ' nginx ', service='https-alt')
    insert(
        db, 'ip', task_id,
        address('192.0.2.9', [port(8080), secure]),
        address('192.0.2.1', [port(22, 'Open**SSH', service='ssh'), secure]),
    )  # fmt: skip
    rows = tables(db, [task_id])['statistics']
    blocks = [[row[start : start + 3] for row in rows] for start in (0, 5, 10)]
    assert len(rows) == 27 and {row[3:5] + row[8:10] for row in rows} == {(None,) * 4}
    assert [block[3] for block in blocks] == [(name, '数量', '占比') for name in ('端口', '系统服务', '产品')]
    # Of equally frequent ones the first seen comes first.
    assert blocks[0][4:8] == [(443, 2, '50.00%'), (8080, 1, '25.00%'), (22, 1, '25.00%'), (None, None, None)]
    assert blocks[1][4:7] == [('https', 2, '66.67%'), ('ssh', 1, '33.33%'), (None, None, None)]
    assert blocks[2][4:6] == [('nginx', 2, '100.00%'), (None, None, None)]
    assert [block[25:] for block in blocks] == [
        [('端口开放总数', None, None), (4, None, None)],
        [('系统服务类别总数', None, None), (3, None, None)],
        [('产品类别总数', None, None), (2, None, None)],
    ]


# as the host's batch export of several tasks (fork wpsec: export_merge_tasks)


def test_sites_of_several_tasks_are_merged(db):
    first, second = add_task(db), add_task(db)
    insert(
        db,
        'site',
        first,
        site('https://b', title='', finger=[{'name': 'B'}, {'name': 'A'}]),
        site('https://c', title='first'),
    )
    insert(db, 'site', second, site('https://c', title='second'), site('https://a'))
    insert(
        db, 'site', second, site('https://b', title='late', finger=[{'name': 'C'}, {'name': 'A'}], favicon={'hash': 7})
    )
    assert tables(db, [first, second])['site'] == [
        ('https://a', 't', '', 200, ''), ('https://b', 'late', 'C \r\nA', 200, 7), ('https://c', 'second', '', 200, ''),
    ]  # fmt: skip


def test_addresses_of_several_tasks_are_merged_with_all_their_ports(db):
    first, second = add_task(db, 'ip', '192.0.2.1'), add_task(db)
    place = {'country_name': 'China', 'region_name': 'Beijing'}
    insert(
        db, 'ip', first, address('192.0.2.1', [port(443, 'nginx', '1'), port(8080)], geo_asn={'organization': 'Org'})
    )
    insert(db, 'ip', second, address('192.0.2.1', [port(22), port(443, 'nginx', '1'), port(443, 'nginx', '2')],
                                    geo_city=place, domain=['b', 'a'], os_info={'name': 'Linux'}))  # fmt: skip
    result = tables(db, [first, second])
    assert result['ip'] == [
        ('192.0.2.1', '22 \r\n443 \r\n8080', 3, 'China/Beijing', '', 'a \r\nb', 'Linux', None, 'PUBLIC')
    ]
    assert [row[1:] for row in result['service']] == [
        (22, 'http', '', ''), (443, 'http', 'nginx', '2'), (8080, 'http', '', ''),
    ]  # fmt: skip


def test_domains_of_several_tasks_are_merged(db):
    first, second = add_task(db), add_task(db)
    insert(db, 'domain', first, {'domain': 'a', 'type': '', 'record': ['2', '1'], 'ips': ['2']})
    insert(db, 'domain', second, {'domain': 'a', 'type': 'A', 'record': ['1', '3'], 'ips': ['1']})
    assert tables(db, [first, second])['domain'] == [('a', 'A', '1 \r\n3', '1')]


def test_addresses_are_in_the_order_of_their_numbers(db):
    ips = ['10.0.0.2', '10.0.0.10', '192.0.2.1', '::1', '2001:db8::2', '2001:db8::10', 'localhost', 'no address']
    task_id = add_task(db)
    insert(db, 'ip', task_id, *[address(ip, [port(80)]) for ip in sorted(ips, reverse=True)])
    result = tables(db, [task_id])
    assert [row[0] for row in result['ip']] == [row[0] for row in result['service']] == ips


# what the host leaves out


def test_findings_of_several_tasks_are_told_once(db):
    first, second, date = add_task(db), add_task(db), '2024-05-06 07:08:09'
    weak = {'plg_name': 'p', 'plg_type': 'poc', 'vul_name': 'v', 'app_name': 'a', 'target': 't', 'save_date': date}
    page = {'url': 'https://a/x', 'title': 'x', 'status_code': 200, 'content_length': 5}
    cert = {'subject_dn': 's', 'issuer_dn': 'i', 'serial_number': '1', 'fingerprint': {'sha256': 'f'},
            'validity': {'start': date, 'end': date, 'expired': True}}  # fmt: skip
    documents = {
        'vuln': [dict(weak, verify_data='one'), dict(weak, verify_data='two')],
        'fileleak': [dict(page, site='https://a')],
        'url': [dict(page, site='https://a/x', source='spider'), {'site': 'https://a/unread', 'source': 'search'}],
        'cert': [{'ip': '192.0.2.10', 'port': 443, 'cert': cert}, {'ip': '192.0.2.2', 'port': 443, 'cert': cert}],
        'wih': [{'record_type': 'email', 'content': 'c', 'site': 's', 'source': 'j', 'fnv_hash': '1'}],
        'npoc_service': [
            {'scheme': 'ssh', 'host': '192.0.2.1', 'port': '22', 'target': '192.0.2.1:22', 'save_date': date}
        ],
    }
    for task_id in (first, second):
        for collection, rows in documents.items():
            insert(db, collection, task_id, *rows)
    result, moment = tables(db, [first, second]), datetime(2024, 5, 6, 7, 8, 9)
    assert result['vuln'] == [('t', 'v', 'a', 'poc', 'p', text, moment) for text in ('one', 'two')] or sorted(
        result['vuln']
    )
    assert {row[5] for row in result['vuln']} == {'one', 'two'} and len(result['vuln']) == 2
    assert result['fileleak'] == [('https://a/x', 'x', 200, 5, 'https://a')]
    assert result['url'] == [('https://a/unread', None, None, None, 'search'), ('https://a/x', 'x', 200, 5, 'spider')]
    assert result['cert'] == [(ip, 443, 's', 'i', moment, moment, '是', '1', 'f') for ip in ('192.0.2.2', '192.0.2.10')]
    assert result['wih'] == [('s', 'email', 'c', 'j')]
    assert result['npoc_service'] == [('192.0.2.1', 22, 'ssh', '192.0.2.1:22', moment)]
