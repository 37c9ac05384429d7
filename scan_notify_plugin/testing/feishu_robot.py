"""Feishu's custom bot, as strict as the real one. Where its rules come from: the tags of :mod:`.feishu_rules`, and

- TOKEN: what an unknown token is answered with is a report: https://github.com/sansan0/TrendRadar/issues/278
- STATUS: that 9499 comes with HTTP 400, too: https://github.com/ccfos/nightingale/issues/1437
"""

import base64
import hashlib
import hmac
import re
import uuid
from collections import deque
from datetime import datetime, timedelta
from typing import Any, Callable, Deque, Dict, Mapping, Optional, Sequence

from scan_notify_plugin.testing.feishu_rules import BAD_REQUEST, NO_ALL, parse, read_content
from scan_notify_plugin.testing.robot_server import (
    FAULTS,
    Answer,
    Message,
    Refused,
    Request,
    Robot,
    RobotServer,
    json_answer,
)

__all__ = ['FeishuRobot', 'FeishuRobotServer', 'signature']

HOOK = '/open-apis/bot/v2/hook/'
NO_TOKEN, SIGN, KEYWORD, TOO_FAST = 19001, 19021, 19024, 11232


class FeishuRobot(Robot):
    """One bot in one group; there is no idempotency key: a repeated body is a second message.

    :param members: the ids of those who are in the group, where nobody else can be mentioned (F1); None: all
    """

    per_minute, per_second = 100, 5  # F1
    tolerance = timedelta(hours=1)  # F1

    faults = dict(
        FAULTS,
        legacy=json_answer(200, {'StatusCode': 0, 'StatusMessage': 'success'}),
        # It starts like a success, for clients that look for one instead of parsing.
        not_json=Answer(200, b'{"code":0,"msg":"success', (('Content-Type', 'application/json; charset=utf-8'),)),
    )

    WORDS = {
        9499: 'Bad Request',
        11232: 'frequency limited psm[lark.oapi.app_platform_runtime]appID[1500]',
        11235: 'this group is set to only admin can mention @All',
        11246: 'create message content fail',
        11248: 'message is sensitive',
        11310: 'Failed to create card content, ext=ErrCode: 11310; ErrMsg: card table number over limit',
        11312: 'messages do not pass the audit',
        19001: 'param invalid: incoming webhook access token invalid',
        19021: 'sign match fail or timestamp is not within one hour from current time',
        19022: 'Ip Not Allowed',
        19024: 'Key Words Not Found',
        19036: 'The message exceeds the size limit of 30KB',
        99991400: 'request trigger frequency limit',
    }

    def __init__(
        self,
        server: 'FeishuRobotServer',
        alias: str,
        token: str,
        secret: str = '',
        keywords: Sequence[str] = (),
        members: Optional[Sequence[str]] = None,
        all_allowed: bool = True,
    ) -> None:
        if isinstance(keywords, str) or len(keywords) > 10:
            raise ValueError('keywords: expected a list of at most 10')
        super().__init__(server, alias)
        self.token, self.secret, self.keywords, self.all_allowed = token, secret, tuple(keywords), all_allowed
        self.members = None if members is None else frozenset(members)
        self._recent: Deque[datetime] = deque()

    @property
    def webhook_url(self) -> str:
        """What an administrator copies from Feishu, once the server is started."""
        return self.server.base_url + HOOK + self.token

    def admit(self, request: Request) -> None:
        self._check_pace(self.server.now())

    def accept(self, request: Request) -> str:
        body = parse(request.body)
        if self.secret:
            self._check_sign(body)
        content = read_content(body)
        if self.keywords and not any(keyword in content.text for keyword in self.keywords):
            raise Refused(KEYWORD)
        if content.at.all and not self.all_allowed:  # the card is refused then (MD)
            raise Refused(NO_ALL)
        at = content.at
        if self.members is not None:
            at = at._replace(user_ids=tuple(name for name in at.user_ids if name in self.members))
        self.messages.append(
            Message(
                self.alias, str(body['msg_type']), content.title, content.text, at, None, len(request.body),
                self.server.now(), body,
            )  # fmt: skip
        )
        return 'accepted'

    def answer(self, code: int, words: str) -> Answer:
        if code == 0:
            return json_answer(
                200, {'StatusCode': 0, 'StatusMessage': 'success', 'code': 0, 'data': {}, 'msg': 'success'}
            )
        return json_answer(400 if code == BAD_REQUEST else 200, {'code': code, 'msg': words, 'data': {}})

    def _check_pace(self, now: datetime) -> None:
        # Whether refused messages count is not told: here they do not.
        while self._recent and now - self._recent[0] >= timedelta(minutes=1):
            self._recent.popleft()
        second = sum(1 for at in self._recent if now - at < timedelta(seconds=1))
        if len(self._recent) >= self.per_minute or second >= self.per_second:
            raise Refused(TOO_FAST)
        self._recent.append(now)

    def _check_sign(self, body: Mapping[str, object]) -> None:
        timestamp = str(body.get('timestamp', ''))
        if not re.match(r'[0-9]{1,12}\Z', timestamp):
            raise Refused(SIGN)
        off = abs(self.server.now().timestamp() - int(timestamp))
        if off > self.tolerance.total_seconds() or body.get('sign') != signature(timestamp, self.secret):
            raise Refused(SIGN)


class FeishuRobotServer(RobotServer):
    """``POST /open-apis/bot/v2/hook/TOKEN`` (F1) for many bots."""

    def __init__(self, now: Optional[Callable[[], datetime]] = None, hold_seconds: float = 30.0) -> None:
        super().__init__(now, hold_seconds)
        self._robots: Dict[str, FeishuRobot] = {}

    def add_robot(self, alias: str = '', token: str = '', **settings: Any) -> FeishuRobot:
        """A new bot, its alias and token made up where not given.

        :param settings: secret, keywords, members and all_allowed, as :class:`FeishuRobot` takes them
        """
        alias = alias or 'robot-{}'.format(len(self._robots) + 1)
        robot = FeishuRobot(self, alias, token or str(uuid.uuid4()), **settings)
        if robot.token in self._robots:
            raise ValueError('token: already that of another robot')
        self._robots[robot.token] = robot
        return robot

    def respond(self, request: Request) -> Answer:
        if not request.path.startswith(HOOK):
            return self.stray(request, 404, Answer(404))
        if request.method != 'POST':
            return self.stray(request, 405, Answer(405))
        token = request.path[len(HOOK) :]
        if token in self._robots:
            return self._robots[token].handle(request)
        return self.stray(
            request, NO_TOKEN, json_answer(200, {'code': NO_TOKEN, 'msg': FeishuRobot.WORDS[NO_TOKEN], 'data': {}})
        )


def signature(timestamp: str, secret: str) -> str:
    """F1: the text is the key, and what is signed is empty."""
    key = '{}\n{}'.format(timestamp, secret).encode('utf-8')
    return base64.b64encode(hmac.new(key, digestmod=hashlib.sha256).digest()).decode('ascii')
