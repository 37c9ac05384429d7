"""A job: what is to be done about a run, how far it is, and what came of it."""

from datetime import datetime
from enum import Enum
from typing import Any, Iterable, Mapping, NamedTuple, Optional, Tuple


class Kind(str, Enum):
    """What a job does."""

    #: tells a run to a target
    NOTIFY = 'notify'
    #: makes a report of a run
    EXPORT = 'export'
    #: changes a message in place that was sent before
    UPDATE = 'update'
    #: tells operators of trouble; belongs to no run
    ALERT = 'alert'


class State(str, Enum):
    """How far a job is."""

    #: waits for its time and for its lane
    PENDING = 'pending'
    #: waits for a person
    HELD = 'held'
    #: all parts arrived, or the report is made
    SUCCESS = 'success'
    #: certainly not delivered
    ERROR = 'error'
    #: nobody knows whether it was delivered
    UNCERTAIN = 'uncertain'
    #: ended by a person
    CANCELLED = 'cancelled'


class PartState(str, Enum):
    """How far a part is."""

    READY = 'ready'
    #: marked before its request leaves; found so later, it is in doubt
    POSTING = 'posting'
    #: accepted by a service that says later what came of it
    POSTED = 'posted'
    DONE = 'done'
    FAILED = 'failed'
    #: of an independent channel: nobody will ever say
    UNCERTAIN = 'uncertain'


#: The form of an alert's job, and the newest that this release reads. Releases before alerts leave it alone.
ALERTS = 2
#: States of a job that is not through.
OPEN = frozenset([State.PENDING, State.HELD])
#: States of a part that has not come to its end.
GOING_ON = frozenset([PartState.READY, PartState.POSTING, PartState.POSTED])


class Receipt(NamedTuple):
    """What a service answered to a part; see :class:`scan_notify_plugin.notifiers.base.Receipt`."""

    id: str
    note: str = ''
    final: bool = True


class Part(NamedTuple):
    """One message of a job, as it was rendered; see :func:`scan_notify_plugin.jobs.making.new_part`."""

    #: the idempotency key
    key: str
    content: Mapping[str, Any]
    #: what is sent instead if the channel's moderation refuses ``content``
    withheld: Mapping[str, Any]
    state: PartState
    #: the id of the request under way, or of the last one
    attempt: Optional[str]
    posting_at: Optional[datetime]
    #: since when it may be there
    doubt_at: Optional[datetime]
    receipt: Optional[Receipt]
    #: why it did not arrive, or is not known to have
    failure: str = ''
    #: whether the service drops it when it comes again; None: as the channel's other parts
    repeatable: Optional[bool] = None
    #: whether it says that it may be a repeat
    repeat: bool = False
    #: how often it was sent so
    repeats: int = 0
    #: how often it was refused for no known reason
    refusals: int = 0

    def problem(self) -> str:
        if self.state in (PartState.POSTING, PartState.POSTED) and self.posting_at is None:
            return 'has no posting_at'
        return 'has no failure' if self.state is PartState.FAILED and not self.failure else ''

    def evolve(self, **fields: Any) -> 'Part':
        return self._replace(**fields)


class Attempt(NamedTuple):
    """A line of a job's history."""

    at: datetime
    target: str
    part: int
    result: str
    words: str
    attempt: Optional[str] = None
    #: of the service; written also where there is none, since the page of 0.2.0 reads it
    code: Any = ''


class Settled(NamedTuple):
    """Somebody has looked whether a message in doubt is there."""

    by: str
    at: datetime
    delivered: bool


