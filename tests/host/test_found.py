"""What a round has found: each record once, in the order of identities, masked, with the numbers of its report."""

import random

import mongomock
import pytest

from scan_notify_plugin.changes import SEVERITIES
from scan_notify_plugin.host.results import Cancelled, Results
from scan_notify_plugin.host.results.found import Findings, Found
from scan_notify_plugin.host.results.identity import TABLES, UNIT, WATCHED

TASKS = ['{:024x}'.format(number) for number in (1, 2, 3)]
KEY = b'k' * 32
ODD = [None, 5, -1.5, True, '', [], ['a', 5], {}, {'name': 5}, 'x' * 3000, '\x1f\n\x85x', '密码：s3cr3t']


@pytest.fixture
def db():
    return mongomock.MongoClient(tz_aware=True)['arl']


def add_tasks(db, kind='domain', target='a.example.com'):
    from bson import ObjectId

    for number, task_id in enumerate(TASKS):
        end = '2026-03-01 03:00:{:02}'.format(number)
        db['task'].insert_one({'_id': ObjectId(task_id), 'type': kind, 'target': target, 'end_time': end})


def insert(db, collection, *documents, task=0):
    db[collection].insert_many([dict(document, task_id=TASKS[task]) for document in documents])


def found(db, key=KEY):
    with Findings(db, TASKS, key) as findings:
        return {table.name: [record for rows in table.rows for record in rows] for table in findings.tables()}


def one(db, table):
    (record,) = found(db)[table]
    return record


def address(ip, *ports, **fields):
    ports = [
        {'port_id': number, 'service_name': 'http', 'product': product, 'version': '1'} for number, product in ports
    ]
    return dict({'ip': ip, 'port_info': ports, 'os_info': {}, 'geo_asn': {}, 'geo_city': {}}, **fields)


def site(url, **fields):
    return dict({'site': url, 'title': 't', 'status': 200, 'finger': [], 'favicon': {}}, **fields)


def nuclei(url, severity='high', template='cve-1'):
    return {'vuln_url': url, 'vuln_severity': severity, 'template_id': template, 'vuln_name': 'n', 'target': 't'}


def vuln(evidence, kind='brute', **fields):
    document = {'target': 'ssh://192.0.2.1:22', 'plg_name': 'ssh_brute', 'plg_type': kind, 'vul_name': 'SSH 弱口令'}
    return dict(document, verify_data=evidence, **fields)


def xray(target, address):
    return {'plugin': 'sqldet', 'target': {'url': target}, 'detail': {'addr': address, 'payload': "'"}}


CERT = {'subject_dn': 'CN=a', 'issuer_dn': 'i', 'serial_number': '17', 'fingerprint': {'sha256': 'f'},
        'validity': {'start': 's', 'end': '2026-12-01 00:00:00', 'expired': False}}  # fmt: skip


@pytest.mark.parametrize('table, document, record', [
    ('site', site('HTTPS://A:443/', title='Login', finger=[{'name': 'Vue'}, {'name': 'Nginx'}, {'name': 'Vue'}]),
     Found('https://a', ('Login', '200', 'Nginx, Vue'), '', (0,), (), False)),
    ('ip', address('192.0.2.1', (80, 'nginx')), Found('192.0.2.1', (), '', (0,), (), False)),
    ('ip', address('2001:DB8::0:1'), Found('2001:db8::1', (), '', (0,), (), False)),
    ('ip', address('192.0.2.1', cdn_name='CDN'), Found('192.0.2.1', (), '', (0,), (), True)),
    ('domain', {'domain': 'A.example.com', 'type': 'A', 'record': ['2.2.2.2', '1.1.1.1'], 'ips': [], 'source': 'fofa'},
     Found('a.example.com', ('', '1.1.1.1, 2.2.2.2'), '', (0,), ('fofa',), False)),
    ('domain', {'domain': 'a', 'type': 'CNAME', 'record': ['B.example.com'], 'ips': ['1.1.1.1']},
     Found('a', ('b.example.com', '1.1.1.1'), '', (0,), (), False)),
    ('cert', {'ip': '192.0.2.1', 'port': 443, 'cert': CERT},
     Found('192.0.2.1\x1f443\x1fCN=a', ('17', '2026-12-01 00:00:00'), '', (0,), (), False)),
    ('npoc_service', {'host': '192.0.2.1', 'port': '22', 'scheme': 'ssh'},
     Found('192.0.2.1\x1f22\x1fssh', (), '', (0,), (), False)),
    ('url', {'url': 'http://a/x?y=1#z', 'title': 't'}, Found('http://a/x?y=1', (), '', (0,), (), False)),
    ('url', {'site': 'http://a/unread'}, Found('http://a/unread', (), '', (0,), (), False)),
    ('fileleak', {'url': 'http://a:80/.git', 'title': ''}, Found('http://a/.git', (), '', (0,), (), False)),
    ('nuclei_result', nuclei('https://a/x?q=1', 'HIGH'),
     Found('cve-1\x1fhttps://a/x', ('n',), 'high', (0,), (), False)),
    ('nuclei_result', nuclei('https://a/x', None), Found('cve-1\x1fhttps://a/x', ('n',), 'unknown', (0,), (), False)),
    ('xray_result', xray('http://a/x?id=1', 'http://a:80/x?id=0%27'),
     Found('sqldet\x1fhttp://a/x', (), 'unrated', (0,), (), False)),
    ('xray_result', dict(xray('http://a/y?id=1', None), detail={'extra': {'level': 'Medium'}}),
     Found('sqldet\x1fhttp://a/y', (), 'medium', (0,), (), False)),
    ('unauth', {'url': 'http://a:80/api?x=1', 'status_code': 200, 'len': '7', 'content': 'c', 'jslink': 'j'},
     Found('http://a/api?x=1', (), 'unrated', (0,), (), False)),
    ('vuln', vuln('shown', 'poc', plg_name='p', vul_name='v'),
     Found('ssh://192.0.2.1:22\x1fp\x1fv', (), 'unrated', (0,), (), False)),
])  # fmt: skip
def test_a_record_of_each_table(db, table, document, record):
    insert(db, table, document)
    assert one(db, table) == record


