"""Channel ``feishu``: the custom bot of a group in Feishu or Lark.

Requests, sign, limits and mentions: https://open.feishu.cn/document/client-docs/bot-v3/add-custom-bot. That messages at
full and half hours are refused with 11232 more easily is said there too. There is no idempotency key and no way to take
a message back.
"""

import base64
import hashlib
import hmac
import random
import time
from typing import Dict, Iterable, Mapping, Optional, Union

from scan_notify_plugin.errors import Reason, SendError
from scan_notify_plugin.faults import Fault, quoted
from scan_notify_plugin.notifiers.base import Notifier, Part, Receipt, Target, is_text, wrong
from scan_notify_plugin.notifiers.blocks import Mention, apart
from scan_notify_plugin.notifiers.dialects import FEISHU, Dialect, FeishuMarkdown
from scan_notify_plugin.notifiers.feishu import address
from scan_notify_plugin.notifiers.feishu import mentions as people
from scan_notify_plugin.notifiers.feishu.answer import ANSWERED, Answer, answer_of
from scan_notify_plugin.notifiers.feishu.card import card, content_of
from scan_notify_plugin.notifiers.feishu.codes import IN_DOUBT, SIGN, reason_of
from scan_notify_plugin.notifiers.http import encode
from scan_notify_plugin.notifiers.summary import Summary
from scan_notify_plugin.notifiers.templates import Templates
from scan_notify_plugin.records import Document
from scan_notify_plugin.secret import Secret, revealed
from scan_notify_plugin.words import LANGUAGES

#: Seconds that clocks may differ before it is the clock that is wrong; a timestamp may be an hour off.
AGREE = 120.0
_WITH_IDS = FeishuMarkdown(task_ids=True)
#: Seconds by which a rest is longer than :attr:`FeishuRobot.cool_down`, at random: bots that were refused together
#: must not come back together.
JITTER = 30.0


class FeishuRobot(Notifier):
    """A bot with a sign, with a keyword, or with neither (an address list at Feishu's end)."""

    channel = 'feishu'
    aliases = ('lark',)
    marks_delivery = True
    dialect = FEISHU
    max_bytes = FEISHU.max_bytes
    idempotent = False
    #: a gateway's word says nothing of the message, nor do these codes, and there is no key: the next try says that it
    #: may be a repeat
    repeats_after = (500, 502) + IN_DOUBT
    pace = (90, 61.0)  # 100 a minute are allowed
    burst = (4, 1.0)  # and 5 a second
    rush = 20.0
    cool_down = 60.0
    optional = ('webhook_url', 'token', 'secret', 'keyword', 'at', 'task_ids', 'api_base')
    secrets = ('webhook_url', 'token', 'secret')
    section = 'FEISHU'

    def __init__(self) -> None:
        #: by target: seconds that Feishu's clock is ahead of this machine's, where a sign was refused for it
        self._ahead: Dict[str, float] = {}

    def problems(self, options: Mapping[str, object]) -> Iterable[Union[str, Fault]]:
        found = [*super().problems(options), *address.problems(options), *people.problems(options.get('at'))]
        texts = [name for name in ('secret', 'keyword') if options.get(name) and not is_text(options[name])]
        found += [wrong(name, 'option.text') for name in texts]
        if isinstance(options.get('keyword'), Secret):
            found.append(wrong('keyword', 'feishu.keyword'))
        if not isinstance(options.get('task_ids', False), bool):
            found.append(wrong('task_ids', 'option.switch'))
        return found

    def credential(self, target: Target) -> str:
        return '{}|{}'.format(self.channel, address.token_of(target.options))

    def dialect_for(self, target: Target) -> Dialect:
        return _WITH_IDS if target.options.get('task_ids') is True else FEISHU

    def content(self, summary: Summary, target: Target, templates: Templates, page: int) -> Document:
        # The way to the run is a button.
        message = self.written(summary._replace(url=''), target, templates, self.template(target))
        return self.compose(message, summary, target, page)

    def compose(self, message: str, summary: Summary, target: Target, page: int) -> Document:
        names = people.people(target.options.get('at')) if page == 1 and not summary.test else ()
        keyword = str(target.options.get('keyword') or '')
        # The bot wants its keyword in every message; it stands where no cutting can reach it.
        lines = [message, '> ' + keyword if keyword else '', FEISHU.text(apart(Mention(names)), target.language)]
        return dict(content_of(message, summary, target.language), text='\n\n'.join(filter(None, lines)))

    def size(self, content: Document, target: Target) -> int:
        return max(len(encode(_signed(card(content, language), '0' * 10, 'k' * 44))) for language in LANGUAGES)

    def send(self, part: Part, target: Target) -> Receipt:
        ahead = self._ahead.get(target.name, 0.0)
        answer = self._asked(part, target, ahead)
        skew = target.http.skew
        if answer.code == SIGN and target.options.get('secret') and skew is not None and abs(skew - ahead) > AGREE:
            # It refused the time that we signed with, and says what time it is: that was no message, so another is
            # none.
            answer = self._asked(part, target, skew)
            if answer.code != SIGN:
                self._ahead[target.name] = skew
        if answer.code != 0:
            reason = reason_of(answer.code, answer.words)
            wait = max(self.cool_down, answer.pause) + random.uniform(0, JITTER) if reason is Reason.THROTTLED else None
            fault = _with_clock(answer.words, skew if answer.code == SIGN else None)
            raise SendError(reason, answer.code, fault, wait)
        return Receipt()

    def _asked(self, part: Part, target: Target, ahead: float) -> Answer:
        """The bot's answer to a message.

        :param ahead: seconds to add to this machine's time
        """
        made = card(part.content, target.language if part.repeat else '')
        secret = target.options.get('secret')
        # Made anew for each try: the bot takes a timestamp that is at most an hour off.
        timestamp = str(int(time.time() + ahead))
        body = _signed(made, timestamp, sign(timestamp, revealed(secret))) if secret else _message(made)
        reply = target.http.request('POST', address.address_of(target.options), body, also=ANSWERED)
        return answer_of(reply, target.secrets)


def _with_clock(text: str, skew: Optional[float]) -> Fault:
    """The service's words, and what is wrong with this machine's clock where something is known to be.

    :param skew: seconds that Feishu's clock is ahead of it
    """
    if skew is None or abs(skew) <= AGREE:
        return quoted(text)
    code = 'feishu.clock.behind' if skew > 0 else 'feishu.clock.ahead'
    return Fault(code, text=text, seconds='{:.0f}'.format(abs(skew)))


def sign(timestamp: str, secret: str) -> str:
    """What proves the secret, for the body. ``timestamp`` is in seconds.

    The key is what other services sign, and the message is empty.
    """
    key = '{}\n{}'.format(timestamp, secret)
    return base64.b64encode(hmac.new(key.encode('utf-8'), b'', hashlib.sha256).digest()).decode('ascii')


def _message(made: Dict[str, object]) -> Dict[str, object]:
    return {'msg_type': 'interactive', 'card': made}


def _signed(made: Dict[str, object], timestamp: str, signature: str) -> Dict[str, object]:
    return dict({'timestamp': timestamp, 'sign': signature}, **_message(made))
