"""A Feishu bot with a sign."""

from typing import List

from scan_notify_plugin.notifiers.feishu import FeishuRobot
from scan_notify_plugin.testing.feishu_robot import FeishuRobotServer
from scan_notify_plugin.testing.toy_channels.toy import Shown, Targets, Toy, shown


class FeishuToy(Toy):
    channel = 'feishu'
    expected = {('feishu-group', 'interactive'): 1}

    def __init__(self) -> None:
        self._server = FeishuRobotServer()
        self._server.start()
        self._robot = self._server.add_robot(secret='demo-feishu-sign')

    @property
    def base_url(self) -> str:
        return self._server.base_url

    def targets(self) -> Targets:
        url, secret = self._robot.webhook_url, self._robot.secret
        return {'feishu-group': {'CHANNEL': self.channel, 'WEBHOOK_URL': url, 'SECRET': secret}}

    def messages(self) -> List[Shown]:
        most = FeishuRobot.max_bytes or 0
        return [shown(self, 'feishu-group', message, most) for message in self._robot.messages]

    def close(self) -> None:
        self._server.close()
