"""What operators are told of trouble: what happened, gathered by kind until it is due as one message. Pure.

A document for each kind: ``{_id: kind, v, rev, pending: [event], count, since, counted, told_at, heard_at, telling}``.
An event is ``{names, numbers, dates, times, at}``: what it is about, how long and how many, when something was due, how
often it happened and when it did last; ``heard_at`` is the last of these of the message before. ``telling`` is a
message that has no job yet: ``{id, events, count, since}``; it is written in the same moment in which its events leave
``pending``, so none is told twice or never. What is odd counts as absent.

A job for it is of kind ``alert``, has no run, and carries ``alert``: ``{kind, events, count, since}``.
"""

from datetime import datetime, timedelta
from typing import Any, Dict, Iterable, List, Mapping, NamedTuple, Optional, Sequence, Tuple

from scan_notify_plugin.clock import SLACK
from scan_notify_plugin.jobs import making
from scan_notify_plugin.jobs.job import Job, Kind, State
from scan_notify_plugin.runs.run import Unusable
from scan_notify_plugin.secret import redact

#: What is told: a delivery or a report that finally failed or is in doubt; that no worker was alive; a schedule that
#: did not fire; a plugin that does not come back; a document that was set aside; the end of an outage; a clock that is
#: wrong.
KINDS = ('delivery', 'report', 'worker', 'schedule', 'plugin', 'document', 'broker', 'database', 'clock')
#: At most one message of a kind in so long.
EVERY = timedelta(hours=1)
#: So many different events are named; more are only counted.
KEPT = 20
#: So many bad ends are known as counted, for workers that read them at the same time, or died before they could say so.
COUNTED = 500
#: Ids of these jobs begin so.
PREFIX = 'alert/'

#: Every worker sees these, and says so: within :data:`_SAME` of each other they are one.
_SEEN_BY_ALL = frozenset(['worker', 'broker', 'database'])
_SAME = timedelta(minutes=5)
_MAX_WORD = 100
_MAX_NUMBER = 10.0**9

Document = Dict[str, Any]


class Pending(NamedTuple):
    """What is still to be told of a kind."""

    events: Sequence[Document] = ()
    #: how often something happened, also what is in no event
    count: int = 0  # type: ignore[assignment]  # as in the documents; nobody asks a record for tuple.count
    since: Optional[datetime] = None


NOTHING = Pending()


