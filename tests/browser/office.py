"""What an administrator's browser meets: the host's web server with our routes in it, one worker, two robots."""

import contextlib
import importlib
import logging
import os
import sys
import threading
import time
from datetime import datetime, timedelta, timezone

from werkzeug.serving import make_server

from scan_notify_plugin import autoload
from scan_notify_plugin.admin.desk import Desk
from scan_notify_plugin.host import imports
from scan_notify_plugin.settings.store import SettingsStore
from scan_notify_plugin.testing.dingtalk_robot import DingTalkRobotServer
from scan_notify_plugin.testing.embedded import embedded_database
from scan_notify_plugin.web import mount
from scan_notify_plugin.worker.sign_of_life import facts
from tests.host_double import add_user, load, make_host
from tests.loop import RUNS, Loop

USER, PASSWORD, TOKEN = 'admin', 'arlpass', '5c0ffee5c0ffee5c0ffee5c0ffee5c0f'
WORKER = 'scanner-1'
BEAT = 0.1  # seconds


class RunningClock:
    """The time, moved: a test need not wait for what takes its time, and a history can be made in a moment."""

    def __init__(self):
        self.offset = timedelta(0)

    def now(self):
        return datetime.now(timezone.utc) + self.offset

    def monotonic(self):
        return time.monotonic() + self.offset.total_seconds()

    def grace(self, patience=timedelta(days=1)):
        return timedelta(0)

    def move(self, **span):
        self.offset += timedelta(**span)


class _Client(dict):
    """Stands for a connection to MongoDB, for the host and for us."""

    def close(self):
        pass


class Office:
    """The host double serves on loopback; :meth:`begin_work` starts the worker's thread.

    :param folder: for the host's checkout
    """

    def __init__(self, folder):
        self._stack = contextlib.ExitStack()
        self.clock = RunningClock()
        self.db = embedded_database()
        self._stop = threading.Event()
        self._thread = None
        try:
            self._open(folder)
        except BaseException:
            self._stack.close()
            raise

    def _open(self, folder):
        self.robots = self._stack.enter_context(DingTalkRobotServer(now=self.clock.now))
        self.robot, self.second = self.robots.add_robot(), self.robots.add_robot()
        self._server = make_server('127.0.0.1', 0, None, threaded=True)
        self.base_url = 'http://127.0.0.1:{}'.format(self._server.server_port)
        self.sections = self._sections()
        checkout = make_host(folder, 'mongodb://nowhere', 'arl', 'memory://', self.sections)
        self._enter_process(checkout)
        self._host = self._stack.enter_context(load(checkout, _Client(arl=self.db)))
        self._server.app = importlib.import_module('app.main').arl_app
        add_user(self._host, USER, PASSWORD, TOKEN)
        reports = os.path.join(checkout, 'tmp', 'reports')
        os.makedirs(reports, exist_ok=True)
        self.loop = Loop(self.sections, db=self.db, clock=self.clock, folder=reports)
        SettingsStore(self.db, self.clock).decide_run_collection(False)
        logging.getLogger('werkzeug').setLevel(logging.ERROR)
        serving = threading.Thread(target=self._server.serve_forever, kwargs={'poll_interval': 0.05}, daemon=True)
        serving.start()
        self._stack.callback(serving.join, 10)
        self._stack.callback(self._server.shutdown)
        self._stack.callback(self._server.server_close)
        self.tell()

    def _sections(self):
        def robot(one, **more):
            return dict({'CHANNEL': 'dingding', 'ACCESS_TOKEN': one.token, 'API_BASE': self.robots.base_url}, **more)

        targets = {
            'ops': robot(self.robot), 'team': robot(self.second, LANGUAGE='en', FALLBACK='ops'),
            'old-group': {'CHANNEL': 'dingding', 'ACCESS_TOKEN': 'f0rgotten', 'API_BASE': self.robots.base_url},
        }  # fmt: skip
        defaults = {'NOTIFY_ENABLE': True, 'NOTIFY_CHANNEL': ['ops'], 'EXPORT_ENABLE': True}
        section = {
            'ENABLE': True, 'BASE_URL': self.base_url, 'REPORT_STORAGE': 'directory', 'TARGETS': targets,
            'DEFAULTS': defaults,
        }  # fmt: skip
        return {'SCAN_NOTIFY': section}

    def _enter_process(self, checkout):
        """As an interpreter that was started in the host's folder; all of it is taken back in the end."""
        keep = [
            (autoload, '_listening', []),
            (imports, '_finder', imports._Finder()),
            (sys, 'meta_path', list(sys.meta_path)),
            (mount, 'connect', lambda uri, clock, timeout: _Client(arl=self.db)),
            (mount, 'Clock', lambda: self.clock),
        ]
        for holder, name, value in keep:
            self._stack.callback(setattr, holder, name, getattr(holder, name))
            setattr(holder, name, value)
        self._stack.callback(os.chdir, os.getcwd())
        os.chdir(checkout)
        autoload.start()

    def tell(self):
        """The worker's sign of life."""
        self.loop.context.take_in()
        self.loop.context.stored.worker_alive(WORKER, facts(self.loop.context))

    def desk(self):
        """An administrator's, beside the page."""
        return Desk(self.db, RUNS, self.loop.settings, self.clock, self.loop.context.folder)

    def begin_work(self):
        """Ticks and works until :meth:`close`, as a worker does."""
        self._thread = threading.Thread(target=self._work, daemon=True)
        self._thread.start()

    def _work(self):
        while not self._stop.wait(BEAT):
            self.tell()
            self.loop.tick(1, 0)
            self.loop.work()

    def fire(self, schedule_id, targets=('www.example.com', '198.51.100.7'), status='done'):
        """A fire whose scan tasks end at once, and the time until that is believed; the run's id."""
        run_id, task_ids = self.loop.fire(schedule_id, targets)
        self.loop.tick(1, 1)
        self.loop.status(task_ids, status)
        self.loop.tick(2, 11)
        return run_id

    def until(self, run_id, seconds=20):
        """The run once its messages are through."""
        end = threading.Event()
        for _ in range(int(seconds / BEAT)):
            run = self.loop.run(run_id)
            if run['push_status'] != 'pending':
                return run
            end.wait(BEAT)
        raise AssertionError('still pending: {}'.format(self.loop.jobs(run_id)))

    def close(self):
        self._stop.set()
        if self._thread:
            self._thread.join(10)
        self._stack.close()
