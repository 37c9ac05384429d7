"""The stores on a real server: what happens at once, and that every operation is one the server has."""

import threading
from datetime import timedelta
from typing import NamedTuple

import pytest
from bson import ObjectId

from scan_notify_plugin import mongo
from scan_notify_plugin.clock import Clock
from scan_notify_plugin.doors import Door
from scan_notify_plugin.host.config import HostConfig
from scan_notify_plugin.host.scans import COUNTED, Scans, Schedule
from scan_notify_plugin.jobs.job import PartState, Receipt, State
from scan_notify_plugin.jobs.lanes import LEASE, LaneStore
from scan_notify_plugin.jobs.making import Way, new_job, new_part
from scan_notify_plugin.jobs.outcomes import Outcome, Policy
from scan_notify_plugin.jobs.settling import posting, settled
from scan_notify_plugin.jobs.store import JobStore
from scan_notify_plugin.mongo import VERSION
from scan_notify_plugin.recorder import Recorder
from scan_notify_plugin.records import read_record
from scan_notify_plugin.reports.report import Download
from scan_notify_plugin.reports.report import State as ReportState
from scan_notify_plugin.reports.store import ReportStore
from scan_notify_plugin.runs import rules
from scan_notify_plugin.runs.run import JobStatus, Note, Run, Started, Status, Want
from scan_notify_plugin.runs.store import RunStore
from scan_notify_plugin.settings.section import parse_settings
from scan_notify_plugin.settings.store import SettingsStore
from tests.integration.conftest import RUNS, scan_task, schedule
from tests.reports.shelf import report_of
from tests.runs import unsettled

THREADS = 8
HOUR = timedelta(hours=1)


@pytest.fixture
def clock(ours):
    clock = Clock()
    assert ours().command('ping')['ok']
    return clock


def at_once(call, *arguments):
    """call(argument) in a thread for each, all at the same moment; their results in order."""
    barrier, results = threading.Barrier(len(arguments)), [None] * len(arguments)

    def run(index, argument):
        barrier.wait(10)
        try:
            results[index] = call(argument)
        except Exception as error:
            results[index] = error

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(arguments)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert not [result for result in results if isinstance(result, Exception)], results
    return results


def new_run(clock, schedule_id='s', number=1):
    identity = '{}:{}'.format(schedule_id, number)
    return rules.new_run(schedule_id, 'nightly', 'recurrent_scan', number, clock.now(), identity)


# at the same moment


def test_two_schedulers_that_fire_the_same_rounds_make_one_run_of_each(db, ours):
    config, settings = HostConfig('x', {}, '', '', ''), parse_settings({'SCAN_NOTIFY': {'ENABLE': True}})
    recorders = [Recorder(config, settings, database=ours()) for _ in range(2)]
    made = {number: [] for number in range(1, 51)}

    def fire(pair):
        recorder, number = pair
        opened = recorder.begin(schedule(number))
        for _ in range(2):
            made[number].append(str(ObjectId()))
            opened.add(made[number][-1])
        opened.close()
        return opened.run_id

    for number in made:
        ids = at_once(fire, *[(recorder, number) for recorder in recorders])
        assert ids == ['s:{}'.format(number)] * 2
    runs = list(db[RUNS].find())
    assert len(runs) == 50
    for run in runs:
        assert sorted(run['task_ids']) == sorted(made[run['run_number']]) and len(run['task_ids']) == 4
        assert len({fire['mark'] for fire in run['fires']}) == 2 and rules.open_fires(read_record(Run, run)) == []
        assert run['rev'] == 4 and run['status'] == 'running'


def test_a_lane_has_one_holder(ours, clock):
    stores = [LaneStore(ours()) for _ in range(THREADS)]
    now = clock.now()
    for _ in range(20):  # the first time it does not exist yet
        leases = [lease for lease in at_once(lambda store: store.take('tick', now), *stores) if lease]
        assert len(leases) == 1
        stores[0].give_back(leases[0], now)


class Counted(NamedTuple):
    id: int
    rev: int
    number: int
    v: int = VERSION


