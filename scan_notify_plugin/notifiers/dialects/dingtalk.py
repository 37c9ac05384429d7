"""DingTalk's Markdown.

https://open.dingtalk.com/document/development/robot-message-type: headings, bold, quotations, links, lists; no tables.
A line ends with two spaces and a newline.
"""

from scan_notify_plugin.notifiers import text
from scan_notify_plugin.notifiers.dialects.markdown import Markdown


class DingTalkMarkdown(Markdown):
    """Of robots and of work notifications. How long a message may be depends on who sends it."""

    def escape(self, value: str) -> str:
        return text.defanged(value)

    def broken(self, message: str) -> str:
        # The documented line break is a newline between spaces.
        return message.replace('\n', '  \n  ')


DINGTALK = DingTalkMarkdown()
