"""Feishu's bot passes the battery."""

import pytest

from scan_notify_plugin.errors import Reason
from scan_notify_plugin.notifiers.feishu import FeishuRobot
from scan_notify_plugin.testing.conformance import NotifierConformance, Subject
from scan_notify_plugin.testing.feishu_robot import FeishuRobotServer

#: Port 9 is discard's; nobody listens there.
NOBODY = 'http://127.0.0.1:9'


class TestFeishuRobot(NotifierConformance):
    @pytest.fixture
    def subject(self):
        with FeishuRobotServer(hold_seconds=0.5) as server:
            robot = server.add_robot(secret='Kx7' + '7' * 20)
            robot.per_minute = robot.per_second = 10000  # the battery moves its own time, the server's is real
            options = {'webhook_url': robot.webhook_url, 'secret': robot.secret}
            refusals = {
                Reason.THROTTLED: 11232,
                Reason.CONFIG: 19024,
                Reason.CONTENT: 11248,
                Reason.REFUSED: 19999,
                Reason.TOO_LONG: 19036,
            }
            yield Subject(
                FeishuRobot(), options, robot, [robot.token, robot.secret], refusals,
                nobody=dict(options, webhook_url=robot.webhook_url.replace(server.base_url, NOBODY)), retries_5xx=True,
            )  # fmt: skip
