"""What Apprise's word and its HTTP requests say of a message. Pure.

It says True when a service's interface took it, for most services an HTTP 2xx whatever stands in the answer; that
is no proof. It says False of everything else, an answer that was lost on its way among it: that is no refusal. So a
message is refused only if every request of it was answered, and every answer was a refusal; where one of several was
accepted, such as a login or the first of two receivers, nobody knows.
"""

import re
from typing import List, Mapping, NamedTuple, Optional

from scan_notify_plugin.errors import Reason, SendError
from scan_notify_plugin.faults import Fault
from scan_notify_plugin.notifiers.parts import Receipt

#: No service's pause is longer.
MAX_PAUSE = 86400.0


class Asked(NamedTuple):
    """One HTTP request of Apprise's."""

    begun: bool  #: whether a byte of it may have left
    status: int  #: of the answer; 0: there was none
    pause: str = ''  #: the header Retry-After


def requests_of(answer: Mapping[str, object]) -> List[Asked]:
    """As the process tells of them."""
    listed = answer.get('requests')
    found = listed if isinstance(listed, list) else []
    return [Asked(bool(one['begun']), int(one['status']), str(one['pause'])) for one in found]


def receipt_of(told: bool, asked: List[Asked], words: str, seen: bool = False) -> Receipt:
    """
    :param told: what Apprise said
    :param words: what it said beside that, without credentials
    :param seen: whether all that its service does is HTTP requests
    :raises SendError: unless it said True
    """
    if told:
        return Receipt(note=Fault('apprise.accepted'))
    status = max([0] + [one.status for one in asked])
    fault = Fault('apprise.failed.but', text=words) if words else Fault('apprise.failed')
    raise SendError(_reason(asked, seen), status or None, fault, _pause(''.join(one.pause for one in asked[-1:])))


def _reason(asked: List[Asked], seen: bool) -> Reason:
    if not asked:
        return Reason.CONFIG if seen else Reason.UNKNOWN
    if not any(one.begun for one in asked):
        return Reason.UNREACHABLE
    refused = all(_refuses(one.status) if one.begun else True for one in asked)
    if not refused:
        return Reason.UNKNOWN
    status = max(one.status for one in asked)
    if status == 429:
        return Reason.THROTTLED
    if status in (408, 425, 503):
        return Reason.BUSY
    return Reason.TOO_LONG if status == 413 else Reason.CONFIG


def _refuses(status: int) -> bool:
    """Whether an answer with this status says that the request was not done: a server that failed may have."""
    return 300 <= status < 500 or status == 503


def _pause(text: str) -> Optional[float]:
    return min(float(text), MAX_PAUSE) if re.fullmatch('[0-9]{1,9}', text) else None
