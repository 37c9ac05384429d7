"""A receiver of signed webhooks."""

from typing import List

from scan_notify_plugin.notifiers.webhook import WebhookNotifier
from scan_notify_plugin.testing.toy_channels.toy import Shown, Targets, Toy, shown
from scan_notify_plugin.testing.webhook_receiver import WebhookServer, make_secret


class WebhookToy(Toy):
    channel = 'webhook'
    expected = {('siem', 'run.finished'): 1}

    def __init__(self) -> None:
        self._server = WebhookServer()
        self._server.start()
        self._receiver = self._server.add_receiver(secret=make_secret())

    @property
    def base_url(self) -> str:
        return self._server.base_url

    def targets(self) -> Targets:
        url, secret = self._receiver.url, self._receiver.secret
        return {'siem': {'CHANNEL': self.channel, 'URL': url, 'SECRET': secret, 'ALLOW_PRIVATE': True}}

    def messages(self) -> List[Shown]:
        most = WebhookNotifier.max_bytes or 0
        return [shown(self, 'siem', message, most) for message in self._receiver.messages]

    def close(self) -> None:
        self._server.close()
