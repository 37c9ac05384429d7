"""How DingTalk's robots, its old interfaces and WeCom answer: HTTP 200, and an object with ``errcode`` and
``errmsg``.
"""

import re
from typing import Mapping, Optional, Tuple

from scan_notify_plugin.faults import Fault

#: Python's int() takes spaces, underscores and the digits of every script besides.
_WHOLE = re.compile('-?[0-9]+')


def errcode(answer: Mapping[str, object]) -> Tuple[Optional[int], str]:
    """The code of an answer, 0 if it is a success and None if it has none; and the words beside it, which may
    change.
    """
    return number(answer.get('errcode')), said(answer.get('errmsg'))


def number(value: object) -> Optional[int]:
    """A code; None for what is no whole number. Documented samples show some as texts."""
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        return None
    if isinstance(value, str) and not _WHOLE.fullmatch(value):
        return None
    try:
        whole = int(value)
    except (ValueError, OverflowError):  # a word, NaN, an infinity
        return None
    return whole if isinstance(value, str) or whole == value else None


def said(value: object) -> str:
    """Words for people, whatever stands in their place."""
    return '' if value is None else str(value)


def lacks(name: str, text: str = '') -> Fault:
    """What is said of an answer without a field that it must have.

    :param text: what the service said beside it
    """
    return Fault('answer.lacks.but', name=name, text=text) if text else Fault('answer.lacks', name=name)
