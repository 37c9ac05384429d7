"""What `scan-notify demo` sends to: a DingTalk robot, a WeCom robot and a DingTalk application, all on loopback."""

import json
from datetime import datetime
from typing import Dict, List, NamedTuple

from scan_notify_plugin.testing.dingtalk_openapi import DingTalkOpenApiServer
from scan_notify_plugin.testing.dingtalk_openapi.callbacks import Clicked
from scan_notify_plugin.testing.dingtalk_openapi.card import Card
from scan_notify_plugin.testing.dingtalk_openapi.notification import WorkNotification
from scan_notify_plugin.testing.dingtalk_robot import DingTalkRobotServer
from scan_notify_plugin.testing.robot_server import Message
from scan_notify_plugin.testing.wxwork_robot import WxWorkRobotServer

KEYWORD = '巡检'
GROUP, USER = 'cidDemoGroup==', 'demo-user'
TEMPLATE, ROUTE_KEY, ROUTE_SECRET = 'demo.schema', 'demo-route', 'demo-callback-secret'


class Shown(NamedTuple):
    """One message as people see it."""

    channel: str
    target: str
    msgtype: str
    bytes: int
    text: str
    received_at: datetime  # aware UTC


class ToyChannels:
    """The three services, and the targets that an administrator would configure for them.

    :param callback: how clicks on cards come back: ``http`` or ``stream``
    """

    def __init__(self, callback: str = 'http') -> None:
        self._callback = callback
        self._robots, self._wxwork, self._openapi = DingTalkRobotServer(), WxWorkRobotServer(), DingTalkOpenApiServer()
        for server in (self._robots, self._wxwork, self._openapi):
            server.start()
        self.dingding = self._robots.add_robot(secret='SECdemo', keywords=[KEYWORD])
        self.wxwork = self._wxwork.add_robot()
        self.app = self._openapi.add_app(users={USER: 'demo'}, conversations=[GROUP], templates=[TEMPLATE])
        self.app.asks_before_result = 0  # nobody wants to wait for it in a demo

    def close(self) -> None:
        for server in (self._robots, self._wxwork, self._openapi):
            server.close()

    @property
    def base_urls(self) -> Dict[str, str]:
        """By channel."""
        return {
            'dingding': self._robots.base_url,
            'wxwork': self._wxwork.base_url,
            'dingding_openapi': self._openapi.base_url,
        }

    def targets(self) -> Dict[str, Dict[str, object]]:
        """What stands under ``TARGETS``."""
        robot: Dict[str, object] = {
            'CHANNEL': 'dingding',
            'ACCESS_TOKEN': self.dingding.token,
            'SECRET': self.dingding.secret,
            'KEYWORD': KEYWORD,
            'API_BASE': self._robots.base_url,
        }
        application = {
            'CHANNEL': 'dingding_openapi',
            'APP_KEY': self.app.app_key,
            'APP_SECRET': self.app.app_secret,
            'AGENT_ID': self.app.agent_id,
            'API_BASE': self._openapi.base_url,
        }
        card = {
            'WAYS': ['card'],
            'SEND_FILE': False,
            'DEFAULT_CHAT_ID': GROUP,
            'CARD_TEMPLATE_ID': TEMPLATE,
            'CALLBACK': self._callback,
            'CALLBACK_ROUTE_KEY': ROUTE_KEY,
            'CALLBACK_SECRET': ROUTE_SECRET,
            'OPERATORS': [USER],
        }
        return {
            'ops': robot,
            'team': {'CHANNEL': 'wxwork', 'WEBHOOK_URL': self.wxwork.webhook_url},
            'staff': dict(application, WAYS=['work'], USERS=[USER]),
            'cards': dict(application, **card),
        }

    def messages(self) -> List[Shown]:
        """All that arrived, the oldest first."""
        shown = [_shown('dingding', 'ops', message) for message in self.dingding.messages]
        shown += [_shown('wxwork', 'team', message) for message in self.wxwork.messages]
        for sent in list(self.app.work_notifications.values()):
            size = len(json.dumps(sent.msg, ensure_ascii=False).encode('utf-8'))
            shown.append(Shown('dingding_openapi', 'staff', sent.msgtype, size, self._text(sent), sent.sent_at))
        for card in self.cards():
            text = '\n'.join(card.data.get(name, '') for name in ('title', 'summary'))
            received = [call.received_at for call in self.app.calls if card.out_track_id.encode('ascii') in call.body]
            shown.append(Shown('dingding_openapi', 'cards', 'card', len(text.encode('utf-8')), text, received[0]))
        return sorted(shown, key=lambda message: message.received_at)

    def cards(self) -> List[Card]:
        """Those that reached the group, the oldest first."""
        return [card for card in list(self.app.cards.values()) if card.deliveries]

    def click(self, user: str, action: str) -> Clicked:
        """Somebody presses a button on the newest card; what DingTalk was answered."""
        return self._openapi.click(self.cards()[-1].out_track_id, user, [action])

    def _text(self, sent: WorkNotification) -> str:
        if sent.msgtype == 'file':
            return self.app.files[str(sent.content['media_id'])].name
        return str(sent.content.get('text') or sent.content.get('markdown'))


def _shown(channel: str, target: str, message: Message) -> Shown:
    return Shown(channel, target, message.msgtype, message.size, message.text, message.received_at)
