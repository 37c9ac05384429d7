"""What a report is made of: the tables of a run's results, and its overview. Plain data, no format.

Exporters read attributes only: anything of this shape will do.
"""

from typing import Iterable, Iterator, List, NamedTuple, Optional, Tuple

from scan_notify_plugin.changes import Results

__all__ = ['Chart', 'Column', 'Overview', 'Row', 'Rows', 'Table', 'counts', 'is_empty']

#: Cells: str, int, float, bool, datetime or None; an exporter makes text of anything else.
Row = Tuple[object, ...]


class Column(NamedTuple):
    """A column of a table."""

    title: str  # the host's own column title where the host exports this table too
    width: float = 20  # in characters
    #: what the cells say of their row: 'state', 'severity', or '' for anything else
    role: str = ''


class Table(NamedTuple):
    """One kind of results, merged over all scan tasks of the run."""

    name: str  # stable English id such as 'site'; becomes a file name
    title: str  # for people, such as 站点; becomes a sheet title
    columns: Tuple[Column, ...]  # at least one
    #: lazy, iterated once; as many cells as there are columns
    rows: Iterable[Row]


class Chart(NamedTuple):
    """How often each of a few values was found."""

    title: str
    kind: str  # 'bar' or 'pie'
    pairs: Tuple[Tuple[str, int], ...]  # (label, how often), in the order of the chart


class Overview(NamedTuple):
    """The run in brief, counted in the same pass that made the tables."""

    facts: Tuple[Tuple[str, object], ...]  # (label, value): schedule, round, status, times
    tasks: Table  # one row for each scan task
    totals: Tuple[Tuple[str, int], ...]  # (title of a table, its rows)
    skipped: Tuple[Tuple[str, int], ...]  # (title of a table, records left out or exported only in part)
    charts: Tuple[Chart, ...]


def counts(overview: Overview) -> List[Tuple[str, int, int]]:
    """(title of a table, its rows, records skipped) for every table in ``totals`` or ``skipped``."""
    rows, skipped = dict(overview.totals), dict(overview.skipped)
    titles = list(rows) + [title for title in skipped if title not in rows]
    return [(title, rows.get(title, 0), skipped.get(title, 0)) for title in titles]


def is_empty(overview: Overview) -> bool:
    """Whether the run found nothing at all."""
    return not any(number for _, number in overview.totals)


class Rows:
    """What :meth:`~scan_notify_plugin.exporters.base.Exporter.export` reads, once."""

    #: of all titles: 'zh' or 'en'
    language = 'zh'
    #: what is known of changes; None where nobody has compared anything, as of scan tasks that belong to no run
    results: Optional[Results] = None

    def tables(self) -> Iterator[Table]:
        """The tables in the order of the report; the rows of one are read before the next is asked for.

        Reading raises whatever ends an export early, such as a cancellation. An exporter lets it through.
        """
        raise NotImplementedError

    def overview(self) -> Overview:
        """The overview; only after all tables were read."""
        raise NotImplementedError
