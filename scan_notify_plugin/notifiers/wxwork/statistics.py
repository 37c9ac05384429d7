"""What a notifier of the library has done since it was made."""

import threading
from collections import deque
from datetime import datetime, timezone
from typing import Deque, List, NamedTuple

#: Of so many posts the latencies are remembered, and of so many failures the words.
KEPT = 1000
FAILURES = 100


class Numbers(NamedTuple):
    """A look at the statistics. Messages are counted at their end, a mention of its own as one more."""

    sent: int  # confirmed by the robot
    failed: int  # certainly not delivered
    uncertain: int  # nobody knows
    retried: int  # posts after the first
    rate_limited: int  # answers that we send too fast
    success_rate: float  # sent / (sent + failed + uncertain); 1.0 before the first
    mean_latency: float  # seconds from handing over to confirmation, of the last messages
    p95_latency: float


class Failure(NamedTuple):
    """A message that was finally not confirmed, at the last target that was tried."""

    at: datetime
    target: str
    words: str


class Statistics:
    """Counts; any thread may."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._sent = self._failed = self._uncertain = self._retried = self._limited = 0
        self._latencies: Deque[float] = deque(maxlen=KEPT)
        self._failures: Deque[Failure] = deque(maxlen=FAILURES)

    def confirmed(self, seconds: float) -> None:
        with self._lock:
            self._sent += 1
            self._latencies.append(seconds)

    def given_up(self, uncertain: bool) -> None:
        with self._lock:
            if uncertain:
                self._uncertain += 1
            else:
                self._failed += 1

    def retried(self) -> None:
        with self._lock:
            self._retried += 1

    def rate_limited(self) -> None:
        with self._lock:
            self._limited += 1

    def record(self, target: str, words: str) -> None:
        """Keep a final failure."""
        with self._lock:
            self._failures.append(Failure(datetime.now(timezone.utc), target, words))

    @property
    def failures(self) -> List[Failure]:
        """The last ones, oldest first."""
        with self._lock:
            return list(self._failures)

    def numbers(self) -> Numbers:
        with self._lock:
            ended = self._sent + self._failed + self._uncertain
            ordered = sorted(self._latencies)
            return Numbers(
                self._sent, self._failed, self._uncertain, self._retried, self._limited,
                self._sent / ended if ended else 1.0,
                sum(ordered) / len(ordered) if ordered else 0.0,
                ordered[-(-95 * len(ordered) // 100) - 1] if ordered else 0.0,
            )  # fmt: skip
