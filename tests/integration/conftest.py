"""A host, a robot and a notify worker around the real services, as real processes that are always ended."""

import json
import os
import signal
import subprocess
import sys
import time
import uuid
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from kombu import Connection, pools
from pymongo import MongoClient

from scan_notify_plugin.clock import Clock
from scan_notify_plugin.host import config
from scan_notify_plugin.mongo import connect
from scan_notify_plugin.recorder import Recorder
from scan_notify_plugin.settings.section import parse_settings
from scan_notify_plugin.testing.dingtalk_robot import DingTalkRobotServer
from tests.host_double import make_host
from tests.integration import services
from tests.prose import with_prose

RUNS = 'task_schedule_run'
#: `scan-notify worker` with less patience: it ticks each second, believes an end soon, gives up on MongoDB soon.
QUICK_WORKER = """
import datetime, sys
from scan_notify_plugin.cli import main, session
from scan_notify_plugin.runs import rules
from scan_notify_plugin.worker import tick
session.TIMEOUT, rules.SETTLE, tick.EVERY = 2.0, datetime.timedelta(seconds=1), 1.0
sys.exit(main(["worker"]))
"""


def eventually(predicate, seconds, what=''):
    """The first true value of `predicate`, or an AssertionError after so many seconds."""
    until = time.monotonic() + 3 * seconds  # a machine may be slow
    while True:
        value = predicate()
        if value:
            return value
        if time.monotonic() > until:
            raise AssertionError('not within {} s: {}'.format(3 * seconds, what or predicate))
        time.sleep(0.05)


