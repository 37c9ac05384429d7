"""What MongoDB's rules mean for a write: not confirmed in time, raced by another, and sorts that have an index."""

from datetime import datetime, timedelta, timezone
from typing import NamedTuple

import mongomock
import pytest
from bson import ObjectId
from bson.errors import InvalidBSON
from pymongo.errors import AutoReconnect, DuplicateKeyError, WriteConcernError, WTimeoutError

from scan_notify_plugin import doors, mongo
from scan_notify_plugin.admin.audit import Audit
from scan_notify_plugin.clock import Clock
from scan_notify_plugin.errors import Reason, SendError
from scan_notify_plugin.faults import Fault, say
from scan_notify_plugin.jobs.job import State
from scan_notify_plugin.jobs.making import Way, new_job
from scan_notify_plugin.jobs.store import JobStore
from scan_notify_plugin.records import to_document
from scan_notify_plugin.reports.store import ReportStore
from scan_notify_plugin.results.store import ResultStore
from scan_notify_plugin.runs import rules
from scan_notify_plugin.runs.run import Note, Want
from scan_notify_plugin.runs.store import RunStore
from scan_notify_plugin.secret import Secret
from scan_notify_plugin.settings.counters import CounterStore
from scan_notify_plugin.settings.store import SettingsStore
from scan_notify_plugin.settings.tokens import TokenStore

NOW = datetime(2030, 5, 17, 12, tzinfo=timezone.utc)
UNCONFIRMED = WTimeoutError('waiting for replication timed out', 64, {'errInfo': {'wtimeout': True}})
WRITES = ('insert_one', 'update_one', 'find_one_and_update')


class Rules:
    """A collection whose writes answer as they are told: ``raced`` before they are done, ``unconfirmed`` after."""

    def __init__(self, inner, raced=0, unconfirmed=False):
        self._inner, self.raced, self.unconfirmed = inner, raced, unconfirmed

    def __getattr__(self, name):
        call = getattr(self._inner, name)

        def written(*args, **kwargs):
            if self.raced and kwargs.get('upsert'):
                self.raced -= 1
                raise DuplicateKeyError('E11000 duplicate key error', 11000)
            result = call(*args, **kwargs)
            if self.unconfirmed:
                raise UNCONFIRMED
            return result

        return written if name in WRITES else call


class Database:
    def __init__(self, **answers):
        self.inner, self._answers, self._made = mongomock.MongoClient(tz_aware=True)['arl'], answers, {}

    def __getitem__(self, name):
        return self._made.setdefault(name, Rules(self.inner[name], **self._answers))


def new_run():
    return rules.new_run('s', 'nightly', 'recurrent_scan', 1, NOW)


def test_every_write_is_confirmed_by_a_majority_in_time():
    client = mongo.connect('mongodb://127.0.0.1:1', Clock(), 10.0)
    assert client.write_concern.document == {'w': 'majority', 'wtimeout': 10000, 'j': True}
    client.close()


def test_what_was_written_and_not_confirmed_is_recorded():
    db = Database(unconfirmed=True)
    store, mark = RunStore(db['runs']), ObjectId()
    assert store.open('s:1', new_run(), mark, NOW) == 's:1'
    store.close('s:1', ['a'], rules.submission_end(mark, NOW))
    run = store.get('s:1')
    assert run.task_ids == ('a',) and rules.open_fires(run) == []
    changed = store.change(run, run.evolve(told=True, notes=(Note(NOW, 'x'),)))
    assert changed.told is True and changed.rev == run.rev + 1
    assert store.change(run, run.evolve(error_msg='x')) is None  # it was changed since
    store.insert(new_run().evolve(id='s:2'))
    assert mongo.insert(db['runs'], {'_id': 'x'}) and not mongo.insert(db['runs'], {'_id': 'x'})
    settings = SettingsStore(db, Clock())
    assert settings.set_values('options', {'language': 'en'}, 'cli:root')['rev'] == 1
    assert settings.set_values('options', {'language': 'zh'}, 'cli:root', 7) is None
    assert settings.decide_run_collection(False) == 'task_schedule_run'
    assert len(settings.web_marker()) == 32
    Audit(db, Clock()).note('cli:root', 'set', 'x')
    assert Audit(db, Clock()).listing()[1] == 1


def test_a_change_that_is_not_there_was_not_made(monkeypatch):
    db = Database()
    store = RunStore(db['runs'])
    store.insert(new_run().evolve(id='s:1'))
    run = store.get('s:1')

    def lost(*args, **kwargs):
        raise WriteConcernError('rolled back', 100)

    monkeypatch.setattr(db['runs'], 'find_one_and_update', lost, raising=False)
    assert store.change(run, run.evolve(told=True)) is None


