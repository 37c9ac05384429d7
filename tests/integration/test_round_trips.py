"""How many commands MongoDB gets from us."""

import pytest
from pymongo.monitoring import CommandListener

from scan_notify_plugin.clock import Clock
from scan_notify_plugin.host.config import HostConfig
from scan_notify_plugin.plugins.loading import load as load_plugins
from scan_notify_plugin.recorder import Recorder
from scan_notify_plugin.runs import rules
from scan_notify_plugin.runs.store import RunStore
from scan_notify_plugin.settings.section import parse_settings
from scan_notify_plugin.settings.store import SettingsStore
from scan_notify_plugin.worker import tick as ticking
from scan_notify_plugin.worker.context import Context
from scan_notify_plugin.worker.tick import Tick
from tests.integration.conftest import RUNS, scan_task, schedule

SETTINGS = parse_settings(
    {'SCAN_NOTIFY': {'ENABLE': True, 'DEFAULTS': {'NOTIFY_ENABLE': True}}, 'DINGDING': {'ACCESS_TOKEN': 'a'}}
)


class Ahead(Clock):
    """This process's clock can be put forward; MongoDB's cannot."""

    ahead = 0.0

    def monotonic(self):
        return super().monotonic() + self.ahead


class Commands(CommandListener):
    """The names of the commands since they were last asked for."""

    def __init__(self):
        self._names = []

    def started(self, event):
        self._names.append(event.command_name)

    def succeeded(self, event):
        pass

    def failed(self, event):
        pass

    def since(self):
        names, self._names = self._names, []
        return names


@pytest.fixture
def commands():
    return Commands()


@pytest.fixture
def counted(ours, commands):
    return ours(commands)


@pytest.mark.parametrize('host_tells, first, each', [
    (False, ['find', 'findAndModify'], []),
    (True, ['find', 'findAndModify', 'find'], []),  # on such a host the settings too, for the fires of half a minute
])  # fmt: skip
def test_a_fire_is_two_commands(db, counted, commands, host_tells, first, each):
    SettingsStore(db, Clock()).worker_alive('w', {'targets': ['dingding']})
    recorder = Recorder(HostConfig('x', {}, '', '', ''), SETTINGS, host_tells, database=counted)
    for number in range(1, 6):
        fire = recorder.begin(schedule(number))
        for _ in range(100):
            fire.add('a' * 24)
        fire.close()
        assert recorder.taken_over(schedule(number)) == host_tells
        assert commands.since() == (first if number == 1 else each) + ['findAndModify', 'update']


def test_a_tick_over_many_runs_that_did_not_move_is_a_handful_of_commands(db, ours, counted, commands, monkeypatch):
    clock = Ahead()
    store, now = RunStore(db[RUNS]), clock.now()
    for number in range(200):
        ids = [scan_task(db, 'port_scan') for _ in range(5)]
        run = rules.new_run('s{}'.format(number), 'nightly', 'recurrent_scan', 1, now, 's{}:1'.format(number))
        store.insert(run.evolve(task_ids=tuple(ids), submitted=(rules.submission_end(None, now),)))
    tick = Tick(Context(SETTINGS, counted, RUNS, clock, load_plugins()), lambda lane: None)
    monkeypatch.setattr(ticking, 'AT_LEAST', now - now)
    for _ in range(8):  # all chores have had their first turn
        assert tick.run()
    assert {task['status'] for run in db[RUNS].find() for task in run['tasks'].values()} == {'port_scan'}
    commands.since()
    assert tick.run()
    ordinary = commands.since()
    assert len(ordinary) <= 10 and 'getMore' not in ordinary, ordinary
    chores = []
    for seconds in (ticking.CHORES, ticking.CLEAN_UP) * 3:
        clock.ahead += seconds
        for _ in range(4):  # not more than two chores in one tick, and neither for each run
            assert tick.run()
            names = commands.since()
            assert len(names) <= 16 and 'getMore' not in names, names
            chores.append(len(names) > len(ordinary))
    assert chores.count(True) >= 6, 'no chore was done, so this shows nothing'
