"""What a person makes of a job."""

from datetime import timedelta

import pytest

from scan_notify_plugin.errors import Reason
from scan_notify_plugin.faults import Fault, quoted
from scan_notify_plugin.jobs import folding, settling, steering, steps
from scan_notify_plugin.jobs.job import Job, PartState, Receipt, Settled, State
from scan_notify_plugin.jobs.outcomes import Outcome
from scan_notify_plugin.jobs.steering import Refused
from scan_notify_plugin.jobs.steps import Do, Step
from scan_notify_plugin.jobs.views import standing
from scan_notify_plugin.records import read_record, to_document
from scan_notify_plugin.runs.rules import new_run
from tests.jobs.samples import ACCEPTED, KEYED, KEYLESS, START, at, attempt_to, make_job, new_job, want


def export_job(**fields):
    return new_job(want(kind='export', subject='excel')).evolve(**fields)


def posting(job, index=0, seconds=0):
    return settling.posting(job, index, 'a1', at(seconds))


def uncertain(parts=1):
    """The first part was sent and nobody knows; there is no key."""
    job = posting(make_job(parts, route=['ops']))
    outcome = Outcome(reason=Reason.UNKNOWN, faults=(quoted('cut'),))
    return settling.settled(job, 0, 'key0', 'a1', outcome, at(1), KEYLESS)


def states(job):
    return [part.state for part in job.parts]


# Hold and release.


def test_a_held_job_does_nothing_and_a_released_one_goes_on_with_the_time_it_had_left():
    job = make_job()
    held = steering.held(job, at(60))
    assert steps.next_step(held, at(7200), KEYED).do is Do.NOTHING
    freed = steering.let_go(held, at(60) + timedelta(hours=30))
    assert freed.give_up_at == job.give_up_at + timedelta(hours=30)
    assert steps.next_step(freed, at(60) + timedelta(hours=30), KEYED).do is Do.POST


def test_a_released_message_waits_for_its_reports_as_long_as_it_would_have():
    job = make_job(waits=True, due_at=at(600))
    held = steering.held(job, at(60))
    assert steering.let_go(held, at(7260)).due_at == at(7800)
    assert steering.let_go(held.evolve(waits=False), at(7260)).due_at == held.due_at


def test_what_was_on_its_way_when_it_was_held_is_recorded_and_the_next_part_waits():
    job = posting(make_job(2))
    held = steering.held(job, at(1))
    after = settling.settled(held, 0, 'key0', 'a1', ACCEPTED, at(2), KEYED)
    assert (after.state, states(after)) == ('held', ['done', 'ready'])
    assert steps.next_step(after, at(3), KEYED).do is Do.NOTHING


def test_a_held_export_is_told_to_stop_and_that_counts_as_no_death():
    job = export_job(starts=1, attempt='a')
    held = steering.held(job, at(1))
    assert (held.attempt, held.starts) == (None, 0)
    assert steering.held(export_job(), at(1)) == export_job(state=State.HELD, held_at=at(1))


@pytest.mark.parametrize('state', ['held', 'success', 'error', 'uncertain', 'cancelled'])
def test_only_a_pending_job_can_be_held(state):
    with pytest.raises(Refused, match='it is {} already'.format(state)):
        steering.held(make_job(state=State(state)), START)


@pytest.mark.parametrize('state', ['pending', 'success', 'error', 'uncertain', 'cancelled'])
def test_only_a_held_job_can_be_released(state):
    with pytest.raises(Refused, match='it is {}, not held'.format(state)):
        steering.let_go(make_job(state=State(state)), START)


# Cancel.


def test_an_open_job_can_be_cancelled_and_says_by_whom():
    for job in (make_job(), make_job(state=State.HELD), export_job(attempt='a')):
        after = steering.cancelled(job, 'web:ann', at(1))
        assert (after.state, after.error) == ('cancelled', 'cancelled by web:ann')


@pytest.mark.parametrize('state', ['success', 'error', 'uncertain', 'cancelled'])
def test_a_job_that_is_through_cannot_be_cancelled(state):
    with pytest.raises(Refused, match='it is {} already'.format(state)):
        steering.cancelled(make_job(state=State(state)), 'web:ann', START)