def test_no_change_is_lost(db, ours):
    db['counted'].insert_one({'_id': 1, 'rev': 1, 'number': 0})

    def count(collection):
        door = Door(collection, 'number', Counted)
        for _ in range(25):
            assert door.change_until_done(1, lambda counted: counted._replace(number=counted.number + 1))

    at_once(count, *[ours()['counted'] for _ in range(THREADS)])
    assert db['counted'].find_one() == {'_id': 1, 'rev': 1 + 25 * THREADS, 'number': 25 * THREADS}


def test_of_changes_to_one_reading_the_first_holds(db, ours):
    db['counted'].insert_one({'_id': 1, 'rev': 1})
    read = db['counted'].find_one()
    changed = at_once(lambda name: mongo.change(ours()['counted'], read, {'by': name}), *range(THREADS))
    (held,) = [document for document in changed if document]
    assert db['counted'].find_one() == held and held['rev'] == 2


def test_the_run_collection_is_decided_once(ours, clock):
    names = at_once(lambda tells: SettingsStore(ours(), clock).decide_run_collection(tells), *[True, False] * 4)
    assert len(set(names)) == 1


# every operation of every store


def test_the_indexes_are_made_and_made_again(db):
    for _ in range(2):
        RunStore(db[RUNS]).ensure_indexes()
        JobStore(db).ensure_indexes()
    runs, jobs = ([list(index['key']) for index in db[name].list_indexes()] for name in (RUNS, 'scan_notify_job'))
    for wanted in (['push_status'], ['schedule_id', 'run_number'], ['fired_at', '_id'], ['watch_until']):
        assert wanted in runs
    for wanted in (['state', 'lane', 'due_at'], ['run_ids']):
        assert wanted in jobs


def test_runs(db, ours, clock):
    store, now, mark = RunStore(ours()[RUNS]), clock.now(), ObjectId()
    assert store.open('s:1', new_run(clock), mark, now) == 's:1'
    store.close('s:1', ['a' * 24, 'b' * 24], rules.submission_end(mark, now))
    run = store.get('s:1')
    assert run == new_run(clock).evolve(
        fired_at=run.fired_at, start_time=run.start_time, rev=2, task_ids=('a' * 24, 'b' * 24),
        fires=(Started(mark, now),), submitted=(rules.submission_end(mark, now),),
    )  # fmt: skip
    # the host used the number again, much later
    later, second = now + HOUR, ObjectId()
    assert store.open('s:1', new_run(clock).evolve(fired_at=later), second, later) == 's:1:{}'.format(second)
    assert {run.id for run in unsettled(store)} == {'s:1', 's:1:{}'.format(second)}
    for end in (rules.submission_end(None, now, 'unrecorded', detail='7'), rules.submission_end(None, now, 'failed')):
        store.insert(new_run(clock, number=7).evolve(submitted=(end,)))
    assert store.get('s:7').submitted[0].trouble == 'unrecorded'
    assert store.newest_number('s') == 7 and store.newest_number('other') == 0
    assert store.recorded(['s:7', 's:8']) == ['s:7'] and store.recorded([]) == []
    after = run.evolve(status=Status.ERROR, end_time=now - HOUR, push_status=JobStatus.SKIP, watch_until=later)
    ended = store.change(run, after)
    assert ended.rev == 3 and store.change(run, run.evolve(error_msg='x')) is None
    assert [run.id for run in store.watched(now)] == ['s:1'] and store.watched(later) == []
    assert store.change_until_done('s:1', lambda run: run) is None
    assert store.change_until_done('gone', lambda run: run.evolve(error_msg='x')) is None
    assert store.change_until_done('s:1', lambda run: run.evolve(notes=(Note(now, 'x'),))).rev == 4
    assert [run.id for run in store.recent(1)] == ['s:1:{}'.format(second)] and len(store.recent(9, 's')) == 3
    assert store.recent(9, 'other') == []
    assert store.forget(now, 2 * HOUR) == [] and store.forget(now, HOUR / 2) == ['s:1'] and store.get('s:1') is None


