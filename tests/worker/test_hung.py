"""A lane in which a call hangs: kept, shown, passed on after a while, and given back when the call has come back."""

from datetime import timedelta

import pytest

from scan_notify_plugin.jobs.lane import Hanging
from scan_notify_plugin.testing.dingtalk_robot import DingTalkRobotServer
from scan_notify_plugin.worker.hung import PATIENCE, Hung
from tests.loop import Loop, told


@pytest.fixture
def server():
    with DingTalkRobotServer() as running:
        yield running


class World:
    """A worker with a hung lane, in which the job of a run waits; its target has a fallback."""

    def __init__(self, server, **more):
        backup = {'CHANNEL': 'dingding', 'ACCESS_TOKEN': server.add_robot().token, 'API_BASE': server.base_url}
        sections = told(server.add_robot(), server.base_url, options=more, targets={'backup': backup})
        self.loop = Loop(sections)
        self.run_id = self.loop.finished_run()
        self.context, self.clock = self.loop.context, self.loop.clock
        self.lane = self.context.channels.lane('ops')
        self.hung, self.rung = Hung(self.context, 'box-1'), []
        lease = self.context.lanes.take(self.lane, self.clock.now())
        self.since = self.clock.now()
        self.hung.add(lease, 'dingding.send', self.since)

    def keep(self, *hanging, **after):
        self.clock.move(**after)
        self.context.lanes.renew(self.clock.now())
        self.hung.keep(lambda: hanging, self.clock.now(), self.rung.append)

    @property
    def record(self):
        (found,) = [lane for lane in self.context.lanes.all() if lane.id == self.lane]
        return found

    @property
    def job(self):
        (found,) = [job for job in self.loop.jobs(self.run_id) if job['kind'] == 'notify']
        return found


@pytest.fixture
def world(server):
    return World(server, FALLBACK='backup')


def test_while_it_hangs_nobody_gets_the_lane_and_everybody_sees_why(world):
    for _ in range(5):
        world.keep(world.lane, seconds=30)
    assert world.record.hangs(world.clock.now()) == Hanging(world.since, 'dingding.send', 'box-1')
    other = Loop({'SCAN_NOTIFY': {}}, db=world.loop.db, clock=world.clock).context.lanes
    assert other.take(world.lane, world.clock.now()) is None
    assert world.job['route'][world.job['at']] == 'ops' and world.rung == []


def test_when_it_has_come_back_the_lane_is_given_back_and_rung(world):
    world.keep(seconds=30)
    assert (world.rung, world.record.hangs(world.clock.now())) == ([world.lane], None)
    assert world.context.lanes.take(world.lane, world.clock.now())
    world.keep(seconds=30)
    assert world.rung == [world.lane]


def test_a_lane_that_comes_while_others_are_looked_at_is_not_given_back(world):
    """It is in the list of those that hang from before it is told of."""
    hanging, lease = [world.lane], world.context.lanes.take('channel:late', world.clock.now())

    def ask():
        hanging.append('channel:late')
        world.hung.add(lease, 'mail.send', world.clock.now())
        return hanging[:1]  # as of before

    world.hung.keep(ask, world.clock.now(), world.rung.append)
    assert world.rung == []


def test_after_ten_minutes_its_jobs_go_to_the_fallback(world):
    world.keep(world.lane, seconds=PATIENCE - 1)
    assert world.job['route'][world.job['at']] == 'ops'
    world.keep(world.lane, seconds=1)
    job = world.job
    assert (job['route'][job['at']], job['lane'], job['state']) == (
        'backup',
        world.context.channels.lane('backup'),
        'pending',
    )
    world.loop.sender.work(job['lane'])
    assert world.job['state'] == 'success'


def test_a_job_that_comes_later_is_passed_on_at_the_next_look(world):
    world.keep(world.lane, seconds=PATIENCE)
    run_id = world.loop.finished_run()
    world.keep(world.lane, seconds=1)
    (job,) = world.loop.jobs(run_id)
    assert job['route'][job['at']] == 'backup'


def test_without_a_fallback_a_job_waits_until_it_is_given_up(server):
    world = World(server)
    world.keep(world.lane, seconds=PATIENCE + 60)
    assert world.job['state'] == 'pending'
    world.keep(world.lane, days=3)
    job = world.job
    assert job['state'] == 'error' and 'hangs in dingding.send since' in job['error']


def test_one_odd_job_keeps_no_other_from_being_passed_on(world, monkeypatch):
    second = world.loop.finished_run()
    policy, met = world.context.policy, []

    def odd(job):
        if not met:
            met.append(job.id)
            raise KeyError('nobody foresaw this')
        return policy(job)

    monkeypatch.setattr(world.context, 'policy', odd)
    world.keep(world.lane, seconds=PATIENCE)
    jobs = world.loop.jobs(world.run_id) + world.loop.jobs(second)
    assert [job['route'][job['at']] for job in jobs if job['_id'] not in met] == ['backup']


def test_a_lane_that_was_lost_is_let_go(world):
    world.clock.move(seconds=61)  # nobody renewed it: this machine slept
    other = Loop({'SCAN_NOTIFY': {}}, db=world.loop.db, clock=world.clock).context.lanes
    lease = other.take(world.lane, world.clock.now())
    assert lease
    world.keep(world.lane, seconds=1)
    assert world.rung == [world.lane] and other.hold(lease, world.clock.now(), []) is not None


def test_of_a_worker_that_was_killed_nothing_is_shown_when_its_lease_has_run_out(world):
    later = world.since + timedelta(seconds=61)
    assert world.record.hangs(later) is None
    other = Loop({'SCAN_NOTIFY': {}}, db=world.loop.db, clock=world.clock).context.lanes
    assert other.take(world.lane, later) and world.record.hung is None


def test_at_the_end_of_the_process_all_is_given_back(world):
    world.hung.leave(world.clock.now())
    assert (world.record.claim, world.record.hung) == (None, None)


def test_a_database_that_is_away_loses_no_lane(world, monkeypatch):
    def away(*args):
        raise OSError('no database')

    with monkeypatch.context() as patch:
        patch.setattr(world.context.lanes, 'hang', away)
        with pytest.raises(OSError):
            world.hung.keep(lambda: [world.lane], world.clock.now(), world.rung.append)
    world.keep(seconds=1)
    assert world.rung == [world.lane] and world.record.claim is None
