"""From the end of a run to a group in Feishu, in one process with a manual clock."""

from datetime import timedelta
from types import SimpleNamespace

import pytest

from scan_notify_plugin.notifiers.feishu import FeishuRobot
from scan_notify_plugin.testing.feishu_robot import FeishuRobotServer
from tests.loop import Loop, ManualClock


@pytest.fixture
def clock():
    return ManualClock()


@pytest.fixture
def server(clock):
    with FeishuRobotServer(clock.now, hold_seconds=0.2) as server:
        yield server


@pytest.fixture
def make(robot, clock):
    """make(**options of the target) is a loop that tells the bot of every run."""

    def make(targets=None, channels=('ops',), **options):
        ops = dict({'CHANNEL': 'feishu', 'WEBHOOK_URL': robot.webhook_url}, **options)
        section = {
            'TARGETS': dict({'ops': ops}, **targets or {}),
            'DEFAULTS': {'NOTIFY_ENABLE': True, 'NOTIFY_CHANNEL': list(channels)},
        }  # fmt: skip
        return loop_of({'SCAN_NOTIFY': section}, clock)

    return make


def loop_of(sections, clock):
    found = [SimpleNamespace(name='feishu', load=lambda: FeishuRobot, dist=None)]
    return Loop(sections, found, clock=clock)


def job_of(loop, run_id):
    (job,) = [job for job in loop.jobs(run_id) if job['kind'] == 'notify']
    return job


@pytest.mark.parametrize('own', [
    lambda robot, server: {'WEBHOOK_URL': robot.webhook_url, 'SECRET': ''},
    lambda robot, server: {'TOKEN': robot.token, 'API_BASE': server.base_url},
])  # fmt: skip
def test_the_section_of_the_host_is_a_target(robot, server, clock, own):
    defaults = {'NOTIFY_ENABLE': True, 'NOTIFY_CHANNEL': 'feishu'}
    loop = loop_of({'FEISHU': own(robot, server), 'SCAN_NOTIFY': {'DEFAULTS': defaults}}, clock)
    loop.finished_run()
    loop.run_through()
    assert len(robot.messages) == 1


def test_an_upgrade_alone_tells_nobody(robot, clock):
    defaults = {'NOTIFY_ENABLE': True, 'NOTIFY_CHANNEL': 'dingding'}
    loop = loop_of({'FEISHU': {'WEBHOOK_URL': robot.webhook_url}, 'SCAN_NOTIFY': {'DEFAULTS': defaults}}, clock)
    loop.finished_run()
    loop.run_through()
    assert robot.calls == []


def test_the_alias_reaches_the_same_bot_in_the_same_lane(make, robot):
    loop = make({'again': {'CHANNEL': 'lark', 'WEBHOOK_URL': robot.webhook_url}}, ('ops', 'again'))
    assert loop.context.channels.lane('ops') == loop.context.channels.lane('again') != ''
    loop.finished_run()
    loop.run_through()
    assert len(robot.messages) == 2


@pytest.mark.parametrize('how', ['timeout_after', 'cut_after', 'timeout_before'])
def test_a_doubt_is_shown_and_nothing_is_sent_again(make, robot, how):
    loop = make()
    robot.misbehave(how)
    run_id = loop.finished_run()
    loop.run_through(12, 60)
    assert len(robot.calls) == 1 and job_of(loop, run_id)['state'] == 'uncertain'


@pytest.mark.parametrize('how', ['http_502', 2200, 10500])
def test_after_an_error_inside_the_service_the_next_try_says_that_it_may_be_a_repeat(make, robot, how):
    loop = make()
    robot.misbehave(how)
    run_id = loop.finished_run()
    loop.run_through(8)
    assert job_of(loop, run_id)['state'] == 'success'
    assert ['可能是重复消息' in message.text for message in robot.messages] == [True]


def test_the_bot_is_sent_to_no_faster_than_it_allows_in_a_second_and_in_a_minute(make, robot, monkeypatch):
    robot.per_minute = 6
    monkeypatch.setattr(FeishuRobot, 'pace', (6, 61.0))
    loop = make()
    for _ in range(8):
        loop.finished_run()
    lane, sent = loop.context.channels.lane('ops'), []
    for seconds in (0, 1, 59, 1):
        loop.clock.move(seconds=seconds)
        loop.sender.work(lane)
        sent.append(len(robot.messages))
    assert sent == [4, 6, 6, 8] and {call.outcome for call in robot.calls} == {'accepted'}


def test_what_is_due_at_a_full_hour_comes_within_seconds_after_it(make, robot):
    loop = make()
    run_id = loop.finished_run()
    clock = loop.clock
    clock.time = clock.time.replace(hour=9, minute=30, second=0, microsecond=0)
    loop.sender.work(loop.context.channels.lane('ops'))
    job = job_of(loop, run_id)
    assert robot.calls == [] and clock.now() < job['due_at'] <= clock.now() + timedelta(seconds=FeishuRobot.rush)
    clock.move(seconds=FeishuRobot.rush)
    loop.sender.work(loop.context.channels.lane('ops'))
    assert len(robot.messages) == 1
