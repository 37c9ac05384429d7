"""What a round has come to is written so that it holds, whenever a worker dies over it.

First the files, which nobody sees; then the pointer, by one compare-and-set: from then on the round is what it is, and
whoever comes again copies. What is compared with nothing has no pointer: there the result itself is the one write.
"""

import logging
from datetime import datetime
from typing import BinaryIO, Dict, List, Mapping, Optional, Tuple

import bson
from bson import ObjectId

from scan_notify_plugin.changes import Progress, Results
from scan_notify_plugin.faults import ENGLISH, Fault, rewritten, say
from scan_notify_plugin.mongo import VERSION, Database
from scan_notify_plugin.records import to_document
from scan_notify_plugin.results.changesfile import ChangesFile
from scan_notify_plugin.results.container import Unreadable
from scan_notify_plugin.results.ledger import Ledger
from scan_notify_plugin.results.matching import Made
from scan_notify_plugin.results.pointer import RECENT, Collected, Kept, Pointer
from scan_notify_plugin.results.rounds import bounded
from scan_notify_plugin.results.store import FileStore, PointerStore, ResultStore, scratch
from scan_notify_plugin.runs.run import Run

__all__ = ['MOST_BYTES', 'Made', 'Shelf']

#: Of the results in a run's document.
MOST_BYTES = 4000
#: Characters of a text in a remark, such as an example.
MOST_OF_A_FACT = 100

log = logging.getLogger('scan_notify')


class Shelf:
    """Where the files and documents of a run's results are.

    :param is_alone: the run is of no schedule
    """

    def __init__(self, db: Database, run: Run, now: datetime, is_alone: bool) -> None:
        self.now = now
        self.is_alone = is_alone
        self._run = run
        self._files = FileStore(db)
        self._pointers = PointerStore(db)
        self._results = ResultStore(db)
        self._open: List[BinaryIO] = []
        self._before: Optional[Pointer] = None
        self._why: Optional[Fault] = None

    def __enter__(self) -> 'Shelf':
        return self

    def __exit__(self, *error: object) -> None:
        for file in self._open:
            file.close()

    def scratch(self) -> BinaryIO:
        """An empty file that is closed at the end."""
        return self._closing(scratch())

    def _closing(self, file: BinaryIO) -> BinaryIO:
        self._open.append(file)
        return file

    def done(self) -> Optional[Results]:
        """What the run has come to before; None: nothing yet."""
        kept = self._results.get(self._run.id)
        if kept is not None:
            return kept.results
        self._load()
        return self.copied()

    def ledger(self) -> Tuple[Optional[Ledger], Optional[Fault]]:
        """What to compare with; or None, and why."""
        if self.is_alone:
            return None, None
        self._load()
        if self._before is None or self._before.forgotten or self._before.ledger is None:
            forgotten = self._before is not None and self._before.forgotten
            return None, self._why or Fault('ledger.forgotten' if forgotten else 'ledger.none')
        try:
            return Ledger(self._closing(self._files.fetch(self._before.ledger))), None
        except Unreadable as error:
            log.error('the ledger of schedule %s: %s', self._run.schedule_id, say(error.fault, ENGLISH))
            self._why = error.fault
            return None, error.fault

    def commit(self, made: Made) -> Optional[Results]:
        """Write it down; None: another worker has meanwhile written another round, which is to be compared with."""
        results = told(made, self.now)
        changes = self._files.keep(made.changes, self._run.id)
        if self.is_alone or made.ledger is None or self._is_newer:
            return self._keep(changes, results, made.changes)
        before = self._before
        after = self._pointer(self._files.keep(made.ledger, self._run.id), changes, results, made)
        if self._pointers.write(before, after, self._why is not None and before is None) is None:
            self._load()
            self._files.remove(one for one in (after.ledger, changes) if one not in self._pointers.named())
            return self.copied()
        kept = self._keep(changes, results, made.changes)
        self._files.remove([before.previous] if before is not None else [])
        return kept

    @property
    def _is_newer(self) -> bool:
        """Whether a newer release has written what is there: it is left alone, and the round stays out of it."""
        return self._why is not None and self._why.code == 'ledger.newer'

    def _load(self) -> None:
        if not self.is_alone:
            self._before, self._why = self._pointers.load(self._run.schedule_id)

    def copied(self) -> Optional[Results]:
        """What the pointer, as it was read last, says of the run, copied to where everybody looks."""
        for one in self._before.recent if self._before is not None else ():
            if one.run_id == self._run.id:
                try:
                    return self._keep(one.file, one.results, self._closing(self._files.fetch(one.file)))
                except Unreadable:  # its numbers are known all the same
                    return self._keep(None, one.results, None)
        return None

    def _keep(self, file: Optional[ObjectId], results: Results, content: Optional[BinaryIO]) -> Results:
        run = self._run
        records = ChangesFile(content).top() if content is not None else ()
        schedule = '' if self.is_alone else run.schedule_id
        kept = Kept(run.id, VERSION, 1, schedule, run.run_number, file, results, records, self.now, run.fired_at)
        return self._results.put(kept).results

    def _pointer(self, ledger: ObjectId, changes: ObjectId, results: Results, made: Made) -> Pointer:
        before, run = self._before, self._run
        this = Collected(run.id, run.run_number, changes, results)
        fields: Dict[str, object] = dict(
            ledger=ledger, previous=before.ledger if before else None, at=self.now, forgotten=False,
            recent=((this,) + (before.recent if before else ()))[:RECENT],
            run_number=made.newest.number, run_id=made.newest.run_id,
        )  # fmt: skip
        if before is not None:
            return before.evolve(**fields)
        return Pointer(id=run.schedule_id, v=VERSION, rev=1, **fields)  # type: ignore[arg-type]


def told(made: Made, now: datetime) -> Results:
    """What everybody is told of a run, in less than 4 KB."""
    states = {name: count for name, count in made.tally.states().items() if count}
    tables = {table: dict(counts) for table, counts in made.tally.tables.items() if counts}
    results = Results(
        state=Progress.SUCCESS,
        totals=_named(made.harvest.totals),
        severities=_named(made.harvest.severities),
        changes=states,
        tables=tables,
        compared=made.compared,
        at=now,
    )
    remarks = tuple([rewritten(one, _cut) for one in made.remarks])
    most = len(remarks)
    while True:
        whole = results._replace(remarks=bounded(remarks, min(most, 12)))
        if most <= 1 or len(bson.encode(to_document(whole))) <= MOST_BYTES:
            return whole
        most -= 1


def _cut(text: str) -> str:
    return text if len(text) <= MOST_OF_A_FACT else text[: MOST_OF_A_FACT - 1] + '…'


def _named(numbers: Mapping[str, int]) -> Dict[str, int]:
    """Without what cannot be the name of a field."""
    return {name: count for name, count in numbers.items() if name.isidentifier()}
