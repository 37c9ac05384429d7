"""Lanes: one holder at a time, given back with the time of their next use, and a memory of what was sent."""

from datetime import datetime, timedelta, timezone

import mongomock
import pytest

from scan_notify_plugin.jobs.lanes import COLLECTION, LEASE, LaneStore, Lease

START = datetime(2030, 5, 17, 12, tzinfo=timezone.utc)
LANE = 'channel:5f2c'


def at(seconds):
    return START + timedelta(seconds=seconds)


@pytest.fixture
def db():
    return mongomock.MongoClient(tz_aware=True)['arl']


@pytest.fixture
def lanes(db):
    return LaneStore(db)


def test_a_lane_that_nobody_ever_used_can_be_taken(lanes):
    lease = lanes.take(LANE, START)
    assert (lease.lane, lease.until, lease.sent, lease.cool_until) == (LANE, START + LEASE, [], None)


def test_a_lane_has_one_holder(lanes):
    assert lanes.take(LANE, START)
    assert lanes.take(LANE, START) is None
    assert lanes.take(LANE, at(59.9)) is None


def test_lanes_are_independent(lanes):
    assert lanes.take(LANE, START)
    assert lanes.take('tick', START)


def test_every_take_has_a_claim_of_its_own(lanes):
    first = lanes.take(LANE, START)
    second = lanes.take(LANE, at(60))
    assert first.claim and second.claim and first.claim != second.claim


def test_a_lane_whose_holder_died_is_free_after_the_lease(lanes):
    first = lanes.take(LANE, START)
    second = lanes.take(LANE, at(60))
    assert second is not None
    assert lanes.hold(first, at(61), []) is None


def test_a_holder_who_renews_keeps_it(lanes):
    lease = lanes.take(LANE, START)
    lease = lanes.hold(lease, at(50), [at(50)])
    assert lease.until == at(110)
    assert lanes.take(LANE, at(100)) is None
    lease = lanes.hold(lease, at(100), [at(50), at(100)])
    assert lease.sent == [at(50), at(100)]


def test_a_holder_who_is_late_keeps_it_if_nobody_wanted_it(lanes):
    lease = lanes.take(LANE, START)
    assert lanes.hold(lease, at(500), []).until == at(560)


def test_what_was_sent_is_known_to_the_next_holder(lanes):
    lease = lanes.hold(lanes.take(LANE, START), at(1), [at(1)])
    lanes.give_back(lease, at(2))
    assert lanes.take(LANE, at(2)).sent == [at(1)]


def test_a_lane_is_given_back_with_the_time_of_its_next_use(lanes):
    lanes.give_back(lanes.take(LANE, START), at(600), cool_until=at(600))
    assert lanes.take(LANE, at(599)) is None
    lease = lanes.take(LANE, at(600))
    assert lease.cool_until == at(600)
    lanes.give_back(lease, at(601))
    assert lanes.take(LANE, at(601)).cool_until is None


def test_a_lane_that_was_lost_is_not_given_back(lanes):
    lost = lanes.take(LANE, START)
    holder = lanes.take(LANE, at(60))
    lanes.give_back(lost, at(61))
    assert lanes.take(LANE, at(62)) is None
    assert lanes.hold(holder, at(62), []) is not None


def test_a_lane_that_was_given_back_cannot_be_held(lanes):
    lease = lanes.take(LANE, START)
    lanes.give_back(lease, START)
    assert lanes.hold(lease, at(1), []) is None


def test_all_lanes_can_be_looked_at(lanes, db):
    lanes.take('tick', START)
    lanes.take(LANE, START)
    assert [lane.id for lane in lanes.all()] == [LANE, 'tick']
    assert db[COLLECTION].count_documents({}) == 2


@pytest.mark.parametrize('odd', [None, 'x', 5, ['x', None], {'a': 1}])
def test_a_lane_with_odd_values_is_a_lane_without_them(db, lanes, odd):
    db[COLLECTION].insert_one({'_id': LANE, 'claim': None, 'free_at': START, 'sent': odd, 'cool_until': odd})
    assert [(lane.sent, lane.cool_until) for lane in lanes.all()] == [((), None)]
    lease = lanes.take(LANE, START)
    assert (lease.sent, lease.cool_until) == ([], None)


