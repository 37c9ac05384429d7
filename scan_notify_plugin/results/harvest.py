"""What a round has found, set aside on disk: it is compared only after all of it was read."""

import marshal
from functools import partial
from typing import Callable, Dict, FrozenSet, Iterator, List, Mapping, Sequence, Tuple, cast

from scan_notify_plugin.host.results.found import Findings, Found
from scan_notify_plugin.mongo import Database
from scan_notify_plugin.results.look import HOLDERS, Parents
from scan_notify_plugin.results.scopes import Scopes
from scan_notify_plugin.results.store import scratch

__all__ = ['Harvest', 'NotInOrder', 'harvested']

_found: Callable[[Sequence[object]], Found] = partial(tuple.__new__, Found)  # type: ignore[assignment]  # it is one

_plain = cast(Callable[[Found], Tuple[object, ...]], tuple)


class NotInOrder(ValueError):
    """Records that are to be compared come in no order: rather nothing is known than something untrue."""


class Harvest:
    """The records of a round by table, in the order of their identities; close it."""

    def __init__(self) -> None:
        self._file = scratch()
        self._lists: Dict[str, List[Tuple[int, int]]] = {}
        self.parents = Parents()
        self.totals: Mapping[str, int] = {}
        self.severities: Mapping[str, int] = {}
        self.read: Mapping[str, Mapping[str, int]] = {}
        #: the scan tasks by rank
        self.tasks: Sequence[str] = ()

    def add(self, table: str, rows: Sequence[Found]) -> None:
        """Set some aside."""
        content = marshal.dumps(list(map(_plain, rows)))  # of this process, for this process
        self._lists.setdefault(table, []).append((self._file.tell(), len(content)))
        self._file.write(content)
        self.parents.add(table, [found[0] for found in rows])

    def rows(self, table: str) -> Iterator[Found]:
        """The records of a table."""
        for found in self.lists(table):
            yield from found

    def lists(self, table: str) -> Iterator[List[Found]]:
        for place, length in self._lists.get(table, ()):
            self._file.seek(place)
            yield list(map(_found, marshal.loads(self._file.read(length))))

    def elements(self, scopes: Scopes, wanted: FrozenSet[int]) -> FrozenSet[int]:
        """Those of some elements that something was found for; it looks no further than it must."""
        seen: FrozenSet[int] = frozenset()
        for table in HOLDERS:
            for rows in self.lists(table):
                if seen >= wanted:
                    return seen
                numbers = {scopes.found(table, one.identity, one.ranks) for one in rows}
                seen |= {element for number in numbers for element in scopes.elements(number)} & wanted
        return seen

    def close(self) -> None:
        self._file.close()

    def __enter__(self) -> 'Harvest':
        return self

    def __exit__(self, *error: object) -> None:
        self.close()


def harvested(
    db: Database,
    task_ids: Sequence[str],
    key: bytes,
    progress: Callable[[int], object],
    cancelled: Callable[[], bool],
    left_out: FrozenSet[str] = frozenset(),
) -> Harvest:
    """Read everything.

    :param left_out: scan tasks that went on after their run was closed: what they alone found belongs to no round
    """
    harvest = Harvest()
    try:
        with Findings(db, task_ids, key, progress, cancelled) as findings:
            out = {rank for rank, task_id in enumerate(findings.tasks) if task_id in left_out}
            for table in findings.tables():
                last = ''
                for rows in table.rows:
                    last = _in_order(table.name, rows, last)
                    kept = [one for one in rows if not out.issuperset(one.ranks)] if out else rows
                    if kept:
                        harvest.add(table.name, kept)
            harvest.totals, harvest.severities = dict(findings.totals), dict(findings.severities)
            harvest.read = {task_id: dict(tables) for task_id, tables in findings.read.items()}
            harvest.tasks = tuple(findings.tasks)
        harvest.parents.close()
    except BaseException:
        harvest.close()
        raise
    return harvest


def _in_order(table: str, rows: Sequence[Found], last: str) -> str:
    """The last identity of some rows.

    :raises NotInOrder: if they are not in ascending order, each once
    """
    names = [last] + [found[0] for found in rows]
    if any(map(str.__ge__, names, names[1:])):
        raise NotInOrder(table)
    return names[-1]


def task_elements(tasks: Sequence[str], by_task: Mapping[str, Tuple[str, ...]]) -> List[Tuple[str, ...]]:
    """The elements of scan tasks by rank; of one that is gone, none is known."""
    return [tuple(by_task.get(task_id, ())) for task_id in tasks]
