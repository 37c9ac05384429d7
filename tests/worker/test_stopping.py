"""A target that is stopped, by its own service or by a person: what becomes of what waits for it, and of what comes."""

from types import SimpleNamespace

import pytest

from scan_notify_plugin.api import Notifier, Reason, Receipt, SendError
from scan_notify_plugin.exporters.csv_zip import CsvExporter
from scan_notify_plugin.faults import ENGLISH, quoted, say
from scan_notify_plugin.jobs import steering
from scan_notify_plugin.jobs.job import Kind
from scan_notify_plugin.worker.machine import Machine
from scan_notify_plugin.worker.stopping import pass_on
from tests.loop import Loop

TARGETS = {
    'ops': {'CHANNEL': 'hook', 'FALLBACK': 'spare'},
    'spare': {'CHANNEL': 'hook', 'ROOM': 'other'},
    'alone': {'CHANNEL': 'hook', 'ROOM': 'third'},
    'duty': {'CHANNEL': 'hook', 'ROOM': 'fourth', 'FALLBACK': 'spare'},
}
#: The title of the alert.
TOLD = 'Targets were stopped'


class Hook(Notifier):
    """A service with rooms, some of which it wants nothing for."""

    channel = 'hook'
    optional = ('room',)

    def __init__(self):
        self.asked = []
        self.checked = []
        self.gone = set()
        self.final = True
        self.during = lambda target: None

    def credential(self, target):
        return str(target.options.get('room', ''))

    def send(self, part, target):
        self.asked.append((target.name, part.text))
        self.during(target)
        if target.name in self.gone:
            raise SendError(Reason.GONE, 410, 'disabled by its owner')
        return Receipt('1', final=self.final)

    def check(self, part, receipt, target):
        self.checked.append(target.name)
        if target.name in self.gone:
            raise SendError(Reason.GONE, 410)
        return Receipt('1', final=True)

    @property
    def names(self):
        return [name for name, _ in self.asked]


@pytest.fixture
def hook():
    return Hook()


@pytest.fixture
def loop(hook):
    return world(hook)


def world(hook, channels=('ops',), folder='', export=False, **section):
    plugins = {'hook': hook, 'csv': CsvExporter()}
    found = [SimpleNamespace(name=name, load=lambda one=one: one, dist=None) for name, one in plugins.items()]
    defaults = {'NOTIFY_ENABLE': True, 'NOTIFY_CHANNEL': list(channels)}
    defaults.update(EXPORT_ENABLE=export, EXPORT_FORMAT='csv')
    section = dict({'TARGETS': TARGETS, 'DEFAULTS': defaults, 'LANGUAGE': 'en'}, **section)
    return Loop({'SCAN_NOTIFY': section}, found, folder=folder)


def delivered(loop, rounds=6):
    """A run that has ended, after so many rounds; what its job came to."""
    run_id = loop.finished_run()
    loop.run_through(rounds)
    (job,) = loop.jobs(run_id)
    return job


def stop(loop, name='ops', by='web:ann', why=()):
    assert loop.context.stored.stops.stop(name, by, why)


# By its own service.


def test_what_the_service_wants_no_more_of_goes_to_the_fallback_and_the_target_is_stopped(loop, hook):
    hook.gone.add('ops')
    job = delivered(loop)
    assert (job['state'], job['at'], job['repeat'], hook.names) == ('success', 1, False, ['ops', 'spare'])
    (stopped,) = loop.context.stored.read().stops.values()
    since = '{:%Y-%m-%d %H:%M} UTC'.format(stopped.at)
    said = 'its service has wanted no more messages since {}: gone 410 disabled by its owner'.format(since)
    assert say(stopped.fault, ENGLISH) == said
    (line,) = [line for line in loop.context.audit.listing()[0] if line['action'] == 'stop']
    assert (line['by'], line['what']) == ('service', 'target:ops')


def test_nothing_is_asked_of_it_meanwhile_and_new_messages_are_passed_on(loop, hook):
    hook.gone.add('ops')
    delivered(loop)
    del hook.asked[:]
    assert delivered(loop)['state'] == 'success'
    assert hook.names == ['spare']


def test_what_waits_behind_it_in_the_same_visit_is_passed_on_without_a_request(loop, hook):
    runs = [loop.finished_run() for _ in range(3)]
    hook.gone.add('ops')
    loop.run_through(4)
    assert hook.names.count('ops') == 1 and hook.names.count('spare') == 3
    assert {job['state'] for run_id in runs for job in loop.jobs(run_id)} == {'success'}


def test_what_waits_for_its_next_try_is_passed_on_at_once(loop, hook):
    hook.during = lambda target: busy() if target.name == 'ops' else None
    job = delivered(loop, 20)
    assert job['state'] == 'pending' and job['at'] == 0 and (job['due_at'] - loop.clock.now()).total_seconds() > 5
    stop(loop)
    loop.run_through(2, 1)
    (job,) = loop.jobs(job['run_ids'][0])
    assert (job['state'], hook.names[-1]) == ('success', 'spare')


def busy(after=None):
    raise SendError(Reason.BUSY, 503, retry_after=after)


def test_a_robot_that_rests_for_a_day_keeps_nothing_back(loop, hook):
    def throttled(target):
        if target.name == 'ops':
            raise SendError(Reason.THROTTLED, 429, retry_after=86400)

    hook.during = throttled
    job = delivered(loop)
    assert (job['state'], job['at']) == ('pending', 0)
    stop(loop)
    loop.run_through(2)
    assert loop.jobs(job['run_ids'][0])[0]['state'] == 'success' and hook.names == ['ops', 'spare']


