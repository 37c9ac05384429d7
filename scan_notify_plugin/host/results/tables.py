"""What the results of a run are told as: equal in shape to what the exporters take, which host/ may not import."""

from typing import Any, Iterable, NamedTuple, Tuple

__all__ = ['Chart', 'Column', 'Overview', 'Table']


class Column(NamedTuple):
    """A column of a table."""

    title: str
    width: float = 20  # in characters


class Table(NamedTuple):
    """One kind of results, merged over all scan tasks of the run."""

    name: str  # the collection
    title: str  # for people
    columns: Tuple[Column, ...]
    rows: Iterable[Tuple[Any, ...]]  # lazy, read once


class Chart(NamedTuple):
    """How often each of a few values was found."""

    title: str
    kind: str  # 'bar' or 'pie'
    pairs: Tuple[Tuple[str, int], ...]


class Overview(NamedTuple):
    """The run in brief, counted in the same pass that made the tables."""

    facts: Tuple[Tuple[str, Any], ...]
    tasks: Table
    totals: Tuple[Tuple[str, int], ...]  # (title of a table, its rows)
    skipped: Tuple[Tuple[str, int], ...]  # (title of a table, records with missing or odd fields)
    charts: Tuple[Chart, ...]
