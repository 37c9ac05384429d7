"""A server with robots that keep the vendor's rules."""

import pytest

from scan_notify_plugin.testing.wxwork_robot import WxWorkRobotServer


@pytest.fixture(scope='session')
def server():
    with WxWorkRobotServer(hold_seconds=5) as server:
        yield server


@pytest.fixture
def robot(server):
    return server.add_robot()
