"""One internal application: who is in its organisation, what it sent, and how its next requests go wrong."""

import threading
from collections import deque
from datetime import datetime, timedelta
from typing import Callable, Deque, Dict, Iterable, List, NamedTuple, Optional, Set, Tuple, TypeVar, Union

from scan_notify_plugin.testing.dingtalk_openapi.card import Card
from scan_notify_plugin.testing.dingtalk_openapi.notification import WorkNotification
from scan_notify_plugin.testing.dingtalk_openapi.refusals import NEW, Code, Refused, Silence, accepted, refused
from scan_notify_plugin.testing.robot_server import Answer, Request
from scan_notify_plugin.testing.script import FAULTS, Script, Step, step_of

__all__ = ['App', 'Call', 'File', 'Interface', 'RobotMessage', 'Route']

T = TypeVar('T')


class Interface(NamedTuple):
    """One thing that can be asked for; ``run`` gives the answer's fields or raises Refused."""

    path: str
    run: Callable[['App', Request], Dict[str, object]]
    method: str = 'POST'
    has_token: bool = True  # else the application's own key and secret are in the body
    keeps_body: bool = True  # in App.calls; not where it holds a secret or a file

    @property
    def old(self) -> bool:
        """Whether it is of oapi.dingtalk.com."""
        return not self.path.startswith('/v1.0/')


class Call(NamedTuple):
    """One request, by what became of it and what its sender was told."""

    path: str
    outcome: str  # accepted, refused or lost (never read)
    answer: Code  # 0 = ok, the error code, or the name of the scripted misbehaviour
    body: bytes  # b'' where it holds a secret or a file
    received_at: datetime  # aware UTC


class RobotMessage(NamedTuple):
    """A message of the application's robot, to a group or to people."""

    msg_key: str
    param: Dict[str, object]  # of msgParam
    conversation: str  # openConversationId; '' to people
    user_ids: Tuple[str, ...]  # whom it reached; of a group nobody is named
    process_query_key: str
    received_at: datetime  # aware UTC


class File(NamedTuple):
    """An uploaded file."""

    media_id: str
    type: str  # image, voice, video or file
    name: str
    content_type: str
    content: bytes
    received_at: datetime  # aware UTC


class Route(NamedTuple):
    """Where clicks on cards with this callbackRouteKey go."""

    url: str
    secret: str  # '' = unsigned

    def __repr__(self) -> str:
        return 'Route({!r}, {!r})'.format(self.url, '***' if self.secret else '')


