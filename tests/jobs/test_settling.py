"""What an attempt's outcome makes of a job: retry is a table over every Reason."""

import pytest

from scan_notify_plugin.errors import Reason
from scan_notify_plugin.faults import quoted
from scan_notify_plugin.jobs import making, steps
from scan_notify_plugin.jobs.job import Attempt, PartState, State
from tests.jobs.samples import (  # fmt: skip
    ACCEPTED,
    KEYED,
    KEYLESS,
    START,
    VANISHED,
    at,
    changed,
    failed,
    make_job,
    posted,
    sent,
    settle,
)

#: reason: is the same part sent to the same target again?
AGAIN = {
    Reason.UNREACHABLE: True,
    Reason.UNKNOWN: True,
    Reason.BUSY: True,
    Reason.THROTTLED: True,
    Reason.QUOTA: False,
    Reason.CONFIG: False,
    Reason.CONTENT: False,
    Reason.TOO_LONG: False,
    Reason.REFUSED: True,
    Reason.GONE: False,
}


def test_every_reason_is_in_the_table():
    assert set(AGAIN) == set(Reason)


@pytest.mark.parametrize('reason', sorted(Reason, key=str), ids=lambda reason: reason.value)
def test_retry_is_a_table_over_the_reason(reason):
    job = make_job()
    after = sent(job.with_part(0, withheld=job.parts[0].content), failed(reason))
    if AGAIN[reason]:
        assert (after.state, after.at, after.parts[0].state) == ('pending', 0, 'ready')
        assert after.parts[0].key == 'key0'
    else:
        assert (after.state, after.at, after.parts) == ('pending', 1, ())
        assert after.error == 'ops: {} 7 their words'.format(reason.value)
    assert after.attempts[-1] == Attempt(START, 'ops', 0, reason.value, (quoted('their words'),), attempt='a1', code=7)


@pytest.mark.parametrize('reason', sorted(Reason, key=str), ids=lambda reason: reason.value)
def test_at_the_last_target_a_final_refusal_is_an_error_that_people_see(reason):
    job = make_job(route=['ops'])
    after = sent(job.with_part(0, withheld=job.parts[0].content), failed(reason))
    assert after.state == ('pending' if AGAIN[reason] else 'error')
    if not AGAIN[reason]:
        assert after.error == '{} 7 their words'.format(reason.value)


def test_a_receipt_is_the_end_of_a_part_and_the_last_one_of_the_job():
    job = sent(make_job(2), ACCEPTED, 1)
    assert (job.state, job.parts[0].state, job.parts[1].state) == ('pending', 'done', 'ready')
    assert job.parts[0].receipt == ACCEPTED.receipt
    job = sent(job, ACCEPTED, 2, index=1, attempt='a2')
    assert (job.state, job.error) == ('success', '')
    assert [line.result for line in job.attempts] == ['accepted', 'accepted']
    assert [line.part for line in job.attempts] == [0, 1]


def test_retries_are_quick_at_first_then_ever_slower():
    job, delays = make_job(), []
    for number in range(12):
        before = job.due_at
        job = sent(job, failed(Reason.BUSY), (before - START).total_seconds(), attempt=str(number))
        delays.append((job.due_at - before).total_seconds())
    assert delays == [1, 2, 5, 30, 60, 120, 240, 480, 900, 900, 900, 900]


def test_success_of_one_part_lets_the_next_begin_quickly_again():
    job = make_job(2)
    for number in range(5):
        job = sent(job, failed(Reason.BUSY), attempt=str(number))
    job = sent(job, ACCEPTED)
    assert (job.tries, job.starts) == (0, 0)


def test_being_told_to_wait_is_no_attempt():
    job = sent(make_job(tries=4), failed(Reason.THROTTLED, retry_after=600), 5)
    assert (job.tries, job.due_at, job.state, job.starts) == (4, START, 'pending', 0)
    assert job.attempts[-1].result == 'throttled'


# Codes that nobody knows.


@pytest.mark.parametrize('policy', [KEYED, KEYLESS])
def test_a_refusal_for_no_known_reason_is_tried_for_half_an_hour_and_ends_in_the_words_of_the_service(policy):
    job, tried = make_job(route=['ops']), [0]
    while True:
        job = sent(job, failed(Reason.REFUSED), tried[-1], attempt=str(len(tried)), policy=policy)
        if job.state != 'pending':
            break
        assert (job.parts[0].key, job.parts[0].content) == ('key0', {'text': 'hello'})
        tried.append((job.due_at - START).total_seconds())
    assert tried == [0, 1, 3, 8, 308, 608, 908, 1208, 1508, 1808]
    assert (job.state, job.error) == ('error', 'refused 7 their words')


def test_then_the_next_target_is_told_and_not_as_a_repeat():
    job = make_job()
    for number in range(10):
        job = sent(job, failed(Reason.REFUSED), number, attempt=str(number))
    assert (job.at, job.repeat) == (1, False)


def test_other_troubles_between_do_not_count_as_refusals():
    job = make_job(route=['ops'])
    for number in range(15):
        job = sent(job, failed(Reason.REFUSED if number % 2 else Reason.BUSY), number, attempt=str(number))
    assert job.state == 'pending'


# Moderation.


def test_moderation_is_answered_once_with_the_withheld_text_under_another_key():
    job = sent(make_job(2), failed(Reason.CONTENT), 5)
    part = job.parts[0]
    assert (part.content, part.key, part.state) == ({'text': 'withheld'}, 'key0-w', 'ready')
    assert (job.state, job.at, job.due_at) == ('pending', 0, START)
    assert job.parts[1].content == {'text': 'hello'}
    job = sent(job, failed(Reason.CONTENT), 6, attempt='a2')
    assert (job.at, job.lane, job.parts) == (1, 'lane-night', ())


