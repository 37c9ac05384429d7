"""A service that takes a part and says later what came of it."""

from datetime import timedelta

import pytest

from scan_notify_plugin.errors import Reason
from scan_notify_plugin.faults import quoted
from scan_notify_plugin.jobs import settling, steps
from scan_notify_plugin.jobs.job import Receipt, State
from scan_notify_plugin.jobs.outcomes import Outcome
from scan_notify_plugin.jobs.steps import Do
from tests.jobs.samples import ACCEPTED, KEYED, at, make_job, posted, sent

LATER = Outcome(receipt=Receipt('task-1', final=False))
NOT_REACHED = Outcome(reason=Reason.CONTENT, faults=(quoted('not reached: u1, u2'),))


def taken(parts=1, **fields):
    """A job whose parts the service has all taken, at second 0."""
    job = make_job(parts, **fields)
    for index in range(parts):
        job = sent(job, LATER, index=index)
    return job


def check(job, outcome, seconds, index=0):
    return settling.checked(job, index, outcome, at(seconds), KEYED)


def step(job, seconds):
    return steps.next_step(job, at(seconds), KEYED)


def test_it_is_asked_a_little_later_and_not_before():
    job = taken()
    assert (job.state, job.parts[0].state) == ('pending', 'posted')
    assert [step(job, second).do for second in (0, 1, 2)] == [Do.NOTHING, Do.NOTHING, Do.CHECK]


def test_all_parts_are_sent_before_the_first_is_asked_about():
    job = sent(make_job(2), LATER)
    assert step(job, 0)[:2] == (Do.POST, 1)
    assert step(sent(job, LATER, index=1), 2)[:2] == (Do.CHECK, 0)


def test_a_final_answer_makes_the_delivery_a_success():
    job = check(taken(), ACCEPTED, 2)
    assert (job.state, job.parts[0].state) == ('success', 'done')
    assert job.attempts[-1].result == 'accepted'


def test_it_is_asked_ever_more_slowly_until_it_is_final():
    job, second, asked = taken(), 2, []
    for _ in range(9):
        job = check(job, LATER, second)
        asked.append((job.due_at - at(second)).total_seconds())
        second += asked[-1]
    assert asked == [3, 5, 10, 30, 60, 300, 300, 300, 300]
    assert check(job, ACCEPTED, second).state == 'success'


@pytest.mark.parametrize('reason', sorted(settling.RETRY | {Reason.GONE}, key=str))
def test_a_question_that_fails_is_asked_again_and_no_attempt(reason):
    job = taken()
    after = check(job, Outcome(reason=reason, faults=(quoted('?'),), retry_after=40), 2)
    assert (after.state, after.parts[0].state) == ('pending', 'posted')
    assert (after.due_at, after.attempts) == (at(42), job.attempts)


def test_whom_it_did_not_reach_is_on_record_and_the_next_target_is_told():
    job = check(taken(), NOT_REACHED, 2)
    assert (job.at, job.parts, job.state) == (1, (), 'pending')
    assert job.error == 'ops: content not reached: u1, u2'
    assert job.attempts[-1].text == 'not reached: u1, u2'


def test_without_another_target_it_ends_in_error():
    job = check(taken(route=['ops']), NOT_REACHED, 2)
    assert (job.state, job.error) == ('error', 'content not reached: u1, u2')
    assert job.parts[0].state == 'failed'


def test_one_that_failed_does_not_keep_the_others_from_being_asked_about():
    job = check(taken(3, route=['ops']), NOT_REACHED, 2)
    assert (job.state, [part.state for part in job.parts]) == ('pending', ['failed', 'posted', 'posted'])
    assert step(job, 2)[:2] == (Do.CHECK, 1)
    job = check(job, ACCEPTED, 3, index=1)
    assert job.state == 'pending'
    job = check(job, Outcome(reason=Reason.CONFIG, code=7, faults=(quoted('not reached: u9'),)), 4, index=2)
    assert (job.state, job.error) == ('error', 'content not reached: u1, u2; config 7 not reached: u9')


def test_a_failure_in_the_middle_is_not_forgotten_when_the_last_one_arrives():
    job = check(check(taken(2, route=['ops']), NOT_REACHED, 2), ACCEPTED, 3, index=1)
    assert (job.state, job.error) == ('error', 'content not reached: u1, u2')


