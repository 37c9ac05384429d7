"""The custom robot of a DingTalk group.

Protocol: https://open.dingtalk.com/document/development/custom-robots-send-group-messages (requests, limits, error
codes) and https://open.dingtalk.com/document/dingstart/customize-robot-security-settings (sign, keyword). Codes 15, 88
and 900xx: https://open.dingtalk.com/document/development/server-api-error-codes-1. The byte limit and the codes 130101,
101002, 460101, 300001 and 300005 are reports from the field, not on those pages.
"""

import base64
import hashlib
import hmac
import time
from typing import Dict, Iterable, List, Mapping, NamedTuple, Optional, Tuple, Union

from scan_notify_plugin.errors import Reason, SendError
from scan_notify_plugin.faults import Fault, quoted
from scan_notify_plugin.notifiers import dingtalk, dingtalk_links
from scan_notify_plugin.notifiers.base import Notifier, Part, Receipt, Target, check_base, wrong
from scan_notify_plugin.notifiers.dialects import DINGTALK
from scan_notify_plugin.notifiers.envelope import errcode, lacks
from scan_notify_plugin.notifiers.http import encode
from scan_notify_plugin.notifiers.summary import Summary
from scan_notify_plugin.notifiers.titles import title_of
from scan_notify_plugin.records import Document
from scan_notify_plugin.secret import Secret, revealed

VENDOR = ('https://oapi.dingtalk.com', 'https://oapi.dingtalk.io')

#: The security settings refuse it: keyword, sign, timestamp or address.
SECURITY = 310000
#: What the robot's error codes mean for us: moderation, try later, or what somebody has to change. Another code is
#: refused for a reason that we do not know.
REASONS = {
    -1: Reason.BUSY,
    15: Reason.BUSY,
    40035: Reason.CONFIG,
    43004: Reason.CONFIG,
    90001: Reason.THROTTLED,
    90002: Reason.THROTTLED,
    90018: Reason.THROTTLED,
    101002: Reason.TOO_LONG,
    130101: Reason.THROTTLED,
    300001: Reason.CONFIG,
    300005: Reason.CONFIG,
    SECURITY: Reason.CONFIG,
    400013: Reason.CONFIG,
    400101: Reason.CONFIG,
    400102: Reason.CONFIG,
    400105: Reason.CONFIG,
    400106: Reason.CONFIG,
    410100: Reason.THROTTLED,
    430101: Reason.CONTENT,
    430102: Reason.CONTENT,
    430103: Reason.CONTENT,
    430104: Reason.CONTENT,
    460101: Reason.TOO_LONG,
    20001: Reason.QUOTA,
}

#: Options that the section DINGDING also holds, for DingTalk's OpenAPI; the robot has no use for them.
OPENAPI_OPTIONS = (
    'app_key',
    'app_secret',
    'agent_id',
    'default_chat_id',
    'robot_code',
    'card_template_id',
    'callback_route_key',
    'callback_secret',
)

#: Characters of a title; it shows in the list of conversations and on a lock screen.
MAX_TITLE = 128
#: Seconds that clocks may differ before it is the clock that is wrong; a timestamp may be an hour off.
AGREE = 120.0

_AT_KEYS = ('mobiles', 'user_ids', 'all')
#: The robot refuses more mentions than this in one message.
MAX_AT = 50


