"""What administrators set, what the first process decided, and who is alive: kept in MongoDB."""

from datetime import datetime, timedelta, timezone

import mongomock
import pytest

from scan_notify_plugin.settings.store import COLLECTION, OTHER_RUNS, SPECIFIED_RUNS, SettingsStore

START = datetime(2030, 5, 17, 12, tzinfo=timezone.utc)


class Watch:
    """A clock that stands still until it is told to go."""

    def __init__(self):
        self.time = START

    def now(self):
        return self.time


@pytest.fixture
def db():
    return mongomock.MongoClient(tz_aware=True)['arl']


@pytest.fixture
def clock():
    return Watch()


@pytest.fixture
def store(db, clock):
    return SettingsStore(db, clock)


def test_an_empty_store_has_an_answer_to_everything(store):
    stored = store.read()
    assert stored.schedule('64f0') == {}
    assert stored.run_collection is None
    assert stored.rounds is None
    assert stored.workers() == {}


def test_what_is_set_for_a_schedule_is_set_for_it_alone_and_the_rest_stays(store, db):
    store.set_schedule('64f0', {'notify_enable': True, 'notify_channel': ('ops', 'night')}, 'cli:ann')
    store.set_schedule('64f0', {'notify_on': 'failed'}, 'cli:bob')
    wanted = {'notify_enable': True, 'notify_channel': ['ops', 'night'], 'notify_on': 'failed'}
    assert store.read().schedule('64f0') == wanted
    assert store.read().schedule('64f1') == {}
    document = db[COLLECTION].find_one({'_id': 'schedule:64f0'})
    assert (document['by'], document['at'], document['v']) == ('cli:bob', START, 1)


@pytest.mark.parametrize('host_owns_it, name', [(False, SPECIFIED_RUNS), (True, OTHER_RUNS)])
def test_the_run_collection_is_the_specified_one_unless_the_host_has_it(store, host_owns_it, name):
    assert store.decide_run_collection(host_owns_it) == name
    assert store.read().run_collection == name


def test_the_run_collection_is_decided_once_and_for_all(store, db, clock):
    assert store.decide_run_collection(False) == SPECIFIED_RUNS
    clock.time += timedelta(days=1)
    assert store.decide_run_collection(True) == SPECIFIED_RUNS
    assert SettingsStore(db, clock).decide_run_collection(True) == SPECIFIED_RUNS
    assert db[COLLECTION].find_one({'_id': 'layout'})['at'] == START


def test_the_web_process_has_words_of_its_own_made_once(store, db, clock):
    assert store.read().web_marker == ''
    marker = store.web_marker()
    assert len(marker) == 32
    assert SettingsStore(db, clock).web_marker() == marker
    assert store.read().web_marker == marker


def test_rounds_are_remembered_whole(store):
    store.set_rounds({'64f0': 3, '64f1': 1}, {'64f1': START})
    store.set_rounds({'64f0': 4}, {})
    assert store.read().rounds['numbers'] == {'64f0': 4}
    assert store.read().rounds['missing'] == {}


def test_a_worker_is_listed_from_its_sign_of_life_until_it_says_goodbye(store, clock):
    store.worker_alive('one@host:1', {'plugins': ['dingding']})
    store.worker_alive('two@host', {'plugins': []})
    clock.time += timedelta(seconds=30)
    store.worker_alive('one@host:1', {'plugins': ['dingding', 'mine']})
    workers = store.read().workers()
    assert set(workers) == {'one@host:1', 'two@host'}
    assert workers['one@host:1']['plugins'] == ['dingding', 'mine']
    assert workers['one@host:1']['at'] == clock.time
    store.worker_gone('one@host:1')
    assert set(store.read().workers()) == {'two@host'}


def test_workers_that_were_killed_are_forgotten_and_nothing_else_is(store, clock):
    store.worker_alive('killed', {})
    store.set_schedule('64f0', {'notify_enable': True}, 'cli:ann')
    store.decide_run_collection(False)
    clock.time += timedelta(days=2)
    store.worker_alive('alive', {})
    store.forget_workers(clock.time - timedelta(days=1))
    assert set(store.read().workers()) == {'alive'}
    assert store.read().schedule('64f0') == {'notify_enable': True}
    assert store.read().run_collection == SPECIFIED_RUNS


def test_a_change_that_was_decided_on_something_older_is_refused(store):
    assert store.set_schedule('64f0', {'notify_on': 'failed'}, 'cli:ann', 0)['rev'] == 1
    assert store.set_schedule('64f0', {'notify_on': 'always'}, 'cli:bob', 0) is None
    assert store.set_schedule('64f0', {'notify_on': 'always'}, 'cli:bob', 2) is None
    assert store.set_schedule('64f1', {'notify_on': 'always'}, 'cli:bob', 2) is None
    assert store.read().schedule('64f0') == {'notify_on': 'failed'} and store.read().schedule('64f1') == {}
    changed = store.set_schedule('64f0', {'notify_enable': True}, 'cli:bob', 1)
    assert (changed['rev'], changed['changed'], changed['by']) == (2, ['notify_enable'], 'cli:bob')
    assert store.set_schedule('64f0', {'notify_on': None}, 'cli:bob')['rev'] == 3


def test_a_plugin_is_off_until_it_is_switched_on(store):
    assert store.switch_plugin('mine', True, 'cli:ann') == {}
    assert {name: one['by'] for name, one in store.read().switched_off.items()} == {'mine': 'cli:ann'}
    assert store.switch_plugin('mine', False, 'cli:bob')['by'] == 'cli:ann'
    assert store.read().switched_off == {}
    assert store.read().workers() == {} and store.read().options == {}


def test_options_are_kept_by_name_and_section(store):
    store.set_values('options', {'language': 'en', 'defaults.notify_channel': ('ops',)}, 'cli:ann')
    store.set_values('options', {'defaults.notify_on': 'failed'}, 'cli:ann')
    expected = {'language': 'en', 'defaults': {'notify_channel': ['ops'], 'notify_on': 'failed'}}
    assert store.read().options == expected
