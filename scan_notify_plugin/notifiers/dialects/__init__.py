"""How blocks look in a channel: one class for each markup that is spoken. Pure."""

from scan_notify_plugin.notifiers.dialects.base import Dialect, Room
from scan_notify_plugin.notifiers.dialects.dingtalk import DINGTALK
from scan_notify_plugin.notifiers.dialects.feishu import FEISHU, FeishuMarkdown
from scan_notify_plugin.notifiers.dialects.markdown import MARKDOWN, Markdown
from scan_notify_plugin.notifiers.dialects.plain import PLAIN_TEXT, PlainText
from scan_notify_plugin.notifiers.dialects.wecom import (  # fmt: skip
    WECOM_COLOURED,
    WECOM_MARKDOWN,
    WECOM_MARKDOWN_V2,
    WeComMarkdown,
    WeComMarkdownV2,
)

__all__ = [
    'DINGTALK',
    'Dialect',
    'FEISHU',
    'FeishuMarkdown',
    'MARKDOWN',
    'Markdown',
    'PLAIN_TEXT',
    'PlainText',
    'Room',
    'WECOM_COLOURED',
    'WECOM_MARKDOWN',
    'WECOM_MARKDOWN_V2',
    'WeComMarkdown',
    'WeComMarkdownV2',
]