class App:
    """An application. All its settings may be changed at any time.

    :param users: ids and names of the people who can see it
    :param departments: ids and the user ids in them, sub-departments included
    :param conversations: openConversationIds of the groups that its robot is in
    :param templates: ids of its published card templates
    """

    qps = 20  # requests a second to one interface:
    # https://open.dingtalk.com/document/development/how-to-process-api-throttling-on-the-dingtalk-server

    def __init__(
        self,
        now: Callable[[], datetime],
        paths: Iterable[str],
        alias: str,
        app_key: str,
        app_secret: str,
        agent_id: int,
        robot_code: str,
        users: Dict[str, str],
        departments: Dict[int, List[str]],
        conversations: Iterable[str],
        templates: Iterable[str],
    ) -> None:
        self.now = now
        self.alias = alias
        self.app_key = app_key
        self.app_secret = app_secret
        self.agent_id = agent_id
        self.robot_code = robot_code
        self.corp_id = 'ding-corp'
        self.users = dict(users)
        self.departments = {number: list(members) for number, members in departments.items()}
        self.conversations = set(conversations)
        self.templates = set(templates)
        self.routes: Dict[str, Route] = {}

        #: User ids whom a work notification does not reach, with the code of forbidden_list or '' (failed).
        self.unreachable: Dict[str, str] = {}
        #: User ids for whom one-to-one messages are flow controlled.
        self.flow_controlled: Set[str] = set()
        #: openConversationIds and user ids to which no card can be delivered, with errorMsg.
        self.failing_spaces: Dict[str, str] = {}
        #: How many cards are made from now on without being delivered; their sender is told that the system is busy.
        self.half_made = 0
        #: Words that no message or card may hold.
        self.forbidden_words: Set[str] = set()
        #: How often a work notification's progress or result is asked before there is one.
        self.asks_before_result = 1
        #: Whether another address for a known route key is a success that names the earlier one; else it is refused.
        self.keeps_routes = False
        #: Calls left this month; None = no limit. Token calls are free.
        self.quota: Optional[int] = None

        self.calls: List[Call] = []
        self.work_notifications: Dict[int, WorkNotification] = {}  # by task id
        self.group_messages: List[RobotMessage] = []
        self.direct_messages: List[RobotMessage] = []
        self.files: Dict[str, File] = {}  # by media id
        self.cards: Dict[str, Card] = {}  # by outTrackId

        self.changed = threading.Condition()
        self._paths = frozenset(paths)
        self._script = Script()
        self._recent: Dict[str, Deque[datetime]] = {}
        self._cut_at: Deque[int] = deque()

    @property
    def token_calls(self) -> int:
        """How often a token was asked for."""
        return sum(call.path.endswith(('/accessToken', '/token', '/gettoken')) for call in self.calls)

    def misbehave(
        self, how: Union[Code, Answer], times: Optional[int] = 1, only: str = '', after: bool = False
    ) -> None:
        """Queue a misbehaviour for ``times`` requests, after those already queued; None: for all from then on.

        :param how: an error code to refuse with, on a page of the vendor's or not - a number waits for the next old
            interface, a word with a full stop, or one of :data:`NEW`, for the next new one -; a name of
            script.FAULTS, with ``_before`` (the default) or ``_after``; or any :class:`Answer`
        :param only: the path of the one interface that is meant; '' = whichever is asked next
        :param after: of an :class:`Answer`: the request is taken before
        """
        if only and only not in self._paths:
            raise ValueError('only: no path {!r}: expected one of {}'.format(only, ', '.join(sorted(self._paths))))
        step = step_of(how, after, FAULTS, _is_code)
        with self.changed:
            self._script.add(step._replace(path=only), times)

    def behave(self) -> None:
        """Forget the misbehaviours still queued."""
        with self.changed:
            self._script.clear()
            self._cut_at.clear()

    def cut_upload(self, after: int, times: int = 1) -> None:
        """Cut the next uploads once ``after`` bytes of their bodies have come."""
        with self.changed:
            self._cut_at.extend([after] * times)

    def wait_until(self, what: Callable[[], T], timeout: float = 5.0) -> T:
        """What ``what`` says, as soon as it is true; it is asked after every request and click.

        :param timeout: real seconds, whatever the server's ``now`` says; then TimeoutError
        """
        with self.changed:
            value = self.changed.wait_for(what, timeout)
            if not value:
                told = ['{0.path} {0.outcome} {0.answer}'.format(call) for call in self.calls]
                raise TimeoutError(
                    'not within {} s at {}; its calls: {}'.format(timeout, self.alias, ', '.join(told) or 'none')
                )
            return value

    def handle(self, interface: Interface, request: Request, authentic: bool) -> Answer:
        """One request from beginning to end; not ``authentic`` if its token has ended."""
        with self.changed:
            step = self._script.next(interface.path, lambda one: _speaks(one, interface))
            if step.lost and step.answer is not None:
                return self._note(interface, request, 'lost', step.name, step.answer)
            try:
                self._admit(interface, authentic)
                if step.refusal:
                    raise Refused(step.refusal)
                result = interface.run(self, request)
            except Refused as error:
                told, outcome, answer = error.code, 'refused', refused(error.code)
            except Silence:
                told, outcome, answer = 'timeout', 'refused', FAULTS['timeout']
            else:
                told, outcome, answer = 0, 'accepted', accepted(result, interface.old)
            if step.answer is not None:
                told, answer = step.name, step.answer
            return self._note(interface, request, outcome, told, answer)

    def bytes_of_upload(self, interface: Interface, length: int) -> int:
        """How much of an upload is read: all, unless one shall be cut."""
        with self.changed:
            if not self._cut_at:
                return length
            after = min(self._cut_at.popleft(), length - 1)
            self.calls.append(Call(interface.path, 'lost', 'cut_upload', b'', self.now()))
            return after

    def is_unsuitable(self, shown: str) -> bool:
        """Whether a text holds a forbidden word."""
        return any(word in shown for word in self.forbidden_words)

    def _note(self, interface: Interface, request: Request, outcome: str, told: Code, answer: Answer) -> Answer:
        body = request.body if interface.keeps_body else b''
        self.calls.append(Call(interface.path, outcome, told, body, self.now()))
        self.changed.notify_all()
        return answer

    def _admit(self, interface: Interface, authentic: bool) -> None:
        if not authentic:
            raise Refused(42001 if interface.old else 'InvalidAuthentication')
        self._check_pace(interface)
        if interface.has_token and self.quota is not None:
            if not self.quota:
                raise Refused(_either(interface, 90020, 'ApiCountLimitForOrg'))
            self.quota -= 1

    def _check_pace(self, interface: Interface) -> None:
        # Whether refused requests count is on no page: here they do not.
        now, recent = self.now(), self._recent.setdefault(interface.path, deque())
        while recent and now - recent[0] >= timedelta(seconds=1):
            recent.popleft()
        if len(recent) >= self.qps:
            raise Refused(_either(interface, 90018, 'QpsLimitForAppkeyAndApi'))
        recent.append(now)


def _is_code(how: Code) -> bool:
    return isinstance(how, int) or how in NEW or '.' in how


def _speaks(step: Step, interface: Interface) -> bool:
    """Whether an interface has codes of this kind."""
    return not step.refusal or isinstance(step.refusal, int) == interface.old


def _either(interface: Interface, old: int, new: str) -> Union[int, str]:
    return old if interface.old else 'Forbidden.AccessDenied.' + new
