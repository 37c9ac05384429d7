"""Which of the host's schedules should have fired and did not. Pure; no cron is computed here.

A schedule's document says when it is due next, as its host's pages show it: ``next_run_date``, a text in the host's own
time zone, for a recurrent scan up to a minute before the minute of its cron; ``start_time`` beside it is the same in
seconds for a scan that is run once. The host fires within a minute of it, and then writes the next one, or another
status than ``scheduled``.
"""

import re
from datetime import datetime, timedelta, timezone
from typing import Any, Dict, Iterable, List, Mapping, NamedTuple, Optional, Tuple

#: So long after its time a schedule has not fired: the host looks once a minute.
PATIENCE = timedelta(minutes=3)
#: It is told when it was seen twice, so far apart: a host that fires at this moment writes what it has done.
LOOKS = timedelta(minutes=1)
#: More schedules than this are not watched at a time.
MOST = 1000

_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
_TEXT = re.compile(r'(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d)(:\d\d)?(?:\.\d+)?(Z|[+-]\d\d:?\d\d)?')
#: Numbers from here on are milliseconds; below are seconds, and nothing is due before 2001 or after 5138.
_MILLISECONDS, _FIRST = 10**11, 10**9
#: Zones are this far from UTC at most, and a multiple of a quarter of an hour.
_FARTHEST, _QUARTER = timedelta(hours=14), 900

Document = Dict[str, Any]


class Missed(NamedTuple):
    """A schedule that should have fired at a time and did not."""

    id: str
    name: str
    due_at: datetime


def due_at(document: Mapping[str, Any], zone: Optional[timezone]) -> Optional[datetime]:
    """When a schedule is due next; None if it is not, or does not say so in a way that is known.

    :param zone: the host's, see :func:`zone_of`; None: this machine's
    """
    if document.get('status') != 'scheduled':
        return None
    names = ['next_run_time', 'next_run_date']
    if document.get('schedule_type') == 'future_scan':
        names.insert(0, 'start_time')
    found = (_moment(document.get(name), zone) for name in names)
    return next((moment for moment in found if moment is not None), None)


def zone_of(documents: Iterable[Mapping[str, Any]]) -> Optional[timezone]:
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
    late = [one for one in schedules if one.due_at is not None and now - one.due_at > PATIENCE + grace]
    return [Missed(one.id, one.name, one.due_at) for one in sorted(late, key=lambda one: one.due_at)][:MOST]


def looked(
    before: Iterable[Mapping[str, Any]], missed: Iterable[Missed], now: datetime
) -> Tuple[List[Document], List[Missed]]:
    """After a look: what to remember of it, and which schedules are to be told now, each once for each time it was due.

    :param before: what was remembered of the look before, ``{id, due_at, since, told}``; what is odd in it counts as
        absent
    """
    known = {(one['id'], one['due_at']): one for one in before if _is_look(one)}
    after, told = [], []
    for one in missed:
        look = known.get((one.id, one.due_at))
        since = look['since'] if look and look['since'] <= now else now  # else another clock wrote it
        is_told = bool(look and look['told'])
        if not is_told and now - since >= LOOKS:
            told.append(one)
            is_told = True
        after.append({'id': one.id, 'due_at': one.due_at, 'since': since, 'told': is_told})
    return after, told


def _is_look(one: Any) -> bool:
    return (
        isinstance(one, Mapping)
        and isinstance(one.get('id'), str)
        and isinstance(one.get('told'), bool)
        and all(isinstance(one.get(name), datetime) and one[name].tzinfo is not None for name in ('due_at', 'since'))
    )


def _moment(value: Any, zone: Optional[timezone]) -> Optional[datetime]:
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
    found = _TEXT.fullmatch(value)
    if found is None:
        return None
    day, minute, second, offset = found.groups()
    moment = datetime.strptime('{} {}{}'.format(day, minute, second or ':00'), '%Y-%m-%d %H:%M:%S')
    if offset == 'Z':
        return moment.replace(tzinfo=timezone.utc)
    if offset:
        ahead = timedelta(hours=int(offset[1:3]), minutes=int(offset[-2:]))
        zone = timezone(-ahead if offset[0] == '-' else ahead)
    return (moment.astimezone() if zone is None else moment.replace(tzinfo=zone)).astimezone(timezone.utc)
