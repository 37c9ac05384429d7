"""Slack's mrkdwn: https://api.slack.com/reference/surfaces/formatting.

Bold is ``*x*``, a link ``<address|label>``, a quotation begins with ``> ``; ``&``, ``<`` and ``>`` control everything
else. Slack cuts a text after 40,000 characters and advises 4,000.
"""

from scan_notify_plugin.notifiers import blocks, text
from scan_notify_plugin.notifiers.dialects.base import Show
from scan_notify_plugin.notifiers.dialects.bullets import Bulleted


class Slack(Bulleted):
    """Of incoming webhooks, and of Mattermost in part: that reads links in angle brackets, too."""

    def escape(self, value: str) -> str:
        return text.defanged(value)

    def strong(self, words: str) -> str:
        return '*{}*'.format(words)

    def link(self, label: str, url: str) -> str:
        safe = url.replace('&', '&amp;').replace('<', '%3C').replace('>', '%3E').replace('|', '%7C')
        return '<{}|{}>'.format(safe, label)

    def heading(self, block: blocks.Heading, show: Show) -> str:
        return self.strong(show(block.value))

    def note(self, block: blocks.Note, show: Show) -> str:
        return '> ' + show(block.value)

    def quote(self, block: blocks.Quote, show: Show) -> str:
        return '> ' + show(block.value)


SLACK = Slack()
