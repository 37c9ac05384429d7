"""What a report says of changes: two columns beside the host's own, and a table of what is not as it was."""

from datetime import datetime
from functools import lru_cache
from itertools import chain
from typing import Iterable, Iterator, List, Mapping, Optional, Sequence, Tuple

from scan_notify_plugin.changes import Change, Changed, Mark, Marks, Results
from scan_notify_plugin.host.results.identity.columns import identities
from scan_notify_plugin.host.results.identity.watched import TABLES
from scan_notify_plugin.host.results.kinds import SEPARATOR
from scan_notify_plugin.tables import Column, Row, Table
from scan_notify_plugin.words import family, known, say

__all__ = ['States', 'change_table', 'deleted_since', 'table_title']

#: Tables whose words are not called as their collections are.
_CODES = {'nuclei_result': 'table.nuclei', 'stat_finger': 'table.finger', 'xray_result': 'table.xray'}
_NOTHING: Row = (None, None)
_CHANGE_COLUMNS = (
    ('column.state', 12, 'state'), ('column.table', 14, ''), ('column.target', 40, ''), ('column.name', 40, ''),
    ('column.severity', 12, 'severity'), ('column.changed', 60, ''), ('column.first_seen', 20, ''),
    ('column.last_seen', 20, ''),
)  # fmt: skip


class States:
    """The columns at the right end of a table.

    :param marks: what is known of each record
    :param key: of the identities, see :func:`~scan_notify_plugin.host.results.identity.columns.identities`
    """

    def __init__(self, marks: Marks, key: bytes, language: str) -> None:
        self._marks = marks
        self._key = key
        self._words = family('state', language)
        self.columns = (
            Column(say('column.state', language), 12, 'state'),
            Column(say('column.first_seen', language), 20),
        )

    def has(self, table: str) -> bool:
        """Whether the records of a table have states."""
        return table in TABLES

    def added(self, table: str, rows: Sequence[Row]) -> List[Row]:
        """Rows ``(key, cell, ..., ranks)`` as those of the report, with the two cells; both are None without a name."""
        result: List[Row] = []
        last: Optional[Mark] = None
        cells = _NOTHING
        for row, name in zip(rows, identities(table, rows, self._key)):
            if name:
                mark = self._marks(table, name)
                if mark is not last:  # nearly all are known, by one mark
                    last, cells = mark, self._cells(mark)
                result.append(row[1:-1] + cells)
            else:
                result.append(row[1:-1] + _NOTHING)
        return result

    def _cells(self, mark: Mark) -> Row:
        return self._words.get(mark.state.value, mark.state.value), _local(mark.first_seen)


def table_title(table: str, language: str) -> str:
    """The words for a table; what only a newer release knows is called as it is called there."""
    code = _CODES.get(table, 'table.' + table)
    return say(code, language) if known(code) else table


def change_table(changes: Optional[Iterable[Change]], language: str) -> Iterator[Table]:
    """A table of changes, unless there are none.

    :param changes: as many as the report is to have, the worst first
    """
    rest = iter(changes or ())
    for first in rest:
        columns = tuple(Column(say(code, language), width, role) for code, width, role in _CHANGE_COLUMNS)
        rows = (_change(change, language) for change in chain([first], rest))
        yield Table('changes', say('table.changes', language), columns, rows)


def deleted_since(results: Results, totals: Mapping[str, int], language: str) -> Tuple[Tuple[str, object], ...]:
    """A line for the overview if there were more rows when the run was collected.

    :param totals: by table, what could be read now
    """
    lost = [
        say('workbook.deleted-from', language, table=table_title(table, language), count=number - totals[table])
        for table, number in results.totals.items()
        if number > totals.get(table, number)
    ]
    return ((say('overview.deleted', language), say('workbook.between', language).join(lost)),) if lost else ()


def _change(change: Change, language: str) -> Row:
    state = change.state.value
    return (
        family('state', language).get(state, state),
        table_title(change.table, language),
        change.target,
        change.name,
        change.severity or None,
        SEPARATOR.join(_changed(cell, language) for cell in change.cells) or None,
        _local(change.first_seen),
        _local(change.last_seen),
    )


def _changed(cell: Changed, language: str) -> str:
    column = say(cell.column, language) if known(cell.column) else cell.column
    return say('workbook.changed', language, column=column, old=cell.old, new=cell.new)


@lru_cache(maxsize=256)
def _local(time: Optional[datetime]) -> Optional[datetime]:
    """In the zone of this process and without its name, as the host writes its own times."""
    try:
        return time.astimezone().replace(microsecond=0, tzinfo=None) if time else None
    except (OverflowError, ValueError, OSError):  # at either end of time
        return time.replace(microsecond=0, tzinfo=None) if time else None
