"""Each way in which a run can go wrong ends in a status and an error_msg that tell the truth."""

from datetime import datetime, timedelta, timezone

import bson
import pytest
from bson import ObjectId

from scan_notify_plugin.faults import quoted
from scan_notify_plugin.jobs.making import Way, new_job
from scan_notify_plugin.runs import rules
from scan_notify_plugin.runs.run import Want
from tests.loop import RUNS, Loop
from tests.prose import english


@pytest.fixture
def loop():
    return Loop({})


@pytest.mark.parametrize(
    'status, words',
    [('error', '2 of 2 scan tasks failed'), ('stop', '2 of 2 scan tasks stopped')],
)
def test_the_words_name_what_became_of_the_tasks(loop, status, words):
    run = loop.run(loop.finished_run(status=status))
    assert (run['status'], run['error_msg']) == ('error', words)


def test_a_deleted_task_is_missing(loop):
    run_id, task_ids = loop.fire(loop.schedule())
    loop.tick()
    loop.db['task'].delete_one({'_id': ObjectId(task_ids[0])})
    loop.status(task_ids[1:], 'done')
    loop.settle()
    assert loop.run(run_id)['error_msg'] == '1 of 2 scan tasks deleted'


def test_half_a_submission_names_the_exception_and_waits_for_the_tasks_that_run(loop):
    fire = loop.open_fire(loop.schedule())
    task_ids = [loop.submit(fire) for _ in range(2)]
    fire.close(OSError('amqp://arl:s3cret@rabbit: connection refused'))
    loop.settle()
    assert loop.run(fire.run_id)['status'] == 'running'
    loop.status(task_ids, 'done')
    loop.settle()
    run = loop.run(fire.run_id)
    assert run['status'] == 'error'
    assert run['error_msg'] == ('submission failed after 2 scan tasks: OSError: amqp://***@rabbit: connection refused')


def test_a_missing_policy_is_a_run_without_tasks(loop):
    fire = loop.open_fire(loop.schedule())
    fire.close(Exception('not found policy_id 5f'))
    loop.tick()
    run = loop.run(fire.run_id)
    assert (run['status'], run['task_ids']) == ('error', [])
    assert run['error_msg'] == 'submission failed after 0 scan tasks: Exception: not found policy_id 5f'


def test_a_task_that_never_got_a_celery_id_never_reached_the_queue(loop):
    fire = loop.open_fire(loop.schedule())
    loop.submit(fire, celery_id='')
    fire.close()
    loop.tick(3, 60)
    assert loop.run(fire.run_id)['status'] == 'running'
    loop.tick(10, 60)
    assert loop.run(fire.run_id)['error_msg'] == '1 of 1 scan tasks never reached the queue'


def test_a_task_whose_worker_is_gone_is_dead_after_two_answers(loop):
    asked = []

    def probe(celery_ids):
        asked.append(sorted(celery_ids))
        return {'c2'}

    loop.context.probe = probe
    fire = loop.open_fire(loop.schedule())
    dead, alive = loop.submit(fire, celery_id='c1'), loop.submit(fire, celery_id='c2')
    fire.close()
    loop.status([dead, alive], 'port_scan')
    loop.tick(10, 60)
    assert asked[:2] == [['c1', 'c2']] * 2
    assert loop.run(fire.run_id)['tasks'][dead]['outcome'] == 'dead'
    assert loop.run(fire.run_id)['tasks'][alive]['outcome'] is None
    loop.status([alive], 'done')
    loop.settle()
    assert loop.run(fire.run_id)['error_msg'] == '1 of 2 scan tasks lost when their scan worker died'


def test_while_no_scan_worker_answers_nobody_is_called_dead(loop):
    loop.context.probe = lambda celery_ids: None
    run_id, task_ids = loop.fire(loop.schedule())
    loop.status(task_ids, 'port_scan')
    loop.tick(60, 60)
    assert loop.run(run_id)['status'] == 'running'


