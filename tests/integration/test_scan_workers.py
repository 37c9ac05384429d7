"""The host's scan workers: who holds a scan task, and what becomes of one whose worker died."""

import signal
import time
from datetime import timedelta

import pytest
from celery.app.control import Inspect

from scan_notify_plugin.clock import Clock
from scan_notify_plugin.host import probe as host_probe
from scan_notify_plugin.plugins.loading import load as load_plugins
from scan_notify_plugin.runs import rules
from scan_notify_plugin.worker import tick
from scan_notify_plugin.worker.context import Context
from tests.host_double import add_schedule
from tests.integration.conftest import RUNS, eventually

DEAD = '1 of 2 scan tasks lost when their scan worker died'


@pytest.fixture(autouse=True)
def short_questions(monkeypatch):
    monkeypatch.setattr(host_probe, 'TIMEOUT', 1.0)


@pytest.fixture
def probe(broker):
    return host_probe.make_probe(broker)


@pytest.fixture
def fire(host, db):
    """fire(targets): let the host's scheduler submit them and end; its run."""

    def submit(targets):
        add_schedule(db, target=targets, schedule_type='future_scan')
        scheduler = host.scheduler()
        eventually(lambda: host.run() and host.run().get('submitted'), 15)
        scheduler.signal(signal.SIGTERM)
        return host.run()

    return submit


def scan(db, target):
    return db['task'].find_one({'target': target})


def test_the_probe_knows_what_a_scan_worker_holds(host, db, probe, fire):
    fire('hang.example.com quick.example.com')
    host.scan_worker()
    eventually(lambda: scan(db, 'quick.example.com')['status'] == 'done', 15)
    running, done = (scan(db, name + '.example.com')['celery_id'] for name in ('hang', 'quick'))
    eventually(lambda: probe([running, done, 'unknown']) == {running}, 15)
    assert probe([done]) == set()


def test_nobody_can_tell_while_no_worker_serves_the_scan_queue(host, probe):
    host.notify_worker()
    host.scan_worker('arlgithub')
    assert probe(['unknown']) is None


@pytest.mark.parametrize('answer', [None, {}, {'arlgithub@x': {}}, {'error': 'timeout'}], ids=str)
def test_nobody_can_tell_while_a_worker_that_serves_it_does_not_answer(monkeypatch, answer):
    queues = {'arltask@x': [{'name': 'arltask'}], 'arlgithub@x': [{'name': 'arlgithub'}]}
    monkeypatch.setattr(Inspect, 'active_queues', lambda self: queues)
    monkeypatch.setattr(Inspect, 'query_task', lambda self, ids: answer)
    assert host_probe.make_probe('memory://')(['unknown']) is None


def test_the_probe_gives_up_on_a_broker_that_is_away_and_asks_again_when_it_is_back(host, broker, line):
    host.scan_worker()
    probe = host_probe.make_probe(line.url(broker))
    assert probe(['unknown']) == set()
    line.cut()
    for _ in range(2):
        begun = time.monotonic()
        assert probe(['unknown']) is None and time.monotonic() - begun < 30
    line.restore()
    eventually(lambda: probe(['unknown']) == set(), 15)


@pytest.fixture
def context(host, db, probe):
    # Nobody works its lanes here, so no plan waits for what a run has found.
    return Context(host.settings._replace(collect_wait=0), db, RUNS, Clock(), load_plugins(), probe)


@pytest.fixture
def ticks(host, context, monkeypatch):
    """ticks(seconds, until): a worker's ticks, at most for so long; the minutes of the rules are seconds here."""
    for name, seconds in (('STALE_AFTER', 1), ('ASK_EVERY', 0.5), ('SETTLE', 0.5)):
        monkeypatch.setattr(rules, name, timedelta(seconds=seconds))
    monkeypatch.setattr(tick, 'CHORES', 0.5)
    monkeypatch.setattr(tick, 'AT_LEAST', timedelta(0))
    one = tick.Tick(context, lambda lane: None)

    def run(seconds, until=lambda run: run['status'] != 'running'):
        end = time.monotonic() + seconds
        while time.monotonic() < end and not until(host.run()):
            assert one.run()
            time.sleep(0.2)
        return host.run()

    return run


def test_a_scan_whose_process_was_killed_ends_its_run_as_an_error(host, db, fire, ticks):
    fire('die.example.com take2.example.com')
    host.scan_worker()
    run = ticks(40)
    assert (run['status'], run['error_msg']) == ('error', DEAD)
    assert run['tasks'][str(scan(db, 'die.example.com')['_id'])]['outcome'] == 'dead'
    ticks(10, lambda run: host.job())
    assert host.job()['_id'] == '{}/complete/dingding'.format(run['_id'])


def test_a_run_waits_for_a_worker_that_can_tell_what_became_of_it(host, db, fire, context, ticks, probe, monkeypatch):
    fire('hang.example.com quick.example.com')
    worker = host.scan_worker()
    eventually(lambda: scan(db, 'quick.example.com')['status'] == 'done', 15)
    eventually(lambda: scan(db, 'hang.example.com')['status'] == 'domain_brute', 15)
    hanging, asked = str(scan(db, 'hang.example.com')['_id']), []
    monkeypatch.setattr(context, 'probe', lambda ids: asked.append(probe(ids)) or asked[-1])

    def ask(times):
        run = ticks(20, lambda run: len(asked) == times)
        assert run['status'] == 'running' and run['tasks'][hanging]['misses'] == 0
        return asked[-1]

    assert ask(1) == {scan(db, 'hang.example.com')['celery_id']}
    worker.kill()
    assert ask(2) is ask(3) is None
    host.scan_worker()
    run = ticks(30)
    assert (run['status'], run['error_msg']) == ('error', DEAD)
