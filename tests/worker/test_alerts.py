"""Trouble, from where it is noticed to the message that operators get."""

import threading
from datetime import timedelta

import pytest
from bson import ObjectId

from scan_notify_plugin.faults import Fault
from scan_notify_plugin.jobs import alerts as rules
from scan_notify_plugin.jobs.alert_events import Pending, read
from scan_notify_plugin.jobs.alert_store import AlertStore
from scan_notify_plugin.jobs.job import Job, Kind, State
from scan_notify_plugin.jobs.steering import settled_by
from scan_notify_plugin.records import to_document
from scan_notify_plugin.worker.alerts import Outage
from scan_notify_plugin.worker.hung import Hung
from tests.loop import Loop, ManualClock, told


@pytest.fixture
def duty(server):
    """What operators look at."""
    return server.add_robot()


@pytest.fixture
def make(server, robot, duty):
    """make(...) is a worker whose runs go to ``ops`` and whose trouble goes to ``duty``."""

    def one(db=None, clock=None, alerts='duty', **more):
        target = {'CHANNEL': 'dingding', 'ACCESS_TOKEN': duty.token, 'API_BASE': server.base_url}
        targets = dict({'duty': target}, **more.pop('targets', {}))
        sections = told(robot, server.base_url, targets=targets, ALERTS=alerts, **more)
        return Loop(sections, db=db, clock=clock)

    return one


@pytest.fixture
def loop(make):
    return make()


def alert_jobs(loop):
    return [job for job in loop.db['scan_notify_job'].find({}) if job['kind'] == 'alert']


def documents(loop):
    return AlertStore(loop.db).all()


def fail(loop, robot, **schedule):
    """A run that nobody will ever get."""
    robot.misbehave(310000, times=99)
    run_id = loop.finished_run(**schedule)
    loop.run_through(3)
    assert loop.run(run_id)['push_status'] == 'error'
    return run_id


def test_a_delivery_that_finally_failed_is_told_with_its_schedule_and_its_target(loop, robot, duty):
    fail(loop, robot, name='nightly')
    loop.run_through(2)
    (message,) = duty.messages
    assert '告警' in message.text or '消息未能送达' in message.text
    assert 'nightly' in message.text and '目标 ops' in message.text and 'scan.example.com' not in message.text


def test_english_is_selectable(make, robot, duty):
    loop = make(LANGUAGE='en')
    fail(loop, robot)
    loop.run_through(2)
    assert 'Messages were not delivered' in duty.messages[0].text and 'target ops' in duty.messages[0].text


def test_off_by_default_and_then_nobody_is_told_and_nothing_written(make, robot, duty):
    loop = make(alerts='')
    fail(loop, robot)
    loop.context.alerts.tell('plugin', plugin='x')
    loop.context.alerts.started(loop.clock.now())
    loop.run_through(3)
    assert duty.calls == [] and documents(loop) == {} and alert_jobs(loop) == []


def test_an_hours_trouble_is_one_message(loop, robot, duty):
    for name in ('first', 'second', 'third'):
        fail(loop, robot, name=name)
        loop.run_through(2)
    assert len(duty.messages) == 1 and 'first' in duty.messages[0].text
    loop.clock.move(minutes=50)
    loop.run_through(2)
    assert len(duty.messages) == 1
    loop.clock.move(minutes=10)
    loop.run_through(3)
    assert len(duty.messages) == 2
    assert (
        'second' in duty.messages[1].text and 'third' in duty.messages[1].text and 'first' not in duty.messages[1].text
    )
    assert '共 2 次' in duty.messages[1].text


def test_each_kind_has_an_hour_of_its_own(loop, duty):
    loop.context.alerts.tell('plugin', plugin='mail', call='send', target='x', seconds=620.4)
    loop.context.alerts.tell('document', collection='scan_notify_job', id='65e2:42/complete/ops')
    loop.run_through(3)
    texts = sorted(message.text for message in duty.messages)
    assert (
        len(texts) == 2 and '65e2:42/complete/ops' in texts[0] + texts[1] and '插件 mail 的 send' in texts[0] + texts[1]
    )


def test_a_message_in_doubt_is_told(loop, robot, duty):
    robot.misbehave('timeout_after', times=99)
    loop.context.channels.target('ops').http._total = 0.1
    loop.finished_run()
    loop.run_through(20, 120)
    assert '不确定是否送达' in duty.messages[0].text


