"""A message that may or may not have arrived."""

import pytest

from scan_notify_plugin.errors import Reason
from scan_notify_plugin.jobs import settling, steps
from scan_notify_plugin.jobs.outcomes import Outcome
from scan_notify_plugin.jobs.steps import Do, Step
from tests.jobs.samples import (  # fmt: skip
    ACCEPTED,
    AGAIN_AFTER_7,
    KEYED,
    KEYLESS,
    START,
    VANISHED,
    at,
    failed,
    make_job,
    posted,
    sent,
    settle,
)


def test_with_a_key_a_doubt_is_sent_again_under_the_same_key():
    job = sent(make_job(), failed(Reason.UNKNOWN), 30)
    part = job.parts[0]
    assert (part.state, part.key, part.doubt_at) == ('ready', 'key0', at(30))
    assert (job.state, job.due_at) == ('pending', at(31))
    assert steps.next_step(job, at(31), KEYED) == Step(Do.POST, 0)


def test_the_trust_in_a_key_counts_from_the_first_doubt():
    job = sent(make_job(), failed(Reason.UNKNOWN), 0)
    job = sent(job, failed(Reason.UNKNOWN), 500, attempt='a2')
    assert job.parts[0].doubt_at == at(0)
    assert sent(job, failed(Reason.UNKNOWN), 599, attempt='a3').at == 0
    assert sent(job, failed(Reason.UNKNOWN), 600, attempt='a3').at == 1


def test_the_doubt_counts_from_the_request_and_not_from_the_time_out():
    posting = posted(make_job(), seconds=10)
    assert settle(posting, failed(Reason.UNKNOWN), 30).parts[0].doubt_at == at(10)


def test_without_a_key_a_doubt_is_shown_at_once_and_not_sent_again():
    job = sent(make_job(route=['ops']), failed(Reason.UNKNOWN), policy=KEYLESS)
    assert (job.state, job.error) == ('uncertain', 'it is not known whether part 1 arrived')
    assert steps.next_step(job, at(9999), KEYLESS).do is Do.NOTHING


@pytest.mark.parametrize('reason', [Reason.UNREACHABLE, Reason.BUSY, Reason.THROTTLED], ids=lambda one: one.value)
def test_without_a_key_what_was_certainly_not_taken_is_sent_again(reason):
    job = sent(make_job(), failed(reason), policy=KEYLESS)
    assert (job.state, job.parts[0].doubt_at) == ('pending', None)


@pytest.mark.parametrize(
    'reason', [Reason.CONFIG, Reason.QUOTA, Reason.CONTENT, Reason.TOO_LONG], ids=lambda one: one.value
)
def test_a_refusal_after_a_doubt_leaves_the_doubt(reason):
    job = sent(make_job(route=['ops']), failed(Reason.UNKNOWN), 0)
    job = sent(job, failed(reason), 5, attempt='a2')
    assert job.state == 'uncertain'
    assert job.parts[0].content == {'text': 'hello'}


def test_while_a_key_is_trusted_it_is_tried_at_least_every_minute():
    job, second, tried = make_job(route=['ops']), 0, []
    while job.state == 'pending' and len(tried) < 99:
        step = steps.next_step(job, at(second), KEYED)
        if step.do is Do.CHANGE:
            job = step.after
            continue
        tried.append(second)
        job = sent(job, failed(Reason.UNKNOWN), second, attempt=str(second))
        second = (job.due_at - START).total_seconds()
    assert job.state == 'uncertain'
    assert tried[:6] == [0, 1, 3, 8, 38, 98] and tried[-1] > 530
    assert max(later - sooner for sooner, later in zip(tried, tried[1:])) == 60


# Services without a key that are asked again all the same.


def test_a_part_may_be_sent_again_saying_that_it_may_be_a_repeat():
    job = sent(make_job(2, route=['ops']), failed(Reason.UNKNOWN), policy=AGAIN_AFTER_7)
    part = job.parts[0]
    assert (job.state, job.due_at, part.repeat, part.doubt_at, part.key) == ('pending', at(1), True, START, 'key0')
    assert job.attempts[-1].text == 'their words; sent again as a possible repeat'
    assert steps.next_step(job, at(4000), AGAIN_AFTER_7) == Step(Do.POST, 0)
    job = sent(job, failed(Reason.UNREACHABLE), 5, attempt='a2', policy=AGAIN_AFTER_7)
    job = sent(job, ACCEPTED, 9, attempt='a3', policy=AGAIN_AFTER_7)
    assert (job.parts[0].state, job.parts[1].repeat) == ('done', False)


@pytest.mark.parametrize('outcome', [Outcome(reason=Reason.UNKNOWN, code=8), Outcome(reason=Reason.UNKNOWN), VANISHED])
def test_any_other_doubt_of_it_stays_one(outcome):
    assert sent(make_job(route=['ops']), outcome, policy=AGAIN_AFTER_7).state == 'uncertain'
    job = sent(make_job(route=['ops']), failed(Reason.UNKNOWN), policy=AGAIN_AFTER_7)
    assert sent(job, outcome, 5, attempt='a2', policy=AGAIN_AFTER_7).state == 'uncertain'


def test_a_service_that_takes_each_repeat_and_says_so_of_none_gets_them_for_half_an_hour():
    job, time = make_job(route=['ops', 'night']), 0
    for number in range(settling.MOST_REPEATS):
        job = sent(job, failed(Reason.UNKNOWN), time, attempt='a{}'.format(number), policy=AGAIN_AFTER_7)
        assert (job.at, job.parts[0].repeat) == (0, True)
        time = (job.due_at - START).total_seconds()
    assert 1800 <= time <= 1900
    job = sent(job, failed(Reason.UNKNOWN), time, attempt='last', policy=AGAIN_AFTER_7)
    assert (job.at, job.repeat, job.parts) == (1, True, ())