def test_without_a_fallback_it_is_an_error_with_the_reason(hook):
    loop = world(hook, ['alone'])
    hook.gone.add('alone')
    assert delivered(loop)['error'] == 'gone 410 disabled by its owner'
    job = delivered(loop)
    assert job['state'] == 'error' and job['error'].startswith('its service has wanted no more messages since ')
    assert job['error'].endswith(': gone 410 disabled by its owner') and hook.names == ['alone']


def test_operators_hear_of_it_once(hook):
    loop = world(hook, ALERTS='duty')
    hook.gone.add('ops')
    delivered(loop)
    delivered(loop)
    loop.context.alerts.flush(loop.clock.now())
    loop.run_through(4)
    (text,) = [text for name, text in hook.asked if name == 'duty']
    assert TOLD in text and 'target ops' in text and 'scan-notify start ops' in text


def test_alerts_go_to_the_fallback_of_a_stopped_target_and_wait_if_there_is_none(hook):
    for target, told, later in (('duty', ['spare'], []), ('alone', [], ['alone'])):
        loop = world(hook, ALERTS=target)
        stop(loop, target)
        loop.context.take_in()
        loop.context.alerts.tell('clock', seconds=7.0)
        loop.context.alerts.flush(loop.clock.now())
        loop.run_through(4)
        assert hook.names == told
        del hook.asked[:]
        start(loop, target)
        loop.clock.move(seconds=100)
        loop.run_through(4)
        assert hook.names == later
        del hook.asked[:]


def test_what_may_be_there_is_told_on_as_a_possible_repeat(loop, hook):
    def cut(target):
        if target.name == 'ops':
            raise SendError(Reason.UNKNOWN)

    hook.during = cut
    hook.idempotent = True
    run_id = loop.finished_run()
    loop.work()
    stop(loop)
    loop.run_through(3)
    (job,) = loop.jobs(run_id)
    assert (job['state'], job['repeat'], hook.names) == ('success', True, ['ops', 'spare'])


def test_a_question_that_is_turned_away_stops_it_too_and_is_no_word_about_the_message(loop, hook):
    hook.final = False
    run_id = loop.finished_run()
    loop.work()
    hook.gone.add('ops')
    loop.run_through(3)
    (job,) = loop.jobs(run_id)
    assert hook.checked[:1] == ['ops'] and 'ops' not in hook.checked[1:]
    assert hook.names == ['ops', 'spare'] and job['repeat'] is True
    assert 'ops' in loop.context.stored.read().stops


# By a person.


def test_a_target_that_a_person_stops_gets_nothing_until_it_is_started(loop, hook):
    stop(loop, why=(quoted('room is moved'),))
    job = delivered(loop)
    assert (job['state'], job['at'], hook.names) == ('success', 1, ['spare'])
    start(loop)
    assert delivered(loop)['at'] == 0 and hook.names == ['spare', 'ops']


def test_a_request_that_is_under_way_is_finished_and_its_answer_counts(loop, hook):
    hook.during = lambda target: stop(loop) if len(hook.asked) == 1 else None
    job = delivered(loop)
    assert (job['state'], job['at'], hook.names) == ('success', 0, ['ops'])


def test_a_person_who_started_it_while_its_service_turned_us_away_has_the_last_word(loop, hook):
    hook.gone.add('ops')
    hook.during = lambda target: loop.clock.move(seconds=9) or stop(loop) or start(loop)
    delivered(loop, 1)
    assert loop.context.stored.read().stops == {} and hook.names[0] == 'ops'


def start(loop, name='ops'):
    assert loop.context.stored.stops.start(name, 'web:ann')


def test_one_that_is_held_stays_held_and_is_passed_on_when_it_is_let_go(loop, hook):
    run_id = loop.finished_run()
    (job,) = loop.context.jobs.of_runs([run_id], Kind.NOTIFY)
    held = loop.context.jobs.change(job, steering.held(job, loop.clock.now()))
    stop(loop)
    loop.run_through(3)
    assert loop.jobs(run_id)[0]['state'] == 'held' and not hook.asked
    loop.context.jobs.change(held, steering.let_go(held, loop.clock.now()))
    loop.run_through(3)
    assert (loop.jobs(run_id)[0]['state'], hook.names) == ('success', ['spare'])


def test_one_that_waits_for_its_report_is_passed_on_with_it(hook, tmp_path):
    loop = world(hook, folder=tmp_path, export=True, REPORT_STORAGE='directory')
    run_id = loop.finished_run()
    stop(loop)
    loop.tick(2)
    (job,) = loop.context.jobs.of_runs([run_id], Kind.NOTIFY)
    assert (job.waits, job.at) == (True, 0)
    loop.run_through(5)
    assert hook.names == ['spare'] and '.zip' in hook.asked[0][1]


def test_a_part_that_is_on_its_way_is_left_to_whoever_sends_it(loop, hook):
    """A tick of another worker, in the middle of a request."""

    def tick(target):
        if target.name == 'ops':
            stop(loop)
            loop.context.take_in()
            pass_on(loop.context, loop.clock.now())

    hook.during = tick
    job = delivered(loop)
    assert (job['state'], job['at'], hook.names) == ('success', 0, ['ops'])


def test_a_target_of_the_same_robot_goes_on(hook):
    targets = dict(TARGETS, twin={'CHANNEL': 'hook'})
    loop = world(hook, ['ops', 'twin'], TARGETS=targets)
    stop(loop)
    loop.finished_run()
    loop.run_through(4)
    assert sorted(hook.names) == ['spare', 'twin']


def test_a_worker_that_starts_knows_of_it(loop, hook):
    stop(loop)
    machine = Machine('memory://localhost', loop.context)
    machine.tick()
    assert list(loop.context.channels.stops) == ['ops']