class Job(NamedTuple):
    """What is to be done; see :func:`scan_notify_plugin.jobs.making.begun`."""

    #: that of the plan entry that it was made of
    id: str
    v: int
    rev: int
    #: the run that it is about; none for an alert
    run_ids: Tuple[str, ...]
    kind: Kind
    #: the plugin that asked for it
    by: str
    lane: str
    #: the target, its fallback, and so on
    route: Tuple[str, ...]
    #: where on the route it is
    at: int
    #: the format of an export
    format: str
    state: State
    created_at: datetime
    due_at: datetime
    #: when it goes to the next target
    give_up_at: datetime
    #: seconds for each target
    give_up_after: float
    #: whether it waits for the run's reports
    waits: bool
    tries: int
    #: how often a worker began it since it last got anywhere
    starts: int
    #: whether its messages say that they may be repeats
    repeat: bool
    parts: Tuple[Part, ...]
    #: the newest 50
    attempts: Tuple[Attempt, ...]
    #: why it is where it is, if that is not well
    error: str
    #: the try of an export that is under way
    attempt: Optional[str]
    #: records read by an export so far, at its end the rows of the report
    progress: int
    report_id: Optional[str]
    #: when ``due_at`` was decided
    decided_at: Optional[datetime] = None
    #: what is not known of earlier tries
    doubts: Tuple[str, ...] = ()
    #: ids of earlier jobs whose outcome no longer counts
    replaces: Tuple[str, ...] = ()
    #: whether nobody but a person who tries a target waits for it
    test: bool = False
    held_at: Optional[datetime] = None
    ended_at: Optional[datetime] = None
    #: when it came to a bad end, until operators are told of it
    untold: Optional[datetime] = None
    settled: Optional[Settled] = None
    #: the serial numbers of the links in its messages, by report
    serials: Mapping[str, Any] = {}
    #: ids of the changes that were made to its messages
    followed: Tuple[str, ...] = ()
    #: what an alert says
    alert: Optional[Mapping[str, Any]] = None
    #: until when a plugin holds it, and for which place on the route it was asked, if not by the plan
    not_before: Optional[datetime] = None
    asked: int = -1

    def problem(self) -> str:
        if self.kind is Kind.ALERT and self.alert is None:
            return 'has no alert'
        if self.kind is not Kind.ALERT and not self.run_ids:
            return 'has no run_ids'
        return '' if self.kind is Kind.EXPORT or 0 <= self.at < len(self.route) else 'at is no place on the route'

    def evolve(self, **fields: Any) -> 'Job':
        """The same job with other values."""
        return self._replace(**fields)

    def with_part(self, index: int, **fields: Any) -> 'Job':
        """The same job with other values in one part."""
        return self._replace(parts=self.parts[:index] + (self.parts[index].evolve(**fields),) + self.parts[index + 1 :])

    def others(self, index: int) -> Tuple[Part, ...]:
        """The parts but this one."""
        return self.parts[:index] + self.parts[index + 1 :]

    @property
    def target(self) -> str:
        """Whom it is for where it is on its route."""
        return self.route[self.at]

    @property
    def subject(self) -> str:
        """What it was first meant for: a target, or a format."""
        return self.format if self.kind is Kind.EXPORT else self.route[0]


class Turn(NamedTuple):
    """What the tick needs of a job."""

    id: str
    v: int
    rev: int
    run_ids: Tuple[str, ...]
    kind: Kind
    state: State
    lane: str
    waits: bool
    due_at: datetime
    error: str
    decided_at: Optional[datetime] = None
    replaces: Tuple[str, ...] = ()
    not_before: Optional[datetime] = None


class Ended(NamedTuple):
    """What is told to operators of a job that came to a bad end."""

    id: str
    v: int
    rev: int
    run_ids: Tuple[str, ...]
    kind: Kind
    state: State
    route: Tuple[str, ...]
    at: int
    format: str
    test: bool = False
    untold: Optional[datetime] = None

    def problem(self) -> str:
        return '' if self.kind is Kind.EXPORT or 0 <= self.at < len(self.route) else 'at is no place on the route'

    @property
    def target(self) -> str:
        """Whom it was for at its end."""
        return self.route[self.at]


class Waiting(NamedTuple):
    """A job that is not through, as the queue counts it."""

    id: str
    kind: Kind
    state: State
    due_at: datetime


class Tries(NamedTuple):
    """The attempts of a job."""

    id: str
    attempts: Tuple[Attempt, ...]


class Delivery(NamedTuple):
    """What became of a job, for the overview."""

    id: str
    run_ids: Tuple[str, ...]
    kind: Kind
    state: State
    lane: str
    route: Tuple[str, ...]
    at: int

    def problem(self) -> str:
        return '' if self.kind is Kind.EXPORT or 0 <= self.at < len(self.route) else 'at is no place on the route'

    @property
    def target(self) -> str:
        """Whom it is for where it is on its route."""
        return self.route[self.at]


def standing(jobs: Iterable[Any]) -> list:
    """The jobs of a run without those that were done again: the later outcome is the run's."""
    jobs = list(jobs)
    replaced = {identity for job in jobs if job.state is not State.CANCELLED for identity in job.replaces}
    return [job for job in jobs if job.id not in replaced]
