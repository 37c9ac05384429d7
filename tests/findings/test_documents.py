"""Odd documents, and MongoDB's real rules, which an embedded database does not have."""

from contextlib import closing
from datetime import timedelta

import pytest
from pymongo.errors import AutoReconnect, DuplicateKeyError

from scan_notify_plugin import mongo
from scan_notify_plugin.clock import Clock
from scan_notify_plugin.errors import Reason, SendError
from scan_notify_plugin.jobs.lanes import LaneStore
from scan_notify_plugin.jobs.store import COLLECTION as JOBS
from scan_notify_plugin.jobs.store import JobStore
from scan_notify_plugin.reports.store import ReportStore
from scan_notify_plugin.runs.store import RunStore
from scan_notify_plugin.secret import Secret
from scan_notify_plugin.settings.counters import CounterStore
from scan_notify_plugin.settings.store import SettingsStore
from scan_notify_plugin.settings.tokens import TokenStore
from tests.findings.worlds import Loop, is_told_beside, section, target
from tests.loop import RUNS


@pytest.mark.parametrize('field', ['plan_errors', 'tasks', 'fired_at', 'told', 'schedule_name', 'task_ids', 'plan'])
def test_a_run_that_lacks_a_field_keeps_no_other_run_from_being_told(clock, ops, field):
    loop = Loop(section({'ops': target(ops)}), clock=clock)
    run_id, task_ids = loop.fire(loop.schedule())
    loop.tick()
    loop.status(task_ids, 'done')
    loop.db[RUNS].update_one({'_id': run_id}, {'$unset': {field: 1}})
    assert is_told_beside(loop, ops)


@pytest.mark.parametrize('field', ['parts', 'give_up_at', 'attempts', 'route', 'waits', 'at'])
def test_a_job_that_lacks_a_field_keeps_nobody_behind_it_waiting(clock, ops, field):
    loop = Loop(section({'ops': target(ops)}), clock=clock)
    loop.finished_run()
    loop.tick()
    loop.db[JOBS].update_many({}, {'$unset': {field: 1}})
    assert is_told_beside(loop, ops)


def test_what_was_written_survives_a_failover():
    with closing(mongo.connect('mongodb://127.0.0.1:1', Clock(), 10.0)) as client:
        assert client.write_concern.document.get('w') == 'majority'


class Raced:
    """A database in which each upsert meets another's once: E11000, which a server before 4.2 leaves to us."""

    def __init__(self, inner):
        self._inner, self._met = inner, set()

    def __getitem__(self, name):
        return _Collection(self._inner[name], name, self._met)


class _Collection:
    def __init__(self, inner, name, met):
        self._inner, self._name, self._met = inner, name, met

    def __getattr__(self, name):
        call = getattr(self._inner, name)

        def raced(*args, **more):
            if more.get('upsert') and self._name not in self._met:
                self._met.add(self._name)
                raise DuplicateKeyError('E11000 duplicate key error', 11000)
            return call(*args, **more)

        return raced


@pytest.mark.parametrize('write', [
    lambda db: CounterStore(db).add({'a': 1}),
    lambda db: TokenStore(db, Clock()).put('t', Secret('5f2cToken'), 60),
    lambda db: SettingsStore(db, Clock()).set_rounds({'a': 1}, {}),
], ids=['a count', 'a token', 'the rounds'])  # fmt: skip
def test_upserts_that_race_are_written_both(write):
    db = Loop({}).db
    write(Raced(db))
    collections = ('scan_notify_metric', 'scan_notify_secret', 'scan_notify_setting')
    assert sum(db[name].count_documents({}) for name in collections) == 1


class CutOnce:
    """A database whose first answer to a change does not arrive."""

    def __init__(self, inner):
        self._inner, self._cut = inner, False

    def __getitem__(self, name):
        self._collection = self._inner[name]
        return self

    def __getattr__(self, name):
        return getattr(self._collection, name)

    def find_one_and_update(self, *args, **more):
        found = self._collection.find_one_and_update(*args, **more)
        if self._cut:
            return found
        self._cut = True
        raise AutoReconnect('connection closed')


def test_a_lane_whose_lease_had_no_answer_does_not_stay_nobodys(clock):
    lanes = LaneStore(CutOnce(Loop({}).db))
    with pytest.raises(AutoReconnect):
        lanes.take('channel:ops', clock.now())
    assert lanes.take('channel:ops', clock.now() + timedelta(seconds=5)) is not None


def test_a_database_that_is_away_is_no_doubt_about_a_message_for_which_a_token_is_wanted():
    class Away:
        def __getitem__(self, name):
            return self

        def find_one(self, *args):
            raise AutoReconnect('no server')

    with pytest.raises((SendError, AutoReconnect)) as caught:
        TokenStore(Away(), Clock()).get('t')
    assert getattr(caught.value, 'reason', Reason.UNKNOWN) is Reason.UNREACHABLE  # what is no SendError is a doubt


class Indexes:
    """A collection that notes which indexes are made."""

    def __init__(self):
        self.made = []

    def __getitem__(self, name):
        return self

    def create_index(self, keys, **options):
        self.made.append((keys, options))


def test_an_index_is_made_while_others_read_and_write():
    indexes = Indexes()
    for store in (RunStore(indexes), JobStore(indexes), ReportStore(indexes)):
        store.ensure_indexes()
    assert indexes.made and [keys for keys, options in indexes.made if not options.get('background')] == []


def test_the_page_of_runs_is_in_the_order_of_an_index():
    indexes, sorts = Indexes(), []

    class Cursor:
        def __getattr__(self, name):
            return lambda *args: self

        def sort(self, keys):
            sorts.append(list(keys))
            return self

        def __iter__(self):
            return iter(())

    indexes.count_documents = lambda *args, **more: 0
    indexes.find = lambda *args: Cursor()
    store = RunStore(indexes)
    store.ensure_indexes()
    store.page({}, None, None, '', 0, 50)
    assert sorts and all(keys in [list(made) for made, _ in indexes.made] for keys in sorts)
