"""Calls that may hang: an alarm for each, and the end of waiting for it.

A thread cannot be killed. So who calls foreign code in a thread lets go of it when it overstays (:class:`Stay`), and what
still happens there can neither begin a request nor count.
"""

import heapq
import itertools
import threading
import time
from contextlib import contextmanager
from typing import Any, Callable, Dict, Iterator, List, Optional, Tuple


class Overstayed(Exception):
    """The call did not come back in time. It goes on in its thread; its result is dropped."""

    #: the thread, where it is known
    thread = None  # type: Optional[threading.Thread]


class Stay:
    """One call into foreign code, as both sides see it. Safe for threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        #: nobody waits for the call any more
        self.over = False
        #: from now on people may have got something of it
        self.begun = False

    def begin(self) -> None:
        """Said before the first byte of what people get leaves.

        :raises Overstayed: if nobody waits any more; then it must not leave
        """
        with self._lock:
            if self.over:
                raise Overstayed('nobody waits for this call any more')
            self.begun = True

    def end(self) -> bool:
        """Wait no longer; whether something may have arrived. From here on nothing can begin."""
        with self._lock:
            self.over = True
            return self.begun


_here = threading.local()


def current() -> Optional[Stay]:
    """The stay that the calling thread is in; None outside."""
    return getattr(_here, 'stay', None)


@contextmanager
def staying(stay: Stay) -> Iterator[Stay]:
    """Makes it the :func:`current` one of this thread."""
    before = current()
    _here.stay = stay
    try:
        yield stay
    finally:
        _here.stay = before


def within(seconds: float, call: Callable[[], Any]) -> Any:
    """What ``call`` returns or raises.

    :raises Overstayed: after ``seconds``; ``call`` goes on in a thread of its own, in a stay that is over
    """
    result, stay = {}, Stay()  # type: Dict[str, Any], Stay

    def run() -> None:
        try:
            with staying(stay):
                result['value'] = call()
        except BaseException as error:  # handed to the caller, whatever it is
            result['error'] = error

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(seconds)
    if thread.is_alive():
        stay.end()
        overstayed = Overstayed('no answer within {:g} s'.format(seconds))
        overstayed.thread = thread
        raise overstayed
    if 'error' in result:
        raise result['error']
    return result['value']


class _Alarms:
    """Calls functions at their times, all from one thread, which is gone when there is nothing to wait for."""

    #: Seconds that the thread waits for more.
    IDLE = 10.0

    def __init__(self) -> None:
        self._wake = threading.Condition()
        self._set = []  # type: List[Tuple[float, int, Callable[[], None]]]
        self._numbers = itertools.count()
        self._running = False

    def set(self, seconds: float, ring: Callable[[], None]) -> int:
        with self._wake:
            number = next(self._numbers)
            heapq.heappush(self._set, (time.monotonic() + seconds, number, ring))
            if not self._running:
                self._running = True
                threading.Thread(target=self._run, name='scan-notify-alarms', daemon=True).start()
            elif self._set[0][1] == number:
                self._wake.notify()
        return number

    def cancel(self, number: int) -> None:
        with self._wake:
            self._set = [one for one in self._set if one[1] != number]
            heapq.heapify(self._set)

    def _run(self) -> None:
        while True:
            with self._wake:
                wait = self._set[0][0] - time.monotonic() if self._set else self.IDLE
                if wait > 0:
                    if not self._wake.wait(wait) and not self._set:
                        self._running = False
                        return
                    continue
                _, _, ring = heapq.heappop(self._set)
            ring()


_alarms = _Alarms()


@contextmanager
def alarm(seconds: float, ring: Callable[[], None]) -> Iterator[None]:
    """Calls ``ring`` in another thread if the block takes longer. It must be quick and raise nothing."""
    number = _alarms.set(seconds, ring)
    try:
        yield
    finally:
        _alarms.cancel(number)


def later(seconds: float, ring: Callable[[], None]) -> None:
    """Calls ``ring`` in another thread after so many seconds. It must be quick and raise nothing."""
    _alarms.set(seconds, ring)
