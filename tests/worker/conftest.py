"""The robot that workers tell."""

import pytest

from scan_notify_plugin.testing.dingtalk_robot import DingTalkRobotServer


@pytest.fixture
def server():
    with DingTalkRobotServer(hold_seconds=0.2) as running:
        yield running


@pytest.fixture
def robot(server):
    return server.add_robot()
