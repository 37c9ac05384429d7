"""Whom a message calls: ``<at id=...></at>`` in the Markdown of a card, by open id or user id, or everybody.

https://open.feishu.cn/document/feishu-cards/card-json-v2-components/content-components/rich-text: custom bots mention
by these two kinds of id alone, and a card that mentions everybody is refused where the group does not allow it.
"""

import re
from typing import List, Mapping, Pattern, Tuple

from scan_notify_plugin.faults import Fault
from scan_notify_plugin.notifiers.base import wrong

ALL = 'all'
#: More would be a crowd, which ``ALL`` is for; Feishu names no limit.
MOST = 50

_KEYS = ('open_ids', 'user_ids', 'all')
#: How an id looks, and the words for what is none.
_IDS = {
    'open_ids': (re.compile(r'ou_[0-9A-Za-z_-]{1,64}\Z'), 'feishu.at.open-ids'),
    'user_ids': (re.compile(r'[0-9A-Za-z_-]{1,64}\Z'), 'feishu.at.user-ids'),
}


def people(at: object) -> Tuple[str, ...]:
    """The ids that a message mentions, each once. Only from the configuration, never from what a message says."""
    if not isinstance(at, Mapping):
        return ()
    values = {str(name).lower(): value for name, value in at.items()}
    if values.get('all'):
        return (ALL,)
    return tuple(dict.fromkeys(str(one) for name in _IDS for one in _listed(values.get(name))))


def problems(at: object) -> List[Fault]:
    """What is wrong with ``AT``."""
    if not at:
        return []
    if not isinstance(at, Mapping) or any(str(name).lower() not in _KEYS for name in at):
        return [wrong('at', 'feishu.at', keys=', '.join(name.upper() for name in _KEYS))]
    values = {str(name).lower(): value for name, value in at.items()}
    found = []
    for name, (pattern, code) in _IDS.items():
        given = values.get(name)
        if given and not (isinstance(given, (list, tuple)) and all(_is_id(one, pattern) for one in given)):
            found.append(wrong('at.' + name, code))
    if not isinstance(values.get('all', False), bool):
        found.append(wrong('at.all', 'option.switch'))
    if not found and len(people(at)) > MOST:
        found.append(wrong('at', 'feishu.at.many', most=MOST))
    return found


def _is_id(value: object, pattern: Pattern[str]) -> bool:
    written = isinstance(value, (str, int)) and not isinstance(value, bool)
    return written and value != ALL and bool(pattern.match(str(value)))


def _listed(given: object) -> Tuple[object, ...]:
    return tuple(given) if isinstance(given, (list, tuple)) else ()