def test_a_service_that_never_says_is_a_doubt():
    job = taken(route=['ops'])
    last = settling.CHECK_FOR.total_seconds()
    assert check(job, LATER, last - 1).state == 'pending'
    doubted = check(job, LATER, last)
    assert (doubted.state, doubted.error) == ('uncertain', 'the service never said what came of part 1')
    other = check(taken(), LATER, last)
    assert (other.state, other.at, other.repeat, other.parts) == ('pending', 1, True, ())


def test_a_clock_that_was_set_ahead_ends_no_asking():
    job = taken()
    policy = KEYED._replace(grace=timedelta(hours=8))
    assert settling.checked(job, 0, LATER, at(8 * 3600), policy).parts[0].state == 'posted'


@pytest.mark.parametrize('code', [400, 404, 500])
def test_an_http_status_is_that_of_the_question(code):
    job = taken()
    assert (
        check(job, Outcome(reason=Reason.CONFIG, code=code, faults=(quoted('not found'),)), 2).parts[0].state
        == 'posted'
    )


def test_a_delivery_that_was_taken_is_not_given_up_by_its_age():
    job = taken()
    late = job.give_up_at
    assert steps.next_step(job, late, KEYED).do is Do.CHECK


@pytest.mark.parametrize('state', [State.HELD, State.CANCELLED])
def test_a_person_who_stopped_it_meanwhile_is_obeyed(state):
    stopped = posted(make_job()).evolve(state=state)
    after = settling.settled(stopped, 0, 'key0', 'a1', LATER, at(1), KEYED)
    assert (after.state, after.parts[0].state) == (state, 'posted')
    if state is State.CANCELLED:
        assert settling.checked(after, 0, ACCEPTED, at(2), KEYED) == after


def test_an_answer_about_a_part_that_is_gone_says_nothing():
    for job in (make_job(), make_job(0)):
        assert settling.checked(job, 0, ACCEPTED, at(2), KEYED) == job


# Parts for people of their own.

INDEPENDENT = KEYED._replace(independent=True)
REFUSED = Outcome(reason=Reason.CONFIG, code='group.disbanded', faults=(quoted('no such group'),))


def refuse(job, index, policy=INDEPENDENT):
    return sent(job, REFUSED, index=index, policy=policy)


def test_one_that_is_refused_keeps_no_other_back():
    job = refuse(make_job(3, route=['ops']), 0)
    assert (job.state, [part.state for part in job.parts]) == ('pending', ['failed', 'ready', 'ready'])
    job = sent(sent(job, ACCEPTED, index=1), ACCEPTED, index=2)
    assert (job.state, job.error) == ('error', 'config group.disbanded no such group')
    assert [part.state for part in job.parts] == ['failed', 'done', 'done']


def test_all_that_are_refused_send_it_to_the_next_target():
    job = refuse(refuse(make_job(2), 0), 1)
    assert (job.state, job.at, job.parts) == ('pending', 1, ())


def test_in_other_channels_the_first_refusal_ends_it():
    job = refuse(make_job(3, route=['ops']), 0, KEYED)
    assert (job.state, [part.state for part in job.parts]) == ('error', ['ready', 'ready', 'ready'])


def test_what_is_in_doubt_is_not_taken_for_refused():
    job = sent(make_job(1, route=['ops']), Outcome(reason=Reason.UNKNOWN), policy=INDEPENDENT)
    assert refuse(job, 0).state == 'uncertain'


def test_one_that_is_in_doubt_keeps_no_other_back_either():
    keyless = INDEPENDENT._replace(idempotent=False)
    job = sent(make_job(3, route=['ops']), Outcome(reason=Reason.UNKNOWN), policy=keyless)
    assert (job.state, [part.state for part in job.parts]) == ('pending', ['uncertain', 'ready', 'ready'])
    job = refuse(sent(job, ACCEPTED, index=1, policy=keyless), 2, keyless)
    assert (job.state, [part.state for part in job.parts]) == ('uncertain', ['uncertain', 'done', 'failed'])
    assert job.error == 'it is not known whether part 1 arrived; config group.disbanded no such group'
    late = settling.settled(job, 0, 'key0', 'a1', ACCEPTED, at(9), keyless)
    after = late
    assert (after.state, after.parts[0].state) == ('error', 'done')


def test_then_the_next_target_is_told_as_a_possible_repeat():
    keyless = INDEPENDENT._replace(idempotent=False)
    job = sent(make_job(2), Outcome(reason=Reason.UNKNOWN), policy=keyless)
    job = sent(job, ACCEPTED, index=1, policy=keyless)
    assert (job.state, job.at, job.repeat, job.parts) == ('pending', 1, True, ())