class Steps:
    """A worker's clock; tests let time pass, and set it."""

    def __init__(self):
        self.passed, self.set, self.forward = 0.0, 0.0, 0.0

    def now(self):
        return at(self.passed + self.set)

    def monotonic(self):
        return self.passed

    def grace(self, patience=None):
        return timedelta(seconds=self.forward)

    def step(self, seconds):
        self.set += seconds
        self.forward += max(0.0, seconds)


HOURS = 8 * 3600.0
STEPS = [-HOURS, -90.0, -20.0, 20.0, 90.0, HOURS]


class Worker:
    def __init__(self, db, clock=None):
        self.clock = clock or Steps()
        self.lanes = LaneStore(db, self.clock)

    def take(self):
        return self.lanes.take(LANE, self.clock.now())


@pytest.fixture
def workers(db):
    """Two with one clock: MongoDB's."""
    first = Worker(db)
    return first, Worker(db, first.clock)


def until_taken(worker, others=lambda: None, most=120):
    """Seconds until a worker that tries every five gets the lane."""
    begun = worker.clock.passed
    while worker.take() is None:
        worker.clock.passed += 5
        others()
        assert worker.clock.passed - begun <= most, 'never'
    return worker.clock.passed - begun


@pytest.mark.parametrize('step', STEPS)
def test_after_a_step_of_the_clock_a_dead_workers_lane_is_free_within_90_seconds(workers, step):
    dead, other = workers
    assert dead.take()
    dead.clock.step(step)
    assert until_taken(other) <= 90


@pytest.mark.parametrize('step', STEPS)
def test_after_a_step_of_the_clock_a_living_workers_lane_stays_its_own(workers, step):
    living, other = workers
    lease = living.take()
    living.clock.passed += 3
    living.clock.step(step)
    for _ in range(60):
        assert other.take() is None
        living.clock.passed += 5
        living.lanes.renew(living.clock.now())
    assert living.lanes.hold(lease, living.clock.now(), []) is not None


@pytest.mark.parametrize('step', STEPS)
def test_after_a_step_of_the_clock_a_rest_lasts_as_long_as_it_was_meant_to_or_ends_early(workers, step):
    first, other = workers
    lease = first.take()
    first.lanes.give_back(
        lease, first.clock.now() + timedelta(seconds=40), cool_until=first.clock.now() + timedelta(seconds=40)
    )
    first.clock.step(step)
    assert until_taken(other) <= 40 + (20 if step < 0 else 0)


def test_a_clock_that_is_set_back_and_forth_stops_nothing(workers):
    first, other = workers
    for step in (HOURS, -HOURS, -HOURS, HOURS, 3.0, -3.0):
        lease = None
        for worker in workers:
            if lease is None:
                lease = worker.take()
                holder = worker
        assert lease is not None
        first.clock.step(step)
        holder.lanes.give_back(lease, first.clock.now())
        assert until_taken(other) == 0
        other.lanes.give_back(lease_of(other), first.clock.now())


def lease_of(worker):
    """What a worker holds, as a lease."""
    return Lease(LANE, worker.lanes._held[LANE], worker.clock.now(), [])


def test_a_worker_whose_clock_is_hours_ahead_cannot_keep_a_lane_from_others_by_dying(db):
    ahead, right = Worker(db), Worker(db)
    ahead.clock.set = HOURS
    assert ahead.take()
    assert until_taken(right) <= 90


@pytest.mark.parametrize('step', [-HOURS, -90.0, 90.0, HOURS])
def test_what_was_sent_is_remembered_by_the_own_clock_over_a_step(workers, step):
    worker, _ = workers
    lease = worker.take()
    lease = worker.lanes.hold(lease, worker.clock.now(), [worker.clock.now()])
    worker.clock.passed += 10
    worker.clock.step(step)
    worker.lanes.give_back(lease, worker.clock.now())
    (sent,) = worker.take().sent
    assert sent == worker.clock.now() - timedelta(seconds=10)