def test_a_message_whose_plugin_hung_until_it_was_given_up_is_told(make, duty):
    loop = make(GIVE_UP_AFTER=0.01)
    loop.finished_run(name='nightly')
    lane, hung = loop.context.channels.lane('ops'), Hung(loop.context)
    hung.add(loop.context.lanes.take(lane, loop.clock.now()), 'send', loop.clock.now())
    loop.clock.move(seconds=700)
    hung.keep(lambda: [lane], loop.clock.now(), loop.rung.append)
    loop.tick()
    assert 'nightly' in str(alert_jobs(loop))


def test_a_report_that_failed_is_told(make, duty):
    loop = make(defaults={'EXPORT_ENABLE': True, 'EXPORT_FORMAT': ['nosuch']})
    loop.finished_run(name='nightly')
    loop.run_through(3)
    assert any('nightly：nosuch 报表未能生成' in message.text for message in duty.messages)


def test_an_export_that_was_tried_often_enough_is_told(make, duty):
    loop = make(defaults={'EXPORT_ENABLE': True, 'EXPORT_FORMAT': ['csv']}, EXPORT_WAIT=0)

    class Broken:
        extension = media_type = 'x'

        def export(self, run, rows, file):
            raise ValueError('5f2c')

    loop.context.channels.exporter = lambda name: Broken()
    loop.finished_run(name='nightly')
    loop.run_through(40, 600)
    assert any('nightly：csv 报表未能生成' in message.text for message in duty.messages)
    assert not any('5f2c' in message.text for message in duty.messages)


def test_a_target_that_cannot_be_used_is_told(make, duty):
    loop = make(targets={'bad': {'CHANNEL': 'dingding'}}, defaults={'NOTIFY_CHANNEL': ['ops', 'bad']})
    loop.finished_run(name='nightly')
    loop.run_through(3)
    assert any('目标 bad · nightly：目标配置不可用' in message.text for message in duty.messages)


def test_it_is_told_once_also_if_the_worker_that_planned_died(make, duty):
    loop = make(targets={'bad': {'CHANNEL': 'dingding'}}, defaults={'NOTIFY_CHANNEL': ['bad']})
    for name in ('nightly', 'weekly'):
        run_id, task_ids = loop.fire(loop.schedule(name=name))
        loop.context.alerts.flush = lambda now: None
        loop.tick()
        loop.status(task_ids, 'done')
        loop.settle()
        assert loop.run(run_id)['untold'] == ['bad']
    other = make(db=loop.db, clock=loop.clock)
    other.run_through(3)
    (message,) = [one for one in duty.messages if '目标 bad' in one.text]
    assert 'nightly：目标配置不可用' in message.text and 'weekly：目标配置不可用' in message.text
    other.clock.move(hours=2)
    other.run_through(3)
    assert [job['alert']['count'] for job in alert_jobs(loop) if job['alert']['kind'] == 'delivery'] == [2]


def test_nothing_about_an_alerts_own_delivery_is_alerted(make, duty):
    loop = make()
    duty.misbehave(310000, times=99)
    loop.context.alerts.tell('plugin', plugin='mail', call='send')
    loop.run_through(3)
    (job,) = alert_jobs(loop)
    assert job['state'] == 'error'
    loop.clock.move(hours=2)
    loop.run_through(5)
    assert len(alert_jobs(loop)) == 1 and not [kind for kind in documents(loop) if kind == 'delivery']


def test_a_fallback_of_the_target_hears_of_it(make, server, duty):
    spare = server.add_robot()
    first = {'CHANNEL': 'dingding', 'ACCESS_TOKEN': duty.token, 'API_BASE': server.base_url, 'FALLBACK': 'spare'}
    second = dict(first, ACCESS_TOKEN=spare.token, FALLBACK='')
    loop = make(targets={'duty': first, 'spare': second})
    duty.misbehave(310000, times=99)
    loop.context.alerts.tell('plugin', plugin='mail', call='send')
    loop.run_through(5)
    assert len(spare.messages) == 1


def test_trouble_waits_for_a_target_that_cannot_be_used(make, duty, caplog):
    loop = make()
    channels = loop.context.channels
    works, channels.problems = channels.problems, lambda name: [Fault('option.missing', option='KEY')]
    for _ in range(3):
        loop.context.alerts.tell('plugin', plugin='mail', call='send')
        loop.run_through(1)
        loop.clock.move(minutes=5)
    assert alert_jobs(loop) == [] and read(documents(loop)['plugin']).count == 3
    assert caplog.text.count('cannot be used') == 1
    channels.problems = works
    loop.clock.move(minutes=2)
    loop.run_through(3)
    assert '共 3 次' in duty.messages[0].text


