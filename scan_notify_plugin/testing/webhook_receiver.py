"""A receiver of webhooks, as strict as Standard Webhooks lets it be.

https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md: the headers, what is signed,
a timestamp within five minutes, an id that counts once; ``type``, ``timestamp`` and ``data``; better under 20 kB. Its
refusals are HTTP statuses. What is signed is worked out here, by nothing of the notifier's.
"""

import base64
import hashlib
import hmac
import json
import re
import secrets
from datetime import datetime
from typing import Any, Callable, Dict, List, Optional, Set, Tuple

from scan_notify_plugin.testing.robot_server import (  # fmt: skip
    Answer,
    Mentions,
    Message,
    Refused,
    Request,
    Robot,
    RobotServer,
    json_answer,
)

__all__ = ['WebhookReceiver', 'WebhookServer', 'make_secret']

#: Seconds that clocks may differ.
TOLERANCE = 300
MOST_BYTES = 20000


def make_secret(size: int = 32) -> str:
    """A new secret, as an endpoint's settings show it."""
    return 'whsec_' + base64.b64encode(secrets.token_bytes(size)).decode('ascii')


class WebhookReceiver(Robot):
    """One endpoint.

    :param secret: that it verifies by; '' for one that asks for no signature, and knows no id either
    :param token: that it wants in the header ``Token``, as the host's monitors send it; '' is none
    """

    WORDS = {
        400: 'malformed',
        401: 'not proven',
        405: 'wrong method',
        410: 'gone',
        413: 'too large',
        415: 'not JSON',
        429: 'too fast',
        503: 'busy',
    }

    def __init__(self, server: 'WebhookServer', alias: str, path: str, secret: str, token: str) -> None:
        super().__init__(server, alias)
        self.path = path
        self.secret = secret
        self.token = token
        self.method = 'POST'
        self._seen: Set[str] = set()

    @property
    def url(self) -> str:
        return self.server.base_url + self.path

    def admit(self, request: Request) -> None:
        if request.method != self.method:
            raise Refused(405)
        if self.token and not hmac.compare_digest(request.headers.get('Token') or '', self.token):
            raise Refused(401, 'no such token')
        if self.secret:
            self._verify(request)
        if len(request.body) > MOST_BYTES:
            raise Refused(413)

    def _verify(self, request: Request) -> None:
        message_id, sent = request.headers.get('webhook-id') or '', request.headers.get('webhook-timestamp') or ''
        if not re.fullmatch(r'[!-~]{1,100}', message_id) or '.' in message_id or not re.fullmatch('[0-9]{1,12}', sent):
            raise Refused(400, 'no webhook-id or webhook-timestamp')
        if abs(int(sent) - self.server.now().timestamp()) > TOLERANCE:
            raise Refused(401, 'the timestamp is too far away')
        key = base64.b64decode(self.secret.partition('_')[2])
        content = message_id.encode('ascii') + b'.' + sent.encode('ascii') + b'.' + request.body
        expected = 'v1,' + base64.b64encode(hmac.new(key, content, hashlib.sha256).digest()).decode('ascii')
        given: List[str] = (request.headers.get('webhook-signature') or '').split(' ')
        if not any(hmac.compare_digest(one, expected) for one in given):
            raise Refused(401, 'no signature is right')

    def accept(self, request: Request) -> str:
        event = read_event(request)
        message_id = request.headers.get('webhook-id')
        if self.secret and message_id in self._seen:
            return 'duplicate'
        self._seen.add(str(message_id))
        self.messages.append(
            Message(
                self.alias,
                str(event['type']),
                str(event['data'].get('title', '')),
                request.body.decode('utf-8'),
                Mentions(),
                message_id,
                len(request.body),
                self.server.now(),
                event,
            )
        )
        return 'accepted'

    def answer(self, code: int, words: str) -> Answer:
        if 300 <= code < 600:
            return json_answer(code, {'ok': False, 'error': words})
        return json_answer(200, {'ok': code == 0, 'code': code, 'error': words})


def read_event(request: Request) -> Dict[str, Any]:
    """The event in a request.

    :raises Refused: if there is none
    """
    kind = (request.headers.get('Content-Type') or '').partition(';')[0].strip()
    if kind != 'application/json':
        raise Refused(415)
    try:
        event = json.loads(request.body.decode('utf-8'), object_pairs_hook=_once)
    except ValueError:
        raise Refused(400, 'not JSON') from None
    if (
        not isinstance(event, dict)
        or set(event) != {'type', 'timestamp', 'data'}
        or not isinstance(event['data'], dict)
    ):
        raise Refused(400, 'expected type, timestamp and data')
    if not re.fullmatch(r'[a-zA-Z0-9_]+(\.[a-zA-Z0-9_]+)*', str(event['type'])):
        raise Refused(400, 'no such type')
    if not re.fullmatch(r'\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ', str(event['timestamp'])):
        raise Refused(400, 'no timestamp')
    return event


def _once(pairs: List[Tuple[Any, Any]]) -> Dict[str, Any]:
    made: Dict[str, Any] = {}
    for name, value in pairs:
        if name in made:
            raise ValueError('twice the same name')
        made[name] = value
    return made


class WebhookServer(RobotServer):
    """Endpoints, each at a path of its own."""

    def __init__(self, now: Optional[Callable[[], datetime]] = None, hold_seconds: float = 30.0) -> None:
        super().__init__(now, hold_seconds)
        self._robots: Dict[str, WebhookReceiver] = {}

    def add_receiver(self, alias: str = '', secret: str = '', token: str = '') -> WebhookReceiver:
        """A new endpoint, at a path that nobody guesses."""
        alias = alias or 'receiver-{}'.format(len(self._robots) + 1)
        robot = WebhookReceiver(self, alias, '/hooks/' + secrets.token_urlsafe(24), secret, token)
        self._robots[robot.path] = robot
        return robot

    def respond(self, request: Request) -> Answer:
        robot = self._robots.get(request.path)
        return self.stray(request, 404, Answer(404)) if robot is None else robot.handle(request)
