"""Calls that may hang: an alarm for each, and the end of waiting for it.

A thread cannot be killed. So who calls foreign code in a thread lets go of it when it overstays (:class:`Stay`), and
what still happens there can neither begin a request nor count.
"""

import heapq
import itertools
import logging
import select
import socket
import threading
import time
from typing import Callable, Generic, List, Optional, Tuple, TypeVar, Union

from scan_notify_plugin.errors import in_words
from scan_notify_plugin.faults import ENGLISH, Fault, quoted, say

log = logging.getLogger('scan_notify')

T = TypeVar('T')


def wait_for(condition: Callable[[], object], seconds: float, most: float = 0.05) -> bool:
    """Whether ``condition()`` comes true within ``seconds``, looked at every ``most`` seconds, sooner in the beginning.

    Not ``Event.wait(seconds)`` and its kin: before Python 3.9 their time-outs follow the wall clock, and last an hour
    longer if it is set back by one.
    """
    until, pause = time.monotonic() + seconds, 0.0005
    while not condition():
        left = until - time.monotonic()
        if left <= 0:
            return False
        time.sleep(min(pause, left))
        pause = min(pause * 2, most)
    return True


class Overstayed(Exception):
    """The call did not come back in time. It goes on in its thread; its result is dropped.

    :param why: a fault, or somebody else's words
    """

    #: the thread, where it is known
    thread: Optional[threading.Thread] = None

    def __init__(self, why: Union[str, Fault] = '') -> None:
        self.fault = quoted(why)
        super().__init__(say(self.fault, ENGLISH))


def no_answer_within(seconds: float) -> Fault:
    """Why a call is left behind."""
    return Fault('call.no-answer', seconds='{:g}'.format(seconds))


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
                raise Overstayed(Fault('call.over'))
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


def contained(call: Callable[[], T]) -> T:
    """What ``call`` into foreign code returns or raises. For a thread that nobody interrupts: what would end it or the
    process, as ``sys.exit()`` does, is an error like any other.
    """
    try:
        return call()
    except Exception:
        raise
    except BaseException as error:
        raise RuntimeError(in_words(error)) from error


class staying:
    """Makes a stay the :func:`current` one of this thread. No generator: in one, Python 3.6 mistakes a
    StopIteration.
    """

    def __init__(self, stay: Stay) -> None:
        self._stay = stay

    def __enter__(self) -> Stay:
        self._before = current()
        _here.stay = self._stay
        return self._stay

    def __exit__(self, *exc_info: object) -> None:
        _here.stay = self._before


def within(seconds: float, call: Callable[[], T]) -> T:
    """What ``call`` returns or raises.

    :raises Overstayed: after ``seconds``; ``call`` goes on in a thread of its own, in a stay that is over
    """
    returned: List[T] = []
    raised: List[BaseException] = []
    stay: Stay = Stay()

    def run() -> None:
        try:
            with staying(stay):
                returned.append(call())
        except BaseException as error:  # handed to the caller, whatever it is
            raised.append(error)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    if not wait_for(lambda: not thread.is_alive(), seconds):
        stay.end()
        overstayed = Overstayed(no_answer_within(seconds))
        overstayed.thread = thread
        raise overstayed
    if raised:
        raise raised[0]
    return returned[0]


class Beside(Generic[T]):
    """The newest answer to a question that may take long. It is asked in a thread of its own, one at a time.

    :param first: the answer until there is one
    """

    def __init__(self, ask: Callable[[], T], first: T) -> None:
        self._ask = ask
        self._thread: Optional[threading.Thread] = None
        self.known = first

    def answer(self, seconds: float) -> T:
        """Ask again; what comes within ``seconds``, else what is known."""
        if self._thread is None or not self._thread.is_alive():
            self._thread = threading.Thread(target=self._run, daemon=True)
            self._thread.start()
        asked = self._thread
        wait_for(lambda: not asked.is_alive(), seconds)
        return self.known

    def _run(self) -> None:
        try:
            self.known = self._ask()
        except Exception as error:
            log.error('no answer: %s: %s', type(error).__name__, error)


class _Alarms:
    """Calls functions at their times, all from one thread, which is gone when there is nothing to wait for."""

    #: Seconds that the thread waits for more.
    IDLE = 10.0

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._set: List[Tuple[float, int, Callable[[], None]]] = []
        self._numbers = itertools.count()
        #: a byte into it wakes the thread; its other end is selected on, whose time-out no clock moves
        self._wake: Optional[socket.socket] = None

    def set(self, seconds: float, ring: Callable[[], None]) -> int:
        with self._lock:
            if self._wake is None:
                self._begin()  # first: without a descriptor or a thread for it nothing is set
            number = next(self._numbers)
            heapq.heappush(self._set, (time.monotonic() + seconds, number, ring))
            if self._set[0][1] == number:
                self._rouse()
        return number

    def _begin(self) -> None:
        wake, end = socket.socketpair()
        wake.setblocking(False)
        try:
            threading.Thread(target=self._run, args=(end,), name='scan-notify-alarms', daemon=True).start()
        except RuntimeError:  # no more threads
            wake.close()
            end.close()
            raise
        self._wake = wake

    def _rouse(self) -> None:
        try:
            self._wake.send(b'x')  # type: ignore[union-attr]  # the thread that reads has made it
        except BlockingIOError:  # it has enough to read
            pass

    def cancel(self, number: int) -> None:
        with self._lock:
            self._set = [one for one in self._set if one[1] != number]
            heapq.heapify(self._set)

    def _run(self, end: socket.socket) -> None:
        idle_since = time.monotonic()
        while True:
            with self._lock:
                now = time.monotonic()
                if self._set:
                    idle_since = now
                wait = self._set[0][0] - now if self._set else idle_since + self.IDLE - now
                if wait <= 0:
                    if not self._set:
                        return self._close(end)
                    ring = heapq.heappop(self._set)[2]
            if wait > 0:
                if poll(end, wait):
                    end.recv(4096)
                continue
            try:
                ring()
            except Exception as error:  # one that fails must not silence the others
                log.error('an alarm failed: %s: %s', type(error).__name__, error)

    def _close(self, end: socket.socket) -> None:
        if self._wake is not None:
            self._wake.close()
        self._wake = None
        end.close()


def poll(end: socket.socket, seconds: float) -> bool:
    """Whether there is something to read within ``seconds``."""
    waiting = select.poll()  # not select(), which knows no descriptor above 1023
    waiting.register(end, select.POLLIN)
    return bool(waiting.poll(min(seconds, 3600.0) * 1000 + 1))


_alarms = _Alarms()


class alarm:
    """Calls ``ring`` in another thread if the block takes longer. It must be quick and raise nothing.

    No generator, as :class:`staying`.
    """

    def __init__(self, seconds: float, ring: Callable[[], None]) -> None:
        self._seconds, self._ring = seconds, ring

    def __enter__(self) -> None:
        self._number = _alarms.set(self._seconds, self._ring)

    def __exit__(self, *exc_info: object) -> None:
        _alarms.cancel(self._number)


def later(seconds: float, ring: Callable[[], None]) -> None:
    """Calls ``ring`` in another thread after so many seconds. It must be quick and raise nothing."""
    _alarms.set(seconds, ring)
