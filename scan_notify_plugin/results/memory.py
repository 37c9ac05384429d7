"""What the ledger of a schedule knows beside its records: rounds, elements, and where was looked in which round."""

from datetime import datetime, timedelta, timezone
from typing import Dict, Iterable, List, Mapping, NamedTuple, Optional, Set, Tuple

from scan_notify_plugin.faults import Fault
from scan_notify_plugin.host.coverage import Extent
from scan_notify_plugin.readers import Misshapen
from scan_notify_plugin.records import read_record
from scan_notify_plugin.results.container import Unreadable

__all__ = ['Cover', 'Memory', 'Round', 'milliseconds', 'remembered', 'union']

#: Rounds whose numbers are known as used.
RECENT = 64
_BEGINNING = datetime(1970, 1, 1, tzinfo=timezone.utc)


class Round(NamedTuple):
    """A round that was compared."""

    number: int
    run_id: str
    fired_at: datetime
    #: rounds that were taken over from another schedule are of an earlier one
    era: int = 0

    @property
    def order(self) -> Tuple[int, int, str]:
        """By the host's number and the run's id, never by a clock."""
        return self.era, self.number, self.run_id


class Cover(NamedTuple):
    """That a table was looked at for an element."""

    #: the last time
    round: int
    #: of all times together
    extent: Extent


class Memory:
    """What is in it is changed by the round that is compared."""

    def __init__(self) -> None:
        #: by the ledger's own numbers, which begin at 1
        self.rounds: Dict[int, Round] = {}
        self.newest = 0
        #: of the rounds to come
        self.era = 0
        #: it was taken over, and what the schedule does not look at is dropped without a word
        self.continued = False
        #: the ledger's numbers of the last rounds
        self.recent: List[int] = []
        self.elements: List[str] = []
        self._places: Dict[str, int] = {}
        #: by table and element
        self.covers: Dict[str, Dict[int, Cover]] = {}
        #: elements whose last round found nothing at all
        self.empty: Set[int] = set()
        #: elements with a domain, address or site that is not gone
        self.holds: Set[int] = set()

    def element(self, text: str) -> int:
        """The number of an element."""
        place = self._places.setdefault(text, len(self.elements))
        if place == len(self.elements):
            self.elements.append(text)
        return place

    def enter(self, round: Round) -> int:
        """Give a round a number."""
        round, number = round._replace(era=self.era), max(self.rounds, default=0) + 1
        self.rounds[number] = round
        self.recent = (self.recent + [number])[-RECENT:]
        if not self.newest or round.order > self.rounds[self.newest].order:
            self.newest = number
        return number

    def about(self, named: Set[int]) -> Mapping[str, object]:
        """What is stored of it.

        :param named: the rounds that records name
        """
        looked = {one.round for covers in self.covers.values() for one in covers.values()}
        named = named.union(looked, self.recent, [self.newest])
        return {
            'rounds': [
                [key, one.number, one.run_id, milliseconds(one.fired_at), one.era]
                for key, one in self.rounds.items()
                if key in named
            ],
            'newest': self.newest,
            'era': self.era,
            'continued': self.continued,
            'recent': self.recent,
            'elements': self.elements,
            'covers': {table: _grouped(covers) for table, covers in self.covers.items()},
            'empty': sorted(self.empty),
            'holds': sorted(self.holds),
        }


class _Stored(NamedTuple):
    rounds: Tuple[Tuple[int, int, str, int, int], ...]
    newest: int
    era: int
    continued: bool
    recent: Tuple[int, ...]
    elements: Tuple[str, ...]
    covers: Mapping[str, Tuple[Tuple[int, str, Tuple[int, ...]], ...]]
    empty: Tuple[int, ...]
    holds: Tuple[int, ...]


def remembered(about: object) -> Memory:
    """The memory of what :meth:`Memory.about` gave.

    :raises Unreadable: if it is something else
    """
    memory = Memory()
    try:
        stored = read_record(_Stored, about)
        for key, number, run_id, ms, era in stored.rounds:
            memory.rounds[key] = Round(number, run_id, _BEGINNING + timedelta(milliseconds=ms), era)
        memory.era, memory.continued = stored.era, stored.continued
        memory.newest, memory.recent = stored.newest, list(stored.recent)
        for text in stored.elements:
            memory.element(text)
        extents: Dict[str, Extent] = {}
        for table, groups in stored.covers.items():
            covers = memory.covers.setdefault(table, {})
            for number, text, elements in groups:
                extent = extents.setdefault(text, Extent.from_text(text))
                covers.update((element, Cover(number, extent)) for element in elements)
        memory.empty, memory.holds = set(stored.empty), set(stored.holds)
        memory.rounds[memory.newest]
        _check(memory)
    except (Misshapen, KeyError, ValueError, OverflowError):
        raise Unreadable(Fault('ledger.foreign')) from None
    return memory


def _check(memory: Memory) -> None:
    """
    :raises KeyError: if it names a round or an element that it has not
    """
    covers = [one for table in memory.covers.values() for one in table.items()]
    elements = memory.empty.union(memory.holds, [element for element, _ in covers])
    if not {cover.round for _, cover in covers} <= memory.rounds.keys():
        raise KeyError('round')
    if elements and not 0 <= min(elements) <= max(elements) < len(memory.elements):
        raise KeyError('element')


def milliseconds(at: datetime) -> int:
    """Since 1970."""
    return (at - _BEGINNING) // timedelta(milliseconds=1)


def _grouped(covers: Mapping[int, Cover]) -> List[Tuple[int, str, List[int]]]:
    """Elements that were looked at alike, together."""
    groups: Dict[Tuple[int, str], List[int]] = {}
    texts: Dict[int, str] = {}
    for element, cover in sorted(covers.items()):
        text = texts.setdefault(id(cover.extent), '') or cover.extent.text()
        texts[id(cover.extent)] = text
        groups.setdefault((cover.round, text), []).append(element)
    return [(number, text, elements) for (number, text), elements in groups.items()]


def union(one: Optional[Cover], number: int, extents: Iterable[Extent]) -> Cover:
    """A cover with another look."""
    for extent in extents:
        one = Cover(number, one.extent.union(extent) if one else extent)
    assert one is not None
    return one
