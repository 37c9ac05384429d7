"""Robots of both kinds on loopback, in the time of a clock that tests move."""

import pytest

from scan_notify_plugin.testing.dingtalk_robot import DingTalkRobotServer
from scan_notify_plugin.testing.wxwork_robot import WxWorkRobotServer
from tests.findings.worlds import ManualClock


@pytest.fixture
def clock():
    return ManualClock()


@pytest.fixture
def server(clock):
    with DingTalkRobotServer(clock.now, hold_seconds=0.2) as server:
        yield server


@pytest.fixture
def wecom(clock):
    with WxWorkRobotServer(clock.now, hold_seconds=0.2) as server:
        yield server.add_robot()


@pytest.fixture
def ops(server):
    return server.add_robot()


@pytest.fixture
def lead(server):
    return server.add_robot()
