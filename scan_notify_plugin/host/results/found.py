"""What a round has found, for comparing it with another: one pass over the results, in the order of identities."""

from functools import lru_cache
from itertools import repeat
from operator import itemgetter
from typing import (
    Any,
    Callable,
    Dict,
    Iterable,
    Iterator,
    List,
    Mapping,
    NamedTuple,
    Optional,
    Sequence,
    Set,
)

from scan_notify_plugin.changes import SEVERITIES, UNRATED
from scan_notify_plugin.host.results.catalogue import DOMAINS, SITES
from scan_notify_plugin.host.results.definition import Definition, Field
from scan_notify_plugin.host.results.folding import FIRST_CELL, Found, Record, each_once
from scan_notify_plugin.host.results.identity.columns import identified
from scan_notify_plugin.host.results.identity.texts import short
from scan_notify_plugin.host.results.identity.watched import TABLES, WATCHED
from scan_notify_plugin.host.results.kinds import OPTIONAL, OPTIONAL_LINES, SEPARATOR, Cell
from scan_notify_plugin.host.results.machine import Machine
from scan_notify_plugin.host.results.merging import Cells
from scan_notify_plugin.masking import masked_text
from scan_notify_plugin.words import DEFAULT

__all__ = ['Findings', 'Found', 'FoundTable']

#: Addresses of content delivery networks that are remembered for what hangs on them, and the sources of one domain.
MOST_MARKED = 200000
MOST_SOURCES = 20

#: Where they stand in a row: the name of the network, the addresses and the sources of a domain.
_CDN_NAME = 7
_IPS, _SOURCES = 4, 5

#: The report has no column for it.
_SOURCE = Field(
    'column.source', 16, OPTIONAL_LINES._replace(plain=OPTIONAL.plain, convert=OPTIONAL.convert), ('source',)
)
_DOMAINS = DOMAINS._replace(fields=DOMAINS.fields + (_SOURCE,))


class FoundTable(NamedTuple):
    """The records of one table."""

    name: str
    #: in the order of their identities by code points, each once
    rows: Iterator[List[Found]]


class Findings:
    """The results of a run, read once. Opens a temporary database: close it, or use it as a context manager.

    :param db: the host's database; it is only read
    :param task_ids: of the scan tasks of the run
    :param key: for digests of what nobody is to read; one that the next round has too
    :param progress: called with the number of documents read so far, every few hundred
    :param cancelled: asked every few hundred documents and rows; reading raises
        :class:`~scan_notify_plugin.host.results.reading.Cancelled` after a True
    """

    def __init__(
        self,
        db: Any,
        task_ids: Sequence[str],
        key: bytes,
        progress: Callable[[int], object] = lambda read: None,
        cancelled: Callable[[], bool] = lambda: False,
    ) -> None:
        self._machine = Machine(db, task_ids, True, DEFAULT, progress, cancelled, statistics=False)
        self._key = key
        self._severity = {one.name: one.severity for one in self._machine.findings if one.severity}
        self._marked: Set[Cell] = set()

    def __enter__(self) -> 'Findings':
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def close(self) -> None:
        self._machine.close()

    def tables(self) -> Iterator[FoundTable]:
        """All of ``TABLES``, also empty ones; the rows of one are read before the next is asked for."""
        machine = self._machine
        others = {definition.name: definition for definition in machine.findings}
        for table in TABLES:
            yield FoundTable(table, self._found(table, self._merged(table, others.pop(table, None))))
        for definition in others.values():  # numbers only
            for _ in machine.rows(definition):
                pass

    @property
    def tasks(self) -> Sequence[str]:
        """The scan tasks by rank, the oldest first."""
        return self._machine.ranks.task_ids

    @property
    def totals(self) -> Mapping[str, int]:
        """By table, the rows that a report has; complete when all tables were read."""
        return dict(self._machine.totals)

    @property
    def severities(self) -> Mapping[str, int]:
        """By severity, the rows of findings; complete when all tables were read."""
        severities = self._machine.severities
        return {name: severities[name] for name in SEVERITIES + (UNRATED,) if severities[name]}

    @property
    def read(self) -> Mapping[str, Mapping[str, int]]:
        """By scan task and collection, the documents that were read."""
        read: Dict[str, Dict[str, int]] = {task_id: {} for task_id in self.tasks}
        for collection, by_task in self._machine.read.items():
            for task_id in by_task.keys() & read.keys():
                read[task_id][collection] = by_task[task_id]
        return read

    def _merged(self, table: str, definition: Optional[Definition]) -> Iterator[List[Cells]]:
        machine = self._machine
        if table == 'ip':
            return machine.address_rows(with_domains=not machine.of_addresses)
        if table == 'service':
            return machine.service_rows()
        if table == 'domain':
            return machine.rows(_DOMAINS) if machine.has_domains else iter(())
        if table == 'site':
            return machine.rows(SITES)
        return machine.rows(definition) if definition else iter(())

    def _found(self, table: str, merged: Iterator[List[Cells]]) -> Iterator[List[Found]]:
        sorter = self._machine.sorter(FIRST_CELL + len(WATCHED[table]))
        for rows in merged:
            sorter.add(self._records(table, rows))
        yield from each_once(sorter.in_order())
        sorter.drop()

    def _records(self, table: str, rows: List[Cells]) -> List[Record]:
        """Those of some rows that have an identity."""
        records, marks = identified(table, rows, self._key), self._marks(table, rows)
        sources: Iterable[str] = repeat('')
        if table == 'domain':
            sources = [_sources(row[_SOURCES]) for row in rows]
            if any(marks):
                records = [record[:-1] + ('',) if mark else record for record, mark in zip(records, marks)]
        parts = zip(records, self._rated(table, rows), map(itemgetter(-1), rows), sources, marks)
        return [
            (record[0], severity, ranks, source, mark) + record[1:]
            for record, severity, ranks, source, mark in parts
            if record[0]
        ]

    def _rated(self, table: str, rows: List[Cells]) -> List[str]:
        severity = self._severity.get(table)
        return list(map(severity, rows)) if severity else len(rows) * ['']

    def _marks(self, table: str, rows: List[Cells]) -> Sequence[int]:
        """For each row whether it is of a content delivery network: 0 or 1."""
        marked = self._marked
        if table == 'ip' and not self._machine.of_addresses:
            found = [row[1] for row in rows if row[_CDN_NAME]]
            marked.update(found[: max(0, MOST_MARKED - len(marked))])
            return [1 if row[_CDN_NAME] else 0 for row in rows]
        if table == 'service' and marked:
            return [1 if row[1] in marked else 0 for row in rows]
        if table == 'domain' and marked:
            return [0 if marked.isdisjoint(str(row[_IPS]).split(SEPARATOR)) else 1 for row in rows]
        return len(rows) * [0]


@lru_cache(maxsize=1024)
def _sources(cell: Cell) -> str:
    names = [short(masked_text(name)) for name in str(cell or '').split(SEPARATOR)[:MOST_SOURCES]]
    return SEPARATOR.join(sorted(filter(None, set(names))))
