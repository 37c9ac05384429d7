"""A run never holds a scan task that another schedule's fire made, whatever dies or is away, and within one second."""

import random

import pytest
from bson import ObjectId
from pymongo.errors import AutoReconnect

from scan_notify_plugin.runs.fire import Fire
from scan_notify_plugin.runs.journal import Journal
from scan_notify_plugin.runs.run import Status
from tests.loop import Loop

#: What kinds of tasks the host makes: named after their schedule, as it does, or in a way that tells nothing.
STYLES = ('named', 'alike', 'nameless')


class Ids:
    """The ObjectIds of one process."""

    def __init__(self, serial, counter, seconds=1700000000):
        self._serial, self._counter, self._seconds = serial, counter, seconds

    def __call__(self):
        self._counter = (self._counter + 1) % (1 << 24)
        return ObjectId(self._seconds.to_bytes(4, 'big') + bytes([self._serial] * 5) + self._counter.to_bytes(3, 'big'))


class Runs:
    """The store as a scheduler reaches it: away when told so, or its answer is lost."""

    def __init__(self, store):
        self._store, self.away, self.cut = store, False, False

    def _call(self, name, *args):
        if self.away:
            raise AutoReconnect('away')
        result = getattr(self._store, name)(*args)
        if self.cut:
            raise AutoReconnect('cut')
        return result

    def open(self, *args):
        return self._call('open', *args)

    def close(self, *args):
        self._call('close', *args)


class Scheduler:
    """A process of the host that fires schedules one after the other."""

    def __init__(self, loop, ids, style='named'):
        self._loop, self._ids, self._style = loop, ids, style
        self._journal = Journal()
        self.runs = Runs(loop.context.runs)
        #: what each schedule's rounds have really made: {run id: [task ids]}
        self.made = {}

    def fire(self, schedule, tasks=2, die='', away=(), cut=()):
        """:param die: 'counted', 'opened', 'submitting' or 'submitted': where the process is killed"""
        loop, key = self._loop, {'_id': ObjectId(schedule)}
        loop.db['task_schedule'].update_one(key, {'$inc': {'run_number': 1}})
        document = loop.db['task_schedule'].find_one(key)
        number, name = document['run_number'], document['name']
        made = self.made.setdefault('{}:{}'.format(schedule, number), [])
        if die == 'counted':
            return
        fire = Fire(self.runs, loop.clock, schedule, name, 'recurrent_scan', number, self._ids, self._journal)
        self.runs.away, self.runs.cut = 'open' in away, 'open' in cut
        fire.open()
        if die == 'opened':
            return
        for count in range(tasks):
            made.append(self.task(name, number, document.get('target', '')))
            if die == 'submitting' and count == tasks // 2:
                return
            fire.add(made[-1])
        self.runs.away, self.runs.cut = 'close' in away, 'close' in cut
        if die != 'submitted':
            fire.close()

    def task(self, name, number, target='', tag='task', style=''):
        task = {'_id': self._ids(), 'status': 'done', 'celery_id': 'c'}
        style = style or self._style
        if style == 'named':
            task['name'] = '周期任务-{}-{}'.format(name[:15], number + 1)
        elif style == 'alike':
            task['name'] = 'scan'
        if style != 'nameless':
            task.update(task_tag=tag, target=target, type='domain')
        self._loop.db['task'].insert_one(task)
        return str(task['_id'])


@pytest.fixture
def loop():
    return Loop({})


def schedules(loop, *names, **fields):
    """Their ids; a worker has seen them before they fire."""
    ids = [loop.schedule(name, task_tag='task', **fields) for name in names]
    loop.tick(1, 61)
    return ids


def through(loop):
    loop.tick(14, 61)


def check(loop, *schedulers):
    """The promise; returns the runs by their ids."""
    made = {}
    for scheduler in schedulers:
        for run_id, tasks in scheduler.made.items():
            made.setdefault(run_id, []).extend(tasks)
    runs = {run.id: run for run in loop.context.runs.recent(100)}
    for run_id, run in runs.items():
        others = set(run.task_ids) - set(made.get(run_id, ()))
        assert not others, '{} holds {}'.format(run_id, others)
    for run_id, tasks in made.items():
        run = runs[run_id]  # every fire has a run
        if set(run.task_ids) != set(tasks):
            assert run.status is Status.ERROR and any(end.error for end in run.submitted)
    return runs


@pytest.mark.parametrize('style', STYLES)
def test_a_fire_that_died_holds_its_own_and_nothing_of_the_one_before_it(loop, style):
    first, second = schedules(loop, 'first', 'second')
    scheduler = Scheduler(loop, Ids(1, 100), style)
    scheduler.fire(first)
    scheduler.fire(second, 1, die='submitted')
    through(loop)
    runs = check(loop, scheduler)
    assert [len(runs[one + ':1'].task_ids) for one in (first, second)] == [2, 1]


