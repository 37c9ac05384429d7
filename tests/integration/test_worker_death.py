"""A notify worker that dies, or is told to end, while a request is under way."""

import signal
import time

from tests.integration.conftest import eventually, key


def posting(host):
    job = host.job()
    return job and job['parts'] and job['parts'][0]['state'] == 'posting'


def test_a_message_that_arrived_before_the_worker_was_killed_is_not_sent_again(host):
    host.robot.misbehave('timeout_after')
    run_id = host.ended_run()
    worker = host.notify_worker()
    host.robot.wait_for(1, 20)
    assert posting(host)
    worker.kill()
    host.let_leases_run_out()
    host.notify_worker()
    host.told(1, 20)
    first, second = host.robot.calls
    assert (first.outcome, second.outcome, key(first)) == ('accepted', 'duplicate', key(second))
    job = host.job()
    assert (job['state'], job['run_ids'], job['parts'][0]['state']) == ('success', [run_id], 'done')
    assert [line['words'] for line in job['attempts']] == ['the worker died while it sent', '']


def at_rest(host, worker):
    """Whether the worker, which is stopped from now on, holds no lane."""
    worker.signal(signal.SIGSTOP)
    if not host.db['scan_notify_lane'].count_documents({'claim': {'$ne': None}}):
        return True
    worker.signal(signal.SIGCONT)
    return False


def test_a_worker_that_is_killed_at_rest_leaves_nothing_to_wait_for(host):
    worker = host.notify_worker()
    host.ended_run()
    host.told(1, 20)
    eventually(lambda: at_rest(host, worker), 20, 'the worker holds no lane')
    worker.kill()
    host.notify_worker()
    host.ended_run(number=2)
    host.told(2, 20)


def test_a_worker_ends_within_ten_seconds_though_a_request_hangs(host, db):
    host.robot.misbehave('timeout_after')
    host.ended_run()
    worker = host.notify_worker()
    host.robot.wait_for(1, 20)
    begun = time.monotonic()
    worker.signal(signal.SIGTERM)
    assert worker.wait(11) == 0 and time.monotonic() - begun < 10
    assert 'Traceback' not in worker.log
    (part,) = host.job()['parts']
    assert (part['state'], bool(part['doubt_at'])) == ('ready', True)
    assert [line['words'] for line in host.job()['attempts']] == ['the worker was told to stop']
    host.notify_worker()
    host.told(1, 20)
    first, second = host.robot.calls
    assert (second.outcome, key(first)) == ('duplicate', key(second)) and host.job()['state'] == 'success'


def test_a_worker_at_rest_ends_at_once_and_says_goodbye(host, db):
    worker = host.notify_worker()
    eventually(lambda: db['scan_notify_setting'].count_documents({'_id': {'$regex': '^worker:'}}) == 1, 10)
    begun = time.monotonic()
    worker.signal(signal.SIGTERM)
    assert worker.wait(11) == 0 and time.monotonic() - begun < 6
    assert db['scan_notify_setting'].count_documents({'_id': {'$regex': '^worker:'}}) == 0
    assert 'Traceback' not in worker.log
