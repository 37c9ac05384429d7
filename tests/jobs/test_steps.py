"""What is done with a job next."""

import pytest

from scan_notify_plugin.errors import Reason
from scan_notify_plugin.faults import quoted
from scan_notify_plugin.jobs import settling, steps
from scan_notify_plugin.jobs.job import PartState, State
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
    attempt_to,
    failed,
    make_job,
    posted,
    sent,
)


def in_doubt(seconds=0):
    return make_job().with_part(0, doubt_at=at(seconds))


def half_done():
    return make_job(3).with_part(0, state=PartState.DONE)


#: (sentence, job, seconds, policy, what is done, which part)
STEPS = [
    ('a rendered job is sent', make_job(), 0, KEYED, Do.POST, 0),
    ('the parts are sent in order', half_done(), 0, KEYED, Do.POST, 1),
    ('a job that is not due yet waits', make_job(due_at=at(10)), 9, KEYED, Do.NOTHING, -1),
    ('a job that has become due is sent', make_job(due_at=at(10)), 10, KEYED, Do.POST, 0),
    ('a held job waits', make_job(state=State.HELD), 0, KEYED, Do.NOTHING, -1),
    ('a job that is through stays as it is', make_job(state=State.SUCCESS), 0, KEYED, Do.NOTHING, -1),
    ('a cancelled job stays as it is', make_job(state=State.CANCELLED), 0, KEYED, Do.NOTHING, -1),
    ('an uncertain job waits for a person', make_job(state=State.UNCERTAIN), 0, KEYED, Do.NOTHING, -1),
    ('a doubt younger than the trust in the key is sent again', in_doubt(), 599, KEYED, Do.POST, 0),
    ('a doubt as old as the trust in the key is not', in_doubt(), 600, KEYED, Do.CHANGE, 0),
    ('without a key a doubt is never sent again', in_doubt(), 1, KEYLESS, Do.CHANGE, 0),
    ('a part whose worker never came back is dealt with', posted(make_job()), 5, KEYED, Do.CHANGE, 0),
    ('a job that is out of time goes on', make_job(attempts=(attempt_to('ops'),)), 24 * 3600, KEYED, Do.CHANGE, -1),
    ('a job that is out of time and was never tried is tried', make_job(), 24 * 3600, KEYED, Do.POST, 0),
    ('a job that is out of time and was never rendered is rendered', make_job(0), 24 * 3600, KEYED, Do.RENDER, -1),
    ('a job that is nearly out of time is tried', make_job(), 24 * 3600 - 1, KEYED, Do.POST, 0),
]


@pytest.mark.parametrize('sentence, job, seconds, policy, do, index', STEPS, ids=[row[0] for row in STEPS])
def test_of_the_next_step(sentence, job, seconds, policy, do, index):
    step = steps.next_step(job, at(seconds), policy)
    assert (step.do, step.index) == (do, index)


# A robot that is another one by now.


def test_a_job_goes_to_the_lane_of_the_robot_as_it_is_now():
    job = make_job(lane='lane-old')
    step = steps.next_step(job, START, KEYED)
    assert step == Step(Do.CHANGE, -1, job.evolve(lane='lane-ops'))
    assert steps.next_step(step.after, START, KEYED) == Step(Do.POST, 0)


@pytest.mark.parametrize('job', [sent(make_job(lane='old'), failed(Reason.UNKNOWN)), posted(make_job(lane='old'))])
def test_the_new_robot_does_not_know_the_keys_of_the_old_one(job):
    job = steps.next_step(job, at(2), KEYED).after
    assert job.lane == 'lane-ops'
    job = steps.next_step(job, at(2), KEYED).after
    assert (job.at, job.repeat) == (1, True)


# Dead workers.


def test_the_mark_is_all_that_a_dead_worker_leaves_behind():
    job = posted(make_job(), attempt='a1', seconds=3)
    part = job.parts[0]
    assert (part.state, part.attempt, part.posting_at, job.starts) == ('posting', 'a1', at(3), 1)


def test_a_worker_that_died_is_the_same_doubt_as_a_cut_connection():
    job = posted(make_job(), seconds=10)
    after = steps.next_step(job, at(30), KEYED).after
    assert (after.state, after.parts[0].state, after.parts[0].doubt_at) == ('pending', 'ready', at(10))
    assert (after.starts, after.tries) == (1, 1)
    assert after.attempts[-1].text == 'the worker died while it sent'
    assert steps.next_step(job, at(30), KEYLESS).after.at == 1


def test_a_job_that_killed_three_workers_is_itself_the_suspect_and_may_be_there():
    job = make_job(route=['ops'])
    for number in (1, 2):
        job = sent(job, VANISHED, number, attempt=str(number))
        assert job.state == 'pending'
    job = sent(job, VANISHED, 3, attempt='3')
    assert (job.state, job.error) == ('uncertain', 'it is not known whether part 1 arrived')


@pytest.mark.parametrize('policy', [KEYED, AGAIN_AFTER_7])
def test_a_worker_that_is_told_to_stop_is_none_that_died(policy):
    job, stopped = make_job(route=['ops']), Outcome(
        reason=Reason.UNKNOWN, faults=(quoted('the worker was told to stop'),)
    )
    for number in range(5):
        job = sent(job, stopped, number, attempt=str(number), policy=policy)
        if policy is not KEYED:
            assert job.state == 'uncertain'
            return
        assert (job.state, job.starts) == ('pending', 0)
    job = settling.settled(posted(job, seconds=9), 0, 'key0', 'a1', ACCEPTED, at(10), KEYED)
    assert job.state == 'success'


def test_an_outcome_between_two_deaths_clears_the_suspicion():
    job = make_job()
    for number, outcome in enumerate([VANISHED, VANISHED, failed(Reason.BUSY), VANISHED, VANISHED]):
        job = sent(job, outcome, number, attempt=str(number))
    assert (job.state, job.starts) == ('pending', 2)


# A target that is stopped.

STOPPED = KEYED._replace(stopped=(quoted('stopped by ann'),), resend_uncertain=True)


@pytest.mark.parametrize('job, error', [
    (make_job(), 'ops: stopped by ann'),
    (make_job(0), 'ops: stopped by ann'),
    (half_done(), 'ops: stopped by ann'),
    (in_doubt(), 'ops: it is not known whether part 1 arrived'),
    (make_job().with_part(0, state=PartState.POSTED, posting_at=START), 'ops: it is not known whether part 1 arrived'),
])  # fmt: skip
def test_nothing_is_asked_of_a_stopped_target(job, error):
    step = steps.next_step(job, at(1), STOPPED)
    assert (step.do, step.after.at, step.after.error, step.after.due_at) == (Do.CHANGE, 1, error, at(1))
    assert step.after.repeat is error.startswith('ops: it is not known')


def test_what_was_under_way_when_its_worker_died_is_a_doubt_first():
    job = steps.next_step(posted(make_job()), at(5), STOPPED).after
    assert (job.at, job.parts[0].doubt_at) == (0, START)
    job = steps.next_step(job, job.due_at, STOPPED).after
    assert (job.at, job.repeat) == (1, True)


def test_one_that_is_held_or_not_due_waits_all_the_same():
    assert steps.next_step(make_job(state=State.HELD), START, STOPPED).do is Do.NOTHING
    assert steps.next_step(make_job(due_at=at(10)), START, STOPPED).do is Do.NOTHING
