"""From a template to a message: what a template writes with, and what becomes of the marks that it prints.

A template prints a mark for each block and for each value; what stands between the marks is markup of its own. So one
template serves every dialect and language, and a stranger's text is escaped by whoever knows how.
"""

import re
import secrets
from functools import lru_cache
from typing import Callable, Dict, FrozenSet, List, NamedTuple, Sequence, Tuple, Union

from scan_notify_plugin import words
from scan_notify_plugin.errors import ScanNotifyError
from scan_notify_plugin.faults import Fault
from scan_notify_plugin.notifiers import blocks, text
from scan_notify_plugin.notifiers.blocks import Placed, Said
from scan_notify_plugin.notifiers.summary import Summary, Text

#: How bad a run's status is.
_TONES = {'finished': 'good', 'error': 'bad', 'running': 'neutral'}


class Misplaced(ScanNotifyError, ValueError):
    """A template has written a line that belongs to another one, and stands alone."""


class _Number(NamedTuple):
    """Belongs to the fact above it."""

    name: object
    number: object


class _Item(NamedTuple):
    value: object


class _Row(NamedTuple):
    """Belongs to the table above it."""

    cells: Sequence[object]


#: What is a block when it stands alone; and what may follow in the same block.
_ALONE = (
    blocks.Heading,
    blocks.Sentence,
    blocks.Note,
    blocks.Quote,
    blocks.Code,
    blocks.Mention,
    blocks.Rule,
    blocks.Footer,
)
_FOLLOW: Dict[type, Tuple[type, ...]] = {
    blocks.Fact: (blocks.Fact, _Number),
    _Item: (_Item,),
    blocks.Table: (_Row,),
    blocks.Written: (blocks.Written,),
}
_LINES = _ALONE + (blocks.Fact, blocks.Table, _Number, _Item, _Row)
_Line = Union[
    blocks.Heading, blocks.Sentence, blocks.Note, blocks.Quote, blocks.Code, blocks.Mention, blocks.Rule, blocks.Footer,
    blocks.Fact, blocks.Table, blocks.Written, _Number, _Item, _Row,
]  # fmt: skip


class Draft:
    """One rendering of a template, which prints :meth:`marked` values."""

    def __init__(self) -> None:
        self._values: List[object] = []
        # Nobody can write a mark who has not seen this.
        self._nonce = secrets.token_hex(4)
        self._mark = re.compile('\x02{}:([0-9]+)\x03'.format(self._nonce))

    def marked(self, value: object) -> object:
        """What is printed for a value, or for a line of a block."""
        if isinstance(value, str) and self._nonce in value and self._mark.search(value):
            return value  # what a macro or a block has written already
        self._values.append(value)
        return '\x02{}:{}\x03'.format(self._nonce, len(self._values) - 1)

    def message(self, written: str) -> Tuple[Placed, ...]:
        """The message of what the template has printed. A free line separates blocks.

        :raises Misplaced: for a row without a table, or a number without a fact
        """
        groups: List[Tuple[bool, List[_Line]]] = []
        apart = True
        for line in written.split('\n'):
            if not line.strip():
                apart = True
                continue
            for part in self._parts_of(line):
                if groups and not apart and type(part) in _FOLLOW.get(type(groups[-1][1][0]), ()):
                    groups[-1][1].append(part)
                else:
                    groups.append((apart, [part]))
                apart = False
        return tuple(Placed(_block(parts), apart) for apart, parts in groups)

    def _parts_of(self, line: str) -> List[_Line]:
        """The lines of blocks that stand in a line; what else is there is markup."""
        found: List[_Line] = []
        pieces: List[object] = []

        def end_markup() -> None:
            if any(str(piece).strip() for piece in pieces):
                found.append(blocks.Written(tuple(pieces)))
            del pieces[:]

        position = 0
        for mark in self._mark.finditer(line):
            if mark.start() > position:
                pieces.append(Text(line[position : mark.start()]))
            value = self._values[int(mark.group(1))]
            if isinstance(value, _LINES):
                end_markup()
                found.append(value)
            else:
                pieces.append(value)
            position = mark.end()
        if position < len(line):
            pieces.append(Text(line[position:]))
        end_markup()
        return found


