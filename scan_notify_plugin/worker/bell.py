"""Rings lanes over the broker, so that any worker may take them; what the broker does not carry is worked at home."""

import logging
import queue
import threading
import time
from typing import Callable, Optional, Set

from scan_notify_plugin.faults import ENGLISH, Fault, quoted, say
from scan_notify_plugin.secret import redact

#: Seconds that a ring may take before the next ones do not wait for the broker.
PATIENCE = 1.0
#: Seconds after a failure until the broker is tried again.
TROUBLE = 5.0
_MOST = 1000
#: The name of no lane.
PROBE = ''

log = logging.getLogger('scan_notify')


class Bell:
    """Publishes in a thread of its own.

    :param publish: raises if the broker is away; may take long
    :param home: works a lane in this process; returns at once
    :param changed: told when the broker is away (True) and when it is back
    """

    def __init__(
        self,
        publish: Callable[[str], None],
        home: Callable[[str], None],
        changed: Callable[[bool], None] = lambda away: None,
    ) -> None:
        self._publish = publish
        self._home = home
        self._changed = changed
        self._queue: 'queue.Queue[str]' = queue.Queue(_MOST)
        self._queued: Set[str] = set()
        self._lock = threading.Lock()
        self._busy_since: Optional[float] = None
        self._again_at = 0.0
        self._blocked = ''
        #: why the broker does not carry; None while it does
        self.trouble: Optional[Fault] = None

    def start(self) -> None:
        threading.Thread(target=self._run, name='scan-notify-bell', daemon=True).start()

    def ring(self, lane: str) -> None:
        """Have a lane worked, here or by another worker. Returns at once and raises nothing."""
        if not self._carries():
            return self._home(lane)
        with self._lock:
            if lane in self._queued:
                return
            self._queued.add(lane)
        try:
            self._queue.put_nowait(lane)
        except queue.Full:
            with self._lock:
                self._queued.discard(lane)
            self._home(lane)

    def probe(self) -> None:
        """Where there is trouble, look whether it is over."""
        if self.trouble is not None and self._queue.empty() and self._carries():
            self._queue.put_nowait(PROBE)

    def blocked(self, reason: str) -> None:
        """The broker's word that it takes nothing, or with '' that it does again."""
        before, self._blocked = self._blocked, reason
        if reason or before:
            self._say(Fault('broker.blocked', reason=reason) if reason else None)

    def _carries(self) -> bool:
        now = time.monotonic()
        busy = self._busy_since
        if busy is not None and now - busy > PATIENCE:
            self._say(Fault('broker.silent', seconds='{:g}'.format(PATIENCE)))
            return False
        if self.trouble is not None and now < self._again_at:
            return False
        self._again_at = now + TROUBLE  # where there is trouble, one ring tries it for the others
        return True

    def _run(self) -> None:
        while True:
            lane = self._queue.get()
            with self._lock:
                self._queued.discard(lane)
            self._busy_since = time.monotonic()
            try:
                self._publish(lane)
            except Exception as error:  # each transport has its own
                self._again_at = time.monotonic() + TROUBLE
                self._say(quoted('{}: {}'.format(type(error).__name__, redact(str(error))[:200])))
                if lane != PROBE:
                    self._home(lane)
            else:
                if not self._blocked:
                    self._say(None)
                elif lane != PROBE:
                    self._home(lane)
            finally:
                self._busy_since = None

    def _say(self, trouble: Optional[Fault]) -> None:
        with self._lock:
            before, self.trouble = self.trouble, trouble
        if (before is None) == (trouble is None):
            return
        if trouble is not None:
            log.warning('the broker does not carry, this worker works alone: %s', say(trouble, ENGLISH))
        else:
            log.info('the broker carries again')
        self._changed(trouble is not None)
