"""A WeCom robot."""

from typing import List

from scan_notify_plugin.notifiers.dialects import WECOM_MARKDOWN_V2
from scan_notify_plugin.testing.toy_channels.toy import Shown, Targets, Toy, shown
from scan_notify_plugin.testing.wxwork_robot import WxWorkRobotServer


class WxWorkToy(Toy):
    channel = 'wxwork'
    expected = {('team', 'markdown_v2'): 1}

    def __init__(self) -> None:
        self._server = WxWorkRobotServer()
        self._server.start()
        self._robot = self._server.add_robot()

    @property
    def base_url(self) -> str:
        return self._server.base_url

    def targets(self) -> Targets:
        return {'team': {'CHANNEL': self.channel, 'WEBHOOK_URL': self._robot.webhook_url}}

    def messages(self) -> List[Shown]:
        # Of WeCom's messages the text counts.
        most = WECOM_MARKDOWN_V2.max_bytes or 0
        return [shown(self, 'team', one, most, len(one.text.encode('utf-8'))) for one in self._robot.messages]

    def close(self) -> None:
        self._server.close()
