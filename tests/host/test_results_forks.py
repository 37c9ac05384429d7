"""What xinghe0's fork finds beside the others: xray's findings, and interfaces that answer without a login.

The documents are as the fork stores them: xray's own, and those of its services for unauthorized access.
"""

from datetime import datetime

import mongomock
import pytest

from scan_notify_plugin.host.results import Results
from scan_notify_plugin.host.results.catalogue import findings
from scan_notify_plugin.host.results.found import Findings

TASKS = ['{:024x}'.format(number) for number in (1, 2)]
DATE, MOMENT = '2024-05-06 07:08:09', datetime(2024, 5, 6, 7, 8, 9)


@pytest.fixture
def db():
    return mongomock.MongoClient().arl


def xray(plugin='sqldet/blind-based/default', url='http://a.example.com/', addr='http://a.example.com/q?id=1', **extra):
    return {
        'create_time': 1714979289000, 'plugin': plugin, 'save_date': DATE,
        'target': {'url': url, 'params': [{'position': 'query', 'path': ['id']}]},
        'detail': {'addr': addr, 'payload': "1' and 1=1", 'snapshot': [['GET / HTTP/1.1', 'HTTP/1.1 200 OK']],
                   'extra': extra},
    }  # fmt: skip


def interface(url='http://a.example.com/api/users', **fields):
    document = {'url': url, 'jslink': 'http://a.example.com/app.js', 'len': '17', 'status_code': 200,
                'content': '{"code": 0}', 'save_date': DATE}  # fmt: skip
    return dict(document, **fields)


def insert(db, collection, *documents, task=0):
    db[collection].insert_many([dict(document, task_id=TASKS[task]) for document in documents])


def read(db, **options):
    with Results(db, TASKS, **options) as results:
        tables = {table.name: (table, list(table.rows)) for table in results.tables()}
        return tables, results.overview()


def test_they_have_words_columns_numbers_and_a_place_among_the_findings(db):
    insert(db, 'xray_result', xray(param={'key': 'id', 'position': 'query', 'value': '1'}))
    insert(db, 'unauth', interface())
    tables, overview = read(db)
    names = list(tables)
    assert names[names.index('vuln') :][:5] == ['vuln', 'nuclei_result', 'xray_result', 'unauth', 'fileleak']
    table, rows = tables['xray_result']
    assert table.title == 'Xray' and [column.title for column in table.columns] == [
        '漏洞等级', '漏洞名称', '目标', '漏洞地址', 'Payload', '参数', '发现时间'
    ]  # fmt: skip
    assert rows == [(None, 'sqldet/blind-based/default', 'http://a.example.com/', 'http://a.example.com/q?id=1',
                     "1' and 1=1", '{"key":"id","position":"query","value":"1"}', MOMENT)]  # fmt: skip
    table, rows = tables['unauth']
    assert table.title == '未授权访问'
    assert rows == [('http://a.example.com/api/users', 200, 17, '{"code": 0}', 'http://a.example.com/app.js', MOMENT)]
    assert {'Xray': 1, '未授权访问': 1}.items() <= dict(overview.totals).items()


def test_the_worst_comes_first_and_what_is_not_rated_is_counted_so(db):
    insert(db, 'xray_result', *[
        xray('p{}'.format(number), level=level) for number, level in enumerate(['low', 'Critical', None, 'dreadful', 5])
    ])  # fmt: skip
    insert(db, 'unauth', interface())
    insert(db, 'vuln', {'plg_name': 'p', 'vul_name': 'v', 'target': 't'})
    insert(db, 'nuclei_result', *[{'vuln_severity': level, 'vuln_name': 'v', 'vuln_url': str(level)}
                                  for level in ('critical', 'HIGH', 'dreadful', None)])  # fmt: skip
    tables, overview = read(db, language='en')
    assert [row[0] for row in tables['xray_result'][1]] == ['Critical', 'low', None, 'dreadful', 5]
    (pie,) = [chart for chart in overview.charts if chart.kind == 'pie']
    numbers = {'critical': 2, 'high': 1, 'low': 1, 'unknown': 2, 'unrated': 5}
    assert dict(pie.pairs) == numbers
    with Findings(db, TASKS, b'key') as found:
        records = {table.name: [row for rows in table.rows for row in rows] for table in found.tables()}
    assert found.severities == numbers, 'a message has the numbers of the report'
    assert sorted(row.severity for row in records['xray_result']) == [
        'critical',
        'low',
        'unrated',
        'unrated',
        'unrated',
    ]
    assert [row.severity for row in records['unauth']] == ['unrated']
    assert found.totals['xray_result'] == 5 and found.totals['unauth'] == 1


