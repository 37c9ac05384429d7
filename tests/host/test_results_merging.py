"""One record's cells stay together: of several scan tasks the newest that has an answer gives the row."""

import itertools
from collections import Counter

import mongomock
import pytest

from scan_notify_plugin.host.results import Results
from scan_notify_plugin.host.results import addresses as addresses_of
from scan_notify_plugin.host.results import kinds
from scan_notify_plugin.host.results.kinds import SEPARATOR, SORTED_LINES, SUM, TEXT
from scan_notify_plugin.host.results.merging import Merging, always, filled, merged

TASKS = ['{:024x}'.format(number) for number in (1, 2, 3)]


@pytest.fixture
def db():
    return mongomock.MongoClient().arl


def insert(db, collection, *of_tasks):
    """A document, or a list of documents, of each task; the first is the oldest."""
    for task_id, documents in zip(TASKS, of_tasks):
        for document in documents if isinstance(documents, list) else [documents]:
            db[collection].insert_one(dict(document, task_id=task_id))


def read(db, **options):
    with Results(db, TASKS, **options) as results:
        tables = {table.name: list(table.rows) for table in results.tables()}
        return tables, results.overview()


def port(number, service, product='', version=''):
    return {'port_id': number, 'service_name': service, 'product': product, 'version': version}


def address(*ports, **fields):
    empty = {'os_info': {}, 'ip_type': 'PUBLIC', 'geo_asn': {}, 'geo_city': {}, 'domain': []}
    return dict(empty, ip='192.0.2.1', port_info=list(ports), **fields)


# the example of the finding


def test_a_port_is_a_port_whoever_found_it(db):
    insert(
        db, 'ip',
        address(port(22, 'ssh', 'OpenSSH', '7.4'), port(443, 'https')),
        address(port(22, 'ssh', 'OpenSSH', '7.4p1'), port(443, 'ssl/http', 'nginx')),
        address(port(22, 'ssh'), port(443, 'https', 'nginx')),
    )  # fmt: skip
    tables, overview = read(db)
    assert tables['ip'][0][1:3] == ('22 \r\n443', 2)
    assert tables['service'] == [('192.0.2.1', 22, 'ssh', 'OpenSSH', '7.4p1'), ('192.0.2.1', 443, 'https', 'nginx', '')]
    statistics = tables['statistics']
    assert [statistics[26][start] for start in (0, 5, 10)] == [2, 2, 2]
    assert statistics[4][:3] == (22, 1, '50.00%') and statistics[5][:3] == (443, 1, '50.00%')
    assert {row[5] for row in statistics[4:24]} == {'ssh', 'https', None}, 'ssl/http is nowhere any more'
    charts = {chart.title: dict(chart.pairs) for chart in overview.charts}
    assert charts['端口 Top 15'] == {'22': 1, '443': 1} and charts['服务 Top 15'] == {'ssh': 1, 'https': 1}
    assert dict(overview.totals)['系统服务'] == 2 and dict(overview.totals)['IP'] == 1


@pytest.mark.parametrize('older, newer, row', [
    ({'title': '', 'status': 404}, {'title': 'Login', 'status': 200}, ('Login', 200)),
    ({'title': 'Login', 'status': 200}, {'title': '', 'status': 404}, ('', 404)),
    ({'title': 'Login', 'status': 200}, {'title': '', 'status': 0}, ('Login', 200)),
    ({'title': 'Login', 'status': 200}, {'title': 'Other', 'status': 0}, ('Other', 0)),
    ({'title': 'Login', 'status': 200}, {}, ('Login', 200)),
    ({}, {'title': 'Login', 'status': 200}, ('Login', 200)),
    ({'title': '', 'status': 0}, {'title': '', 'status': 0}, ('', 0)),
])  # fmt: skip
def test_a_site_is_what_the_newest_scan_with_an_answer_saw(db, older, newer, row):
    insert(db, 'site', dict(older, site='http://a'), dict(newer, site='http://a'))
    assert [(site[1], site[3]) for site in read(db)[0]['site']] == [row]


def test_no_cell_of_another_scan_is_in_a_row(db):
    """Of any three scans of a site the row is that of one of them, with all its cells."""
    cells = [('', ''), ('A', 'a'), ('', 'b'), ('C', '')]
    for number, three in enumerate(itertools.product(cells, repeat=3)):
        insert(db, 'site', *[
            {'site': 'http://{}'.format(number), 'title': title, 'status': bool(title) * 200 + task,
             'finger': [{'name': name}] if name else [], 'favicon': {'hash': task}}
            for task, (title, name) in enumerate(three)
        ])  # fmt: skip
    rows = {int(row[0][7:]): row for row in read(db)[0]['site']}
    for number, three in enumerate(itertools.product(cells, repeat=3)):
        answers = [
            task for task, (title, name) in enumerate(three) if title or task
        ]  # a status that is not 0 is an answer
        newest = max(answers) if answers else 2
        assert rows[number][1:] == (three[newest][0], three[newest][1], bool(three[newest][0]) * 200 + newest, newest)


