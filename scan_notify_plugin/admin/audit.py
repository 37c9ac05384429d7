"""Who changed what, and when. Written after a change has succeeded; read by people, decided upon by nobody."""

import logging
from typing import Any, Dict, Iterable, List, Mapping, Tuple

from scan_notify_plugin.clock import Clock
from scan_notify_plugin.mongo import VERSION
from scan_notify_plugin.secret import redact

COLLECTION = 'scan_notify_audit'

_MAX_WORDS = 300

log = logging.getLogger('scan_notify')

Document = Dict[str, Any]


class Audit:
    """Reads and writes ``scan_notify_audit``: ``{_id, v, at, by, action, what, before, after}``."""

    def __init__(self, db: Any, clock: Clock) -> None:
        self._lines = db[COLLECTION]
        self._clock = clock

    def note(self, by: str, action: str, what: str, before: Any = None, after: Any = None) -> None:
        """Put a change on record.

        :param by: who: ``web:<user>``, ``cli:<user of the system>`` or ``dingtalk:<user id>``
        :param action: one word, such as ``resend``
        :param what: the id or the name of what was changed
        :param before: and ``after``: small plain values, never a secret; texts in them are redacted all the same
        """
        line = {'v': VERSION, 'at': self._clock.now(), 'by': by, 'action': action, 'what': what}
        line.update(before=_clean(before), after=_clean(after))
        self._lines.insert_one(line)
        log.info('%s %s by %s', action, what, by)

    def listing(self, page: int = 1, size: int = 50) -> Tuple[List[Document], int]:
        """A page of the lines, the newest first, and how many there are."""
        found = self._lines.find({}).sort([('at', -1), ('_id', -1)]).skip((page - 1) * size).limit(size)
        return [_shown(line) for line in found], self._lines.count_documents({})

    def about(self, ids: Iterable[str]) -> List[Document]:
        """The lines about these things, the oldest first."""
        return [_shown(line) for line in self._lines.find({'what': {'$in': list(ids)}}).sort([('at', 1), ('_id', 1)])]

    def ensure_indexes(self) -> None:
        self._lines.create_index([('at', -1)])
        self._lines.create_index([('what', 1)])

    def forget(self, before: Any) -> None:
        """Remove the lines that are older than a time."""
        self._lines.delete_many({'at': {'$lt': before}})


def _shown(line: Mapping[str, Any]) -> Document:
    return dict({name: value for name, value in line.items() if name != 'v'}, _id=str(line['_id']))


def _clean(value: Any) -> Any:
    """Plain, cut and without what looks like a credential."""
    if isinstance(value, Mapping):
        return {str(name).replace('.', '_').replace('$', '_'): _clean(one) for name, one in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [_clean(one) for one in value]
    if isinstance(value, str):
        return redact(value)[:_MAX_WORDS]
    return value
