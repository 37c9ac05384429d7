"""What changed over several rounds of a schedule."""

import json
from datetime import datetime, timedelta, timezone
from itertools import count, islice, takewhile
from typing import Dict, Iterator, List, NamedTuple, Optional, Sequence, Tuple

from scan_notify_plugin.changes import Change, Changed, Compared, State
from scan_notify_plugin.host.results.identity import UNIT
from scan_notify_plugin.mongo import Database
from scan_notify_plugin.results import marks
from scan_notify_plugin.results.ranking import rank
from scan_notify_plugin.results.store import ResultStore
from scan_notify_plugin.spool import Spool

__all__ = ['Since', 'folded', 'since']

#: Rounds that are named as absent.
MOST_NAMED = 1000
_BEGINNING = datetime(1970, 1, 1, tzinfo=timezone.utc)
#: A record that comes so was not there before.
_APPEARED = (State.NEW, State.FIRST_LOOK, State.BACK, State.EARLIER)
#: One that goes so is not there any more.
_WENT = (State.GONE, State.OUT_OF_SCOPE)


class Since(NamedTuple):
    """The changes of the rounds after one, put together."""

    #: the rounds that are in it, the oldest first
    rounds: Tuple[Compared, ...]
    #: the numbers of those that are not: not collected, or their file is gone
    without: Tuple[int, ...]
    #: the worst first; what is at the end as it was at the beginning is none. Iterate once
    changes: Iterator[Change]


def since(db: Database, schedule_id: str, run_number: int, until: Optional[int] = None) -> Since:
    """What changed after a round.

    :param until: the last round to look at; None: the newest
    """
    kept = [one for one in ResultStore(db).since(schedule_id, run_number) if until is None or one.run_number <= until]
    rounds = [Compared(one.id, one.run_number, one.fired_at) for one in kept if marks.exists(db, one)]
    numbers = {one.run_number for one in rounds}
    last = max([one.run_number for one in kept] + [until or 0], default=0)
    missing = (number for number in count(run_number + 1) if number not in numbers)
    named = takewhile(lambda number: number <= last, islice(missing, MOST_NAMED))
    return Since(tuple(rounds), tuple(named), _changes(db, [one.run_id for one in rounds]))


def _changes(db: Database, run_ids: Sequence[str]) -> Iterator[Change]:
    with Spool() as spool:
        by_record, by_rank = spool.sorter(2), spool.sorter(2)
        for run_id in run_ids:
            for change in marks.changes(db, run_id):
                by_record.add([(change.table + UNIT + change.identity, _packed(change))])
        waiting: List[Change] = []
        for rows in by_record.in_order():
            for _, packed in rows:
                change = _unpacked(str(packed))
                if waiting and (waiting[0].table, waiting[0].identity) != (change.table, change.identity):
                    by_rank.add(_ranked(folded(waiting)))
                    waiting = []
                waiting.append(change)
        by_rank.add(_ranked(folded(waiting)) if waiting else [])
        for rows in by_rank.in_order():
            for _, packed in rows:
                yield _unpacked(str(packed))


def folded(changes: Sequence[Change]) -> Optional[Change]:
    """What several rounds made of one record; None: it is as it was, or it came and went.

    :param changes: the oldest first; at least one
    """
    told = [one for one in changes if one.state is not State.EARLIER]
    if not told:
        return changes[-1]
    first, last = told[0], told[-1]
    appeared, went = first.state in _APPEARED, last.state in _WENT
    if appeared:
        return None if went else last._replace(state=first.state, cells=(), first_seen=first.first_seen)
    if went:
        return last
    cells = _net(told)
    if cells:
        return last._replace(state=State.CHANGED, cells=cells)
    return last._replace(cells=()) if last.state is State.UNSTABLE else None


def _net(changes: Sequence[Change]) -> Tuple[Changed, ...]:
    """From what the first says to what the last says, by column."""
    cells: Dict[str, Changed] = {}
    for change in changes:
        for cell in change.cells:
            known = cells.get(cell.column)
            cells[cell.column] = Changed(cell.column, known.old if known else cell.old, cell.new)
    return tuple(cell for cell in cells.values() if cell.old != cell.new)


def _ranked(change: Optional[Change]) -> List[Tuple[str, str]]:
    if change is None:
        return []
    return [(rank(change.state, change.table, change.severity).key, _packed(change))]


def _packed(change: Change) -> str:
    times = [_milliseconds(change.first_seen), _milliseconds(change.last_seen)]
    texts = [change.state.value, change.table, change.identity, change.target, change.name, change.severity]
    return json.dumps([*texts, change.cells, *times, change.first_round, change.last_round])


def _milliseconds(at: Optional[datetime]) -> Optional[int]:
    return None if at is None else (at - _BEGINNING) // timedelta(milliseconds=1)


def _unpacked(text: str) -> Change:
    row = json.loads(text)
    times = [None if ms is None else _BEGINNING + timedelta(milliseconds=ms) for ms in row[7:9]]
    cells = tuple([Changed(*cell) for cell in row[6]])
    return Change(State(row[0]), row[1], row[2], row[3], row[4], row[5], cells, times[0], times[1], row[9], row[10])
