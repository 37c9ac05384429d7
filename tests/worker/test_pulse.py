"""A worker whose ticks have stopped ends itself, and says in what they hang."""

import logging
import threading

import pytest

from scan_notify_plugin.deadline import wait_for
from scan_notify_plugin.worker import pulse as pulse_module
from scan_notify_plugin.worker.pulse import EXIT, LIMIT, STOOD_STILL, Pulse, where

SOON = 30


class Clock:
    def __init__(self):
        self.time = 1000.0

    def monotonic(self):
        return self.time


@pytest.fixture
def clock(monkeypatch):
    clock = Clock()
    monkeypatch.setattr(pulse_module, 'time', clock)
    monkeypatch.setattr(pulse_module.logging, 'shutdown', lambda: None)
    return clock


@pytest.fixture
def ends():
    return []


@pytest.fixture
def pulse(clock, ends):
    made = Pulse(ends.append)
    made.beat()
    return made


def looks(pulse, clock, seconds):
    """A look every second, for so many seconds."""
    for _ in range(int(seconds)):
        clock.time += 1
        pulse.look()


def test_after_a_minute_without_a_tick_it_ends_with_70_and_one_line(pulse, clock, ends, caplog):
    looks(pulse, clock, LIMIT)
    assert ends == []
    looks(pulse, clock, 1)
    assert ends == [EXIT] == [70]
    (line,) = [record for record in caplog.records if record.levelno == logging.CRITICAL]
    assert line.getMessage().startswith('no tick for 60 s, this worker ends itself to be started again (exit 70)')


def test_each_tick_gives_another_minute(pulse, clock, ends):
    for _ in range(5):
        looks(pulse, clock, LIMIT)
        pulse.beat()
    assert ends == []


def test_a_gap_of_the_clock_gives_another_minute(pulse, clock, ends):
    looks(pulse, clock, LIMIT - 1)
    clock.time += STOOD_STILL + 3600
    pulse.look()
    looks(pulse, clock, LIMIT)
    assert ends == []
    looks(pulse, clock, 1)
    assert ends == [EXIT]


def test_a_log_that_takes_nothing_does_not_keep_it_alive(pulse, clock, ends, monkeypatch):
    held = threading.Event()
    monkeypatch.setattr(pulse_module, 'LAST_LINE', 0.01)
    monkeypatch.setattr(pulse_module.log, 'critical', lambda *args: held.wait())
    looks(pulse, clock, LIMIT + 1)
    held.set()
    assert ends == [EXIT]


def test_it_watches_until_the_worker_stops(ends):
    stopping = threading.Event()
    thread = threading.Thread(target=Pulse(ends.append).watch, args=(stopping,), daemon=True)
    thread.start()
    stopping.set()
    thread.join(SOON)
    assert not thread.is_alive() and ends == []


def test_it_names_what_a_thread_is_in():
    gate, inside = threading.Event(), threading.Event()

    def hangs_here():
        inside.set()
        gate.wait()

    thread = threading.Thread(target=lambda: wait_for(hangs_here, 1), daemon=True)
    thread.start()
    assert inside.wait(SOON)
    words = where(thread.ident)
    gate.set()
    assert 'called by wait_for (deadline.py:' in words


def test_a_thread_that_is_gone_is_an_unknown_place():
    assert where(None) == 'an unknown place'
