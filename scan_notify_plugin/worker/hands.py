"""Lets a few of many threads compute at once, those first whose services do what they are asked."""

import heapq
import itertools
import threading
from enum import IntEnum
from typing import Callable, Dict, List, Tuple, TypeVar

T = TypeVar('T')


class Rank(IntEnum):
    """Who goes first: by what the service of a lane did last."""

    WELL = 0
    UNKNOWN = 1
    FAILED = 2


class Hands:
    """As many as may compute at once; in one rank who came first goes first.

    Hundreds of threads that want to compute at the same moment each wait for all others, at every round trip to the
    database: so would the tick, which is no part of this.

    :param most: at once
    :param failed: of these, for lanes that failed
    """

    def __init__(self, most: int, failed: int) -> None:
        self._free = {True: failed, False: most}  # for a lane that failed, and for any
        self._lock = threading.Lock()
        self._numbers = itertools.count()
        self._waiting: List[Tuple[Rank, int, threading.Lock]] = []
        self._ranks: Dict[str, Rank] = {}

    def failed(self, lane: str, failed: bool) -> None:
        """What the service of a lane did last."""
        self._ranks[lane] = Rank.FAILED if failed else Rank.WELL

    def has_failed(self, lane: str) -> bool:
        return self._ranks.get(lane) is Rank.FAILED

    def use(self, lane: str, compute: Callable[[], T]) -> T:
        """What ``compute`` returns or raises, called as soon as a hand is free for the lane."""
        rank = self._ranks.get(lane, Rank.UNKNOWN)
        turn = threading.Lock()
        turn.acquire()
        with self._lock:
            heapq.heappush(self._waiting, (rank, next(self._numbers), turn))
            self._give()
        turn.acquire()
        try:
            return compute()
        finally:
            with self._lock:
                self._count(rank, 1)
                self._give()

    def _give(self) -> None:
        while self._waiting and self._free[False] and (self._waiting[0][0] is not Rank.FAILED or self._free[True]):
            rank, _, turn = heapq.heappop(self._waiting)
            self._count(rank, -1)
            turn.release()

    def _count(self, rank: Rank, change: int) -> None:
        self._free[False] += change
        if rank is Rank.FAILED:
            self._free[True] += change
