"""What people do to the ledger of a schedule, and what goes with schedules and runs."""

from contextlib import ExitStack
from datetime import datetime
from typing import Iterable, NamedTuple, Tuple

from scan_notify_plugin.faults import Fault, Faults
from scan_notify_plugin.mongo import VERSION, Database
from scan_notify_plugin.results.container import Unreadable
from scan_notify_plugin.results.inheriting import inherited
from scan_notify_plugin.results.ledger import Ledger
from scan_notify_plugin.results.pointer import Pointer
from scan_notify_plugin.results.store import FileStore, PointerStore, ResultStore, scratch

__all__ = ['Continued', 'clean_up', 'continue_from', 'forget', 'forget_runs', 'forget_schedule', 'schedules']


class Continued(NamedTuple):
    """What a schedule took over of another."""

    #: the elements that both have
    elements: int = 0
    records: int = 0
    #: why nothing was taken over
    faults: Faults = ()
    #: the schedule was not collected yet: its first round takes over what it looks at
    waiting: bool = False


def forget(db: Database, schedule_id: str) -> bool:
    """Let the next round of a schedule be a first look; False if it is one anyway."""
    return PointerStore(db).forget(schedule_id)


def continue_from(db: Database, old_id: str, new_id: str, now: datetime) -> Continued:
    """Let a schedule take over the ledger of another one, or of one that is deleted, for the elements that both have.

    What it knows itself goes before what it takes over. One that was not collected yet takes over all, and what it does
    not look at goes in its first round without a word. ``ledger.busy``: a round was written meanwhile, and nothing was
    changed.
    """
    pointers, files = PointerStore(db), FileStore(db)
    if old_id == new_id:
        return Continued(faults=(Fault('ledger.apart'),))
    source, why = pointers.load(old_id)
    before, why_not = pointers.load(new_id)
    if source is None or source.forgotten or why_not is not None:
        return Continued(faults=(why or why_not or Fault('ledger.unknown', schedule=old_id),))
    new = before if before is not None and _has_ledger(before) else None
    with ExitStack() as stack:
        try:
            ledgers = [stack.enter_context(files.fetch(one.ledger)) for one in (source, new) if one is not None]
            file = stack.enter_context(scratch())
            elements, records = inherited(Ledger(ledgers[0]), Ledger(ledgers[1]) if new else None, file)
        except Unreadable as error:
            return Continued(faults=(error.fault,))
        if not elements:
            return Continued(faults=(Fault('ledger.apart'),))
        ledger = files.keep(file, new_id)
    newest = new or source
    if before is None:
        after = Pointer(new_id, VERSION, 1, ledger, None, (), now, newest.run_number, newest.run_id)
    else:
        after = before.evolve(
            ledger=ledger, previous=before.ledger, at=now, forgotten=False,
            run_number=newest.run_number, run_id=newest.run_id,
        )  # fmt: skip
    if pointers.write(before, after) is None:
        return Continued(faults=(Fault('ledger.busy'),))
    return Continued(elements, records) if new else Continued(waiting=True)


def _has_ledger(pointer: Pointer) -> bool:
    return pointer.ledger is not None and not pointer.forgotten


def schedules(db: Database) -> Tuple[str, ...]:
    """Those that have a ledger, also deleted ones."""
    return tuple(PointerStore(db).schedules())


def forget_schedule(db: Database, schedule_id: str) -> None:
    """Remove the ledger of a schedule that is deleted since HISTORY_DAYS; its files go with the next cleaning up."""
    PointerStore(db).remove(schedule_id)


def forget_runs(db: Database, run_ids: Iterable[str]) -> None:
    """Remove what is kept of runs, with these; their files go with the next cleaning up."""
    ResultStore(db).remove(run_ids)


def clean_up(db: Database, now: datetime) -> int:
    """Remove files that nobody names any more; how many there were. Not those of the last day: a worker may be about
    to name one.
    """
    # First the files, then the names: what is named meanwhile was written meanwhile, too.
    files, pointers, results = FileStore(db), PointerStore(db), ResultStore(db)
    return files.sweep(lambda: pointers.named() | results.named(), now)
