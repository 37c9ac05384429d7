"""Who changed what, and when. Written after a change has succeeded; read by people, decided upon by nobody."""

import logging
from datetime import datetime
from typing import Any, Iterable, List, Mapping, Tuple

from bson import ObjectId

from scan_notify_plugin.clock import Clock
from scan_notify_plugin.doors import read_documents
from scan_notify_plugin.mongo import VERSION, insert
from scan_notify_plugin.records import Document
from scan_notify_plugin.secret import redact
from scan_notify_plugin.shapes import document_of, fits, text, time

COLLECTION = 'scan_notify_audit'

_MAX_WORDS = 300

log = logging.getLogger('scan_notify')


class Audit:
    """Reads and writes ``scan_notify_audit``: ``{_id, v, at, by, action, what, before, after}``."""

    def __init__(self, db: Any, clock: Clock) -> None:
        self._lines = db[COLLECTION]
        self._clock = clock

    def note(self, by: str, action: str, what: str, before: object = None, after: object = None) -> None:
        """Put a change on record.

        :param by: who: ``web:<user>``, ``cli:<user of the system>`` or ``dingtalk:<user id>``
        :param action: one word, such as ``resend``
        :param what: the id or the name of what was changed
        :param before: and ``after``: small plain values, never a secret; texts in them are redacted all the same
        """
        line = {
            '_id': ObjectId(),
            'v': VERSION,
            'at': self._clock.now(),
            'by': by,
            'action': action,
            'what': _clean(what),
        }
        line.update(before=_clean(before), after=_clean(after))
        insert(self._lines, line)
        log.info('%s %s by %s', action, what, by)

    def listing(self, page: int = 1, size: int = 50) -> Tuple[List[Document], int]:
        """A page of the lines, the newest first, and how many there are."""
        lines = read_documents(self._lines, {}, None, [('at', -1), ('_id', -1)], (page - 1) * size, size)
        return [_shown(line) for line in lines if fits(_LINE, line)], self._lines.count_documents({})

    def about(self, ids: Iterable[str]) -> List[Document]:
        """The lines about these things, the oldest first."""
        lines = [line for line in read_documents(self._lines, {'what': {'$in': list(ids)}}) if fits(_LINE, line)]
        return [_shown(line) for line in sorted(lines, key=lambda line: (line['at'], str(line['_id'])))]

    def ensure_indexes(self) -> None:
        self._lines.create_index([('at', -1), ('_id', -1)], background=True)
        self._lines.create_index([('what', 1)], background=True)

    def forget(self, before: datetime) -> None:
        """Remove the lines that are older than a time."""
        self._lines.delete_many({'at': {'$lt': before}})


#: A line that was written by another hand is not shown.
_LINE = document_of({'at': time, 'by': text, 'action': text, 'what': text})


def _shown(line: Document) -> Document:
    return dict({name: value for name, value in line.items() if name != 'v'}, _id=str(line['_id']))


def _clean(value: object) -> object:
    """Plain, cut and without what looks like a credential."""
    if isinstance(value, Mapping):
        return {str(name).replace('.', '_').replace('$', '_'): _clean(inner) for name, inner in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [_clean(inner) for inner in value]
    if isinstance(value, str):
        return redact(value)[:_MAX_WORDS]
    return value