def test_moderation_hides_the_names_and_not_the_trouble(loop, robot, duty):
    duty.forbid('evil')
    fail(loop, robot, name='evil plan')
    loop.run_through(4)
    assert '消息未能送达' in duty.messages[0].text and '名称已隐去' in duty.messages[0].text


def test_a_test_message_that_fails_is_no_trouble(loop, robot, duty):
    from scan_notify_plugin.admin.targets import sample_run

    robot.misbehave(310000, times=99)
    run = sample_run('ops', 'zh', loop.clock.now())
    loop.context.runs.insert(run)
    loop.run_through(4)
    assert loop.run(run.id)['push_status'] == 'error' and duty.calls == [] and alert_jobs(loop) == []


def test_two_workers_tell_it_once(make, duty):
    loop = make()
    other = make(db=loop.db, clock=loop.clock)
    for one in (loop, other):
        one.context.alerts.tell('database', seconds=90.0)
    for _ in range(5):
        for one in (loop, other):
            one.run_through(1, 1)
    loop.clock.move(hours=2)
    for one in (loop, other):
        one.run_through(2)
    assert len(duty.messages) == 1 and len(alert_jobs(loop)) == 1


def test_a_worker_that_dies_between_message_and_job_loses_nothing(make, duty):
    loop = make()
    loop.context.alerts.tell('plugin', plugin='mail', call='send')

    def die(job):
        raise RuntimeError('killed')

    insert, loop.context.jobs.insert = loop.context.jobs.insert, die
    loop.tick()
    assert alert_jobs(loop) == [] and rules.telling(documents(loop)['plugin'])
    loop.clock.move(minutes=2)
    other = make(db=loop.db, clock=loop.clock)
    other.run_through(3)
    assert len(duty.messages) == 1
    loop.context.jobs.insert = insert
    loop.clock.move(minutes=2)
    loop.run_through(2)
    assert len(duty.messages) == 1 and rules.telling(documents(loop)['plugin']) is None


def test_what_the_database_did_not_take_is_told_later(loop, duty, caplog):
    told_of = loop.context.alerts
    change = told_of._store.change

    def away(*args):
        raise OSError('mongodb://arl:s3cret@db is away')

    told_of._store.change = away
    for number in range(500):
        told_of.tell('plugin', plugin='p{}'.format(number), call='send')
    told_of.flush(loop.clock.now())
    told_of.tell('plugin', plugin='p0', call='send')
    told_of.flush(loop.clock.now())
    assert 's3cret' not in caplog.text and 'alerts wait' in caplog.text
    told_of._store.change = change
    loop.run_through(3)
    assert '共 501 次' in duty.messages[0].text


def test_an_odd_document_stops_nothing(loop, robot, duty):
    for kind in ('delivery', 'broker', 'alive', 'schedules', 5, 'unheard of'):
        odd = {
            'pending': [5, {'names': 1}],
            'count': 10**6,
            'told_at': 'x',
            'telling': {'id': 7},
            'at': [],
            'looks': {},
        }
        loop.db['scan_notify_alert'].insert_one(dict(odd, _id=kind, rev={'a': 1}))
    fail(loop, robot, name='nightly')
    loop.context.alerts.watch_schedules([], loop.clock.now())
    loop.run_through(3)
    assert any('nightly' in message.text for message in duty.messages)


@pytest.mark.parametrize('odd', [{}, {'alert': None}, {'alert': {'kind': 5, 'events': 'x', 'since': None}}])
def test_an_odd_job_of_an_alert_stops_nobody_and_is_no_news(loop, duty, odd):
    message = rules.Message('alert/plugin/1', Pending((), 1, loop.clock.now()))
    lane = loop.context.channels.lane('duty')
    job = rules.job('plugin', message, ['duty'], lane, loop.clock.now(), timedelta(hours=1))
    document = to_document(job)
    del document['alert']
    loop.db['scan_notify_job'].insert_one(dict(document, **odd))
    loop.context.alerts.tell('report', schedule='nightly', format='csv')
    loop.run_through(4)
    job = loop.db['scan_notify_job'].find_one({'_id': 'alert/plugin/1'})
    assert job.get('set_aside') or job['state'] in ('error', 'success')
    assert any('csv 报表未能生成' in message.text for message in duty.messages)
    assert 'document' not in documents(loop)