def _block(parts: Sequence[_Line]) -> blocks.Block:
    """The block of its lines.

    :raises Misplaced: if it begins with what belongs to another
    """
    first = parts[0]
    if isinstance(first, _Number):
        raise Misplaced(Fault('template.number'))
    if isinstance(first, _Row):
        raise Misplaced(Fault('template.row'))
    if isinstance(first, _Item):
        return blocks.Items(tuple(part.value for part in parts if isinstance(part, _Item)))
    if isinstance(first, blocks.Table):
        return first._replace(rows=tuple(part.cells for part in parts if isinstance(part, _Row)))
    if isinstance(first, blocks.Fact):
        return blocks.Facts(_facts(parts))
    if isinstance(first, blocks.Written):
        written = [part for part in parts if isinstance(part, blocks.Written)]
        return blocks.Written(tuple(piece for part in written for piece in (Text('\n'),) + part.pieces)[1:])
    return first


def _facts(parts: Sequence[_Line]) -> Tuple[blocks.Fact, ...]:
    facts: List[blocks.Fact] = []
    for part in parts:
        if isinstance(part, blocks.Fact):
            facts.append(part)
        elif isinstance(part, _Number):
            facts[-1] = facts[-1]._replace(numbers=facts[-1].numbers + ((part.name, part.number),))
    return tuple(facts)


def heading_of(summary: Summary) -> Callable[..., blocks.Heading]:
    """The function ``heading`` for a message, which numbers its pages."""

    def heading(value: object, level: int = 0) -> blocks.Heading:
        if summary.pages > 1:
            value = Said('heading.page', {'heading': value, 'page': summary.page, 'pages': summary.pages})
        return blocks.Heading(value, level)

    return heading


def say(code: str, **facts: object) -> Said:
    """Our words for a code.

    :raises NoWords: if there are none, or a fact is missing
    """
    missing = needed(code) - set(facts)
    if missing:
        raise words.NoWords('{} needs the fact {}'.format(code, ', '.join(sorted(missing))))
    return Said(code, facts)


@lru_cache(maxsize=1000)
def needed(code: str) -> FrozenSet[str]:
    """The facts that a code needs."""
    return frozenset(words.facts_of(words.sentence(code, words.DEFAULT)))


def named(family: str, value: str) -> object:
    """Our words for a value of a family, such as ``task.outcome``; the value itself where there are none."""
    code = '{}.{}'.format(family, value)
    return Said(code) if words.known(code) else value


def fact(
    name: object, value: object = None, title: object = None, in_heading: bool = False, status: str = ''
) -> blocks.Fact:
    """A fact; numbers below it are its own.

    :param status: of a run, which gives its tone
    """
    return blocks.Fact(name, value, title, (), in_heading, _TONES.get(status, ''))


def column(title: object, number: bool = False, unit: str = '') -> blocks.Column:
    """A column of a table."""
    return blocks.Column(title, number, unit)


def table(title: object, *columns: blocks.Column) -> blocks.Table:
    """A table, whose rows are below it."""
    return blocks.Table(title, columns)


#: The functions that are the same for every message.
FUNCTIONS: Dict[str, Callable[..., object]] = {
    'say': say,
    'named': named,
    'strong': blocks.Strong,
    'link': blocks.Link,
    'escaped': blocks.Escaped,
    'sentence': blocks.Sentence,
    'fact': fact,
    'number': _Number,
    'item': _Item,
    'table': table,
    'column': column,
    'row': lambda *cells: _Row(cells),
    'note': blocks.Note,
    'quote': blocks.Quote,
    'code': lambda *lines: blocks.Code(tuple(map(text.code_line, lines))),
    'rule': blocks.Rule,
    'footer': blocks.Footer,
}
