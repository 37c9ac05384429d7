"""DingTalk's Markdown, of messages and of the variables of cards.

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


class DingTalkCardMarkdown(DingTalkMarkdown):
    """Of the text of a card, which has its title and its link elsewhere: whole lines are left out at the end."""

    #: bytes of the text; one variable of a card has at most 1024, and the line breaks count
    max_bytes = 824

    def within(self, message: str) -> str:
        """The lines that fit, as a variable of the card."""
        return self.broken(text.lines_within(message.strip(), self.max_bytes))


DINGTALK = DingTalkMarkdown()
DINGTALK_CARD = DingTalkCardMarkdown()
