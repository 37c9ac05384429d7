"""What a MongoDB does that the stand-in does not, played by a proxy: races, cut answers, unconfirmed writes, a
failover.
"""

from datetime import timedelta

import pytest
from bson import ObjectId
from pymongo import MongoClient
from pymongo.errors import AutoReconnect
from pymongo.write_concern import WriteConcern

from scan_notify_plugin import mongo
from scan_notify_plugin.clock import Clock
from scan_notify_plugin.doors import MARK
from scan_notify_plugin.errors import Reason, SendError
from scan_notify_plugin.jobs.making import Way, new_job, new_part
from scan_notify_plugin.jobs.settling import posting
from scan_notify_plugin.jobs.store import JobStore
from scan_notify_plugin.records import read_record
from scan_notify_plugin.runs import rules
from scan_notify_plugin.runs.fire import Fire
from scan_notify_plugin.runs.journal import Journal
from scan_notify_plugin.runs.run import Run, Want
from scan_notify_plugin.runs.store import RunStore
from scan_notify_plugin.secret import Secret
from scan_notify_plugin.settings.counters import CounterStore
from scan_notify_plugin.settings.store import SettingsStore
from scan_notify_plugin.settings.tokens import TokenStore
from tests.integration.conftest import RUNS
from tests.integration.mongo_proxy import MongoProxy
from tests.runs import unsettled

PROXIED = 2.0


@pytest.fixture
def proxy(mongo_uri):
    with MongoProxy(mongo_uri) as running:
        yield running


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def far(proxy, db, clock):
    """Our database, as a process of ours reaches it through the proxy."""
    client = mongo.connect(proxy.uri, clock, PROXIED)
    yield client[db.name]
    client.close()


def fire(store, clock, journal=None, schedule='s'):
    return Fire(store, clock, schedule, 'nightly', 'recurrent_scan', 1, journal=journal)


def job(clock, identity='j'):
    made = new_job(Want(identity, 'notify', 'p', 'ops'), Way('l', ('ops',)), 's:1', clock.now(), timedelta(hours=1))
    return made.evolve(parts=(new_part('k', {'text': 'x'}, {'text': 'x'}),))


def test_all_that_we_write_asks_for_a_majority(proxy, far, clock):
    run = fire(RunStore(far[RUNS]), clock)
    run.open(), run.close()
    jobs = JobStore(far)
    jobs.insert(job(clock))
    jobs.change(jobs.get('j'), jobs.get('j').evolve(starts=1))
    CounterStore(far).add({'a': 1})
    TokenStore(far, clock).put('t', Secret('x'), 60)
    SettingsStore(far, clock).decide_run_collection(False)
    assert len(proxy.commands) >= 7
    wanted = {'w': 'majority', 'j': True, 'wtimeout': int(PROXIED * 1000)}
    assert [command for command in proxy.commands if command[2] != wanted] == []


def test_a_failover_loses_no_mark_of_a_message_on_its_way(proxy, far, db, clock):
    jobs = JobStore(far)
    jobs.insert(job(clock))
    jobs.change(jobs.get('j'), posting(jobs.get('j'), 0, 'attempt', clock.now()))
    proxy.fail_over()
    assert db['scan_notify_job'].find_one({'_id': 'j'})['parts'][0]['state'] == 'posting'


def test_the_proxy_loses_what_no_majority_has_confirmed(proxy, db):
    with MongoClient(proxy.uri, journal=True) as client:  # as 0.1.0 wrote
        kept = client[db.name].get_collection('x', write_concern=WriteConcern('majority'))
        kept.insert_one({'_id': 1})
        client[db.name]['x'].insert_one({'_id': 2})
        client[db.name]['x'].update_one({'_id': 1}, {'$set': {'a': 1}})
        proxy.fail_over()
        assert list(db['x'].find()) == [{'_id': 1}]


