"""Retries and pace for users of the library. The notify worker has its own and uses neither."""

import asyncio
import concurrent.futures
import socket
import threading
import time
import weakref
from collections import deque
from typing import Callable, Deque, Iterable, Optional

import requests

from scan_notify_plugin.errors import Reason, SendError


class RetryConfig:
    """How often and when a message is posted again.

    ``timeout`` means that no answer came, so the message may have arrived: retrying can make a second one. Leave it out
    where that is worse than none.

    :param max_attempts: retries after the first post
    :param backoff_strategy: seconds before each; the last is repeated
    :param retryable_errors: ``timeout``, ``connection_error``, ``http_<status>`` or ``errcode_<code>``
    :param rate_limit_wait: the least seconds before a retry after ``errcode_45009`` or ``http_429``
    """

    max_attempts = 3
    backoff_strategy: Iterable[float] = (1, 2, 5)
    retryable_errors: Iterable[str] = (
        'timeout',
        'connection_error',
        'http_500',
        'http_502',
        'http_503',
        # and what the vendor's tables add: busy, too fast, too many at the same time
        'errcode_-1',
        'errcode_45009',
        'errcode_45033',
        'http_429',
    )
    rate_limit_wait = 60.0

    def __init__(
        self,
        max_attempts: Optional[int] = None,
        backoff_strategy: Optional[Iterable[float]] = None,
        retryable_errors: Optional[Iterable[str]] = None,
        rate_limit_wait: Optional[float] = None,
    ) -> None:
        if max_attempts is not None:
            self.max_attempts = max_attempts
        if backoff_strategy is not None:
            self.backoff_strategy = tuple(backoff_strategy)
        if retryable_errors is not None:
            self.retryable_errors = tuple(retryable_errors)
        if rate_limit_wait is not None:
            self.rate_limit_wait = rate_limit_wait

    def is_retryable(self, error: BaseException) -> bool:
        """Whether a message that failed with ``error`` is posted again, if retries are left."""
        return name_of(error) in self.retryable_errors

    def wait(self, retry: int, error: BaseException) -> float:
        """Seconds before the ``retry``-th retry, from 1."""
        steps = list(self.backoff_strategy) or [0]
        seconds = float(steps[min(retry, len(steps)) - 1])
        if isinstance(error, SendError) and error.reason is Reason.THROTTLED:
            seconds = max(seconds, self.rate_limit_wait, error.retry_after or 0)
        return seconds


def name_of(error: BaseException) -> str:
    """What a failure is called in ``retryable_errors``; '' for one that has no such name.

    Knows the errors of this module's client, and those of requests, sockets and asyncio for callers with a client of
    their own.
    """
    if isinstance(error, SendError):
        if isinstance(error.code, int):
            return ('http_{}' if 200 <= error.code < 600 else 'errcode_{}').format(error.code)
        return {Reason.UNREACHABLE: 'connection_error', Reason.UNKNOWN: 'timeout'}.get(error.reason, '')
    response = getattr(error, 'response', None)
    if isinstance(error, requests.HTTPError) and response is not None:
        return 'http_{}'.format(response.status_code)
    # Separate classes until Python 3.11.
    timeouts = (requests.Timeout, socket.timeout, asyncio.TimeoutError, concurrent.futures.TimeoutError, TimeoutError)
    if isinstance(error, timeouts):
        return 'timeout'
    return 'connection_error' if isinstance(error, (requests.ConnectionError, ConnectionError)) else ''


class _Posts:
    """When a robot was posted to."""

    def __init__(self) -> None:
        self.times: Deque[float] = deque()
        self.lock = threading.Lock()


#: By robot, for as long as a notifier uses it: all notifiers of this process share a robot's allowance.
_POSTS: 'weakref.WeakValueDictionary[str, _Posts]' = weakref.WeakValueDictionary()


class Pace:
    """At most ``count`` posts to a robot in ``seconds``.

    :param robot: what identifies it; all that name the same one share its allowance
    """

    def __init__(
        self,
        robot: str,
        count: int,
        seconds: float,
        sleep: Callable[[float], object],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._posts = _POSTS.setdefault(robot, _Posts())
        self._count, self._seconds = count, seconds
        self._sleep, self._clock = sleep, clock

    def wait(self) -> None:
        """Come back when the next post may leave."""
        with self._posts.lock:
            times = self._posts.times
            while len(times) >= self._count:
                left = times[0] + self._seconds - self._clock()
                if left <= 0:
                    times.popleft()
                else:
                    self._sleep(left)
            times.append(self._clock())
