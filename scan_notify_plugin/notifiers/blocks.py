"""What a message is made of, in no language and no markup: blocks, and the values inside them.

A value is a number, a text of a stranger (``str``, escaped where it is printed), a text of ours
(:class:`~scan_notify_plugin.notifiers.summary.Text`, printed as it is), nothing (``None``), or one of the first four
classes here.
A dialect says what becomes of each, see :mod:`scan_notify_plugin.notifiers.dialects`.
"""

from typing import Mapping, NamedTuple, Sequence, Tuple, Union


class Said(NamedTuple):
    """Our words: a code of :mod:`scan_notify_plugin.words`, and values for its facts."""

    code: str
    facts: Mapping[str, object] = {}


class Strong(NamedTuple):
    """A value that stands out."""

    value: object


class Link(NamedTuple):
    """A way to an address of ours."""

    label: object
    url: str


class Escaped(NamedTuple):
    """A value that is treated as if a stranger had written it."""

    value: object


class Heading(NamedTuple):
    """The first line."""

    value: object
    level: int = 0  # of Markdown; 0: the dialect's own


class Sentence(NamedTuple):
    """A paragraph."""

    value: object


class Fact(NamedTuple):
    """A name and what there is to say: a value, or numbers, or both; then a dialect shows the one that suits it."""

    name: object
    value: object = None
    title: object = None  #: in the place of the name, where the numbers are a table
    numbers: Tuple[Tuple[object, object], ...] = ()  #: (what, how many)
    in_heading: bool = False  #: the heading says it too, so it is what is left out first
    tone: str = ''  #: good, bad or neutral


class Facts(NamedTuple):
    """Facts below each other."""

    facts: Tuple[Fact, ...]


class Items(NamedTuple):
    """A list."""

    items: Tuple[object, ...]


class Column(NamedTuple):
    """A column of a table."""

    title: object
    number: bool = False  #: stands at the right
    unit: str = ''  #: where the table is a list: the code with which a cell is said, as its fact ``number``


class Table(NamedTuple):
    """Rows with a value for each column."""

    title: object  #: what it holds; a table that is drawn as one needs none
    columns: Tuple[Column, ...]
    rows: Tuple[Sequence[object], ...] = ()
    pair: str = (
        ''  #: where the table is a list: the code with which each cell is said beside its title; '': without titles
    )


class Note(NamedTuple):
    """A remark of ours about the message itself."""

    value: object


class Quote(NamedTuple):
    """What somebody else has said."""

    value: object


class Code(NamedTuple):
    """Lines that stay lines, already harmless."""

    lines: Tuple[str, ...]


class Mention(NamedTuple):
    """People who are called, by the names that their service knows them by. From the configuration only."""

    names: Tuple[str, ...]


class Rule(NamedTuple):
    """A line across."""


class Footer(NamedTuple):
    """The last line."""

    value: object


class Written(NamedTuple):
    """Markup that a template has written itself: pieces of it (``Text``), and values between them."""

    pieces: Tuple[object, ...]


Block = Union[Heading, Sentence, Facts, Items, Table, Note, Quote, Code, Mention, Rule, Footer, Written]


class Placed(NamedTuple):
    """A block, and whether a line is left free above it where a dialect lets blocks stand close."""

    block: Block
    apart: bool = True


def apart(*blocks: Block) -> Tuple[Placed, ...]:
    """A message whose blocks are paragraphs."""
    return tuple(Placed(block) for block in blocks)
