"""What a table is made of, and the machine that makes its rows: columns are converted as a whole, rows merged."""

from itertools import chain, count
from operator import itemgetter
from typing import (
    Callable,
    Dict,
    Iterable,
    Iterator,
    List,
    NamedTuple,
    Optional,
    Sequence,
    Set,
    Tuple,
    Union,
    cast,
)

from scan_notify_plugin.host.results.kinds import ODD, Cell, Kind
from scan_notify_plugin.records import Document
from scan_notify_plugin.tables import Column
from scan_notify_plugin.words import say

__all__ = ['Definition', 'Field', 'Keys', 'Maker', 'Cells', 'joined', 'merged']

#: Between the parts of a key.
UNIT = '\x1f'
_TEXTS = frozenset([str])

#: A row as it is sorted and merged: its key, and its cells.
Cells = Tuple[Cell, ...]
#: (the columns, the documents) -> a key for each; records with equal keys are one, and rows are in its order.
Keys = Callable[[Sequence[Sequence[Cell]], Sequence[Document]], Sequence[Union[str, bytes]]]


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
    #: Of a row that was merged from several, when cells depend on each other.
    after: Optional[Callable[[Cells], Cells]] = None
    #: The column whose values are counted for a chart.
    counted: Optional[int] = None
    #: Columns with times.
    times: Tuple[int, ...] = ()
    #: Whether the titles of the columns are those of the host's own export, the same in every language; else they are
    #: codes of our words.
    quoted: bool = False

    def columns(self, language: str) -> Tuple[Column, ...]:
        """The columns as a report in this language has them."""
        return tuple(
            Column(field.title if self.quoted else say(field.title, language), field.width) for field in self.fields
        )

    @property
    def kinds(self) -> Tuple[Kind, ...]:
        return tuple(field.kind for field in self.fields)

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


class Maker:
    """Makes rows of documents."""

    def __init__(self, definition: Definition) -> None:
        self._definition = definition
        self._names = tuple(sorted({name for field in definition.fields for name in field.names}))
        self._take = itemgetter(*self._names)
        self._numbers = count()

    def rows(self, documents: List[Document], odd: Set[int]) -> List[Cells]:
        """``(key, cell, ...)`` for each document; the places of odd ones are added to ``odd``."""
        values = self._values(documents)
        columns = [field.kind.cells(self._of(field, values), odd) for field in self._definition.fields]
        keys = self._definition.keys(columns, documents)
        if not all(keys):
            keys = [key or self._nameless(key) for key in keys]
        return list(zip(keys, *columns))

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

    def _nameless(self, key: Union[str, bytes]) -> Union[str, bytes]:
        """A key that comes last and is never the same as another."""
        number = next(self._numbers)
        return b'\xff%d' % number if isinstance(key, bytes) else '\U0010ffff%d' % number

    @staticmethod
    def _of(field: Field, values: Dict[str, Sequence[object]]) -> Sequence[object]:
        if len(field.names) == 1:
            return values[field.names[0]]
        return list(zip(*[values[name] for name in field.names]))


def merged(
    lists: Iterable[List[Cells]], kinds: Iterable[Kind], after: Optional[Callable[[Cells], Cells]] = None
) -> Iterator[List[Cells]]:
    """Rows in the order of their keys, those with equal keys as one."""
    merges: List[Callable[..., Cell]] = [_same_key, *(kind.merge for kind in kinds)]
    result: List[Cells] = []
    key: Cell = None
    for rows in lists:
        for row in rows:
            if row[0] != key:
                result.append(row)
                key = row[0]
            else:
                try:
                    both = tuple([merge(older, newer) for merge, older, newer in zip(merges, result[-1], row)])
                    result[-1] = after(both) if after else both
                except ODD:  # cells of odd types: the first record stands
                    pass
        last = result.pop()  # the next list may begin with the same key
        if result:
            yield result
        result = [last]
    if result:
        yield result


def _same_key(older: Cell, newer: Cell) -> Cell:
    return older
