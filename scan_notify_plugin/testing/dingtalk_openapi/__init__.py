"""DingTalk's OpenAPI on loopback: tokens, work notifications, robot messages, files, cards and Stream mode."""

from scan_notify_plugin.testing.dingtalk_openapi.app import App
from scan_notify_plugin.testing.dingtalk_openapi.callbacks import Clicked, card_signature
from scan_notify_plugin.testing.dingtalk_openapi.card import Card
from scan_notify_plugin.testing.dingtalk_openapi.server import DingTalkOpenApiServer

__all__ = ['App', 'Card', 'Clicked', 'DingTalkOpenApiServer', 'card_signature']
