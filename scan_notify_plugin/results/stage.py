"""The collection of a run: read once, compared with the schedule's ledger, and kept."""

from datetime import datetime, timedelta
from typing import Callable, FrozenSet, Mapping, Optional

from scan_notify_plugin.changes import Results
from scan_notify_plugin.host import coverage
from scan_notify_plugin.host.coverage import SHIPPED, Lists
from scan_notify_plugin.mongo import Database
from scan_notify_plugin.results.committing import Shelf
from scan_notify_plugin.results.harvest import harvested
from scan_notify_plugin.results.matching import Material, compared, listed
from scan_notify_plugin.runs.run import Run

__all__ = ['Crowded', 'collect']

#: So often a round is compared again that another worker was faster with.
TRIES = 3


class Crowded(RuntimeError):
    """Other workers collect rounds of the same schedule all the time."""


def collect(
    db: Database,
    run: Run,
    outcomes: Mapping[str, Optional[str]],
    key: bytes,
    progress: Callable[[int], object] = lambda read: None,
    cancelled: Callable[[], bool] = lambda: False,
    now: Optional[datetime] = None,
    keep: timedelta = timedelta(days=90),
    manual: bool = False,
    lists: Lists = SHIPPED,
) -> Results:
    """What a run has found, and what of it is new. Whoever calls it again gets the same.

    :param outcomes: of its scan tasks, as we have found them
    :param key: for digests of what nobody may read; the same for ever
    :param progress: called with the number of documents read
    :param cancelled: asked every few hundred documents and records; after a True it raises
        :class:`~scan_notify_plugin.host.results.reading.Cancelled`
    :param now: MongoDB's time; None: when the run was fired
    :param keep: how long what is gone is remembered
    :param manual: of no schedule: compared with nothing
    :param lists: of the host beside us, see :func:`scan_notify_plugin.host.coverage.read_lists`
    :raises Exception: of the database or the disk; nothing was told of the run then, and it can be tried again
    """
    with Shelf(db, run, now or run.fired_at, manual or not run.schedule_id) as shelf:
        done = shelf.done()
        if done is not None:
            return done
        with harvested(db, run.task_ids, key, progress, cancelled, woken(run)) as harvest:
            scans = coverage.read(db, run.task_ids)  # after the results: people delete while we read
            ended = {task_id: outcome or '' for task_id, outcome in outcomes.items() if task_id in run.task_ids}
            looks = coverage.looks(scans, ended, harvest.read, lists)
            whole = is_whole(run, looks.elements_by_task)
            material = Material(run, harvest, looks, whole, shelf.now - keep, cancelled, shelf.scratch)
            for _ in range(TRIES):
                ledger, why = shelf.ledger()
                results = shelf.copied()  # by another worker, while we read: our own round is in that ledger
                if results is None:
                    results = shelf.commit(listed(material) if shelf.is_alone else compared(material, ledger, why))
                if results is not None:
                    return results
    raise Crowded(run.schedule_id)


def woken(run: Run) -> FrozenSet[str]:
    """The scan tasks that went on after the run was closed: what they find belongs to no round."""
    notes = [note.fault for note in run.notes if note.fault.code == 'note.woke']
    return frozenset(str(fault.facts.get('task')) for fault in notes)


def is_whole(run: Run, elements: Mapping[str, object]) -> bool:
    """Whether the scan tasks of a run are all that its schedule looks at: none is missing, none has no elements."""
    submitted = bool(run.task_ids) and not any(one.trouble for one in run.submitted)
    return submitted and all(elements.get(task_id) for task_id in run.task_ids)
