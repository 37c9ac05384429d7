"""What is done to runs and jobs, who did it, and what happens when two do it at once."""

import pytest

from scan_notify_plugin.admin.errors import Conflict, Invalid, NotFound
from scan_notify_plugin.admin.runs import Runs
from scan_notify_plugin.testing.embedded import embedded_database
from tests.admin.history import NOW, History, Meddled
from tests.loop import RUNS

JOBS = 'scan_notify_job'


@pytest.fixture
def past():
    return History(embedded_database())


@pytest.fixture
def runs(past):
    return Runs(past.desk)


def audited(past):
    lines, _ = past.desk.audit.listing()
    return [(line['by'], line['action'], line['what'], line['after']) for line in reversed(lines)]


def meddled(past, name, meddle):
    return Runs(past.desk._replace(db=Meddled(past.db, name, meddle)))


def state(past, job_id):
    return past.desk.jobs.get(job_id).state


def test_each_change_is_one_audit_line_and_a_refusal_none(past, runs):
    run_id = past.run()
    job_id = past.job(run_id)
    runs.hold(job_id, 'web:ann')
    runs.release(run_id, 'web:bob')
    runs.cancel(run_id, 'cli:root')
    runs.acknowledge(run_id, 'web:ann', 'known')
    for refused in (
        lambda: runs.hold(job_id, 'web:eve'),
        lambda: runs.release(run_id, 'web:eve'),
        lambda: runs.cancel('x', 'web:eve'),
        lambda: runs.settle(job_id, 'web:eve', True),
        lambda: runs.resend('x', 'web:eve'),
        lambda: runs.acknowledge('x', 'web:eve'),
    ):
        with pytest.raises((Conflict, NotFound)):
            refused()
    runs.resend(run_id, 'web:ann', ['ops'])
    assert audited(past) == [
        ('web:ann', 'hold', job_id, None),
        ('web:bob', 'release', run_id, {'jobs': [job_id]}),
        ('cli:root', 'cancel', run_id, {'jobs': [job_id]}),
        ('web:ann', 'acknowledge', run_id, 'known'),
        ('web:ann', 'resend', run_id, {'jobs': [run_id + '/resend-1/ops']}),
    ]


def test_of_a_run_what_can_be_changed_is_and_the_rest_is_named(past, runs):
    run_id = past.run(push_status='pending')
    waiting, through = past.job(run_id, 'ops'), past.job(run_id, 'team', 'success')
    going = past.job(run_id, 'night')
    past.db[JOBS].update_one({'_id': going}, {'$set': {'parts.0.state': 'posting', 'parts.0.posting_at': NOW}})
    done = runs.cancel(run_id, 'web:ann')
    assert done['changed'] == [waiting] and list(done['refused']) == [going]
    assert 'on its way' in done['refused'][going]
    assert [state(past, one) for one in (waiting, through, going)] == ['cancelled', 'success', 'pending']
    with pytest.raises(Conflict, match='on its way'):
        runs.cancel(going, 'web:ann')


def test_a_run_with_nothing_left_says_so(past, runs):
    run_id = past.run()
    past.job(run_id, state='success')
    with pytest.raises(Conflict, match='has no job that is held or pending'):
        runs.cancel(run_id, 'web:ann')
    with pytest.raises(Conflict, match='has no job that is held'):
        runs.release(run_id, 'web:ann')


def test_a_job_that_is_sent_while_it_is_cancelled_stays_sent(past):
    job_id = past.job(past.run())
    sent = {'$set': {'state': 'success'}, '$inc': {'rev': 1}}
    runs = meddled(past, JOBS, lambda: past.db[JOBS].update_one({'_id': job_id}, sent))
    with pytest.raises(Conflict, match='it is success already'):
        runs.cancel(job_id, 'web:ann')
    assert state(past, job_id) == 'success' and audited(past) == []


def test_a_change_meanwhile_that_does_not_matter_is_no_conflict(past):
    job_id = past.job(past.run())
    more = {'$set': {'tries': 3}, '$inc': {'rev': 1}}
    meddled(past, JOBS, lambda: past.db[JOBS].update_one({'_id': job_id}, more)).hold(job_id, 'web:ann')
    job = past.desk.jobs.get(job_id)
    assert (job.state, job.tries) == ('held', 3)


