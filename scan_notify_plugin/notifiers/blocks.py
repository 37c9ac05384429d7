"""What a message is made of, in no language and no markup: blocks, and the values inside them.

A value is a number, a text of a stranger (``str``, escaped where it is printed), a text of ours
(:class:`~scan_notify_plugin.notifiers.summary.Text`, printed as it is), nothing (``None``), or one of the first four
classes here.
A dialect says what becomes of each, see :mod:`scan_notify_plugin.notifiers.dialects`.
"""

from typing import Mapping, NamedTuple, Sequence, Tuple, Union

__all__ = [
    'Code',
    'Column',
    'Escaped',
    'Fact',
    'Facts',
    'Footer',
    'Heading',
    'Items',
    'Link',
    'Mention',
    'Note',
    'Placed',
    'Quote',
    'Rule',
    'Said',
    'Sentence',
    'Strong',
    'Table',
    'Written',
    'apart',
]


class Said(NamedTuple):
    """Our words: a code of :mod:`scan_notify_plugin.words`, and values for its facts."""

    code: str  #: such as ``run.title.finished``
    facts: Mapping[str, object] = {}  #: values by the names that its words have


class Strong(NamedTuple):
    """A value that stands out."""

    value: object  #: any value


class Link(NamedTuple):
    """A way to an address of ours."""

    label: object  #: a value
    url: str  #: ours, never a stranger's


class Escaped(NamedTuple):
    """A value that is treated as if a stranger had written it."""

    value: object  #: any value


class Heading(NamedTuple):
    """The first line."""

    value: object  #: what became of the run, its schedule and its round
    level: int = 0  # of Markdown; 0: the dialect's own


class Sentence(NamedTuple):
    """A paragraph."""

    value: object  #: what it says


class Fact(NamedTuple):
    """A name and what there is to say: a value, or numbers, or both; then a dialect shows the one that suits it."""

    name: object  #: what the fact is about
    value: object = None  #: in one line; None where the numbers are all there is
    title: object = None  #: in the place of the name, where the numbers are a table
    numbers: Tuple[Tuple[object, object], ...] = ()  #: what, and how many
    in_heading: bool = False  #: the heading says it too, so it is what is left out first
    tone: str = ''  #: good, bad or neutral


class Facts(NamedTuple):
    """Facts below each other."""

    facts: Tuple[Fact, ...]  #: in their order


class Items(NamedTuple):
    """A list."""

    items: Tuple[object, ...]  #: values, a line for each


class Column(NamedTuple):
    """A column of a table."""

    title: object  #: of the column
    number: bool = False  #: stands at the right
    unit: str = ''  #: where the table is a list: the code with which a cell is said, as its fact ``number``


class Table(NamedTuple):
    """Rows with a value for each column."""

    title: object  #: what it holds; a table that is drawn as one needs none
    columns: Tuple[Column, ...]  #: from the left
    rows: Tuple[Sequence[object], ...] = ()  #: each with a value for each column
    #: where the table is a list: the code with which each cell is said beside its title; '': without titles
    pair: str = ''


class Note(NamedTuple):
    """A remark of ours about the message itself."""

    value: object  #: what it says


class Quote(NamedTuple):
    """What somebody else has said."""

    value: object  #: a stranger's text, if it is a ``str``


class Code(NamedTuple):
    """Lines that stay lines, harmless within a block of code."""

    lines: Tuple[str, ...]  #: no line can end the block


class Mention(NamedTuple):
    """People who are called, by the names that their service knows them by. From the configuration only."""

    names: Tuple[str, ...]  #: such as user ids


class Rule(NamedTuple):
    """A line across."""


class Footer(NamedTuple):
    """The last line."""

    value: object  #: what it says


class Written(NamedTuple):
    """Markup that a template has written itself: pieces of it (``Text``), and values between them."""

    pieces: Tuple[object, ...]  #: from the left, to be printed one behind the other


Block = Union[Heading, Sentence, Facts, Items, Table, Note, Quote, Code, Mention, Rule, Footer, Written]


class Placed(NamedTuple):
    """A block, and whether a line is left free above it where a dialect lets blocks stand close."""

    block: Block  #: one of the above
    apart: bool = True  #: whether a line is left free


def apart(*blocks: Block) -> Tuple[Placed, ...]:
    """A message whose blocks are paragraphs."""
    return tuple(Placed(block) for block in blocks)
