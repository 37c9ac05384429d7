"""How long a job waits, also when clocks are set."""

from datetime import timedelta

import pytest

from scan_notify_plugin.errors import Reason
from scan_notify_plugin.jobs import steps, waiting
from scan_notify_plugin.jobs.steps import Do, Step
from tests.jobs.samples import HOURS_24, KEYED, START, at, failed, make_job, new_job, posted, sent, want


@pytest.mark.parametrize('tries, retry_after, seconds', [
    (1, None, 1), (3, None, 5), (4, None, 30), (9, None, 900), (10, None, 900), (5000, None, 900),
    (1, 60, 60), (1, 0.5, 1), (4, 30, 30), (1, 0, 1),
])  # fmt: skip
def test_a_service_may_ask_for_more_time_and_never_for_less(tries, retry_after, seconds):
    assert waiting.retry_delay(tries, retry_after) == timedelta(seconds=seconds)


@pytest.mark.parametrize('minute, second', [(0, 0), (30, 0), (0, 7), (59, 59), (29, 59), (15, 0), (0, 20)])
def test_what_becomes_due_at_full_and_half_hours_is_spread_over_the_seconds_after_them(minute, second):
    now = START.replace(minute=minute, second=second, microsecond=0)
    waits = [waiting.rush_wait(str(number), now, 20.0).total_seconds() for number in range(200)]
    past = minute % 30 * 60 + second
    assert max(waits) <= max(0.0, 20.0 - past) and waits == [waiting.rush_wait(str(number), now, 20.0).total_seconds()
                                                              for number in range(200)]  # fmt: skip
    assert (sum(1 for wait in waits if wait > 0) > 60) == (past < 10)
    assert {waiting.rush_wait(str(number), now, 0.0) for number in range(9)} == {timedelta(0)}


def test_a_job_that_has_waited_for_the_rush_waits_no_more():
    now = START.replace(minute=30, second=0, microsecond=0)
    assert waiting.rush_wait('x', now + waiting.rush_wait('x', now, 20.0), 20.0) <= timedelta(microseconds=1)


# Clocks that are set.


def test_a_clock_that_was_set_ahead_gives_nobody_up():
    job = sent(make_job(), failed(Reason.BUSY), 0)
    late = job.give_up_at
    assert steps.next_step(job, late, KEYED._replace(grace=timedelta(hours=8))).do is Do.POST
    assert steps.next_step(job, late, KEYED).do is Do.CHANGE


@pytest.mark.parametrize('back', [60, 3600, 8 * 3600])
def test_what_was_decided_in_the_future_is_due_now(back):
    job = sent(make_job(tries=8), failed(Reason.BUSY), 0)
    now = at(-back)
    assert (job.due_at, job.decided_at) == (at(900), START)
    job = waiting.set_back(job, now)
    assert (job.due_at, job.decided_at, job.give_up_at) == (now, now, now + HOURS_24)
    assert steps.next_step(job, now, KEYED) == Step(Do.POST, 0)


def test_a_message_that_waits_for_a_report_waits_no_longer_than_before():
    job = new_job(want(waits=at(600)))
    assert waiting.set_back(job, at(-3600)).due_at == at(-3000)


@pytest.mark.parametrize('job', [sent(make_job(), failed(Reason.UNKNOWN), 0), posted(make_job())])
def test_a_doubt_of_unknown_age_is_not_tried_again_under_its_key(job):
    now = at(-3600)
    job = waiting.set_back(job, now)
    job = steps.next_step(job, now, KEYED).after
    assert (job.at, job.repeat) == (1, True)


def test_a_doubt_from_the_future_has_no_known_age():
    job = sent(make_job(), failed(Reason.UNKNOWN), 0)
    assert waiting.may_repeat(job.parts[0], at(-5), KEYED)
    assert not waiting.may_repeat(job.parts[0], at(-6), KEYED)


def test_the_pace_never_waits_for_times_from_the_future():
    assert waiting.pace_wait([at(3600)], START, 1, 61.0) == timedelta(seconds=61)


# Pace.


#: (sentence, seconds at which was sent, now, seconds to wait)
PACE = [
    ('an unused lane', [], 0, 0),
    ('room for one more', [0], 1, 0),
    ('full within the span', [0, 1, 2], 10, 51),
    ('the oldest is just out of the span', [0, 1, 2], 61, 0),
    ('the oldest is nearly out of the span', [0, 1, 2], 60.5, 0.5),
    ('only the newest count', [-500, -400, 0, 1, 2], 10, 51),
    ('a long rest', [0, 1, 2], 9999, 0),
]


@pytest.mark.parametrize('sentence, sent_at, now, wait', PACE, ids=[row[0] for row in PACE])
def test_of_three_in_61_seconds(sentence, sent_at, now, wait):
    assert waiting.pace_wait([at(one) for one in sent_at], at(now), 3, 61.0) == timedelta(seconds=wait)


def test_a_lane_that_obeys_never_sends_more_than_its_pace():
    sent_at, now = [], START
    for _ in range(50):
        now += waiting.pace_wait(sent_at, now, 18, 61.0)
        sent_at.append(now)
        now += timedelta(milliseconds=100)
    for index in range(len(sent_at) - 18):
        assert sent_at[index + 18] - sent_at[index] >= timedelta(seconds=61)
    assert sent_at[17] - sent_at[0] < timedelta(seconds=2)
