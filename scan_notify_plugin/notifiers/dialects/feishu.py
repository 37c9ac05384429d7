"""The Markdown of Feishu's cards, JSON 2.0: CommonMark with tables, mentions and a few tags.

https://open.feishu.cn/document/feishu-cards/card-json-v2-components/content-components/rich-text: what stands for
markup is written as ``&#NN;``; a single newline may be no break; a component holds four tables, which show five rows at
a time.
"""

import re
from typing import Callable, Iterable, Iterator, NamedTuple, Optional, Union

from scan_notify_plugin.notifiers import blocks, text
from scan_notify_plugin.notifiers.dialects.base import Dialect, Room, Show, grid
from scan_notify_plugin.notifiers.dialects.markdown import Markdown
from scan_notify_plugin.notifiers.shortening import Measure
from scan_notify_plugin.notifiers.summary import Text

#: Of one component.
MAX_TABLES = 4
#: Numbers are a table as long as all of it can be seen.
MAX_ROWS = 5

#: Those of the vendor's table, and what separates cells and begins these escapes themselves.
_ESCAPES = {ord(sign): '&#{};'.format(ord(sign)) for sign in '<>~-!*/\\[]()#:+"\'`$_&|'}
#: ``:DONE:`` is a picture, also in an address that is shown as it is.
EMOJI = re.compile(r':(?=[A-Za-z]\w*:)')


class FeishuMarkdown(Markdown):
    """Of a card's Markdown component.

    :param task_ids: whether scan tasks are listed with their ids, which take half the width of a phone
    """

    level = 4
    loose = True
    max_bytes = 20000  # of the whole request
    measures = (Measure(200, 4), Measure(60, 2), Measure(16, 0))

    def __init__(self, task_ids: bool = False) -> None:
        self.room = Room(assets=24, reports=4, troubles=5, task_ids=task_ids)

    def text(
        self, message: Iterable[blocks.Placed], language: str, escape: Optional[Callable[[str], str]] = None
    ) -> str:
        return super().text(_within(message), language, escape)

    def printed(self, value: object, language: str, escape: Callable[[str], str]) -> str:
        shown = super().printed(value, language, escape)
        return EMOJI.sub('&#58;', shown) if isinstance(value, Text) else shown

    def escape(self, value: str) -> str:
        return text.unlinked(value).translate(_ESCAPES)

    def facts(self, block: blocks.Facts, show: Show) -> str:
        """Few numbers are tables below the others; what the heading says is left out."""
        shown = _without_heading(block)
        lines = super().facts(blocks.Facts(tuple(fact for fact in shown.facts if not _is_table(fact))), show)
        number = show(blocks.Said('message.number'))
        tables = [
            grid(
                (show(fact.name if fact.title is None else fact.title), number),
                (False, True),
                [map(show, pair) for pair in fact.numbers],
            )
            for fact in shown.facts
            if _is_table(fact)
        ]
        return '\n\n'.join(filter(None, [lines] + tables))

    def table(self, block: blocks.Table, show: Show) -> str:
        titles = [show(column.title) for column in block.columns]
        drawn = grid(titles, [column.number for column in block.columns], [map(show, row) for row in block.rows])
        return '{}\n\n{}'.format(self.strong(show(block.title)), drawn) if block.title is not None else drawn

    def _listed(self, block: '_Listed', show: Show) -> str:
        """What would be one table too many."""
        if isinstance(block.block, blocks.Facts):
            return super().facts(_without_heading(block.block), show)
        return Dialect.table(self, block.block, show)

    def code(self, block: blocks.Code, show: Show) -> str:
        return '```\n{}\n```'.format('\n'.join(block.lines))

    def mention(self, block: blocks.Mention, show: Show) -> str:
        return ' '.join('<at id={}></at>'.format(name) for name in block.names)

    def rule(self, block: blocks.Rule, show: Show) -> str:
        return '---'

    def footer(self, block: blocks.Footer, show: Show) -> str:
        return '*{}*'.format(show(block.value))


class _Listed(NamedTuple):
    """A block whose tables are lists."""

    block: Union[blocks.Facts, blocks.Table]


def _within(message: Iterable[blocks.Placed]) -> Iterator[blocks.Placed]:
    """The same with as many tables as a component may hold."""
    left = MAX_TABLES
    for placed in message:
        block = placed.block
        if isinstance(block, (blocks.Facts, blocks.Table)):
            wanted = sum(map(_is_table, block.facts)) if isinstance(block, blocks.Facts) else 1
            if wanted > left:
                placed = placed._replace(block=_Listed(block))  # type: ignore[arg-type]  # a block of this dialect
            else:
                left -= wanted
        yield placed


def _without_heading(block: blocks.Facts) -> blocks.Facts:
    return blocks.Facts(tuple(fact for fact in block.facts if not fact.in_heading))


def _is_table(fact: blocks.Fact) -> bool:
    return 0 < len(fact.numbers) <= MAX_ROWS and not fact.in_heading


FEISHU = FeishuMarkdown()
