"""What `scan-notify demo` sends to: a service of each channel, all on loopback."""

from contextlib import ExitStack
from typing import Dict, List, Tuple

from scan_notify_plugin.notifiers.apprise import is_installed
from scan_notify_plugin.testing.toy_channels.application import USER, ApplicationToy, Card, Clicked
from scan_notify_plugin.testing.toy_channels.apprise import AppriseToy
from scan_notify_plugin.testing.toy_channels.dingding import DingTalkToy
from scan_notify_plugin.testing.toy_channels.email import MailToy
from scan_notify_plugin.testing.toy_channels.feishu import FeishuToy
from scan_notify_plugin.testing.toy_channels.toy import Shown, Targets, Toy
from scan_notify_plugin.testing.toy_channels.webhook import WebhookToy
from scan_notify_plugin.testing.toy_channels.wxwork import WxWorkToy

__all__ = ['USER', 'Shown', 'ToyChannels']


class ToyChannels:
    """The services, and the targets that an administrator would configure for them.

    :param callback: how clicks on cards come back: ``http`` or ``stream``
    """

    def __init__(self, callback: str = 'http') -> None:
        self._toys: List[Toy] = []
        with ExitStack() as stack:
            self._application = ApplicationToy(callback)
            self._begin(self._application, stack)
            for kind in (DingTalkToy, WxWorkToy, FeishuToy, MailToy, WebhookToy) + (AppriseToy,) * is_installed():
                self._begin(kind(), stack)
            self._stack = stack.pop_all()

    def _begin(self, toy: Toy, stack: ExitStack) -> None:
        stack.callback(toy.close)
        self._toys.append(toy)

    def close(self) -> None:
        self._stack.close()

    @property
    def base_urls(self) -> Dict[str, str]:
        """By channel."""
        return {toy.channel: toy.base_url for toy in self._toys}

    @property
    def expected(self) -> Dict[Tuple[str, str], int]:
        """How many messages must arrive for one run, by target and kind."""
        return {kind: count for toy in self._toys for kind, count in toy.expected.items()}

    def targets(self) -> Targets:
        """What stands under ``TARGETS``."""
        return {name: options for toy in self._toys for name, options in toy.targets().items()}

    def messages(self) -> List[Shown]:
        """All that arrived, the oldest first."""
        found = [message for toy in self._toys for message in toy.messages()]
        return sorted(found, key=lambda message: message.received_at)

    def cards(self) -> List[Card]:
        """Those that reached the group, the oldest first."""
        return self._application.cards()

    def click(self, user: str, action: str) -> Clicked:
        """Somebody presses a button on the newest card; what DingTalk was answered."""
        return self._application.click(user, action)
