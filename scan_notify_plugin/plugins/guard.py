"""Short calls into plugins: each with a deadline, and none while an earlier one of the same plugin hangs."""

import logging
import threading
import time
from itertools import islice
from typing import Callable, Dict, List, Mapping, NamedTuple, Optional, TypeVar

from scan_notify_plugin.deadline import Overstayed, contained, wait_for, within
from scan_notify_plugin.faults import ENGLISH, Fault, quoted, say
from scan_notify_plugin.notifiers.base import Notifier

#: Calls of one plugin are made at once as long as none takes longer than so many seconds.
AT_ONCE = 1.0
#: Calls of one plugin at once: not many more can hang.
MOST = 10
#: More sentences about one target's options are not read, and of each so many characters.
MOST_PROBLEMS, MOST_CHARACTERS = 20, 300

log = logging.getLogger('scan_notify')

T = TypeVar('T')


def problems_of(notifier: Notifier, options: Mapping[str, object]) -> List[Fault]:
    """What a notifier finds wrong with options. To be called with a deadline: what comes piece by piece may hang.

    :raises Exception: whatever a third party's notifier raises, and nothing that would end a thread
    """
    return contained(lambda: list(map(quoted, islice(notifier.problems(options), MOST_PROBLEMS))))


class Hangs(Exception):
    """The plugin was not asked: it has not come back from an earlier call."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(say(fault, ENGLISH))
        self.fault = fault


class _Hanging(NamedTuple):
    thread: threading.Thread
    method: str
    since: float  # of the monotonic clock


class Guard:
    """Calls plugins. Safe for threads.

    :param overstayed: told the plugin and the method of each call that does not come back in time
    """

    def __init__(self, overstayed: Callable[[str, str], None] = lambda plugin, method: None) -> None:
        self._tell = overstayed
        self._hanging: Dict[str, _Hanging] = {}
        self._under_way: Dict[str, Dict[object, float]] = {}
        self._lock = threading.Lock()

    def call(self, plugin: str, method: str, seconds: float, run: Callable[[], T]) -> T:
        """What ``run`` returns or raises.

        :raises Hangs: if an earlier call of this plugin hangs
        :raises Overstayed: after ``seconds``; the call is named in the log
        """
        token = object()
        self._enter(plugin, token, seconds)
        try:
            return within(seconds, run)
        except Overstayed as error:
            if error.thread is not None:
                self._hanging[plugin] = _Hanging(error.thread, method, time.monotonic())
                log.error('%s.%s does not come back: %s', plugin, method, error)
                self._tell(plugin, method)
            raise
        finally:
            with self._lock:
                del self._under_way[plugin][token]

    def _enter(self, plugin: str, token: object, seconds: float) -> None:
        """Wait for calls of a plugin that take long, so that not many hang where the first one does."""

        def entered() -> bool:
            now = time.monotonic()
            with self._lock:
                begun = self._under_way.setdefault(plugin, {})
                if begun and (len(begun) >= MOST or now - min(begun.values()) > AT_ONCE):
                    return False
                begun[token] = now
                return True

        if not wait_for(lambda: self.hangs(plugin) is not None or entered(), seconds):
            raise Hangs(Fault('plugin.busy', plugin=plugin, seconds='{:g}'.format(seconds)))
        fault = self.hangs(plugin)
        if fault is not None:
            with self._lock:
                self._under_way.get(plugin, {}).pop(token, None)
            raise Hangs(fault)

    def hangs(self, plugin: str) -> Optional[Fault]:
        """Since when a plugin hangs, and in what; None if it does not."""
        hanging = self._hanging.get(plugin)
        if hanging is None:
            return None
        if not hanging.thread.is_alive():
            self._hanging.pop(plugin, None)
            return None
        seconds = int(time.monotonic() - hanging.since)
        return Fault('plugin.stuck', plugin=plugin, call=hanging.method, seconds=seconds)
