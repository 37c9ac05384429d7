"""From a fire to the robot, in one process with a manual clock."""

import logging

import pytest

from hookspecs import Notify, hookimpl
from scan_notify_plugin.testing.dingtalk_robot import DingTalkRobotServer
from tests.loop import Loop, ManualClock, told


@pytest.fixture
def robot(server):
    return server.add_robot(secret='SECloop0123456789')


def loop_for(robot, server, **more):
    return Loop(told(robot, server.base_url, **more))


def test_a_finished_run_is_one_message_and_one_record(robot, server):
    loop = loop_for(robot, server)
    run_id = loop.finished_run()
    loop.work()
    loop.tick(2)
    run = loop.run(run_id)
    assert (run['status'], run['push_status'], run['error_msg']) == ('finished', 'success', '')
    assert [message.msgtype for message in robot.messages] == ['markdown']
    assert 'nightly' in robot.messages[0].text and 'nightly' in robot.messages[0].title
    assert all(task_id in robot.messages[0].text for task_id in run['task_ids'])
    loop.run_through(6)
    assert len(robot.messages) == 1


def test_two_workers_make_one_message(robot, server):
    loop = loop_for(robot, server)
    run_id = loop.finished_run()
    other = Loop(told(robot, server.base_url), db=loop.db, clock=loop.clock)
    for _ in range(4):
        loop.tick(1, 1)
        other.tick(1, 1)
        loop.work()
        other.work()
    assert loop.run(run_id)['push_status'] == 'success'
    assert len(robot.messages) == 1 and len(robot.calls) == 1


def test_english_is_selectable_for_a_target(robot, server):
    loop = loop_for(robot, server, options={'LANGUAGE': 'en'})
    loop.finished_run()
    loop.work()
    assert 'Scheduled scan finished' in robot.messages[0].text


@pytest.mark.parametrize(
    'notify_on, status, messages',
    [
        ('finished', 'done', 1),
        ('finished', 'error', 0),
        ('failed', 'done', 0),
        ('failed', 'stop', 1),
        ('always', 'done', 1),
        ('always', 'error', 1),
    ],
)
def test_notify_on_decides_what_is_told(robot, server, notify_on, status, messages):
    loop = loop_for(robot, server, defaults={'NOTIFY_ON': notify_on})
    run_id = loop.finished_run(status=status)
    loop.work()
    loop.tick()
    assert len(robot.messages) == messages
    assert loop.run(run_id)['push_status'] == ('success' if messages else 'skip')


def test_a_schedule_is_not_told_by_default(robot, server):
    loop = loop_for(robot, server, defaults={'NOTIFY_ENABLE': False})
    run_id = loop.finished_run()
    loop.run_through()
    assert loop.run(run_id)['push_status'] == 'skip' and not robot.calls


def test_the_field_on_the_hosts_schedule_counts_and_the_administrator_counts_more(robot, server):
    loop = loop_for(robot, server, defaults={'NOTIFY_ENABLE': False})
    on = loop.schedule(notify_enable=True)
    off = loop.schedule(notify_enable=True)
    loop.context.stored.set_schedule(off, {'notify_enable': False}, 'test')
    for schedule_id in (on, off):
        _, task_ids = loop.fire(schedule_id)
        loop.status(task_ids, 'done')
    loop.settle()
    loop.run_through()
    assert len(robot.messages) == 1


def test_several_targets_each_get_it_once_and_a_broken_one_harms_no_other(robot, server):
    second = server.add_robot(keywords=['巡检'])
    targets = {
        'team': {'CHANNEL': 'dingding', 'ACCESS_TOKEN': second.token, 'API_BASE': server.base_url, 'KEYWORD': '巡检'},
        'gone': {'CHANNEL': 'dingding', 'ACCESS_TOKEN': 'nobody', 'API_BASE': server.base_url},
    }
    loop = loop_for(robot, server, targets=targets, defaults={'NOTIFY_CHANNEL': ['gone', 'ops', 'team']})
    run_id = loop.finished_run()
    loop.run_through(8)
    assert len(robot.messages) == len(second.messages) == 1
    assert {job['route'][0]: job['state'] for job in loop.jobs(run_id)} == {
        'gone': 'error', 'ops': 'success', 'team': 'success'
    }  # fmt: skip
    assert loop.run(run_id)['push_status'] == 'error'


