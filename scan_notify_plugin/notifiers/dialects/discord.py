"""Discord's Markdown: headings, bold, quotations, lists and links with a label; no tables.

Mentions are ``<@id>``, ``<#id>``, ``@everyone``: https://discord.com/developers/docs/reference#message-formatting. The
content of a message has at most 2000 characters: https://discord.com/developers/docs/resources/webhook#execute-webhook
"""

from scan_notify_plugin.notifiers import text
from scan_notify_plugin.notifiers.dialects.base import Room
from scan_notify_plugin.notifiers.dialects.markdown import Markdown
from scan_notify_plugin.notifiers.shortening import Measure


class DiscordMarkdown(Markdown):
    """What stands in ``content``."""

    room = Room(assets=8, reports=2, troubles=3, remarks=2)
    measures = (Measure(100, 2), Measure(60, 2), Measure(30, 1), Measure(16, 1), Measure(8, 0))

    def escape(self, value: str) -> str:
        return text.defanged(value)


DISCORD = DiscordMarkdown()
