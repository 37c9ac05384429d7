"""An internal application of DingTalk: work notifications, robot messages, files and cards that answer."""

from scan_notify_plugin.notifiers.dingding_openapi.channel import DingTalkOpenApi

__all__ = ['DingTalkOpenApi']
