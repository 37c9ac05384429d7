"""A hook declines for a target, or holds its message: what becomes of the run, and of the message."""

from datetime import datetime, timedelta, timezone
from types import SimpleNamespace

import pytest

from scan_notify_plugin.admin.desk import Desk
from scan_notify_plugin.admin.runs import Runs
from scan_notify_plugin.admin.targets import Targets
from scan_notify_plugin.api import Export, Exporter, Notifier, Notify, Reason, Receipt, SendError, Skip, hookimpl
from scan_notify_plugin.jobs.job import Kind
from scan_notify_plugin.jobs.waiting import set_back
from tests.loop import RUNS, Loop

DEFAULTS = {'NOTIFY_ENABLE': True, 'NOTIFY_CHANNEL': ['ops', 'night']}
TARGETS = {'ops': {'CHANNEL': 'box'}, 'night': {'CHANNEL': 'box'}}


class Box(Notifier):
    channel = 'box'

    def __init__(self):
        self.sent = []

    def send(self, part, target):
        self.sent.append(target.name)
        return Receipt('1')


def asked(event, answer):
    """A plugin that answers one hook with what ``answer(run)`` gives."""

    class Plugin:
        pass

    setattr(Plugin, event, hookimpl({
        'on_run_complete': lambda self, run: answer(run), 'on_schedule_fired': lambda self, run: answer(run),
    }[event]))  # fmt: skip
    return Plugin()


def world(*plugins, folder='', **section):
    box = Box()
    found = [
        SimpleNamespace(name=name, load=lambda one=one: one, dist=None) for name, one in zip('abc', (box,) + plugins)
    ]
    loop = Loop({'SCAN_NOTIFY': dict({'TARGETS': TARGETS, 'DEFAULTS': DEFAULTS}, **section)}, found, folder=folder)
    return loop, box


@pytest.mark.parametrize('order', ['before', 'after'])
def test_a_skip_is_shown_on_the_run_and_stronger_than_the_channels_own_answer(order):
    skips = asked('on_run_complete', lambda run: Skip('ops', 'quiet;  hours'))
    loop, box = world(skips)
    if order == 'before':
        loop, box = world()
        loop = Loop({'SCAN_NOTIFY': {'TARGETS': TARGETS, 'DEFAULTS': DEFAULTS}}, [
            SimpleNamespace(name=name, load=lambda one=one: one, dist=None) for name, one in (('a', skips), ('b', box))
        ])  # fmt: skip
    run_id = loop.finished_run()
    loop.run_through(4)
    run, plugin = loop.run(run_id), 'a' if order == 'before' else 'b'
    assert box.sent == ['night'] and run['push_status'] == 'success'
    assert run['error_msg'] == 'plugin {} skipped ops: quiet; hours'.format(plugin)
    assert 'no plugin speaks' not in str(run) and 'declined' not in str(run)


def test_where_all_are_skipped_nothing_is_to_be_sent():
    loop, box = world(asked('on_run_complete', lambda run: [Skip(one.name, '') for one in run.targets]))
    run = loop.run(loop.finished_run())
    loop.run_through(4)
    assert (box.sent, run['push_status']) == ([], 'skip')
    assert run['error_msg'] == 'plugin b skipped night: it gave no reason; plugin b skipped ops: it gave no reason'


def test_a_skip_of_what_nobody_would_tell_is_not_worth_a_word():
    loop, box = world(
        asked('on_run_complete', lambda run: Skip('night', 'x')), DEFAULTS=dict(DEFAULTS, NOTIFY_CHANNEL='ops')
    )
    run = loop.run(loop.finished_run())
    assert run['error_msg'] == ''


def test_a_skip_of_an_unknown_target_is_noted():
    loop, box = world(asked('on_run_complete', lambda run: Skip('nobody', 'x')))
    assert "b asked for 'nobody': no target is called 'nobody'" in loop.run(loop.finished_run())['error_msg']


def test_a_skip_holds_for_its_event_alone():
    fired = asked('on_schedule_fired', lambda run: [Notify('ops'), Skip('ops', 'not yet')])
    loop, box = world(fired)
    run_id = loop.finished_run()
    loop.run_through(4)
    assert sorted(box.sent) == ['night', 'ops']
    assert loop.run(run_id)['plan_errors'] == ['plugin b skipped ops: not yet']


def later(loop, **span):
    return loop.clock.now() + timedelta(**span)


