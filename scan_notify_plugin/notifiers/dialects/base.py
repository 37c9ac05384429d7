"""What all dialects have in common: values are printed, blocks are drawn and put below each other."""

import re
from typing import Callable, Iterable, List, NamedTuple, Optional, Tuple
from urllib.parse import quote

from scan_notify_plugin.notifiers import blocks, text
from scan_notify_plugin.notifiers.shortening import Measure
from scan_notify_plugin.notifiers.summary import Text
from scan_notify_plugin.words import say

#: What ends the address of a link in one markup or another. No address of ours has it.
_ENDS = re.compile(r'[\s\x00-\x1f\x7f()<>]')
#: What browsers pass over in an address, and schemes whose addresses are programs or whole pages.
_PASSED = re.compile(r'[\x00-\x20\x7f]')
_PROGRAMS = ('javascript:', 'vbscript:', 'data:')
#: Prints a value.
Show = Callable[[object], str]


class Room(NamedTuple):
    """How many of a kind a message lists; None: all. Of the others a template says how many there are."""

    assets: Optional[int] = None
    reports: Optional[int] = None
    troubles: Optional[int] = None
    remarks: Optional[int] = 5
    #: whether the tables of scan tasks have their ids, of 24 digits each
    task_ids: bool = True


class Dialect:
    """A markup. It has a method for each block of :mod:`~scan_notify_plugin.notifiers.blocks`, which returns its lines;
    '' for a block that is left out.
    """

    #: whether each block is a paragraph of its own, whatever the message says
    loose = False
    #: the most that one message may have; None where that depends on how it is sent
    max_bytes: Optional[int] = None
    #: before each item of a list
    bullet = '- '
    room = Room()
    #: where strangers' texts may take all the room there is: what is kept of them, from the first that is tried to the
    #: last, with which the built-in templates always fit
    measures: Tuple[Measure, ...] = ()

    def text(
        self, message: Iterable[blocks.Placed], language: str, escape: Optional[Callable[[str], str]] = None
    ) -> str:
        """A whole message.

        :param escape: in the place of :meth:`escape`
        """

        def show(value: object) -> str:
            return self.printed(value, language, escape or self.escape)

        lines: List[str] = []
        apart = False
        for block, wanted in message:
            apart = apart or wanted or self.loose
            drawn = getattr(self, type(block).__name__.lower())(block, show)
            if drawn:
                lines += [''] * bool(lines and apart) + [drawn]
                apart = False
        return '\n'.join(lines).strip()

    def printed(self, value: object, language: str, escape: Callable[[str], str]) -> str:
        """A value; see :mod:`~scan_notify_plugin.notifiers.blocks`."""
        if isinstance(value, (Text, int, float)):
            return str(value)
        if isinstance(value, str):
            return escape(value)
        if isinstance(value, blocks.Said):
            facts = {name: self.printed(fact, language, escape) for name, fact in value.facts.items()}
            return say(value.code, language, **facts)
        if isinstance(value, blocks.Strong):
            return self.strong(self.printed(value.value, language, escape))
        if isinstance(value, blocks.Link):
            label, url = self.printed(value.label, language, escape), address_of(value)
            return self.link(label, url) if url else label
        if isinstance(value, blocks.Escaped):
            return escape(self.printed(value.value, language, escape))
        return '' if value is None else escape(str(value))

    def __repr__(self) -> str:
        return '{}()'.format(type(self).__name__)

    def escape(self, value: str) -> str:
        """``value``, which a stranger wrote, as plain text in this markup."""
        return text.plain(value)

    def strong(self, words: str) -> str:
        return words

    def link(self, label: str, url: str) -> str:
        return '{}: {}'.format(label, url)

    def broken(self, message: str) -> str:
        """A message whose lines end as the service wants it."""
        return message

    def heading(self, block: blocks.Heading, show: Show) -> str:
        return show(block.value)

    def sentence(self, block: blocks.Sentence, show: Show) -> str:
        return show(block.value)

    def facts(self, block: blocks.Facts, show: Show) -> str:
        return self.listed(
            show(blocks.Said('fact', {'name': one.name, 'value': Text(self.said_of(one, show))})) for one in block.facts
        )

    def said_of(self, fact: blocks.Fact, show: Show) -> str:
        """The value of a fact in one line."""
        if fact.value is not None:
            return show(fact.value)
        return ' · '.join('{} {}'.format(show(name), show(number)) for name, number in fact.numbers)

    def listed(self, lines: Iterable[str]) -> str:
        """A list."""
        return '\n'.join(self.bullet + line for line in lines)

    def items(self, block: blocks.Items, show: Show) -> str:
        return self.listed(show(item) for item in block.items)

    def table(self, block: blocks.Table, show: Show) -> str:
        """As a list below its title."""
        rows = self.listed(self.joined(block, row, show) for row in block.rows)
        return '{}\n\n{}'.format(self.strong(show(block.title)), rows) if block.title is not None else rows

    @staticmethod
    def joined(table: blocks.Table, row: Iterable[object], show: Show) -> str:
        """A row in one line: its cells, or each beside its title."""
        cells = list(zip(table.columns, row))
        if table.pair and len(cells) == 2:
            return show(blocks.Said(table.pair, {'name': cells[0][1], 'value': cells[1][1]}))
        if table.pair:
            named = [(column.title, cell) for column, cell in cells if cell != '-']
            return ' · '.join(show(blocks.Said(table.pair, {'name': name, 'value': cell})) for name, cell in named)
        return ' · '.join(
            show(blocks.Said(column.unit, {'number': cell}) if column.unit else cell) for column, cell in cells
        )

    def note(self, block: blocks.Note, show: Show) -> str:
        return show(block.value)

    def quote(self, block: blocks.Quote, show: Show) -> str:
        return show(block.value)

    def code(self, block: blocks.Code, show: Show) -> str:
        """Lines like any other, where a markup has no block in which nothing else has an effect."""
        return '\n'.join(' ' * (len(line) - len(line.lstrip(' '))) + show(str(line)) for line in block.lines)

    def mention(self, block: blocks.Mention, show: Show) -> str:
        return ' '.join('@' + name for name in block.names)

    def rule(self, block: blocks.Rule, show: Show) -> str:
        return ''

    def footer(self, block: blocks.Footer, show: Show) -> str:
        return show(block.value)

    def written(self, block: blocks.Written, show: Show) -> str:
        return ''.join(map(show, block.pieces))


def address_of(link: blocks.Link) -> str:
    """Where a link leads, so that it ends nothing but itself: a template may have been given a stranger's address. ''
    for one that is a program.
    """
    url = str(link.url).strip()
    if _PASSED.sub('', url).lower().startswith(_PROGRAMS):
        return ''
    return _ENDS.sub(lambda found: quote(found.group(0).encode('utf-8', 'replace')), url)


def grid(titles: Iterable[str], numbers: Iterable[bool], rows: Iterable[Iterable[str]]) -> str:
    """A table of Markdown; a column of numbers stands at the right."""
    lines: List[List[str]] = [list(titles), ['---:' if number else ':---' for number in numbers]]
    return '\n'.join('| {} |'.format(' | '.join(line)) for line in lines + [list(row) for row in rows])
