"""What one odd job, one silent plugin and one gateway must not do to others."""

from datetime import timedelta

import pytest

from hookspecs import hookimpl
from scan_notify_plugin.jobs.job import VERSION
from scan_notify_plugin.notifiers.base import Notifier
from scan_notify_plugin.testing.script import Answer
from scan_notify_plugin.testing.wxwork_robot import WxWorkRobotServer
from tests.loop import Loop, told
from tests.worker.test_loop import Point

JOBS = 'scan_notify_job'


def test_a_job_of_a_newer_release_does_not_have_its_lane_visited_again_and_again(robot, server):
    loop = Loop(told(robot, server.base_url))
    loop.finished_run()
    (job,) = loop.db[JOBS].find({'kind': 'notify'})
    loop.db[JOBS].update_one({'_id': job['_id']}, {'$set': {'v': VERSION + 1}})
    assert loop.sender.work(job['lane']) is None
    assert robot.calls == []


@pytest.mark.parametrize('odd', [{'give_up_after': 1 << 52}, {'due_at': None}])
def test_an_odd_job_that_was_decided_about_in_the_future_stops_no_tick(robot, server, odd):
    loop = Loop(told(robot, server.base_url))
    loop.finished_run()
    later = loop.clock.now() + timedelta(days=1)
    loop.db[JOBS].update_many({}, {'$set': dict({'decided_at': later, 'due_at': later, 'waits': True}, **odd)})
    run_id = loop.finished_run()
    loop.run_through()
    assert loop.run(run_id)['push_status'] == 'success'


class Forgetful(Notifier):
    """Knows its credential at first."""

    channel = 'forgetful'
    knows = True

    @hookimpl
    def on_run_complete(self, run):
        return []

    def credential(self, target):
        if not self.knows:
            raise OSError('the key ring is locked')
        return super().credential(target) + target.name

    def send(self, part, target):
        raise AssertionError


def test_a_plugin_that_cannot_name_its_robot_any_more_leaves_it_the_one_that_it_was():
    """Two lanes for one robot would send twice as fast as it allows, and no key would be trusted."""
    plugin = Forgetful()
    loop = Loop(
        {'SCAN_NOTIFY': {'TARGETS': {'a': {'CHANNEL': 'forgetful'}, 'b': {'CHANNEL': 'forgetful'}}}},
        [Point('forgetful', plugin)],
    )
    before = loop.context.channels.lane('a')
    plugin.knows = False
    loop.context.channels.renew()
    assert loop.context.channels.lane('a') == before != loop.context.channels.lane('b')


def test_a_gateway_that_fails_after_each_message_fills_no_group_for_a_day():
    with WxWorkRobotServer(hold_seconds=0.2) as server:
        robot, lead = server.add_robot(), server.add_robot()
        targets = {
            name: {'CHANNEL': 'wxwork', 'WEBHOOK_URL': one.webhook_url}
            for name, one in (('ops', robot), ('lead', lead))
        }
        targets['ops']['FALLBACK'] = 'lead'
        defaults = {'NOTIFY_ENABLE': True, 'NOTIFY_CHANNEL': ['ops']}
        loop = Loop({'SCAN_NOTIFY': {'DEFAULTS': defaults, 'TARGETS': targets}})
        run_id = loop.finished_run()
        robot.misbehave(Answer(502), times=None, after=True)
        loop.run_through(60, 61)
        assert loop.run(run_id)['push_status'] == 'success'
        assert len(robot.messages) == 10 and all('可能是重复消息' in message.text for message in robot.messages[1:])
        assert len(lead.messages) == 1 and '可能是重复消息' in lead.messages[0].text


@pytest.mark.parametrize('fallback, state, told_to', [(None, 'error', 0), ('lead', 'success', 1)])
def test_a_target_that_was_renamed_while_messages_waited_is_named_as_what_is_gone(server, fallback, state, told_to):
    robot, lead = server.add_robot(), server.add_robot()

    def sections(name):
        options = {'FALLBACK': fallback} if fallback else {}
        targets = {'lead': {'CHANNEL': 'dingding', 'ACCESS_TOKEN': lead.token, 'API_BASE': server.base_url}}
        made = told(robot, server.base_url, options=options, targets=targets)['SCAN_NOTIFY']
        made['TARGETS'][name] = made['TARGETS'].pop('ops')
        made['DEFAULTS']['NOTIFY_CHANNEL'] = [name]
        return {'SCAN_NOTIFY': made}

    before = Loop(sections('ops'))
    run_id = before.finished_run()
    after = Loop(sections('crew'), db=before.db, clock=before.clock)
    after.run_through()
    (job,) = after.jobs(run_id)
    assert (job['state'], len(lead.messages), robot.messages) == (state, told_to, [])
    assert job['error'] == ('' if fallback else 'target ops is no longer in the configuration')


def test_a_robot_whose_credential_was_changed_gets_no_more_than_its_pace_while_messages_wait(server):
    """A second lane for the same messages would send twice as fast."""
    old, new = server.add_robot(), server.add_robot()
    before = Loop(told(old, server.base_url))
    for _ in range(25):
        before.finished_run()
    after = Loop(told(new, server.base_url), db=before.db, clock=before.clock)
    for _ in range(50):
        after.tick(1, 1)
        after.work()
    assert (len(old.calls), len(new.calls)) == (0, 18)
    assert {job['lane'] for job in after.db[JOBS].find({'state': 'pending'})} == {after.context.channels.lane('ops')}
