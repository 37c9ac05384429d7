"""A worker that no longer ticks but looks alive is worse than none: it ends itself, and is started again."""

import logging
import os
import sys
import threading
import time
from types import FrameType
from typing import Callable, Optional

from scan_notify_plugin.deadline import Overstayed, wait_for, within

#: Seconds without a tick, and what the process ends with then (EX_SOFTWARE of sysexits.h).
LIMIT, EXIT = 60.0, 70
#: Seconds between two looks; a look that comes this much later means that everything stood still.
LOOK, STOOD_STILL = 1.0, 10.0
#: Seconds for the one line that says why.
LAST_LINE = 2.0

log = logging.getLogger('scan_notify')


class Pulse:
    """Told of each tick, a failed one too; ends the process when they stop.

    :param end: ends the process
    """

    def __init__(self, end: Callable[[int], object] = os._exit) -> None:
        self._end = end
        self._beat_at = time.monotonic()
        self._looked_at = time.monotonic()
        self._thread: Optional[int] = None

    def beat(self) -> None:
        """The calling thread has ticked."""
        self._beat_at = time.monotonic()
        self._thread = threading.current_thread().ident

    def watch(self, stopping: threading.Event) -> None:
        """Until ``stopping`` is set."""
        self._looked_at = self._beat_at = time.monotonic()
        while not wait_for(stopping.is_set, LOOK, 0.2):
            self.look()

    def look(self) -> None:
        now = time.monotonic()
        if now - self._looked_at > STOOD_STILL:  # a suspended machine, a stopped process: nobody could tick
            self._beat_at = now
        self._looked_at = now
        if now - self._beat_at > LIMIT:
            try:
                within(LAST_LINE, self._log_why)
            except (Exception, Overstayed):  # it may be the log that the tick hangs in
                pass
            self._end(EXIT)

    def _log_why(self) -> None:
        log.critical(
            'no tick for %d s, this worker ends itself to be started again (exit %d): it hangs in %s',
            LIMIT, EXIT, where(self._thread),
        )  # fmt: skip
        logging.shutdown()


def where(thread: Optional[int]) -> str:
    """What a thread is at: the call inside our own code, and the innermost one.

    :param thread: its identifier; None if it is not known
    """
    frame = None if thread is None else sys._current_frames().get(thread)
    inner, ours = _named(frame), ''
    while frame is not None and not ours:
        if 'scan_notify_plugin' in frame.f_code.co_filename:
            ours = _named(frame)
        frame = frame.f_back
    return inner if not ours or ours == inner else '{}, called by {}'.format(inner, ours)


def _named(frame: Optional[FrameType]) -> str:
    if frame is None:
        return 'an unknown place'
    code = frame.f_code
    return '{} ({}:{})'.format(code.co_name, os.path.basename(code.co_filename), frame.f_lineno)
