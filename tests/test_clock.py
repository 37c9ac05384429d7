"""One time for all processes, whatever this machine's wall clock does."""

from datetime import datetime, timedelta, timezone

import pytest

from scan_notify_plugin import clock as clock_module
from scan_notify_plugin.clock import Clock

SERVER = datetime(2030, 5, 17, 12, 0, 0, 250000, tzinfo=timezone.utc)


class Machine:
    """Stands in for the module `time`."""

    def __init__(self):
        self.wall, self.ticks = 1700000000.1239, 50.0

    def time(self):
        return self.wall

    def monotonic(self):
        return self.ticks


@pytest.fixture
def machine(monkeypatch):
    machine = Machine()
    monkeypatch.setattr(clock_module, 'time', machine)
    return machine


def test_before_the_server_was_seen_it_tells_this_machines_time(machine):
    assert Clock().now() == datetime(2023, 11, 14, 22, 13, 20, 123000, tzinfo=timezone.utc)
    assert Clock().skew() == 0.0


def test_after_that_it_tells_the_servers_time_carried_on_by_the_monotonic_clock(machine):
    clock = Clock()
    clock.observe(SERVER)
    machine.ticks += 90.5
    assert clock.now() == SERVER + timedelta(seconds=90.5)


def test_a_jump_of_the_wall_clock_changes_nothing(machine):
    clock = Clock()
    clock.observe(SERVER)
    machine.wall += 86400
    assert clock.now() == SERVER


def test_naive_times_of_the_server_are_utc(machine):
    clock = Clock()
    clock.observe(SERVER.replace(tzinfo=None))
    assert clock.now() == SERVER


def test_a_server_in_another_zone_is_the_same_time(machine):
    clock = Clock()
    clock.observe(SERVER.astimezone(timezone(timedelta(hours=8))))
    assert clock.now() == SERVER
    assert clock.now().tzinfo is timezone.utc


def test_a_newer_look_at_the_server_counts(machine):
    clock = Clock()
    clock.observe(SERVER)
    machine.ticks += 60
    clock.observe(SERVER + timedelta(seconds=59))
    assert clock.now() == SERVER + timedelta(seconds=59)


def test_times_are_whole_milliseconds_as_mongodb_stores_them(machine):
    clock = Clock()
    clock.observe(SERVER)
    machine.ticks += 0.0019
    assert clock.now().microsecond % 1000 == 0


@pytest.mark.parametrize('ahead', [-300.0, 0.0, 7200.0])
def test_the_skew_is_how_far_this_machine_is_ahead(machine, ahead):
    clock = Clock()
    clock.observe(datetime.fromtimestamp(machine.wall - ahead, timezone.utc))
    machine.wall += 5
    machine.ticks += 5
    assert clock.skew() == pytest.approx(ahead, abs=0.01)


def test_a_step_ahead_is_remembered_for_as_long_as_somebody_may_have_waited(machine):
    clock = Clock()
    clock.observe(SERVER)
    machine.ticks += 10
    clock.observe(SERVER + timedelta(hours=8, seconds=10))
    assert clock.grace() == clock.grace(timedelta(minutes=2)) == timedelta(hours=8)
    machine.ticks += 121
    assert clock.grace(timedelta(minutes=2)) == timedelta(0)
    assert clock.grace() == timedelta(hours=8)
    machine.ticks += 86400
    assert clock.grace() == timedelta(0)


def test_a_step_back_and_small_differences_make_nothing_late(machine):
    clock = Clock()
    clock.observe(SERVER)
    clock.observe(SERVER - timedelta(hours=8))
    clock.observe(SERVER - timedelta(hours=8) + timedelta(seconds=4))
    assert clock.grace() == timedelta(0)
