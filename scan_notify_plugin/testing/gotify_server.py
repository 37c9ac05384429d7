"""A Gotify server on loopback with one application: what Apprise's ``gotify://`` talks to in tests and in the demo.

https://github.com/gotify/server, docs/spec.json: ``POST /message`` with the application's token as ``X-Gotify-Key``,
``Authorization: Bearer`` or ``?token=``; ``message`` must be there, ``title``, ``priority`` and ``extras`` may. It
answers with the message as it was kept, or with ``error``, ``errorCode`` and ``errorDescription`` under that HTTP
status.
"""

import json
import secrets
from datetime import datetime
from typing import Callable, Dict, Mapping, Optional

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

__all__ = ['GotifyApplication', 'GotifyServer']

PATH = '/message'
_ERRORS = {400: 'Bad Request', 401: 'Unauthorized', 403: 'Forbidden', 404: 'Not Found'}
#: By field: of what type it must be. Others are refused by no rule of Gotify's, and are none that Apprise sends.
_FIELDS: Mapping[str, type] = {'message': str, 'title': str, 'priority': int, 'extras': dict}


class GotifyApplication(Robot):
    """One application: its token, and its messages."""

    def __init__(self, server: 'GotifyServer', alias: str) -> None:
        super().__init__(server, alias)
        self.token = 'A' + secrets.token_urlsafe(16).replace('-', 'x')

    @property
    def url(self) -> str:
        """As Apprise writes it, once the server is started."""
        return '{}/{}'.format(self.server.base_url.replace('http://', 'gotify://'), self.token)

    def accept(self, request: Request) -> str:
        body = _parsed(request)
        title, text = str(body.get('title', '')), str(body['message'])
        self.messages.append(
            Message(
                self.alias, 'message', title, '\n'.join(filter(None, [title, text])), Mentions(), None,
                len(request.body), self.server.now(), body,
            )
        )  # fmt: skip
        return 'accepted'

    def answer(self, code: int, words: str) -> Answer:
        return refusal(code, words)

    def success(self, request: Request) -> Answer:
        kept = self.messages[-1]
        about = {'id': len(self.messages), 'appid': 1, 'date': kept.received_at.isoformat()}
        return json_answer(200, dict(kept.body, **about))


def _parsed(request: Request) -> Dict[str, object]:
    if request.headers.get_content_type() != 'application/json':
        raise Refused(400, 'expected JSON')
    try:
        body = json.loads(request.body.decode('utf-8'))
    except ValueError:
        raise Refused(400, 'invalid character') from None
    if not isinstance(body, dict) or not body.get('message'):
        raise Refused(400, 'Field \'message\' is required')
    for name, value in body.items():
        if not isinstance(value, _FIELDS.get(name, object)):
            raise Refused(400, 'json: cannot unmarshal into {}'.format(name))
    return body


class GotifyServer(RobotServer):
    """``POST /message``."""

    def __init__(self, now: Optional[Callable[[], datetime]] = None, hold_seconds: float = 30.0) -> None:
        super().__init__(now, hold_seconds)
        self.application = GotifyApplication(self, 'gotify')

    def respond(self, request: Request) -> Answer:
        if request.path != PATH or request.method != 'POST':
            return self.stray(request, 404, refusal(404, 'page not found'))
        given = request.headers.get('X-Gotify-Key') or request.query.get('token')
        bearer = request.headers.get('Authorization', '')
        if self.application.token not in (given, bearer.partition('Bearer ')[2]):
            words = 'you need to provide a valid access token or user credentials to access this api'
            return self.stray(request, 401, refusal(401, words))
        return self.application.handle(request)


def refusal(code: int, words: str) -> Answer:
    """An error, as Gotify writes it."""
    return json_answer(code, {'error': _ERRORS.get(code, ''), 'errorCode': code, 'errorDescription': words})