def held(*spans, **more):
    """A world in which plugins hold ops for these times from the beginning on."""
    start = datetime(2026, 3, 1, 3, 0, tzinfo=timezone.utc)
    plugins = [asked('on_run_complete', lambda run, span=span: Notify('ops', start + span)) for span in spans]
    return world(*plugins, **more)


def test_a_message_that_is_held_goes_out_at_its_time_and_no_other_waits_for_it():
    loop, box = held(timedelta(hours=2))
    run_id = loop.finished_run()
    loop.run_through(4)
    assert box.sent == ['night'] and loop.run(run_id)['push_status'] == 'pending'
    loop.clock.move(hours=2)
    loop.run_through(2)
    assert box.sent == ['night', 'ops'] and loop.run(run_id)['push_status'] == 'success'


def test_of_several_times_the_latest_counts():
    loop, box = held(timedelta(hours=2), timedelta(hours=1))
    loop.finished_run()
    loop.clock.move(hours=1, minutes=30)
    loop.run_through(4)
    assert box.sent == ['night']


def test_a_time_that_is_over_holds_nothing():
    loop, box = held(-timedelta(hours=2))
    loop.finished_run()
    loop.run_through(4)
    assert sorted(box.sent) == ['night', 'ops']


def test_nothing_is_held_for_more_than_a_week():
    loop, box = held(timedelta(days=3000))
    loop.finished_run()
    loop.clock.move(days=7)
    loop.run_through(4)
    assert sorted(box.sent) == ['night', 'ops']


def test_giving_up_counts_from_when_it_may_be_sent():
    loop, _ = held(timedelta(hours=40))
    run_id = loop.finished_run()
    loop.run_through(4)
    (job,) = [job for job in loop.jobs(run_id) if job['route'] == ['ops']]
    assert job['give_up_at'] - job['due_at'] == timedelta(hours=24) and job['due_at'] == job['not_before']


class Lines(Exporter):
    format = 'lines'
    extension = 'txt'

    def export(self, run, rows, file):
        file.write(b'x')

    @hookimpl
    def on_run_complete(self, run):
        return Export('lines')


def test_the_end_of_the_reports_lets_go_what_is_held_no_earlier(tmp_path):
    start = datetime(2026, 3, 1, 3, 0, tzinfo=timezone.utc)
    holds = asked('on_run_complete', lambda run: Notify('ops', start + timedelta(hours=2)))
    loop, box = world(holds, Lines(), folder=tmp_path, REPORT_STORAGE='directory')
    loop.finished_run()
    loop.run_through(6)
    assert box.sent == ['night']
    loop.clock.move(hours=2)
    loop.run_through(2)
    assert box.sent == ['night', 'ops']


def test_a_clock_that_was_set_back_makes_a_hold_no_longer():
    loop, _ = held(timedelta(hours=2))
    run_id = loop.finished_run()
    loop.run_through(1)
    (job,) = [job for job in loop.context.jobs.of_runs([run_id], Kind.NOTIFY) if job.target == 'ops']
    now = job.decided_at - timedelta(days=1)
    assert set_back(job, now).due_at == now + (job.due_at - job.decided_at)


class Policy:
    """A plugin that notes what it is asked, and answers as a test says."""

    def __init__(self):
        self.asked = []
        self.answer = lambda run: None

    @hookimpl
    def on_run_complete(self, run):
        self.asked.append((run.again, [target.name for target in run.targets], run.status))
        return self.answer(run)


class Refusing(Box):
    """Its service takes nothing for ops."""

    def send(self, part, target):
        if target.name == 'ops':
            raise SendError(Reason.CONFIG, 302, 'no')
        return super().send(part, target)


def with_fallback():
    """ops is refused, then spare would be told."""
    policy, box = Policy(), Refusing()
    found = [
        SimpleNamespace(name=name, load=lambda one=one: one, dist=None) for name, one in (('a', box), ('b', policy))
    ]
    targets = {'ops': {'CHANNEL': 'box', 'FALLBACK': 'spare'}, 'spare': {'CHANNEL': 'box'}}
    loop = Loop({'SCAN_NOTIFY': {'TARGETS': targets, 'DEFAULTS': dict(DEFAULTS, NOTIFY_CHANNEL='ops')}}, found)
    return loop, box, policy


def only(again, answer):
    return lambda run: answer if run.again == again else None


def test_before_a_run_is_passed_on_the_plugins_are_asked():
    loop, box, policy = with_fallback()
    run_id = loop.finished_run()
    loop.run_through(4)
    assert policy.asked == [('', ['ops'], 'finished'), ('fallback', ['spare'], 'finished')]
    assert box.sent == ['spare'] and loop.run(run_id)['push_status'] == 'success'


