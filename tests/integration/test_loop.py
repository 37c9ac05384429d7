"""From a fire of a schedule to the message, with every process real."""

import time

from tests.host_double import add_schedule
from tests.integration.conftest import RUNS, eventually, ready


def test_each_fire_is_one_message(host, db):
    """Nothing is shortened here: the worker ticks and settles as in the field."""
    host.scan_worker()
    worker = ready(host.start('notify', ['-m', 'scan_notify_plugin', 'worker']), ' ready.')
    add_schedule(db, name='每晚', target='10.0.0.1 10.0.0.2 take1.example.com rows3.example.com')
    add_schedule(db, name='weekly', target='error.example.com ok.example.com', schedule_type='future_scan')
    scheduler = host.scheduler()
    messages = host.told(2, 60)
    good, bad = host.run(schedule_name='每晚'), host.run(schedule_name='weekly')
    assert (good['status'], good['push_status'], good['error_msg']) == ('finished', 'success', '')
    assert (bad['status'], bad['push_status'], bad['error_msg']) == ('error', 'success', '1 of 2 scan tasks failed')
    for run in (good, bad):
        (message,) = [message for message in messages if run['schedule_name'] in message.text]
        assert (run['end_time'] - run['start_time']).total_seconds() < 40
        # Its results are read in between, and no tick of the clock is waited for after that.
        assert (message.received_at - run['end_time']).total_seconds() < 5
        assert run['run_number'] == 1 and run['submitted'][0]['trouble'] == ''
    assert sorted(good['task_ids'] + bad['task_ids']) == sorted(str(task['_id']) for task in db['task'].find())
    assert (len(good['task_ids']), len(bad['task_ids'])) == (3, 2)
    assert len(host.robot.calls) == 2 and scheduler.alive and worker.alive


def test_a_host_that_tells_its_own_runs_is_silent_while_we_tell_them(deploy, mongo_uri, broker, db):
    host = deploy(mongo_uri, broker, flavour='wps')
    host.scan_worker()
    host.notify_worker()
    eventually(lambda: db['scan_notify_setting'].find_one({'_id': {'$regex': '^worker:'}}), 10)
    add_schedule(db, target='a.example.com')
    host.scheduler()
    host.robot.wait_for(1, 40)
    eventually(lambda: db[RUNS].find_one({'status': 'finished', 'push_status': 'skip'}), 5)
    assert db['host_push'].count_documents({}) == 0 and len(host.robot.messages) == 1
    (run,) = db['scan_notify_run'].find()
    assert run['host_push'] == 'suppressed' and run['status'] == 'finished'


def test_two_workers_send_each_message_once(host, db):
    workers = [host.notify_worker() for _ in range(2)]
    eventually(lambda: db['scan_notify_setting'].count_documents({'_id': {'$regex': '^worker:'}}) == 2, 10)
    for number in range(1, 11):
        host.ended_run(number=number)
    host.told(10, 40)
    time.sleep(2)  # some more ticks
    assert len(host.robot.calls) == 10 and all(call.outcome == 'accepted' for call in host.robot.calls)
    assert db['scan_notify_job'].count_documents({'kind': 'notify', 'state': 'success'}) == 10
    assert db[RUNS].count_documents({}) == 10
    assert all(worker.alive for worker in workers)
