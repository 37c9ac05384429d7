"""A job: what is to be done about a run, how far it is, and what came of it."""

from datetime import datetime
from enum import Enum
from typing import Any, Mapping, NamedTuple, Optional, Tuple, Union

from scan_notify_plugin.faults import Fault, Faults, join, with_faults


class Kind(str, Enum):
    """What a job does."""

    #: tells a run to a target
    NOTIFY = 'notify'
    #: makes a report of a run
    EXPORT = 'export'
    #: reads what a run has found, and compares it with the rounds before
    COLLECT = 'collect'
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


#: The form that this release writes, and the newest that it reads. In forms 1 and 2 what went wrong was English prose.
VERSION = 3
#: What goes to no target.
ROUTELESS = frozenset([Kind.EXPORT, Kind.COLLECT])
#: States of a job that is not through.
OPEN = frozenset([State.PENDING, State.HELD])
#: States of a part that has not come to its end.
GOING_ON = frozenset([PartState.READY, PartState.POSTING, PartState.POSTED])


class Receipt(NamedTuple):
    """What a service answered to a part; see :class:`scan_notify_plugin.notifiers.base.Receipt`."""

    id: str
    #: what is worth keeping: a text of the service, or words of ours
    note: Union[str, Fault] = ''
    final: bool = True


class Part(NamedTuple):
    """One message of a job, as it was rendered; see :func:`scan_notify_plugin.jobs.making.new_part`."""

    #: the idempotency key
    key: str
    content: Mapping[str, object]
    #: what is sent instead if the channel's moderation refuses ``content``
    withheld: Mapping[str, object]
    state: PartState
    #: the id of the request under way, or of the last one
    attempt: Optional[str]
    posting_at: Optional[datetime]
    #: since when it may be there
    doubt_at: Optional[datetime]
    receipt: Optional[Receipt]
    #: why it did not arrive, or is not known to have
    faults: Faults = ()
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
            return 'document.no-posting-at'
        return 'document.no-faults' if self.state is PartState.FAILED and not self.faults else ''

    @staticmethod
    def upgraded(document: Mapping[str, object]) -> Mapping[str, object]:
        """Forms 1 and 2 had prose."""
        return with_faults(document, 'failure')

    def evolve(self, **fields: Any) -> 'Part':
        return self._replace(**fields)


class Attempt(NamedTuple):
    """A line of a job's history."""

    at: datetime
    target: str
    part: int
    result: str
    #: what the service said, or what kept it from saying anything
    faults: Faults
    attempt: Optional[str] = None
    #: of the service; written also where there is none, since the page of 0.2.0 reads it
    code: object = ''

    @staticmethod
    def upgraded(document: Mapping[str, object]) -> Mapping[str, object]:
        """Forms 1 and 2 had prose."""
        return with_faults(document, 'words')

    @property
    def text(self) -> str:
        """Its faults in English."""
        return join(self.faults)


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
    faults: Faults
    #: the try of an export that is under way
    attempt: Optional[str]
    #: records read by an export so far, at its end the rows of the report
    progress: int
    report_id: Optional[str]
    #: when ``due_at`` was decided
    decided_at: Optional[datetime] = None
    #: what is not known of earlier tries
    doubts: Faults = ()
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
    serials: Mapping[str, object] = {}
    #: ids of the changes that were made to its messages
    followed: Tuple[str, ...] = ()
    #: what an alert says
    alert: Optional[Mapping[str, object]] = None
    #: until when a plugin holds it, and for which place on the route it was asked, if not by the plan
    not_before: Optional[datetime] = None
    asked: int = -1

    @staticmethod
    def upgraded(document: Mapping[str, object]) -> Mapping[str, object]:
        """Forms 1 and 2 had prose."""
        return with_faults(document, 'error')

    def problem(self) -> str:
        if self.kind is Kind.ALERT and self.alert is None:
            return 'document.no-alert'
        if self.kind is not Kind.ALERT and not self.run_ids:
            return 'document.no-run-ids'
        return '' if self.kind in ROUTELESS or 0 <= self.at < len(self.route) else 'document.no-place'

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
    def error(self) -> str:
        """Its faults in English."""
        return join(self.faults)

    @property
    def target(self) -> str:
        """Whom it is for where it is on its route."""
        return self.route[self.at]

    @property
    def subject(self) -> str:
        """What it was first meant for: a target, or a format."""
        return self.format if self.kind in ROUTELESS else self.route[0]