def test_a_target_without_credentials_is_a_skip_with_its_reason_and_one_log_line(caplog):
    loop = Loop({'SCAN_NOTIFY': {'DEFAULTS': {'NOTIFY_ENABLE': True}}})
    with caplog.at_level(logging.WARNING, logger='scan_notify'):
        run_id = loop.finished_run()
        loop.run_through()
    run = loop.run(run_id)
    assert run['push_status'] == 'skip'
    assert run['error_msg'] == 'target dingding: ACCESS_TOKEN is missing'
    assert [record.getMessage() for record in caplog.records] == [
        'run {}: target dingding: ACCESS_TOKEN is missing'.format(run_id)
    ]


def test_a_channel_that_no_plugin_speaks_is_an_error_not_silence(robot, server):
    targets = {'pager': {'CHANNEL': 'pigeon'}}
    loop = loop_for(robot, server, targets=targets, defaults={'NOTIFY_CHANNEL': ['pager']})
    run_id = loop.finished_run()
    loop.run_through()
    assert loop.run(run_id)['push_status'] == 'error'
    assert loop.jobs(run_id)[0]['error'] == 'no plugin speaks "pigeon"'


def test_the_fallback_target_is_told_when_the_first_finally_fails(robot, server):
    targets = {
        'first': {'CHANNEL': 'dingding', 'ACCESS_TOKEN': 'nobody', 'API_BASE': server.base_url, 'FALLBACK': 'ops'}
    }
    loop = loop_for(robot, server, targets=targets, defaults={'NOTIFY_CHANNEL': ['first']})
    run_id = loop.finished_run()
    loop.run_through()
    (job,) = loop.jobs(run_id)
    assert (job['state'], job['at'], len(robot.messages)) == ('success', 1, 1)
    assert [attempt['target'] for attempt in job['attempts']] == ['first', 'ops']


def test_moderation_silences_nobody(robot, server):
    robot.forbid('evil')
    loop = loop_for(robot, server)
    run_id = loop.finished_run(targets=['evil-host.example.com'], status='error')
    loop.run_through()
    assert loop.run(run_id)['push_status'] == 'success'
    assert 'evil' not in robot.messages[0].text and '已隐去' in robot.messages[0].text


def test_a_throttled_robot_rests_ten_minutes_for_all_workers_and_loses_nothing(robot, server):
    robot.misbehave(130101)
    loop = loop_for(robot, server)
    run_id = loop.finished_run()
    loop.run_through(4)
    assert len(robot.calls) == 1 and not robot.messages
    other = Loop(told(robot, server.base_url), db=loop.db, clock=loop.clock)
    other.run_through(20, 25)
    assert len(robot.calls) == 1
    other.run_through(6, 25)
    assert len(robot.messages) == 1
    (job,) = loop.jobs(run_id)
    assert (job['state'], job['tries']) == ('success', 0)


def test_no_robot_gets_more_than_eighteen_requests_a_minute():
    clock = ManualClock()
    with DingTalkRobotServer(now=clock.now) as server:
        robot = server.add_robot()
        loop = Loop(told(robot, server.base_url), clock=clock)
        for _ in range(21):
            loop.finished_run(targets=['127.0.0.2'])
        start = clock.now()
        while (clock.now() - start).total_seconds() < 55:
            loop.run_through(1)
        assert len(robot.messages) == 18
        loop.run_through(6)
        assert len(robot.messages) == 21 and all(call.outcome == 'accepted' for call in robot.calls)


@pytest.mark.parametrize('how', ['timeout_after', 'cut_after', 'http_502_after', 'portal_after', 'not_json_after'])
def test_a_lost_answer_is_asked_again_with_the_same_key_and_shown_once(robot, server, how):
    robot.misbehave(how)
    loop = loop_for(robot, server)
    run_id = loop.finished_run()
    loop.run_through()
    (job,) = loop.jobs(run_id)
    assert job['state'] == 'success'
    assert [attempt['result'] for attempt in job['attempts']] == ['unknown', 'accepted']
    assert len(robot.messages) == 1 and [call.outcome for call in robot.calls][-1] == 'duplicate'


def test_a_doubt_older_than_the_trusted_key_is_shown_and_never_resent(robot, server):
    robot.misbehave('cut_after')
    loop = loop_for(robot, server)
    run_id = loop.finished_run()
    loop.work()
    loop.clock.move(minutes=11)
    loop.run_through()
    assert loop.run(run_id)['push_status'] == 'uncertain'
    assert len(robot.calls) == 1


def test_on_uncertain_resend_sends_once_more_marked_as_a_repeat(robot, server):
    robot.misbehave('cut_after')
    loop = loop_for(robot, server, ON_UNCERTAIN='resend')
    run_id = loop.finished_run()
    loop.work()
    loop.clock.move(minutes=11)
    loop.run_through()
    assert loop.run(run_id)['push_status'] == 'success'
    assert len(robot.messages) == 2 and '可能是重复消息' in robot.messages[1].text