def test_telling_never_raises_and_never_waits(loop):
    told_of = loop.context.alerts
    told_of.tell('delivery', schedule=object(), target=b'x', seconds=float('inf'), state=None)
    told_of.ended(None)
    empty = Job(*(None,) * len(Job._fields))
    for odd in (
        {},
        {'kind': Kind.NOTIFY},
        {'run_ids': None},
        {'kind': Kind.NOTIFY, 'run_ids': ('a',), 'state': State.ERROR, 'route': (), 'at': 3},
    ):
        told_of.ended(empty.evolve(**odd))
        told_of.ended(empty.evolve(untold=loop.clock.now(), **odd))
    loop.context.clock.now = None
    told_of.tell('delivery', target='ops')


def test_telling_is_safe_for_threads(loop):
    def tell():
        for _ in range(200):
            loop.context.alerts.tell('plugin', plugin='mail', call='send')

    threads = [threading.Thread(target=tell) for _ in range(4)]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        loop.context.alerts.flush(loop.clock.now())
    loop.context.alerts.flush(loop.clock.now())
    document = documents(loop)['plugin']
    sent = sum(job['alert']['count'] for job in alert_jobs(loop))
    assert read(document).count + sent == 800


def test_an_alert_is_forgotten_with_the_history(make):
    loop = make(HISTORY_DAYS=2)
    loop.context.alerts.tell('plugin', plugin='mail', call='send')
    loop.run_through(3)
    assert len(alert_jobs(loop)) == 1
    loop.tick(5, 86400)
    assert alert_jobs(loop) == []


def test_a_document_that_was_set_aside_is_told_by_its_id(loop, duty):
    run_id = loop.finished_run()
    loop.db['task_schedule_run'].update_one({'_id': run_id}, {'$unset': {'plan': 1}})
    loop.run_through(4)
    assert any(run_id in message.text and '已搁置' in message.text for message in duty.messages)


def test_releases_before_alerts_leave_them_alone(loop):
    loop.context.alerts.tell('plugin', plugin='mail', call='send')
    loop.tick()
    old = {'state': 'pending', 'v': {'$lte': 1}}
    assert len(alert_jobs(loop)) == 1 and loop.db['scan_notify_job'].find_one(old) is None


# A worker that dies before it has told


class Killed(BaseException):
    """No code of the worker's runs after it."""


def ended_badly(make, robot, **more):
    """A worker that died right after a run's message failed for good, before it could tell anybody."""
    loop = make(**more)
    robot.misbehave(310000, times=99)
    run_id = loop.finished_run(name='nightly')
    loop.work()
    (job,) = loop.jobs(run_id)
    assert job['state'] == 'error' and duty_free(loop)
    return loop, run_id


def duty_free(loop):
    return alert_jobs(loop) == [] and 'delivery' not in documents(loop)


def test_a_worker_that_dies_between_a_jobs_end_and_the_flush_loses_nothing(make, robot, duty):
    loop, run_id = ended_badly(make, robot)
    other = make(db=loop.db, clock=loop.clock)
    other.run_through(3)
    (message,) = duty.messages
    assert 'nightly' in message.text and '目标 ops' in message.text
    assert other.jobs(run_id)[0]['untold'] is None
    other.clock.move(hours=2)
    other.run_through(3)
    assert len(duty.messages) == 1


def test_an_export_that_failed_as_its_worker_died_is_told(make, duty):
    loop = make(defaults={'EXPORT_ENABLE': True, 'EXPORT_FORMAT': ['csv']}, EXPORT_WAIT=0)
    loop.finished_run(name='nightly')
    (job,) = loop.db['scan_notify_job'].find({'kind': 'export'})
    loop.db['scan_notify_job'].update_one({'_id': job['_id']}, {'$set': {'starts': 3}})
    loop.work('export')
    make(db=loop.db, clock=loop.clock).run_through(3)
    assert any('nightly：csv 报表未能生成' in message.text for message in duty.messages)


