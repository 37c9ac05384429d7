"""The results of a run, table by table: read once, merged over its scan tasks, counted on the way."""

from collections import Counter
from itertools import chain
from typing import Any, Callable, Dict, Iterable, Iterator, List, Mapping, Optional, Sequence, Set, Tuple

from scan_notify_plugin.host.results import addresses, services
from scan_notify_plugin.host.results.catalogue import DOMAINS, KNOWN, SITES, findings
from scan_notify_plugin.host.results.definition import Cells, Definition, Maker, merged
from scan_notify_plugin.host.results.extras import EXTRA_BATCH, EXTRA_KINDS, Extra, may_hold_results
from scan_notify_plugin.host.results.kinds import moment
from scan_notify_plugin.host.results.overview import charts, read_tasks, task_table
from scan_notify_plugin.host.results.reading import Reader
from scan_notify_plugin.masking import masked_rows
from scan_notify_plugin.spool import Sorter, Spool
from scan_notify_plugin.tables import Overview, Row, Rows, Table
from scan_notify_plugin.words import DEFAULT, say

__all__ = ['Results']

#: The tables that the host exports too.
EXISTING = ('site', 'ip', 'domain')

Chunks = Iterator[Sequence[Row]]


def _ignore(rows: Sequence[Cells]) -> None:
    pass