def test_the_newest_task_is_the_one_that_ended_last(db):
    from bson import ObjectId

    for task_id, end in zip(TASKS, ('2024-05-06 09:00:00', '2024-05-06 07:00:00', '2024-05-06 08:00:00')):
        db['task'].insert_one({'_id': ObjectId(task_id), 'end_time': end})
    insert(db, 'site', *[{'site': 'http://a', 'title': title, 'status': 200} for title in 'xyz'])
    insert(db, 'ip', *[address(port(22, 'ssh', 'OpenSSH', version)) for version in '123'])
    tables, _ = read(db)
    assert tables['site'][0][1] == 'x' and tables['service'][0][4] == '1'


@pytest.mark.parametrize('collection, same, older, newer, shown', [
    ('domain', {'domain': 'a'}, {'type': 'A', 'record': ['2', '1'], 'ips': ['2']},
     {'type': 'CNAME', 'record': [], 'ips': []}, ('a', 'A', '2 \r\n1', '2')),
    ('domain', {'domain': 'a'}, {'type': 'A', 'record': ['2'], 'ips': ['2']},
     {'type': 'CNAME', 'record': ['b'], 'ips': []}, ('a', 'CNAME', 'b', '')),
    ('url', {'url': 'u'}, {'title': 't', 'status_code': 200, 'source': 'x'}, {'source': 'y'},
     ('u', 't', 200, None, 'x')),
    ('fileleak', {'url': 'u'}, {'title': 't', 'content_length': 5}, {'title': '', 'content_length': 7},
     ('u', '', None, 7, None)),
    ('unauth', {'url': 'u'}, {'content': 'c', 'status_code': 200}, {'len': '0'}, ('u', 200, None, 'c', None, None)),
])  # fmt: skip
def test_each_table_says_what_an_answer_is(db, collection, same, older, newer, shown):
    insert(db, collection, dict(same, **older), dict(same, **newer))
    assert read(db)[0][collection] == [shown]


def test_an_address_is_that_of_the_newest_scan_which_found_a_port_or_a_system(db):
    place = {'country_name': 'China', 'region_name': 'Beijing'}
    insert(
        db, 'ip',
        address(port(80, 'http'), geo_city=place, cdn_name='X', domain=['b']),
        address(os_info={'name': 'Linux'}, domain=['a']),
        address(cdn_name='Y', ip_type='PRIVATE', domain=['c', 'a']),
    )  # fmt: skip
    row = ('192.0.2.1', '80', 1, '', '', 'a \r\nb \r\nc', 'Linux', None, 'PUBLIC')
    assert read(db)[0]['ip'] == [row], 'the domains and ports are those of all'


# what is a union by nature


def test_subnets_have_the_addresses_and_domains_of_all_scans(db):
    insert(
        db, 'cip',
        {'cidr_ip': '192.0.2.0/24', 'ip_count': 2, 'domain_count': 1, 'ip_list': ['2', '1'], 'domain_list': ['b']},
        {'cidr_ip': '192.0.2.0/24', 'ip_count': 1, 'domain_count': 0, 'ip_list': ['3'], 'domain_list': None},
    )  # fmt: skip
    assert read(db)[0]['cip'] == [('192.0.2.0/24', 3, 1, '1 \r\n2 \r\n3', 'b')]


def test_fingerprints_are_counted_together(db):
    insert(db, 'stat_finger', {'name': 'nginx', 'cnt': 3}, {'name': 'nginx', 'cnt': 'odd'}, {'name': 'nginx', 'cnt': 4})
    assert read(db)[0]['stat_finger'] == [('nginx', 7)]


# ports


@pytest.mark.parametrize('ports, row', [
    ([(1, 2, '', ''), (1, 2, 'p', ''), (1, 2, '', '')], (1, 2, 'p', '')),
    ([(1, 'a', 'p', ''), (1, 'b', '', 'v')], (1, 'b', '', 'v')),
    ([('1', 'a', 'p', 'v'), (1, 'b', 'p', '')], (1, 'a', 'p', 'v')),
    ([(1.0, 'a', '', ''), (1, 'b', '', '')], (1, 'b', '', '')),
])  # fmt: skip
@pytest.mark.parametrize('together', [True, False])
def test_the_port_of_which_most_is_known_wins_and_of_equals_the_newest(db, ports, row, together):
    named = [port(number, str(service), product, version) for number, service, product, version in ports]
    insert(db, 'ip', *([address(*named)] if together else [address(one) for one in named]))
    tables, _ = read(db)
    assert tables['service'] == [('192.0.2.1', row[0], str(row[1])) + row[2:]]
    assert tables['ip'][0][1:3] == ('1', 1)


