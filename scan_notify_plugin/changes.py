"""What a round has found and what is new since the one before, as everybody reads it. Plain data."""

from datetime import datetime
from enum import Enum
from hashlib import blake2b
from typing import Callable, Mapping, NamedTuple, Optional, Tuple

from scan_notify_plugin.faults import Faults

__all__ = [
    'Change', 'Changed', 'Compared', 'Mark', 'Marks', 'Progress', 'Results', 'SEVERITIES', 'State', 'UNRATED', 'digest'
]  # fmt: skip

#: The worst first. A finding whose plugin does not rate is ``UNRATED``.
SEVERITIES = ('critical', 'high', 'medium', 'low', 'info', 'unknown')
UNRATED = 'unrated'


class State(str, Enum):
    """What a record is in a round, compared with the rounds before."""

    #: never found before, where it was looked for before
    NEW = 'new'
    #: found again after it was gone
    BACK = 'back'
    #: found as before, with another watched cell
    CHANGED = 'changed'
    #: looked for and not found any more
    GONE = 'gone'
    #: found where nobody had looked before
    FIRST_LOOK = 'first_look'
    #: nothing in the schedule looks at it any more
    OUT_OF_SCOPE = 'out_of_scope'
    #: changed sides three times in its last six rounds
    UNSTABLE = 'unstable'
    #: found by an older round that was collected late, and not since
    EARLIER = 'earlier'
    #: found as before
    KNOWN = 'known'
    #: not found and not looked for; counted, never a record of its own
    NOT_LOOKED_AT = 'not_looked_at'
    #: of a run that is compared with nothing
    FOUND = 'found'


class Progress(str, Enum):
    """How far the collection of a run is."""

    PENDING = 'pending'
    SUCCESS = 'success'
    ERROR = 'error'


class Changed(NamedTuple):
    """A watched cell that differs."""

    #: a code of our words, such as ``column.title``
    column: str
    old: str  # a stranger's text
    new: str  # a stranger's text


class Change(NamedTuple):
    """A record that is not as it was. All texts are masked, and still a stranger's."""

    state: State  # its ``value`` is the word
    table: str  # of a report, such as site
    identity: str  # what makes it the same record in every round, within its table
    #: where it is: an address, a URL, a domain name
    target: str
    #: what it is: a title, a product, the name of a vulnerability; '' where ``target`` says it all
    name: str = ''
    #: '' where the table has none
    severity: str = ''
    cells: Tuple[Changed, ...] = ()  # what differs in a record that changed
    first_seen: Optional[datetime] = None  # when the round fired that found it first; aware
    last_seen: Optional[datetime] = None  # when the round fired that found it last; aware
    first_round: Optional[int] = None  # the number of that first round
    last_round: Optional[int] = None  # the number of that last round

    @property
    def label(self) -> str:
        """Where and what, on one line."""
        return ' '.join(filter(None, (self.target, self.name)))


class Compared(NamedTuple):
    """The round that a run was compared with."""

    run_id: str  # as in ``scan-notify runs``
    run_number: int  # the round of the schedule
    fired_at: datetime  # aware


class Results(NamedTuple):
    """What is known of a run's results; less than 4 KB in a run's document."""

    state: Progress  # pending, success, or error: changes are not known
    #: by table, its rows in a report; all tables that have numbers
    totals: Mapping[str, int] = {}
    #: by severity, the findings of all tables together
    severities: Mapping[str, int] = {}
    #: by state, the records of all tables together, NOT_LOOKED_AT too, KNOWN not
    changes: Mapping[str, int] = {}
    #: by table, the same
    tables: Mapping[str, Mapping[str, int]] = {}
    #: None: a first look, or a run that is compared with nothing
    compared: Optional[Compared] = None
    #: what could not be compared, and why; that this is a first look, and why
    remarks: Faults = ()
    #: why it could not be collected
    faults: Faults = ()
    at: Optional[datetime] = None  # when this was known; aware

    @property
    def known(self) -> bool:
        """Whether changes are known at all."""
        return self.state is Progress.SUCCESS


class Mark(NamedTuple):
    """What a report says of one record."""

    state: State
    first_seen: Optional[datetime]


#: (table, identity) -> what a round's changes file says of it
Marks = Callable[[str, str], Mark]


def digest(identity: str) -> int:
    """64 bits of an identity, by which marks are looked up."""
    content = identity.encode('utf-8', 'surrogatepass')
    return int.from_bytes(blake2b(content, digest_size=8).digest(), 'big')
