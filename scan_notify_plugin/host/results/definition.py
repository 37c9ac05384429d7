"""What a table is made of, and the machine that makes its rows: columns are converted as a whole."""

from itertools import chain, count
from operator import itemgetter
from typing import Callable, Dict, Iterable, List, NamedTuple, Optional, Sequence, Set, Tuple, Union, cast

from scan_notify_plugin.host.results.kinds import Cell, Kind
from scan_notify_plugin.host.results.merging import Cells, Merging, always
from scan_notify_plugin.host.results.ranks import Ranks
from scan_notify_plugin.records import Document
from scan_notify_plugin.tables import Column
from scan_notify_plugin.words import say

__all__ = ['Definition', 'Field', 'Keys', 'Maker', 'joined', 'named']

#: Between the parts of a key.
UNIT = '\x1f'
_TEXTS = frozenset([str])
#: See Column.role.
_ROLES = {'column.severity': 'severity'}

Key = Union[str, bytes]
#: (the columns, the documents) -> a key for each; records with equal keys are one, and rows are in its order.
Keys = Callable[[Sequence[Sequence[Cell]], Sequence[Document]], Sequence[Key]]


class Field(NamedTuple):
    """One column of a table."""

    title: str  # see Definition.quoted
    width: float
    kind: Kind
    #: The fields of a document that it is made of; the kind gets a tuple where there are several.
    names: Tuple[str, ...]


class Definition(NamedTuple):
    """One table: where it comes from, its columns, and which records are the same."""

    name: str  # the collection
    title: str  # a code of our words
    fields: Tuple[Field, ...]
    keys: Keys
    #: What MongoDB is asked for, where that is less than whole fields.
    paths: Tuple[str, ...] = ()
    #: (a field, the one that is taken where it is absent)
    instead: Tuple[Tuple[str, str], ...] = ()
    #: Is this row of a scan that has an answer? See merging.
    answered: Callable[[Cells], bool] = always
    #: Of a row that was merged from several, when cells depend on each other.
    after: Optional[Callable[[Cells], Cells]] = None
    #: The column whose values are counted for a chart.
    counted: Optional[int] = None
    #: How bad the finding of a row is, one of changes.SEVERITIES or UNRATED; None in a table without findings.
    severity: Optional[Callable[[Cells], str]] = None
    #: Columns with times.
    times: Tuple[int, ...] = ()
    #: Whether the titles of the columns are those of the host's own export, the same in every language; else they are
    #: codes of our words.
    quoted: bool = False
    #: Whether a report has it in any case; else where the database has the collection.
    everywhere: bool = True

    def columns(self, language: str) -> Tuple[Column, ...]:
        """The columns as a report in this language has them."""
        return tuple(
            Column(field.title if self.quoted else say(field.title, language), field.width, _ROLES.get(field.title, ''))
            for field in self.fields
        )

    @property
    def merging(self) -> Merging:
        return Merging(tuple(field.kind for field in self.fields), self.answered, self.after)

    @property
    def projection(self) -> Dict[str, int]:
        paths = self.paths or [name for field in self.fields for name in field.names]
        return dict.fromkeys(chain(paths, [other for _, other in self.instead]), 1)


def joined(*columns: Sequence[Cell]) -> Sequence[str]:
    """One key for each row of some columns."""
    if len(columns) == 1 and _TEXTS.issuperset(map(type, columns[0])):
        return cast(Sequence[str], columns[0])
    try:
        return list(map(UNIT.join, cast(Iterable[Iterable[str]], zip(*columns))))
    except TypeError:
        return [UNIT.join('' if cell is None else str(cell) for cell in row) for row in zip(*columns)]


def named(keys: Sequence[Key], *columns: Sequence[Cell]) -> Sequence[Key]:
    """The keys, but none for records of which these columns say nothing: they are not the same for that."""
    if all(columns[0]):
        return keys
    return [key if any(parts) else key[:0] for key, parts in zip(keys, zip(*columns))]


def _storable(keys: Sequence[Key]) -> Sequence[Key]:
    """Keys that stay different where they are stored: without lone surrogates."""
    try:
        UNIT.join(cast(Sequence[str], keys)).encode('utf-8')
    except TypeError:  # bytes
        return keys
    except UnicodeEncodeError:
        return [_escaped(cast(str, key)) for key in keys]
    return keys


def _escaped(key: str) -> str:
    escaped = key.encode('utf-8', 'backslashreplace').decode('utf-8')
    return key if key == escaped else escaped + UNIT


class Maker:
    """Makes rows of documents."""

    def __init__(self, definition: Definition, ranks: Ranks) -> None:
        self._definition = definition
        self._ranks = ranks
        self._names = tuple(sorted({name for field in definition.fields for name in field.names}))
        self._take = itemgetter(*self._names)
        self._numbers = count()

    def rows(self, documents: List[Document], odd: Set[int]) -> List[Cells]:
        """``(key, cell, ..., ranks)`` for each document; the places of odd ones are added to ``odd``."""
        values = self._values(documents)
        columns = [field.kind.cells(self._of(field, values), odd) for field in self._definition.fields]
        keys = _storable(self._definition.keys(columns, documents))
        if not all(keys):
            keys = [key or self._nameless(key) for key in keys]
        return list(zip(keys, *columns, self._ranks.cells(documents)))

    def _values(self, documents: List[Document]) -> Dict[str, Sequence[object]]:
        try:
            columns = zip(*map(self._take, documents))
        except KeyError:
            columns = zip(*[[document.get(name) for name in self._names] for document in documents])
        values: Dict[str, Sequence[object]] = dict(zip(self._names, columns))
        for name, other in self._definition.instead:
            if None in values[name]:
                pairs = zip(values[name], documents)
                values[name] = [document.get(other) if value is None else value for value, document in pairs]
        return values

    def _nameless(self, key: Key) -> Key:
        """A key that comes last and is never the same as another."""
        number = next(self._numbers)
        return b'\xff%d' % number if isinstance(key, bytes) else '\U0010ffff%d' % number

    @staticmethod
    def _of(field: Field, values: Dict[str, Sequence[object]]) -> Sequence[object]:
        if len(field.names) == 1:
            return values[field.names[0]]
        return list(zip(*[values[name] for name in field.names]))
