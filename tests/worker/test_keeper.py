"""Due lanes are begun, held ones kept, and what fails in one of these stops none of the others."""

from datetime import timedelta

import pytest

from scan_notify_plugin.deadline import wait_for
from scan_notify_plugin.testing.dingtalk_robot import DingTalkRobotServer
from scan_notify_plugin.worker import keeper as keeper_module
from scan_notify_plugin.worker.bell import Bell
from scan_notify_plugin.worker.crew import Crew
from scan_notify_plugin.worker.hung import Hung
from scan_notify_plugin.worker.keeper import Keeper
from tests.loop import Loop, told

SOON = 30


class Started(Crew):
    """A crew that only notes what it was to begin."""

    def __init__(self):
        super().__init__(lambda lane: iter(()))
        self.started = []

    def start(self, lane):
        self.started.append(lane)


class World:
    def __init__(self, loop):
        self.loop, self.crew = loop, Started()
        self.hung = Hung(loop.context, 'box-1')
        self.bell = Bell(lambda lane: None, self.crew.start)
        self.keeper = Keeper(loop.context, self.crew, self.hung, self.bell)

    def renewal(self):
        """The next look is one that renews."""
        self.keeper._renewed_at -= keeper_module.RENEW
        self.keeper.look()


@pytest.fixture
def server():
    with DingTalkRobotServer() as running:
        yield running


@pytest.fixture
def world(server):
    loop = Loop(told(server.add_robot(), server.base_url))
    loop.finished_run()
    return World(loop)


def lane_of(world):
    return world.loop.context.channels.lane('ops')


def test_a_lane_that_is_due_is_begun_at_each_look(world):
    world.keeper.look()
    world.keeper.look()
    assert world.crew.started == [lane_of(world)] * 2


def test_a_lane_that_somebody_else_has_is_left_alone_for_a_moment(world):
    lanes, now = world.loop.context.lanes, world.loop.clock.now()
    other = Loop({'SCAN_NOTIFY': {}}, db=world.loop.db, clock=world.loop.clock).context.lanes
    assert other.take(lane_of(world), now)
    assert lanes.take(lane_of(world), now) is None
    world.keeper.look()
    assert world.crew.started == []
    world.loop.clock.move(seconds=keeper_module.REFUSED)
    world.keeper.look()
    assert world.crew.started == [lane_of(world)]


def test_what_is_held_is_renewed(world):
    lanes, clock = world.loop.context.lanes, world.loop.clock
    assert lanes.take('tick', clock.now())
    for _ in range(5):
        clock.move(seconds=30)
        world.renewal()
    (lane,) = [one for one in lanes.all() if one.id == 'tick']
    assert lane.free_at == clock.now() + timedelta(seconds=60)


@pytest.mark.parametrize('part', ['hung', 'bell'])
def test_what_fails_at_a_renewal_stops_no_lane(world, part):
    def fail(*args):
        raise ValueError('a fault of ours')

    setattr(world.keeper, '_' + part, type('Broken', (), {'keep': fail, 'probe': fail})())
    with pytest.raises(ValueError):
        world.renewal()
    world.keeper.look()
    assert world.crew.started == [lane_of(world)]


def test_a_lane_is_begun_when_its_next_job_is_due(world):
    world.keeper.ended('channel:a', 0.01)
    assert wait_for(lambda: world.crew.started == ['channel:a'], SOON)


@pytest.mark.parametrize('again', [None, 0.0, keeper_module.SOON + 1])
def test_other_lanes_are_left_to_the_looks(world, again, monkeypatch):
    set_up = []
    monkeypatch.setattr(keeper_module, 'later', lambda seconds, ring: set_up.append(seconds))
    world.keeper.ended('channel:a', again)
    assert set_up == []


def test_a_job_of_a_newer_release_makes_nobody_busy(world):
    """It is due, and not ours to do: a visit that finds nothing must not call for the next one at once."""
    world.loop.db['scan_notify_job'].update_many({}, {'$set': {'v': 99}})
    assert not world.loop.sender.work(lane_of(world))
    world.keeper.look()
    assert world.crew.started == []
