"""What a process of the host knows of the time at its first fire."""

import time
from datetime import datetime, timedelta, timezone

import pytest

from scan_notify_plugin.clock import Clock
from scan_notify_plugin.host.config import HostConfig
from scan_notify_plugin.recorder import Recorder
from scan_notify_plugin.settings.section import parse_settings
from scan_notify_plugin.testing.embedded import embedded_database

RUNS = 'task_schedule_run'


class Server:
    """A database whose every answer carries its time."""

    def __init__(self, clock, ahead):
        self._db, self._clock, self._ahead = embedded_database(), clock, ahead

    def now(self):
        return datetime.now(timezone.utc) + self._ahead

    def __getitem__(self, name):
        self._clock.observe(self.now())
        return self._db[name]


@pytest.mark.parametrize('hours', [-1, 1, 8])
@pytest.mark.parametrize('tells', [False, True])
def test_the_first_fire_of_a_process_has_the_servers_time(hours, tells):
    clock = Clock()
    server = Server(clock, timedelta(hours=hours))
    settings = parse_settings({'SCAN_NOTIFY': {'ENABLE': True}})
    recorder = Recorder(HostConfig('x', {}, '', '', ''), settings, tells, database=server, clock=clock)
    fire = recorder.begin({'_id': 's', 'name': 'nightly', 'schedule_type': 'recurrent_scan', 'run_number': 1})
    fire.close()
    (run,) = server._db[RUNS if not tells else 'scan_notify_run'].find({})
    assert abs(run['fired_at'] - server.now()) < timedelta(seconds=60)
    assert abs(time.time() - run['fired_at'].timestamp()) > 1800
