"""A Gotify server, through Apprise; where Apprise is installed."""

from typing import List

from scan_notify_plugin.testing.gotify_server import GotifyServer
from scan_notify_plugin.testing.toy_channels.toy import Shown, Targets, Toy, shown

#: Characters that Apprise has for Gotify.
MOST = 32768


class AppriseToy(Toy):
    channel = 'apprise'
    expected = {('phone', 'message'): 1}

    def __init__(self) -> None:
        self._server = GotifyServer()
        self._server.start()

    @property
    def base_url(self) -> str:
        return self._server.base_url

    def targets(self) -> Targets:
        return {'phone': {'CHANNEL': self.channel, 'URLS': [self._server.application.url]}}

    def messages(self) -> List[Shown]:
        return [shown(self, 'phone', message, MOST) for message in self._server.application.messages]

    def close(self) -> None:
        self._server.close()
