"""Clocks that are set, schedulers and workers that are killed: what people are told then."""

from datetime import timedelta
from types import SimpleNamespace

import pytest
from bson import ObjectId

from scan_notify_plugin.cli import standing
from scan_notify_plugin.jobs.lanes import COLLECTION as LANES
from scan_notify_plugin.jobs.store import COLLECTION as JOBS
from scan_notify_plugin.settings.store import SettingsStore
from tests.findings.worlds import Loop, ManualClock, SetClock, killed_while_it_sends, only_job, section, target
from tests.loop import RUNS

HOUR = 3600.0


@pytest.mark.parametrize('back', [600.0, HOUR, 8 * HOUR])
def test_a_clock_that_is_set_back_delays_no_message_and_doubles_none(ops, back):
    loop = Loop(section({'ops': target(ops)}), clock=SetClock())
    under_way, task_ids = loop.fire(loop.schedule())
    loop.tick()
    loop.clock.set(-back)
    loop.status(task_ids, 'done')
    loop.run_through(18, 5)
    assert loop.run(under_way)['push_status'] == 'success' and len(ops.messages) == 1


@pytest.mark.parametrize('ahead', [600.0, HOUR, 8 * HOUR])
def test_a_worker_that_died_with_another_clock_keeps_nobody_from_working(clock, ops, ahead):
    loop = Loop(section({'ops': target(ops)}), clock=clock)
    run_id = loop.finished_run()
    loop.tick()
    held = {'claim': 'dead', 'free_at': clock.now() + timedelta(seconds=ahead)}
    loop.db[LANES].update_many({}, {'$set': held})
    loop.db[LANES].update_one({'_id': loop.context.channels.lane('ops')}, {'$set': held}, upsert=True)
    loop.run_through(18, 5)
    assert loop.run(run_id)['push_status'] == 'success' and len(ops.messages) == 1


@pytest.mark.parametrize('ahead', [600.0, HOUR, 8 * HOUR])
def test_a_sign_of_life_from_the_future_is_none(clock, ahead):
    loop = Loop({}, clock=clock)
    later = ManualClock()
    later.move(seconds=ahead)
    SettingsStore(loop.db, later).worker_alive('w', {'version': '1', 'plugins': [], 'targets': []})
    session = SimpleNamespace(db=loop.db, clock=clock, settings=loop.settings, runs=RUNS)
    assert standing.check_worker(session).state != 'ok'


#: The counter of ids goes round within the second.
AROUND = (1 << 24) - 3


class Ids:
    """The ids that one process gives within one second."""

    def __init__(self, counter):
        self._counter = counter

    def __call__(self):
        self._counter = (self._counter + 1) % (1 << 24)
        return ObjectId((1772334000).to_bytes(4, 'big') + b'\x07' * 5 + self._counter.to_bytes(3, 'big'))


@pytest.mark.parametrize('first, own, counter', [
    ('the other', 0, 5), ('the other', 1, 5), ('the other', 2, 5), ('the killed', 1, AROUND), ('the killed', 2, AROUND),
])  # fmt: skip
def test_a_fire_whose_scheduler_was_killed_shows_nothing_of_another_schedule(clock, ops, first, own, counter):
    loop = Loop(section({'ops': target(ops)}), clock=clock)
    new_id = Ids(counter)

    def submit(fire, name):
        task = {'_id': new_id(), 'name': 'scan', 'target': name, 'status': 'done', 'celery_id': 'c', 'end_time': '-'}
        fire.add(str(loop.db['task'].insert_one(task).inserted_id))
        return str(task['_id'])

    def killed(schedule):
        fire = loop.open_fire(schedule, new_id)
        return fire.run_id, [submit(fire, 'b{}.own.example.com'.format(number)) for number in range(own)]

    def whole(schedule):
        fire = loop.open_fire(schedule, new_id)
        task_ids = [submit(fire, 'a{}.others.example.com'.format(number)) for number in range(2)]
        fire.close()
        return fire.run_id, task_ids

    fires = {'the other': (whole, loop.schedule('others')), 'the killed': (killed, loop.schedule('nightly'))}
    loop.tick(1, 61)
    done = {name: fires[name][0](fires[name][1]) for name in sorted(fires, key=lambda name: name != first)}
    for _ in range(40):
        loop.tick(1, 61)
        loop.work()
    run = loop.run(done['the killed'][0])
    assert run['status'] != 'running' and set(run['task_ids']) & set(done['the other'][1]) == set()
    told = [message.text for message in ops.messages if 'nightly' in message.text]
    assert len(told) == 1 and 'others' not in told[0]  # however its dots are written


def test_a_message_that_may_be_there_is_no_error_however_often_the_worker_ended(clock, ops, monkeypatch):
    loop = Loop(section({'ops': target(ops)}), clock=clock)
    run_id = loop.finished_run()
    for _ in range(3):
        killed_while_it_sends(loop, ops, monkeypatch)
    loop.run_through(20, 61)
    assert len(ops.messages) == 1
    assert only_job(loop, run_id)['state'] in ('success', 'uncertain'), only_job(loop, run_id)['error']


def test_a_worker_that_was_killed_between_runs_and_their_jobs_leaves_no_job_and_no_lane_for_ever(clock):
    loop = Loop({'SCAN_NOTIFY': {'HISTORY_DAYS': 2}}, clock=clock)
    run_id = loop.finished_run()
    job = {'_id': 'gone:1/x', 'v': 1, 'rev': 1, 'run_ids': ['gone:1'], 'kind': 'notify', 'state': 'success', 'by': 'p',
           'lane': 'l', 'route': ['ops'], 'at': 0, 'created_at': clock.now(), 'due_at': clock.now(), 'parts': [],
           'give_up_at': clock.now(), 'give_up_after': 60.0, 'attempts': [], 'error': '', 'waits': False, 'format': '',
           'tries': 0, 'starts': 0, 'attempt': None, 'progress': 0, 'report_id': None, 'repeat': False,
           'replaces': []}  # fmt: skip
    loop.db[JOBS].insert_one(job)
    loop.db[LANES].insert_one({'_id': 'channel:gone', 'claim': None, 'free_at': clock.now()})
    loop.tick(60, 24 * HOUR)
    loop.tick(8, 61)
    assert loop.run(run_id) is None
    assert [job['_id'] for job in loop.db[JOBS].find({})] == []
    assert 'channel:gone' not in [lane['_id'] for lane in loop.db[LANES].find({})]