def test_a_service_is_an_address_and_a_port(db):
    insert(db, 'ip', address('192.0.2.1', (443, 'nginx'), (80, '')))
    insert(db, 'ip', address('192.0.2.1', (443, 'Caddy'), cdn_name='CDN'), task=1)
    assert found(db)['service'] == [
        Found('192.0.2.1\x1f443', ('Caddy', '1'), '', (0, 1), (), True),
        Found('192.0.2.1\x1f80', ('', '1'), '', (0,), (), True),
    ]


def test_the_addresses_of_a_domain_behind_a_network_are_not_compared(db):
    insert(db, 'ip', address('192.0.2.1', cdn_name='CDN'))
    for name, ips in (('a', ['192.0.2.1', '192.0.2.9']), ('b', ['192.0.2.9'])):
        insert(db, 'domain', {'domain': name, 'type': 'A', 'record': ips, 'ips': ips})
    assert [(record.cells[1], record.cdn) for record in found(db)['domain']] == [('', True), ('192.0.2.9', False)]


def test_of_a_domain_all_sources_are_known(db):
    for task, source in ((0, 'fofa'), (2, 'domain_brute'), (1, 'fofa')):
        insert(db, 'domain', {'domain': 'a', 'type': 'A', 'record': [], 'ips': [], 'source': source}, task=task)
    record = one(db, 'domain')
    assert record.sources == ('domain_brute', 'fofa') and record.ranks == (0, 1, 2)


@pytest.mark.parametrize('evidence, user', [
    ({'username': 'root', 'password': 's3cr3t'}, 'root'),
    ({'root': 's3cr3t'}, 'root'),
    ('root:s3cr3t', 'root'),
    ('username=root password=s3cr3t', 'root'),
    ('{"root":"s3cr3t"}', 'root'),
    ([{'username': 'root', 'password': 's3cr3t'}], 'root'),
    ('found', ''),
    (['username=root password=s3cr3t'], 'root'),
    ('account:s3cr3t', 'account'),
    ({'username': '', 'password': 's3cr3t'}, ''),
    (None, ''),
    ({'password': 's3cr3t'}, ''),
])  # fmt: skip
@pytest.mark.parametrize('masks', [True, False])
def test_a_credential_is_the_same_while_its_user_is(db, evidence, user, masks):
    add_tasks(db)
    insert(db, 'vuln', vuln(evidence))
    parts = one(db, 'vuln').identity.split(UNIT)
    assert parts == ['ssh://192.0.2.1:22', 'ssh_brute', 'SSH 弱口令'] + ([user] if user else [])
    assert asked_for(db, masks)['vuln'] == {UNIT.join(parts)}


def test_a_login_is_one_whoever_found_it(db):
    insert(db, 'vuln', vuln({'username': 'root', 'password': 's3cr3t'}, 'poc', plg_name='p', vul_name='v'))
    insert(db, 'vuln', vuln({'path': '/x', 'status': 200}, 'poc', plg_name='p', vul_name='w'))
    assert [record.identity.split(UNIT)[2:] for record in found(db)['vuln']] == [['v', 'root'], ['w']]


