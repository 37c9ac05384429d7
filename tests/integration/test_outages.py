"""The broker or MongoDB goes away and comes back."""

import threading
import time

import pytest
from pymongo import MongoClient

from scan_notify_plugin.recorder import Recorder
from tests.host_double import add_schedule
from tests.integration.conftest import RUNS, eventually, schedule
from tests.integration.services import PrivateMongo


def test_a_broker_that_is_away_at_the_start_and_later_delays_nothing(deploy, mongo_uri, broker, line, db):
    host = deploy(mongo_uri, line.url(broker))
    line.cut()
    worker = host.notify_worker()
    add_schedule(db, target='a.example.com b.example.com')
    scheduler = host.scheduler()
    host.told(1, 40)  # the fire of all fires: the host could not submit it
    assert host.run()['error_msg'].startswith('submission failed after 0 scan tasks: OperationalError')

    line.restore()
    host.ended_run()
    host.told(2, 20)
    eventually(lambda: 'the broker carries again' in worker.log, 30)

    line.cut()
    host.ended_run(number=2)
    host.told(3, 20)
    assert worker.alive and scheduler.alive and len(host.robot.calls) == 3
    assert worker.log.count('Traceback') == 0


def test_a_broker_that_no_longer_answers_delays_nothing(deploy, mongo_uri, broker, line):
    host = deploy(mongo_uri, line.url(broker))
    worker = host.notify_worker()
    host.ended_run()
    host.told(1, 20)
    line.freeze()
    for number in range(2, 5):
        host.ended_run(number=number)
        host.told(number, 20)
    assert worker.alive


@pytest.fixture
def mongo(tmp_path):
    (tmp_path / 'mongo').mkdir()
    with PrivateMongo(tmp_path / 'mongo') as mongo:
        yield mongo


@pytest.fixture
def apart(mongo, deploy, broker):
    """A deployment on a MongoDB of its own."""
    with MongoClient(mongo.uri, tz_aware=True, serverSelectionTimeoutMS=20000) as client:
        yield deploy(mongo.uri, broker, db=client['arl'])


class Gate:
    """Holds the robot's answers until it is opened."""

    def __init__(self, server):
        self.entered, self._open, self._respond = threading.Event(), threading.Event(), server.respond
        server.respond = self._wait

    def _wait(self, request):
        self.entered.set()
        self._open.wait(14)
        return self._respond(request)

    def open(self):
        self._open.set()


def test_mongodb_away_while_a_request_is_under_way(apart, mongo, server):
    gate = Gate(server)
    apart.ended_run()
    worker = apart.notify_worker()
    assert gate.entered.wait(20)
    mongo.stop()
    gate.open()
    apart.robot.wait_for(1, 5)
    eventually(lambda: 'the answer is not recorded yet' in worker.log, 10)
    eventually(lambda: 'tick failed, to be tried again' in worker.log, 10)
    mongo.start()
    apart.told(1, 60)
    assert len(apart.robot.calls) == 1 and apart.job()['state'] == 'success'


def test_mongodb_away_at_a_fire(apart, mongo, caplog):
    worker = apart.notify_worker()
    recorder = Recorder(apart.host, apart.settings)
    try:
        opened = recorder.begin(schedule(1))
        assert opened.recorded
        mongo.stop()
        begun = time.monotonic()
        opened.close()
        missed = recorder.begin(schedule(2))
        missed.add('a' * 24)
        missed.close()
        assert time.monotonic() - begun < 6 and not missed.recorded  # one time-out each
        closing, opening = [record.getMessage() for record in caplog.records if record.name == 'scan_notify']
        assert closing.startswith('tasks of run s:1 not recorded') and 'round 2 not opened' in opening
        mongo.start()
        recorder.begin(schedule(3)).close()
    finally:
        recorder._db.client.close()
    apart.told(3, 40)  # that no scan task was created; what could not be recorded came with the next fire
    assert worker.alive
    assert {run['run_number']: run['status'] for run in apart.db[RUNS].find()} == {1: 'error', 2: 'error', 3: 'error'}
