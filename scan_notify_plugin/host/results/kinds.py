"""How a field of the host becomes a cell, and what becomes of two cells when two records are merged."""

import json
import math
import re
from datetime import datetime
from typing import Any, Callable, FrozenSet, List, NamedTuple, Optional, Sequence, Set, Union, cast

__all__ = [
    'Cell', 'Gathered', 'INTEGER', 'Kind', 'LINES', 'NUMBER', 'ODD', 'OPTIONAL', 'OPTIONAL_LINES', 'SEPARATOR',
    'SORTED_LINES', 'SUM', 'TEXT', 'compact', 'derived', 'moment', 'shown',
]  # fmt: skip

Cell = Union[str, int, float, bytes, None]

#: Between the values in one cell, as the host has it in its own export.
SEPARATOR = ' \r\n'
#: What a field raises that is not as the host writes it.
ODD = (AttributeError, IndexError, KeyError, OverflowError, RecursionError, TypeError, ValueError)

_MOMENT = re.compile(r'\d{4}-\d\d-\d\d \d\d:\d\d:\d\d')
_FORMAT = '%Y-%m-%d %H:%M:%S'


def compact(value: object) -> str:
    """A nested value as JSON on one line."""
    try:
        return json.dumps(value, ensure_ascii=False, separators=(',', ':'), default=str)
    except ODD:  # nested too deeply
        return '…'


def shown(value: object) -> Cell:
    """Anything as a cell, as far as it goes."""
    if value is None:
        return None
    if isinstance(value, str):
        return str(value)  # a subclass of the driver's may not even be comparable
    if isinstance(value, bool):
        return 'true' if value else 'false'
    if isinstance(value, int):
        return int(value)
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else str(float(value))
    if isinstance(value, datetime):
        local = value.astimezone() if value.tzinfo else value  # as the host writes its own times
        return local.strftime(_FORMAT)
    if isinstance(value, bytes):
        return value.decode('utf-8', 'replace')
    return compact(value) if isinstance(value, (dict, list, tuple)) else str(value)


def moment(cell: Cell) -> Union[Cell, datetime]:
    """The host's text for a time as a time; everything else as it is."""
    if isinstance(cell, str) and _MOMENT.fullmatch(cell):
        try:
            year, month, day, hour, minute, second = map(int, re.split('[- :]', cell))
            return datetime(year, month, day, hour, minute, second)
        except ValueError:  # a 30th of February
            pass
    return cell


class Gathered:
    """The cells of a column, of all records that become one row."""

    def add(self, cell: Cell, ranks: Cell) -> None:
        """
        :param ranks: of the scan tasks whose record it is
        """
        raise NotImplementedError

    def cell(self, newest: Cell) -> Cell:
        """The one cell.

        :param newest: that of the record which gives the row
        """
        raise NotImplementedError


class Kind(NamedTuple):
    """How the values of one field become cells."""

    #: Values of these very types are cells as they are.
    plain: FrozenSet[type]
    #: Makes the cell of any value that the host writes, and raises one of ODD for others.
    convert: Callable[[Any], Cell]
    #: Makes a cell of any value at all.
    mend: Callable[[Any], Cell] = shown
    #: Of a union by nature, which all records have a part in that become one row; other cells are those of one record.
    gather: Optional[Callable[[], Gathered]] = None

    def cells(self, values: Sequence[object], odd: Set[int]) -> Sequence[Cell]:
        """The cells of a column; the places of values that had to be mended are added to ``odd``."""
        if self.plain.issuperset(map(type, values)):
            return cast(Sequence[Cell], values)
        try:
            return list(map(self.convert, values))
        except ODD:
            return [self._cell(value, place, odd) for place, value in enumerate(values)]

    def _cell(self, value: object, place: int, odd: Set[int]) -> Cell:
        try:
            return self.convert(value)
        except ODD:
            odd.add(place)
            return self.mend(value)


def derived(convert: Callable[[Any], Cell], mend: Callable[[Any], Cell] = lambda value: None) -> Kind:
    """A kind whose cells are always made from the values."""
    return Kind(frozenset(), convert, mend)


def _text(value: object) -> str:
    if isinstance(value, str):
        return str(value)
    raise TypeError


def _optional(value: object) -> Cell:
    return None if value is None else _text(value)


def _integer(value: Union[str, float]) -> int:
    number = int(value)
    if isinstance(value, bool) or number != float(value):
        raise TypeError
    return number


def _number(value: Union[str, float, None]) -> Cell:
    return None if value is None or value == '' else _integer(value)


def _lines(value: object) -> str:
    if isinstance(value, list):
        return SEPARATOR.join(value)
    raise TypeError


def _optional_lines(value: object) -> str:
    return '' if value is None else _lines(value)


def _sorted_lines(value: Optional[List[str]]) -> str:
    return '' if value is None else _lines(sorted(value))


def _some_lines(value: object) -> str:
    values = value if isinstance(value, (list, tuple)) else [value]
    return SEPARATOR.join(str(shown(line)) for line in values if line is not None)


class _Union(Gathered):
    """All lines, each once, sorted."""

    def __init__(self) -> None:
        self._lines: Set[str] = set()

    def add(self, cell: Cell, ranks: Cell) -> None:
        if cell is not None:
            self._lines.update(str(cell).split(SEPARATOR))

    def cell(self, newest: Cell) -> Cell:
        return SEPARATOR.join(sorted(filter(None, self._lines)))


class _Sum(Gathered):
    """All numbers together; what is none is not counted."""

    def __init__(self) -> None:
        self._numbers: List[int] = []

    def add(self, cell: Cell, ranks: Cell) -> None:
        if isinstance(cell, int):
            self._numbers = [sum(self._numbers, cell)]

    def cell(self, newest: Cell) -> Cell:
        return self._numbers[0] if self._numbers else newest


#: A text that the host always writes.
TEXT = Kind(frozenset([str]), _text)
#: A text that may be missing; also a time, which is stored as the text it is.
OPTIONAL = Kind(frozenset([str, type(None)]), _optional)
#: An integer that the host always writes.
INTEGER = Kind(frozenset([int]), _integer)
#: An integer, also one written as text; may be missing.
NUMBER = Kind(frozenset([int, type(None)]), _number)
SUM = NUMBER._replace(gather=_Sum)
#: Texts that the host always writes.
LINES = Kind(frozenset(), _lines, _some_lines)
#: Texts that may be missing; of several records all.
OPTIONAL_LINES = Kind(frozenset(), _optional_lines, _some_lines, _Union)
SORTED_LINES = OPTIONAL_LINES._replace(convert=_sorted_lines)
