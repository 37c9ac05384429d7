"""The error codes of WeCom's group robot: what each means, what we do, and what a person can do.

https://developer.work.weixin.qq.com/document/path/90313 says that the words beside a code may change, so nothing but
the code decides. -1, 6000, 45009, 45011 and 45033 pass by themselves:
https://developer.work.weixin.qq.com/document/path/90455. That 40058 also stands for a message over its size is a report
from the field. WeCom has no code for moderation: CONTENT is only what it says of files, for which the link is sent
instead.
"""

from typing import NamedTuple

from scan_notify_plugin.errors import Reason

#: An upload that has expired, or that belongs to another robot.
INVALID_MEDIA = 40007
TOO_FAST = 45009


class Code(NamedTuple):
    """One error code."""

    reason: Reason
    words: str
    advice: str


_OURS = 'report it: this is a fault of ours'
_LINK = 'nothing, the link to the report is sent instead'
_NEW_ROBOT = 'make a new robot and change `WEBHOOK_URL`'

CODES = {
    -1: Code(Reason.BUSY, 'the service is busy', 'nothing, it is tried again'),
    6000: Code(Reason.BUSY, 'somebody else changed the same data', 'nothing, it is tried again'),
    40004: Code(Reason.CONTENT, 'a kind of file that is not allowed', _LINK),
    40005: Code(Reason.CONTENT, 'a wrong type in an upload', _OURS),
    40006: Code(Reason.CONTENT, 'the file is too small or too large', _LINK),
    INVALID_MEDIA: Code(Reason.CONTENT, 'the uploaded file has expired, or belongs to another robot', _LINK),
    40008: Code(Reason.CONFIG, 'message type unknown, or the request is not JSON', _OURS),
    40009: Code(Reason.CONFIG, 'the picture is too large', 'send a smaller picture'),
    40033: Code(
        Reason.CONFIG, 'a character that is not allowed, such as a written `\\u0041`',
        'look for a backslash in your template'
    ),
    40035: Code(Reason.CONFIG, 'a wrong parameter', _OURS),
    40039: Code(Reason.CONFIG, 'an address over 1,024 bytes', 'shorten `BASE_URL` or `CARD_URL`'),
    40058: Code(
        Reason.CONFIG,
        'a parameter is invalid, or the message is over its size',
        'look at the words beside the code and at your template',
    ),
    40063: Code(Reason.CONFIG, 'an empty parameter', _OURS),
    41005: Code(Reason.CONTENT, 'the upload lacks its file', _LINK),
    41006: Code(Reason.CONFIG, 'the id of the uploaded file is missing', _OURS),
    41016: Code(Reason.CONFIG, 'a title is missing', 'give the article or card a title'),
    43002: Code(Reason.CONFIG, 'the request must be a POST', 'look for a proxy that changes requests'),
    44001: Code(Reason.CONTENT, 'the file is empty', _LINK),
    44004: Code(Reason.CONFIG, 'the message is empty', 'look at your template'),
    45001: Code(Reason.CONTENT, 'the file is over 20 MB', _LINK),
    45002: Code(Reason.TOO_LONG, 'the message is too long', 'shorten your template'),
    45008: Code(Reason.CONFIG, 'more than eight articles', 'send fewer articles'),
    TOO_FAST: Code(Reason.THROTTLED, 'more than 20 messages in a minute', 'find out who else sends through this robot'),
    45011: Code(Reason.THROTTLED, 'too many requests', 'find out who else sends through this robot'),
    45033: Code(Reason.BUSY, 'too many requests at the same time', 'nothing, it is tried again'),
    45034: Code(Reason.CONFIG, 'an address without http:// or https://', 'look for a link in your template'),
    93000: Code(
        Reason.CONFIG,
        'the webhook address is wrong, or the robot was removed',
        'compare `WEBHOOK_URL` with the robot\'s, or ' + _NEW_ROBOT,
    ),
    93004: Code(Reason.CONFIG, 'the robot is disabled', 'enable it in the group\'s settings'),
    93008: Code(Reason.CONFIG, 'the robot is not in the group', _NEW_ROBOT),
}  # fmt: skip


def reason_of(code: int) -> Reason:
    """Why a message with this answer was not taken; with a code that is not in the table, nobody knows."""
    return CODES[code].reason if code in CODES else Reason.REFUSED
