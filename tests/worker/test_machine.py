"""A whole worker in this process: it starts, delivers, stops, and nothing that goes wrong in one of its threads ends
it.
"""

import os
import threading
import time

import pytest

from scan_notify_plugin.clock import Clock
from scan_notify_plugin.deadline import wait_for
from scan_notify_plugin.testing.dingtalk_robot import DingTalkRobotServer
from scan_notify_plugin.worker import machine as machines
from scan_notify_plugin.worker.machine import Machine
from tests.loop import Loop, told

SOON = 60


@pytest.fixture
def server():
    with DingTalkRobotServer(hold_seconds=SOON) as running:
        yield running


@pytest.fixture
def robot(server):
    return server.add_robot()


@pytest.fixture
def loop(robot, server):
    """What a worker works with, on a clock that goes."""
    return Loop(told(robot, server.base_url), clock=Clock())


@pytest.fixture
def start(loop):
    """start(broker) is a machine that is stopped after the test."""
    machines = []

    def start(broker='memory://machine', **more):
        machines.append(Machine(broker, loop.context, every=0.05, **more))
        machines[-1].start()
        return machines[-1]

    yield start
    for machine in machines:
        machine.stop()


def due(loop):
    """A message that is due; its run."""
    run_id, task_ids = loop.fire(loop.schedule())
    loop.tick()
    loop.status(task_ids, 'done')
    run = loop.db['task_schedule_run'].find_one({'_id': run_id})
    tasks = {one: dict(seen, outcome='done', status='done', told=False) for one, seen in run['tasks'].items()}
    loop.db['task_schedule_run'].update_one({'_id': run_id}, {'$set': {'tasks': tasks}, '$inc': {'rev': 1}})
    return run_id


@pytest.fixture
def real(loop):
    """The loop's clock cannot be moved."""
    loop.clock.move = lambda **span: None
    return loop


def alive(machine):
    return machine.context.stored.read().workers().get(machine.name)


def lanes_held(loop):
    return [lane.id for lane in loop.context.lanes.all() if lane.claim is not None]


def test_it_delivers_says_what_it_is_and_stops_without_a_trace(real, robot, start):
    machine = start()
    due(real)
    assert wait_for(lambda: robot.messages, SOON)
    assert alive(machine)['targets'] == ['ops']
    machine.stop()
    assert len(robot.messages) == 1
    assert alive(machine) is None and lanes_held(real) == []
    assert not any(thread.is_alive() for thread in machine._threads)


def test_without_a_broker_it_delivers_as_well(real, robot, start):
    machine = start('amqp://guest:guest@127.0.0.1:9//')
    due(real)
    assert wait_for(lambda: robot.messages, SOON)
    begun = time.monotonic()
    machine.stop()
    assert time.monotonic() - begun < machines.STOP_WITHIN + 10 and alive(machine) is None


def test_ticks_that_fail_are_ticks_and_are_tried_again(real, robot, start, monkeypatch, caplog):
    broken, read, beats = threading.Event(), real.context.stored.read, []
    broken.set()

    def failing():
        if broken.is_set():
            raise OSError('no database')
        return read()

    monkeypatch.setattr(real.context.stored, 'read', failing)
    machine = start()
    beat = machine._pulse.beat
    monkeypatch.setattr(machine._pulse, 'beat', lambda: beats.append(beat()))
    begun = machine._pulse._beat_at
    assert wait_for(lambda: machine._pulse._beat_at > begun + 0.2, SOON)
    broken.clear()
    due(real)
    assert wait_for(lambda: robot.messages, SOON)
    assert caplog.text.count('tick failed, to be tried again: OSError: no database') == 1


def test_a_stop_while_a_robot_keeps_its_answer_back_records_a_doubt_and_gives_everything_back(
    real, robot, start, monkeypatch
):
    monkeypatch.setattr(machines, 'STOP_WITHIN', 3.5)
    robot.misbehave('timeout_after')
    machine = start()
    run_id = due(real)
    assert wait_for(lambda: robot.messages, SOON)
    machine.stop()
    assert alive(machine) is None and lanes_held(real) == []
    (job,) = real.jobs(run_id)
    (part,) = job['parts']
    assert (job['state'], part['state'], bool(part['doubt_at'])) == ('pending', 'ready', True)
    assert [line['words'] for line in job['attempts']] == ['the worker was told to stop']


def test_plugins_that_are_slow_to_say_what_is_wrong_delay_no_tick(real, robot, start, monkeypatch):
    gate, asked = threading.Event(), threading.Event()

    def problems(name):
        asked.set()
        gate.wait()
        return []

    monkeypatch.setattr(machines, 'PLUGINS', 0.05)
    monkeypatch.setattr(real.context.channels, 'problems', problems)
    machine = start()
    assert asked.wait(SOON)
    begun = machine._pulse._beat_at
    assert wait_for(lambda: machine._pulse._beat_at > begun, SOON)
    assert wait_for(lambda: alive(machine), SOON) and 'targets' not in alive(machine)
    gate.set()
    assert wait_for(lambda: 'ops' in alive(machine).get('targets', ()), SOON)


def test_start_and_stop_leave_no_descriptor_and_no_thread(real, start):
    start().stop()  # what is made once in a process
    before = threading.active_count(), len(os.listdir('/proc/self/fd'))
    for _ in range(2):
        start().stop()
    assert wait_for(lambda: threading.active_count() <= before[0] + 1, SOON)
    assert wait_for(lambda: len(os.listdir('/proc/self/fd')) <= before[1] + 2, SOON)  # + the alarms'


def test_the_next_tick_comes_as_soon_as_what_a_run_has_found_is_known(loop, monkeypatch):
    """The plan of a run does not wait for a tick of the clock."""
    machine = Machine('memory://soon', loop.context, every=60.0)
    monkeypatch.setattr(machines, 'SOONEST', 0.2)
    ticked = []
    machine._thread('tick', 60.0, lambda: ticked.append(time.monotonic()), awaited=machine._awaited)
    try:
        assert wait_for(lambda: len(ticked) == 1, 10)
        machine._collects._after_job()
        assert wait_for(lambda: len(ticked) == 2, 10) and ticked[1] - ticked[0] >= 0.2
    finally:
        machine.stopping.set()
    assert wait_for(lambda: not any(thread.is_alive() for thread in machine._threads), 10)