@pytest.mark.parametrize('where', ['before it is counted', 'after it is counted'])
def test_a_worker_that_dies_while_it_counts_counts_once(make, robot, duty, where):
    loop, _ = ended_badly(make, robot)

    def die(*args):
        raise Killed

    if where == 'before it is counted':
        loop.context.alerts._store.change = die
    else:
        loop.context.jobs.change = die
    with pytest.raises(Killed):
        loop.context.alerts.flush(loop.clock.now())
    make(db=loop.db, clock=loop.clock).run_through(3)
    (message,) = duty.messages
    assert 'nightly' in message.text
    assert [job['alert']['count'] for job in alert_jobs(loop)] == [1]


def test_two_workers_that_read_the_same_end_count_it_once(make, robot, duty):
    loop, _ = ended_badly(make, robot)
    other = make(db=loop.db, clock=loop.clock)
    read = loop.context.jobs.untold

    def both(*args):
        found = read(*args)
        other.context.alerts.flush(loop.clock.now())
        return found

    loop.context.jobs.untold = both
    loop.context.alerts.flush(loop.clock.now())
    loop.clock.move(hours=2)
    for one in (loop, other):
        one.run_through(3)
    assert [job['alert']['count'] for job in alert_jobs(loop)] == [1]


def test_more_ends_than_one_look_reads_are_all_told(make, robot, duty, monkeypatch):
    monkeypatch.setattr('scan_notify_plugin.worker.alerts.AT_ONCE', 2)
    loop, _ = ended_badly(make, robot)
    (job,) = loop.db['scan_notify_job'].find({'kind': 'notify'})
    for number in range(6):
        loop.db['scan_notify_job'].insert_one(dict(job, _id='{}{}'.format(job['_id'], number)))
    other = make(db=loop.db, clock=loop.clock)
    other.tick(5)
    assert loop.db['scan_notify_job'].count_documents({'untold': {'$ne': None}, 'kind': 'notify'}) == 0
    assert read(documents(loop)['delivery']).count + alert_jobs(loop)[0]['alert']['count'] == 7


def test_a_second_bad_end_of_the_same_job_is_told_too(make, robot, duty):
    loop, run_id = ended_badly(make, robot)
    loop.tick()
    (job,) = loop.context.jobs.of_runs([run_id], Kind.NOTIFY)
    loop.context.jobs.change(job, job.evolve(untold=loop.clock.now()))
    loop.clock.move(hours=2)
    loop.tick()
    assert [one['alert']['count'] for one in alert_jobs(loop)] == [1, 1]


def test_what_ended_long_ago_or_under_0_1_0_is_no_news(make, robot, duty):
    loop, run_id = ended_badly(make, robot)
    (job,) = loop.jobs(run_id)
    old = {name: value for name, value in job.items() if name not in ('untold', 'decided_at')}
    loop.db['scan_notify_job'].insert_one(dict(old, _id='old'))
    loop.clock.move(hours=25)
    make(db=loop.db, clock=loop.clock).run_through(3)
    assert duty_free(loop) or [job['alert']['kind'] for job in alert_jobs(loop)] == ['worker']


def test_nobody_is_asked_while_alerts_are_off_and_what_is_new_is_told_when_they_are_on(make, robot, duty):
    loop, _ = ended_badly(make, robot, alerts='')
    loop.context.jobs.untold = None
    loop.run_through(3)
    assert duty.calls == []
    make(db=loop.db, clock=loop.clock).run_through(3)
    assert len(duty.messages) == 1


def test_a_person_who_settled_a_doubt_needs_no_alert(make, robot, duty):
    loop, run_id = ended_badly(make, robot)
    (job,) = loop.context.jobs.of_runs([run_id], Kind.NOTIFY)
    doubted = job.evolve(state=State.UNCERTAIN)
    loop.context.jobs.change(job, settled_by(doubted, 'cli:root', False, loop.clock.now()))
    loop.run_through(3)
    assert duty.calls == []


# No worker was alive


def sign(loop, minutes, name='worker:old'):
    loop.db['scan_notify_setting'].insert_one(
        {'_id': name, 'at': loop.clock.now() - timedelta(minutes=minutes), 'v': 1}
    )


def test_that_no_worker_was_alive_is_told_by_the_next(loop, duty):
    sign(loop, 120)
    loop.context.alerts.started(loop.clock.now())
    loop.run_through(3)
    assert '2:00:00 没有存活的通知进程' in duty.messages[0].text


def test_it_is_told_by_one_that_only_ticks_too(loop, duty):
    sign(loop, 120)
    loop.run_through(3)
    assert '2:00:00 没有存活的通知进程' in duty.messages[0].text


