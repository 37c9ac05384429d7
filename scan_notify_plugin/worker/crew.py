"""Threads that work lanes, one thread for each lane, and an end for every call that they make into foreign code.

A visit of a lane is a generator: it yields each call that may hang, as a :class:`Call`, and gets back what the call
returned or raised. A call runs in the visit's own thread. If it overstays, another thread goes on with the visit, and
the one that hangs is left with nothing to do: one thread for each lane, and one for each call that hangs.
"""

import logging
import threading
import time
from collections import deque
from typing import Callable, Deque, Dict, Generator, List, NamedTuple, Optional, Set, Tuple, TypeVar, cast

from scan_notify_plugin.deadline import Overstayed, Stay, alarm, contained, later, no_answer_within, staying
from scan_notify_plugin.errors import in_words
from scan_notify_plugin.faults import Fault
from scan_notify_plugin.secret import redact
from scan_notify_plugin.worker.hands import Hands

#: Threads at once, and how many of them are for lanes that did not fail last time.
MOST, RESERVED = 500, 50
#: Exports at once, and runs whose results are read: they take the processor, and messages must not wait for it.
EXPORTS, COLLECTS = 2, 4
_PLACES = {'export:': EXPORTS, 'collect:': COLLECTS}
#: Visits at once that are not inside a call, and how many of these may be of lanes that failed last time.
HANDS, FOR_FAILED = 4, 2
#: Seconds until a thread is tried again where there was none to have.
AGAIN = 1.0

log = logging.getLogger('scan_notify')

T = TypeVar('T')


class Call(NamedTuple):
    """A call into foreign code."""

    plugin: str
    method: str
    seconds: float
    run: Callable[[], object]
    stay: Stay
    #: gets what the call returns when nobody waits for it any more
    late: Callable[[object], None] = lambda value: None
    #: when it last showed that it lives (of the monotonic clock), if it does that; it overstays after that
    beat: Callable[[], float] = lambda: 0.0
    #: operators do not hear of it if it overstays: it is for what they hear themselves
    quiet: bool = False

    @property
    def what(self) -> str:
        return '{}.{}'.format(self.plugin, self.method)


#: Returns the seconds until the lane wants to be visited again; None: it does not say.
Visit = Generator[Call, object, Optional[float]]


def returned(run: Callable[[], T], value: object) -> T:
    """The value that a visit gets back for a call of ``run``: the crew hands it over as it came, of any type."""
    return cast(T, value)


def _resumed(visit: Generator[Call, object, T], value: object, error: Optional[BaseException]) -> Call:
    """The next call of a visit, after what the last one returned or raised."""
    return visit.send(value) if error is None else visit.throw(error)


class Ended(NamedTuple):
    """The end of a visit."""

    #: seconds until the lane wants to be visited again; None: it does not say
    again: Optional[float]