def test_hosts_without_these_collections_have_no_empty_sheets_of_them(db):
    tables, overview = read(db)
    assert not {'xray_result', 'unauth'} & set(tables) and 'Xray' not in dict(overview.totals)
    with Findings(db, TASKS, b'key') as found:
        assert {'xray_result', 'unauth'} <= {table.name for table in found.tables() if not list(table.rows)}
    assert not {'xray_result', 'unauth'} & set(found.totals)


def test_two_scans_of_one_are_one_and_two_parameters_are_two(db):
    for task in (0, 1):
        insert(db, 'xray_result', xray(param={'key': 'id'}), xray(param={'key': 'name'}), task=task)
        insert(db, 'unauth', interface(content='of scan {}'.format(task)), task=task)
    tables, _ = read(db)
    assert [row[5] for row in tables['xray_result'][1]] == ['{"key":"id"}', '{"key":"name"}']
    assert [row[3] for row in tables['unauth'][1]] == ['of scan 1']


def test_a_record_is_the_same_in_the_next_round_by_plugin_and_address_or_by_its_url(db):
    insert(db, 'xray_result', xray(), xray(addr=None), xray(addr='http://a.example.com/q?id=2'))
    insert(db, 'unauth', interface(), interface('HTTP://A.example.com:80/api/users#x', len='5'))
    with Findings(db, TASKS, b'key') as found:
        names = {table.name: [row.identity for rows in table.rows for row in rows] for table in found.tables()}
    assert names['xray_result'] == [
        'sqldet/blind-based/default\x1fhttp://a.example.com', 'sqldet/blind-based/default\x1fhttp://a.example.com/q',
    ]  # fmt: skip
    assert names['unauth'] == ['http://a.example.com/api/users']


def test_no_credential_is_in_a_cell_unless_that_is_wanted(db):
    insert(db, 'xray_result', xray(param={'key': 'password', 'password': 's3cr3t'}, level='high'))
    insert(db, 'unauth', interface(content='{"password": "s3cr3t"}'))
    for masks in (True, False):
        tables, _ = read(db, mask_credentials=masks)
        shown = [str(tables[name][1]) for name in ('xray_result', 'unauth')]
        assert [('s3cr3t' in text) for text in shown] == 2 * [not masks]


@pytest.mark.parametrize('odd', [
    None, 5, 'text', [], [{'addr': 'x'}], {'extra': None}, {'extra': []}, {'extra': {'param': [[]], 'level': {}}},
    {'addr': {'a': 1}, 'payload': ['x'], 'extra': {'param': 'x' * 100000}}, {'addr': b'\xff', 'payload': 1.5},
])  # fmt: skip
@pytest.mark.parametrize('field', ['detail', 'target'])
def test_documents_of_another_version_of_xray_are_shown_as_far_as_they_go(db, field, odd):
    insert(db, 'xray_result', dict(xray(), **{field: odd}), {'plugin': 'other'}, {}, {})
    tables, overview = read(db)
    assert sorted(str(row[1]) for row in tables['xray_result'][1]) == [
        'None', 'None', 'other', 'sqldet/blind-based/default'
    ]  # fmt: skip
    assert dict(overview.totals)['Xray'] == 4


def test_a_parameter_that_is_nested_without_end_is_no_traceback():
    deep = value = {}
    for _ in range(100000):
        value['a'] = value = {}
    for masks in (True, False):
        (definition,) = [one for one in findings(masks, 'zh') if one.name == 'xray_result']
        cells = definition.fields[5].kind.cells([{'extra': {'param': deep}}], set())
        assert len(cells) == 1 and isinstance(cells[0], str)
    while deep:  # taken apart from the outside, or the interpreter's own stack ends
        deep = deep.pop('a')
