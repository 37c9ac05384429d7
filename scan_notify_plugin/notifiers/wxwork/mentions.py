"""Who is mentioned, and how: by a text message of its own, or as ``<@userid>`` inside a markdown message.

A robot mentions people in messages of type ``text``, by user id, by mobile number, or everybody; in ``markdown`` it
mentions by user id alone, in ``markdown_v2`` not at all.
https://developer.work.weixin.qq.com/document/path/99110
"""

import re
from typing import List, Mapping, NamedTuple, Tuple

from scan_notify_plugin.faults import Fault
from scan_notify_plugin.notifiers.base import wrong

ALL = '@all'
COMPANION, INLINE = 'companion', 'inline'
#: Bytes of a message that ``<@userid>`` may take together.
MAX_INLINE = 900

_USER_ID = re.compile(r'[0-9A-Za-z][0-9A-Za-z_.@-]{0,63}\Z')
_MOBILE = re.compile(r'\+?[0-9]{5,20}\Z')


class Mentions(NamedTuple):
    """Each person by one way only."""

    user_ids: Tuple[str, ...] = ()
    mobiles: Tuple[str, ...] = ()
    inline: Tuple[str, ...] = ()  # user ids as <@userid> in the first page

    @property
    def lists(self) -> Mapping[str, List[str]]:
        """The fields of a text message; empty if it would mention nobody."""
        found = {'mentioned_list': list(self.user_ids), 'mentioned_mobile_list': list(self.mobiles)}
        return {name: names for name, names in found.items() if names}

    @property
    def tokens(self) -> str:
        """What stands in a markdown message."""
        return ' '.join('<@{}>'.format(name) for name in self.inline)


def mentions(options: Mapping[str, object]) -> Mentions:
    """The mentions of a target. ``@all`` mentions everybody, so nobody is named beside it."""
    user_ids, mobiles = _names(options.get('mentioned_list')), _names(options.get('mentioned_mobile_list'))
    if ALL in user_ids + mobiles:
        return Mentions((ALL,))
    if options.get('mention') == INLINE:
        return Mentions((), mobiles, user_ids)
    return Mentions(user_ids, mobiles)


def problems(options: Mapping[str, object]) -> List[Fault]:
    """What is wrong with the mentions of a target."""
    found = []
    for name, pattern, code in (
        ('mentioned_list', _USER_ID, 'wxwork.user-ids'),
        ('mentioned_mobile_list', _MOBILE, 'wxwork.mobiles'),
    ):
        given = options.get(name)
        if given and not (
            isinstance(given, (list, tuple)) and all(one == ALL or pattern.match(one) for one in _names(given))
        ):
            found.append(wrong(name, code))
    if options.get('mention') not in (None, COMPANION, INLINE):
        found.append(wrong('mention', 'option.either', first=COMPANION, second=INLINE))
    elif not found and len(mentions(options).tokens) > MAX_INLINE:
        found.append(Fault('option.value', option='MENTION', cause=Fault('wxwork.inline', most=MAX_INLINE)))
    return found


def _names(given: object) -> Tuple[str, ...]:
    names = given if isinstance(given, (list, tuple)) else ()
    return tuple(dict.fromkeys(str(name) for name in names))