def finish(visit: Generator[Call, object, T]) -> T:
    """Drive a visit to its end in this thread, without deadlines; what it returns."""
    value: object = None
    error: Optional[BaseException] = None
    while True:
        try:
            call = _resumed(visit, value, error)
        except StopIteration as end:
            return cast(T, end.value)
        value, error = None, None
        try:
            with staying(call.stay):
                value = call.run()
        except BaseException as raised:
            error = raised


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
        self._active: Set[str] = set()
        self._waiting: Deque[str] = deque()
        self._calls: Dict[str, Stayed] = {}
        self._hanging: Dict[str, Stayed] = {}
        self._hands = Hands(HANDS, FOR_FAILED)
        self._closed = False
        #: called with (lane, seconds) after each visit
        self.ended: Callable[[str, Optional[float]], None] = lambda lane, again: None

    def start(self, lane: str) -> None:
        """Visit a lane now, or when there is room; nothing if that is so already, or while a call hangs in it."""
        with self._lock:
            if self._closed or lane in self._active or lane in self._hanging:
                return
            waits, room = lane in self._waiting, self._has_room(lane)
            if waits and room:
                self._waiting.remove(lane)
            elif not room:
                self._waiting.extend([] if waits else [lane])
                return
            self._active.add(lane)
        try:
            self._thread(self._drive, lane, lambda: self._begin(lane))
        except RuntimeError as error:  # no more threads: whoever looks for due lanes comes again
            log.error('lane %s: %s', lane, error)
            with self._lock:
                self._active.discard(lane)

    def failed(self, lane: str, failed: bool) -> None:
        """Said by a visit: whether the service of its lane did not do what was asked."""
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
                self._left(stayed, Fault('call.stopped'))

    def _has_room(self, lane: str) -> bool:
        for prefix, places in _PLACES.items():
            if lane.startswith(prefix):
                return sum(active.startswith(prefix) for active in self._active) < places
        if self._hands.has_failed(lane):
            return len(self._active) < self._most - self._reserved
        return len(self._active) < self._most

    def _thread(self, run: Callable[..., None], *args: object) -> None:
        threading.Thread(target=run, args=args, daemon=True).start()

    def _drive(self, lane: str, go: Callable[[], Optional[Ended]]) -> None:
        """Let a visit go on in this thread. Whatever happens, it ends, or another thread has it."""
        try:
            ended = go()
        except BaseException as error:  # a visit reports its own failures; this is a fault of ours, or MongoDB's
            log.error('lane %s: %s', lane, _brief(error))
            log.debug('the trace of it', exc_info=True)
            ended = Ended(None)
        if ended is not None:
            self._end(lane, ended.again)

    def _begin(self, lane: str) -> Optional[Ended]:
        visit = self._visit(lane)
        return self._go_on(lane, visit, None, None)

    def _go_on(self, lane: str, visit: Visit, value: object, error: Optional[BaseException]) -> Optional[Ended]:
        """How a visit ended; None: another thread has it, because a call in this one overstayed."""
        while True:
            try:
                call = self._hands.use(lane, lambda: _resumed(visit, value, error))
                stayed = Stayed(lane, call, visit)
                value, error = self._result(stayed)
            except StopIteration as end:
                return Ended(end.value)
            except BaseException:
                visit.close()  # gives its lane back, if it did not come to that itself
                raise
            if not stayed.take():
                self._came_back(stayed, value, error)
                return None
            with self._lock:
                del self._calls[lane]

    def _result(self, stayed: Stayed) -> Tuple[object, Optional[BaseException]]:
        """What a call returned, or raised."""
        with self._lock:
            self._calls[stayed.lane] = stayed
        try:  # also for the alarm: without a descriptor or a thread for it the call is not made
            with alarm(stayed.call.seconds, lambda: self._ring(stayed)), staying(stayed.call.stay):
                return contained(stayed.call.run), None
        except Exception as raised:
            return None, raised

    def _ring(self, stayed: Stayed) -> None:
        """The alarm: unless the call has shown signs of life meanwhile, it has overstayed."""
        left = stayed.call.beat() + stayed.call.seconds - time.monotonic()
        if left > 0:
            later(left, lambda: self._ring(stayed))
        elif stayed.take():
            self._left(stayed, no_answer_within(stayed.call.seconds))

    def _left(self, stayed: Stayed, why: Fault) -> None:
        """Another thread goes on; the one in the call is on its own."""
        stayed.call.stay.end()
        with self._lock:
            self._calls.pop(stayed.lane, None)
            self._hanging[stayed.lane] = stayed
        self._go_after(stayed, Overstayed(why))

    def _go_after(self, stayed: Stayed, error: Overstayed) -> None:
        try:
            self._thread(self._drive, stayed.lane, lambda: self._after(stayed, error))
        except RuntimeError:  # no more threads
            later(AGAIN, lambda: self._go_after(stayed, error))

    def _after(self, stayed: Stayed, error: Overstayed) -> Optional[Ended]:
        if not self._closed:
            log.error('%s does not come back: %s (lane %s)', stayed.call.what, error, stayed.lane)
            self._tell(stayed.call)
        return self._go_on(stayed.lane, stayed.visit, None, error)

    def _came_back(self, stayed: Stayed, value: object, error: Optional[BaseException]) -> None:
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
            ready = [waiting for waiting in self._waiting if self._has_room(waiting)]
            # One place is free; those that did not fail go first.
            well = (waiting for waiting in ready if not self._hands.has_failed(waiting))
            chosen = next(well, ready[0] if ready else None)
            if chosen is not None:
                self._waiting.remove(chosen)
        if chosen is not None:
            self.start(chosen)
        self.ended(lane, again)


def _brief(error: BaseException) -> str:
    return redact(in_words(error))[:300]