def test_a_request_on_its_way_is_not_called_back():
    job = posting(make_job())
    with pytest.raises(Refused, match='on its way'):
        steering.cancelled(job, 'web:ann', at(59))


def test_a_request_of_a_worker_that_is_gone_can_be_cancelled_and_the_doubt_is_said():
    job = posting(make_job(2))
    after = steering.cancelled(job, 'web:ann', at(60))
    assert after.error == 'cancelled by web:ann; it is not known whether part 1 arrived'
    late = settling.settled(after, 0, 'key0', 'a1', ACCEPTED, at(61), KEYED)
    assert (late.state, states(late)) == ('cancelled', ['done', 'ready'])


@pytest.mark.parametrize(
    'part, in_doubt',
    [
        ({'state': PartState.READY}, False),
        ({'state': PartState.READY, 'doubt_at': START}, True),
        ({'state': PartState.POSTED, 'receipt': Receipt('r', final=False)}, True),
        ({'state': PartState.DONE, 'doubt_at': START}, False),
        ({'state': PartState.FAILED, 'doubt_at': START}, False),
    ],
)
def test_a_cancelled_job_says_what_may_have_arrived(part, in_doubt):
    job = make_job(2).with_part(1, **part)
    said = '; it is not known whether part 2 arrived' if in_doubt else ''
    assert steering.cancelled(job, 'web:ann', at(99)).error == 'cancelled by web:ann' + said


# Settle.


@pytest.mark.parametrize('state', ['pending', 'held', 'success', 'error', 'cancelled'])
@pytest.mark.parametrize('delivered', [True, False])
def test_only_a_job_in_doubt_can_be_settled(state, delivered):
    with pytest.raises(Refused, match='it is {}, not uncertain'.format(state)):
        steering.settled_by(make_job(state=State(state)), 'web:ann', delivered, START)


def test_what_a_person_has_seen_is_a_receipt():
    job = uncertain()
    after = steering.settled_by(job, 'web:ann', True, at(99))
    assert (after.state, after.error, states(after)) == ('success', '', ['done'])
    assert after.parts[0].receipt.note == Fault('job.settled-by', by='web:ann')
    assert after.settled == Settled('web:ann', at(99), True)


def test_the_parts_after_one_that_was_seen_go_on_however_late():
    job = uncertain(2)
    late = START + timedelta(days=3)
    after = steering.settled_by(job, 'web:ann', True, late)
    assert (after.state, states(after)) == ('pending', ['done', 'ready'])
    assert steps.next_step(after, late, KEYLESS) == Step(Do.POST, 1)


def test_one_that_is_not_there_is_an_error_and_a_late_receipt_still_counts():
    job = uncertain()
    after = steering.settled_by(job, 'web:ann', False, at(99))
    assert (after.state, after.error) == ('error', 'settled as not delivered by web:ann')
    late = settling.settled(after, 0, 'key0', 'a1', ACCEPTED, at(100), KEYLESS)
    assert (late.state, late.error) == ('success', '')


def test_a_part_that_the_service_never_spoke_of_is_settled_too_and_one_that_failed_stays_failed():
    job = make_job(2, state=State.UNCERTAIN).with_part(0, state=PartState.POSTED, posting_at=START)
    job = job.with_part(1, state=PartState.FAILED, faults=(quoted('content 1: no'),))
    after = steering.settled_by(job, 'web:ann', True, at(99))
    assert (after.state, after.error, states(after)) == ('error', 'content 1: no', ['done', 'failed'])


# Again.


def run_of(*plan):
    return new_run('64f0', 'nightly', 'recurrent_scan', 7, START, '64f0:7').evolve(plan=plan)


def jobs_of(run, *states_, **fields):
    return [new_job(one).evolve(state=State(state), **fields) for one, state in zip(run.plan, states_)]


def test_a_resend_is_a_plan_entry_that_takes_the_place_of_what_was_before():
    run = run_of(want(id='64f0:7/complete/ops'))
    (again,) = steering.resend_plan(run, jobs_of(run, 'error'), ['ops'], [], 'web:ann', None)
    assert (again.id, again.kind, again.subject, again.by) == ('64f0:7/resend-1/ops', 'notify', 'ops', 'web:ann')
    assert again.replaces == ('64f0:7/complete/ops',) and again.repeat is False
    job = new_job(again)
    assert job.replaces == again.replaces and job.state == 'pending'


