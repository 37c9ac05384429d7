"""A DingTalk robot with a sign and a keyword."""

from typing import List

from scan_notify_plugin.notifiers.dingding import DingTalkRobot
from scan_notify_plugin.testing.dingtalk_robot import DingTalkRobotServer
from scan_notify_plugin.testing.toy_channels.toy import Shown, Targets, Toy, shown

KEYWORD = '巡检'


class DingTalkToy(Toy):
    channel = 'dingding'
    expected = {('ops', 'markdown'): 1}

    def __init__(self) -> None:
        self._server = DingTalkRobotServer()
        self._server.start()
        self._robot = self._server.add_robot(secret='SECdemo', keywords=[KEYWORD])

    @property
    def base_url(self) -> str:
        return self._server.base_url

    def targets(self) -> Targets:
        return {
            'ops': {
                'CHANNEL': self.channel,
                'ACCESS_TOKEN': self._robot.token,
                'SECRET': self._robot.secret,
                'KEYWORD': KEYWORD,
                'API_BASE': self.base_url,
            }
        }

    def messages(self) -> List[Shown]:
        return [shown(self, 'ops', message, DingTalkRobot.max_bytes) for message in self._robot.messages]

    def close(self) -> None:
        self._server.close()