class DingTalkRobot(Notifier):
    """Channel ``dingding``: a robot with a sign, with a keyword, or with neither (an address list at DingTalk's
    end).
    """

    channel = 'dingding'
    marks_delivery = True
    max_bytes = 20000
    task_list = 'all'
    idempotent = True  # msgUuid
    pace = (18, 61.0)  # 20 a minute are allowed; over that the robot is silent for ten minutes
    cool_down = 600.0
    required = ('access_token',)
    optional = ('secret', 'keyword', 'at', 'links', 'api_base') + OPENAPI_OPTIONS
    dialect = DINGTALK
    secrets = ('access_token', 'secret')
    section = 'DINGDING'
    section_options = ('access_token', 'secret', 'keyword', 'at', 'links', 'api_base')

    def __init__(self) -> None:
        #: by target: seconds that DingTalk's clock is ahead of this machine's, where a sign was refused for it
        self._ahead: Dict[str, float] = {}

    def problems(self, options: Mapping[str, object]) -> Iterable[Union[str, Fault]]:
        base = check_base(options.get('api_base', VENDOR[0]), VENDOR)
        at = _at_problem(options.get('at'))
        secret = isinstance(options.get('keyword'), Secret)
        keyword = wrong('keyword', 'dingtalk.keyword') if secret else None
        links = dingtalk_links.problem(options)
        return [*super().problems(options), *(problem for problem in (base, at, keyword, links) if problem)]

    def compose(self, message: str, summary: Summary, target: Target, page: int) -> Document:
        mentions = _mentions(target.options.get('at')) if page == 1 else None
        lines = [message]
        keyword = str(target.options.get('keyword') or '')
        if keyword:
            # The robot wants its keyword in every message; it stands where no cutting can reach it.
            lines.append('> ' + keyword)
        if mentions:
            # A mention counts only if it stands in the text too.
            lines.append(' '.join('@' + name for name in mentions.mobiles + mentions.users))
        content: Document = {
            'title': title_of(message, summary, target.language, self.dialect, self.escape, MAX_TITLE),
            'text': DINGTALK.broken('\n\n'.join(filter(None, lines))),
        }
        if mentions:
            content['at'] = dict(zip(('atMobiles', 'atUserIds', 'isAtAll'), mentions))
        return content

    def size(self, content: Document, target: Target) -> int:
        return len(encode(_body(dingtalk_links.opened(content, target.options), 'k' * 64)))

    def send(self, part: Part, target: Target) -> Receipt:
        content = dingtalk_links.opened(part.content, target.options)
        part = part._replace(content=content if self._holds(content, target) else part.content)
        ahead = self._ahead.get(target.name, 0.0)
        code, words, answer = self._asked(part, target, ahead)
        skew = target.http.skew
        if code == SECURITY and target.options.get('secret') and skew is not None and abs(skew - ahead) > AGREE:
            # It refused the time that we signed with, and says what time it is: that was no message, so another is
            # none.
            code, words, answer = self._asked(part, target, skew)
            if code != SECURITY:
                self._ahead[target.name] = skew
        if code != 0:
            fault = _with_clock(words, skew if code == SECURITY else None)
            raise SendError(REASONS.get(code, Reason.REFUSED), code, fault, dingtalk.wait_of(answer))
        return Receipt(part.key)

    def _asked(self, part: Part, target: Target, ahead: float) -> Tuple[int, str, Mapping[str, object]]:
        """The code of the robot's answer, its words, and all of it.

        :param ahead: seconds to add to this machine's time
        """
        base = str(target.options.get('api_base', VENDOR[0])).rstrip('/')
        params = {'access_token': revealed(target.options['access_token'])}
        secret = target.options.get('secret')
        if secret:
            # Made anew for each try: the robot takes a timestamp that is at most an hour off.
            params.update(sign(int((time.time() + ahead) * 1000), revealed(secret)))
        answer = dingtalk.asked(lambda: target.http.post(base + '/robot/send', _body(part.content, part.key), params))
        code, words = errcode(answer)
        if code is None:
            raise SendError(Reason.UNKNOWN, words=lacks('errcode', words))
        return code, words, answer


def _with_clock(text: str, skew: Optional[float]) -> Fault:
    """The service's words, and what is wrong with this machine's clock where something is known to be.

    :param skew: seconds that DingTalk's clock is ahead of it
    """
    if skew is None or abs(skew) <= AGREE:
        return quoted(text)
    code = 'dingtalk.clock.behind' if skew > 0 else 'dingtalk.clock.ahead'
    return Fault(code, text=text, seconds='{:.0f}'.format(abs(skew)))


def sign(timestamp: int, secret: str) -> Dict[str, str]:
    """The query parameters that prove the secret. ``timestamp`` is in milliseconds.

    The sign is not URL-quoted here: the HTTP client quotes it once, and twice is "sign not match".
    """
    message = '{}\n{}'.format(timestamp, secret)
    digest = hmac.new(secret.encode('utf-8'), message.encode('utf-8'), hashlib.sha256).digest()
    return {'timestamp': str(timestamp), 'sign': base64.b64encode(digest).decode('ascii')}


def _body(content: Document, key: str) -> Dict[str, object]:
    markdown = {'title': content['title'], 'text': content['text']}
    body: Dict[str, object] = {'msgtype': 'markdown', 'markdown': markdown, 'msgUuid': key}
    if 'at' in content:
        body['at'] = content['at']
    return body


class _Mentions(NamedTuple):
    mobiles: List[str]
    users: List[str]
    all: bool


def _mentions(at: object) -> Optional[_Mentions]:
    """Whom a message calls. Only from the configuration, never from what is written in the message."""
    if not at or not isinstance(at, Mapping):
        return None
    values = {str(name).lower(): value for name, value in at.items()}
    return _Mentions(
        [str(mobile) for mobile in values.get('mobiles') or ()],
        [str(user) for user in values.get('user_ids') or ()],
        bool(values.get('all')),
    )


def _at_problem(at: object) -> Optional[Fault]:
    if not at:
        return None
    if not isinstance(at, dict) or any(str(name).lower() not in _AT_KEYS for name in at):
        return wrong('at', 'dingtalk.at', keys=', '.join(name.upper() for name in _AT_KEYS))
    values = {str(name).lower(): value for name, value in at.items()}
    if not all(isinstance(values.get(name) or [], list) for name in ('mobiles', 'user_ids')):
        return Fault('dingtalk.at.lists')
    if not isinstance(values.get('all', False), bool):
        return wrong('at.all', 'option.switch')
    mentions = _mentions(at)
    if mentions and len(mentions.mobiles + mentions.users) > MAX_AT:
        return wrong('at', 'dingtalk.at.many', most=MAX_AT)
    return None
