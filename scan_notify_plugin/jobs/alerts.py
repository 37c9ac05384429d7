"""When operators are told of a kind of trouble: gathered by kind until it is due as one message, which is a job. Pure.

A document for each kind: ``{_id: kind, v, rev, pending, count, since, counted, told_at, heard_at, telling}``.
``pending``, ``count`` and ``since`` are a :class:`~scan_notify_plugin.jobs.alert_events.Pending`; ``heard_at`` is when
the last event of the message before happened. ``telling`` is a message that has no job yet: ``{id, events, count,
since}``; it is written in the same moment in which its events leave ``pending``, so none is told twice or never. What
is odd counts as absent.

A job for it is of kind ``alert``, has no run, and carries ``alert``: ``{kind, events, count, since}``.
"""

from datetime import datetime, timedelta
from typing import List, Mapping, NamedTuple, Optional, Sequence

from scan_notify_plugin.clock import SLACK
from scan_notify_plugin.jobs import making
from scan_notify_plugin.jobs.alert_events import (  # fmt: skip
    NOTHING,
    Event,
    Pending,
    read,
    time_of,
    together,
    without_known,
    written,
)
from scan_notify_plugin.jobs.job import Job, Kind
from scan_notify_plugin.records import Document

#: At most one message of a kind in so long.
EVERY = timedelta(hours=1)
#: So many bad ends are known as counted, for workers that read them at the same time, or died before they could say so.
COUNTED = 500
#: Ids of these jobs begin so.
PREFIX = 'alert/'


class Message(NamedTuple):
    """What is told of a kind at once."""

    #: of its job
    id: str
    content: Pending


def taken_in(document: Mapping[str, object], kind: str, news: Pending) -> Document:
    """The change that adds what a worker has noted to what all of them have."""
    return written(together(read(document), kind, without_known(kind, news, time_of(document.get('heard_at')))))


def counted(document: Mapping[str, object], kind: str, ends: Mapping[str, Pending]) -> Optional[Document]:
    """The change that adds the bad ends that are not counted yet; None if all are.

    :param ends: what is to be told of each, by its name
    """
    names = document.get('counted')
    known = [name for name in names if isinstance(name, str)] if isinstance(names, list) else []
    news = [name for name in ends if name not in known]
    pending = read(document)
    for name in news:
        pending = together(pending, kind, ends[name])
    return dict(written(pending), counted=(known + news)[-COUNTED:]) if news else None


def due(document: Mapping[str, object], now: datetime) -> bool:
    """Whether a message is due: there is something to tell, and it is long enough since the last one."""
    told_at = time_of(document.get('told_at'))
    # A time from the future is another clock's, and not waited for.
    lately = told_at is not None and told_at <= now + SLACK and now - told_at < EVERY
    return read(document).count > 0 and not lately


def begun(document: Mapping[str, object], now: datetime, identity: str) -> Document:
    """The change that makes a message of all that is pending."""
    pending = read(document)
    telling = dict(written(pending._replace(since=pending.since or now), 'events'), id=identity)
    heard_at = max((event.at for event in pending.events), default=None)
    return dict(written(NOTHING), told_at=now, heard_at=heard_at, telling=telling)


def telling(document: Mapping[str, object]) -> Optional[Message]:
    """The message that has no job yet; None if there is none."""
    message = document.get('telling')
    identity = message.get('id') if isinstance(message, Mapping) else None
    if not isinstance(message, Mapping) or not isinstance(identity, str) or not identity.startswith(PREFIX):
        return None
    content = read(message, 'events')
    return Message(identity, content) if content.count else None


def has_job(document: Mapping[str, object], message: Message) -> Optional[Document]:
    """The change after a job was made of a message; None if somebody else has made it."""
    left = telling(document)
    return {'telling': None} if left and left.id == message.id else None


def job(kind: str, message: Message, route: Sequence[str], lane: str, now: datetime, give_up_after: timedelta) -> Job:
    """The job that tells it."""
    new = making.begun(message.id, Kind.ALERT, (), 'core', lane, route, now, give_up_after)
    return new.evolve(alert=told_in(kind, message.content._replace(since=message.content.since or now)))


def told_in(kind: str, content: Pending) -> Document:
    """What a job carries that tells it; :func:`~scan_notify_plugin.jobs.alert_events.read` of its ``events`` reads
    it.
    """
    return dict(written(content, 'events'), kind=kind)


def latest_first(events: Sequence[Event]) -> List[Event]:
    """The events of a message in their order."""
    return sorted(events, key=lambda event: event.at, reverse=True)