def test_a_robot_that_never_comes_back_is_given_up_after_a_day(robot, server):
    robot.misbehave('http_429_before', times=0)
    loop = loop_for(robot, server, options={'API_BASE': 'http://127.0.0.1:9'})
    run_id = loop.finished_run()
    loop.run_through(60, 1800)
    (job,) = loop.jobs(run_id)
    assert job['state'] == 'error' and job['error'] == 'not delivered in time'
    assert 0 < len(job['attempts']) <= 50
    assert loop.run(run_id)['push_status'] == 'error'


def test_what_a_quick_retry_waits_for_is_not_passed_by_the_next_message(robot, server):
    robot.misbehave(-1)
    loop = loop_for(robot, server)
    runs = [loop.finished_run(name=name) for name in ('first', 'second')]
    (lane,) = {job['lane'] for run_id in runs for job in loop.jobs(run_id)}
    loop.sender.work(lane)
    assert robot.messages == []
    loop.clock.move(seconds=1)
    loop.sender.work(lane)
    assert ['first' in message.text for message in robot.messages] == [True, False]


def test_a_split_message_comes_in_order_and_mentions_once(robot, server):
    options = {'OVERSIZE': 'split', 'AT': {'MOBILES': ['13800000000']}}
    loop = loop_for(robot, server, options=options)
    loop.finished_run(targets=['host-{}.example.com'.format(number) for number in range(400)], status='error')
    loop.run_through()
    titles = [message.title for message in robot.messages]
    assert len(titles) > 1
    assert ['({}/{})'.format(page, len(titles)) in title for page, title in enumerate(titles, 1)] == [True] * len(
        titles
    )
    assert [message.at.mobiles for message in robot.messages] == [('13800000000',)] + [()] * (len(titles) - 1)


def test_a_message_that_is_cut_says_how_many_were_left_out(robot, server):
    loop = loop_for(robot, server)
    targets = ['host-{}.example.com'.format(number) for number in range(400)]
    loop.finished_run(targets=targets, status='error')
    loop.work()
    (message,) = robot.messages
    listed = sum(target + ' ' in message.text for target in targets)
    assert message.size <= 20000 and '另有 {} 个扫描任务'.format(400 - listed) in message.text


class EveryHook:
    """A plugin that wants the target told at each step."""

    @hookimpl
    def on_schedule_fired(self, run, schedule):
        return Notify('ops') if schedule.name == 'nightly' else None

    @hookimpl
    def on_task_finished(self, run, task):
        return [Notify('ops')] if task.outcome == 'stop' else None

    @hookimpl
    def on_run_complete(self, run):
        return None


class Point:
    """An entry point."""

    def __init__(self, name, plugin):
        self.name = name
        self.load = lambda: plugin


def test_each_hook_can_have_the_run_told(robot, server):
    from scan_notify_plugin.notifiers.dingding import DingTalkRobot

    found = [Point('dingding', DingTalkRobot), Point('every', EveryHook)]
    loop = Loop(told(robot, server.base_url), found)
    run_id, task_ids = loop.fire(loop.schedule())
    loop.run_through(1)
    assert '进行中' in robot.messages[0].text
    loop.status(task_ids[:1], 'stop')
    loop.run_through(4)
    assert len(robot.messages) == 2
    loop.status(task_ids[1:], 'done')
    loop.run_through(5)
    assert len(robot.messages) == 3
    assert [job['by'] for job in loop.jobs(run_id)] == ['every', 'every', 'dingding']


def test_a_plugin_that_raises_is_noted_and_the_message_still_goes_out(robot, server):
    from scan_notify_plugin.notifiers.dingding import DingTalkRobot

    class Raises:
        @hookimpl
        def on_run_complete(self, run):
            raise ValueError('no')

    loop = Loop(told(robot, server.base_url), [Point('dingding', DingTalkRobot), Point('raises', Raises)])
    run_id = loop.finished_run()
    loop.run_through()
    assert len(robot.messages) == 1
    assert loop.run(run_id)['plan_errors'] == ['raises in on_run_complete: ValueError: no']


@pytest.mark.parametrize('step', [-8 * 3600, -60, 60, 8 * 3600])
def test_a_clock_that_is_set_during_a_tick_lets_the_next_tick_happen(robot, server, step, monkeypatch):
    loop = loop_for(robot, server)
    running, ticked = loop.context.runs.running, []

    def stepping():
        if not ticked:
            ticked.append(loop.clock.move(seconds=step))
        return running()

    monkeypatch.setattr(loop.context.runs, 'running', stepping)
    assert loop._tick.run()
    loop.clock.move(seconds=5)
    assert loop._tick.run()
