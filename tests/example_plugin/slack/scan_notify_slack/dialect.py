"""Slack's markup, which it calls mrkdwn: https://docs.slack.dev/messaging/formatting-message-text"""

from scan_notify_plugin.api import Dialect, defanged


class Mrkdwn(Dialect):
    def escape(self, value):  # <!channel>, <https://...|words> and *...* of a stranger are plain words
        return defanged(value)

    def strong(self, words):
        return '*{}*'.format(words)

    def link(self, label, url):
        return '<{}|{}>'.format(url, label)

    def heading(self, block, show):
        return self.strong(show(block.value))

    def quote(self, block, show):
        return '> ' + show(block.value)

    def code(self, block, show):
        return '```\n{}\n```'.format('\n'.join(block.lines))
