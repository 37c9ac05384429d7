"""Every channel of ours passes the battery that ships for third parties."""

import pytest

from scan_notify_plugin.errors import Reason
from scan_notify_plugin.notifiers.dingding import DingTalkRobot
from scan_notify_plugin.notifiers.wxwork import WechatNotifier
from scan_notify_plugin.testing.conformance import NotifierConformance, Subject
from scan_notify_plugin.testing.dingtalk_robot import DingTalkRobotServer
from scan_notify_plugin.testing.wxwork_robot import WxWorkRobotServer

#: Port 9 is discard's; nobody listens there.
NOBODY = 'http://127.0.0.1:9'


class TestDingTalkRobot(NotifierConformance):
    @pytest.fixture
    def subject(self):
        with DingTalkRobotServer(hold_seconds=4) as server:
            robot = server.add_robot(secret='SEC' + '7' * 61)
            options = {'access_token': robot.token, 'secret': robot.secret, 'api_base': server.base_url}
            refusals = {
                Reason.BUSY: -1,
                Reason.THROTTLED: 410100,
                Reason.CONFIG: 310000,
                Reason.CONTENT: 430102,
                Reason.TOO_LONG: 460101,
                Reason.QUOTA: 20001,
            }
            yield Subject(
                DingTalkRobot(), options, robot, [robot.token, robot.secret], refusals,
                nobody=dict(options, api_base=NOBODY),
            )  # fmt: skip


class TestWxWorkRobot(NotifierConformance):
    @pytest.fixture
    def subject(self):
        with WxWorkRobotServer(hold_seconds=4) as server:
            robot = server.add_robot()
            options = {'webhook_url': robot.webhook_url}
            refusals = {
                Reason.BUSY: -1,
                Reason.THROTTLED: 45009,
                Reason.CONFIG: 93000,
                Reason.CONTENT: 40033,
                Reason.TOO_LONG: 45002,
            }
            yield Subject(
                WechatNotifier(), options, robot, [robot.key], refusals,
                nobody={'webhook_url': robot.webhook_url.replace(server.base_url, NOBODY)}, retries_5xx=True,
            )  # fmt: skip
