"""Rounds of hooks beside the tick: it waits a moment for the answers, and finds them at its next turn if they take
longer.
"""

import logging
import threading
import time
from typing import Dict, List, Mapping, NamedTuple, Optional, Tuple

from scan_notify_plugin.deadline import wait_for
from scan_notify_plugin.errors import in_words
from scan_notify_plugin.faults import Fault
from scan_notify_plugin.plugins.dispatch import Answer, Dispatcher
from scan_notify_plugin.secret import redact

#: Seconds that one tick waits for plugins, all together.
PATIENCE = 1.0
#: Rounds that may be under way at once.
MOST = 20
#: Seconds for which answers are kept: their tick may have to decide again.
KEPT = 120.0

log = logging.getLogger('scan_notify')


class NotYet(Exception):
    """Some plugin has not answered; it is asked on, and the next tick looks again."""


class _Round(NamedTuple):
    done: threading.Event
    answers: List[List[Answer]]
    since: float


class Rounds:
    """Asks each question in a thread of its own. Used by one thread.

    :param patience: None: waits for every answer in the caller's thread
    """

    def __init__(self, dispatcher: Dispatcher, patience: Optional[float] = None) -> None:
        self._dispatcher = dispatcher
        self.patience = patience
        self._left = patience or 0.0
        self._rounds: Dict[Tuple[str, ...], _Round] = {}

    def refill(self) -> None:
        """A new tick, with new patience."""
        self._left = self.patience or 0.0
        now = time.monotonic()
        for key, round_ in list(self._rounds.items()):
            if round_.done.is_set() and now - round_.since > KEPT:
                del self._rounds[key]

    def call(self, hook: str, key: Tuple[str, ...], **arguments: object) -> List[Answer]:
        """The answers of one round, see :meth:`Dispatcher.call`.

        :param key: the same for the same question
        :raises NotYet: if they are not there in time
        """
        if self.patience is None:
            return self._dispatcher.call(hook, **arguments)
        asked = self._rounds.get((hook,) + key)
        if asked is None:
            if sum(not other.done.is_set() for other in self._rounds.values()) >= MOST:
                raise NotYet
            asked = _Round(threading.Event(), [], time.monotonic())
            threading.Thread(target=self._ask, args=(asked, hook, arguments), daemon=True).start()
            self._rounds[(hook,) + key] = asked
        begun = time.monotonic()
        came = wait_for(asked.done.is_set, max(0.02, self._left))
        self._left -= time.monotonic() - begun
        if not came:
            raise NotYet
        return asked.answers[0]

    def _ask(self, asked: _Round, hook: str, arguments: Mapping[str, object]) -> None:
        try:
            asked.answers.append(self._dispatcher.call(hook, **arguments))
        except BaseException as error:  # the dispatcher catches what plugins raise
            detail = redact(in_words(error))
            log.error('hook %s: %s', hook, detail)
            asked.answers.append([Answer('', [], (Fault('plugin.hook-failed', hook=hook, detail=detail),))])
        finally:
            asked.done.set()