@pytest.mark.parametrize('command, collection, act', [
    ('update', 'scan_notify_metric', lambda db, clock: CounterStore(db).add({'a': 1})),
    ('update', 'scan_notify_secret', lambda db, clock: TokenStore(db, clock).put('t', Secret('x'), 60)),
    ('update', 'scan_notify_setting', lambda db, clock: SettingsStore(db, clock).set_rounds({'a': 1}, {})),
    ('update', 'scan_notify_setting', lambda db, clock: SettingsStore(db, clock).worker_alive('w', {})),
    ('findAndModify', 'scan_notify_setting', lambda db, clock: SettingsStore(db, clock).set_values('options', {}, 'x')),
    ('findAndModify', 'scan_notify_setting', lambda db, clock: SettingsStore(db, clock).web_marker()),
    ('findAndModify', RUNS, lambda db, clock: fire(RunStore(db[RUNS]), clock).open()),
])  # fmt: skip
def test_an_upsert_that_lost_a_race_is_tried_again(proxy, far, db, clock, command, collection, act):
    far.client.admin.command('ping')
    proxy.play('duplicate', command, collection)
    act(far, clock)
    assert db[collection].count_documents({}) == 1


@pytest.mark.parametrize('command', ['findAndModify', 'update'])
def test_a_fire_that_was_written_and_not_confirmed_is_recorded(proxy, far, db, clock, command, caplog):
    proxy.play('unconfirmed', command, RUNS)
    run = fire(RunStore(far[RUNS]), clock)
    run.open(), run.add('a' * 24), run.close()
    assert run.recorded and caplog.records == []
    (document,) = db[RUNS].find({})
    assert document['task_ids'] == ['a' * 24] and rules.open_fires(read_record(Run, document)) == []


def test_a_change_that_was_not_confirmed_is_read_again(proxy, far, clock):
    jobs = JobStore(far)
    jobs.insert(job(clock))
    before = jobs.get('j')
    proxy.play('unconfirmed', 'findAndModify', 'scan_notify_job')
    changed = jobs.change(before, posting(before, 0, 'attempt', clock.now()))
    assert changed.rev == 2 and changed.parts[0].attempt == 'attempt'
    proxy.play('unconfirmed', 'insert', 'scan_notify_job')
    assert jobs.insert(job(clock, 'k')) and jobs.get('k')


@pytest.mark.parametrize('play', ['cut before', 'cut after'])
@pytest.mark.parametrize('command', ['findAndModify', 'update'])
def test_a_fire_whose_answer_was_cut_is_one_run_with_its_tasks_after_the_next(proxy, far, db, clock, play, command):
    far.client.admin.command('ping')
    store, journal = RunStore(far[RUNS]), Journal()
    for _ in range(2):  # the driver tries a write once more where the server can tell it from the first
        proxy.play(play, command, RUNS)
    first = fire(store, clock, journal, 'first')
    first.open(), first.add('a' * 24), first.close()
    proxy._faults.clear()
    second = fire(store, clock, journal, 'second')
    second.open(), second.close()
    for run in unsettled(store):
        for late in run.late:
            store.record_late(late)
    runs = {run['schedule_id']: run for run in db[RUNS].find({})}
    assert set(runs) == {'first', 'second'} and runs['first']['task_ids'] == ['a' * 24]
    assert all(rules.open_fires(read_record(Run, run)) == [] and len(run['fires']) == 1 for run in runs.values())


def test_an_answer_that_was_cut_is_no_doubt_about_a_message(proxy, far, clock):
    far.client.admin.command('ping')
    for _ in range(2):
        proxy.play('cut before', 'find', 'scan_notify_secret')
    with pytest.raises(SendError) as caught:
        TokenStore(far, clock).get('t')
    assert caught.value.reason is Reason.UNREACHABLE


def test_a_change_whose_answer_was_cut_is_no_success(proxy, far, clock):
    jobs = JobStore(far)
    jobs.insert(job(clock))
    before = jobs.get('j')
    for _ in range(2):
        proxy.play('cut after', 'findAndModify', 'scan_notify_job')
    try:
        assert jobs.change(before, before.evolve(starts=1)) is None  # the second try found another rev
    except AutoReconnect:
        pass
    proxy._faults.clear()
    assert jobs.get('j').starts == 1


def test_a_run_that_is_too_large_is_set_aside(far, db, clock):
    store = RunStore(far[RUNS])
    store.insert(rules.new_run('s', 'n', 'k', 1, clock.now(), 's:1'))
    run = store.get('s:1')
    assert store.change(run, run.evolve(error_msg='x' * (17 * 1024 * 1024))) is None
    assert db[RUNS].find_one({'_id': 's:1'})[MARK]['why'] and unsettled(store) == []


def test_a_text_that_is_none_is_read_all_the_same(far, db):
    db['x'].insert_one({'_id': ObjectId(), 'a': 'ok'})
    assert far['x'].find_one()['a'] == 'ok'
    assert far.client.codec_options.unicode_decode_error_handler == 'replace'
