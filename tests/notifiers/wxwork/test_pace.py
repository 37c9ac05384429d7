"""How many posts a robot gets in a minute, whoever makes them."""

import uuid

from scan_notify_plugin.notifiers.wxwork.retry import Pace


class Time:
    def __init__(self):
        self.now, self.slept = 100.0, []

    def sleep(self, seconds):
        self.slept.append(seconds)
        self.now += seconds


def paces(time, *robots):
    return [Pace(robot, 2, 60.0, time.sleep, lambda: time.now) for robot in robots]


def test_two_notifiers_of_one_robot_share_its_allowance():
    time, robot = Time(), uuid.uuid4().hex
    one, other = paces(time, robot, robot)
    one.wait()
    time.now += 10
    other.wait()
    assert time.slept == []
    one.wait()
    assert time.slept == [50.0]
    other.wait()
    assert time.slept == [50.0, 10.0]


def test_another_robot_has_its_own():
    time = Time()
    one, other = paces(time, uuid.uuid4().hex, uuid.uuid4().hex)
    for _ in range(2):
        one.wait()
        other.wait()
    assert time.slept == []