def test_a_run_in_which_nothing_moves_is_closed_at_the_deadline(loop):
    run_id, task_ids = loop.fire(loop.schedule())
    loop.status(task_ids, 'port_scan')
    loop.tick(71, 3600)
    assert loop.run(run_id)['status'] == 'running'
    loop.tick(4, 3600)
    assert loop.run(run_id)['error_msg'] == '2 of 2 scan tasks still unfinished at the deadline'


def test_a_stopped_task_that_runs_again_is_noted_and_the_run_stays_closed(loop):
    run_id, task_ids = loop.fire(loop.schedule())
    loop.status(task_ids, 'stop')
    loop.settle()
    loop.status(task_ids[:1], 'find_site')
    loop.tick(1, 61)
    loop.tick()
    run = loop.run(run_id)
    assert run['status'] == 'error'
    assert [english([note['fault']]) for note in run['notes']] == [
        'task {} was stopped, now it is find_site; the run stays closed'.format(task_ids[0])
    ]


def test_a_word_that_the_host_corrects_is_not_believed(loop):
    run_id, task_ids = loop.fire(loop.schedule(), ['127.0.0.2'])
    loop.tick()
    loop.status(task_ids, 'error')
    loop.tick()
    loop.status(task_ids, 'stop')
    loop.settle()
    assert loop.run(run_id)['error_msg'] == '1 of 1 scan tasks stopped'


def test_a_scheduler_killed_before_it_recorded_its_tasks_loses_none_of_them(loop):
    schedule_id = loop.schedule()
    fire = loop.open_fire(schedule_id)
    task_ids = [loop.submit(fire) for _ in range(2)]  # and the process is gone before close
    loop.db['task'].insert_one({'_id': ObjectId(b'another_proc'), 'status': 'done'})
    loop.status(task_ids, 'done')
    loop.tick(12, 60)
    run = loop.run(fire.run_id)
    assert sorted(run['task_ids']) == sorted(task_ids)
    assert run['status'] == 'error'
    assert run['error_msg'] == (
        'the scheduler never recorded the end of this submission; 2 scan tasks of it were found'
    )


def test_a_round_that_nobody_recorded_is_told_after_a_grace_time(loop):
    schedule_id = loop.schedule()
    loop.tick(1, 61)  # the first look takes the rounds as they are
    loop.db['task_schedule'].update_one({'_id': ObjectId(schedule_id)}, {'$set': {'run_number': 1}})
    loop.tick(2, 61)
    assert loop.db[RUNS].count_documents({}) == 0
    loop.tick(12, 61)
    run = loop.run(schedule_id + ':1')
    assert run['status'] == 'error'
    assert run['error_msg'].startswith('round 1 was fired, but not recorded')


def test_rounds_before_the_first_look_and_recorded_ones_are_no_loss(loop):
    loop.schedule(run_number=7)
    loop.tick(1, 61)
    run_id = loop.finished_run()
    loop.tick(5, 61)
    assert [run['_id'] for run in loop.db[RUNS].find({})] == [run_id]


def test_two_schedulers_that_share_a_round_make_one_run(loop):
    schedule_id = loop.schedule()
    first = loop.open_fire(schedule_id)
    loop._rounds[schedule_id] -= 1
    second = loop.open_fire(schedule_id)
    tasks = [loop.submit(first), loop.submit(second)]
    first.close()
    loop.status(tasks, 'done')
    loop.settle()
    assert loop.run(first.run_id)['status'] == 'running'  # the second is still submitting
    second.close()
    loop.settle()
    run = loop.run(first.run_id)
    assert second.run_id == first.run_id
    assert (run['status'], sorted(run['task_ids'])) == ('finished', sorted(tasks))


def test_a_number_that_the_host_uses_again_later_is_another_run(loop):
    schedule_id = loop.schedule()
    first = loop.open_fire(schedule_id)
    first.close()
    loop.clock.move(minutes=10)
    loop._rounds[schedule_id] -= 1
    second = loop.open_fire(schedule_id)
    assert second.run_id.startswith(first.run_id + ':')


def test_history_days_forget_settled_runs_and_their_jobs():
    loop = Loop({'SCAN_NOTIFY': {'HISTORY_DAYS': 2}})
    run_id = loop.finished_run()
    loop.tick(3, 24 * 3600)
    loop.tick(2)
    assert loop.run(run_id) is None


