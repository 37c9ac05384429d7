"""WeCom (企业微信): the channel ``wxwork``, and the same robot as a library; see docs/notifier_module.md."""

from scan_notify_plugin.notifiers.wxwork.client import WEBHOOK_ENDPOINT, WebhookClient, send_webhook_message
from scan_notify_plugin.notifiers.wxwork.formatter import MessageFormatter
from scan_notify_plugin.notifiers.wxwork.library import WechatNotifier, send_batch
from scan_notify_plugin.notifiers.wxwork.messages import MonitorReport, PushResult, WechatMessage
from scan_notify_plugin.notifiers.wxwork.retry import RetryConfig
from scan_notify_plugin.notifiers.wxwork.robot import WxWorkRobot

__all__ = [
    'WEBHOOK_ENDPOINT',
    'MessageFormatter',
    'MonitorReport',
    'PushResult',
    'RetryConfig',
    'WebhookClient',
    'WechatMessage',
    'WechatNotifier',
    'WxWorkRobot',
    'send_batch',
    'send_webhook_message',
]
