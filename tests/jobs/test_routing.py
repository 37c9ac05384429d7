"""Where a message goes when its target cannot have it."""

import pytest

from scan_notify_plugin.errors import Reason
from scan_notify_plugin.jobs import routing, settling, steps
from scan_notify_plugin.jobs.job import Receipt
from scan_notify_plugin.jobs.outcomes import Outcome
from tests.jobs.samples import (  # fmt: skip
    ACCEPTED,
    HOURS_24,
    KEYED,
    KEYLESS,
    START,
    at,
    attempt_to,
    changed,
    failed,
    make_job,
    rendered,
    sent,
)


def test_giving_up_and_going_to_the_next_target_are_one_update():
    job = sent(make_job(tries=7, starts=1), failed(Reason.CONFIG), 60)
    assert (job.at, job.lane, job.parts, job.tries, job.starts) == (1, 'lane-night', (), 0, 0)
    assert (job.state, job.due_at, job.give_up_at) == ('pending', at(60), at(60) + HOURS_24)
    assert job.error == 'ops: config 7 their words'


def test_every_target_of_the_route_has_the_same_time():
    attempts = tuple(attempt_to(name) for name in ('ops', 'night', 'last'))
    job = make_job(0, route=['ops', 'night', 'last'], attempts=attempts)
    for number in (1, 2):
        now = job.give_up_at
        step = steps.next_step(job, now, KEYED)
        job = step.after
        assert (job.at, job.give_up_at - now) == (number, HOURS_24)
    assert job.error == 'night: not delivered in time'
    job = steps.next_step(job, job.give_up_at, KEYED).after
    assert (job.state, job.error, job.at) == ('error', 'not delivered in time', 2)


def test_a_next_target_that_nobody_speaks_to_has_no_lane():
    job = make_job(route=['ops', 'gone'])
    assert routing.next_target(job, START, KEYED._replace(lanes=['lane-ops']), 'x').lane == ''
    assert routing.next_target(job, START, KEYED._replace(lanes=['lane-ops', '']), 'x').lane == ''


# Doubt.


def test_a_doubt_that_is_out_of_time_is_told_to_the_next_target_as_a_possible_repeat():
    job = sent(make_job(give_up_at=at(60)), failed(Reason.UNKNOWN), 0)
    job = steps.next_step(job, at(60), KEYED).after
    assert (job.state, job.at, job.lane, job.repeat, job.parts) == ('pending', 1, 'lane-night', True, ())
    assert job.error == 'ops: it is not known whether part 1 arrived'
    line = job.attempts[-1]
    assert (line.target, line.result) == ('ops', 'unknown')
    assert line.text == 'it is not known whether part 1 arrived; told to night as a possible repeat'


def doubted(**fields):
    """A job that is at its second target, as nobody knows whether the first has it."""
    job = sent(make_job(**fields), failed(Reason.UNKNOWN), policy=KEYLESS)
    assert (job.at, job.repeat) == (1, True)
    return rendered(job)


FINAL = [Reason.CONFIG, Reason.QUOTA, Reason.TOO_LONG, Reason.GONE]


@pytest.mark.parametrize('reason', FINAL, ids=lambda one: one.value)
def test_what_may_be_at_an_earlier_target_never_ends_in_error(reason):
    job = sent(doubted(), failed(reason), 5, attempt='a2')
    assert job.state == 'uncertain'
    words = 'ops: it is not known whether part 1 arrived; night: {} 7 their words'.format(reason.value)
    assert job.error == words
    assert routing.unserved(doubted(), at(9), KEYED, 'nobody speaks').state == 'uncertain'


def test_a_doubt_is_no_trouble_once_the_next_target_has_it():
    job = sent(doubted(), ACCEPTED, 5, attempt='a2')
    assert (job.state, job.error) == ('success', '')
    assert [line.result for line in job.attempts] == ['unknown', 'unknown', 'accepted']


def test_a_late_receipt_of_the_earlier_target_is_in_the_history():
    job = doubted()
    after = settling.settled(job, 0, 'key0-of-ops', 'a1', ACCEPTED, at(9), KEYED, at=0)
    assert changed(job, after) == {'attempts'}
    assert (after.attempts[-1].target, after.attempts[-1].result) == ('ops', 'accepted')


def test_on_uncertain_resend_it_is_rendered_anew_once_as_a_possible_repeat():
    policy = KEYLESS._replace(resend_uncertain=True)
    job = sent(make_job(2, tries=3), failed(Reason.UNKNOWN), 40, policy=policy)
    assert (job.state, job.parts, job.repeat, job.due_at) == ('pending', (), True, at(40))
    assert (job.tries, job.starts) == (0, 0)
    assert [line.text for line in job.attempts] == [
        'their words', 'it is not known whether part 1 arrived; told to ops as a possible repeat',
    ]  # fmt: skip
    job = sent(rendered(job), failed(Reason.UNKNOWN), 50, policy=policy, attempt='a2')
    assert (job.at, job.repeat) == (1, True)
    job = sent(rendered(job), failed(Reason.UNKNOWN), 60, policy=policy, attempt='a3')
    assert job.state == 'uncertain'


# A service that wants no more from its target.

GONE = failed(Reason.GONE)


def test_what_a_service_turns_away_for_good_goes_to_the_next_target_at_once():
    job = sent(make_job(2), GONE, 5)
    assert (job.state, job.at, job.repeat, job.parts, job.due_at) == ('pending', 1, False, (), at(5))
    assert job.error == 'ops: gone 7 their words'


def test_the_parts_for_other_people_go_there_no_more_than_the_one_that_was_turned_away():
    policy = KEYED._replace(independent=True)
    job = sent(sent(make_job(3), ACCEPTED, policy=policy), GONE, 5, index=1, attempt='a2', policy=policy)
    assert (job.at, job.repeat, job.parts) == (1, False, ())


@pytest.mark.parametrize('resend', [False, True])
def test_a_doubt_that_is_turned_away_is_told_on_as_a_possible_repeat_and_never_to_it_again(resend):
    policy = KEYED._replace(resend_uncertain=resend)
    job = sent(make_job(), failed(Reason.UNKNOWN), policy=policy)
    job = sent(job, GONE, 5, attempt='a2', policy=policy)
    assert (job.state, job.at, job.repeat) == ('pending', 1, True)
    assert job.attempts[-1].text == 'it is not known whether part 1 arrived; told to night as a possible repeat'


def test_a_part_that_may_be_there_is_a_doubt_when_the_next_is_turned_away():
    policy = KEYED._replace(resend_uncertain=True)
    job = sent(make_job(2, route=['ops']), Outcome(receipt=Receipt('r1', final=False)), policy=policy)
    job = sent(job, GONE, 5, index=1, attempt='a2', policy=policy)
    assert (job.state, job.error) == ('uncertain', 'it is not known whether part 1 arrived')
