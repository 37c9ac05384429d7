"""The Markdown of a card's variables."""

from scan_notify_plugin.notifiers import text
from scan_notify_plugin.notifiers.dialects.dingtalk import DingTalkMarkdown


class DingTalkCardMarkdown(DingTalkMarkdown):
    """Of the text of a card, which has its title and its link elsewhere: whole lines are left out at the end."""

    #: bytes of the text; one variable of a card has at most 1024, and the line breaks count
    max_bytes = 824

    def within(self, message: str) -> str:
        """The lines that fit, as a variable of the card."""
        return self.broken(text.lines_within(message.strip(), self.max_bytes))


DINGTALK_CARD = DingTalkCardMarkdown()