def test_a_closed_run_is_not_joined_but_gets_a_neighbour(ours, clock):
    store, now = RunStore(ours()[RUNS]), clock.now()
    store.open('s:1', new_run(clock), ObjectId(), now)
    store.change(store.get('s:1'), store.get('s:1').evolve(status=Status.FINISHED))
    mark = ObjectId()
    assert store.open('s:1', new_run(clock), mark, now) == 's:1:{}'.format(mark)


def test_jobs(ours, clock):
    store, now = JobStore(ours()), clock.now()
    job = new_job(Want('s:1/complete/ops', 'notify', 'dingding', 'ops'), Way('channel:1', ('ops',)), 's:1', now, HOUR)
    store.insert(job)
    store.insert(job.evolve(state=State.ERROR))
    assert store.get(job.id) == job and store.of_runs(['s:1']) == [job] and store.of_runs([]) == []
    (turn,) = store.turns(['s:1'])
    assert (turn.id, turn.run_ids, turn.kind, turn.state) == (job.id, ('s:1',), 'notify', 'pending')
    assert store.turns([]) == []
    assert store.next_due('channel:1', now) == job and store.next_due('channel:2', now) is None
    assert store.next_due('channel:1', now - HOUR) is None and store.next_time('channel:1') == now
    assert store.next_time('channel:2') is None and store.lanes_due(now) == ['channel:1']
    part = new_part('k', {'text': 'x'}, {'text': 'y'})
    rendered = store.change(job, job.evolve(parts=(part,)))
    marked = store.change(rendered, posting(rendered, 0, 'attempt', now))
    assert marked.parts[0].state is PartState.POSTING and marked.starts == 1 and marked.rev == 3
    accepted = Outcome(receipt=Receipt('k'))
    done = store.change_until_done(job.id, lambda job: settled(job, 0, 'k', 'attempt', accepted, now, Policy(True)))
    assert done.state is State.SUCCESS and done.parts[0].receipt == Receipt('k')
    assert store.lanes_due(now) == []
    store.forget_runs([])
    store.forget_runs(['s:1'])
    assert store.get(job.id) is None


def test_lanes(ours, clock):
    store, now = LaneStore(ours()), clock.now()
    lease = store.take('channel:1', now)
    assert lease.sent == [] and lease.until == now + LEASE and store.take('channel:1', now) is None
    lease = store.hold(lease, now, [now])
    late = store.take('channel:1', now + 2 * LEASE)
    assert late.sent == [now] and store.hold(lease, now, []) is None
    store.give_back(lease, now)  # lost, so it says nothing
    assert store.take('channel:1', now + 2 * LEASE) is None
    store.give_back(late, now + HOUR, cool_until=now + HOUR)
    assert store.take('channel:1', now) is None
    assert store.take('channel:1', now + HOUR).cool_until == now + HOUR
    assert [lane.id for lane in store.all()] == ['channel:1']


def test_settings(ours, clock):
    store = SettingsStore(ours(), clock)
    assert store.read().run_collection is None and store.read().rounds is None
    assert store.decide_run_collection(True) == store.decide_run_collection(False) == 'scan_notify_run'
    store.set_schedule('s', {'notify_enable': True, 'notify_channel': ('ops', 'dev')}, 'admin')
    store.set_schedule('s', {'notify_on': 'failed'}, 'admin')
    store.set_rounds({'s': 1}, {'t': clock.now()}, since=clock.now())
    store.worker_alive('a', {'version': '1'})
    store.worker_alive('b', {'version': '1'})
    store.worker_gone('a')
    read = store.read()
    assert read.schedule('s') == {'notify_enable': True, 'notify_channel': ['ops', 'dev'], 'notify_on': 'failed'}
    assert read.schedule('t') == {} and read.rounds['numbers'] == {'s': 1} and set(read.workers()) == {'b'}
    assert clock.now() - read.workers()['b']['at'] < timedelta(seconds=10)
    assert read.web_marker == '' and store.web_marker() == store.web_marker() == store.read().web_marker
    store.forget_workers(clock.now() + HOUR)
    assert store.read().workers() == {} and store.read().run_collection == 'scan_notify_run'


