"""Telegram's HTML: https://core.telegram.org/bots/api#html-style.

A few tags, and of named entities four alone: ``&lt;``, ``&gt;``, ``&amp;``, ``&quot;``. A message has at most 4096
characters after the tags are read, and no tag may be left open. Whatever looks like an address, a name with an ``@``, a
``#tag`` or a ``/command`` is one without being asked.
"""

import re
from html import escape
from typing import Callable

from scan_notify_plugin.notifiers import blocks, text
from scan_notify_plugin.notifiers.dialects.base import Room, Show
from scan_notify_plugin.notifiers.dialects.bullets import Bulleted
from scan_notify_plugin.notifiers.shortening import Measure
from scan_notify_plugin.notifiers.summary import Text

#: Tapping it sends it into the chat.
_COMMAND = re.compile(r'(?<!\S)/(?=\w)')


class TelegramHtml(Bulleted):
    """``parse_mode`` HTML."""

    room = Room(assets=12, reports=3, troubles=3, remarks=3)
    measures = (Measure(100, 3), Measure(60, 2), Measure(30, 1), Measure(16, 1), Measure(8, 0))

    def escape(self, value: str) -> str:
        return escape(_COMMAND.sub('／', text.defanged(value)), quote=False)

    def printed(self, value: object, language: str, escape: Callable[[str], str]) -> str:
        # A list of addresses is printed as it is; one may be called as a command is.
        drawn = super().printed(value, language, escape)
        return _COMMAND.sub('／', drawn) if isinstance(value, Text) else drawn

    def strong(self, words: str) -> str:
        return '<b>{}</b>'.format(words)

    def link(self, label: str, url: str) -> str:
        return '<a href="{}">{}</a>'.format(escape(url), label)

    def heading(self, block: blocks.Heading, show: Show) -> str:
        return self.strong(show(block.value))

    def note(self, block: blocks.Note, show: Show) -> str:
        return '<blockquote>{}</blockquote>'.format(show(block.value))

    def quote(self, block: blocks.Quote, show: Show) -> str:
        return '<blockquote>{}</blockquote>'.format(show(block.value))


TELEGRAM = TelegramHtml()