def test_the_withheld_text_is_a_success_like_any_other():
    job = sent(sent(make_job(), failed(Reason.CONTENT)), ACCEPTED, attempt='a2')
    assert job.state == 'success'


# Late receipts: a receipt is a fact.


def lost(job, **fields):
    """A job whose worker posted part 0 and went silent, and what others made of it since."""
    return posted(job).evolve(**fields)


#: (sentence, the job meanwhile, its state once the receipt is recorded)
LATE = [
    ('it comes over a doubt', lost(make_job(), state=State.UNCERTAIN, faults=(quoted('not known'),)), 'success'),
    ('it comes over an error', lost(make_job(), state=State.ERROR, faults=(quoted('worker died 3 times'),)), 'success'),
    (
        'it comes over a doubt, with more to send',
        lost(make_job(2), state=State.UNCERTAIN, faults=(quoted('not known'),)),
        'pending',
    ),
    (
        'it comes over an error, with more to send',
        lost(make_job(2), state=State.ERROR, faults=(quoted('x'),)),
        'pending',
    ),
    ('a person has cancelled the job', lost(make_job(2), state=State.CANCELLED), 'cancelled'),
    ('a person has cancelled the job, nothing is left', lost(make_job(), state=State.CANCELLED), 'cancelled'),
    ('a person holds the job', lost(make_job(2), state=State.HELD), 'held'),
    ('a person holds the job, nothing is left', lost(make_job(), state=State.HELD), 'success'),
    ('the part is being tried again', posted(lost(make_job()), attempt='a2', seconds=9), 'success'),
]


@pytest.mark.parametrize('sentence, job, state', LATE, ids=[row[0] for row in LATE])
def test_a_late_receipt_counts_when(sentence, job, state):
    after = settle(job, ACCEPTED, 100)
    assert after.state == state
    assert (after.parts[0].state, after.parts[0].receipt) == ('done', ACCEPTED.receipt)
    if state in ('success', 'pending'):
        assert after.error == ''
    assert after.attempts[-1].result == 'accepted'


def test_a_late_receipt_of_a_doubt_lets_the_rest_go_on_at_once():
    job = lost(make_job(2), state=State.UNCERTAIN, due_at=at(5000))
    assert settle(job, ACCEPTED, 100).due_at == at(100)


#: (sentence, the job meanwhile)
GONE = [
    ('the part was rendered anew', make_job().evolve(parts=(making.new_part('other', {'text': 'x'}, {'text': 'x'}),))),
    ('the part is the withheld one now', make_job().with_part(0, key='key0-w')),
    ('the job is not rendered at all now', make_job(0)),
    ('the part has its receipt already', make_job().with_part(0, state=PartState.DONE)),
]


@pytest.mark.parametrize('sentence, job', GONE, ids=[row[0] for row in GONE])
def test_a_late_receipt_stays_in_the_history_alone_when(sentence, job):
    after = settle(job, ACCEPTED, 100)
    assert changed(job, after) == {'attempts'}
    assert after.attempts[-1].attempt == 'a1'


#: (sentence, the job meanwhile)
STALE = [
    ('another attempt is under way', posted(make_job(), attempt='a2')),
    ('the part is waiting to be tried again', make_job().with_part(0, attempt='a1')),
    ('the part is done', posted(make_job()).with_part(0, state=PartState.DONE)),
    ('the job was given up', lost(make_job(), state=State.ERROR)),
    ('the job was cancelled', lost(make_job(), state=State.CANCELLED)),
    ('the job was rendered anew', make_job(0)),
]


@pytest.mark.parametrize('sentence, job', STALE, ids=[row[0] for row in STALE])
def test_a_late_failure_says_nothing_new_when(sentence, job):
    assert settle(job, failed(Reason.CONFIG), 100) == job


def test_a_failure_of_a_held_job_counts():
    job = lost(make_job(), state=State.HELD)
    after = settle(job, failed(Reason.BUSY), 5)
    assert (after.state, after.parts[0].state, after.tries) == ('held', 'ready', 1)


def test_what_was_read_is_not_written_into():
    job = posted(make_job(2))
    before = repr(job)
    for outcome in [ACCEPTED, VANISHED] + [failed(reason) for reason in Reason]:
        for policy in (KEYED, KEYLESS, KEYLESS._replace(resend_uncertain=True)):
            settle(job, outcome, 5, policy=policy)
            steps.next_step(job, at(5), policy)
    assert repr(job) == before


def test_a_part_that_some_people_have_is_sent_again_to_the_others_alone():
    rest = {'left': ['b@x.y'], 'text': 'shorter'}
    job = make_job().with_part(0, content={'text': 'hello', 'way': 'mail'}, withheld={'text': 'withheld'})
    for reason in (Reason.BUSY, Reason.THROTTLED, Reason.REFUSED, Reason.UNREACHABLE):
        (part,) = sent(job, failed(reason, rest=rest)).parts
        assert (part.state, part.key, part.doubt_at) == ('ready', 'key0', None)
        assert part.content == {'text': 'shorter', 'way': 'mail', 'left': ['b@x.y']}
        assert part.withheld == rest


def test_a_doubt_about_the_others_is_a_doubt_of_the_part():
    after = sent(make_job(route=['ops']), failed(Reason.UNKNOWN, rest={'left': ['b@x.y']}), policy=KEYLESS)
    assert after.state == 'uncertain' and after.parts[0].content['left'] == ['b@x.y']


def test_what_is_refused_for_good_goes_on_whole():
    after = sent(make_job(), failed(Reason.CONFIG, rest={'left': ['b@x.y']}))
    assert (after.at, after.parts) == (1, ())
