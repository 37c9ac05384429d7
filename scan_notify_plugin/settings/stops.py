"""Targets that nothing is asked of until a person starts them.

They stand among the settings, a document for each: ``{_id: 'stopped:<target>', v, rev, stopped, by, at, why}``. That of
a target that was started stays, since it says when.
"""

from datetime import datetime, timezone
from typing import Callable, Iterable, Mapping, NamedTuple, Optional

from scan_notify_plugin.clock import SLACK, Clock
from scan_notify_plugin.faults import Fault, Faults
from scan_notify_plugin.mongo import VERSION, Database, decided
from scan_notify_plugin.readers import Misshapen
from scan_notify_plugin.records import Document

#: Ids of these documents begin so.
PREFIX = 'stopped:'
#: Who has stopped it, if that was no person: its own service, which wants no more from it.
SERVICE = 'service'

_NEVER = datetime(1970, 1, 1, tzinfo=timezone.utc)


class Stop(NamedTuple):
    """Since when nothing is asked of a target, by whom, and why."""

    by: str
    at: datetime
    why: Faults = ()

    @property
    def fault(self) -> Fault:
        """The same in words, without the target's name."""
        since = '{:%Y-%m-%d %H:%M} UTC'.format(self.at)
        if not self.why:
            return Fault('stop.silent', by=self.by, since=since)
        if self.by == SERVICE:
            return Fault('stop.service', since=since, cause=self.why)
        return Fault('stop.because', by=self.by, since=since, cause=self.why)


def stop_of(document: Mapping[str, object]) -> Optional[Stop]:
    """What a document says; None if its target is not stopped."""
    by, at, why = document.get('by'), document.get('at'), document.get('why')
    if document.get('stopped') is not True:
        return None
    # That it is stopped counts, whatever else another hand has written.
    return Stop(by if isinstance(by, str) else '', at if isinstance(at, datetime) else _NEVER, tuple(_faults(why)))


def _faults(value: object) -> Iterable[Fault]:
    for one in value if isinstance(value, list) else ():
        try:
            yield Fault.from_stored(one)
        except Misshapen:
            continue


def stopping(
    document: Mapping[str, object], by: str, why: Faults, now: datetime, asked_at: Optional[datetime]
) -> Optional[Document]:
    """The change that stops a target; None if it is stopped, or was started after its service was asked. Pure.

    :param asked_at: when the service was asked that said so; None if a person stops it
    """
    if document.get('stopped') is True:
        return None
    at = document.get('at')
    if asked_at is not None and isinstance(at, datetime) and asked_at < at <= now + SLACK:
        return None
    return {'stopped': True, 'by': by, 'at': now, 'why': [fault.to_stored() for fault in why]}


def starting(document: Mapping[str, object], by: str, now: datetime) -> Optional[Document]:
    """The change that starts a target; None if it is not stopped. Pure."""
    return {'stopped': False, 'by': by, 'at': now, 'why': []} if document.get('stopped') is True else None


class Stops:
    """Stops and starts targets, each by a compare-and-set."""

    def __init__(self, db: Database, collection: str, clock: Clock) -> None:
        self._collection = db[collection]
        self._clock = clock

    def stop(self, target: str, by: str, why: Faults = (), asked_at: Optional[datetime] = None) -> bool:
        """Let nothing be asked of a target; see :func:`stopping`. Whether that is news.

        :param by: who, as in the audit; or :data:`SERVICE`
        """
        return self._change(target, lambda known: stopping(known, by, why, self._clock.now(), asked_at)) is not None

    def start(self, target: str, by: str) -> Optional[Stop]:
        """Let a target be asked again; what kept it, None if nothing did."""
        before = self._change(target, lambda known: starting(known, by, self._clock.now()))
        return None if before is None else stop_of(before)

    def _change(self, target: str, decide: Callable[[Document], Optional[Document]]) -> Optional[Document]:
        """The document before the change; None if there was nothing to change."""
        fresh = {'v': VERSION, 'stopped': False, 'by': '', 'at': _NEVER}
        return decided(self._collection, PREFIX + target, fresh, decide)
