"""Calls a hook on every plugin: one plugin's failure is one row, not an outage."""

import logging
import time
from collections import Counter
from datetime import datetime, timezone
from typing import Any, Callable, Dict, FrozenSet, Iterable, List, Mapping, NamedTuple, Optional, Union

from hookspecs import Export, Notify, Skip
from scan_notify_plugin.deadline import Overstayed
from scan_notify_plugin.errors import in_words
from scan_notify_plugin.faults import ENGLISH, Fault, Faults, say
from scan_notify_plugin.plugins.guard import Guard, Hangs
from scan_notify_plugin.plugins.loading import Plugins
from scan_notify_plugin.secret import redact

#: Seconds that one implementation may take.
LIMIT = 5.0
#: So many time-outs in a row park a plugin for so many seconds.
STRIKES, PARKED = 3, 600.0
_MAX_DETAIL = 300

ANSWERS = (Notify, Skip, Export)
Wish = Union[Notify, Skip, Export]

log = logging.getLogger('scan_notify')


class Answer(NamedTuple):
    """What one implementation answered, or how it failed."""

    plugin: str
    wants: List[Wish]
    faults: Faults = ()


class Dispatcher:
    """Walks the implementations itself: pluggy's own call stops at the first that raises."""

    def __init__(
        self,
        plugins: Plugins,
        limit: float = LIMIT,
        seconds: Callable[[], float] = time.monotonic,
        guard: Optional[Guard] = None,
    ) -> None:
        self._guard = guard or Guard()
        self._manager = plugins.manager
        self._limit = limit
        self._seconds = seconds
        self._strikes: Counter = Counter()
        self._parked_until: Dict[str, float] = {}
        self._left_out: FrozenSet[str] = frozenset()

    def leave_out(self, plugins: Iterable[str]) -> None:
        """Ask these plugins, by name, no more: they are switched off."""
        self._left_out = frozenset(plugins)

    def call(self, hook: str, **arguments: object) -> List[Answer]:
        """One round: every implementation once, in the order of the plugins' names (tryfirst, trylast apart)."""
        # pluggy keeps its list for calling from the end, and in the order in which names were given away.
        implementations = sorted(
            getattr(self._manager.hook, hook).get_hookimpls(),
            key=lambda one: (one.trylast - one.tryfirst, one.plugin_name),
        )
        return [
            self._ask(hook, implementation, arguments)
            for implementation in implementations
            if implementation.plugin_name not in self._left_out
        ]

    def _ask(self, hook: str, implementation: Any, arguments: Mapping[str, object]) -> Answer:
        name = implementation.plugin_name
        if self._seconds() < self._parked_until.get(name, 0):
            return Answer(name, [], (Fault('plugin.parked', plugin=name, count=STRIKES),))
        values = [arguments[argument] for argument in implementation.argnames]
        try:
            answer = self._guard.call(name, hook, self._limit, lambda: implementation.function(*values))
            self._strikes.pop(name, None)
            return Answer(name, _wishes(answer))
        except Hangs as error:
            return Answer(name, [], (Fault('plugin.not-asked', plugin=name, cause=error.fault),))
        except Overstayed as error:
            self._strikes[name] += 1
            if self._strikes[name] >= STRIKES:
                self._parked_until[name] = self._seconds() + PARKED
                del self._strikes[name]
            return self._failed(name, hook, error)
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # sys.exit(), and what asyncio calls its own
            return self._failed(name, hook, error, exc_info=True)

    def _failed(self, name: str, hook: str, error: BaseException, exc_info: bool = False) -> Answer:
        late = Fault('call.overstayed', cause=error.fault) if isinstance(error, Overstayed) else None
        detail = late or redact(in_words(error))[:_MAX_DETAIL]
        fault = Fault('plugin.failed', plugin=name, hook=hook, detail=detail)
        log.error('plugin %s', say(fault, ENGLISH), exc_info=exc_info)
        return Answer(name, [], (fault,))


def _wishes(answer: object) -> List[Wish]:
    if answer is None:
        return []
    items = [answer] if isinstance(answer, ANSWERS) else answer
    wishes = [item for item in items if _is_wish(item)] if isinstance(items, (list, tuple)) else []
    if not isinstance(items, (list, tuple)) or len(wishes) < len(items):
        raise TypeError(
            'a hook answers None, Notify(...), Skip(...), Export(...) or a list of them, got {!r}'.format(answer)
        )
    return [_in_utc(wish) for wish in wishes]


def _is_wish(wish: object) -> bool:
    """An answer of a known kind; what it names is looked up later, so it must be a text."""
    if isinstance(wish, Notify):
        return isinstance(wish.target, str) and (wish.not_before is None or _is_time(wish.not_before))
    return isinstance(wish, (Skip, Export)) and all(isinstance(text, str) for text in wish)


def _is_time(value: object) -> bool:
    """One that can be compared: with a zone."""
    return isinstance(value, datetime) and value.utcoffset() is not None


def _in_utc(wish: Wish) -> Wish:
    if isinstance(wish, Notify) and wish.not_before is not None:
        return wish._replace(not_before=wish.not_before.astimezone(timezone.utc))
    return wish
