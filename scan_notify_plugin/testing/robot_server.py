"""A threaded HTTP server on loopback with robots that can be told to misbehave.

The base of every fake channel: a channel subclasses :class:`Robot` (its rules) and
:class:`RobotServer` (which robot a request is for).
"""

import threading
from datetime import datetime
from typing import Callable, Dict, List, NamedTuple, Optional, Tuple, TypeVar, Union
from urllib.parse import urlsplit

from scan_notify_plugin.testing.listener import Listener, Request, Served
from scan_notify_plugin.testing.script import (
    FAULTS,
    Answer,
    Script,
    Step,
    errcode_answer,
    fault,
    json_answer,
    step_of,
)

__all__ = [
    'FAULTS',
    'Answer',
    'Call',
    'Mentions',
    'Message',
    'Refused',
    'Request',
    'Robot',
    'RobotServer',
    'errcode_answer',
    'fault',
    'json_answer',
]


class Mentions(NamedTuple):
    """Who is really mentioned, which can be fewer than the sender asked for."""

    mobiles: Tuple[str, ...] = ()
    user_ids: Tuple[str, ...] = ()
    all: bool = False


class Message(NamedTuple):
    """One message as the group sees it."""

    robot: str  # the alias: a printed message shows no credential
    msgtype: str
    title: str  # '' where the type has none
    text: str
    at: Mentions
    msg_uuid: Optional[str]
    size: int  # bytes of the request's body
    received_at: datetime  # aware UTC
    body: Dict[str, object]  # the parsed JSON


class Call(NamedTuple):
    """One request, by what became of it and what its sender was told."""

    outcome: str  # accepted, duplicate (dropped), refused or lost (never read)
    answer: Union[int, str]  # the error code (0 = ok), or the name of the scripted misbehaviour
    body: bytes
    received_at: datetime  # aware UTC


class Refused(Exception):
    """The robot says no: the channel's error code, and words where its table is not enough."""

    def __init__(self, code: int, words: str = '') -> None:
        super().__init__(code, words)
        self.code = code
        self.words = words


class Robot:
    """One robot: its script of misbehaviour, every call, and every message that it accepted.

    A channel's robot implements :meth:`admit` and :meth:`accept`; both run under its lock.
    """

    WORDS: Dict[int, str] = {}
    faults = FAULTS
    paths: Dict[str, str] = {}  # short name: path, where a robot has more than one

    def __init__(self, server: 'RobotServer', alias: str) -> None:
        self.server = server
        self.alias = alias
        self.messages: List[Message] = []
        self.calls: List[Call] = []
        self._script = Script()
        self._changed = threading.Condition()

    def misbehave(
        self, how: Union[int, str, Answer], times: Optional[int] = 1, only: Optional[str] = None, after: bool = False
    ) -> None:
        """Queue a misbehaviour for ``times`` requests, after those already queued; None: for all from then on.

        :param how: an error code to refuse with, on a page of the vendor's or not (0 = behave); a name of
            ``faults``, with ``_before`` (the default: the message is never read) or ``_after`` (it is taken, and
            then the sender is answered this); or any :class:`Answer`
        :param only: a name of ``paths``: it waits for a request to that path and lets others by
        :param after: of an :class:`Answer`: the message is taken before
        """
        if only is not None and only not in self.paths:
            raise ValueError(
                'only: no path {!r}: expected one of {}'.format(only, ', '.join(sorted(self.paths)) or 'none')
            )
        step = step_of(how, after, self.faults, lambda one: isinstance(one, int))
        with self._changed:
            self._script.add(step._replace(path=self.paths[only] if only else ''), times)

    def behave(self) -> None:
        """Forget the misbehaviours still queued."""
        with self._changed:
            self._script.clear()

    def wait_for(self, count: int, timeout: float = 5.0) -> List[Message]:
        """The messages, as soon as there are ``count``.

        :param timeout: real seconds, whatever the server's ``now`` says; then TimeoutError
        """
        with self._changed:
            if not self._changed.wait_for(lambda: len(self.messages) >= count, timeout):
                told = ['{0.outcome} {0.answer}'.format(call) for call in self.calls]
                raise TimeoutError(
                    '{} of {} messages at {} after {} s; its calls: {}'.format(
                        len(self.messages), count, self.alias, timeout, ', '.join(told) or 'none'
                    )
                )
            return list(self.messages)

    def admit(self, request: Request) -> None:
        """Raise :class:`Refused` for what is decided before the body: credential, pace."""

    def accept(self, request: Request) -> str:
        """Keep the message and say 'accepted' or 'duplicate', or raise :class:`Refused`."""
        raise NotImplementedError

    def answer(self, code: int, words: str) -> Answer:
        """The channel's envelope."""
        return errcode_answer(code, words)

    def success(self, request: Request) -> Answer:
        """What the sender is told of a request just accepted; under the same lock."""
        return self.answer(0, 'ok')

    def handle(self, request: Request) -> Answer:
        """One request from beginning to end."""
        with self._changed:
            step = self._script.next(request.path)
            outcome, code, answer = ('lost', 0, Answer(0)) if step.lost else self._take(request, step)
            told = step.name if step.answer else code
            self.calls.append(Call(outcome, told, request.body, self.server.now()))
            self._changed.notify_all()
        return step.answer or answer

    def _take(self, request: Request, step: Step) -> Tuple[str, int, Answer]:
        try:
            self.admit(request)
            if step.refusal:
                raise Refused(step.refusal)  # type: ignore[arg-type]  # a number here
            return self.accept(request), 0, self.success(request)
        except Refused as error:
            words = error.words or self.WORDS.get(error.code, 'error')
            return 'refused', error.code, self.answer(error.code, words)


_Server = TypeVar('_Server', bound='RobotServer')


class RobotServer(Served):
    """A server on 127.0.0.1, on a port that the system chooses; for a ``with``, and used once.

    :param now: tells the time, aware UTC; all that the robots time follows it
    :param hold_seconds: real seconds that a scripted timeout holds its connection, unless the
        server is closed before
    """

    def __init__(self, now: Optional[Callable[[], datetime]] = None, hold_seconds: float = 30.0) -> None:
        super().__init__(now, hold_seconds)
        self.base_url = ''  # known once started
        self.strays: List[Call] = []
        self._listener: Optional[Listener] = None

    def stray(self, request: Request, told: Union[int, str], answer: Answer) -> Answer:
        """Note a request that is no robot's in ``strays``, and give ``answer`` back."""
        self.strays.append(Call('refused', told, request.body, self.now()))
        return answer

    def start(self) -> None:
        """Listen; ``base_url`` is known from here."""
        self._listener = Listener(self, urlsplit(self.base_url).port or 0)
        self.base_url = 'http://127.0.0.1:{}'.format(self._listener.server_address[1])

    def refuse(self) -> None:
        """Refuse connections from now on; :meth:`start` accepts them again, at the same address."""
        if self._listener is not None:
            self._listener.end()
            self._listener = None

    def close(self) -> None:
        """Wake what is held, let answers under way go out, end every thread."""
        self.closing.set()
        self.refuse()

    def __enter__(self: _Server) -> _Server:
        self.start()
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.close()
