"""The connection to MongoDB, its clock, and the one way in which a document of ours changes."""

import logging
from typing import Any, Callable, Dict, Iterator, Optional

from pymongo import MongoClient, ReturnDocument
from pymongo.errors import ConnectionFailure, DuplicateKeyError
from pymongo.monitoring import ServerHeartbeatListener

from scan_notify_plugin.clock import Clock

#: The form of the documents this release writes, and the newest it reads.
VERSION = 1

#: One reply of the server may hold this many small documents, so that a bulk read is one round trip.
BULK = 100000

log = logging.getLogger('scan_notify')

Document = Dict[str, Any]


class _ServerTime(ServerHeartbeatListener):
    """The driver asks the server for a sign of life every few seconds anyway; the answer carries the time."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def started(self, event: Any) -> None:
        pass

    def succeeded(self, event: Any) -> None:
        local_time = event.reply.document.get('localTime')
        if local_time is not None:
            self._clock.observe(local_time)

    def failed(self, event: Any) -> None:
        pass


def connect(uri: str, clock: Clock, timeout: float, listeners: tuple = ()) -> MongoClient:
    """A client that gives up after ``timeout`` seconds and keeps ``clock`` on the server's time."""
    milliseconds = int(timeout * 1000)
    return MongoClient(
        uri,
        tz_aware=True,
        event_listeners=[_ServerTime(clock)] + list(listeners),
        serverSelectionTimeoutMS=milliseconds,
        connectTimeoutMS=milliseconds,
        socketTimeoutMS=milliseconds,
        # What we wrote must survive the death of the server: it decides whether a message is sent again.
        journal=True,
        appname='scan-notify',
    )


def is_away(error: BaseException) -> bool:
    """Whether an error says that no server answered."""
    return isinstance(error, ConnectionFailure)


def change(collection: Any, document: Document, fields: Document) -> Optional[Document]:
    """Set ``fields`` if nobody changed ``document`` since it was read; the new document, or None: read and decide again.

    Every change of a run or a job goes through here; a whole document is never replaced.
    """
    return collection.find_one_and_update(
        {'_id': document['_id'], 'rev': document['rev']},
        {'$set': fields, '$inc': {'rev': 1}},
        return_document=ReturnDocument.AFTER,
    )


def once(collection: Any, identity: Any, fields: Document) -> Document:
    """The document with this id, made of ``fields`` by whoever comes first."""
    found = collection.find_one({'_id': identity})
    while found is None:
        try:
            found = collection.find_one_and_update(
                {'_id': identity}, {'$setOnInsert': fields}, upsert=True, return_document=ReturnDocument.AFTER
            )
        except DuplicateKeyError:  # somebody else, just now
            continue
    return found


def change_until_done(
    collection: Any, identity: Any, decide: Callable[[Document], Optional[Document]]
) -> Optional[Document]:
    """Read, ``decide`` the fields to set, :func:`change`; again until it holds. None if there is nothing to set."""
    for document in _reads(collection, identity):
        fields = decide(document)
        if not fields:
            return None
        changed = change(collection, document, fields)
        if changed is not None:
            return changed
    return None


def _reads(collection: Any, identity: Any) -> Iterator[Document]:
    while True:
        document = collection.find_one({'_id': identity})
        if document is None:
            return
        yield document
