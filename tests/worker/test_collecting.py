"""What a run has found is read after its end, and before anybody is told; or after that, where it takes too long."""

import errno
from datetime import timedelta

import pytest

import hookspecs
from hookspecs import hookimpl
from scan_notify_plugin.changes import Compared, Progress, Results
from scan_notify_plugin.errors import ScanNotifyError
from scan_notify_plugin.faults import Fault
from scan_notify_plugin.jobs import collects
from scan_notify_plugin.jobs.exports import MAX_TRIES
from scan_notify_plugin.jobs.settling import MAX_STARTS
from scan_notify_plugin.notifiers.dingding import DingTalkRobot
from scan_notify_plugin.worker.collect import CollectLane
from tests.loop import RUNS, Loop, told

JOBS = 'scan_notify_job'


class Point:
    def __init__(self, plugin, name):
        self.name = name
        self.load = lambda: plugin


class Asking:
    """A plugin that notes with what it was asked at the end of each run."""

    def __init__(self):
        self.records = []

    @hookimpl
    def on_run_complete(self, run):
        self.records.append(run)

    @property
    def states(self):
        return [run.results and run.results.state for run in self.records]


class Reading:
    """Stands for the stage: answers as a test says, and notes whose turn it was."""

    def __init__(self):
        self.runs = []
        self.keys = []
        self.answer = lambda run: Results(Progress.SUCCESS, totals={'site': 2}, changes={'new': 1}, at=run.end_time)

    def __call__(self, db, run, outcomes, key, progress, cancelled, now, keep, lists):
        self.runs.append(run.id)
        self.keys.append(key)
        assert set(outcomes) == set(run.task_ids)
        progress(1)
        return self.answer(run)

    def fails(self, error):
        def answer(run):
            raise error

        self.answer = answer


@pytest.fixture
def asking():
    return Asking()


@pytest.fixture
def reading():
    return Reading()


@pytest.fixture
def make(robot, server, asking, reading):
    def build(loop=None, **section):
        sections = told(robot, server.base_url, **section)
        found = [Point(DingTalkRobot(), 'dingding'), Point(asking, 'asking')]
        made = Loop(sections, found, **({'db': loop.db, 'clock': loop.clock} if loop else {}))
        made.collects = CollectLane(made.context, lambda: made.stopping, collect=reading)
        made.collecting = False
        return made

    return build


def collect_job(loop):
    (job,) = loop.db[JOBS].find({'kind': 'collect'})
    return job


def test_the_plugins_are_asked_when_it_is_known_what_the_run_has_found(make, asking, robot):
    loop = make()
    run_id = loop.finished_run()
    run = loop.run(run_id)
    assert (run['status'], run['results']['state'], run['push_status']) == ('finished', 'pending', 'pending')
    assert run['end_time'] and asking.records == [] and run['plan'] == []
    assert loop.work('collect:') and loop.run(run_id)['results']['totals'] == {'site': 2}
    assert asking.records == []
    loop.run_through(2)
    (record,) = asking.records
    assert isinstance(record.results, hookspecs.Results)
    assert (record.results.state, dict(record.results.changes)) == ('success', {'new': 1})
    assert loop.run(run_id)['push_status'] == 'success' and len(robot.messages) == 1
    assert loop.run(run_id)['end_time'] == run['end_time'] and collect_job(loop)['state'] == 'success'


def test_hooks_get_what_went_wrong_in_english(make, asking, reading):
    loop = make()
    results = Results(
        Progress.SUCCESS,
        compared=Compared('s:1', 1, loop.clock.now()),
        remarks=(Fault('job.died', count=3),),
        tables={'site': {'new': 1}},
    )
    reading.answer = lambda run: results
    loop.finished_run()
    loop.run_through(3)
    assert asking.records[0].results.remarks == ('worker died 3 times',)
    assert asking.records[0].results.compared == hookspecs.Compared('s:1', 1, results.compared.fired_at)


@pytest.mark.parametrize('settings', [{'NOTIFY_ENABLE': False}, {'NOTIFY_ON': 'failed'}])
def test_a_run_that_nobody_wants_told_goes_the_old_way(make, asking, reading, settings):
    loop = make(defaults=settings)
    run_id = loop.finished_run()
    assert asking.states == [None] and reading.runs == []
    assert 'results' not in loop.run(run_id) and loop.run(run_id)['push_status'] == 'skip'
    assert loop.db[JOBS].count_documents({}) == 0


