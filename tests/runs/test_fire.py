"""One trigger, recorded from inside the host: two round trips, and nothing that the host could notice."""

import logging
from datetime import datetime, timedelta, timezone

import mongomock
import pytest
from bson import ObjectId
from pymongo.errors import ServerSelectionTimeoutError

from scan_notify_plugin.runs import rules
from scan_notify_plugin.runs.fire import Fire
from scan_notify_plugin.runs.journal import KEPT, Journal
from scan_notify_plugin.runs.run import Started, Status
from scan_notify_plugin.runs.store import RunStore

NOW = datetime(2030, 5, 17, 12, tzinfo=timezone.utc)
A, B = 'a' * 24, 'b' * 24
AWAY = ServerSelectionTimeoutError('mongodb://arl:5f2chidden@10.0.0.1:27017 is away')


class Clock:
    def now(self):
        return NOW


class Counting:
    """A store whose calls are counted, and fail while it is away."""

    def __init__(self, store):
        self._store = store
        self.calls = []
        self.away = False

    def __getattr__(self, name):
        def call(*args):
            self.calls.append(name)
            if self.away:
                raise AWAY
            return getattr(self._store, name)(*args)

        return call


@pytest.fixture
def runs():
    return Counting(RunStore(mongomock.MongoClient(tz_aware=True)['arl']['task_schedule_run']))


@pytest.fixture
def fire(runs):
    return Fire(runs, Clock(), '64f0', 'nightly', 'recurrent_scan', 7)


def stored(runs):
    return RunStore(runs._store._runs).get('64f0:7')


def test_a_fire_is_a_run_with_its_tasks_after_two_round_trips(fire, runs):
    fire.open()
    fire.add(A)
    fire.add(B)
    fire.close()
    assert runs.calls == ['open', 'close']
    run = stored(runs)
    assert run.task_ids == (A, B)
    assert (run.schedule_id, run.schedule_name, run.schedule_type) == (
        '64f0',
        'nightly',
        'recurrent_scan',
    )
    assert (run.run_number, run.fired_at, run.status) == (7, NOW, Status.RUNNING)
    assert [end.error for end in run.submitted] == ['']


def test_the_run_is_there_before_the_host_submits(fire, runs):
    assert not fire.recorded
    fire.open()
    assert fire.recorded
    assert fire.run_id == '64f0:7'
    assert rules.open_fires(stored(runs)) != []


def test_the_mark_is_made_by_whom_the_host_uses(runs):
    mark = ObjectId()
    fire = Fire(runs, Clock(), '64f0', 'nightly', 'recurrent_scan', 7, new_mark=lambda: mark)
    fire.open()
    fire.close()
    run = stored(runs)
    assert run.fires == (Started(mark, NOW),)
    assert run.submitted[0].mark == mark


def test_a_submission_that_raised_keeps_its_tasks_and_says_why(fire, runs):
    fire.open()
    fire.add(A)
    fire.close(KeyError('policy_id'))
    run = stored(runs)
    assert run.task_ids == (A,)
    assert run.submitted[0].error == 'submission failed after 1 scan tasks: KeyError: \'policy_id\''


def test_what_the_host_said_is_stored_without_credentials_and_bounded(fire, runs):
    fire.open()
    fire.close(RuntimeError('amqp://arl:5f2chidden@10.0.0.1 ' + 'x' * 10000))
    error = stored(runs).submitted[0].error
    assert '5f2chidden' not in error
    assert len(error) < 400


@pytest.mark.parametrize('task_id', [None, 5, '', 'abc', 'A' * 24, 'a' * 25, 'a' * 24 + '\n', ['a' * 24], b'a' * 24])
def test_what_is_no_task_id_is_left_out_and_logged(fire, runs, task_id, caplog):
    fire.open()
    fire.add(task_id)
    fire.close()
    assert stored(runs).task_ids == ()
    assert 'is not a scan task id and was left out' in caplog.text


def test_who_tells_the_run_is_written_with_it(fire, runs):
    fire.host_push = 'suppressed'
    fire.open()
    assert stored(runs).host_push == 'suppressed'


