"""What all of DingTalk's hosts have in common: the ban of an address.

https://open.dingtalk.com/document/development/call-frequency-limit: HTTP 200, JSON or inside a page, no error code.
"""

import json
import re
from typing import Callable, Dict, Mapping, Optional

from scan_notify_plugin.errors import Reason, SendError
from scan_notify_plugin.faults import Fault

BANNED = 1111
_BAN = re.compile(r'\{[^{}]*"status"\s*:\s*"?1111\b[^{}]*\}')


def asked(request: Callable[[], Dict[str, object]]) -> Dict[str, object]:
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


def wait_of(answer: Mapping[str, object]) -> Optional[float]:
    """The seconds that an answer asks to wait; it names minutes."""
    try:
        minutes = float(str(answer['wait']))
    except (KeyError, ValueError):
        return None
    return min(minutes, 24 * 60.0) * 60 if minutes > 0 else None


def _banned(answer: Mapping[str, object]) -> SendError:
    wait = wait_of(answer)
    fault = Fault('dingtalk.banned')
    if wait:
        fault = Fault('dingtalk.banned.for', minutes='{:g}'.format(wait / 60))
    return SendError(Reason.THROTTLED, BANNED, fault, wait)


def _parsed(found: str) -> Dict[str, object]:
    try:
        return dict(json.loads(found))
    except (ValueError, TypeError):
        return {}