def test_ports_without_a_number_are_not_one(db):
    ports = [{'service_name': 'a'}, {'service_name': 'b'}, {'service_name': 'a'}]
    insert(db, 'ip', address(*ports), address(*ports))
    assert [row[2] for row in read(db)[0]['service']] == ['a', 'b']


def test_a_port_knows_the_tasks_that_found_it():
    gathered = addresses_of.addresses(False, True).fields[1].kind.gather()
    for ranks, ports in ((0, [80, 443]), ('1,2', [443]), (3, [22])):
        gathered.add(addresses_of._ports([port(number, 'x') for number in ports]), ranks)
    row = ('key', '192.0.2.1', gathered.cell(None), 3)
    assert [(one[0], one[4]) for one in addresses_of.ports_of(row)] == [(22, 3), (80, 0), (443, '0,1,2')]


# the machine


def rows_of(*rows, answered=always, at_once=250):
    lists = [list(rows[start : start + at_once]) for start in range(0, len(rows), at_once)]
    return [row for chunk in merged(lists, Merging((TEXT, SORTED_LINES, SUM), answered)) for row in chunk]


@pytest.mark.parametrize('at_once', [1, 2, 3, 250])
def test_records_are_merged_wherever_their_list_ends(at_once):
    rows = [
        ('a', 'x', 'p', 1, 0), ('a', '', 'q', 2, 2), ('a', 'y', 'p', 4, 1),
        ('b', 'z', '', None, 1), ('c', 'u', 'r', 1, 0), ('c', 'v', 's', 1, 0),
    ]  # fmt: skip
    assert rows_of(*rows, answered=filled(0), at_once=at_once) == [
        ('a', 'y', 'p \r\nq', 7, '0,1,2'), ('b', 'z', '', None, 1), ('c', 'v', 'r \r\ns', 2, 0),
    ]  # fmt: skip


@pytest.mark.parametrize('odd', [None, 5, 1.5, '', 'x' * 100000, b'\xff'])
def test_no_cell_is_too_odd_to_be_merged(odd):
    (row,) = rows_of(('a', odd, odd, odd, 0), ('a', 'x', 'p', 1, 1), ('a', odd, odd, odd, 2))
    assert row[0] == 'a' and row[1] == odd and 'p' in row[2] and row[4] == '0,1,2'


class Counting(str):
    """A text that counts how often it is read, and how many texts are joined by it."""

    done = Counter()

    def __str__(self):
        self.done['read'] += 1
        return str.__str__(self)

    def join(self, texts):
        texts = list(texts)
        self.done['joined'] += len(texts)
        return super().join(texts)


@pytest.mark.parametrize('number', [1, 50, 200])
def test_each_line_of_many_records_is_taken_once(monkeypatch, number):
    monkeypatch.setattr(kinds, 'SEPARATOR', Counting(SEPARATOR))
    lines = [Counting(SEPARATOR.join('{}-{}'.format(record, line) for line in range(50))) for record in range(number)]
    Counting.done.clear()
    (row,) = rows_of(*[('a', 'x', text, record, record) for record, text in enumerate(['0-0'] + lines)])
    assert len(row[2].split(SEPARATOR)) == 50 * number
    assert Counting.done == {'read': number, 'joined': 50 * number}


def test_each_port_of_many_records_is_taken_once(monkeypatch):
    """Of a list of 50 that 400 records have each: what is unpacked, and what is packed again."""
    counted = Counter()
    loads, dumps = addresses_of.marshal.loads, addresses_of.marshal.dumps

    class Marshal:
        @staticmethod
        def loads(value):
            counted['loaded'] += len(value)
            return loads(value)

        @staticmethod
        def dumps(value):
            counted['dumped'] += len(value)
            return dumps(value)

    definition = addresses_of.addresses(False, True)
    spent = []
    for number in (100, 400):
        numbers = [range(50 * record, 50 * record + 50) for record in range(number)]
        packed = [addresses_of._ports([port(one, 'x') for one in fifty]) for fifty in numbers]
        monkeypatch.setattr(addresses_of, 'marshal', Marshal)
        counted.clear()
        rows = [(b'k', '192.0.2.1', ports, '', '', '', rank) for rank, ports in enumerate(packed)]
        ((row,),) = merged([rows], definition.merging)
        monkeypatch.undo()
        assert len(addresses_of.unpacked(row[2])) == 50 * number and counted['dumped'] == 50 * number
        spent.append(counted['loaded'])
    assert spent[1] <= 4.2 * spent[0], 'numbers of more digits are longer'
