"""Lanes are rung over the broker while it carries, and at home while it does not; nothing waits for it."""

import threading
import time

import pytest

from scan_notify_plugin.deadline import wait_for
from scan_notify_plugin.faults import quoted, say
from scan_notify_plugin.worker import bell as bell_module
from scan_notify_plugin.worker.bell import Bell

SOON = 30


class Broker:
    """What the bell publishes to, and the rest of its world."""

    def __init__(self):
        self.carried, self.home, self.changes = [], [], []
        self.error = None
        self.silent = threading.Event()
        self.silent.set()
        self.asked = threading.Event()
        self.bell = Bell(self.publish, self.home.append, self.changes.append)

    def publish(self, lane):
        self.asked.set()
        self.silent.wait()
        if self.error:
            raise self.error
        self.carried.append(lane)


@pytest.fixture
def broker(monkeypatch):
    """Without pauses between two tries."""
    monkeypatch.setattr(bell_module, 'TROUBLE', 0.0)
    made = Broker()
    made.bell.start()
    yield made
    made.silent.set()


def test_a_ring_is_carried(broker):
    broker.bell.ring('channel:a')
    assert wait_for(lambda: broker.carried == ['channel:a'], SOON)
    assert (broker.home, broker.changes, broker.bell.trouble) == ([], [], None)


def test_a_ring_that_the_broker_refuses_is_worked_at_home_and_said_once(broker, caplog):
    broker.error = OSError('nobody listens')
    broker.bell.ring('channel:a')
    assert wait_for(lambda: broker.home == ['channel:a'], SOON)
    broker.bell.ring('channel:b')
    assert wait_for(lambda: broker.home == ['channel:a', 'channel:b'], SOON)
    assert broker.changes == [True] and say(broker.bell.trouble, 'en') == 'OSError: nobody listens'
    assert caplog.text.count('does not carry, this worker works alone: OSError: nobody listens') == 1


def test_a_broker_that_is_back_is_noticed_by_a_probe_which_is_no_lane(broker):
    broker.error = OSError('nobody listens')
    broker.bell.ring('channel:a')
    assert wait_for(lambda: broker.changes == [True], SOON)
    broker.error = None
    broker.bell.probe()
    assert wait_for(lambda: broker.changes == [True, False], SOON)
    assert (broker.carried, broker.home, broker.bell.trouble) == ([''], ['channel:a'], None)


def test_a_probe_that_fails_is_no_lane_either(broker):
    broker.error = OSError('nobody listens')
    broker.bell.ring('channel:a')
    assert wait_for(lambda: broker.changes == [True], SOON)
    broker.asked.clear()
    broker.bell.probe()
    assert broker.asked.wait(SOON)
    broker.bell.ring('channel:b')
    assert wait_for(lambda: 'channel:b' in broker.home, SOON) and broker.home == ['channel:a', 'channel:b']


def test_without_trouble_nothing_is_probed(broker):
    broker.bell.probe()
    broker.bell.ring('channel:a')
    assert wait_for(lambda: broker.carried == ['channel:a'], SOON)


def test_behind_a_ring_that_gets_no_answer_lanes_are_worked_at_home_at_once(broker, monkeypatch):
    monkeypatch.setattr(bell_module, 'PATIENCE', 0.01)
    broker.silent.clear()
    broker.bell.ring('channel:a')
    assert broker.asked.wait(SOON)
    time.sleep(0.02)
    broker.bell.ring('channel:b')
    assert broker.home == ['channel:b'] and broker.changes == [True]
    broker.silent.set()
    assert wait_for(lambda: broker.changes == [True, False], SOON)
    assert broker.carried == ['channel:a']


def test_a_lane_waits_for_the_broker_once(broker):
    broker.silent.clear()
    broker.bell.ring('channel:a')
    assert broker.asked.wait(SOON)
    for _ in range(5):
        broker.bell.ring('channel:b')
    broker.silent.set()
    broker.bell.ring('channel:c')
    assert wait_for(lambda: 'channel:c' in broker.carried, SOON)
    assert broker.carried == ['channel:a', 'channel:b', 'channel:c'] and broker.home == []


def test_more_rings_than_can_wait_are_worked_at_home_and_a_probe_does_not_mind(broker, monkeypatch):
    monkeypatch.setattr(bell_module, 'PATIENCE', SOON)
    broker.silent.clear()
    broker.bell.ring('channel:first')
    assert broker.asked.wait(SOON)
    for number in range(bell_module._MOST + 3):
        broker.bell.ring('channel:{}'.format(number))
    assert broker.home == ['channel:{}'.format(bell_module._MOST + number) for number in range(3)]
    broker.bell.trouble = quoted('some')
    broker.bell.probe()


def test_while_the_broker_takes_nothing_each_ring_is_worked_at_home(broker):
    broker.bell.blocked('low on memory')
    assert broker.changes == [True] and say(broker.bell.trouble, 'en') == 'it takes nothing: low on memory'
    broker.bell.ring('channel:a')  # carried as far as the client knows
    assert wait_for(lambda: broker.home == ['channel:a'], SOON)
    broker.bell.blocked('')
    assert broker.changes == [True, False]
    broker.bell.ring('channel:b')
    assert wait_for(lambda: broker.carried[-1] == 'channel:b', SOON) and broker.home == ['channel:a']


def test_a_connection_that_opens_is_no_news_unless_the_last_one_was_blocked(broker):
    broker.error = OSError('nobody listens')
    broker.bell.ring('channel:a')
    assert wait_for(lambda: broker.changes == [True], SOON)
    broker.bell.blocked('')
    assert broker.changes == [True] and say(broker.bell.trouble, 'en') == 'OSError: nobody listens'


def test_between_two_tries_of_a_broker_that_is_away_nothing_is_asked(broker, monkeypatch):
    monkeypatch.setattr(bell_module, 'TROUBLE', 3600.0)
    broker.error = OSError('nobody listens')
    broker.bell.ring('channel:a')
    assert wait_for(lambda: broker.home == ['channel:a'], SOON)
    broker.asked.clear()
    broker.bell.ring('channel:b')
    broker.bell.probe()
    assert broker.home == ['channel:a', 'channel:b'] and not broker.asked.is_set()
