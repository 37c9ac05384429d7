"""Which of the host's schedules should have fired and did not. Pure; no cron is computed here.

A schedule's document says when it is due next, as its host's pages show it: ``next_run_date``, a text in the host's own
time zone, for a recurrent scan up to a minute before the minute of its cron; ``start_time`` beside it is the same in
seconds for a scan that is run once. The host fires within a minute of it, and then writes the next one, or another
status than ``scheduled``.
"""

import re
from datetime import datetime, timedelta, timezone
from typing import Any, Iterable, List, Mapping, NamedTuple, Optional, Tuple

from scan_notify_plugin.records import Document

#: So long after its time a schedule has not fired: the host looks once a minute.
PATIENCE = timedelta(minutes=3)
#: It is notified when it was seen twice, so far apart: a host that fires at this moment writes what it has done.
LOOKS = timedelta(minutes=1)
#: More schedules than this are not watched at a time.
MOST = 1000

_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
_TEXT = re.compile(r'(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d)(:\d\d)?(?:\.\d+)?(Z|[+-]\d\d:?\d\d)?')
#: Numbers from here on are milliseconds; below are seconds, and nothing is due before 2001 or after 5138.
_MILLISECONDS, _FIRST = 10**11, 10**9
#: Zones are this far from UTC at most, and a multiple of a quarter of an hour.
_FARTHEST, _QUARTER = timedelta(hours=14), 900


class Missed(NamedTuple):
    """A schedule that should have fired at a time and did not."""

    id: str
    name: str
    due_at: datetime


class Look(NamedTuple):
    """What is remembered of a schedule that was seen overdue; all times are aware."""

    id: str
    due_at: datetime
    since: datetime
    told: bool  # whether operators were notified


def due_at(document: Mapping[str, object], zone: Optional[timezone]) -> Optional[datetime]:
    """When a schedule is due next; None if it is not, or does not say so in a way that is known.

    :param zone: the host's, see :func:`zone_of`; None: this machine's
    """
    if document.get('status') != 'scheduled':
        return None
    names = ['next_run_time', 'next_run_date']
    if document.get('schedule_type') == 'future_scan':
        names.insert(0, 'start_time')
    moments = (_moment(document.get(name), zone) for name in names)
    return next((moment for moment in moments if moment is not None), None)


def zone_of(documents: Iterable[Mapping[str, object]]) -> Optional[timezone]:
    """The host's time zone, from times that it wrote down both as text and in seconds; None if there are none.

    The latest of them counts: a zone may have summer time.
    """
    known = []
    for document in documents:
        for text, seconds in (('last_run_date', 'last_run_time'), ('start_date', 'start_time')):
            local, at = _moment(document.get(text), timezone.utc), _moment(document.get(seconds), None)
            if local is not None and at is not None and isinstance(document.get(text), str):
                known.append((at, local - at))
    if not known:
        return None
    at, ahead = max(known)
    ahead = timedelta(seconds=round(ahead.total_seconds() / _QUARTER) * _QUARTER)
    # In this machine's own zone it also knows when clocks are changed.
    mine = at.astimezone().utcoffset()
    return None if abs(ahead) > _FARTHEST or ahead == mine else timezone(ahead)


def overdue(schedules: Iterable[Any], now: datetime, grace: timedelta = timedelta(0)) -> List[Missed]:
    """Those that should have fired by now, the longest overdue first.

    :param schedules: :class:`~scan_notify_plugin.host.scans.Schedule`
    :param grace: by how much the clock that tells ``now`` was set forward lately
    """
    late = [
        Missed(schedule.id, schedule.name, schedule.due_at)
        for schedule in schedules
        if schedule.due_at is not None and now - schedule.due_at > PATIENCE + grace
    ]
    return sorted(late, key=lambda missed: missed.due_at)[:MOST]


def looked(before: Iterable[object], missed: Iterable[Missed], now: datetime) -> Tuple[List[Document], List[Missed]]:
    """After a look: what to remember of it, and of which schedules to notify now, once for each time one was due.

    :param before: what was remembered of the look before, a :class:`Look` as a document; what is odd in it counts as
        absent
    """
    known = {(look.id, look.due_at): look for look in map(_look, before) if look is not None}
    after: List[Document] = []
    news: List[Missed] = []
    for schedule in missed:
        look = known.get((schedule.id, schedule.due_at))
        since = look.since if look and look.since <= now else now  # else another clock wrote it
        notified = bool(look and look.told)
        if not notified and now - since >= LOOKS:
            news.append(schedule)
            notified = True
        after.append(dict(Look(schedule.id, schedule.due_at, since, notified)._asdict()))
    return after, news


def _look(document: object) -> Optional[Look]:
    if not isinstance(document, Mapping):
        return None
    schedule_id, due, since, notified = (document.get(name) for name in Look._fields)
    if not isinstance(schedule_id, str) or not isinstance(notified, bool):
        return None
    if not isinstance(due, datetime) or not isinstance(since, datetime) or not (due.tzinfo and since.tzinfo):
        return None
    return Look(schedule_id, due, since, notified)


def _moment(value: object, zone: Optional[timezone]) -> Optional[datetime]:
    """A time as hosts write it: text, seconds, milliseconds, or a date of MongoDB; None for anything else, such as
    '-'.
    """
    try:
        if isinstance(value, datetime):
            return value if value.tzinfo is not None else value.replace(tzinfo=timezone.utc)
        if isinstance(value, str):
            return _written(value.strip(), zone)
        if isinstance(value, (int, float)) and not isinstance(value, bool) and value >= _FIRST:
            # In whole milliseconds, as MongoDB gives back what was seen at an earlier look.
            return _EPOCH + timedelta(milliseconds=int(value if value >= _MILLISECONDS else value * 1000))
    except (ValueError, OverflowError, OSError):  # no such day, or nothing that a calendar has
        pass
    return None


def _written(value: str, zone: Optional[timezone]) -> Optional[datetime]:
    if value.isdigit():
        return _moment(int(value[:20]), zone)
    match = _TEXT.fullmatch(value)
    if match is None:
        return None
    day, minute, second, offset = match.groups()
    moment = datetime.strptime('{} {}{}'.format(day, minute, second or ':00'), '%Y-%m-%d %H:%M:%S')
    if offset == 'Z':
        return moment.replace(tzinfo=timezone.utc)
    if offset:
        ahead = timedelta(hours=int(offset[1:3]), minutes=int(offset[-2:]))
        zone = timezone(-ahead if offset[0] == '-' else ahead)
    return (moment.astimezone() if zone is None else moment.replace(tzinfo=zone)).astimezone(timezone.utc)