@pytest.mark.parametrize('part', ['parts.0.state', 'parts.1.state', 'nothing.here', 'parts.x.y'])
def test_single_values_are_compared_where_they_are(part):
    before, found = {'_id': 1, 'rev': 1}, {'_id': 1, 'rev': 2, 'parts': [{'state': 'posting'}]}
    assert mongo._is_changed(before, found, {part: 'posting'}) is (part == 'parts.0.state')


def test_upserts_that_race_are_tried_again():
    db = Database(raced=2)
    CounterStore(db).add({'a': 1})
    assert CounterStore(db).read() == {'a': 1}
    tokens = TokenStore(Database(raced=3), Clock())
    tokens.put('t', Secret('secret'), 60)
    assert tokens.get('t').reveal() == 'secret'
    settings = SettingsStore(Database(raced=4), Clock())
    settings.set_rounds({'a': 1}, {})
    settings.worker_alive('w', {})
    settings.switch_plugin('p', True, 'cli:root')
    assert settings.read().rounds['numbers'] == {'a': 1}
    assert SettingsStore(Database(raced=3), Clock()).decide_run_collection(True) == 'scan_notify_run'


def test_an_upsert_that_never_comes_through_ends():
    for write in (
        lambda db: CounterStore(db).add({'a': 1}),
        lambda db: SettingsStore(db, Clock()).set_values('options', {}, 'x'),
        lambda db: SettingsStore(db, Clock()).web_marker(),
    ):
        with pytest.raises((DuplicateKeyError, AutoReconnect)):
            write(Database(raced=1000))


def test_a_database_that_is_away_is_no_doubt_about_a_message():
    class Away:
        def __getitem__(self, name):
            return self

        def __getattr__(self, name):
            def call(*args, **kwargs):
                raise AutoReconnect('mongodb://arl:5f2chidden@10.0.0.1 is away')

            return call

    tokens = TokenStore(Away(), Clock())
    for call in (
        lambda: tokens.get('t'), lambda: tokens.put('t', Secret('x'), 60), lambda: tokens.drop('t', Secret('x'))
    ):  # fmt: skip
        with pytest.raises(SendError) as caught:
            call()
        assert caught.value.reason is Reason.UNREACHABLE and '5f2c' not in str(caught.value)


class Sorting:
    """Notes what is asked for in which order."""

    def __init__(self, inner):
        self._inner, self.indexes, self.sorts = inner, [], []

    def __getattr__(self, name):
        return getattr(self._inner, name)

    def create_index(self, keys, **options):
        assert options.get('background') is True
        self.indexes.append([tuple(key) for key in keys])

    def find_one(self, query, projection=None, sort=()):
        if sort:
            self.sorts.append((query, list(sort)))
        return self._inner.find_one(query, projection, sort=list(sort) or None)

    def find(self, query, projection=None):
        return _Cursor(self, query, self._inner.find(query, projection))


class _Cursor:
    def __init__(self, asked, query, inner):
        self._asked, self._query, self._inner = asked, query, inner

    def __getattr__(self, name):
        return getattr(self._inner, name)

    def __iter__(self):
        return iter(self._inner)

    def sort(self, keys, direction=1):
        keys = [(keys, direction)] if isinstance(keys, str) else list(keys)
        self._asked.sorts.append((self._query, keys))
        return self._inner.sort(keys)


def served(query, sort, indexes):
    """Whether an index gives this order: fields that are equal or one of few, then the order, all of it or none
    turned.
    """
    equal = {name for name, value in query.items() if not isinstance(value, dict) or '$in' in value}
    for keys in indexes:
        keys = list(keys)
        while keys and keys[0][0] in equal and keys[: len(sort)] != sort:
            keys.pop(0)
        turned = [(name, -direction) for name, direction in sort]
        if keys[: len(sort)] in (sort, turned):
            return True
    return sort[0][0] == '_id'