def test_it_is_known_after_an_orderly_stop_too(make, duty):
    loop = make()
    loop.context.stored.worker_alive('old', {})
    loop.context.stored.worker_gone('old')
    loop.clock.move(hours=3)
    loop = make(db=loop.db, clock=loop.clock)
    loop.context.alerts.started(loop.clock.now())
    loop.run_through(3)
    assert '3:00:00 没有存活的通知进程' in duty.messages[0].text


@pytest.mark.parametrize('signs', [[], [4], [120, 1]])
def test_the_first_start_a_restart_and_a_second_worker_are_no_news(loop, duty, signs):
    for number, minutes in enumerate(signs):
        sign(loop, minutes, 'worker:{}'.format(number))
    loop.context.alerts.started(loop.clock.now())
    loop.run_through(3)
    assert duty.calls == []


def test_of_two_that_start_after_a_silence_one_tells_it(make, duty):
    loop = make()
    other = make(db=loop.db, clock=loop.clock)
    sign(loop, 120)
    for one in (loop, other):
        one.context.alerts.started(loop.clock.now())
    loop.run_through(2)
    other.run_through(2)
    loop.clock.move(hours=2)
    assert len(alert_jobs(loop)) == 1


class Asleep:
    """A clock that is moved alone: the machine sleeps, or somebody sets it."""

    def __init__(self, clock):
        self._clock = clock
        self._slept = 0.0
        self.set_forward = timedelta(0)

    def move(self, alone, **span):
        self._clock.move(**span)
        self._slept += timedelta(**span).total_seconds() if alone else 0

    def now(self):
        return self._clock.now()

    def monotonic(self):
        return self._clock.monotonic() - self._slept

    def grace(self, patience=None):
        return self.set_forward


@pytest.fixture
def asleep(make):
    """A worker whose clock can be moved alone."""
    return make(clock=Asleep(ManualClock()))


def test_a_machine_that_slept_is_a_silence_and_an_outage_of_the_database_is_none(asleep):
    clock, told_of = asleep.clock, asleep.context.alerts
    told_of.flush(clock.now())
    clock.move(False, hours=1)  # alive, and could not say so
    told_of.flush(clock.now())
    assert 'worker' not in documents(asleep) and not told_of._noted
    clock.move(True, hours=1)
    asleep.context.stored.worker_alive('this', {})  # what a tick does first
    told_of.flush(clock.now())
    told_of.flush(clock.now())
    assert documents(asleep)['worker']['telling'] is None and len(alert_jobs(asleep)) == 1


@pytest.mark.parametrize('hours', [8, -8])
def test_a_clock_that_is_set_is_no_silence(asleep, hours):
    clock, told_of = asleep.clock, asleep.context.alerts
    told_of.flush(clock.now())
    clock.move(True, hours=hours)
    clock.set_forward = timedelta(hours=max(hours, 0))
    clock.move(False, seconds=60)
    told_of.flush(clock.now())
    told_of.tell('plugin', plugin='mail', call='send')
    told_of.flush(clock.now())
    assert 'worker' not in documents(asleep) and len(alert_jobs(asleep)) == 1


def test_while_the_clock_is_set_back_trouble_is_told_all_the_same(loop, duty):
    loop.context.alerts.tell('plugin', plugin='one', call='send')
    loop.run_through(2)
    loop.clock.move(hours=-8)
    loop.context.alerts.tell('plugin', plugin='two', call='send')
    loop.context.alerts.flush(loop.clock.now())
    assert len(alert_jobs(loop)) == 2


# A schedule that did not fire


def scheduled(loop, minutes, **fields):
    """A schedule that is due in so many minutes, as the host says it."""
    due = loop.clock.now() + timedelta(minutes=minutes)
    fields = dict({'status': 'scheduled', 'next_run_date': '{:%Y-%m-%d %H:%M:%S}'.format(due.astimezone())}, **fields)
    return loop.schedule(**fields)


def test_a_schedule_that_should_have_fired_is_told_once_after_two_looks(loop, duty):
    scheduled(loop, -4, name='nightly')
    scheduled(loop, -400, name='stopped', status='stop')
    scheduled(loop, 4, name='later')
    loop.run_through(1)
    assert duty.calls == []
    loop.run_through(16)
    (message,) = duty.messages
    assert 'nightly' in message.text and '2026-03-01' in message.text and 'later' not in message.text
    loop.clock.move(hours=2)
    loop.run_through(20, 30)
    assert sum('nightly' in message.text for message in duty.messages) == 1


