"""What strangers and half-finished scans leave in the host's database becomes tables all the same."""

import itertools

import mongomock
import pytest

from scan_notify_plugin import spool
from scan_notify_plugin.host.results import Results

TASKS = ['{:024x}'.format(number) for number in (1, 2)]
ODD = [None, 5, -1.5, True, '', '=1+1', [], ['a', 5, None], {}, {'name': 5}, [{'name': None}, 7], 'x' * 40000]
FIELDS = {
    'site': ('site', 'title', 'status', 'finger', 'favicon'),
    'ip': ('ip', 'port_info', 'os_info', 'geo_asn', 'geo_city', 'ip_type', 'domain', 'cdn_name'),
    'domain': ('domain', 'record', 'type', 'ips'),
    'vuln': ('plg_name', 'vul_name', 'target', 'verify_data', 'save_date'),
    'nuclei_result': ('template_id', 'vuln_name', 'vuln_severity', 'vuln_url', 'save_date'),
    'stat_finger': ('name', 'cnt'),
    'cert': ('ip', 'port', 'cert'),
    'xray_result': ('plugin', 'target', 'detail', 'save_date'),
    'unauth': ('url', 'status_code', 'len', 'content', 'jslink', 'save_date'),
    'of_a_fork': ('anything', 'else'),
}


@pytest.fixture
def db():
    return mongomock.MongoClient().arl


def tables_of(db, **options):
    """Every table with its rows, and the overview."""
    with Results(db, TASKS, **options) as results:
        tables = {table.name: (table, list(table.rows)) for table in results.tables()}
        return tables, results.overview()


@pytest.mark.parametrize('collection, field', [(name, field) for name in sorted(FIELDS) for field in FIELDS[name]])
def test_a_field_may_hold_anything_even_in_records_that_are_merged(db, collection, field):
    for value, task_id in itertools.product(ODD, TASKS):
        document = {name: 'same' for name in FIELDS[collection]}
        document.update({field: value, 'task_id': task_id})
        db[collection].insert_one(document)
    tables, overview = tables_of(db)
    for table, rows in tables.values():
        assert all(len(row) == len(table.columns) for row in rows)
    assert tables[collection][1]
    numbers = {} if collection == 'of_a_fork' else {tables[collection][0].title: len(tables[collection][1])}
    assert numbers.items() <= dict(overview.totals).items() and (numbers or not any(dict(overview.totals).values()))


def test_a_record_that_two_tasks_found_is_one_row(db):
    for task_id in TASKS:
        db['site'].insert_one({'site': 'https://a.example.com', 'title': 'a', 'status': 200, 'task_id': task_id})
    db['site'].insert_one({'site': 'https://b.example.com', 'title': 'b', 'status': 404, 'task_id': TASKS[0]})
    tables, overview = tables_of(db)
    assert [row[0] for row in tables['site'][1]] == ['https://a.example.com', 'https://b.example.com']
    assert dict(overview.totals)['站点'] == 2


def test_addresses_come_in_numeric_order(db):
    for address in ('10.0.0.10', '10.0.0.2', '9.9.9.9', '2001:db8::1'):
        db['ip'].insert_one({'ip': address, 'port_info': [], 'task_id': TASKS[0]})
    tables, _ = tables_of(db)
    assert [row[0] for row in tables['ip'][1]] == ['9.9.9.9', '10.0.0.2', '10.0.0.10', '2001:db8::1']


def test_other_tasks_and_our_own_collections_are_left_out(db):
    db['site'].insert_one({'site': 'https://other.example.com', 'task_id': '{:024x}'.format(9)})
    db['scan_notify_job'].insert_one({'task_id': TASKS[0]})
    tables, _ = tables_of(db)
    assert tables['site'][1] == [] and 'scan_notify_job' not in tables


def test_a_collection_that_no_list_knows_is_a_sheet_without_numbers_even_if_it_holds_only_ids(db):
    db['of_a_fork'].insert_one({'url': 'https://a.example.com/api', 'status_code': 200, 'task_id': TASKS[0]})
    db['empty_one'].insert_one({'task_id': TASKS[0]})
    tables, overview = tables_of(db)
    table, rows = tables['of_a_fork']
    assert table.title == '其他数据 of_a_fork'
    assert [column.title for column in table.columns] == ['url', 'status_code']
    assert rows == [('https://a.example.com/api', 200)]
    assert len(tables['empty_one'][0].columns) == 1 and len(tables['empty_one'][1]) == 1
    assert not any(number for _, number in overview.totals) and not {'of_a_fork', table.title} & set(
        dict(overview.totals)
    )
    assert [row[-1] for row in overview.tasks.rows] == [0, 0]


