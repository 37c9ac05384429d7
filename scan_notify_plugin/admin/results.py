"""What runs have found and what is new in them, and what a schedule's next round is compared with."""

from typing import Iterator, List, NamedTuple, Optional

from scan_notify_plugin.admin.desk import Desk
from scan_notify_plugin.admin.errors import Conflict, Invalid, NotFound, together
from scan_notify_plugin.changes import Change, Results, State
from scan_notify_plugin.faults import ENGLISH, Fault
from scan_notify_plugin.records import Document
from scan_notify_plugin.results import marks, steering
from scan_notify_plugin.results.since import since
from scan_notify_plugin.results.store import ResultStore
from scan_notify_plugin.words import known, say

#: The states that a record of a run can be listed with.
STATES = tuple(state.value for state in State if state not in (State.KNOWN, State.NOT_LOOKED_AT))
MAX_SIZE = 200
#: Changes of several rounds in one answer.
MOST = 1000
ROUNDS = 30
#: What MongoDB holds as a number of a round.
_LARGEST = 2**53


class Filter(NamedTuple):
    """Which changes are wanted; '' wants all."""

    state: str = ''
    table: str = ''
    severity: str = ''
    #: to be found in where it is or what it is, whatever the case
    text: str = ''

    def takes(self, change: Change) -> bool:
        wanted = (self.state, self.table, self.severity)
        given = (change.state.value, change.table, change.severity)
        if any(one and one != other for one, other in zip(wanted, given)):
            return False
        return not self.text or self.text.lower() in change.label.lower()


class RunResults:
    """Reads what was collected, and steers what the next round is compared with; each change is one audit line."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def changes(self, run_id: str, page: int = 1, size: int = 50, wanted: Filter = Filter()) -> Document:
        """``{items, total}``: a page of what is not as it was in a run, the worst first.

        :raises Invalid: for a state that there is not
        :raises NotFound: if there is no such run
        """
        if wanted.state and wanted.state not in STATES:
            raise Invalid('state', Fault('input.one-of', known=', '.join(STATES)))
        if self._desk.runs.get(run_id) is None:
            raise NotFound(Fault('missing.run', id=run_id))
        size = min(size, MAX_SIZE)
        if wanted == Filter():  # what stands before the page is not even made
            total, found = marks.page(self._desk.db, run_id, (page - 1) * size, size)
            return {'items': [change_view(change, self._desk.language) for change in found], 'total': total}
        return self._page(marks.changes(self._desk.db, run_id), page, size, wanted)

    def rounds(self, schedule_id: str, most: int = ROUNDS) -> List[Document]:
        """The last rounds of a schedule with their results, the newest first."""
        from scan_notify_plugin.admin.history import brief

        if self._desk.runs_name is None:
            return []
        runs, _ = self._desk.runs.page({'schedule_id': schedule_id}, None, None, '', 0, most)
        return [brief(run, self._desk) for run in runs]

    def since(self, schedule_id: str, run_number: int, size: int = MOST) -> Document:
        """What is new over all rounds of a schedule after one.

        :returns: ``{rounds, without, items, total}``: the rounds that were read, and the numbers of those of which
            nothing is kept
        """
        summed = since(self._desk.db, schedule_id, min(max(run_number, 0), _LARGEST))
        page = self._page(summed.changes, 1, size, Filter())
        return dict(page, rounds=[dict(one._asdict()) for one in summed.rounds], without=list(summed.without))

    def forget(self, schedule_id: str, by: str) -> Document:
        """The next round is a first look.

        :raises Conflict: if it is one anyway
        """
        if not steering.forget(self._desk.db, schedule_id):
            raise Conflict(Fault('ledger.nothing', id=schedule_id))
        self._desk.audit.note(by, 'forget', 'schedule:' + schedule_id)
        return {'schedule_id': schedule_id}

    def continue_from(self, schedule_id: str, old: str, by: str) -> Document:
        """The next round of a schedule is compared with the last one of another, for what both look at.

        :raises Conflict: if nothing is known of the other, or it is the same
        """
        if schedule_id == old:
            raise Conflict(Fault('ledger.same', id=old))
        continued = steering.continue_from(self._desk.db, old, schedule_id, self._desk.clock.now())
        if continued.faults:
            raise Conflict(together('together.faults', continued.faults))
        self._desk.audit.note(by, 'continue', 'schedule:' + schedule_id, after={'old': old})
        return {'schedule_id': schedule_id, 'old': old, 'elements': continued.elements, 'records': continued.records}

    def top(self, run_id: str) -> List[Document]:
        """The records that its message names."""
        kept = ResultStore(self._desk.db).get(run_id)
        return [change_view(change, self._desk.language) for change in kept.records] if kept else []

    def _page(self, found: Iterator[Change], page: int, size: int, wanted: Filter) -> Document:
        items: List[Document] = []
        total, start = 0, (page - 1) * size
        for change in filter(wanted.takes, found):
            if start <= total < start + size:
                items.append(change_view(change, self._desk.language))
            total += 1
        return {'items': items, 'total': total}


def results_view(results: Optional[Results], desk: Desk) -> Optional[Document]:
    """What is known of a run's results; None: nobody has read them."""
    if results is None:
        return None
    return {
        'state': results.state.value,
        'totals': dict(results.totals),
        'severities': dict(results.severities),
        'changes': dict(results.changes),
        'tables': {name: dict(numbers) for name, numbers in results.tables.items()},
        'compared': dict(results.compared._asdict()) if results.compared else None,
        'remarks': desk.described(results.remarks),
        'faults': desk.described(results.faults),
        'at': results.at,
    }


def change_view(change: Change, language: str = ENGLISH) -> Document:
    """A record that is not as it was, masked; what it says is a stranger's."""
    cells = [dict(cell._asdict(), title=_title(cell.column, language)) for cell in change.cells]
    return dict(change._asdict(), state=change.state.value, cells=cells)


def _title(column: str, language: str) -> str:
    return say(column, language) if known(column) else column
