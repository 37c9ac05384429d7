"""Threads that work lanes, one thread for each lane, and an end for every call that they make into foreign code.

A visit of a lane is a generator: it yields each call that may hang, as a :class:`Call`, and gets back what the call
returned or raised. A call runs in the visit's own thread. If it overstays, another thread goes on with the visit, and
the one that hangs is left with nothing to do: one thread for each lane, and one for each call that hangs.
"""

import logging
import threading
import time
from collections import deque
from typing import Any, Callable, Deque, Dict, Generator, List, NamedTuple, Optional, Set

from scan_notify_plugin.deadline import Overstayed, Stay, alarm, staying, wait_for
from scan_notify_plugin.secret import redact
from scan_notify_plugin.worker.hands import Hands

#: Threads at once, and how many of them are for lanes that did not fail last time.
MOST, RESERVED = 500, 50
#: Exports at once: they take the processor, and messages must not wait for it.
EXPORTS = 2
#: Visits at once that are not inside a call, and how many of these may be of lanes that failed last time.
HANDS, FOR_FAILED = 4, 2

log = logging.getLogger('scan_notify')


class Call(NamedTuple):
    """A call into foreign code."""

    plugin: str
    method: str
    seconds: float
    run: Callable[[], Any]
    stay: Stay
    #: gets what the call returns when nobody waits for it any more
    late: Callable[[Any], None] = lambda value: None
    #: when it last showed that it lives (of the monotonic clock), if it does that; it overstays after that
    beat: Callable[[], float] = lambda: 0.0
    #: operators do not hear of it if it overstays: it is for what they hear themselves
    quiet: bool = False

    @property
    def what(self) -> str:
        return '{}.{}'.format(self.plugin, self.method)


Visit = Generator[Call, Any, Any]


def finish(visit: Visit) -> Any:
    """Drive a visit to its end in this thread, without deadlines; what it returns."""
    resume, value = visit.send, None  # type: Callable[[Any], Call], Any
    while True:
        try:
            call = resume(value)
        except StopIteration as end:
            return end.value
        try:
            with staying(call.stay):
                value = call.run()
            resume = visit.send
        except BaseException as error:
            resume, value = visit.throw, error  # type: ignore


class Stayed:
    """A call that somebody is in, and who goes on after it: its own thread or, once it overstayed, another."""

    def __init__(self, lane: str, call: Call, visit: Visit) -> None:
        self.lane = lane
        self.call = call
        self.visit = visit
        self.since = time.monotonic()
        self._lock = threading.Lock()
        self._taken = False

    def take(self) -> bool:
        """True for the first who asks: that one goes on with the visit."""
        with self._lock:
            taken, self._taken = self._taken, True
            return not taken


