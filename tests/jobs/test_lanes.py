"""Lanes: one holder at a time, given back with the time of their next use, and a memory of what was sent."""

from datetime import datetime, timedelta, timezone

import mongomock
import pytest

from scan_notify_plugin.jobs.lanes import COLLECTION, LEASE, LaneStore

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
    assert [lane['_id'] for lane in lanes.all()] == [LANE, 'tick']
    assert db[COLLECTION].count_documents({}) == 2


@pytest.mark.parametrize('odd', [None, 'x', 5, ['x', None], {'a': 1}])
def test_a_lane_with_odd_values_is_a_lane_without_them(db, lanes, odd):
    db[COLLECTION].insert_one({'_id': LANE, 'claim': None, 'free_at': START, 'sent': odd, 'cool_until': odd})
    assert [(lane['sent'], lane['cool_until']) for lane in lanes.all()] == [([], None)]
    lease = lanes.take(LANE, START)
    assert (lease.sent, lease.cool_until) == ([], None)