def test_one_with_another_password_is_the_same_and_one_of_another_user_is_not(db):
    for user, password in (('root', 'a'), ('root', 'b'), ('admin', 'a')):
        insert(db, 'vuln', vuln({'username': user, 'password': password}))
    assert [record.identity.split(UNIT)[-1] for record in found(db)['vuln']] == ['admin', 'root']
    with Findings(db, TASKS, KEY) as findings:
        for table in findings.tables():
            list(table.rows)
        assert findings.totals['vuln'] == findings.severities['unrated'] == 3


def test_of_what_was_hunted_nobody_reads_more_than_a_digest(db):
    for content, source in (('s3cr3t-one', 'a.js'), ('s3cr3t-one', 'b.js'), ('s3cr3t-two', 'a.js'), ('', 'c.js')):
        insert(db, 'wih', {'site': 'https://a', 'record_type': 'secret_key', 'content': content, 'source': source})
    records = found(db)['wih']
    assert len(records) == 2 and all(record.identity.startswith('https://a\x1fsecret_key\x1f') for record in records)
    other = found(db, b'another key')['wih']
    assert not {record.identity for record in records} & {record.identity for record in other}
    assert len({len(record.identity) for record in records + other}) == 1 and 's3cr3t' not in str(records)


def test_several_rows_with_one_identity_are_one_record_the_worst_of_them(db):
    insert(db, 'nuclei_result', nuclei('https://a/x?1', 'low'), nuclei('https://a/x?2', 'critical'))
    insert(db, 'nuclei_result', nuclei('https://a/x?3', 'odd'), task=2)
    record = one(db, 'nuclei_result')
    assert record.severity == 'critical' and record.ranks == (0, 2)
    insert(db, 'site', site('https://a', title='older'))
    insert(db, 'site', site('https://a/', title='newer'), task=1)
    record = one(db, 'site')
    assert record.cells[0] == 'newer' and record.ranks == (0, 1)


def test_what_has_no_name_is_no_record_but_a_row(db):
    insert(db, 'site', {'title': 'nameless'}, {'site': '', 'title': 'too'})
    insert(db, 'cert', {'ip': '192.0.2.1', 'cert': CERT})
    insert(db, 'nuclei_result', {'template_id': 't', 'vuln_severity': 'low'})
    assert not any(found(db).values())
    assert numbers(db)['site'] == 2 and numbers(db)['cert'] == numbers(db)['nuclei_result'] == 1


def test_texts_are_short_and_differ_where_they_differed(db):
    insert(db, 'site', site('https://a/' + 'x' * 100000 + '1', title='t' * 100000 + '1'))
    insert(db, 'site', site('https://a/' + 'x' * 100000 + '2', title='t' * 100000 + '2'))
    first, second = found(db)['site']
    assert first.identity != second.identity and first.cells[0] != second.cells[0]
    assert max(len(first.identity), len(second.identity)) <= 1000 and len(first.cells[0]) == len(second.cells[0]) == 200


def test_no_text_shows_a_credential(db):
    secrets = 'http://u:s3cr3t@a/x?token=s3cr3tvalue'
    insert(db, 'site', site(secrets, title='密码：s3cr3t', finger=[{'name': 'token=s3cr3tvalue'}]))
    insert(db, 'url', {'url': secrets})
    insert(db, 'nuclei_result', nuclei(secrets))
    insert(db, 'vuln', vuln({'s3cr3t': 's3cr3t', 'password': 's3cr3t'}, target=secrets))
    insert(db, 'ip', address('192.0.2.1', (80, 'password=s3cr3t')))
    records = found(db)
    assert 's3cr3t' not in str(records)
    assert [len(records[table]) for table in ('site', 'url', 'nuclei_result', 'vuln', 'service')] == [1] * 5
    assert records['site'][0].identity == 'http://***@a/x?token=***'


def numbers(db):
    with Findings(db, TASKS, KEY) as findings:
        for table in findings.tables():
            list(table.rows)
        return findings.totals


def asked_for(db, masks=True):
    """By table, the identities that a report asks for, and that its rows have states for those alone."""
    asked = {}

    def marks(table, identity):
        from scan_notify_plugin.changes import Mark, State

        asked.setdefault(table, set()).add(identity)
        return Mark(State.KNOWN, None)

    with Results(db, TASKS, mask_credentials=masks, marks=marks, key=KEY) as results:
        for table in results.tables():
            for row in table.rows:
                assert len(row) == len(table.columns)
    return asked


