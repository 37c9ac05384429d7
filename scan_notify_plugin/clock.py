"""One time for all processes: MongoDB's, carried on by this machine's monotonic clock."""

import time
from datetime import datetime, timedelta, timezone
from typing import List, Optional, Tuple

_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)

#: Clocks that agree are less than this apart. A stored time that lies further ahead is another clock's.
SLACK = timedelta(seconds=5)
#: For how long a step forward is remembered: until then nothing counts as late because of it.
_REMEMBERED = timedelta(days=1)
#: A sign of life that lies further ahead says nothing: whoever gave it had another clock. Processes hear of a step of
#: the server's clock at most so far apart.
AHEAD = timedelta(seconds=30)


def is_recent(at: datetime, now: datetime, span: timedelta) -> bool:
    """Whether a sign of life is no older than ``span``, and not from the future."""
    return -AHEAD <= now - at <= span


class Clock:
    """Tells the server's time after :meth:`observe`, this machine's before it.

    A jump of the machine's wall clock changes nothing once the server has been seen. A jump of the server's is
    followed, and a jump ahead is remembered: see :meth:`grace`.
    """

    def __init__(self) -> None:
        self._server_minus_monotonic: Optional[float] = None
        self._forward: List[Tuple[float, float]] = []

    def observe(self, server_time: datetime) -> None:
        """Take ``server_time`` (naive UTC or aware) as now."""
        if server_time.tzinfo is None:
            server_time = server_time.replace(tzinfo=timezone.utc)
        at, known = self.monotonic(), self._server_minus_monotonic
        offset = (server_time - _EPOCH).total_seconds() - at
        if known is not None and offset - known > SLACK.total_seconds():
            self._forward = self._forward + [(at, offset - known)]
        self._server_minus_monotonic = offset

    def now(self) -> datetime:
        """Aware UTC, in whole milliseconds as MongoDB stores them."""
        if self._server_minus_monotonic is None:
            seconds = time.time()
        else:
            seconds = self._server_minus_monotonic + self.monotonic()
        return _EPOCH + timedelta(milliseconds=int(seconds * 1000))

    def monotonic(self) -> float:
        """Seconds of a clock that nobody sets; only differences mean something, and only in this process."""
        return time.monotonic()

    def grace(self, patience: timedelta = _REMEMBERED) -> timedelta:
        """How far :meth:`now` was set forward lately: by so much something may only seem to be late.

        :param patience: with which it is waited for; a step that is longer ago has nothing to do with it. A day at most
        """
        here = self.monotonic()
        self._forward = [(at, step) for at, step in self._forward if here - at < _REMEMBERED.total_seconds()]
        recent = [step for at, step in self._forward if here - at <= patience.total_seconds()]
        return timedelta(seconds=sum(recent))

    def skew(self) -> float:
        """Seconds that this machine's wall clock is ahead of the server's; 0.0 while no server was seen."""
        if self._server_minus_monotonic is None:
            return 0.0
        return time.time() - (self._server_minus_monotonic + self.monotonic())
