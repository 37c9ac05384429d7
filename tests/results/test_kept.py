"""What is kept of a run beside it: small whatever was found, the worst first, and nothing of a try that failed."""

import bson
import pytest

from scan_notify_plugin.changes import State
from scan_notify_plugin.faults import Fault
from scan_notify_plugin.host.results.reading import Cancelled
from scan_notify_plugin.records import to_document
from scan_notify_plugin.results import changesfile, committing, marks, ranking
from scan_notify_plugin.results.harvest import NotInOrder, _in_order
from scan_notify_plugin.results.rounds import bounded
from scan_notify_plugin.results.store import PREFIX, ResultStore
from tests.results.world import World, address, changes_of, site

IP = '10.0.0.1'
WIDE = {'port_scan_type': 'custom', 'port_custom': '1-2000'}


def nuclei(number, severity='low', host=IP):
    url = 'http://{}/{}'.format(host, number)
    return {'template_id': 'cve-{}'.format(number), 'vuln_url': url, 'vuln_severity': severity, 'vuln_name': 'n'}


def test_the_worst_are_kept_and_each_kind_has_its_share():
    world = World()
    sites = [site('http://{}:{}'.format(IP, port), 'a') for port in range(1, 300)]
    world.round({'ip': [address(IP, *range(1, 500))], 'site': sites}, options=WIDE)
    changed = [dict(one, title='b') for one in sites[:150]]
    found = {
        'ip': [address(IP, *range(300, 900))], 'site': changed,
        'nuclei_result': [nuclei(n, 'critical' if n == 400 else 'low') for n in range(500)],
    }  # fmt: skip
    run, results = world.round(found, options=WIDE)
    records = ResultStore(world.db).get(run.id).records
    assert len(records) == 200 and len(bson.encode({'records': [to_document(one) for one in records]})) < 64 << 10
    assert (records[0].severity, records[0].state) == ('critical', State.NEW)
    states = {(one.table, one.state.value) for one in records}
    assert {('nuclei_result', 'new'), ('service', 'new'), ('site', 'changed'), ('service', 'gone')} <= states
    every = list(marks.changes(world.db, run.id))
    assert len(every) == sum(results.changes.values()) - results.changes.get('not_looked_at', 0)
    keys = [ranking.rank(one.state, one.table, one.severity).key for one in every]
    assert keys == sorted(keys)


def test_numbers_and_remarks_of_any_round_fit_into_4_kb():
    world = World(kind='domain')
    ids = [world.task('{}{}.com'.format('x' * 200, n), status='error' if n % 2 else 'done') for n in range(60)]
    for task_id in ids:
        world.found(task_id, ip=[address(IP, 22)], site=[site('http://a.com')])
    first = world.run(*ids)
    world.collect(first)
    ids = [world.task('{}{}.com'.format('x' * 200, n)) for n in range(60)]
    results = world.collect(world.run(*ids))
    assert len(results.remarks) > 3 and results.remarks[-1].code == 'compare.more'
    assert len(bson.encode(to_document(results))) < 4096


def test_of_many_remarks_the_first_are_kept_and_the_others_counted():
    many = tuple(Fault('compare.empty', element=str(number)) for number in range(20))
    assert bounded(many, 5)[:4] == many[:4] and bounded(many, 5)[4] == Fault('compare.more', count=16)
    assert bounded(many[:5], 5) == many[:5]


def test_more_changes_than_fit_are_counted_and_the_worst_stay(monkeypatch):
    monkeypatch.setattr(changesfile, 'MOST_ROWS', 20)
    world = World()
    run, results = world.round(
        {'ip': [address(IP, *range(1, 60))], 'nuclei_result': [nuclei(1, 'critical')], 'site': [site('http://' + IP)]},
        options=WIDE,
    )
    every = list(marks.changes(world.db, run.id))
    assert len(every) == 20 and every[0].severity == 'critical' and results.changes == {'first_look': 62}
    assert marks.load(world.db, run.id)('service', IP + '\x1f59').state is State.FIRST_LOOK


ODD = (None, 5, [], {}, '', '\ufffe', 'x' * 100000, b'\xff', [{'a': [1]}], {'x y': {}}, float('nan'), '\x1f', True)


@pytest.mark.parametrize('number', range(len(ODD)))
def test_odd_documents_are_no_traceback_and_no_wrong_state(number):
    world, odd = World(), ODD[number]
    good = {'ip': [address(IP, 22, 80)], 'site': [site('http://10.0.0.1', 'a')]}
    broken = {
        'ip': good['ip'] + [{'ip': odd, 'port_info': odd}, {'ip': '10.0.0.9', 'port_info': [odd, {'port_id': odd}]}],
        'site': good['site'] + [{'site': odd, 'title': odd, 'finger': odd}],
        'domain': [{'domain': odd, 'record': odd}], 'cert': [{'ip': odd, 'port': odd, 'cert': odd}, {'cert': odd}],
        'vuln': [{'target': odd, 'plg_name': odd}], 'nuclei_result': [{'template_id': odd, 'vuln_url': odd}],
        'wih': [{'site': odd, 'content': odd}], 'url': [{'url': odd}], 'fileleak': [{'url': odd}],
    }  # fmt: skip
    world.round(good)
    world.round(broken)
    run, _ = world.round(broken)
    assert changes_of(world.db, run.id) == {}
    list(marks.changes(world.db, '65e2:2'))


def test_records_in_no_order_are_rather_compared_with_nothing():
    from scan_notify_plugin.host.results.found import Found

    def found(*names):
        return [Found(name, (), '', (0,), (), False) for name in names]

    assert _in_order('site', found('a', 'b'), '') == 'b'
    for rows, last in ((found('b', 'a'), ''), (found('a', 'a'), ''), (found('b'), 'b')):
        with pytest.raises(NotInOrder):
            _in_order('site', rows, last)


def test_a_full_database_is_an_error_and_a_later_try_tells_all(monkeypatch):
    from pymongo.errors import OperationFailure

    world = World()
    world.round({'ip': [address(IP, 22)]})
    task_id = world.task()
    world.found(task_id, ip=[address(IP, 22, 3306)])
    run = world.run(task_id)
    keep = committing.FileStore.keep

    def full(store, file, run_id):
        raise OperationFailure('disk full', 14031)

    monkeypatch.setattr(committing.FileStore, 'keep', full)
    with pytest.raises(OperationFailure):
        world.collect(run)
    monkeypatch.setattr(committing.FileStore, 'keep', keep)
    assert world.collect(run).changes == {'new': 1}


def test_who_stops_it_stops_it_and_nothing_is_written():
    world = World()
    task_id = world.task()
    world.found(task_id, ip=[address(IP, 22)])
    run, read = world.run(task_id), []
    with pytest.raises(Cancelled):
        world.collect(run, cancelled=lambda: True)
    assert ResultStore(world.db).get(run.id) is None
    world.collect(run, progress=read.append)
    assert read and read[-1] >= 1


def test_the_ledger_before_the_newest_is_kept_until_the_next_round():
    world = World()
    kept = []
    for _ in range(4):
        world.round({'ip': [address(IP, 22)]})
        pointer = world.db['scan_notify_pointer'].find_one({})
        kept.append(pointer['ledger'])
        assert pointer['previous'] == (kept[-2] if len(kept) > 1 else None)
        files = {one['_id'] for one in world.db[PREFIX + '.files'].find({})}
        assert set(kept[-2:]) <= files and not set(kept[:-2]) & files
