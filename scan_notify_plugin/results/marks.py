"""What a run's changes file says: the changes, the worst first, and the mark of each record of its report."""

import logging
from itertools import islice
from typing import Iterator, List, Optional, Tuple

from scan_notify_plugin.changes import Change, Mark, Marks, State
from scan_notify_plugin.faults import ENGLISH, say
from scan_notify_plugin.mongo import Database
from scan_notify_plugin.results.changesfile import ChangesFile
from scan_notify_plugin.results.container import Unreadable
from scan_notify_plugin.results.pointer import Kept
from scan_notify_plugin.results.store import FileStore, ResultStore

__all__ = ['changes', 'exists', 'load', 'page']

log = logging.getLogger('scan_notify')

#: What the file does not name.
_KNOWN = Mark(State.KNOWN, None)


def load(db: Database, run_id: str) -> Optional[Marks]:
    """``marks(table, identity)`` of a collected run; None if nothing is known of its changes.

    Sorted arrays of digests: 12 bytes for a record. What the file does not name is known, first seen nobody knows when.
    """
    file = _opened(db, run_id)
    if file is None:
        return None
    try:
        marks = file.marks()
    except Unreadable as error:
        _log(run_id, error)
        return None
    finally:
        file.close()

    def mark(table: str, identity: str) -> Mark:
        found = marks.find(table, identity)
        return Mark(*found) if found else _KNOWN

    return mark


def changes(db: Database, run_id: str, skip: int = 0) -> Iterator[Change]:
    """All that is not known of a collected run, the worst first; nothing if it has no file any more.

    :param skip: so many are left out, and not even made
    """
    file = _opened(db, run_id)
    if file is not None:
        try:
            yield from file.changes(skip)
        except Unreadable as error:
            _log(run_id, error)
        finally:
            file.close()


def page(db: Database, run_id: str, start: int, size: int) -> Tuple[int, List[Change]]:
    """(how many changes the file has, so many of them from a place on); (0, []) if it has none any more."""
    file = _opened(db, run_id)
    if file is None:
        return 0, []
    try:
        return file.rows, list(islice(file.changes(start), size))
    finally:
        file.close()


def exists(db: Database, kept: Kept) -> bool:
    """Whether the changes of a run can be read."""
    file = _open(db, kept)
    if file is not None:
        file.close()
    return file is not None


def _opened(db: Database, run_id: str) -> Optional[ChangesFile]:
    kept = ResultStore(db).get(run_id)
    return None if kept is None else _open(db, kept)


def _open(db: Database, kept: Kept) -> Optional[ChangesFile]:
    if kept.file is None:
        return None
    file = None
    try:
        file = FileStore(db).fetch(kept.file)
        return ChangesFile(file)
    except Unreadable as error:
        if file is not None:
            file.close()
        _log(kept.id, error)
        return None


def _log(run_id: str, error: Unreadable) -> None:
    log.error('the changes file of run %s: %s', run_id, say(error.fault, ENGLISH))
