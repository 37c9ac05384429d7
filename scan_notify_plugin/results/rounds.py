"""Where a round stands among those that were compared, and why it may be compared with none. Pure."""

from enum import Enum
from typing import Optional

from scan_notify_plugin.changes import Compared
from scan_notify_plugin.faults import Fault, Faults
from scan_notify_plugin.results.memory import Memory, Round
from scan_notify_plugin.results.passing import Tally

__all__ = ['LOST', 'Order', 'bounded', 'compared_with', 'first_look', 'lost', 'placed', 'remarks']

#: Why a ledger cannot be used that should be there: operators hear of it.
LOST = ('ledger.gone', 'ledger.cut', 'ledger.foreign', 'ledger.newer', 'ledger.odd')
#: Remarks of a run; more are counted.
MOST_REMARKS = 12


class Order(Enum):
    """Where a round stands."""

    NEXT = 'next'
    #: a newer one was compared before
    LATE = 'late'
    #: the host counts from the beginning again
    BACK = 'back'


def placed(memory: Memory, this: Round) -> Order:
    """Rounds are ordered by the host's number, then by the run's id. An older one is late, unless its number was used
    before, or the newest was fired before it: then the host counts anew.
    """
    newest, this = memory.rounds[memory.newest], this._replace(era=memory.era)
    if this.order > newest.order:
        return Order.NEXT
    recent = [memory.rounds[key] for key in memory.recent if key in memory.rounds]
    used = any((one.era, one.number) == (this.era, this.number) and one.run_id != this.run_id for one in recent)
    return Order.BACK if used or this.fired_at > newest.fired_at else Order.LATE


def compared_with(memory: Memory) -> Compared:
    """The round that the next one is compared with."""
    newest = memory.rounds[memory.newest]
    return Compared(newest.run_id, newest.number, newest.fired_at)


def first_look(why: Fault) -> Fault:
    """That a round is a first look, and why."""
    return Fault('compare.first-look', why=why)


def lost(remarks: Faults) -> Optional[Fault]:
    """Why a ledger was lost, if a run's remarks say that it was."""
    for remark in remarks:
        why = remark.facts.get('why')
        if remark.code == 'compare.first-look' and isinstance(why, Fault) and why.code in LOST:
            return why
    return None


def remarks(tally: Tally, empty: Faults, looks: Faults) -> Faults:
    """What was not compared: elements and addresses that did not answer, records of what was not found, and why nobody
    looked, as far as it was to be looked for anything.
    """
    found = list(empty)
    if tally.silent_count:
        found.append(Fault('compare.silent', count=tally.silent_count, examples=', '.join(tally.silent)))
    if tally.few_count:
        found.append(Fault('compare.few-ports', count=tally.few_count, examples=', '.join(tally.few)))
    if tally.why['parent']:
        found.append(Fault('compare.parent', count=tally.why['parent']))
    why = [one for one in looks if not one.facts.get('table') or tally.unlooked[str(one.facts['table'])]]
    said = {str(one.facts.get('table') or '') for one in why}
    narrower = 0 if '' in said else sum(count for table, count in tally.unlooked.items() if table not in said)
    return tuple(found + why + ([Fault('compare.narrower', count=narrower)] if narrower else []))


def bounded(remarks: Faults, most: int = MOST_REMARKS) -> Faults:
    """The first of them, and how many more there are."""
    if len(remarks) <= most:
        return remarks
    return remarks[: most - 1] + (Fault('compare.more', count=len(remarks) - most + 1),)