def hostile(db, seed):
    """Documents of every kind with anything in their fields."""
    chance = random.Random(seed)
    fields = {
        'site': ('site', 'title', 'status', 'finger'), 'domain': ('domain', 'type', 'record', 'ips', 'source'),
        'ip': ('ip', 'port_info', 'cdn_name'), 'cert': ('ip', 'port', 'cert'), 'url': ('url', 'site'),
        'npoc_service': ('host', 'port', 'scheme'), 'fileleak': ('url',), 'stat_finger': ('name', 'cnt'),
        'wih': ('site', 'record_type', 'content', 'source'), 'cip': ('cidr_ip', 'ip_list'),
        'nuclei_result': ('template_id', 'vuln_url', 'vuln_severity', 'vuln_name'),
        'xray_result': ('plugin', 'target', 'detail'), 'unauth': ('url', 'status_code', 'content'),
        'vuln': ('target', 'plg_name', 'plg_type', 'vul_name', 'verify_data'),
    }  # fmt: skip
    usual = ['http://a/x', 'https://A:443', '192.0.2.1', '::1', 'brute', 'root:toor', 80, ['1.1.1.1'], 'low', 'CNAME']
    for collection, names in fields.items():
        for _ in range(25):
            document = {name: chance.choice(usual if chance.random() < 0.7 else ODD) for name in names}
            document = {name: value for name, value in document.items() if chance.random() < 0.9}
            insert(db, collection, document, task=chance.randrange(3))
    port = {'port_id': 80, 'service_name': 'http'}
    insert(db, 'ip', address('192.0.2.7', (443, 'x')), {'ip': '192.0.2.8', 'port_info': [port, {'port_id': ODD}, 5]})


@pytest.mark.parametrize('seed', range(4))
def test_anything_at_all_is_told_in_order_once_and_as_the_report_counts_it(db, seed):
    add_tasks(db)
    hostile(db, seed)
    records = found(db)
    assert list(records) == list(TABLES)
    for table, rows in records.items():
        names = [record.identity for record in rows]
        assert names == sorted(set(names)) and '' not in names
        assert all(len(record.cells) == len(WATCHED[table]) for record in rows)
        assert all(record.severity in SEVERITIES + ('unrated', '') for record in rows)
        texts = [text for record in rows for text in record.cells + record.sources + tuple(record.identity.split(UNIT))]
        assert all(isinstance(text, str) and (text.isprintable() or '\n' not in text) for text in texts)
        assert not texts or max(map(len, texts)) <= 1000
        assert all(record.ranks and set(record.ranks) <= {0, 1, 2} for record in rows)
    with Results(db, TASKS) as results:
        rows = {table.name: sum(1 for _ in table.rows) for table in results.tables()}
    rows.pop('statistics')
    assert numbers(db) == rows
    for masks in (True, False):
        assert asked_for(db, masks) == {
            table: {record.identity for record in rows} for table, rows in records.items() if rows
        }


def test_the_order_is_that_of_code_points_also_from_disk(db, monkeypatch):
    from scan_notify_plugin import spool

    names = ['https://{}.example.com'.format(chr(code)) for code in (0x61, 0x7A, 0xE9, 0x4E00, 0xFFFD, 0x1F600)]
    insert(db, 'site', *[site(name) for name in reversed(names)])
    few = [record.identity for record in found(db)['site']]
    monkeypatch.setattr(spool, 'MEMORY', 0)
    assert [record.identity for record in found(db)['site']] == few == sorted(names)


def test_records_of_one_identity_meet_across_the_lists_of_the_spool(db):
    for number in range(600):
        insert(db, 'nuclei_result', nuclei('https://a/x?{}'.format(number), 'low', 'same'), task=number % 3)
    insert(db, 'nuclei_result', nuclei('https://a/x?z', 'high', 'same'))
    record = one(db, 'nuclei_result')
    assert record.severity == 'high' and record.ranks == (0, 1, 2)


def test_what_was_read_is_known_by_task_and_collection(db):
    add_tasks(db)
    insert(db, 'site', site('https://a'), site('https://a'))
    insert(db, 'site', site('https://a'), task=2)
    insert(db, 'cip', {'cidr_ip': '192.0.2.0/24'}, task=1)
    with Findings(db, TASKS, KEY) as findings:
        for table in findings.tables():
            list(table.rows)
        assert findings.tasks == tuple(TASKS)
        assert findings.read == {TASKS[0]: {'site': 2}, TASKS[1]: {'cip': 1}, TASKS[2]: {'site': 1}}
        assert findings.totals['site'] == findings.totals['cip'] == 1


def test_scans_of_addresses_have_no_table_of_domains_until_there_are_some(db):
    add_tasks(db, 'ip', '192.0.2.1')
    insert(db, 'ip', address('192.0.2.1', (80, 'x')))
    assert 'domain' not in numbers(db) and found(db)['domain'] == []
    insert(db, 'domain', {'domain': 'a', 'type': 'A', 'record': [], 'ips': []})
    assert numbers(db)['domain'] == 1 and one(db, 'domain').identity == 'a'


def test_reading_can_be_cancelled(db):
    insert(db, 'site', site('https://a'))
    with Findings(db, TASKS, KEY, cancelled=lambda: True) as findings, pytest.raises(Cancelled):
        for table in findings.tables():
            list(table.rows)