@pytest.mark.parametrize('style', STYLES)
@pytest.mark.parametrize('die', ['opened', 'submitting', 'submitted'])
def test_the_counter_wraps_within_the_second(loop, style, die):
    first, second = schedules(loop, 'first', 'second')
    scheduler = Scheduler(loop, Ids(1, 0xFFFFFB), style)
    scheduler.fire(first)
    scheduler.fire(second, die=die)
    through(loop)
    runs = check(loop, scheduler)
    assert set(runs[second + ':1'].task_ids) == set(scheduler.made[second + ':1'])


@pytest.mark.parametrize('style', STYLES)
def test_what_could_not_be_written_comes_with_the_next_fire(loop, style):
    first, second, third = schedules(loop, 'first', 'second', 'third')
    scheduler = Scheduler(loop, Ids(1, 100), style)
    scheduler.fire(first, away=('close',))
    scheduler.fire(second, away=('open', 'close'))
    scheduler.fire(third, die='submitting')
    through(loop)
    runs = check(loop, scheduler)
    assert {run_id: len(run.task_ids) for run_id, run in runs.items()} == {
        first + ':1': 2, second + ':1': 2, third + ':1': 2,
    }  # fmt: skip
    assert [runs[one + ':1'].status for one in (first, second, third)] == [
        Status.FINISHED,
        Status.FINISHED,
        Status.ERROR,
    ]


def test_a_fire_whose_opening_was_written_and_not_answered_is_one_run(loop):
    first, second = schedules(loop, 'first', 'second')
    scheduler = Scheduler(loop, Ids(1, 100))
    scheduler.fire(first, cut=('open',))
    scheduler.fire(second)
    through(loop)
    runs = check(loop, scheduler)
    assert [run.status for run in runs.values()] == [Status.FINISHED] * 2
    assert [len(run.fires) for run in runs.values()] == [1, 1]


@pytest.mark.parametrize('style, told', [('named', [2, 0]), ('alike', [0, 2]), ('nameless', [0, 2])])
def test_where_nobody_recorded_the_next_fire_names_tell_or_it_is_said_that_nothing_does(loop, style, told):
    first, second = schedules(loop, 'first', 'second')
    scheduler = Scheduler(loop, Ids(1, 100), style)
    scheduler.fire(first, 2, away=('close',))
    scheduler.fire(second, 0 if style == 'named' else 2, away=('open', 'close'))
    through(loop)
    run = check(loop, scheduler)[first + ':1']
    mine, doubtful = told
    assert len(run.task_ids) == mine
    if doubtful:
        assert 'scan tasks could not be told apart' in run.error_msg
        assert run.submitted[-1].trouble == 'doubtful' and run.submitted[-1].count == 4


def test_schedules_whose_names_begin_alike_are_told_apart_by_their_targets(loop):
    name = '每日资产巡检-生产环境-华东-'
    first = loop.schedule(name + 'A组', task_tag='task', target='a.example.com b.example.com')
    second = loop.schedule(name + 'B组', task_tag='task', target='c.example.com')
    loop.tick(1, 61)
    scheduler = Scheduler(loop, Ids(1, 100))
    for schedule, target in ((first, 'a.example.com'), (second, 'c.example.com')):
        loop.db['task_schedule'].update_one({'_id': ObjectId(schedule)}, {'$set': {'target': target}})
    scheduler.fire(first, away=('close',))
    scheduler.fire(second, away=('open', 'close'))
    through(loop)
    assert len(check(loop, scheduler)[first + ':1'].task_ids) == 2


def test_twins_are_told_apart_by_nothing(loop):
    first, second = schedules(loop, 'twin', 'twin', target='a.example.com')
    scheduler = Scheduler(loop, Ids(1, 100))
    scheduler.fire(first, away=('close',))
    scheduler.fire(second, away=('open', 'close'))
    through(loop)
    run = check(loop, scheduler)[first + ':1']
    assert run.task_ids == ()
    assert run.error_msg.startswith(
        'the scheduler never recorded the end of this submission; 4 scan tasks could not be told apart'
    )


@pytest.mark.parametrize('style', STYLES)
def test_what_the_scheduler_makes_outside_of_schedules_is_nobodys(loop, style):
    (first,) = schedules(loop, 'first')
    scheduler = Scheduler(loop, Ids(1, 100), style)
    scheduler.task('before', 1)
    scheduler.fire(first, away=('close',))
    scheduler.task('站点更新', 3, tag='monitor', style='alike')
    through(loop)
    if style == 'nameless':  # a monitor of a host whose tasks say nothing at all is the one case left
        return
    assert len(check(loop, scheduler)[first + ':1'].task_ids) == 2