def test_a_run_that_is_exported_alone_is_read_too(make, asking):
    loop = make(defaults={'NOTIFY_ENABLE': False, 'EXPORT_ENABLE': True, 'EXPORT_FORMAT': ['csv']})
    loop.finished_run()
    assert collect_job(loop)['state'] == 'pending' and asking.states == []


@pytest.mark.parametrize(
    'defaults, wait',
    [({}, 60), ({'EXPORT_ENABLE': True, 'EXPORT_FORMAT': ['csv']}, 600)],
    ids=['told', 'told with a report'],
)
def test_nobody_waits_longer_than_the_settings_say(make, asking, robot, defaults, wait):
    loop = make(defaults=defaults)
    run_id = loop.finished_run()
    end = loop.run(run_id)['end_time']
    loop.rung[:] = []
    loop.clock.time = end + timedelta(seconds=wait - 1)
    loop.tick(1, 1)
    assert asking.states == []
    loop.tick(1, 1)
    assert asking.states == ['pending']
    loop.tick(1, 1)
    assert asking.states == ['pending'] and loop.run(run_id)['results']['state'] == 'pending'


def test_who_waits_for_nothing_is_told_in_the_tick_of_the_end(make, asking):
    loop = make(COLLECT_WAIT=0)
    loop.finished_run()
    assert asking.states == ['pending'] and collect_job(loop)['state'] == 'pending'


def test_what_is_known_later_is_known_and_the_run_stays_on_the_list_until_then(make, asking, robot):
    loop = make(COLLECT_WAIT=0)
    run_id = loop.finished_run()
    loop.work('channel')
    loop.tick()
    assert len(robot.messages) == 1 and loop.run(run_id)['push_status'] == 'pending'
    loop.run_through(2)
    assert loop.run(run_id)['push_status'] == 'success' and loop.run(run_id)['results']['state'] == 'success'
    assert asking.states == ['pending'] and len(robot.messages) == 1


def test_a_run_without_a_plan_stays_on_the_list_until_it_is_known_what_it_found(make, asking, robot):
    class Skipping(Asking):
        @hookimpl
        def on_run_complete(self, run):
            super().on_run_complete(run)
            return hookspecs.Skip('ops', 'not today')

    loop = make(COLLECT_WAIT=0)
    loop.context.plugins.manager.register(Skipping(), 'skipping')
    run_id = loop.finished_run()
    loop.tick()
    assert loop.run(run_id)['push_status'] == 'pending' and loop.run(run_id)['plan'] == []
    loop.work('collect:')
    loop.tick()
    assert loop.run(run_id)['push_status'] == 'skip' and loop.run(run_id)['results']['state'] == 'success'


@pytest.mark.parametrize(
    'error, code',
    [
        (OSError(errno.ENOSPC, 'No space left on device'), 'collect.no-space'),
        (ScanNotifyError(Fault('job.died', count=1)), 'job.died'),
        (RuntimeError('quota exceeded'), 'quoted'),
    ],
)
def test_it_is_tried_again_and_in_the_end_the_run_says_that_nothing_is_known(make, asking, reading, error, code):
    loop = make()
    reading.fails(error)
    run_id = loop.finished_run()
    loop.run_through(60, 20)
    assert reading.runs == [run_id] * MAX_TRIES
    run = loop.run(run_id)
    assert (run['status'], run['results']['state'], run['push_status']) == ('finished', 'error', 'success')
    assert [fault['code'] for fault in run['results']['faults']] == [code] or code == 'quoted'
    assert run['results']['faults'] and collect_job(loop)['state'] == 'error' and run['export_status'] == 'skip'
    assert asking.states == ['pending']


def test_a_failure_before_the_time_is_up_is_told_at_once(make, asking, reading):
    loop = make(COLLECT_WAIT=3600)
    reading.fails(RuntimeError('odd'))
    loop.finished_run()
    loop.run_through(20, 60)
    assert asking.states == ['error'] and asking.records[0].results.faults
    assert asking.records[0].status == 'finished' and asking.records[0].error_msg == ''