class Results(Rows):
    """What an exporter reads. Opens a temporary database: close it, or use it as a context manager.

    :param db: the host's database; it is only read
    :param task_ids: of the scan tasks of the run; of those that were deleted the overview says so
    :param facts: (label, value) pairs for the overview
    :param outcomes: what we found of the scan tasks (hookspecs.ScanTask.outcome); else the host's status is shown
    :param mask_credentials: show no passwords
    :param language: of the titles that are ours: zh or en
    :param progress: called with the number of documents read so far, every few hundred
    :param cancelled: asked every few hundred documents and rows; reading raises :class:`Cancelled` after a True
    """

    def __init__(
        self,
        db: Any,
        task_ids: Sequence[str],
        facts: Iterable[Tuple[str, object]] = (),
        outcomes: Optional[Mapping[str, Optional[str]]] = None,
        mask_credentials: bool = True,
        language: str = DEFAULT,
        progress: Callable[[int], object] = lambda read: None,
        cancelled: Callable[[], bool] = lambda: False,
    ) -> None:
        self.language = language
        self._db = db
        self._task_ids = tuple(dict.fromkeys(task_ids))
        self._facts = tuple(facts)
        self._outcomes = outcomes or {}
        self._mask = mask_credentials
        self._findings = findings(mask_credentials, language)
        self._reader = Reader(db, self._task_ids, progress, cancelled)
        self._tasks = read_tasks(db, self._task_ids)
        self._statistics = services.Statistics()
        self._totals: Counter = Counter()
        self._skipped: Counter = Counter()
        self._counted: Dict[str, Counter] = {'site': Counter(), 'nuclei_result': Counter()}
        self._spool = Spool()

    def tables(self) -> Iterator[Table]:
        """The tables in the order of the report; the rows of one are read before the next is asked for."""
        of_addresses = bool(self._tasks) and all(map(addresses.is_address_task, self._tasks.values()))
        yield self._table(SITES)
        yield from self._address_tables(with_domains=not of_addresses)
        if not of_addresses or self._reader.has(DOMAINS.name):
            yield self._table(DOMAINS)
        yield Table('statistics', self._say('table.statistics'), services.STATISTICS_COLUMNS, self._statistics.rows())
        for definition in self._findings:
            yield self._table(definition)
        for collection in self._extra_collections():
            yield self._extra_table(collection)

    def overview(self) -> Overview:
        """The run in brief; only after all tables were read."""
        tasks = task_table(self._task_ids, self._tasks, self._outcomes, self._reader.records, self.language)
        return Overview(
            tuple((str(label), value) for label, value in self._masked(self._facts)),
            tasks._replace(rows=self._masked(list(tasks.rows))),
            tuple(self._totals.items()),
            tuple(self._skipped.items()),
            charts(
                self._statistics.ports,
                self._statistics.services,
                self._counted['site'],
                self._counted['nuclei_result'],
                self._totals[self._say('table.vuln')],
                self.language,
            ),
        )

    @property
    def records(self) -> Mapping[str, int]:
        """Documents read so far, by scan task."""
        return self._reader.records

    def close(self) -> None:
        self._spool.close()

    def __enter__(self) -> 'Results':
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def _table(self, definition: Definition) -> Table:
        title = self._say(definition.title)
        rows = self._counting(title, self._rows(definition, title))
        return Table(definition.name, title, definition.columns(self.language), rows)

    def _rows(self, definition: Definition, title: str) -> Chunks:
        sorter = self._sorted(definition, title)
        for rows in merged(sorter.in_order(), definition.kinds, definition.after):
            if definition.counted is not None:
                values = [row[definition.counted + 1] for row in rows]
                services.tally(self._counted[definition.name], Counter(values))
            if definition.times:
                yield [_with_times(row, definition.times) for row in rows]
            else:
                yield [row[1:] for row in rows]
        sorter.drop()

    def _sorted(self, definition: Definition, title: str, watch: Callable[[Sequence[Cells]], None] = _ignore) -> Sorter:
        """Everything that the database has for a table."""
        maker, sorter = Maker(definition), self._spool.sorter(len(definition.fields) + 1)
        for documents in self._reader.batches(definition.name, definition.projection):
            odd: Set[int] = set()
            rows = maker.rows(documents, odd)
            watch(rows)
            sorter.add(rows)
            if odd:
                self._skipped[title] += len(odd)
        return sorter

    def _address_tables(self, with_domains: bool) -> Iterator[Table]:
        """Addresses, then their services: these are set aside while the addresses are read."""
        definition = addresses.addresses(with_domains, several_tasks=len(self._task_ids) > 1)
        title, of_services = self._say(definition.title), self._say('table.service')
        aside = self._spool.sorter(3)

        def address_rows() -> Chunks:
            sorter = self._sorted(definition, title, self._statistics.expect)
            for rows in merged(sorter.in_order(), definition.kinds, definition.after):
                aside.add([row[:3] for row in rows])
                yield addresses.address_rows(rows)
            sorter.drop()

        def service_rows() -> Chunks:
            for rows in services.service_rows(chain.from_iterable(aside.as_added())):
                self._statistics.count(rows)
                yield rows
            aside.drop()

        columns = addresses.address_columns(definition, self.language)
        yield Table('ip', title, columns, self._counting(title, address_rows()))
        yield Table('service', of_services, services.SERVICE_COLUMNS, self._counting(of_services, service_rows()))

    def _extra_collections(self) -> List[str]:
        known = KNOWN.union(EXISTING, (definition.name for definition in self._findings))
        names = [name for name in self._db.list_collection_names() if may_hold_results(name, known)]
        return [name for name in sorted(names) if self._reader.has_soon(name)]

    def _extra_table(self, collection: str) -> Table:
        """Read at once, for nobody knows the columns before."""
        extra, sorter = Extra(self._mask), self._spool.sorter(2)
        for documents in self._reader.batches(collection, {}, EXTRA_BATCH):
            sorter.add(extra.rows(documents))

        def rows() -> Chunks:
            for chunk in merged(sorter.in_order(), EXTRA_KINDS):
                yield extra.in_columns(chunk)
            sorter.drop()

        return Table(collection, collection, extra.columns, self._counting(collection, rows()))

    def _counting(self, title: str, chunks: Chunks) -> Iterator[Row]:
        self._totals[title] += 0  # in the overview also where it stays so
        for rows in chunks:
            self._reader.look()
            self._totals[title] += len(rows)
            yield from self._masked(rows)

    def _say(self, code: str) -> str:
        return say(code, self.language)

    def _masked(self, rows: Sequence[Row]) -> Sequence[Row]:
        """The one place that every row of every table comes through."""
        return masked_rows(list(rows)) if self._mask else rows


def _with_times(row: Cells, places: Sequence[int]) -> Row:
    cells: List[object] = list(row[1:])
    for place in places:
        cells[place] = moment(row[place + 1])
    return tuple(cells)