def test_history_days_forget_the_audit_too():
    loop = Loop({'SCAN_NOTIFY': {'HISTORY_DAYS': 2}})
    loop.context.audit.note('web:ann', 'switch', 'dingding')
    loop.tick(3)
    assert loop.context.audit.listing()[1] == 1
    loop.tick(3, 24 * 3600)
    loop.tick(2)
    assert loop.context.audit.listing()[1] == 0


def test_a_clock_that_was_set_back_by_an_hour_holds_nothing_up(loop):
    run_id, task_ids = loop.fire(loop.schedule())
    lost = loop.open_fire(loop.schedule('other'))
    loop.tick()
    for run in loop.db[RUNS].find({}):  # as they were written before the clock was set
        tasks = {name: dict(task, since=task['since'] + timedelta(hours=1)) for name, task in run['tasks'].items()}
        fires = [dict(fire, at=fire['at'] + timedelta(hours=1)) for fire in run['fires']]
        fields = {'tasks': tasks, 'fires': fires, 'fired_at': run['fired_at'] + timedelta(hours=1)}
        loop.db[RUNS].update_one({'_id': run['_id']}, {'$set': fields})
    loop.status(task_ids, 'done')
    loop.tick(8)
    assert loop.run(run_id)['status'] == 'finished'
    loop.tick(10, 61)
    assert loop.run(lost.run_id)['status'] == 'error'


def test_a_submission_of_more_than_a_run_can_hold_is_told_at_once(loop, monkeypatch):
    monkeypatch.setattr(rules, 'MOST_TASKS', 3)
    run_id, _ = loop.fire(loop.schedule(), ['127.0.0.2'] * 4)
    loop.tick()
    run = loop.run(run_id)
    assert (run['status'], run['task_ids']) == ('error', [])
    assert run['error_msg'].startswith('the submission made 4 scan tasks, more than can be followed')


def test_a_run_that_holds_as_many_tasks_as_one_may_fits_into_a_document():
    tasks = {
        format(number, '024x'): {'status': 'x' * 100, 'since': datetime.now(timezone.utc), 'outcome': 'overdue',
                                 'told': True,
                                 'misses': 1, 'asked_at': datetime.now(timezone.utc)}
        for number in range(1000)
    }  # fmt: skip
    size = len(bson.encode({'tasks': tasks, 'task_ids': list(tasks)}))
    assert size / 1000 * rules.MOST_TASKS < 15 * 1024 * 1024


def test_a_worker_that_died_between_runs_and_their_jobs_leaves_nothing(monkeypatch):
    loop = Loop({'SCAN_NOTIFY': {'HISTORY_DAYS': 2}})
    run_id = loop.finished_run()
    want, way = Want(run_id + '/x', 'notify', 'p', 'ops', faults=(quoted('x'),)), Way('', ('ops',), (quoted('x'),))
    job = new_job(want, way, run_id, loop.clock.now(), timedelta(hours=1))
    loop.context.jobs.insert(job)
    loop.context.jobs.insert(job.evolve(id='orphan', run_ids=('gone:1',)))  # as 0.1.0 could leave it
    with monkeypatch.context() as patch:
        patch.setattr(loop.context.jobs, 'forget_runs', lambda ids: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            loop.context.runs.forget(
                loop.clock.now() + timedelta(days=3), timedelta(days=2), loop.context.jobs.forget_runs
            )
    assert loop.run(run_id) is not None
    loop.tick(3, 24 * 3600)
    loop.tick(8, 61)
    assert loop.run(run_id) is None and loop.db['scan_notify_job'].count_documents({}) == 0


def test_lanes_of_robots_that_are_gone_are_forgotten(loop):
    now = loop.clock.now()
    loop.db['scan_notify_lane'].insert_many(
        [
            {'_id': 'channel:old', 'claim': None, 'free_at': now - timedelta(days=31)},
            {'_id': 'channel:new', 'claim': None, 'free_at': now - timedelta(days=29)},
        ]
    )
    loop.tick(8, 61)
    assert {lane['_id'] for lane in loop.db['scan_notify_lane'].find({})} == {'channel:new', 'tick'}
