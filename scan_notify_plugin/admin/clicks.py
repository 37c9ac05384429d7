"""Remembers which clicks were acted upon, so that one which comes again gets the same answer and does nothing."""

import hashlib
import json
import uuid
from datetime import timedelta
from typing import Any, NamedTuple, Optional

from scan_notify_plugin.clock import Clock
from scan_notify_plugin.mongo import VERSION, get_or_insert
from scan_notify_plugin.records import Document

#: Where tokens are: what is in it can be forgotten, and no API reads it.
COLLECTION = 'scan_notify_secret'
#: Longer than any click may be old.
KEPT = timedelta(hours=2)


class Claim(NamedTuple):
    """What is known of a click."""

    mine: bool  # it is new, and nobody else acts upon it
    same: bool  # its body is that of the first one
    answer: Optional[Document]  # what the first one was answered


class Clicks:
    """Reads and writes what is remembered of clicks; shared by all processes."""

    def __init__(self, db: Any, clock: Clock) -> None:
        self._kept = db[COLLECTION]
        self._clock = clock

    def claim(self, event: str, body: bytes) -> Claim:
        """Whose a click is.

        :param event: what is the same when it comes again, and in no other click
        """
        now, mark = self._clock.now(), uuid.uuid4().hex
        self._kept.delete_many({'_id': {'$regex': '^click:'}, 'until': {'$lte': now}})
        fields = {'mark': mark, 'body': _digest(body), 'answer': '', 'until': now + KEPT, 'v': VERSION}
        kept = get_or_insert(self._kept, _identity(event), fields)
        answer = json.loads(kept['answer']) if kept['answer'] else None
        return Claim(kept['mark'] == mark, kept['body'] == fields['body'], answer)

    def answered(self, event: str, answer: Document) -> None:
        """Keep the answer for when it comes again."""
        self._kept.update_one({'_id': _identity(event)}, {'$set': {'answer': json.dumps(answer)}})


def _identity(event: str) -> str:
    return 'click:' + _digest(event.encode('utf-8'))


def _digest(value: bytes) -> str:
    return hashlib.sha256(value).hexdigest()[:32]
