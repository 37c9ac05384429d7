"""The results of a run, table by table: read once, merged over its scan tasks, counted on the way."""

from typing import Any, Callable, Dict, Iterable, Iterator, Mapping, Optional, Sequence, Tuple, cast

from scan_notify_plugin.changes import Change, Marks
from scan_notify_plugin.changes import Results as Known
from scan_notify_plugin.host.results import addresses, services
from scan_notify_plugin.host.results.catalogue import DOMAINS, SITES
from scan_notify_plugin.host.results.definition import Definition
from scan_notify_plugin.host.results.kinds import Cell, moment
from scan_notify_plugin.host.results.machine import Chunks, Machine
from scan_notify_plugin.host.results.overview import charts, task_table
from scan_notify_plugin.host.results.states import States, change_table, deleted_since
from scan_notify_plugin.masking import masked_rows
from scan_notify_plugin.tables import Column, Overview, Row, Rows, Table
from scan_notify_plugin.words import DEFAULT, say

__all__ = ['Results']


class Results(Rows):
    """What an exporter reads. Opens a temporary database: close it, or use it as a context manager.

    :param db: the host's database; it is only read
    :param task_ids: of the scan tasks of the run; of those that were deleted the overview says so
    :param facts: (label, value) pairs for the overview
    :param outcomes: what we found of the scan tasks (hookspecs.ScanTask.outcome); else the host's status is shown
    :param mask_credentials: show no passwords
    :param language: of the titles that are ours: zh or en
    :param progress: called with the number of documents read so far, every few hundred
    :param marks: what is known of each record: its state and since when, two columns more; None without such columns
    :param key: for the identities of records whose content nobody is to read
    :param results: what is known of the run; its numbers are those of the overview
    :param changes: the rows of the table of changes, as many as it is to have, the worst first
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
        marks: Optional[Marks] = None,
        key: bytes = b'',
        results: Optional[Known] = None,
        changes: Optional[Iterable[Change]] = None,
    ) -> None:
        self.language = language
        self.results = results
        self._states = States(marks, key, language) if marks else None
        self._changes = changes
        self._facts = tuple(facts)
        self._outcomes = outcomes or {}
        self._mask = mask_credentials
        self._machine = Machine(db, task_ids, mask_credentials, language, progress, cancelled)
        self._titles: Dict[str, str] = {}

    def tables(self) -> Iterator[Table]:
        """The tables in the order of the report; the rows of one are read before the next is asked for."""
        machine = self._machine
        yield from change_table(self._changes, self.language)
        yield self._table(SITES)
        yield from self._address_tables(with_domains=not machine.of_addresses)
        if machine.has_domains:
            yield self._table(DOMAINS)
        yield Table('statistics', self._say('table.statistics'), services.STATISTICS_COLUMNS, machine.statistics.rows())
        for definition in machine.findings:
            yield self._table(definition)
        for collection in machine.other_collections():
            columns, rows = machine.other(collection)
            yield self._titled(collection, say('table.other', self.language, name=collection), columns, rows)

    def overview(self) -> Overview:
        """The run in brief; only after all tables were read."""
        machine, known = self._machine, self.results
        facts = self._facts + (deleted_since(known, machine.totals, self.language) if known else ())
        tasks = task_table(machine.task_ids, machine.tasks, self._outcomes, machine.records, self.language)
        return Overview(
            tuple((str(label), value) for label, value in self._masked(facts)),
            tasks._replace(rows=self._masked(list(tasks.rows))),
            self._by_title(dict(machine.totals, **self._known_totals())),
            self._by_title(machine.skipped),
            charts(
                machine.statistics.ports,
                machine.statistics.services,
                machine.statuses,
                machine.severities,
                self.language,
            ),
        )

    @property
    def records(self) -> Mapping[str, int]:
        """Documents read so far, by scan task."""
        return self._machine.records

    def close(self) -> None:
        self._machine.close()

    def __enter__(self) -> 'Results':
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def _table(self, definition: Definition) -> Table:
        rows: Chunks = self._machine.rows(definition)
        if definition.times:
            rows = _with_times(rows, definition.times)
        return self._titled(definition.name, self._say(definition.title), definition.columns(self.language), rows)

    def _address_tables(self, with_domains: bool) -> Iterator[Table]:
        columns = addresses.address_columns(self._machine.addresses(with_domains), self.language)
        rows: Chunks = map(addresses.address_rows, self._machine.address_rows(with_domains))
        yield self._titled('ip', self._say('table.ip'), columns, rows)
        rows = self._machine.service_rows()
        yield self._titled('service', self._say('table.service'), services.SERVICE_COLUMNS, rows)

    def _titled(self, name: str, title: str, columns: Tuple[Column, ...], chunks: Chunks) -> Table:
        """
        :param chunks: rows (key, cell, ..., ranks)
        """
        self._titles[name] = title
        if self._states and self._states.has(name):
            columns += self._states.columns
        return Table(name, title, columns, self._shown(name, chunks))

    def _shown(self, name: str, chunks: Chunks) -> Iterator[Row]:
        states = self._states if self._states and self._states.has(name) else None
        for rows in chunks:
            yield from self._masked(states.added(name, rows) if states else [row[1:-1] for row in rows])

    def _known_totals(self) -> Mapping[str, int]:
        """Those that the run is told with, of the tables of this report."""
        totals = self.results.totals if self.results else {}
        return {name: number for name, number in totals.items() if name in self._titles}

    def _by_title(self, numbers: Mapping[str, int]) -> Tuple[Tuple[str, int], ...]:
        return tuple((self._titles[name], number) for name, number in numbers.items())

    def _say(self, code: str) -> str:
        return say(code, self.language)

    def _masked(self, rows: Sequence[Row]) -> Sequence[Row]:
        """The one place that every row of every table comes through."""
        return masked_rows(list(rows)) if self._mask else rows


def _with_times(chunks: Chunks, columns: Sequence[int]) -> Chunks:
    for rows in chunks:
        yield [_with_moments(row, columns) for row in rows]


def _with_moments(row: Row, columns: Sequence[int]) -> Row:
    cells = list(row)
    for column in columns:
        cells[column + 1] = moment(cast(Cell, row[column + 1]))
    return tuple(cells)
