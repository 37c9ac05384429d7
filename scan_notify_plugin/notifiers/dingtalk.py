"""What all of DingTalk's hosts have in common: the ban of an address, and clocks that disagree.

- https://open.dingtalk.com/document/development/call-frequency-limit (the ban: HTTP 200, JSON or inside a page, no
error code)
- https://open.dingtalk.com/document/dingstart/customize-robot-security-settings (timestamps are at most an hour off)
"""

import json
import re
from typing import Any, Callable, Dict, Mapping, Optional

from scan_notify_plugin.errors import Reason, SendError

BANNED = 1111
#: Seconds that clocks may differ before it is the clock that is wrong.
AGREE = 120.0
_BAN = re.compile(r'\{[^{}]*"status"\s*:\s*"?1111\b[^{}]*\}')


def asked(request: Callable[[], Dict[str, Any]]) -> Dict[str, Any]:
    """The answer to a request.

    :raises SendError: as ``request`` does, and with ``THROTTLED`` where DingTalk says that it takes none from our
        address
    """
    try:
        answer = request()
    except SendError as error:
        found = _BAN.search(error.body)
        if found is None:
            raise
        raise _banned(_parsed(found.group(0))) from None
    if 'errcode' not in answer and str(answer.get('status')) == str(BANNED):
        raise _banned(answer)
    return answer


def wait_of(answer: Mapping[str, Any]) -> Optional[float]:
    """The seconds that an answer asks to wait; it names minutes."""
    try:
        minutes = float(answer['wait'])
    except (KeyError, TypeError, ValueError):
        return None
    return min(minutes, 24 * 60.0) * 60 if minutes > 0 else None


def clock_words(skew: Optional[float]) -> str:
    """What is wrong with this machine's clock; '' if nothing is known to be.

    :param skew: seconds that DingTalk's clock is ahead of it
    """
    if skew is None or abs(skew) <= AGREE:
        return ''
    return "; the clock of this machine is {:.0f} s {} DingTalk's".format(
        abs(skew), 'behind' if skew > 0 else 'ahead of'
    )


def _banned(answer: Mapping[str, Any]) -> SendError:
    wait = wait_of(answer)
    words = 'DingTalk takes no requests from this address' + (' for {:g} minutes'.format(wait / 60) if wait else '')
    return SendError(Reason.THROTTLED, BANNED, words, wait)


def _parsed(found: str) -> Dict[str, Any]:
    try:
        return dict(json.loads(found))
    except (ValueError, TypeError):
        return {}