def test_one_that_fires_late_but_before_the_second_look_is_no_news(loop, duty):
    identity = scheduled(loop, -4)
    loop.run_through(1)
    loop.db['task_schedule'].update_one({'_id': ObjectId(identity)}, {'$set': {'next_run_date': '2026-03-02 03:00:00'}})
    loop.run_through(20)
    assert duty.calls == []


def test_another_worker_takes_the_second_look_and_neither_tells_it_again(make, duty):
    loop = make()
    scheduled(loop, -4)
    loop.run_through(1)
    loop.clock.move(minutes=2)
    other = make(db=loop.db, clock=loop.clock)
    other.run_through(3)
    loop.run_through(3)
    loop.clock.move(hours=2)
    loop.run_through(3, 60)
    assert len(duty.messages) == 1


def test_a_worker_that_dies_before_it_could_write_it_leaves_it_to_the_next(make, duty):
    loop = make()
    scheduled(loop, -4)
    loop.run_through(1)
    change = loop.context.alerts._store.change

    def away(identity, decide):
        if identity == 'schedule':
            raise OSError('away')
        return change(identity, decide)

    loop.context.alerts._store.change = away
    loop.clock.move(minutes=2)
    loop.tick()
    other = make(db=loop.db, clock=loop.clock)
    other.run_through(15)
    assert len(duty.messages) == 1


def test_odd_schedules_of_the_host_are_never_due(loop, duty):
    for odd in ('-', None, 0, [], {}, 'soon', '2026-02-30 03:00:00', float('nan')):
        scheduled(loop, 0, next_run_date=odd, name=odd)
    loop.run_through(20)
    assert duty.calls == []


def test_a_clock_that_is_set_forward_makes_no_schedule_late(asleep):
    scheduled(asleep, 60)
    asleep.clock.move(True, hours=8)
    asleep.clock.set_forward = timedelta(hours=8)
    for _ in range(3):
        asleep.context.alerts.watch_schedules(asleep.context.scans.schedules(), asleep.clock.now())
        asleep.clock.move(False, minutes=2)
    assert 'schedule' not in documents(asleep)


# Outages


def test_an_outage_is_told_when_it_has_ended_with_what_waited(loop, robot, duty):
    outage = Outage(loop.context.alerts, 'broker')
    outage.back(loop.clock.now())
    outage.away(loop.clock.now())
    loop.clock.move(seconds=45)
    outage.away(loop.clock.now())
    loop.finished_run()
    loop.clock.move(seconds=45)
    loop.context.alerts.tell('report', schedule='nightly', format='csv')
    loop.context.alerts.flush(loop.clock.now())  # an alert waits too, and does not count
    before = loop.clock.now()
    outage.back(before)
    outage.back(before)
    loop.run_through(3)
    (message,) = [message for message in duty.messages if '消息队列' in message.text]
    assert '消息队列中断 0:01:' in message.text and '1 项在等待' in message.text


def test_a_hiccup_is_no_outage(loop, duty):
    outage = Outage(loop.context.alerts, 'database')
    outage.away(loop.clock.now())
    loop.clock.move(seconds=10)
    outage.back(loop.clock.now())
    loop.run_through(2)
    assert duty.calls == []


def test_an_alert_is_in_no_run_and_in_no_list(loop, robot):
    from scan_notify_plugin.admin.desk import Desk
    from scan_notify_plugin.admin.runs import Runs
    from scan_notify_plugin.admin.targets import Targets

    loop.context.alerts.tell('plugin', plugin='mail', call='send')
    loop.tick()
    (job,) = alert_jobs(loop)
    desk = Desk(loop.db, loop.context.runs_name, loop.settings, loop.clock)
    assert Runs(desk).listing()['total'] == 0 and Runs(desk).overview()['deliveries'] == []
    assert {one['name'] for one in Targets(desk).listing()} == set(loop.settings.targets)
    assert Runs(desk).hold(job['_id'], 'cli:ann')['changed'] == [job['_id']]
    assert Runs(desk).release(job['_id'], 'cli:ann')['changed'] == [job['_id']]
    assert Runs(desk).cancel(job['_id'], 'cli:ann')['changed'] == [job['_id']]
    loop.run_through(2)
    assert loop.context.jobs.get(job['_id']).state == 'cancelled'
