"""The Markdown that most services understand: headings, bold, quotations, links and lists."""

from scan_notify_plugin.notifiers import blocks
from scan_notify_plugin.notifiers.dialects.base import Dialect, Show


class Markdown(Dialect):
    """What a channel speaks that says nothing else."""

    #: of a heading that does not say it
    level = 3

    def strong(self, words: str) -> str:
        return '**{}**'.format(words)

    def link(self, label: str, url: str) -> str:
        return '[{}]({})'.format(label, url)

    def heading(self, block: blocks.Heading, show: Show) -> str:
        return '{} {}'.format('#' * (block.level or self.level), show(block.value))

    def note(self, block: blocks.Note, show: Show) -> str:
        return '> ' + show(block.value)

    def quote(self, block: blocks.Quote, show: Show) -> str:
        return '> ' + show(block.value)


MARKDOWN = Markdown()