def test_a_fallback_that_is_skipped_is_not_told_and_the_job_says_all():
    loop, box, policy = with_fallback()
    policy.answer = only('fallback', Skip('spare', 'at night'))
    run_id = loop.finished_run()
    loop.run_through(4)
    (job,) = loop.jobs(run_id)
    assert (box.sent, job['state'], job['error']) == (
        [],
        'error',
        'ops: config 302 no; plugin b skipped spare: at night',
    )


def test_a_fallback_can_be_held_once():
    loop, box, policy = with_fallback()
    policy.answer = lambda run: Notify('spare', later(loop, hours=2)) if run.again else None
    run_id = loop.finished_run()
    loop.run_through(4)
    assert box.sent == [] and loop.run(run_id)['push_status'] == 'pending'
    loop.clock.move(hours=2)
    loop.run_through(2)
    assert box.sent == ['spare'] and [again for again, _, _ in policy.asked] == ['', 'fallback']


def again(loop, **more):
    return Runs(Desk(loop.db, RUNS, loop.settings, loop.clock, **more))


def test_what_a_person_sends_again_is_asked_too():
    policy = Policy()
    loop, box = world(policy)
    run_id = loop.finished_run()
    loop.run_through(4)
    again(loop).resend(run_id, 'web:ann', ['ops'])
    loop.run_through(3)
    assert policy.asked[1:] == [('resend', ['ops'], 'finished')] and sorted(box.sent) == ['night', 'ops', 'ops']
    policy.answer = only('resend', Skip('ops', 'enough'))
    again(loop).resend(run_id, 'web:ann', ['ops'])
    loop.run_through(3)
    job, run = loop.jobs(run_id)[-1], loop.run(run_id)
    assert (job['state'], job['error']) == ('cancelled', 'plugin b skipped ops: enough')
    assert len(box.sent) == 3 and run['push_status'] == 'success'


def test_so_is_a_test_and_whoever_tests_reads_why_nothing_came():
    policy = Policy()
    loop, box = world(policy)
    policy.answer = only('test', Skip('ops', 'maintenance'))
    loop.context.stored.decide_run_collection(False)
    targets = Targets(Desk(loop.db, RUNS, loop.settings, loop.clock))
    run_id = targets.test('ops', 'web:ann')
    loop.run_through(4)
    assert policy.asked == [('test', ['ops'], 'finished')] and box.sent == []
    result = targets.wait(run_id, 0)
    assert (result['push_status'], result['error']) == ('skip', 'plugin b skipped ops: maintenance')


def test_other_answers_to_such_a_question_count_for_nothing():
    policy = Policy()
    loop, box = world(policy)
    run_id = loop.finished_run()
    loop.run_through(4)
    policy.answer = lambda run: [Notify('night'), Export('nothing'), Skip('night', 'x')]
    again(loop).resend(run_id, 'web:ann', ['ops'])
    loop.run_through(3)
    assert sorted(box.sent) == ['night', 'ops', 'ops'] and len(loop.run(run_id)['plan']) == 3


def test_a_plugin_that_fails_then_keeps_nothing_back():
    policy = Policy()
    loop, box = world(policy)
    run_id = loop.finished_run()
    loop.run_through(4)
    policy.answer = lambda run: 1 / 0
    again(loop).resend(run_id, 'web:ann', ['ops'])
    loop.run_through(3)
    assert sorted(box.sent) == ['night', 'ops', 'ops']


def test_what_the_plan_itself_passes_on_is_asked_too():
    class Stumbling(Refusing):
        channel = 'other'

        @hookimpl
        def on_run_complete(self, run):
            raise ValueError('no')

    policy, box = Policy(), Box()
    policy.answer = only('fallback', Skip('spare', 'at night'))
    found = [
        SimpleNamespace(name=name, load=lambda one=one: one, dist=None)
        for name, one in (('a', Stumbling()), ('b', policy), ('c', box))
    ]
    targets = {'ops': {'CHANNEL': 'other', 'FALLBACK': 'spare'}, 'spare': {'CHANNEL': 'box', 'FALLBACK': 'last'},
               'last': {'CHANNEL': 'box'}}  # fmt: skip
    loop = Loop({'SCAN_NOTIFY': {'TARGETS': targets, 'DEFAULTS': dict(DEFAULTS, NOTIFY_CHANNEL='ops')}}, found)
    loop.finished_run()
    loop.run_through(6)
    assert [targets for again, targets, _ in policy.asked if again] == [['spare'], ['last']] and box.sent == ['last']
