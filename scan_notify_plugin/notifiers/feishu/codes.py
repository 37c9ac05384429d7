"""The error codes of Feishu's custom bot: what each means, what we do, and what a person can do.

Where they come from, by the names in each line:

- BOT: https://open.feishu.cn/document/client-docs/bot-v3/add-custom-bot
- ALL: https://open.feishu.cn/document/ukTMukTMukTM/ugjM14COyUjL4ITN, of all interfaces
- IM: https://open.feishu.cn/document/server-docs/im-v1/faq and .../im-v1/message/create, of messages
- FIELD: reports; https://github.com/ccfos/nightingale/issues/1437 for the words beside 9499,
  https://github.com/HKUDS/nanobot/issues/1382 for 230099 and 11310
"""

import re
from typing import NamedTuple

from scan_notify_plugin.errors import Reason

#: The sign does not match, or the time that it was made with is more than an hour off (BOT).
SIGN = 19021
#: BOT: a wrong request. FIELD: too many of them, as the words beside it say.
BAD_REQUEST = 9499


class Code(NamedTuple):
    """One error code."""

    reason: Reason
    words: str
    advice: str
    source: str


_OURS = 'report it: this is a fault of ours'
_LATER = 'nothing, it is tried again'
_WITHHELD = 'nothing, it is sent once more without names and targets'
_OTHERS = 'find out who else sends through this bot'

CODES = {
    # Nobody can tell whether a message left before something inside went wrong.
    1663: Code(Reason.UNKNOWN, 'an error inside the service', 'nothing, it is sent again as a possible repeat', 'ALL'),
    2200: Code(Reason.UNKNOWN, 'an error inside the service', 'nothing, it is sent again as a possible repeat', 'ALL'),
    5000: Code(Reason.UNKNOWN, 'an error inside the service', 'nothing, it is sent again as a possible repeat', 'ALL'),
    BAD_REQUEST: Code(Reason.CONFIG, 'a wrong request', 'look at your template, or report it', 'BOT'),
    10002: Code(Reason.CONFIG, 'the bot is not in the group', 'make a new bot and change `WEBHOOK_URL`', 'ALL'),
    10003: Code(Reason.CONFIG, 'a parameter is missing or wrong', _OURS, 'ALL'),
    10500: Code(Reason.UNKNOWN, 'an error inside the service', 'nothing, it is sent again as a possible repeat', 'ALL'),
    11232: Code(Reason.THROTTLED, 'the service takes no more messages for now', _LATER, 'BOT, IM'),
    11233: Code(Reason.THROTTLED, 'more than 5 messages in a second in this group', _OTHERS, 'IM'),
    11235: Code(
        Reason.CONFIG, 'nobody but its administrators may mention everybody in this group',
        'leave out `AT.ALL`, or let the group\'s owner allow it', 'ALL',
    ),
    11237: Code(Reason.CONFIG, 'the group was dissolved', 'make a bot in another group', 'ALL'),
    11242: Code(Reason.CONFIG, 'the group was closed', 'make a bot in another group', 'ALL'),
    11246: Code(Reason.CONTENT, 'the message could not be made of its content', _WITHHELD, 'ALL'),
    11247: Code(Reason.THROTTLED, 'too many messages', _OTHERS, 'ALL'),
    11248: Code(Reason.CONTENT, 'sensitive content', _WITHHELD, 'ALL'),
    11249: Code(Reason.CONFIG, 'no such bot', 'make a new bot and change `WEBHOOK_URL`', 'ALL'),
    11310: Code(Reason.CONTENT, 'the card could not be made, for instance of too many tables', _WITHHELD, 'IM, FIELD'),
    11312: Code(Reason.CONTENT, 'unsuitable content', _WITHHELD, 'ALL'),
    18054: Code(Reason.CONTENT, 'sensitive content', _WITHHELD, 'ALL'),
    19001: Code(
        Reason.CONFIG, 'the webhook address is wrong, or the bot was removed',
        'compare `WEBHOOK_URL` or `TOKEN` with the bot\'s', 'FIELD',
    ),
    19002: Code(Reason.CONFIG, 'a wrong request, or no message type', _OURS, 'ALL'),
    SIGN: Code(
        Reason.CONFIG, 'the sign does not match, or its time is more than an hour off',
        'compare `SECRET` with the bot\'s settings, and this machine\'s clock with the real time', 'BOT',
    ),
    19022: Code(
        Reason.CONFIG, 'the address is not on the bot\'s list', 'put this machine\'s public address on the list', 'BOT'
    ),
    19024: Code(
        Reason.CONFIG, 'none of the bot\'s keywords is in the message', 'set `KEYWORD` to one of the bot\'s', 'BOT'
    ),
    19036: Code(Reason.TOO_LONG, 'the message is too long', 'shorten your template', 'ALL'),
    230020: Code(Reason.THROTTLED, 'more than 5 messages in a second in this group', _OTHERS, 'IM'),
    230099: Code(Reason.CONTENT, 'the card could not be made; the words beside it say why', _WITHHELD, 'FIELD'),
    99991400: Code(Reason.THROTTLED, 'too many requests', _OTHERS, 'ALL'),
}  # fmt: skip

#: After these a message may have left. There is no key that would keep a second one away, so that one says what it is.
IN_DOUBT = tuple(sorted(code for code, one in CODES.items() if one.reason is Reason.UNKNOWN))

_TOO_MANY = re.compile(r'(?i)too many request|frequency limit')


def reason_of(code: int, words: str) -> Reason:
    """Why a message with this answer was not taken; with a code that is not in the table, nobody knows.

    :param words: beside the code; they count where one code stands for two things
    """
    if code == BAD_REQUEST and _TOO_MANY.search(words):
        return Reason.THROTTLED
    return CODES[code].reason if code in CODES else Reason.REFUSED
