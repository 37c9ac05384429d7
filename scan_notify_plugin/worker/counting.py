"""What one worker counts for the metrics, until it is added to what all have counted."""

import bisect
import threading
from collections import defaultdict
from typing import DefaultDict

from scan_notify_plugin.admin.metrics import COUNTERS, key
from scan_notify_plugin.settings.counters import CounterStore


class Counts:
    """Numbers of this process since the last :meth:`flush`; safe for threads. A killed worker's last ones are lost."""

    def __init__(self) -> None:
        self._numbers: DefaultDict[str, float] = defaultdict(float)
        self._lock = threading.Lock()

    def add(self, name: str, *labels: str, amount: float = 1) -> None:
        """Count: a name of :data:`~scan_notify_plugin.admin.metrics.COUNTERS` and its labels' values."""
        with self._lock:
            self._numbers[key(name, labels)] += amount

    def observe(self, name: str, seconds: float, *labels: str) -> None:
        """The same for a histogram."""
        seconds = max(0.0, seconds)
        bucket = bisect.bisect_left(COUNTERS[name].buckets, seconds)
        with self._lock:
            self._numbers[key(name, labels, str(bucket))] += 1
            self._numbers[key(name, labels, 'sum')] += seconds

    def flush(self, store: CounterStore) -> None:
        """Add all to the store; what could not be added stays for the next time."""
        with self._lock:
            numbers, self._numbers = self._numbers, defaultdict(float)
        try:
            store.add(numbers)
        except Exception:
            with self._lock:
                for name, number in numbers.items():
                    self._numbers[name] += number
            raise
