"""What a mail server's replies mean. Pure.

First digits: https://www.rfc-editor.org/rfc/rfc5321#section-4.2.1 (4: the same again later; 5: not again as it is).
Enhanced codes behind them: https://www.rfc-editor.org/rfc/rfc3463. What Google says of sending too much, which has no
code of its own in an RFC: https://support.google.com/a/answer/3726730.
"""

import re
from typing import NamedTuple, Tuple, Union

from scan_notify_plugin.errors import Reason

_ENHANCED = re.compile(r'([245]\.\d{1,3}\.\d{1,3})(?=\s|\Z)')

#: Enhanced codes and replies that say more than their first digit.
REASONS = {
    '450 4.2.1': Reason.THROTTLED,  # Google: too many messages for this person, or through this relay
    '421 4.7.28': Reason.THROTTLED,  # Google: an unusual rate from this address
    '550 5.4.5': Reason.QUOTA,  # Google: the day's limit of this sender
    '5.2.3': Reason.TOO_LONG,  # RFC 3463: longer than this mailbox takes
    '5.3.4': Reason.TOO_LONG,  # RFC 3463: longer than this system takes
    '5.2.2': Reason.CONFIG,  # RFC 3463: a mailbox that is full, and no message that is too long
    '552': Reason.TOO_LONG,  # RFC 5321: more than there is room for
}
#: Replies to the end of a message that say what they say of its content: RFC 5321's "transaction failed" and "mailbox
#: unavailable ... for policy reasons", and RFC 3463's X.6 (content) and X.7 (policy).
_OF_CONTENT = re.compile(r'(55[04]( 5\.[67]\.\d+)?|\d{3} 5\.[67]\.\d+)\Z')


class Reply(NamedTuple):
    """One reply."""

    code: int
    lines: Tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """Its words in one line."""
        return ' '.join(' '.join(self.lines).split())

    @property
    def name(self) -> Union[int, str]:
        """The code; with the enhanced one, where there is one."""
        found = _ENHANCED.match(self.lines[0]) if self.lines else None
        same = found is not None and found.group(1)[0] == str(self.code)[0]
        return '{} {}'.format(self.code, found.group(1)) if found is not None and same else self.code

    @property
    def good(self) -> bool:
        return self.code // 100 == 2

    @property
    def of_mail(self) -> bool:
        """Whether it is a good one that speaks of mail, which the second digit says: 220 and 221 speak of the
        connection, and 235 of a login (RFC 5321 4.2.1).
        """
        return self.code // 10 == 25


def reason_of(reply: Reply, of_message: bool = False) -> Reason:
    """Why it refuses.

    :param of_message: whether it answers the end of a message
    """
    name = str(reply.name)
    code, _, enhanced = name.partition(' ')
    for known in (name, enhanced, code):
        if known in REASONS:
            return REASONS[known]
    if reply.code // 100 == 4:
        return Reason.BUSY
    if reply.code // 100 == 5:
        return Reason.CONTENT if of_message and _OF_CONTENT.match(name) else Reason.CONFIG
    return Reason.UNKNOWN if of_message else Reason.REFUSED