def test_of_changes_to_one_rev_of_a_setting_the_first_holds(ours, clock):
    def change(number):
        return SettingsStore(ours(), clock).set_schedule('s', {'notify_on': 'failed'}, str(number), 0) is not None

    assert sorted(at_once(change, *range(THREADS))) == [False] * (THREADS - 1) + [True]
    store = SettingsStore(ours(), clock)
    assert store.set_schedule('s', {'notify_on': None}, 'x', 1)['rev'] == 2
    assert store.set_schedule('s', {'notify_on': None}, 'x', 1) is None
    assert store.set_values('options', {'defaults.notify_on': 'failed', 'language': 'en'}, 'x', 0)['rev'] == 1
    assert store.read().options == {'defaults': {'notify_on': 'failed'}, 'language': 'en'}
    assert store.switch_plugin('mine', True, 'x') == {} and set(store.read().switched_off) == {'mine'}


def test_reports(ours, clock):
    store, now = ReportStore(ours()), clock.now()
    store.ensure_indexes()
    report = report_of(b'x', now, storage='gridfs')
    store.insert(report.evolve(id='r1', run_id='s:1', created_at=now))
    store.insert(report.evolve(id='r2', run_id='s:1', created_at=now - HOUR))
    store.insert(report.evolve(id='r3', run_id='s:2', created_at=now - HOUR, state=ReportState.MAKING))
    assert [report.id for report in store.of_runs(['s:1'])] == ['r2', 'r1']
    assert [report.id for report in store.with_file()] == ['r1', 'r2']
    assert {report.id for report in store.with_file_or_begun()} == {'r1', 'r2', 'r3'}
    report = store.get('r1')
    assert store.downloaded(report, now, 'admin') and not store.downloaded(report, now, 'admin')
    assert store.get('r1').downloads == 1 and store.get('r1').download_log == (Download(now, 'admin'),)
    assert store.change(store.get('r1'), store.get('r1').evolve(state=ReportState.EXPIRED)).rev == 3
    assert store.signing_key() == store.signing_key() and len(store.signing_key()) > 30
    store.forget(now)
    assert store.get('r1')
    store.forget(now + HOUR)
    assert store.get('r1') is None and store.get('r2') and store.get('r3')


def test_the_hosts_collections(db, ours):
    scans, before = Scans(ours()), ObjectId()
    counted, uncounted = scan_task(db, 'done', target='x'), scan_task(db, 'error', statistic=None)
    for collection, _ in COUNTED:
        db[collection].insert_many([{'task_id': uncounted}, {'task_id': uncounted}, {'task_id': 'other'}])
    document = {'name': 'n', 'run_number': 3.0, 'notify_on': 'always'}
    schedule_id = str(db['task_schedule'].insert_one(document).inserted_id)
    ids = [counted, uncounted, str(ObjectId())]
    assert {task_id: state[0] for task_id, state in scans.states(ids).items()} == {counted: 'done', uncounted: 'error'}
    assert scans.facts(ids)[counted].statistic == {'site_cnt': 2} and scans.facts(ids)[uncounted].statistic == {}
    assert scans.counted([uncounted]) == {uncounted: {name: 2 for _, name in COUNTED}}
    traces = scans.traces(before, timedelta(hours=1))
    assert [str(one.id) for one in traces] == [counted, uncounted]
    (found,) = scans.schedules()
    assert found == scans.schedule(schedule_id) == Schedule(schedule_id, 'n', '', 3, {'notify_on': 'always'})
    assert scans.schedule('no id') is None and scans.schedule(str(ObjectId())) is None


def test_the_clock_is_the_servers(mongo_uri):
    clock = Clock()
    with mongo.connect(mongo_uri, clock, 2.0) as client:
        client.admin.command('ping')
        assert clock._server_minus_monotonic is not None and abs(clock.skew()) < 2
