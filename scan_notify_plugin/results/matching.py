"""A harvest is compared with a ledger, and becomes a new ledger, a changes file and what is told of the run."""

import logging
from datetime import datetime
from typing import BinaryIO, Callable, FrozenSet, Iterator, NamedTuple, Optional, Tuple

from scan_notify_plugin.changes import Compared
from scan_notify_plugin.faults import ENGLISH, Fault, Faults, say
from scan_notify_plugin.host.coverage import Looks
from scan_notify_plugin.host.results.reading import Cancelled
from scan_notify_plugin.results import rounds
from scan_notify_plugin.results.changesfile import ChangesWriter
from scan_notify_plugin.results.comparing import Comparison
from scan_notify_plugin.results.container import Unreadable
from scan_notify_plugin.results.entry import Entry
from scan_notify_plugin.results.harvest import Harvest, task_elements
from scan_notify_plugin.results.ledger import Ledger, LedgerWriter
from scan_notify_plugin.results.look import Look, taken_in
from scan_notify_plugin.results.memory import Memory, Round
from scan_notify_plugin.results.passing import Pass, Tally
from scan_notify_plugin.results.rounds import Order
from scan_notify_plugin.results.scopes import Scopes
from scan_notify_plugin.runs.run import Run
from scan_notify_plugin.spool import Spool

__all__ = ['Made', 'Material', 'compared', 'listed']

log = logging.getLogger('scan_notify')


class Material(NamedTuple):
    """What is known of a round before it is compared."""

    run: Run
    harvest: Harvest
    looks: Looks
    #: its scan tasks are all that the schedule looks at
    whole: bool
    #: what was gone before that is forgotten
    forget_before: datetime
    cancelled: Callable[[], bool]
    #: gives an empty file that somebody else closes
    scratch: Callable[[], BinaryIO]

    def check(self) -> None:
        if self.cancelled():
            raise Cancelled()

    @property
    def round(self) -> Round:
        return Round(self.run.run_number, self.run.id, self.run.fired_at)


class Made(NamedTuple):
    """What came of it."""

    harvest: Harvest
    tally: Tally
    changes: BinaryIO
    ledger: Optional[BinaryIO]
    compared: Optional[Compared]
    remarks: Faults
    #: the ledger's newest
    newest: Round


def listed(material: Material) -> Made:
    """A round that is compared with nothing."""
    memory = Memory()
    number = memory.enter(material.round)
    with Spool() as spool:
        file = material.scratch()
        changes = ChangesWriter(file, spool)
        made = Pass(memory, number, None, None, changes, material.forget_before, material.check)
        made.run([], material.harvest.rows, lambda table: [])
        changes.finish(memory)
    return Made(material.harvest, made.tally, file, None, None, (), material.round)


def compared(material: Material, ledger: Optional[Ledger], why: Optional[Fault]) -> Made:
    """A round that is compared with a ledger; one that cannot be read to its end is as good as none.

    :param why: there is no ledger
    """
    if ledger is not None:
        order = rounds.placed(ledger.memory, material.round)
        if order is not Order.BACK:
            try:
                return _compared(material, ledger, order is Order.LATE, None)
            except Unreadable as error:
                log.error('the ledger of schedule %s: %s', material.run.schedule_id, say(error.fault, ENGLISH))
                why = error.fault
        else:
            newest = rounds.compared_with(ledger.memory)
            why = Fault('ledger.back', number=material.run.run_number, newest=newest.run_number)
    return _compared(material, None, False, why or Fault('ledger.none'))


def _compared(material: Material, ledger: Optional[Ledger], late: bool, why: Optional[Fault]) -> Made:
    memory = ledger.memory if ledger else Memory()
    with_round = rounds.compared_with(memory) if ledger else None
    same_era = bool(memory.rounds) and memory.rounds[memory.newest].era == memory.era
    harvest, looks, this = material.harvest, material.looks, material.round
    scopes = Scopes(memory.element, task_elements(harvest.tasks, looks.elements_by_task))
    number = memory.enter(this)
    look = Look(memory, looks.looked, harvest.parents, _schedule(material, memory, late), wanted=looks.wanted)
    nothing, seen = _answers(material, memory, look, scopes)
    look.empty = nothing - memory.empty
    empty = tuple([Fault('compare.empty', element=memory.elements[one][:200]) for one in sorted(look.empty)])

    def entries(table: str) -> Iterator[Entry]:
        return ledger.entries(table, scopes) if ledger else iter(())

    with Spool() as spool:
        file, next_ledger = material.scratch(), material.scratch()
        changes, writer = ChangesWriter(file, spool), LedgerWriter(next_ledger, scopes)
        comparison = Comparison(memory, scopes, look, number, late)
        made = Pass(memory, number, comparison, writer, changes, material.forget_before, material.check)
        made.run(ledger.tables if ledger else [], harvest.rows, entries)
        taken_in(memory, look, number, nothing, seen)
        memory.continued = memory.continued and look.schedule is None
        changes.finish(memory)
        writer.finish(memory)
    remarks = (
        _first(why) + _distance(with_round, this, late, same_era) + rounds.remarks(made.tally, empty, looks.remarks)
    )
    newest = memory.rounds[memory.newest]
    return Made(harvest, made.tally, file, next_ledger, with_round, remarks, newest)


def _schedule(material: Material, memory: Memory, late: bool) -> Optional[FrozenSet[int]]:
    """The elements that the schedule looks at; None if that is not known, or was another in a newer round."""
    if not material.whole or late:
        return None
    texts = {text for elements in material.looks.elements_by_task.values() for text in elements}
    return frozenset(memory.element(text) for text in texts)


def _answers(material: Material, memory: Memory, look: Look, scopes: Scopes) -> Tuple[FrozenSet[int], FrozenSet[int]]:
    """(elements that were looked at and found nothing for, though the ledger holds something; those found for)."""
    looked = {element for table in look.extents.values() for element in table}
    wanted = frozenset(looked & (memory.holds | memory.empty))
    seen = material.harvest.elements(scopes, wanted)
    return frozenset((wanted & memory.holds) - seen), seen


def _first(why: Optional[Fault]) -> Faults:
    return (rounds.first_look(why),) if why else ()


def _distance(before: Optional[Compared], this: Round, late: bool, same_era: bool) -> Faults:
    """That rounds between are not among the compared, or that a newer one is.

    :param same_era: both are of the same schedule
    """
    if before is None:
        return ()
    if late:
        return (Fault('compare.late', number=this.number, newest=before.run_number),)
    between = this.number - before.run_number - 1 if same_era else 0
    return (Fault('compare.skipped', count=between, number=before.run_number),) if between > 0 else ()
