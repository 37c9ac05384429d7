"""A server with bots that keep the vendor's rules."""

import pytest

from scan_notify_plugin.testing.feishu_robot import FeishuRobotServer


@pytest.fixture(scope='session')
def server():
    with FeishuRobotServer(hold_seconds=5) as server:
        yield server


@pytest.fixture
def robot(server):
    return server.add_robot()