def test_what_another_worker_sent_later_than_now_counts_as_sent_now(workers):
    worker, other = workers
    lease = worker.lanes.hold(worker.take(), worker.clock.now(), [worker.clock.now()])
    worker.clock.step(-HOURS)
    worker.lanes.give_back(lease, worker.clock.now())
    assert other.take().sent == [worker.clock.now()]


ODD = [None, '', 'soon', 5, float('nan'), [], {}, {'a': 1}, True, START + timedelta(days=365 * 100)]


@pytest.mark.parametrize('field', ['claim', 'free_at', 'rested_at', 'cool_until', 'sent', 'hung', 'beat', 'ticked'])
@pytest.mark.parametrize('value', ODD, ids=repr)
def test_an_odd_lane_is_used_all_the_same_and_is_in_order_then(db, field, value):
    sound = {'_id': LANE, 'claim': None, 'free_at': START, 'rested_at': START, 'cool_until': None, 'sent': [START]}
    db[COLLECTION].insert_one(dict(sound, **{field: value}))
    worker = Worker(db)
    worker.clock.passed += 1
    assert until_taken(worker, most=600) <= 90
    lease = lease_of(worker)
    assert worker.lanes.hold(lease, worker.clock.now(), [worker.clock.now()]) is not None
    worker.lanes.give_back(lease, worker.clock.now(), ticked=True)
    assert worker.take().sent == [worker.clock.now()]


@pytest.mark.parametrize('sent', [[None, START], ['x'], [[START]], {'0': START}, 'now'], ids=repr)
def test_of_an_odd_memory_the_times_are_kept(db, sent):
    db[COLLECTION].insert_one({'_id': LANE, 'claim': None, 'free_at': START, 'sent': sent})
    assert Worker(db).take().sent in ([START], [])


class Lossy:
    """A collection that does what it is told and loses the answer, as often as it is told to; or has lost the
    question.
    """

    def __init__(self, collection):
        self._collection, self.lose, self.hears = collection, 0, True

    def __getattr__(self, name):
        def call(*args, **kwargs):
            found = getattr(self._collection, name)(*args, **kwargs) if self.hears or not self.lose else None
            if self.lose:
                self.lose -= 1
                raise OSError('the answer is lost')
            return found

        return call


@pytest.fixture
def lossy(db, workers):
    worker, _ = workers
    worker.lanes._lanes = Lossy(db[COLLECTION])
    return worker


def test_a_lane_whose_take_had_no_answer_is_ours_at_the_next_try(lossy):
    lossy.lanes._lanes.lose = 1
    with pytest.raises(OSError):
        lossy.take()
    assert lossy.take() is not None


@pytest.mark.parametrize('step', STEPS)
def test_a_take_that_never_arrived_does_not_keep_the_lane_from_whoever_asks_again(lossy, step):
    lossy.lanes.give_back(lossy.take(), lossy.clock.now())
    lossy.clock.step(step)  # set back: the lane is free only hours from now
    lossy.lanes._lanes.lose, lossy.lanes._lanes.hears = 1, False
    with pytest.raises(OSError):
        lossy.take()
    assert until_taken(lossy) <= 5


def test_a_lane_whose_return_had_no_answer_is_nobodys(lossy, workers):
    lease = lossy.take()
    lossy.lanes._lanes.lose = 1
    with pytest.raises(OSError):
        lossy.lanes.give_back(lease, lossy.clock.now())
    lossy.lanes.renew(lossy.clock.now() + timedelta(seconds=50))
    assert workers[1].take() is not None


def test_of_a_lane_that_was_given_back_nothing_is_held(workers):
    worker, _ = workers
    for _ in range(3):
        worker.lanes.give_back(worker.take(), worker.clock.now())
    lanes = worker.lanes
    assert (lanes._held, lanes._left, lanes._seen, lanes._refused) == ({}, {}, {}, {})