def test_deaths_count(make, asking, reading):
    loop = make(COLLECT_WAIT=3600)
    run_id = loop.finished_run()

    def die(run):
        raise SystemExit

    reading.answer = die
    for _ in range(MAX_STARTS):
        with pytest.raises(SystemExit):
            loop.work('collect:')
        loop.tick(1, 70)
    loop.run_through(2)
    assert loop.run(run_id)['results']['faults'][0]['code'] == 'job.died' and asking.states == ['error']


@pytest.mark.parametrize('state', ['cancelled', 'set aside', 'removed'])
def test_a_job_that_nobody_works_on_keeps_no_run_waiting(make, asking, robot, state):
    loop = make(COLLECT_WAIT=3600)
    run_id = loop.finished_run()
    loop.rung[:] = []
    if state == 'removed':
        loop.db[JOBS].delete_many({})
    else:
        change = (
            {'state': 'cancelled'} if state == 'cancelled' else {'set_aside': {'at': loop.clock.now(), 'why': 'odd'}}
        )
        loop.db[JOBS].update_many({}, {'$set': change})
    loop.run_through(4)
    assert loop.run(run_id)['push_status'] == 'success' and len(robot.messages) == 1
    assert asking.states == ['success' if state == 'removed' else 'error']


def test_a_job_removed_after_the_run_was_told_keeps_it_on_no_list(make, asking):
    loop = make(COLLECT_WAIT=0)
    run_id = loop.finished_run()
    loop.db[JOBS].delete_many({'kind': 'collect'})
    loop.run_through(3)
    assert loop.run(run_id)['push_status'] == 'success'
    assert loop.run(run_id)['results']['faults'][0]['code'] == 'collect.no-job'


def fired_twice(loop):
    """Two rounds of a schedule; the later one ends first."""
    schedule = loop.schedule()
    first, tasks = loop.fire(schedule)
    loop.clock.move(hours=1)
    second, later = loop.fire(schedule)
    loop.status(later, 'done')
    loop.settle()
    loop.status(tasks, 'done')
    loop.settle()
    return first, second


def test_rounds_of_a_schedule_are_read_in_their_order(make, reading):
    loop = make(COLLECT_WAIT=3600)
    first, second = fired_twice(loop)
    assert loop.run(second)['end_time'] < loop.run(first)['end_time']
    loop.work('collect:')
    assert reading.runs == [first, second]


def test_a_later_round_does_not_overtake_one_that_is_tried_again(make, reading):
    loop = make(COLLECT_WAIT=3600)
    first, second = fired_twice(loop)
    reading.fails(RuntimeError('odd'))
    assert loop.work('collect:') != [None] and reading.runs == [first]
    reading.answer = Reading().answer
    loop.run_through(3, 30)
    assert reading.runs == [first, first, second]


def test_a_worker_that_stops_puts_it_back_and_that_is_no_try(make, asking, reading):
    loop = make()
    run_id = loop.finished_run()

    def stop(run):
        loop.stopping = True
        return Results(Progress.SUCCESS)

    reading.answer = stop
    loop.work('collect:')
    job = collect_job(loop)
    assert (job['state'], job['starts'], job['tries']) == ('pending', 0, 0)
    assert loop.run(run_id)['results']['state'] == 'pending'


def test_a_job_that_is_cancelled_meanwhile_leaves_nothing(make, reading):
    loop = make()
    run_id = loop.finished_run()

    def cancel(run):
        loop.db[JOBS].update_many({}, {'$set': {'state': 'cancelled'}, '$inc': {'rev': 1}})
        return Results(Progress.SUCCESS)

    reading.answer = cancel
    loop.work('collect:')
    assert collect_job(loop)['state'] == 'cancelled' and loop.run(run_id)['results']['state'] == 'pending'


