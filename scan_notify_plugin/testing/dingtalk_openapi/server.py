"""One server for https://api.dingtalk.com and https://oapi.dingtalk.com: their paths do not meet."""

import secrets
from datetime import datetime
from typing import Callable, Dict, Iterable, List, Optional, Tuple

from scan_notify_plugin.testing.dingtalk_openapi import callbacks, cards, credentials, media, robots, work
from scan_notify_plugin.testing.dingtalk_openapi.app import App, Interface
from scan_notify_plugin.testing.dingtalk_openapi.card import Card
from scan_notify_plugin.testing.dingtalk_openapi.fields import form
from scan_notify_plugin.testing.dingtalk_openapi.refusals import Code, Refused, refused
from scan_notify_plugin.testing.dingtalk_openapi.stream import Gateway
from scan_notify_plugin.testing.dingtalk_openapi.tokens import LIFE, Tokens
from scan_notify_plugin.testing.robot_server import Answer, Request, RobotServer

__all__ = ['DingTalkOpenApiServer']

UPLOAD = '/media/upload'
_CONVERSATION = '/topapi/message/corpconversation/'


class DingTalkOpenApiServer(RobotServer):
    """For a ``with``; make applications with :meth:`add_app`.

    A request with no known token or application key is in ``strays``, any other in its application's ``calls``.
    """

    def __init__(self, now: Optional[Callable[[], datetime]] = None, hold_seconds: float = 30.0) -> None:
        super().__init__(now, hold_seconds)
        self.apps: Dict[str, App] = {}  # by app key
        self.stream = Gateway(self._millis)
        self._tokens = Tokens(self.now)
        self._interfaces: Dict[Tuple[str, str], Interface] = {
            (one.path, one.method): one
            for one in (
                Interface(credentials.NEW_TOKEN, self._give_token, has_token=False, keeps_body=False),
                Interface(credentials.BY_CORP, self._give_corp_token, has_token=False, keeps_body=False),
                Interface(credentials.OLD_TOKEN, self._give_corp_token, 'GET', has_token=False, keeps_body=False),
                Interface(credentials.GATEWAY, self.stream.open, has_token=False, keeps_body=False),
                Interface('/v1.0/robot/groupMessages/send', robots.send_to_group),
                Interface('/v1.0/robot/oToMessages/batchSend', robots.send_to_users),
                Interface('/v1.0/card/instances/createAndDeliver', cards.create_and_deliver),
                Interface('/v1.0/card/instances/deliver', cards.deliver),
                Interface('/v1.0/card/instances', cards.create),
                Interface('/v1.0/card/instances', cards.update, method='PUT'),
                Interface('/v1.0/card/callbacks/register', cards.register, keeps_body=False),
                Interface(_CONVERSATION + 'asyncsend_v2', work.send),
                Interface(_CONVERSATION + 'getsendprogress', work.progress),
                Interface(_CONVERSATION + 'getsendresult', work.result),
                Interface(UPLOAD, media.upload, keeps_body=False),
            )
        }

    def add_app(
        self,
        alias: str = '',
        app_key: str = '',
        app_secret: str = '',
        agent_id: int = 0,
        robot_code: str = '',
        users: Optional[Dict[str, str]] = None,
        departments: Optional[Dict[int, List[str]]] = None,
        conversations: Iterable[str] = (),
        templates: Iterable[str] = (),
    ) -> App:
        """A new application as :class:`App` has them; names and credentials are made up where not given."""
        number = len(self.apps) + 1
        app_key = app_key or 'ding{}{}'.format(number, secrets.token_hex(8))
        if app_key in self.apps:
            raise ValueError('app_key: already that of another application')
        app = self.apps[app_key] = App(
            self.now,
            {path for path, _ in self._interfaces},
            alias or 'app-{}'.format(number),
            app_key,
            app_secret or secrets.token_hex(32),
            agent_id or 1000 + number,
            robot_code or app_key,
            users or {},
            departments or {},
            conversations,
            templates,
        )
        return app

    def expire_tokens(self, after_uses: int = 0) -> None:
        """End every token now, or once so many more requests have used one."""
        self._tokens.expire(after_uses)

    def click(
        self,
        out_track_id: str,
        user_id: str,
        action_ids: List[str],
        params: Optional[Dict[str, object]] = None,
        how: str = '',
        secret: Optional[str] = None,
        timestamp: Optional[int] = None,
    ) -> callbacks.Clicked:
        """A person clicks on a card; the application is told, and the card changes as it answers.

        :param how: http or stream; '' = as the card was made, and nothing else is possible
        :param secret: over HTTP, to sign with another than the registered one; '' = not at all
        :param timestamp: over HTTP, other milliseconds since 1970 than the server's
        :raises LookupError: if no card has that id, or nobody is connected who could be told
        """
        app = self._app_of(out_track_id)
        card = app.cards[out_track_id]
        if not card.callback_type or (how and how.upper() != card.callback_type):
            raise LookupError(
                'card {}: clicks are told by {}'.format(out_track_id, card.callback_type.lower() or 'nothing')
            )
        data = callbacks.payload(app, out_track_id, user_id, action_ids, params or {})
        if card.callback_type == 'STREAM':
            return self._click_stream(app, card, user_id, data)
        route = app.routes[card.route_key]
        return self.send_click(
            callbacks.signed_post(
                route.url,
                route.secret if secret is None else secret,
                self._millis() if timestamp is None else timestamp,
                data,
            )
        )

    def send_click(self, post: callbacks.Post) -> callbacks.Clicked:
        """Send a callback over HTTP: one made by hand, or that of an earlier click once more."""
        clicked = callbacks.post(post)
        data = callbacks.told(post)
        out_track_id, user_id = data.get('outTrackId'), data.get('userId')
        if clicked.status != 200 or not any(out_track_id in app.cards for app in self.apps.values()):
            return clicked
        app = self._app_of(str(out_track_id))
        applied = callbacks.apply_answer(app, app.cards[str(out_track_id)], str(user_id), clicked.answer)
        return clicked._replace(applied=applied)

    def respond(self, request: Request) -> Answer:
        path = credentials.known_path(request.path)
        interface = self._interfaces.get((path, request.method))
        if interface is None:
            status = 405 if any(path == one for one, _ in self._interfaces) else 404
            return self._stray(request, status, Answer(status))
        if not interface.has_token:
            return self._respond_to_credentials(interface, request)
        token = self._token(interface, request)
        app = self.apps.get(self._tokens.owner(token))
        if app is None:
            code: Code = 40014 if interface.old else 'InvalidAuthentication'
            return self._stray(request, code, refused(code))
        return app.handle(interface, request, self._tokens.use(token))

    def wanted(self, request: Request, length: int) -> int:
        app = self.apps.get(self._tokens.owner(request.query.get('access_token', '')))
        if app is None or request.path != UPLOAD or request.method != 'POST':
            return length
        return app.bytes_of_upload(self._interfaces[UPLOAD, 'POST'], length)

    def close(self) -> None:
        self.stream.close()
        super().close()

    def _stray(self, request: Request, told: Code, answer: Answer) -> Answer:
        # Its body may hold a secret that is right but for its key.
        return self.stray(request._replace(body=b''), told, answer)

    def _token(self, interface: Interface, request: Request) -> str:
        if interface.old:
            # The vendor's samples have it in the body.
            given = request.query.get('access_token') or form(request).get('access_token')
            return given or (media.form_token(request) if interface.path == UPLOAD else '')
        return request.headers.get('x-acs-dingtalk-access-token', '')

    def _respond_to_credentials(self, interface: Interface, request: Request) -> Answer:
        try:
            claim = credentials.claim(interface.path, request)
            app = self.apps.get(claim.key)
            if app is None or app.app_secret != claim.secret:
                raise Refused(claim.wrong)
            if claim.corp_id and claim.corp_id != app.corp_id:
                raise Refused('unauthorized.client')
        except Refused as error:
            return self._stray(request, error.code, refused(error.code))
        return app.handle(interface, request, True)

    def _give_token(self, app: App, request: Request) -> Dict[str, object]:
        return {'accessToken': self._tokens.give(app.app_key), 'expireIn': int(LIFE.total_seconds())}

    def _give_corp_token(self, app: App, request: Request) -> Dict[str, object]:
        return {'access_token': self._tokens.give(app.app_key), 'expires_in': int(LIFE.total_seconds())}

    def _app_of(self, out_track_id: str) -> App:
        for app in self.apps.values():
            if out_track_id in app.cards:
                return app
        raise LookupError('no card {!r}'.format(out_track_id))

    def _click_stream(self, app: App, card: Card, user_id: str, data: Dict[str, object]) -> callbacks.Clicked:
        connections = self.stream.of(app, callbacks.TOPIC)
        if not connections:
            raise LookupError('nobody is connected who has subscribed to {}'.format(callbacks.TOPIC))
        ack = self.stream.call_back(connections[0], callbacks.TOPIC, data, callbacks.SECONDS)
        reply, code = ack.get('data'), ack.get('code')
        answer = reply.get('response') if isinstance(reply, dict) else None
        applied = code == 200 and callbacks.apply_answer(app, card, user_id, answer)
        return callbacks.Clicked(code if isinstance(code, int) else 0, answer, applied)

    def _millis(self) -> int:
        return int(self.now().timestamp() * 1000)
