"""Which faults can strike where, and a report of what came of them."""

import os
from itertools import islice
from typing import Any, Callable, Dict, Iterable, Iterator, List, Mapping, TypeVar

from tests.crash_model.judge import violations
from tests.crash_model.process import READS
from tests.crash_model.world import CUT, KILL, NAP, SLEEP, Point, Scenario, World

T = TypeVar('T')

LONG = os.environ.get('SCAN_NOTIFY_CRASH_LONG') == '1'
#: Of many plays that differ in one thing the short form has every seventh, the same ones each time. An odd number:
#: before and after an operation take turns.
SHARE = 1 if LONG else 7

#: Faults by the number of the point where they strike.
Faults = Mapping[int, str]

KEYED = Scenario('keyed', idempotent=True, pages=2)
KEYLESS = Scenario('keyless', idempotent=False, pages=2)


def some(plays: Iterable[T], start: int = 0) -> Iterator[T]:
    """All of these in the long form; in the short one every seventh.

    :param start: any number: which one is the first
    """
    return islice(plays, start % SHARE, None, SHARE)


def every_kill(world: World) -> Iterator[Faults]:
    """A kill at each point of a play, one at a time."""
    return ({number: KILL} for number in range(world.length))


def every_nap(world: World) -> Iterator[Faults]:
    """Each point slept at until the lease is lost."""
    return ({number: NAP} for number in range(world.length))


def every_sleep(world: World) -> Iterator[Faults]:
    """Each point slept at until others have done everything."""
    return ({number: SLEEP} for number in range(world.length))


def every_cut(world: World) -> Iterator[Faults]:
    """The connection cut at each point: before an operation it is not done; after it, it is unknowingly."""
    return ({number: CUT} for number in range(world.length) if world.points[number].step != 'request')


def every_act(act: str) -> Callable[[World], Iterator[Faults]]:
    """An administrator's action after each step of a play; before the next one is the same moment."""
    return lambda world: (
        {number: act} for number, point in enumerate(world.points[: world.length]) if point.moment != 'before'
    )


def is_write(point: Point) -> bool:
    return point.step.rpartition('.')[2] not in READS


def every_stale_write(world: World) -> Iterator[Faults]:
    """As :func:`every_sleep`, where what was read is oldest: before each write and each request."""
    points = enumerate(world.points[: world.length])
    return ({number: SLEEP} for number, point in points if point.moment == 'before' and is_write(point))


def every_unknown_write(world: World) -> Iterator[Faults]:
    """As :func:`every_cut`, where the operation was done."""
    points = enumerate(world.points[: world.length])
    return (
        {number: CUT}
        for number, point in points
        if point.moment == 'after' and is_write(point) and point.step != 'request'
    )


def every_death(world: World) -> Iterator[Faults]:
    """As :func:`every_kill`, without the points where a kill leaves the same as one at an earlier point."""
    return ({number: KILL} for number in deaths(world))


def deaths(world: World, after: int = -1) -> List[int]:
    """The points where a kill makes a difference.

    A dead process leaves nothing but the database and the robots: kills between two writes of a call are one.
    """
    first: Dict[Any, int] = {}
    writes = 0
    for number, point in enumerate(world.points[: world.length]):
        writes += point.moment == 'after' and is_write(point)
        first.setdefault((point.role, point.call, writes), number)
    return [number for number in first.values() if number > after]


def named(scenario: Scenario) -> str:
    """The scenario in the words that make it again."""
    told = [
        '{}={!r}'.format(name, value)
        for name, value in scenario._asdict().items()
        if value != Scenario._field_defaults.get(name)
    ]
    return 'Scenario({})'.format(', '.join(told))


class Report:
    """Runs plays and keeps what was wrong with them."""

    total = 0  # of all reports, for the summary of the test run

    def __init__(self) -> None:
        self.plays = 0
        self.failures: List[str] = []

    def play(self, scenario: Scenario, faults: Faults, *order: Any, label: str = '') -> World:
        """One play to its end.

        :param order: see :class:`World`
        :param label: how to play it again, if its faults do not say it
        """
        world = World(scenario, faults, *order).run()
        self.plays += 1
        Report.total += 1
        wrong = violations(world)
        if wrong:
            struck = ['{} {} {} {}'.format(fault, point.moment, point.role, point.step) for point, fault in world.hits]
            self.failures.append(
                '{} {} {}: {}\n    after {}'.format(
                    label, named(scenario), dict(faults), '; '.join(wrong), ', '.join(struck) or 'no fault'
                )
            )
        return world

    def play_all(self, scenario: Scenario, *kinds: Callable[[World], Iterable[Faults]]) -> None:
        """A play without faults, and one for each fault of these kinds that can strike in it."""
        world = self.play(scenario, {})
        for kind in kinds:
            for faults in kind(world):
                self.play(scenario, faults)

    def play_some(self, scenario: Scenario, *kinds: Callable[[World], Iterable[Faults]]) -> None:
        """As :meth:`play_all`, with :func:`some` of the faults."""
        world = self.play(scenario, {})
        for count, kind in enumerate(kinds, len(scenario.name)):
            for faults in some(kind(world), count):
                self.play(scenario, faults)

    def play_pairs(self, scenario: Scenario, kind: Callable[[World], Iterable[Faults]]) -> None:
        """Each fault of this kind, and each kill in what follows it."""
        for count, faults in enumerate(kind(self.play(scenario, {}))):
            world = self.play(scenario, faults)
            for number in some(deaths(world, after=max(faults)), count):
                self.play(scenario, {**faults, number: KILL})

    def check(self, least: int = 1) -> None:
        """Fail on what went wrong, and on fewer plays than there must be.

        :param least: of the long form
        """
        shown = '\n'.join(self.failures[:5])
        wrong = '{} of {} plays went wrong:\n{}'.format(len(self.failures), self.plays, shown)
        assert not self.failures, wrong
        assert self.plays >= least // SHARE, 'only {} plays'.format(self.plays)
