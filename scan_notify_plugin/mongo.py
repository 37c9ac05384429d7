"""The connection to MongoDB, its clock, and the one way in which a document of ours changes."""

import logging
from typing import Callable, Optional, Sequence

import bson
from bson import ObjectId
from pymongo import MongoClient, ReturnDocument
from pymongo.collection import Collection
from pymongo.database import Database  # noqa: F401  # for those who take one, and may not know the driver
from pymongo.errors import AutoReconnect, ConnectionFailure, DuplicateKeyError, WriteConcernError
from pymongo.monitoring import (
    CommandListener,
    ServerHeartbeatFailedEvent,
    ServerHeartbeatListener,
    ServerHeartbeatStartedEvent,
    ServerHeartbeatSucceededEvent,
)

from scan_notify_plugin.clock import Clock
from scan_notify_plugin.records import Document

#: The form of the documents this release writes, and the newest it reads.
VERSION = 1

#: One reply of the server may hold this many small documents, so that a bulk read is one round trip.
BULK = 100000

#: Milliseconds that an answer may take when all its time was spent on waiting.
ANSWER = 500
#: Bytes of one document; the server takes 16 MB, and what is added later finds room.
MOST_BYTES = 15 * 1024 * 1024
#: So often a write is tried again that found a duplicate.
RACES = 10

log = logging.getLogger('scan_notify')


class _ServerTime(ServerHeartbeatListener):
    """The driver asks the server for a sign of life every few seconds anyway; the answer carries the time."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def started(self, event: ServerHeartbeatStartedEvent) -> None:
        pass

    def succeeded(self, event: ServerHeartbeatSucceededEvent) -> None:
        local_time = event.reply.document.get('localTime')
        if local_time is not None:
            self._clock.observe(local_time)

    def failed(self, event: ServerHeartbeatFailedEvent) -> None:
        pass


def connect(uri: str, clock: Clock, timeout: float, listeners: Sequence[CommandListener] = ()) -> MongoClient:
    """A client that gives up after ``timeout`` seconds and keeps ``clock`` on the server's time."""
    milliseconds = int(timeout * 1000)
    return MongoClient(
        uri,
        tz_aware=True,
        event_listeners=[_ServerTime(clock)] + list(listeners),
        serverSelectionTimeoutMS=milliseconds,
        connectTimeoutMS=milliseconds,
        socketTimeoutMS=milliseconds + ANSWER,  # that a write is not confirmed in time is an answer
        # What we wrote must survive the death of the server, and a failover of a replica set: it decides whether a
        # message is sent again. A server that stands alone is a majority.
        w='majority',
        wTimeoutMS=milliseconds,
        journal=True,
        retryWrites=True,
        retryReads=True,
        # A host's document may hold any bytes.
        unicode_decode_error_handler='replace',
        # Connections of a rush go when it is over.
        maxIdleTimeMS=20000,
        appname='scan-notify',
    )


def is_away(error: BaseException) -> bool:
    """Whether an error says that no server answered."""
    return isinstance(error, ConnectionFailure)


def change(collection: Collection, document: Document, fields: Document) -> Optional[Document]:
    """Set ``fields`` if nobody changed ``document`` since it was read; the new document, or None: read and decide
    again.

    Every change of a run or a job goes through here; a whole document is never replaced.
    """
    try:
        return collection.find_one_and_update(
            {'_id': document['_id'], 'rev': document['rev']},
            {'$set': fields, '$inc': {'rev': 1}},
            return_document=ReturnDocument.AFTER,
        )
    except WriteConcernError:  # written and not confirmed in time: believed if it is there
        found = collection.find_one({'_id': document['_id']})
        return found if found is not None and _is_changed(document, found, fields) else None


def _is_changed(document: Document, found: Document, fields: Document) -> bool:
    return found.get('rev') == document['rev'] + 1 and holds(found, fields)


def holds(document: Document, fields: Document) -> bool:
    """Whether a document has these values; a name with a dot is a value in a section or a list."""
    return all(_stored(_at(document, path)) == _stored(fields[path]) for path in fields)


def _at(document: object, path: str) -> object:
    for name in path.split('.'):
        if isinstance(document, dict):
            document = document.get(name)
        elif isinstance(document, list) and name.isdigit() and int(name) < len(document):
            document = document[int(name)]
        else:
            return None
    return document


def _stored(value: object) -> bytes:
    return bson.encode({'value': value})


def check_storable(document: Document) -> None:
    """
    :raises Exception: of any kind, if MongoDB could not hold this
    """
    size = len(bson.encode(document))
    if size > MOST_BYTES:
        raise ValueError('too large to be stored: {} bytes'.format(size))


def insert(collection: Collection, document: Document) -> bool:
    """Write a new document; False: there is one with its id."""
    try:
        collection.insert_one(document)
    except DuplicateKeyError:
        return False
    except WriteConcernError:
        return collection.find_one({'_id': document['_id']}, {'_id': 1}) is not None
    return True


def update(collection: Collection, query: Document, changes: Document, upsert: bool = False) -> None:
    """A change that needs no look at what was there.

    Two upserts that race find a duplicate, and the server retries that by itself from 4.2 on. What is written and not
    confirmed in time is written.
    """
    for attempt in range(RACES):
        try:
            collection.update_one(query, changes, upsert=upsert)
            return
        except WriteConcernError:
            return
        except DuplicateKeyError:
            if attempt + 1 == RACES:
                raise


def get_or_insert(collection: Collection, identity: object, fields: Document) -> Document:
    """The document with this id, made of ``fields`` by whoever comes first."""
    for _ in range(RACES):
        found = collection.find_one({'_id': identity})
        if found is not None:
            return found
        try:
            return collection.find_one_and_update(
                {'_id': identity}, {'$setOnInsert': fields}, upsert=True, return_document=ReturnDocument.AFTER
            )
        except (DuplicateKeyError, WriteConcernError):  # somebody else, just now; or written and not confirmed
            continue
    raise AutoReconnect('{} is neither there nor can it be written'.format(identity))


def decided(
    collection: Collection, identity: object, fresh: Document, decide: Callable[[Document], Optional[Document]]
) -> Optional[Document]:
    """Read a document, ``decide`` the fields to set, set them if nobody was faster; again until it holds.

    Its ``rev`` is a new id each time, and not counted up: what stands there may be anything.

    :param fresh: the document, if there is none yet
    :returns: the document before the change; None if there was nothing to set
    """
    for _ in range(RACES):
        document = get_or_insert(collection, identity, dict(fresh, rev=ObjectId()))
        fields = decide(document)
        if fields is None:
            return None
        changed = dict(fields, rev=ObjectId())
        known = {'_id': identity, 'rev': {'$eq': document.get('rev')}}
        try:
            if collection.find_one_and_update(known, {'$set': changed}) is not None:
                return document
        except WriteConcernError:  # written and not confirmed in time: believed if it is there
            if (collection.find_one({'_id': identity}) or {}).get('rev') == changed['rev']:
                return document
    raise AutoReconnect('{} cannot be written'.format(identity))
