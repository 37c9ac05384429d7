"""What a message is made of, in no language and no markup: blocks, and the values inside them.

A value is a number, a text of a stranger (``str``, escaped where it is printed), a text of ours
(:class:`~scan_notify_plugin.notifiers.summary.Text`, printed as it is), nothing (``None``), or one of the first four classes here.
A dialect says what becomes of each, see :mod:`scan_notify_plugin.notifiers.dialects`.
"""

from typing import Any, Mapping, NamedTuple, Sequence, Tuple


class Said(NamedTuple):
    """Our words: a code of :mod:`scan_notify_plugin.words`, and values for its facts."""

    code: str
    facts: Mapping[str, Any] = {}


class Strong(NamedTuple):
    """A value that stands out."""

    value: Any


class Link(NamedTuple):
    """A way to an address of ours."""

    label: Any
    url: str


class Escaped(NamedTuple):
    """A value that is treated as if a stranger had written it."""

    value: Any


class Heading(NamedTuple):
    """The first line."""

    value: Any
    level: int = 0  # of Markdown; 0: the dialect's own


class Sentence(NamedTuple):
    """A paragraph."""

    value: Any


class Fact(NamedTuple):
    """A name and what there is to say: a value, or numbers, or both; then a dialect shows the one that suits it."""

    name: Any
    value: Any = None
    title: Any = None  #: in the place of the name, where the numbers are a table
    numbers: Tuple[Tuple[Any, Any], ...] = ()  #: (what, how many)
    in_heading: bool = False  #: the heading says it too, so it is what is left out first
    tone: str = ''  #: good, bad or neutral


class Facts(NamedTuple):
    """Facts below each other."""

    facts: Tuple[Fact, ...]


class Items(NamedTuple):
    """A list."""

    items: Tuple[Any, ...]


class Column(NamedTuple):
    """A column of a table."""

    title: Any
    number: bool = False  #: stands at the right
    unit: str = ''  #: where the table is a list: the code with which a cell is said, as its fact ``number``


class Table(NamedTuple):
    """Rows with a value for each column."""

    title: Any  #: what it holds; a table that is drawn as one needs none
    columns: Tuple[Column, ...]
    rows: Tuple[Sequence[Any], ...] = ()
    pair: str = ''  #: where the table is a list: the code with which each cell is said beside its title; '': without titles


class Note(NamedTuple):
    """A remark of ours about the message itself."""

    value: Any


class Quote(NamedTuple):
    """What somebody else has said."""

    value: Any


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

    value: Any


class Written(NamedTuple):
    """Markup that a template has written itself: pieces of it (``Text``), and values between them."""

    pieces: Tuple[Any, ...]


class Placed(NamedTuple):
    """A block, and whether a line is left free above it where a dialect lets blocks stand close."""

    block: Any
    apart: bool = True


def apart(*blocks: Any) -> Tuple[Placed, ...]:
    """A message whose blocks are paragraphs."""
    return tuple(Placed(block) for block in blocks)
