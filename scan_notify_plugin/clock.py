"""One time for all processes: MongoDB's, carried on by this machine's monotonic clock."""

import time
from datetime import datetime, timedelta, timezone
from typing import Optional

_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)


class Clock:
    """Tells the server's time after :meth:`observe`, this machine's before it.

    A jump of the machine's wall clock changes nothing once the server has been seen.
    """

    def __init__(self) -> None:
        self._server_minus_monotonic = None  # type: Optional[float]

    def observe(self, server_time: datetime) -> None:
        """Take ``server_time`` (naive UTC or aware) as now."""
        if server_time.tzinfo is None:
            server_time = server_time.replace(tzinfo=timezone.utc)
        self._server_minus_monotonic = (server_time - _EPOCH).total_seconds() - time.monotonic()

    def now(self) -> datetime:
        """Aware UTC, in whole milliseconds as MongoDB stores them."""
        if self._server_minus_monotonic is None:
            seconds = time.time()
        else:
            seconds = self._server_minus_monotonic + time.monotonic()
        return _EPOCH + timedelta(milliseconds=int(seconds * 1000))

    def skew(self) -> float:
        """Seconds that this machine's wall clock is ahead of the server's; 0.0 while no server was seen."""
        if self._server_minus_monotonic is None:
            return 0.0
        return time.time() - (self._server_minus_monotonic + time.monotonic())
