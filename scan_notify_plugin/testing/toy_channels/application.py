"""A DingTalk application: work notifications with a file, and cards with buttons.

:data:`USER` presses them.
"""

import json
from typing import List

from scan_notify_plugin.testing.dingtalk_openapi import DingTalkOpenApiServer
from scan_notify_plugin.testing.dingtalk_openapi.callbacks import Clicked
from scan_notify_plugin.testing.dingtalk_openapi.card import Card
from scan_notify_plugin.testing.dingtalk_openapi.notification import WorkNotification
from scan_notify_plugin.testing.toy_channels.toy import Shown, Targets, Toy

__all__ = ['USER', 'ApplicationToy', 'Card', 'Clicked']

GROUP, USER = 'cidDemoGroup==', 'demo-user'
TEMPLATE, ROUTE_KEY, ROUTE_SECRET = 'demo.schema', 'demo-route', 'demo-callback-secret'
#: Bytes of a work notification.
MOST = 2048


class ApplicationToy(Toy):
    """
    :param callback: how clicks on cards come back: ``http`` or ``stream``
    """

    channel = 'dingding_openapi'
    expected = {('staff', 'file'): 1, ('staff', 'message'): 1, ('cards', 'card'): 1}

    def __init__(self, callback: str) -> None:
        self._callback = callback
        self._server = DingTalkOpenApiServer()
        self._server.start()
        self._app = self._server.add_app(users={USER: 'demo'}, conversations=[GROUP], templates=[TEMPLATE])
        self._app.asks_before_result = 0  # nobody wants to wait for it in a demo

    @property
    def base_url(self) -> str:
        return self._server.base_url

    def targets(self) -> Targets:
        application = {
            'CHANNEL': self.channel,
            'APP_KEY': self._app.app_key,
            'APP_SECRET': self._app.app_secret,
            'AGENT_ID': self._app.agent_id,
            'API_BASE': self.base_url,
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
        return {'staff': dict(application, WAYS=['work'], USERS=[USER]), 'cards': dict(application, **card)}

    def messages(self) -> List[Shown]:
        found = []
        for sent in list(self._app.work_notifications.values()):
            size = len(json.dumps(sent.msg, ensure_ascii=False).encode('utf-8'))
            found.append(Shown(self.channel, 'staff', sent.msgtype, size, MOST, self._text(sent), sent.sent_at))
        return found + [self._card(card) for card in self.cards()]

    def _card(self, card: Card) -> Shown:
        text = '\n'.join(card.data.get(name, '') for name in ('title', 'summary'))
        received = [call.received_at for call in self._app.calls if card.out_track_id.encode('ascii') in call.body]
        return Shown(self.channel, 'cards', 'card', len(text.encode('utf-8')), 0, text, received[0])

    def _text(self, sent: WorkNotification) -> str:
        if sent.msgtype == 'file':
            return self._app.files[str(sent.content['media_id'])].name
        return str(sent.content.get('text') or sent.content.get('markdown'))

    def cards(self) -> List[Card]:
        """Those that reached the group, the oldest first."""
        return [card for card in list(self._app.cards.values()) if card.deliveries]

    def click(self, user: str, action: str) -> Clicked:
        """Somebody presses a button on the newest card; what DingTalk was answered."""
        return self._server.click(self.cards()[-1].out_track_id, user, [action])

    def close(self) -> None:
        self._server.close()
