"""What the bot says to a request: ``{"code": 0, "msg": "success", "data": {}}``, or only the older ``StatusCode`` and
``StatusMessage`` (https://open.feishu.cn/document/client-docs/bot-v3/add-custom-bot).
"""

from typing import Iterable, Mapping, NamedTuple, Optional, Tuple

from scan_notify_plugin.errors import Reason, SendError
from scan_notify_plugin.faults import Fault
from scan_notify_plugin.notifiers.envelope import lacks, number, said
from scan_notify_plugin.notifiers.replies import MAX_PAUSE, Reply
from scan_notify_plugin.secret import Secret, redact

#: HTTP statuses that come with the bot's own answer, beside 200. The first was seen with 9499
#: (https://github.com/ccfos/nightingale/issues/1437), the last is documented with 99991400.
ANSWERED = (400, 401, 403, 404, 429)
#: Seconds until a limit ends: https://open.feishu.cn/document/ukTMukTMukTM/uUzN04SN3QjL1cDN
RESET = 'x-ogw-ratelimit-reset'

_MOST_WORDS = 300


class Answer(NamedTuple):
    """A code, which decides, and the words beside it."""

    code: int
    words: str
    pause: float = 0.0  #: seconds that the service wants us to wait


def answer_of(reply: Reply, secrets: Iterable[Secret]) -> Answer:
    """The bot's answer.

    :param secrets: cut out of its words
    :raises SendError: if it is none of the bot's: by its HTTP status
    """
    parsed = reply.json()
    code, words = _read(parsed) if isinstance(parsed, dict) else (None, '')
    words = redact(words, secrets)[:_MOST_WORDS]
    told = redact(reply.text[:4096], secrets)[:200]
    if code == 0 and reply.status >= 300:  # it says both
        raise SendError(Reason.UNKNOWN, reply.status, told)
    if code is not None:
        return Answer(code, words, _pause(reply))
    if reply.status == 429:
        raise SendError(Reason.THROTTLED, reply.status, told, reply.retry_after)
    if reply.status >= 300:
        raise SendError(Reason.CONFIG, reply.status, told)
    fault = lacks('code', words) if isinstance(parsed, dict) else Fault('http.no-object', text=told)
    raise SendError(Reason.UNKNOWN, reply.status, fault)


def _read(answer: Mapping[str, object]) -> Tuple[Optional[int], str]:
    """The code of an answer, None if it has none, and its words. The older form counts only where the newer is not."""
    for code, words in (('code', 'msg'), ('StatusCode', 'StatusMessage')):
        if answer.get(code) is not None:
            return number(answer[code]), said(answer.get(words))
    return None, said(answer.get('msg'))


def _pause(reply: Reply) -> float:
    wanted = number(reply.headers.get(RESET, ''))
    return min(float(max(wanted or 0, 0)), MAX_PAUSE)
