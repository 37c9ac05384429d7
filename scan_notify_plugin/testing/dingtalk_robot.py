"""DingTalk's custom robot (webhook), as strict as the real one.

Where its rules come from, by the tags used below:

- D1: https://open.dingtalk.com/document/development/custom-robots-send-group-messages
- D2: https://open.dingtalk.com/document/development/robot-message-type
- D3: https://open.dingtalk.com/document/dingstart/customize-robot-security-settings
- SIZE: https://github.com/timonwong/prometheus-webhook-dingtalk/issues/30 (on no page of theirs)
- FAST: https://github.com/ccfos/nightingale/issues/369 (the answer as seen in the field)
"""

import base64
import hashlib
import hmac
import json
import re
import secrets
from collections import deque
from datetime import datetime, timedelta
from typing import Any, Callable, Deque, Dict, List, Mapping, Optional, Sequence, Tuple

from scan_notify_plugin.testing.robot_server import (
    Answer,
    Mentions,
    Message,
    Refused,
    Request,
    Robot,
    RobotServer,
    errcode_answer,
)

__all__ = ['DingTalkRobot', 'DingTalkRobotServer', 'signature']

MISSING, CONTENT_TYPE, DISSOLVED, NO_TOKEN, DISABLED = 40035, 43004, 400013, 400101, 400102
MSGTYPE, THROTTLED, UNSUITABLE = 400105, 410100, 430104
SECURITY, TOO_LONG, TOO_FAST = 310000, 460101, 130101

#: The strings that a type must have (D2). Case counts: messageUrl here, messageURL in a feedCard.
REQUIRED: Dict[str, Tuple[str, ...]] = {
    'text': ('content',),
    'link': ('title', 'text', 'messageUrl'),
    'markdown': ('title', 'text'),
    'actionCard': ('title', 'text'),
    'feedCard': (),
}


def signature(secret: str, timestamp: str) -> str:
    """The sign of a request (D3), base64, not yet URL-quoted.

    :param timestamp: milliseconds since 1970, as it stands in the query
    """
    message = '{}\n{}'.format(timestamp, secret).encode('utf-8')
    digest = hmac.new(secret.encode('utf-8'), message, hashlib.sha256).digest()
    return base64.b64encode(digest).decode('ascii')


