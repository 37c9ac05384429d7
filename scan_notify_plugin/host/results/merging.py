"""How records that several scan tasks found become one row. Each is looked at once, so time grows with their number.

One record's cells stay together: the newest scan task that has an answer gives the whole row. What an answer is, a
table says of itself (:func:`filled`); if no task has one, the newest gives the row, and of two records of one task the
later. Only what is a union by nature is gathered from all of them: see :attr:`Kind.gather`.
"""

from typing import Callable, Iterable, Iterator, List, NamedTuple, Optional, Sequence, Tuple

from scan_notify_plugin.host.results.kinds import Cell, Gathered, Kind
from scan_notify_plugin.host.results.ranks import newest_rank, rank_cell, rank_numbers

__all__ = ['Cells', 'Merging', 'always', 'filled', 'merged']

#: A row as it is sorted and merged: its key, its cells, and the ranks of the scan tasks that found it.
Cells = Tuple[Cell, ...]


def always(row: Cells) -> bool:
    """Every record is an answer."""
    return True


def filled(*columns: int) -> Callable[[Cells], bool]:
    """A record is an answer if any of these columns is filled; '', None and 0 are empty."""
    places = [column + 1 for column in columns]
    return lambda row: any([row[place] for place in places])


class Merging(NamedTuple):
    """What is to be known of a table to merge its rows."""

    kinds: Sequence[Kind]
    #: Is this row of a scan that has an answer?
    answered: Callable[[Cells], bool] = always
    #: Of a row that was merged from several, when cells depend on each other.
    after: Optional[Callable[[Cells], Cells]] = None


def merged(lists: Iterable[List[Cells]], merging: Merging) -> Iterator[List[Cells]]:
    """Rows in the order of their keys, those with equal keys as one."""
    result: List[Cells] = []
    group: Optional[_Group] = None
    key: Cell = None
    for rows in lists:
        for row in rows:
            if row[0] != key:
                if group:
                    result[-1], group = group.row(), None
                result.append(row)
                key = row[0]
            else:
                group = group or _Group(result[-1], merging)
                group.add(row)
        last = result.pop()  # the next list may begin with the same key
        if result:
            yield result
        result = [last]
    if result:
        yield [group.row()] if group else result


class _Group:
    """Records with one key."""

    def __init__(self, first: Cells, merging: Merging) -> None:
        self._merging = merging
        self._gathered: List[Tuple[int, Gathered]] = [
            (place, kind.gather()) for place, kind in enumerate(merging.kinds, 1) if kind.gather
        ]
        self._best, self._worth = first, (False, -1)
        self._ranks = set(rank_numbers(first[-1]))
        self.add(first)

    def add(self, row: Cells) -> None:
        ranks = row[-1]
        rank = newest_rank(ranks)
        self._ranks.update((rank,) if isinstance(ranks, int) else rank_numbers(ranks))
        worth = self._merging.answered(row), rank
        # Of two records of one task, which come in any order, it is the same one in each round.
        if worth > self._worth or (worth == self._worth and repr(row[1:-1]) > repr(self._best[1:-1])):
            self._best, self._worth = row, worth
        for place, gathered in self._gathered:
            gathered.add(row[place], ranks)

    def row(self) -> Cells:
        """The one row."""
        cells = list(self._best)
        for place, gathered in self._gathered:
            cells[place] = gathered.cell(cells[place])
        cells[-1] = rank_cell(self._ranks)
        row = tuple(cells)
        return self._merging.after(row) if self._merging.after else row