def test_a_big_one_waits_for_a_place_and_a_small_one_does_not(make, reading):
    loop = make()
    big = loop.finished_run()
    small = loop.finished_run()
    loop.db['task'].update_many({}, {'$set': {'statistic': {'site_cnt': 1}}})
    tasks = loop.context.runs.get(big).task_ids
    loop.db['task'].update_one({'_id': loop.db['task'].find_one({})['_id']}, {'$set': {'statistic': {'url_cnt': 2000}}})
    assert loop.context.scans.size(tasks) == 2001
    for _ in range(2):
        assert loop.collects._places.acquire(blocking=False)
    waits = loop.work('collect:')
    assert reading.runs == [small] and sorted(map(bool, waits)) == [False, True]
    assert [job['starts'] for job in loop.db[JOBS].find({'run_ids': big})] == [0]
    loop.collects._places.release()
    loop.run_through(1)
    assert reading.runs == [small, big]


def test_clocks_that_are_set_change_no_wait(make, asking, monkeypatch):
    loop = make(COLLECT_WAIT=100)
    run_id = loop.finished_run()
    loop.rung[:] = []
    later = loop.clock.now() + timedelta(hours=8)  # by a clock that was set back since
    loop.db[RUNS].update_one({'_id': run_id}, {'$set': {'collect_until': later}})
    loop.tick(1, 0)
    assert loop.run(run_id)['collect_until'] == loop.clock.now() + timedelta(minutes=10) and asking.states == []
    loop.clock.move(hours=9)  # by which it was set ahead
    monkeypatch.setattr(loop.clock, 'grace', lambda patience=None: timedelta(hours=9))
    loop.tick()
    assert asking.states == []
    monkeypatch.setattr(loop.clock, 'grace', lambda patience=None: timedelta(0))
    loop.tick()
    assert asking.states == ['pending']


def test_trouble_with_what_is_kept_of_a_schedule_is_told_once(make, reading, caplog):
    loop = make(COLLECT_WAIT=3600, alerts='ops')
    told_of = []
    loop.context.alerts.tell = lambda kind, **facts: told_of.append((kind, facts))
    trouble = Fault('compare.first-look', why=Fault('ledger.cut'))
    reading.answer = lambda run: Results(Progress.SUCCESS, remarks=(trouble, Fault('job.died', count=1)))
    run_id = loop.finished_run()
    loop.work('collect:')
    loop.db[JOBS].update_many({'kind': 'collect'}, {'$set': {'state': 'pending'}, '$inc': {'rev': 1}})
    loop.run_through(2)
    assert len(reading.runs) == 2 and told_of == [('document', {'collection': 'scan_notify_ledger', 'id': run_id})]


def test_the_key_of_digests_is_kept_and_shown_nowhere(make, reading, caplog):
    caplog.set_level('DEBUG')
    loop = make()
    loop.finished_run()
    loop.run_through(3)
    again = make(loop)
    again.finished_run()
    again.run_through(3)
    (key,) = set(reading.keys)
    holding = [name for name in loop.db.list_collection_names() if key.decode() in str(list(loop.db[name].find({})))]
    assert len(key) > 30 and holding == ['scan_notify_secret'] and key.decode() not in caplog.text


def test_what_waits_costs_a_tick_no_round_trips(make):
    loop = make(COLLECT_WAIT=3600)
    loop.finished_run()
    before = len(observed(loop))
    for _ in range(12):
        loop.fire(loop.schedule())
    loop.status([str(task['_id']) for task in loop.db['task'].find({})], 'done')
    loop.settle()
    assert loop.db[RUNS].count_documents({'results.state': 'pending'}) == 13
    assert len(observed(loop)) == before


def observed(loop):
    """What one tick asks the database for."""
    calls = []
    runs, jobs = loop.context.runs._runs, loop.context.jobs._jobs

    class Counted:
        def __init__(self, inner):
            self._inner = inner

        def __getattr__(self, verb):
            method = getattr(self._inner, verb)
            return lambda *args, **kwargs: (calls.append(verb), method(*args, **kwargs))[1]

    for store, name, inner in ((loop.context.runs, '_runs', runs), (loop.context.jobs, '_jobs', jobs)):
        setattr(store, name, Counted(inner))
        store._door._collection = getattr(store, name)
    loop.rung[:] = []
    loop.tick(1, 5)
    for store, name, inner in ((loop.context.runs, '_runs', runs), (loop.context.jobs, '_jobs', jobs)):
        setattr(store, name, inner)
        store._door._collection = inner
    return calls


def test_lanes_are_named_by_the_schedule():
    assert collects.lane('64f0') == 'collect:64f0'
