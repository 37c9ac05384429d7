"""Each way in which a run can go wrong ends in a status and an error_msg that tell the truth."""

import pytest
from bson import ObjectId

from tests.loop import RUNS, Loop


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
    assert run['error_msg'] == (
        'submission failed after 2 scan tasks: OSError: amqp://***@rabbit: connection refused'
    )


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
    assert [note['text'] for note in run['notes']] == [
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