class Crew:
    """Visits lanes.

    :param visit: begins a visit; it returns the seconds after which the lane wants to be visited again, or None
    :param overstayed: told of each call that overstays
    """

    def __init__(
        self, visit: Callable[[str], Visit], overstayed: Callable[[Call], None] = lambda call: None, most: int = MOST
    ) -> None:
        self._visit = visit
        self._tell = overstayed
        self._most = most
        self._reserved = min(RESERVED, most // 2)
        self._lock = threading.RLock()
        self._active = set()  # type: Set[str]
        self._waiting = deque()  # type: Deque[str]
        self._calls = {}  # type: Dict[str, Stayed]
        self._hanging = {}  # type: Dict[str, Stayed]
        #: lanes whose last visit ended with a failure
        self._failed = set()  # type: Set[str]
        self._hands = Hands(HANDS, FOR_FAILED)
        self._closed = False
        #: called with (lane, seconds) after each visit
        self.ended = lambda lane, again: None  # type: Callable[[str, Optional[float]], None]

    def start(self, lane: str) -> None:
        """Visit a lane now, or when there is room; nothing if that is so already, or while a call hangs in it."""
        with self._lock:
            if self._closed or lane in self._active or lane in self._hanging or lane in self._waiting:
                return
            if not self._has_room(lane):
                self._waiting.append(lane)
                return
            self._active.add(lane)
        self._thread(self._begin, lane)

    def failed(self, lane: str, failed: bool) -> None:
        """Said by a visit: whether the service of its lane did not do what was asked."""
        with self._lock:
            (self._failed.add if failed else self._failed.discard)(lane)
        self._hands.failed(lane, failed)

    def active(self) -> List[str]:
        """The lanes that are being visited."""
        with self._lock:
            return sorted(self._active)

    def hanging(self) -> Dict[str, Stayed]:
        """The calls that overstayed and have not come back, by lane."""
        with self._lock:
            return dict(self._hanging)

    def close(self) -> None:
        """Begin no more visits."""
        with self._lock:
            self._closed = True
            self._waiting.clear()

    def let_go(self) -> None:
        """Wait for no call any longer; what was asked is in doubt, or certainly did not leave."""
        with self._lock:
            calls = list(self._calls.values())
        for stayed in calls:
            if stayed.take():
                self._left(stayed, 'the worker was told to stop')

    def wait(self, seconds: float) -> bool:
        """Until no lane is visited; False if that is not so after ``seconds``."""
        return wait_for(lambda: not self._active, seconds)

    def _has_room(self, lane: str) -> bool:
        if lane.startswith('export:'):
            return sum(one.startswith('export:') for one in self._active) < EXPORTS
        if lane in self._failed:
            return len(self._active) < self._most - self._reserved
        return len(self._active) < self._most

    def _thread(self, run: Callable[..., None], *args: Any) -> None:
        threading.Thread(target=run, args=args, daemon=True).start()

    def _begin(self, lane: str) -> None:
        visit = self._visit(lane)
        self._go_on(lane, visit, visit.send, None)

    def _go_on(self, lane: str, visit: Visit, resume: Callable[[Any], Call], value: Any) -> None:
        """Drive a visit until it ends, or until another thread has it because a call in this one overstayed."""
        while True:
            try:
                call = self._hands.use(lane, lambda: resume(value))
            except StopIteration as end:
                return self._end(lane, end.value)
            except BaseException as error:  # a visit reports its own failures; this is a fault of ours, or MongoDB's
                log.error('lane %s: %s: %s', lane, type(error).__name__, _brief(error))
                log.debug('the trace of it', exc_info=True)
                return self._end(lane, None)
            stayed = Stayed(lane, call, visit)
            with self._lock:
                self._calls[lane] = stayed
            value, error = None, None  # type: Any, Optional[BaseException]
            with alarm(call.seconds, lambda: self._ring(stayed)):
                try:
                    with staying(stayed.call.stay):
                        value = call.run()
                except BaseException as raised:
                    error = raised
            if not stayed.take():
                return self._returned(stayed, value, error)
            with self._lock:
                del self._calls[lane]
            resume, value = (visit.send, value) if error is None else (visit.throw, error)  # type: ignore

    def _ring(self, stayed: Stayed) -> None:
        """The alarm: unless the call has shown signs of life meanwhile, it has overstayed."""
        left = stayed.call.beat() + stayed.call.seconds - time.monotonic()
        if left > 0 and not stayed.call.stay.over:
            self._thread(self._watch, stayed, left)
        elif stayed.take():
            self._left(stayed, 'no answer within {:g} s'.format(stayed.call.seconds))

    def _watch(self, stayed: Stayed, left: float) -> None:
        """For the few calls that show signs of life."""
        while left > 0:
            time.sleep(min(left, 5.0))
            with self._lock:
                if self._calls.get(stayed.lane) is not stayed:
                    return
            left = stayed.call.beat() + stayed.call.seconds - time.monotonic()
        if stayed.take():
            self._left(stayed, 'no sign of life for {:g} s'.format(stayed.call.seconds))

    def _left(self, stayed: Stayed, why: str) -> None:
        """Another thread goes on; the one in the call is on its own."""
        stayed.call.stay.end()
        with self._lock:
            del self._calls[stayed.lane]
            self._hanging[stayed.lane] = stayed
        self._thread(self._after, stayed, Overstayed(why))

    def _after(self, stayed: Stayed, error: Overstayed) -> None:
        if not self._closed:
            log.error('%s does not come back: %s (lane %s)', stayed.call.what, error, stayed.lane)
            self._tell(stayed.call)
        self._go_on(stayed.lane, stayed.visit, stayed.visit.throw, error)  # type: ignore

    def _returned(self, stayed: Stayed, value: Any, error: Optional[BaseException]) -> None:
        try:
            if error is None:
                stayed.call.late(value)
        except Exception as raised:
            log.warning('%s came back late and could not be recorded: %s', stayed.call.what, _brief(raised))
        finally:
            with self._lock:
                if self._hanging.get(stayed.lane) is stayed:
                    del self._hanging[stayed.lane]
        log.warning('%s came back after %d s', stayed.call.what, time.monotonic() - stayed.since)

    def _end(self, lane: str, again: Optional[float]) -> None:
        with self._lock:
            self._active.discard(lane)
            ready = [one for one in self._waiting if self._has_room(one)]
            # One place is free; those that did not fail go first.
            chosen = next((one for one in ready if one not in self._failed), ready[0] if ready else None)
            if chosen is not None:
                self._waiting.remove(chosen)
        if chosen is not None:
            self.start(chosen)
        self.ended(lane, again)


def _brief(error: BaseException) -> str:
    return redact(str(error))[:300]