def test_a_database_that_is_away_at_the_opening_is_one_line_and_nothing_else(fire, runs, caplog):
    runs.away = True
    with caplog.at_level(logging.INFO):
        fire.open()
        fire.add(A)
        fire.close()
    assert not fire.recorded
    assert runs.calls == ['open']  # no second time-out for the host to wait for
    assert [record.levelname for record in caplog.records] == ['WARNING']
    assert 'run of schedule 64f0 round 7 not opened' in caplog.text
    assert '5f2chidden' not in caplog.text


def test_a_database_that_goes_away_before_the_close_is_one_line_and_the_fire_stays_open(fire, runs, caplog):
    fire.open()
    fire.add(A)
    runs.away = True
    fire.close()
    assert 'tasks of run 64f0:7 not recorded, the worker will look for them' in caplog.text
    assert '5f2chidden' not in caplog.text
    assert rules.open_fires(stored(runs)) != []


def test_a_mark_that_cannot_be_made_harms_nobody(runs, caplog):
    def broken():
        raise TypeError('no such driver')

    fire = Fire(runs, Clock(), '64f0', 'nightly', 'recurrent_scan', 7, new_mark=broken)
    fire.open()
    fire.close(ValueError('the host\'s own'))
    assert runs.calls == []
    assert 'TypeError: no such driver' in caplog.text


def test_what_could_not_be_written_is_kept_for_the_next_fire_of_the_process(runs):
    journal = Journal()
    first, second, third = (
        Fire(runs, Clock(), '64f{}'.format(number), 'nightly', 'recurrent_scan', 7, journal=journal)
        for number in range(3)
    )
    first.open()
    first.add(A)
    runs.away = True
    first.close()
    second.open()
    second.add(B)
    second.close(OSError('rabbit'))
    runs.away = False
    runs.calls.clear()
    third.open()
    third.close()
    assert runs.calls == ['open', 'close']  # still two round trips
    store = RunStore(runs._store._runs)
    late = store.get('64f2:7').late
    assert [(one.run_id, one.task_ids, one.run is None) for one in late] == [
        ('64f0:7', (A,), True),
        ('64f1:7', (B,), False),
    ]
    for _ in range(2):  # a tick may die half way
        for one in late:
            store.record_late(one)
    first_run, second_run = store.get('64f0:7'), store.get('64f1:7')
    assert (first_run.task_ids, second_run.task_ids) == ((A,), (B,))
    assert rules.open_fires(first_run) == rules.open_fires(second_run) == []
    assert [len(run.submitted) for run in (first_run, second_run)] == [1, 1]
    assert second_run.submitted[0].error.endswith('OSError: rabbit') and second_run.fired_at == NOW
    fourth = Fire(runs, Clock(), '64f3', 'nightly', 'recurrent_scan', 7, journal=journal)
    fourth.open()
    assert store.get('64f3:7').late == ()


def test_an_end_that_cannot_be_written_ever_is_not_kept(runs, caplog):
    journal = Journal()
    fire = Fire(runs, Clock(), '64f0', 'night\udc80ly', 'recurrent_scan', 7, journal=journal)
    fire.open()
    fire.close()
    assert 'cannot be kept' in caplog.text
    assert journal.begin(ObjectId())[1] == []


def test_only_so_much_is_kept(runs):
    journal = Journal()
    runs.away = True
    for number in range(KEPT + 3):
        fire = Fire(runs, Clock(), '64f0', 'nightly', 'recurrent_scan', number, journal=journal)
        fire.open()
        fire.close()
    late = journal.begin(ObjectId())[1]
    assert len(late) == KEPT and late[-1].run_id == '64f0:{}'.format(KEPT + 2)


def test_a_late_end_is_not_put_into_an_old_run_with_the_same_number(runs):
    store = RunStore(runs._store._runs)
    old = rules.new_run('64f0', 'nightly', 'recurrent_scan', 7, NOW - timedelta(days=30), '64f0:7')
    store.insert(old.evolve(status=Status.FINISHED))
    journal = Journal()
    runs.away = True
    fire = Fire(runs, Clock(), '64f0', 'nightly', 'recurrent_scan', 7, journal=journal)
    fire.open()
    fire.add(A)
    fire.close()
    (late,) = journal.begin(ObjectId())[1]
    for _ in range(2):
        store.record_late(late)
    assert store.get('64f0:7').task_ids == ()
    assert store.get('64f0:7:{}'.format(late.mark)).task_ids == (A,)
