"""The results of a run as the machine has them: read once, merged over the scan tasks, counted on the way.

A row is ``(key, cell, ..., ranks)``; whatever is made of results is made of these rows, so all have the same numbers.
"""

from collections import Counter
from itertools import chain
from typing import Any, Callable, Iterable, Iterator, List, Mapping, Sequence, Set, Tuple

from scan_notify_plugin.host.results import addresses, services
from scan_notify_plugin.host.results.catalogue import DOMAINS, KNOWN, findings
from scan_notify_plugin.host.results.definition import Definition, Maker
from scan_notify_plugin.host.results.extras import EXTRA_BATCH, EXTRA_MERGING, Extra, may_hold_results
from scan_notify_plugin.host.results.merging import Cells, merged
from scan_notify_plugin.host.results.overview import read_tasks
from scan_notify_plugin.host.results.ranks import Ranks, in_order_of_age
from scan_notify_plugin.host.results.reading import Reader
from scan_notify_plugin.spool import Sorter, Spool
from scan_notify_plugin.tables import Column, Row

__all__ = ['Chunks', 'Machine']

#: Rows ``(key, cell, ..., ranks)``, in lists.
Chunks = Iterator[Sequence[Row]]

#: The tables that the host exports too.
EXISTING = ('site', 'ip', 'domain')


def _ignore(rows: Sequence[Cells]) -> None:
    pass


class Machine:
    """Reads and merges. Opens a temporary database: close it.

    :param db: the host's database; it is only read
    :param statistics: whether ports, statuses and severities are counted for the statistics and the charts
    :param progress: called with the number of documents read so far, every few hundred
    :param cancelled: asked every few hundred documents and rows; reading raises :class:`Cancelled` after a True
    """

    def __init__(
        self,
        db: Any,
        task_ids: Sequence[str],
        mask_credentials: bool,
        language: str,
        progress: Callable[[int], object],
        cancelled: Callable[[], bool],
        statistics: bool = True,
    ) -> None:
        self._collections = frozenset(db.list_collection_names())
        self._counts = statistics
        self._mask = mask_credentials
        #: What was found beside the tables of the host, in the order of the report.
        self.findings = self._there(findings(mask_credentials, language))
        self.task_ids = tuple(dict.fromkeys(task_ids))
        #: The host's documents of those scan tasks that exist.
        self.tasks = read_tasks(db, self.task_ids)
        self.ranks = Ranks(in_order_of_age(self.task_ids, self.tasks))
        self.statistics = services.Statistics()
        #: By table, its rows, and the records of which something is left out.
        self.totals: Counter = Counter()
        self.skipped: Counter = Counter()
        #: Of sites, and of the findings of all tables together.
        self.statuses: Counter = Counter()
        self.severities: Counter = Counter()
        self._reader = Reader(db, self.task_ids, progress, cancelled)
        self._spool = Spool()
        self._aside = self._spool.sorter(4)

    @property
    def of_addresses(self) -> bool:
        """Whether all scan tasks looked at addresses alone."""
        return bool(self.tasks) and all(map(addresses.is_address_task, self.tasks.values()))

    @property
    def has_domains(self) -> bool:
        """Whether there is a table of domains."""
        return not self.of_addresses or self._reader.has(DOMAINS.name)

    @property
    def read(self) -> Mapping[str, Mapping[str, int]]:
        """Documents read so far, by collection and scan task."""
        return self._reader.collections

    @property
    def records(self) -> Mapping[str, int]:
        """Documents read so far, by scan task."""
        return self._reader.records

    def close(self) -> None:
        self._spool.close()

    def sorter(self, columns: int) -> Sorter:
        """One more, in the same temporary database."""
        return self._spool.sorter(columns)

    def rows(self, definition: Definition) -> Iterator[List[Cells]]:
        """The rows of a table, in the order of the report."""
        sorter = self._sorted(definition)
        for rows in self._counting(definition.name, merged(sorter.in_order(), definition.merging)):
            if self._counts and definition.counted is not None:
                services.tally(self.statuses, Counter([row[definition.counted + 1] for row in rows]))
            if definition.severity:
                self.severities.update(map(definition.severity, rows))
            yield rows
        sorter.drop()

    def address_rows(self, with_domains: bool) -> Iterator[List[Cells]]:
        """The addresses; their ports are set aside for :meth:`service_rows`."""
        definition = self.addresses(with_domains)
        sorter = self._sorted(definition, self.statistics.expect if self._counts else _ignore)
        for rows in self._counting(definition.name, merged(sorter.in_order(), definition.merging)):
            self._aside.add([row[:3] + row[-1:] for row in rows])
            yield rows
        sorter.drop()

    def addresses(self, with_domains: bool) -> Definition:
        """The table of addresses.

        :param with_domains: also what the host knows of those that it came to by a domain
        """
        return addresses.addresses(with_domains, several_tasks=len(self.task_ids) > 1)

    def service_rows(self) -> Iterator[List[Cells]]:
        """The services, after all addresses were read."""
        rows_of_ports = services.service_rows(chain.from_iterable(self._aside.as_added()))
        for rows in self._counting('service', rows_of_ports):
            if self._counts:
                self.statistics.count(rows)
            yield rows
        self._aside.drop()

    def other_collections(self) -> List[str]:
        """Those of a fork that no list knows and that have something of our scan tasks."""
        known = KNOWN.union(EXISTING, (definition.name for definition in self.findings))
        names = [name for name in self._collections if may_hold_results(name, known)]
        return [name for name in sorted(names) if self._reader.has_soon(name)]

    def other(self, collection: str) -> Tuple[Tuple[Column, ...], Chunks]:
        """The columns and rows of such a table, of which nobody knows what it means: it has no numbers. It is read at
        once, for nobody knows the columns before.
        """
        extra, sorter = Extra(self._mask, self.ranks), self._spool.sorter(3)
        for documents in self._reader.batches(collection, {}, EXTRA_BATCH, counted=False):
            sorter.add(extra.rows(documents))

        def rows() -> Chunks:
            for chunk in merged(sorter.in_order(), EXTRA_MERGING):
                self._reader.look()
                yield extra.in_columns(chunk)
            sorter.drop()

        return extra.columns, rows()

    def _there(self, definitions: Iterable[Definition]) -> Tuple[Definition, ...]:
        """Those that every host has, and those whose collection this one has."""
        return tuple([one for one in definitions if one.everywhere or one.name in self._collections])

    def _sorted(self, definition: Definition, watch: Callable[[Sequence[Cells]], None] = _ignore) -> Sorter:
        """Everything that the database has for a table."""
        maker, sorter = Maker(definition, self.ranks), self._spool.sorter(len(definition.fields) + 2)
        for documents in self._reader.batches(definition.name, definition.projection):
            odd: Set[int] = set()
            rows = maker.rows(documents, odd)
            watch(rows)
            sorter.add(rows)
            if odd:
                self.skipped[definition.name] += len(odd)
        return sorter

    def _counting(self, table: str, chunks: Iterator[List[Cells]]) -> Iterator[List[Cells]]:
        self.totals[table] += 0  # in the overview also where it stays so
        for rows in chunks:
            self._reader.look()
            self.totals[table] += len(rows)
            yield rows
