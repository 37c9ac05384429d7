"""What a table is made of, and the machine that makes its rows: columns are converted as a whole, rows merged."""

from itertools import chain, count
from operator import itemgetter
from typing import Any, Callable, Dict, Iterable, Iterator, List, NamedTuple, Optional, Sequence, Set, Tuple, Union

from scan_notify_plugin.host.results.kinds import ODD, Cell, Kind
from scan_notify_plugin.host.results.tables import Column

__all__ = ['Definition', 'Field', 'Maker', 'joined', 'merged']

#: Between the parts of a key.
UNIT = '\x1f'
_TEXTS = frozenset([str])

Document = Dict[str, Any]
Row = Tuple[Cell, ...]


class Field(NamedTuple):
    """One column of a table."""

    title: str
    width: float
    kind: Kind
    #: The fields of a document that it is made of; the kind gets a tuple where there are several.
    names: Tuple[str, ...]


class Definition(NamedTuple):
    """One table: where it comes from, its columns, and which records are the same."""

    name: str  # the collection
    title: str
    fields: Tuple[Field, ...]
    #: (the columns, the documents) -> a key for each; records with equal keys are one, and rows are told in its order
    key: Callable[[Sequence[Sequence[Cell]], Sequence[Document]], Sequence[Any]]
    #: What MongoDB is asked for, where that is less than whole fields.
    paths: Tuple[str, ...] = ()
    #: (a field, the one that is taken where it is absent)
    instead: Tuple[Tuple[str, str], ...] = ()
    #: Of a row that was merged from several, when cells depend on each other.
    after: Optional[Callable[[Row], Row]] = None
    #: The column whose values are counted for a chart.
    counted: Optional[int] = None
    #: Columns with times.
    times: Tuple[int, ...] = ()

    @property
    def columns(self) -> Tuple[Column, ...]:
        return tuple(Column(field.title, field.width) for field in self.fields)

    @property
    def kinds(self) -> Tuple[Kind, ...]:
        return tuple(field.kind for field in self.fields)

    @property
    def projection(self) -> Dict[str, int]:
        paths = self.paths or [name for field in self.fields for name in field.names]
        return dict.fromkeys(chain(paths, [other for _, other in self.instead]), 1)


def joined(*columns: Sequence[Any]) -> Sequence[str]:
    """One key for each row of some columns."""
    if len(columns) == 1 and _TEXTS.issuperset(map(type, columns[0])):
        return columns[0]
    try:
        return list(map(UNIT.join, zip(*columns)))
    except TypeError:
        return [UNIT.join('' if cell is None else str(cell) for cell in row) for row in zip(*columns)]


class Maker:
    """Makes rows of documents."""

    def __init__(self, definition: Definition) -> None:
        self._definition = definition
        self._names = tuple(sorted({name for field in definition.fields for name in field.names}))
        self._take = itemgetter(*self._names)
        self._numbers = count()

    def rows(self, documents: List[Document], odd: Set[int]) -> List[Row]:
        """``(key, cell, ...)`` for each document; the places of odd ones are added to ``odd``."""
        values = self._values(documents)
        columns = [field.kind.cells(self._of(field, values), odd) for field in self._definition.fields]
        keys = self._definition.key(columns, documents)
        if not all(keys):
            keys = [key or self._nameless(key) for key in keys]
        return list(zip(keys, *columns))

    def _values(self, documents: List[Document]) -> Dict[str, Sequence[Any]]:
        try:
            columns = zip(*map(self._take, documents))
        except KeyError:
            columns = zip(*[[document.get(name) for name in self._names] for document in documents])
        values: Dict[str, Sequence[Any]] = dict(zip(self._names, columns))
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
    def _of(field: Field, values: Dict[str, Sequence[Any]]) -> Sequence[Any]:
        if len(field.names) == 1:
            return values[field.names[0]]
        return list(zip(*[values[name] for name in field.names]))


def merged(
    lists: Iterable[List[Row]], kinds: Iterable[Kind], after: Optional[Callable[[Row], Row]] = None
) -> Iterator[List[Row]]:
    """Rows in the order of their keys, those with equal keys as one."""
    merges: List[Callable[[Any, Any], Any]] = [_the_key, *(kind.merge for kind in kinds)]
    told: List[Row] = []
    key: Any = None
    for rows in lists:
        for row in rows:
            if row[0] != key:
                told.append(row)
                key = row[0]
            else:
                try:
                    one = tuple([merge(one, other) for merge, one, other in zip(merges, told[-1], row)])
                    told[-1] = after(one) if after else one
                except ODD:  # cells of odd types: the first record stands
                    pass
        last = told.pop()  # the next list may begin with the same key
        if told:
            yield told
        told = [last]
    if told:
        yield told


def _the_key(one: Any, other: Any) -> Any:
    return one