class DingTalkRobot(Robot):
    """One robot in one group; ``dissolved`` and ``disabled`` may be set at any time.

    :param secret: turns the sign mode on where given (D3)
    :param keywords: up to ten, of which a message must hold one (D3)
    :param memory: how long a msgUuid is remembered; the vendor does not tell (D1)
    """

    max_bytes = 20000  # of the body as sent (SIZE)
    per_minute = 20  # D1
    penalty = timedelta(minutes=10)  # D1
    tolerance = timedelta(hours=1)  # of the timestamp (D3)
    max_mentions = 50  # D1

    # D1's words where it has some. Clients must go by the code: the words changed over the years.
    WORDS = {
        -1: '系统繁忙',
        MISSING: '缺少参数 json',
        CONTENT_TYPE: '无效的HTTP HEADER Content-Type',
        DISSOLVED: '群已被解散',
        NO_TOKEN: 'access_token不存在',
        DISABLED: '机器人已停用',
        MSGTYPE: '不支持的消息类型',
        400106: '机器人不存在',
        THROTTLED: '发送速度太快而限流',
        430101: '含有不安全的外链',
        430102: '含有不合适的文本',
        430103: '含有不合适的图片',
        UNSUITABLE: '含有不合适的内容',
        SECURITY: 'ip 127.0.0.1 not in whitelist',
        TOO_LONG: 'message too long, exceed 20000 bytes',
        TOO_FAST: 'send too fast, exceed 20 times per minute',
    }

    def __init__(
        self,
        server: 'DingTalkRobotServer',
        alias: str,
        token: str,
        secret: str = '',
        keywords: Sequence[str] = (),
        memory: timedelta = timedelta(minutes=15),
    ) -> None:
        if isinstance(keywords, str) or len(keywords) > 10:
            raise ValueError('keywords: expected a list of at most 10')
        super().__init__(server, alias)
        self.token = token
        self.secret = secret
        self.keywords = tuple(keywords)
        self.memory = memory
        self.dissolved = self.disabled = False
        self._forbidden: List[str] = []
        self._seen: Dict[str, datetime] = {}
        self._recent: Deque[datetime] = deque()
        self._throttled_until: Optional[datetime] = None

    @property
    def url(self) -> str:
        """The webhook's address without timestamp and sign, once the server is started."""
        return '{}/robot/send?access_token={}'.format(self.server.base_url, self.token)

    def forbid(self, word: str) -> None:
        """From now on refuse a message with ``word`` in its title or text (430104, D1)."""
        self._forbidden.append(word)

    def admit(self, request: Request) -> None:
        if self.disabled:
            raise Refused(DISABLED)
        if self.dissolved:
            raise Refused(DISSOLVED)
        self._check_pace(self.server.now())
        if self.secret:
            self._check_sign(request.query)

    def accept(self, request: Request) -> str:
        body = _parse(request, self.max_bytes)
        msgtype, title, text = _content(body)
        mentions = _mentions(body, msgtype, text, self.max_mentions)
        msg_uuid = body.get('msgUuid')
        if msg_uuid is not None and not isinstance(msg_uuid, str):
            raise Refused(MISSING)
        shown = title + '\n' + text
        if self.keywords and not any(keyword in shown for keyword in self.keywords):
            raise Refused(SECURITY, 'keywords not in content')
        if any(word in shown for word in self._forbidden):
            raise Refused(UNSUITABLE)
        now = self.server.now()
        if msg_uuid:
            if msg_uuid in self._seen and now - self._seen[msg_uuid] < self.memory:
                return 'duplicate'
            self._seen[msg_uuid] = now
        self.messages.append(
            Message(self.alias, msgtype, title, text, mentions, msg_uuid, len(request.body), now, body)
        )
        return 'accepted'

    def answer(self, code: int, words: str) -> Answer:
        # A gateway says this one, with fields of its own (FAST).
        gateway = {'status': 1111, 'wait': 5, 'source': 'x5', 'punish': 'deny', 'uuid': '0'}
        return errcode_answer(code, words, **(gateway if code == TOO_FAST else {}))

    def _check_pace(self, now: datetime) -> None:
        # Refused attempts count and those while throttled do not: D1 is silent on both.
        if self._throttled_until is not None and now < self._throttled_until:
            raise Refused(THROTTLED)
        while self._recent and now - self._recent[0] >= timedelta(minutes=1):
            self._recent.popleft()
        if len(self._recent) >= self.per_minute:
            self._throttled_until = now + self.penalty
            raise Refused(TOO_FAST)
        self._recent.append(now)

    def _check_sign(self, query: Dict[str, str]) -> None:
        timestamp = query.get('timestamp', '')
        if not re.match(r'[0-9]{1,15}\Z', timestamp):
            raise Refused(SECURITY, 'invalid timestamp')
        off = abs(self.server.now().timestamp() - int(timestamp) / 1000.0)
        if off > self.tolerance.total_seconds():
            raise Refused(SECURITY, 'invalid timestamp')
        if query.get('sign') != signature(self.secret, timestamp):
            raise Refused(SECURITY, 'sign not match')