class Process:
    """A Python process in a session of its own, so that its children end with it."""

    def __init__(self, args, folder, log, **env):
        keep = {key: value for key, value in os.environ.items() if key not in ('PYTHONPATH', config.ENVIRONMENT)}
        env, self._log = dict(keep, LC_ALL='C.UTF-8', **env), str(log)
        with open(self._log, 'wb') as file:
            self._process = subprocess.Popen([sys.executable] + args, cwd=str(folder), env=env, start_new_session=True,
                                             stdin=subprocess.DEVNULL, stdout=file, stderr=file)  # fmt: skip

    @property
    def log(self):
        with open(self._log, encoding='utf-8', errors='replace') as file:
            return file.read()

    @property
    def alive(self):
        return self._process.poll() is None

    def signal(self, signum):
        self._process.send_signal(signum)

    def wait(self, seconds):
        """Its exit code."""
        return self._process.wait(timeout=seconds)

    def kill(self):
        """SIGKILL to it and to its children."""
        try:
            os.killpg(self._process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self._process.wait()


class Deployment:
    """A host's folder, its database, the robot that its config.yaml names, and the processes started there.

    :param db: the host's database, for the test to look into
    :param sections: of the config.yaml, in the place of ours or beside them
    """

    def __init__(self, folder, db, mongo_uri, broker, server, flavour='top', sections=()):
        self.folder, self.db, self.robot = folder, db, server.add_robot(secret='SEC' + uuid.uuid4().hex)
        robot = {'ACCESS_TOKEN': self.robot.token, 'SECRET': self.robot.secret, 'API_BASE': server.base_url}
        section = {'ENABLE': True, 'DEFAULTS': {'NOTIFY_ENABLE': True}}
        sections = dict({'SCAN_NOTIFY': section, 'DINGDING': robot}, **dict(sections))
        make_host(folder, mongo_uri, db.name, broker, sections, flavour)
        self._processes = []

    def start(self, name, args, **env):
        log = self.folder / '{}-{}.log'.format(name, len(self._processes))
        self._processes.append(Process(args, self.folder, log, **env))
        return self._processes[-1]

    def scheduler(self):
        args = ['-m', 'scan_notify_plugin', 'exec', '-m', 'app.scheduler']
        return self.start('scheduler', args, HOST_DOUBLE_SLEEP='0.3')

    def scan_worker(self, queue='arltask'):
        args = '-m celery -A app.celerytask.celery worker -l info -Q {0} -n {0} -c 2 -O fair'.format(queue)
        return ready(self.start(queue, args.split()), ' ready.')

    def notify_worker(self, wait=True):
        worker = self.start('notify', ['-c', QUICK_WORKER])
        return ready(worker, ' ready.') if wait else worker

    def ended_run(self, schedule_id='nightly', number=1, scans=1):
        """A recorded fire whose scan tasks ended well a minute ago; its id."""
        fire = Recorder(self.host, self.settings, database=self.db).begin(schedule(number, _id=schedule_id))
        ids, since = [scan_task(self.db, 'done') for _ in range(scans)], Clock().now() - timedelta(minutes=1)
        for task_id in ids:
            fire.add(task_id)
        fire.close()
        seen = {'status': 'done', 'since': since, 'outcome': None, 'told': False, 'misses': 0}
        tasks = {task_id: seen for task_id in ids}
        self.db[RUNS].update_one({'_id': fire.run_id}, {'$set': {'tasks': tasks}, '$inc': {'rev': 1}})
        return fire.run_id

    @property
    def host(self):
        return config.load(config.find_file(folder=str(self.folder)))

    @property
    def settings(self):
        return parse_settings(self.host.sections)

    def run(self, **query):
        """The only run, or None."""
        runs = list(self.db[RUNS].find(query))
        assert len(runs) < 2
        return with_prose(runs[0]) if runs else None

    def job(self):
        """The only notification, or None."""
        jobs = list(self.db['scan_notify_job'].find({'kind': 'notify'}))
        assert len(jobs) < 2
        return with_prose(jobs[0]) if jobs else None

    def told(self, count, seconds):
        """Wait until so many runs are told, and exactly so many messages are at the robot."""
        query = {'push_status': 'success', 'status': {'$ne': 'running'}}
        eventually(lambda: self.db[RUNS].count_documents(query) == count, seconds, '{} runs told'.format(count))
        assert len(self.robot.messages) == count
        return self.robot.messages

    def let_leases_run_out(self):
        """As if the time had passed for which a dead worker's lanes stay its own."""
        self.db['scan_notify_lane'].update_many({}, {'$set': {'free_at': Clock().now() - timedelta(seconds=1)}})

    def end(self):
        for process in self._processes:
            process.kill()
            print('--- {}\n{}'.format(process._log, process.log[-6000:]))


def ready(process, words):
    """The process, once it has said so."""
    eventually(lambda: words in process.log or not process.alive, 30, words)
    assert process.alive, process.log
    return process


def schedule(number, **fields):
    """A schedule's document at its `number`-th fire."""
    return dict({'_id': 's', 'name': 'nightly', 'schedule_type': 'recurrent_scan', 'run_number': number}, **fields)


def scan_task(db, status, **fields):
    """The id of a scan task of the host."""
    task = dict({'name': 'scan', 'target': 'a.example.com', 'status': status, 'celery_id': uuid.uuid4().hex,
                 'start_time': '-', 'end_time': '-', 'statistic': {'site_cnt': 2}}, **fields)  # fmt: skip
    return str(db['task'].insert_one(task).inserted_id)


def key(call):
    """The idempotency key of a request to the robot."""
    return json.loads(call.body.decode('utf-8'))['msgUuid']


@pytest.fixture
def mongo_uri():
    return services.mongo_uri()


@pytest.fixture
def db(mongo_uri):
    """A database of the test's own."""
    with MongoClient(mongo_uri, tz_aware=True) as client:
        name = 'scan_notify_test_' + uuid.uuid4().hex[:12]
        yield client[name]
        client.drop_database(name)


@pytest.fixture
def ours(mongo_uri, db):
    """ours(*listeners): the same database through a client as our processes make it."""
    clients = []

    def open_client(*listeners):
        clients.append(connect(mongo_uri, Clock(), 2.0, listeners))
        return clients[-1][db.name]

    yield open_client
    for client in clients:
        client.close()


@pytest.fixture
def broker():
    """The broker, without scan tasks of an earlier test. The queues have the host's names, so one test at a time."""
    url = services.broker_url()
    _forget_scans(url)
    yield url
    pools.reset()  # Celery apps of this process leave their connections there
    _forget_scans(url)


@pytest.fixture
def line(broker):
    """The way to the broker, to cut and restore: `line.url(broker)`."""
    at = urlsplit(broker)
    with services.TcpProxy(at.hostname, at.port) as proxy:
        yield proxy


def _forget_scans(url):
    with Connection(url) as connection:
        for queue in ('arltask', 'arlgithub'):
            with connection.channel() as channel:
                channel.queue_delete(queue)


@pytest.fixture
def server():
    with DingTalkRobotServer() as server:
        yield server


@pytest.fixture
def deploy(tmp_path, db, server):
    """deploy(...) is a Deployment whose processes are ended after the test."""
    made = []

    def make(mongo_uri, broker, **kwargs):
        made.append(Deployment(tmp_path / 'host', kwargs.pop('db', db), mongo_uri, broker, server, **kwargs))
        return made[-1]

    yield make
    for deployment in made:
        deployment.end()


@pytest.fixture
def host(deploy, mongo_uri, broker):
    return deploy(mongo_uri, broker)
