"""What happened that operators should know: events of a kind, and how the same ones are counted together. Pure.

An event is stored as ``{names, numbers, dates, times, at}``, and what is pending of a kind as ``{pending: [event],
count, since}``. What is odd there counts as absent.
"""

from datetime import datetime, timedelta
from typing import Dict, Iterable, List, Mapping, NamedTuple, Optional, Sequence, Tuple

from scan_notify_plugin.records import Document, Misshapen, read_record, to_document
from scan_notify_plugin.secret import redact

#: What is told: a delivery or a report that finally failed or is in doubt; that no worker was alive; a schedule that
#: did not fire; a plugin that does not come back; a document that was set aside; the end of an outage; a clock that is
#: wrong; a target that its service wants no more from.
KINDS = ('delivery', 'report', 'worker', 'schedule', 'plugin', 'document', 'broker', 'database', 'clock', 'stopped')
#: So many different events are named; more are only counted.
KEPT = 20

#: Every worker sees these, and says so: within :data:`_SAME` of each other they are one.
_SEEN_BY_ALL = frozenset(['worker', 'broker', 'database'])
_SAME = timedelta(minutes=5)
_NAME_LENGTH = 100
_LARGEST = 10.0**9


class Event(NamedTuple):
    """What happened, once or several times."""

    #: what it is about
    names: Mapping[str, str]
    #: how long (in seconds) and how many
    numbers: Mapping[str, float]
    #: when something was due
    dates: Mapping[str, datetime]
    #: how often it happened; some programs write any number as a float
    times: float
    #: when it did last
    at: datetime

    @property
    def subject(self) -> Tuple[Mapping[str, str], Mapping[str, datetime]]:
        """What two events have in common that are the same."""
        return self.names, self.dates


class Pending(NamedTuple):
    """What is still to be told of a kind."""

    events: Sequence[Event] = ()
    #: how often something happened, also what is in no event
    count: int = 0  # type: ignore[assignment]  # as in the documents; nobody asks a record for tuple.count
    since: Optional[datetime] = None

    @property
    def unnamed(self) -> int:
        """How often something happened that is in no event."""
        return self.count - times(self.events)


NOTHING = Pending()


def new_event(facts: Mapping[str, object], now: datetime) -> Event:
    """What happened: texts, numbers and times by name. Texts are cut and redacted; anything else is left out."""
    names: Dict[str, str] = {}
    numbers: Dict[str, float] = {}
    dates: Dict[str, datetime] = {}
    for name, value in facts.items():
        number, time = number_of(value), time_of(value)
        if isinstance(value, str):
            names[name] = short(value)
        elif number is not None:
            numbers[name] = number
        elif time is not None:
            dates[name] = time.replace(microsecond=time.microsecond // 1000 * 1000)  # as MongoDB keeps it
    return Event(names, numbers, dates, 1, now)


def short(text: str) -> str:
    """A text as it may stand in an event: short, and without what looks like a credential."""
    plain = redact(text)
    return plain if len(plain) <= _NAME_LENGTH else plain[: _NAME_LENGTH - 1] + '…'


def times(events: Iterable[Event]) -> int:
    """How often all of these happened."""
    return sum(int(event.times) for event in events)


def added(pending: Pending, kind: str, event: Event) -> Pending:
    """With one more event; the same again only counts."""
    events = list(pending.events)
    since = min(pending.since or event.at, event.at)
    index = next((index for index, known in enumerate(events) if known.subject == event.subject), None)
    if index is None:
        kept = events + [event] if len(events) < KEPT else events
        return Pending(kept, pending.count + int(event.times), since)
    known = events[index]
    more = 0 if _is_told_twice(kind, known, event) else int(event.times)
    numbers = dict(known.numbers)
    for name, number in event.numbers.items():
        numbers[name] = max(number, numbers.get(name, number))
    events[index] = known._replace(numbers=numbers, times=known.times + more, at=max(known.at, event.at))
    return Pending(events, pending.count + more, since)


def together(pending: Pending, kind: str, other: Pending) -> Pending:
    """With all of another."""
    for event in other.events:
        pending = added(pending, kind, event)
    since = min(filter(None, [pending.since, other.since]), default=None)
    return Pending(pending.events, pending.count + other.unnamed, since)


def _is_told_twice(kind: str, known: Event, event: Event) -> bool:
    """Whether two workers tell of the same: a fire that is due once cannot fail twice, an outage ends for all at
    once.
    """
    return kind == 'schedule' or (kind in _SEEN_BY_ALL and abs(event.at - known.at) <= _SAME)


def without_known(kind: str, pending: Pending, heard_at: Optional[datetime]) -> Pending:
    """Without the events that another worker saw, too, and told first.

    :param heard_at: when the last event of the message before happened; None: nobody knows
    """
    if kind not in _SEEN_BY_ALL or heard_at is None:
        return pending
    left = [event for event in pending.events if abs(event.at - heard_at) > _SAME]
    return Pending(left, pending.count - times(event for event in pending.events if event not in left), pending.since)


def read(document: Mapping[str, object], events: str = 'pending') -> Pending:
    """What a document, or a part of one, says, as far as it can be understood.

    :param events: the name of the field with the events
    """
    kept = _events(document.get(events))[:KEPT]
    if not kept:  # whatever the count says: of what happened, the first is always named
        return NOTHING
    named, count, since = times(kept), number_of(document.get('count')), time_of(document.get('since'))
    known = int(count) if count is not None and count >= named else named
    return Pending(kept, known, since or min(event.at for event in kept))


def written(pending: Pending, events: str = 'pending') -> Document:
    """The fields of a document that say it."""
    return {events: [to_document(event) for event in pending.events], 'count': pending.count, 'since': pending.since}


def _events(value: object) -> List[Event]:
    events = [_event(item) for item in value] if isinstance(value, list) else []
    return [event for event in events if event is not None]


def _event(value: object) -> Optional[Event]:
    try:
        event = read_record(Event, value)
    except Misshapen:
        return None
    numbers, dates = (event.times, *event.numbers.values()), (event.at, *event.dates.values())
    if event.times < 1 or None in map(number_of, numbers) or None in map(time_of, dates):
        return None
    return event


def number_of(value: object) -> Optional[float]:
    """A number that people can read; None if a value is none."""
    if not isinstance(value, (int, float)) or isinstance(value, bool):
        return None
    return value if abs(value) <= _LARGEST else None  # NaN is not


def time_of(value: object) -> Optional[datetime]:
    """A time that says where on earth it holds; None if a value is none."""
    return value if isinstance(value, datetime) and value.tzinfo is not None else None