class DingTalkRobotServer(RobotServer):
    """``POST /robot/send?access_token=TOKEN[&timestamp=MS&sign=SIGN]`` (D1, D3) for many robots.

    Of the codes seen for an unknown token (400101, 300001, 300005) it gives D1's, 400101.
    """

    def __init__(self, now: Optional[Callable[[], datetime]] = None, hold_seconds: float = 30.0) -> None:
        super().__init__(now, hold_seconds)
        self._robots: Dict[str, DingTalkRobot] = {}

    def add_robot(self, alias: str = '', token: str = '', **settings: Any) -> DingTalkRobot:
        """A new robot, its alias and token made up where not given.

        :param settings: secret, keywords and memory, as :class:`DingTalkRobot` takes them
        """
        alias = alias or 'robot-{}'.format(len(self._robots) + 1)
        robot = DingTalkRobot(self, alias, token or secrets.token_hex(32), **settings)
        if robot.token in self._robots:
            raise ValueError('token: already that of another robot')
        self._robots[robot.token] = robot
        return robot

    def respond(self, request: Request) -> Answer:
        if request.path != '/robot/send':
            return self.stray(request, 404, Answer(404))
        if request.method != 'POST':
            return self.stray(request, 405, Answer(405))
        token = request.query.get('access_token', '')
        if token in self._robots:
            return self._robots[token].handle(request)
        code = NO_TOKEN if token else MISSING
        return self.stray(request, code, errcode_answer(code, DingTalkRobot.WORDS[code]))


def _parse(request: Request, max_bytes: int) -> Dict[str, object]:
    content_type = request.headers.get('Content-Type', '').partition(';')[0].strip().lower()
    if content_type != 'application/json':
        raise Refused(CONTENT_TYPE)
    if len(request.body) > max_bytes:
        raise Refused(TOO_LONG)
    try:
        body = json.loads(request.body.decode('utf-8'))
    except (ValueError, RecursionError):
        raise Refused(MISSING)
    if not isinstance(body, dict):
        raise Refused(MISSING)
    return body


def _content(body: Dict[str, object]) -> Tuple[str, str, str]:
    """Message type, title and text; types other than these five are not for webhooks (D2)."""
    msgtype = _strings(body, ('msgtype',))[0]
    if msgtype not in REQUIRED:
        raise Refused(MSGTYPE)
    content = body.get(msgtype)
    if not isinstance(content, dict):
        raise Refused(MISSING)
    required = _strings(content, REQUIRED[msgtype])
    if msgtype == 'text':
        return msgtype, '', required[0]
    if msgtype == 'feedCard':
        return msgtype, '', '\n'.join(_titles(content, 'links', ('title', 'messageURL', 'picURL')))
    # A single button makes the others void (D1).
    if msgtype == 'actionCard' and not (content.get('singleTitle') and content.get('singleURL')):
        _titles(content, 'btns', ('title', 'actionURL'))
    return msgtype, required[0], required[1]


def _strings(holder: object, names: Sequence[str]) -> List[str]:
    if not isinstance(holder, dict):
        raise Refused(MISSING)
    values = [value for value in map(holder.get, names) if isinstance(value, str) and value]
    if len(values) < len(names):
        raise Refused(MISSING)
    return values


def _titles(content: Mapping[str, object], name: str, fields: Sequence[str]) -> List[str]:
    rows = content.get(name)
    if not isinstance(rows, list) or not rows:
        raise Refused(MISSING)
    return [_strings(row, fields)[0] for row in rows]


def _mentions(body: Dict[str, object], msgtype: str, text: str, limit: int) -> Mentions:
    """Whom the message reaches: a name counts only if the text also says ``@name`` (D2)."""
    at = body.get('at') or {}
    if not isinstance(at, dict) or not isinstance(at.get('isAtAll', False), bool):
        raise Refused(MISSING)
    mobiles, user_ids = at.get('atMobiles') or [], at.get('atUserIds') or []
    for names in (mobiles, user_ids):
        if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
            raise Refused(MISSING)
    if len(mobiles) + len(user_ids) > limit:
        raise Refused(MISSING)

    def said(names: List[str]) -> Tuple[str, ...]:
        # @138001 does not mention 1380.
        end = r'(?![0-9A-Za-z_])'
        return tuple(name for name in names if re.search('@' + re.escape(name) + end, text))

    if msgtype in ('text', 'markdown'):
        return Mentions(said(mobiles), said(user_ids), at.get('isAtAll', False))
    if msgtype == 'actionCard':  # user ids only (D2)
        return Mentions(user_ids=said(user_ids))
    return Mentions()  # link and feedCard mention nobody (D2)