def test_logs_and_what_is_not_found_by_scan_tasks_are_no_sheets(db):
    for name in ('syslog', 'icp_asset', 'system_config'):
        db[name].insert_one({'task_id': TASKS[0], 'message': 'scan started'})
    tables, overview = tables_of(db)
    assert not {'syslog', 'icp_asset', 'system_config'} & set(tables) and '其他' not in str(overview)


@pytest.mark.parametrize(
    'evidence',
    [
        {'username': 'admin', 'password': 'P&ssw0rd!'},
        'password: P&ssw0rd! rest',
        '{"password": "P&ssw0rd! and more"}',
        {'password': ['P&ssw0rd!']},
        {'password': {'value': 'P&ssw0rd!'}},
    ],
)
def test_a_password_is_in_no_cell_unless_it_is_wanted(db, evidence):
    db['vuln'].insert_one(
        {'plg_name': 'x', 'vul_name': 'y', 'target': 'z', 'verify_data': evidence, 'task_id': TASKS[0]}
    )
    tables, _ = tables_of(db)
    assert 'ssw0rd' not in str(tables['vuln'][1]) and '***' in str(tables['vuln'][1])
    tables, _ = tables_of(db, mask_credentials=False)
    assert 'ssw0rd' in str(tables['vuln'][1])


def test_a_run_without_results_has_every_table_and_no_row(db):
    tables, overview = tables_of(db)
    assert {'site', 'ip', 'service', 'vuln'} < set(tables)
    assert not any(rows for table, rows in tables.values() if table.name != 'statistics')
    assert not any(number for _, number in overview.totals)


SAME = {
    'site': ('site', {'title': 't', 'status': 200}),
    'domain': ('domain', {'type': 'A', 'record': [], 'ips': []}),
    'url': ('url', {}),
    'cip': ('cidr_ip', {'ip_list': ['1'], 'domain_list': []}),
    'stat_finger': ('name', {'cnt': 1}),
    'npoc_service': ('scheme', {'host': 'h', 'port': 1}),
    'vuln': ('vul_name', {'target': 't'}),
    'xray_result': ('plugin', {}),
    'unauth': ('url', {}),
    'of_a_fork': ('anything', {}),
}
KEYS = [
    'a',
    'a\ud800',
    'a\ud801',
    '\udfff',
    'a\x00b',
    'a\x00c',
    b'a',
    b'\xff',
    5,
    'x' * 100000,
    'x' * 100000 + 'y',
    2**70,
]


class Stored(dict):
    """A database of what BSON cannot say either: the lists of documents of each collection."""

    class Found:
        def __init__(self, documents):
            self._documents = iter(documents)

        def find(self, *args, **kwargs):
            return self

        find_one = batch_size = close = find

        def __iter__(self):
            return self._documents

    def __getitem__(self, name):
        return self.Found(self.get(name, ()))

    def list_collection_names(self):
        return list(self)


@pytest.mark.parametrize('collection', sorted(SAME))
@pytest.mark.parametrize('spilled', [False, True])
def test_one_record_is_one_row_however_odd_its_name_is(monkeypatch, collection, spilled):
    """Also where rows go to disk, which takes no lone surrogates and no great numbers."""
    if spilled:
        monkeypatch.setattr(spool, 'MEMORY', 0)
    field, others = SAME[collection]
    documents = [dict(others, **{field: key, 'task_id': task_id}) for task_id in TASKS for key in KEYS]
    tables, _ = tables_of(Stored({collection: documents}))
    # What b'a' says is the same text as 'a'.
    assert len(tables[collection][1]) == len(KEYS) - 1


@pytest.mark.parametrize(
    'collection', ['vuln', 'nuclei_result', 'cert', 'npoc_service', 'cip', 'wih', 'xray_result', 'url']
)
def test_records_of_which_nothing_is_known_are_not_one_for_that(db, collection):
    for task_id in TASKS:
        db[collection].insert_many([{'foreign': 1, 'task_id': task_id}, {'task_id': task_id}])
    tables, overview = tables_of(db)
    assert len(tables[collection][1]) == 4
    assert dict(overview.skipped)[tables[collection][0].title] == 4