def test_a_restarted_scheduler_and_the_web_process_make_ids_of_their_own(loop):
    first, second = schedules(loop, 'first', 'second')
    one, other, web = (Scheduler(loop, Ids(number, 100), 'nameless') for number in (1, 2, 3))
    one.fire(first, die='submitting')
    other.fire(second, die='submitted')
    web.task('manual', 1)
    through(loop)
    runs = check(loop, one, other)
    assert [len(runs[schedule + ':1'].task_ids) for schedule in (first, second)] == [2, 2]


def opened(loop, ids, *schedule_ids):
    """Fires of one process that have begun, in this order, and not ended."""
    journal = Journal()
    fires = [Fire(loop.context.runs, loop.clock, one, 'x', 'recurrent_scan', 1, ids, journal) for one in schedule_ids]
    for schedule, fire in zip(schedule_ids, fires):
        loop.db['task_schedule'].update_one({'_id': ObjectId(schedule)}, {'$set': {'run_number': 1}})
        fire.open()
    return fires


def test_fires_that_overlap_in_one_process_do_not_take_from_each_other(loop):
    first, second = schedules(loop, 'first', 'second')
    ids = Ids(1, 100)
    opened(loop, ids, first, second)
    scheduler = Scheduler(loop, ids, 'nameless')
    scheduler.made = {first + ':1': [scheduler.task('x', 1)], second + ':1': [scheduler.task('x', 1)]}
    through(loop)  # the process died with both
    runs = check(loop, scheduler)
    assert [runs[one + ':1'].submitted[-1].count for one in (first, second)] == [2, 2]


def test_a_fire_that_began_beside_another_and_ended_keeps_what_it_made(loop):
    first, second = schedules(loop, 'first', 'second')
    ids = Ids(1, 100)
    fires = opened(loop, ids, first, second)
    scheduler = Scheduler(loop, ids, 'nameless')
    scheduler.made = {second + ':1': [scheduler.task('x', 1)]}
    fires[1].add(scheduler.made[second + ':1'][0])
    fires[1].close()
    scheduler.made[first + ':1'] = [scheduler.task('x', 1)]
    through(loop)
    runs = check(loop, scheduler)
    assert [len(runs[one + ':1'].task_ids) for one in (first, second)] == [1, 1]


def test_a_schedule_that_was_deleted_since_may_have_made_it(loop):
    first, second = schedules(loop, 'first', 'second')
    loop.tick(3, 61)
    scheduler = Scheduler(loop, Ids(1, 100), 'alike')
    scheduler.fire(first, away=('close',))
    scheduler.fire(second, away=('open', 'close'))
    loop.db['task_schedule'].delete_one({'_id': ObjectId(second)})
    through(loop)
    assert loop.run(first + ':1')['task_ids'] == []


def test_other_rounds_of_the_same_schedule_are_others_too(loop):
    (first,) = schedules(loop, 'first')
    scheduler = Scheduler(loop, Ids(1, 100), 'nameless')
    scheduler.fire(first, away=('close',))
    scheduler.fire(first, away=('open', 'close'))
    through(loop)
    assert loop.run(first + ':1')['task_ids'] == []


@pytest.mark.parametrize('seed', range(80))
def test_random_plays(seed):
    """Two or three schedules in one second, one or two schedulers, anything dead or away; the oracle knows who made
    what.
    """
    chance, loop = random.Random(seed), Loop({})
    style = chance.choice(STYLES)
    names = ['alpha', 'beta', chance.choice(['alpha', 'gamma'])]
    ids = schedules(loop, *names[: chance.randint(2, 3)], target='a.example.com')
    loop.tick(chance.choice([0, 3]), 61)
    counter = chance.choice([5, 100, 0xFFFFF8, 0xFFFFFE])
    schedulers = [Scheduler(loop, Ids(1, counter), style)]
    for _ in range(chance.randint(1, 2)):
        for schedule in chance.sample(ids, len(ids)):
            away = [name for name in ('open', 'close') if chance.random() < 0.3]
            cut = [name for name in ('open', 'close') if chance.random() < 0.15]
            die = chance.choice(['', '', '', '', 'counted', 'opened', 'submitting', 'submitted'])
            schedulers[-1].fire(schedule, chance.randint(0, 3), die, away, cut)
            if die:  # the next process, with other bytes
                schedulers.append(Scheduler(loop, Ids(len(schedulers) + 1, counter), style))
        loop.tick(chance.choice([0, 1, 8]), 61)
    through(loop)
    made = {}
    for scheduler in schedulers:
        for run_id, tasks in scheduler.made.items():
            made.setdefault(run_id, set()).update(tasks)
    for run in loop.context.runs.recent(100):
        mine = made.get(':'.join(run.id.split(':')[:2]), set())
        assert set(run.task_ids) <= mine
        if run.status is Status.FINISHED:
            assert set(run.task_ids) == mine
