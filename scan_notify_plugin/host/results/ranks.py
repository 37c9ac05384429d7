"""Which scan tasks found a record: the last cell of every row in the machine.

A task's rank is its place when the tasks of a run are ordered by their ends, the oldest is 0. The cell is an int where
one task found the record, else a text such as ``0,3,7``, ascending.
"""

from datetime import datetime
from operator import itemgetter
from typing import Dict, Iterable, List, Mapping, Sequence, Set, Tuple

from bson import ObjectId
from bson.errors import InvalidId

from scan_notify_plugin.host.results.kinds import Cell, moment
from scan_notify_plugin.records import Document

__all__ = ['Ranks', 'in_order_of_age', 'newest_rank', 'rank_cell', 'rank_numbers']

_BETWEEN = ','
_TASK = itemgetter('task_id')


def in_order_of_age(task_ids: Iterable[str], tasks: Mapping[str, Document]) -> Tuple[str, ...]:
    """Scan tasks by their ends, the oldest first.

    :param tasks: the host's documents of those that exist; a task without one, or without an end, counts as of the
        time in its own id, and one that has neither is the oldest
    """

    def age(task_id: str) -> Tuple[datetime, str]:
        text = tasks.get(task_id, {}).get('end_time')
        end = moment(text) if isinstance(text, str) else None
        return end if isinstance(end, datetime) else _made(task_id), task_id

    return tuple(sorted(dict.fromkeys(task_ids), key=age))


def _made(task_id: str) -> datetime:
    """In the zone of this process and without its name, as the host writes its own times."""
    try:
        return ObjectId(task_id).generation_time.astimezone().replace(tzinfo=None)
    except (InvalidId, TypeError, ValueError, OverflowError, OSError):  # a host may name its tasks otherwise
        return datetime.min


def rank_cell(ranks: Set[int]) -> Cell:
    """The cell of a record that these tasks found."""
    return min(ranks) if len(ranks) == 1 else _BETWEEN.join(map(str, sorted(ranks)))


def rank_numbers(cell: Cell) -> Tuple[int, ...]:
    """The ranks in a cell, ascending."""
    return (cell,) if isinstance(cell, int) else tuple(map(int, str(cell).split(_BETWEEN)))


def newest_rank(cell: Cell) -> int:
    return cell if isinstance(cell, int) else rank_numbers(cell)[-1]


class Ranks:
    """The ranks of a run's scan tasks.

    :param ordered: the ids, the oldest first
    """

    def __init__(self, ordered: Sequence[str]) -> None:
        self.task_ids = tuple(ordered)
        self._numbers: Dict[str, Cell] = {task_id: number for number, task_id in enumerate(ordered)}

    def cells(self, documents: List[Document]) -> List[Cell]:
        """For each document of these tasks the ranks of those that found it."""
        try:
            return list(map(self._numbers.__getitem__, map(_TASK, documents)))
        except (KeyError, TypeError):  # a list with our id in it
            return [self._cell(document.get('task_id')) for document in documents]

    def _cell(self, value: object) -> Cell:
        values = value if isinstance(value, list) else [value]
        ranks = {self._numbers[one] for one in values if isinstance(one, str) and one in self._numbers}
        return rank_cell({int(rank) for rank in ranks if isinstance(rank, int)} or {0})
