"""The two kinds of Markdown of WeCom's robot: https://developer.work.weixin.qq.com/document/path/99110.

``markdown`` has colours and mentions, and neither tables nor code; ``markdown_v2`` has these and not those. Both take
4096 bytes.
"""

from typing import List

from scan_notify_plugin.notifiers import blocks, text
from scan_notify_plugin.notifiers.dialects.base import Room, Show, grid
from scan_notify_plugin.notifiers.dialects.markdown import Markdown
from scan_notify_plugin.notifiers.shortening import Measure

#: The colours that ``markdown`` knows: green, orange and grey.
_COLOURS = {'good': 'info', 'bad': 'warning', 'neutral': 'comment'}


class WeComMarkdown(Markdown):
    """Message type ``markdown``.

    :param colours: whether the tone of a fact has a colour
    :param task_ids: whether scan tasks are listed with their ids, which take half the width of a phone
    """

    level = 2
    loose = True
    max_bytes = 4096
    measures = (Measure(100, 4), Measure(60, 2), Measure(30, 1), Measure(16, 1), Measure(8, 0))

    def __init__(self, colours: bool = False, task_ids: bool = False) -> None:
        self.room = Room(assets=16, reports=4, troubles=3, remarks=3, task_ids=task_ids)
        self._colours = _COLOURS if colours else {}

    def escape(self, value: str) -> str:
        return text.defanged(value)

    def said_of(self, fact: blocks.Fact, show: Show) -> str:
        words = super().said_of(fact, show)
        colour = self._colours.get(fact.tone)
        return '<font color="{}">{}</font>'.format(colour, words) if colour else words

    def mention(self, block: blocks.Mention, show: Show) -> str:
        return ' '.join('<@{}>'.format(name) for name in block.names)


class WeComMarkdownV2(WeComMarkdown):
    """Message type ``markdown_v2``, where numbers are tables. It mentions nobody."""

    def facts(self, block: blocks.Facts, show: Show) -> str:
        """Sentences first, then tables; without what the heading says."""
        drawn = [show(fact.value) for fact in block.facts if not fact.numbers and not fact.in_heading]
        return '\n\n'.join(drawn + self._tables(block, show))

    @staticmethod
    def _tables(block: blocks.Facts, show: Show) -> List[str]:
        number = show(blocks.Said('message.number'))
        return [
            grid(
                (show(fact.name if fact.title is None else fact.title), number),
                (False, True),
                [map(show, pair) for pair in fact.numbers],
            )
            for fact in block.facts
            if fact.numbers
        ]

    def table(self, block: blocks.Table, show: Show) -> str:
        titles = [show(column.title) for column in block.columns]
        return grid(titles, [column.number for column in block.columns], [map(show, row) for row in block.rows])

    def code(self, block: blocks.Code, show: Show) -> str:
        return '```\n{}\n```'.format('\n'.join(block.lines))

    def mention(self, block: blocks.Mention, show: Show) -> str:
        return ''

    def rule(self, block: blocks.Rule, show: Show) -> str:
        return '---'

    def footer(self, block: blocks.Footer, show: Show) -> str:
        return '*{}*'.format(show(block.value))


WECOM_MARKDOWN = WeComMarkdown()
WECOM_COLOURED = WeComMarkdown(colours=True)
WECOM_MARKDOWN_V2 = WeComMarkdownV2()