def test_a_test_message_sent_again_is_for_its_target_alone_too():
    for run, alone in ((run_of(), False), (run_of().evolve(test=True), True)):
        (again,) = steering.resend_plan(run, [], ['ops'], [], 'b', None)
        assert again.alone is alone


def test_no_id_is_used_twice():
    run = run_of(want(id='64f0:7/complete/ops'), want(id='64f0:7/resend-9/ops'), want(id='64f0:7/resend-10/ops'))
    (again,) = steering.resend_plan(run, jobs_of(run, 'error', 'error', 'cancelled'), ['ops'], [], 'b', None)
    assert again.id == '64f0:7/resend-11/ops'
    assert len(again.replaces) == 3


def test_messages_wait_for_the_reports_of_the_same_resend():
    made = steering.resend_plan(run_of(), [], ['ops'], ['excel'], 'b', at(600))
    assert [(one.id, one.kind, one.waits) for one in made] == [
        ('64f0:7/resend-1/export-excel', 'export', None), ('64f0:7/resend-1/ops', 'notify', at(600)),
    ]  # fmt: skip


@pytest.mark.parametrize('state', ['pending', 'held'])
def test_what_is_not_through_is_not_sent_beside_itself(state):
    run = run_of(want(id='64f0:7/complete/ops'))
    with pytest.raises(Refused, match='64f0:7/complete/ops is not through'):
        steering.resend_plan(run, jobs_of(run, state), ['ops'], [], 'b', None)
    assert steering.resend_plan(run, jobs_of(run, state), ['other'], [], 'b', None)


def test_what_no_tick_has_made_a_job_of_is_not_through_either():
    with pytest.raises(Refused, match='not through'):
        steering.resend_plan(run_of(want(id='64f0:7/complete/ops')), [], ['ops'], [], 'b', None)


@pytest.mark.parametrize('words, job, repeat', [
    ('delivered', make_job(state=State.SUCCESS), True),
    ('in doubt', uncertain(), True),
    ('cancelled when its worker had died', posting(make_job(state=State.CANCELLED)), True),
    ('refused outright', make_job(state=State.ERROR), False),
    ('a doubt of an earlier target', make_job(state=State.ERROR, at=1, attempts=(attempt_to('ops', 'unknown'),)), True),
    ('a first page that arrived',
     make_job(state=State.ERROR, attempts=(attempt_to('ops', 'accepted'), attempt_to('ops', 'config'))), True),
    ('seen not to be there', uncertain().evolve(state=State.ERROR, settled=Settled('b', START, False)), False),
])  # fmt: skip
def test_a_message_that_people_may_have_is_sent_again_as_a_possible_repeat(words, job, repeat):
    assert steering.may_have_arrived(job) is repeat


# What counts.


def job(identity, state, *replaces):
    return make_job(id=identity, state=State(state), replaces=replaces)


def of_an_older_release(job):
    document = to_document(job)
    del document['replaces']
    return read_record(Job, document)


@pytest.mark.parametrize('words, jobs, push', [
    ('a success takes the place of an error', [job('1', 'error'), job('2', 'success', '1')], 'success'),
    ('and an error that of a success', [job('1', 'success'), job('2', 'error', '1')], 'error'),
    ('a cancelled resend changes nothing', [job('1', 'error'), job('2', 'cancelled', '1')], 'error'),
    ('the last that was not cancelled counts',
     [job('1', 'error'), job('2', 'success', '1'), job('3', 'cancelled', '1', '2')], 'success'),
    ('of another target nothing is replaced', [job('1', 'error'), job('2', 'success')], 'error'),
    ('while it goes on it is pending', [job('1', 'error'), job('2', 'held', '1')], 'pending'),
    ('jobs of an older release replace nothing', [of_an_older_release(job('1', 'error'))], 'error'),
])  # fmt: skip
def test_the_later_outcome_is_the_runs(words, jobs, push):
    assert folding.fold(standing(jobs))[1] == push