def test_every_sort_has_an_index():
    """The server gives up a sort in memory at 32 MB, and a page of large runs is more."""
    made = {}

    class Db:
        def __getitem__(self, name):
            return made.setdefault(name, Sorting(mongomock.MongoClient(tz_aware=True)['arl'][name]))

    db = Db()
    runs, jobs, reports, audit = RunStore(db['runs']), JobStore(db), ReportStore(db), Audit(db, Clock())
    results = ResultStore(db)
    for store in (runs, jobs, reports, audit, results):
        store.ensure_indexes()
    runs.recent(5), runs.recent(5, 's'), runs.newest_number('s'), runs.newest_number(
        's', NOW
    ), runs.running(), runs.ended()
    runs.page({}, None, None, '', 0, 50), runs.page({'schedule_id': 's'}, NOW, None, 'x', 50, 50)
    runs.page({'status': 'error', 'push_status': 'error'}, NOW, NOW, '', 0, 50), runs.watched(NOW), runs.doubted(NOW)
    jobs.of_runs(['a', 'b']), jobs.recent_attempts(5), jobs.next_due('lane', NOW), jobs.next_time('lane'), jobs.open()
    jobs.untold(NOW, 5)
    reports.of_runs(['a']), reports.page('a', 0, 50), reports.page(None, 0, 50), reports.with_file()
    audit.listing(), audit.about(['a']), results.since('s', 3)
    for name in ('runs', 'scan_notify_job', 'scan_notify_report'):
        doors.marked(made[name], 3)
    for collection in made.values():
        for query, sort in collection.sorts:
            assert served(query, sort, collection.indexes), (query, sort)
    assert sum(len(collection.sorts) for collection in made.values()) >= 15


def test_test_messages_come_after_real_ones():
    db = mongomock.MongoClient(tz_aware=True)['arl']
    jobs = JobStore(db)
    for number, test in ((1, True), (2, False), (3, None)):
        job = new_job(
            Want(str(number), 'notify', 'p', 'ops'),
            Way('l', ('ops',)),
            'r',
            NOW + timedelta(seconds=number),
            timedelta(hours=1),
        )
        document = dict(to_document(job), test=test)
        if test is None:
            del document['test']
        db['scan_notify_job'].insert_one(document)
    assert jobs.next_due('l', NOW + timedelta(minutes=1)).id == '3'  # as 0.1.0 wrote it: older than any with the field
    for done, left in (('3', '2'), ('2', '1')):
        job = jobs.get(done)
        jobs.change(job, job.evolve(state=State.SUCCESS))
        assert jobs.next_due('l', NOW + timedelta(minutes=1)).id == left


class Thing(NamedTuple):
    id: str
    n: int
    v: int = 1


def test_one_document_that_the_driver_cannot_read_is_left_out():
    class Unreadable:
        """What the driver does with a date in the year 10000."""

        def __init__(self, inner):
            self._inner = inner

        def __getattr__(self, name):
            return getattr(self._inner, name)

        def _check(self, query, projection):
            if projection == {'_id': 1}:
                return
            if any(one['_id'] == 'odd' for one in self._inner.find(query)):
                raise InvalidBSON('year 10000 is out of range')

        def find(self, query, projection=None):
            self._check(query, projection)
            return self._inner.find(query, projection)

        def find_one(self, query, projection=None, **more):
            first = self._inner.find_one(query, projection, **more)
            if first:
                self._check({'_id': first['_id']}, projection)
            return first

    inner = mongomock.MongoClient(tz_aware=True)['arl']['x']
    inner.insert_many([{'_id': name, 'n': 1, 'v': 1} for name in ('a', 'odd', 'z')])
    told = []
    aside = doors.Aside(lambda *facts: told.append(facts))
    door = doors.Door(Unreadable(inner), 'thing', Thing, aside)
    assert [one.id for one in door.find({'n': 1})] == ['a', 'z']
    assert [one.id for one in door.find({'n': 1}, [('_id', -1)], 1, 1)] == []
    assert door.get('odd') is None and door.get('a').n == 1
    assert door.one({'_id': {'$gte': 'b'}}) is None and door.one({'n': 1}, [('_id', 1)]).id == 'a'
    why = Fault('document.unreadable', detail='year 10000 is out of range')
    assert told == [('thing', 'odd', why)]
    assert doors.marked(inner, 3) == [('odd', why)]
    assert inner.find_one({'_id': 'odd'})['set_aside']['why'] == 'it cannot be read: year 10000 is out of range'


def test_why_an_earlier_release_set_a_document_aside_is_quoted():
    inner = mongomock.MongoClient(tz_aware=True)['arl']['x']
    inner.insert_one({'_id': 'odd', 'set_aside': {'at': NOW, 'why': 'state is no text'}})
    assert doors.marked(inner, 3) == [('odd', Fault('quote', text='state is no text'))]


@pytest.mark.parametrize('document, english, chinese', [
    ({'_id': 'a', 'n': 'x', 'v': 1}, 'n is no whole number', 'n 不是整数'),
    ({'_id': 'a', 'v': 1}, 'n is missing', 'n 缺少'),
])  # fmt: skip
def test_what_is_odd_about_a_document_is_said_in_both_languages(document, english, chinese):
    inner = mongomock.MongoClient(tz_aware=True)['arl']['x']
    inner.insert_one(document)
    assert doors.Door(inner, 'thing', Thing).get('a') is None
    ((_, why),) = doors.marked(inner, 3)
    assert say(why, 'en') == english and say(why, 'zh') == chinese