def event(facts: Mapping[str, Any], now: datetime) -> Document:
    """What happened: texts, numbers and times by name. Texts are cut and redacted; anything else is left out."""
    kinds: Dict[str, Document] = {'names': {}, 'numbers': {}, 'dates': {}}
    for name, value in facts.items():
        if isinstance(value, str):
            kinds['names'][name] = word(value)
        elif _is_number(value):
            kinds['numbers'][name] = value
        elif _is_time(value):
            kinds['dates'][name] = value.replace(microsecond=value.microsecond // 1000 * 1000)  # as MongoDB keeps it
    return dict(kinds, times=1, at=now)


def word(value: str) -> str:
    """A text as it may stand in an event: short, and without what looks like a credential."""
    plain = redact(value)
    return plain if len(plain) <= _MAX_WORD else plain[: _MAX_WORD - 1] + '…'


def added(pending: Pending, kind: str, one: Document) -> Pending:
    """With one more event; the same again only counts."""
    events = list(pending.events)
    since = min(pending.since or one['at'], one['at'])
    index = next((index for index, known in enumerate(events) if _about(known) == _about(one)), None)
    if index is None:
        kept = events + [one] if len(events) < KEPT else events
        return Pending(kept, pending.count + one['times'], since)
    known = events[index]
    times = 0 if _is_one(kind, known, one) else one['times']
    numbers = dict(known['numbers'])
    for name, number in one['numbers'].items():
        numbers[name] = max(number, numbers.get(name, number))
    events[index] = dict(known, numbers=numbers, times=known['times'] + times, at=max(known['at'], one['at']))
    return Pending(events, pending.count + times, since)


def together(pending: Pending, kind: str, other: Pending) -> Pending:
    """With all of another."""
    for one in other.events:
        pending = added(pending, kind, one)
    unnamed = other.count - sum(one['times'] for one in other.events)
    since = min(filter(None, [pending.since, other.since]), default=None)
    return Pending(pending.events, pending.count + unnamed, since)


def _about(one: Document) -> Any:
    return one['names'], one['dates']


def _is_one(kind: str, known: Document, one: Document) -> bool:
    """Whether two workers tell of the same: a fire that is due once cannot fail twice, an outage ends for all at
    once.
    """
    return kind == 'schedule' or (kind in _SEEN_BY_ALL and abs(one['at'] - known['at']) <= _SAME)


def read(document: Mapping[str, Any], events: str = 'pending') -> Pending:
    """What a document, or a part of one, says, as far as it can be understood.

    :param events: the name of the field with the events
    """
    given = document.get(events)
    kept = [one for one in given if _is_event(one)][:KEPT] if isinstance(given, list) else []
    if not kept:  # whatever the count says: of what happened, the first is always named
        return NOTHING
    named, count, since = sum(one['times'] for one in kept), document.get('count'), document.get('since')
    counted = int(count) if count is not None and _is_number(count) and count >= named else named
    return Pending(kept, counted, since if _is_time(since) else min(one['at'] for one in kept))


def written(pending: Pending) -> Document:
    """The fields of a document that say it."""
    return {'pending': list(pending.events), 'count': pending.count, 'since': pending.since}


def taken_in(document: Mapping[str, Any], kind: str, news: Pending) -> Document:
    """The change that adds what a worker has noted to what all of them have."""
    if kind in _SEEN_BY_ALL and _is_time(document.get('heard_at')):
        # Told already: another worker saw the same, and was first.
        left = [one for one in news.events if abs(one['at'] - document['heard_at']) > _SAME]
        news = Pending(left, news.count - sum(one['times'] for one in news.events if one not in left), news.since)
    return written(together(read(document), kind, news))


def ends_of_job(job: Any) -> List[Tuple[str, Document]]:
    """What a job's bad end is worth, by what names that: it may come to another one."""
    facts = facts_of_job(job)
    return [('{} {}'.format(job.id, job.untold.isoformat()), dict(facts, at=job.untold))] if facts else []


def ends_of_run(run: Unusable) -> List[Tuple[str, Document]]:
    """The same of a run that could not be told to targets."""
    facts = {'kind': 'delivery', 'schedule': run.schedule_name, 'state': 'unusable', 'at': run.end_time}
    return [('{} {}'.format(run.id, name), dict(facts, target=name)) for name in run.untold or ()]


def counted(document: Mapping[str, Any], kind: str, ends: Mapping[str, Pending]) -> Optional[Document]:
    """The change that adds the bad ends that are not counted yet; None if all are.

    :param ends: what is to be told of each, by its name
    """
    given = document.get('counted')
    known = [one for one in given if isinstance(one, str)] if isinstance(given, list) else []
    news = [end for end in ends if end not in known]
    pending = read(document)
    for end in news:
        pending = together(pending, kind, ends[end])
    return dict(written(pending), counted=(known + news)[-COUNTED:]) if news else None


def due(document: Mapping[str, Any], now: datetime) -> bool:
    """Whether a message is due: there is something to tell, and it is long enough since the last one."""
    told_at = document.get('told_at')
    # A time from the future is another clock's, and not waited for.
    lately = isinstance(told_at, datetime) and _is_time(told_at) and told_at <= now + SLACK and now - told_at < EVERY
    return read(document).count > 0 and not lately


def begun(document: Mapping[str, Any], now: datetime, identity: str) -> Document:
    """The change that makes a message of all that is pending."""
    pending = read(document)
    telling = {'id': identity, 'events': list(pending.events), 'count': pending.count, 'since': pending.since or now}
    heard_at = max((one['at'] for one in pending.events), default=None)
    return dict(written(NOTHING), told_at=now, heard_at=heard_at, telling=telling)


def telling(document: Mapping[str, Any]) -> Optional[Document]:
    """The message that has no job yet; None if there is none."""
    given = document.get('telling')
    if not isinstance(given, Mapping) or not isinstance(given.get('id'), str) or not given['id'].startswith(PREFIX):
        return None
    found = read(given, 'events')
    if not found.count:
        return None
    return {'id': given['id'], 'events': list(found.events), 'count': found.count, 'since': found.since}


def has_job(document: Mapping[str, Any], message: Mapping[str, Any]) -> Optional[Document]:
    """The change after a job was made of a message; None if somebody else has made it."""
    left = telling(document)
    return {'telling': None} if left and left['id'] == message['id'] else None


def job(
    kind: str, message: Mapping[str, Any], route: Sequence[str], lane: str, now: datetime, give_up_after: timedelta
) -> Job:
    """The job that tells it."""
    what = {'kind': kind, 'events': message['events'], 'count': message['count'], 'since': message['since'] or now}
    told = making.begun(message['id'], Kind.ALERT, (), 'core', lane, route, now, give_up_after)
    return told.evolve(alert=what)


def facts_of_job(job: Any) -> Optional[Document]:
    """The facts to tell of a job that has ended, with its ``kind``; None if they are no trouble, or an alert's own.

    :param job: a :class:`~scan_notify_plugin.jobs.job.Job`, or an :class:`~scan_notify_plugin.jobs.job.Ended`
    """
    if job.test or not job.run_ids:
        return None
    if job.kind is Kind.NOTIFY and job.state in (State.ERROR, State.UNCERTAIN):
        return {'kind': 'delivery', 'run': job.run_ids[0], 'target': job.target, 'state': job.state.value}
    if job.kind is Kind.EXPORT and job.state is State.ERROR:
        return {'kind': 'report', 'run': job.run_ids[0], 'format': job.format}
    return None


def silence(
    seen_at: Iterable[Any], now: datetime, alive: timedelta, grace: timedelta, least: timedelta
) -> Optional[timedelta]:
    """How long no worker was alive before this one; None if that is not worth a word, or nobody knows.

    :param seen_at: when workers were seen alive
    :param alive: how long this one has been since then, or at all
    :param grace: by how much the clock was set forward lately
    """
    known = [at for at in seen_at if _is_time(at)]
    if not known:
        return None
    silent = now - max(known) - alive - grace
    return silent if silent >= least else None


def _is_event(one: Any) -> bool:
    if not isinstance(one, Mapping) or not all(
        isinstance(one.get(name), Mapping) for name in ('names', 'numbers', 'dates')
    ):
        return False
    return (
        all(isinstance(value, str) for value in one['names'].values())
        and all(_is_number(value) for value in one['numbers'].values())
        and all(_is_time(value) for value in one['dates'].values())
        and _is_number(one.get('times'))
        and one['times'] >= 1
        and _is_time(one.get('at'))
    )


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and abs(value) <= _MAX_NUMBER  # NaN is not


def _is_time(value: Any) -> bool:
    return isinstance(value, datetime) and value.tzinfo is not None


def names_more(pending: Mapping[str, Any]) -> int:
    """How often something happened that no event of a message names."""
    found = read(pending, 'events')
    return found.count - sum(one['times'] for one in found.events)


def sorted_events(given: Mapping[str, Any]) -> List[Document]:
    """The events of a message, the latest first."""
    return sorted(read(given, 'events').events, key=lambda one: one['at'], reverse=True)
