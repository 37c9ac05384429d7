"""What names the files of a schedule, and what is kept of a run's results: the records."""

from datetime import datetime
from typing import Any, NamedTuple, Optional, Tuple

from bson import ObjectId

from scan_notify_plugin.changes import Change, Results

__all__ = ['Collected', 'Kept', 'Pointer', 'RECENT']

#: So many rounds' summaries stay in the pointer, for whoever died before it copied its own.
RECENT = 8


class Collected(NamedTuple):
    """A round that was compared."""

    run_id: str
    run_number: int
    #: its changes file
    file: Optional[ObjectId]
    results: Results


class Pointer(NamedTuple):
    """What a schedule's next round is compared with."""

    #: of the schedule
    id: str
    v: int
    rev: int
    #: None: the next round is a first look
    ledger: Optional[ObjectId]
    #: the ledger before, until the next round
    previous: Optional[ObjectId]
    #: the newest first
    recent: Tuple[Collected, ...]
    at: datetime
    #: the ledger's newest round
    run_number: Optional[int] = None
    run_id: str = ''
    #: somebody has wanted the next round to be a first look
    forgotten: bool = False

    def evolve(self, **fields: Any) -> 'Pointer':
        """The same pointer with other values."""
        return self._replace(**fields)


class Kept(NamedTuple):
    """What is kept of a run's results, beside the run."""

    #: of the run
    id: str
    v: int
    rev: int
    #: '' where it has none
    schedule_id: str
    run_number: int
    #: its changes file
    file: Optional[ObjectId]
    results: Results
    #: the top records, the worst first
    records: Tuple[Change, ...]
    at: datetime
    fired_at: datetime