def test_two_who_settle_at_once_are_one_settlement(past, runs):
    run_id = past.run(push_status='uncertain')
    job_id = past.job(run_id, state='uncertain')
    second = meddled(past, JOBS, lambda: runs.settle(job_id, 'web:ann', True))
    with pytest.raises(Conflict, match='not uncertain'):
        second.settle(job_id, 'web:bob', False)
    assert [line[:3] for line in audited(past)] == [('web:ann', 'settle', job_id)]
    assert past.desk.runs.get(run_id).push_status == 'pending'


def test_two_who_resend_at_once_send_once(past, runs):
    run_id = past.run()
    past.job(run_id, state='success')
    second = meddled(past, RUNS, lambda: runs.resend(run_id, 'web:ann'))
    with pytest.raises(Conflict, match='resend-1/ops is not through'):
        second.resend(run_id, 'web:bob')
    assert [want.by for want in past.desk.runs.get(run_id).plan] == ['dingding', 'web:ann']


def test_two_who_resend_to_different_targets_both_do(past, runs):
    run_id = past.run()
    settings = past.desk.settings
    wider = past.desk._replace(settings=settings._replace(targets=dict(settings.targets, team=settings.targets['ops'])))
    meddle = Meddled(past.db, RUNS, lambda: runs.resend(run_id, 'web:ann', ['ops']))
    made = Runs(wider._replace(db=meddle)).resend(run_id, 'web:bob', ['team'])
    assert made == [run_id + '/resend-2/team']
    assert [want.id.rpartition('/')[2] for want in past.desk.runs.get(run_id).plan] == ['ops', 'team']


def test_a_run_that_is_removed_meanwhile_is_no_success(past):
    run_id = past.run()
    job_id = past.job(run_id, state='uncertain')
    for act, collection in (
        (lambda one: one.settle(job_id, 'web:ann', True), JOBS),
        (lambda one: one.hold(job_id, 'web:ann'), JOBS),
        (lambda one: one.resend(run_id, 'web:ann', ['ops']), RUNS),
        (lambda one: one.acknowledge(run_id, 'web:ann'), RUNS),
    ):
        documents = list(past.db[collection].find({}))
        gone = meddled(past, collection, lambda: past.db[collection].delete_many({}))
        with pytest.raises(NotFound):
            act(gone)
        past.db[collection].insert_many(documents)
    assert audited(past) == []


def test_the_first_acknowledgement_stays(past, runs):
    run_id = past.run()
    first = runs.acknowledge(run_id, 'web:ann', 'maintenance')
    past.clock.move(minutes=5)
    second = runs.acknowledge(run_id, 'web:bob', 'me too')
    assert first == {'by': 'web:ann', 'at': NOW, 'note': 'maintenance', 'already': False}
    assert second == dict(first, already=True)
    assert runs.listing()['items'][0]['acknowledged'] == {'by': 'web:ann', 'at': NOW, 'note': 'maintenance'}
    assert len(audited(past)) == 1
    with pytest.raises(Invalid, match='note: expected at most 500'):
        runs.acknowledge(run_id, 'web:ann', 'x' * 501)


@pytest.mark.parametrize('arguments, said', [
    ({'targets': ['nobody']}, "targets: no target is called 'nobody'; configured are .*ops"),
    ({'targets': ['{"$ne": 1}']}, 'no target is called'),
    ({'targets': []}, 'told to nobody'),
    ({'formats': ['../../etc/passwd']}, 'formats: nobody makes'),
    ({'formats': [{'$ne': 1}]}, 'formats: expected names'),
    ({'targets': [['ops']]}, 'targets: expected names'),
])  # fmt: skip
def test_what_is_asked_for_is_checked(past, runs, arguments, said):
    run_id = past.run()
    with pytest.raises(Invalid, match=said.replace('[', r'\[')):
        runs.resend(run_id, 'web:ann', **arguments)
    assert past.desk.runs.get(run_id).plan == ()
