"""The rounds of the host's schedules: which are accounted for, and which went by without a run. Pure functions.

A round of a schedule that has no run was fired while nobody listened, or by a process that died at once.
"""

from datetime import datetime, timedelta, timezone
from typing import Dict, Iterable, List, Mapping, NamedTuple, Optional, Tuple, TypeVar

from scan_notify_plugin.records import Document

V = TypeVar('V')

_EVER = datetime(1970, 1, 1, tzinfo=timezone.utc)

#: A round without a run must be seen for this long before it is told as lost.
ROUND_GRACE = timedelta(seconds=120)
#: Rounds that went by while nobody looked for so long are not told one by one.
LONG_OFF = timedelta(days=1)
#: A schedule that was deleted is remembered for so long.
GONE = timedelta(days=30)


class Rounds(NamedTuple):
    """What was seen at the last look, by schedule."""

    #: the highest round that is accounted for
    numbers: Dict[str, int]
    #: since when a higher one is seen without a run
    missing: Dict[str, datetime]
    #: since when the schedule is not there any more
    gone: Dict[str, datetime]
    #: since when nothing was taken as it was
    since: datetime


class Lost(NamedTuple):
    """Rounds of a schedule that nobody recorded: those after ``known`` up to ``number``."""

    schedule_id: str
    known: int
    number: int


def stored(document: Optional[Document], now: datetime, grace: timedelta = timedelta(0)) -> Optional[Rounds]:
    """What the document says; None if it says nothing, or nothing that is new enough to go on from."""
    if document is None or now - document['at'] > LONG_OFF + grace:
        return None
    # A time in the future is another clock's; it must not be waited for.
    earlier = {name: min(at, now) for name, at in document['missing'].items()}
    gone = {name: min(at, now) for name, at in document.get('gone', {}).items()}
    return Rounds(dict(document['numbers']), earlier, gone, document.get('since', _EVER))


def first_look(schedules: Mapping[str, int], now: datetime) -> Rounds:
    """What happened without us is not ours to tell."""
    return Rounds(dict(schedules), {}, {}, now)


def ahead(rounds: Rounds, schedules: Mapping[str, int]) -> Dict[str, int]:
    """The schedules whose newest round is not accounted for, with what is."""
    accounted = {name: rounds.numbers.get(name, _unseen(number)) for name, number in schedules.items()}
    return {name: known for name, known in accounted.items() if schedules[name] > known}


def account(
    rounds: Rounds,
    schedules: Mapping[str, int],
    recorded: Mapping[str, int],
    now: datetime,
    grace: timedelta = timedelta(0),
) -> Tuple[Rounds, List[Lost]]:
    """What holds after a look, and what is to be told as lost.

    :param schedules: the host's own number of each schedule
    :param recorded: of those that are :func:`ahead`, the newest round that has a run
    :param grace: by how much the clock was set forward lately
    """
    numbers = dict(rounds.numbers)
    for schedule_id, number in schedules.items():
        numbers.setdefault(schedule_id, _unseen(number))
    missing, lost = {}, []
    for schedule_id in ahead(rounds, schedules):
        number = schedules[schedule_id]
        known = numbers[schedule_id] = max(numbers[schedule_id], recorded.get(schedule_id, 0))
        if number <= known:
            continue
        since = rounds.missing.get(schedule_id, now)
        if now - since >= ROUND_GRACE + grace:
            lost.append(Lost(schedule_id, known, number))
            numbers[schedule_id] = number
        else:
            missing[schedule_id] = since
    gone = {name: rounds.gone.get(name, now) for name in numbers if name not in schedules}
    forgotten = {name for name, since in gone.items() if now - since > GONE}
    return Rounds(_without(numbers, forgotten), missing, _without(gone, forgotten), rounds.since), lost


def _unseen(number: int) -> int:
    """One that comes with many rounds was restored from somewhere; a new one has none, or its first."""
    return number if number > 1 else 0


def _without(values: Mapping[str, V], names: Iterable[str]) -> Dict[str, V]:
    return {name: value for name, value in values.items() if name not in names}
