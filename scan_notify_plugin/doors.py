"""Documents are read through a door, which sets aside the odd ones: they are named once, marked, counted, and never
deleted.

The code behind a door meets no document that lacks a field or has one of another type, and the others go on.
"""

import logging
from datetime import datetime, timezone
from typing import Callable, Generic, List, Mapping, Optional, Sequence, Set, Tuple, Type, TypeVar

from bson.errors import BSONError
from pymongo import DESCENDING
from pymongo.cursor import Cursor
from pymongo.errors import DuplicateKeyError, OperationFailure, PyMongoError

from scan_notify_plugin.faults import ENGLISH, Fault, quoted, rewritten, say
from scan_notify_plugin.mongo import BULK, VERSION, Collection, change
from scan_notify_plugin.readers import Misshapen
from scan_notify_plugin.records import Document, difference, identity_of, keys, read_record, version_of
from scan_notify_plugin.secret import redact

#: Marks a document in the database, so that no worker takes it up again; who has mended it takes the mark away.
MARK = 'set_aside'
NOT_SET_ASIDE = {MARK: None}
_EVER = datetime(1970, 1, 1, tzinfo=timezone.utc)
#: The server will not take this document: too large, a name or a value that it has no place for (host:
#: error_codes.yml).
_REFUSED = frozenset([2, 14, 28, 40, 52, 55, 56, 57, 10334, 17280, 17419])
_MOST_CHARACTERS = 200

log = logging.getLogger('scan_notify')

R = TypeVar('R')
B = TypeVar('B')
Query = Mapping[str, object]
Sort = Sequence[Tuple[str, int]]

#: What the driver raises when it cannot decode a document.
UNREADABLE = (BSONError, ValueError, OverflowError)
#: What a program meets in a document that it did not expect.
UNEXPECTED = (LookupError, TypeError, ValueError, AttributeError, ArithmeticError, RecursionError, BSONError)


def is_the_documents(error: BaseException) -> bool:
    """Whether an error comes from what is in a document, and would come again; not from the connection or the
    server.
    """
    if isinstance(error, OperationFailure):
        return error.code in _REFUSED and not isinstance(error, DuplicateKeyError)
    return isinstance(error, UNEXPECTED)  # the driver's own InvalidDocument and DocumentTooLarge are among them


def is_newer(document: Document, newest: int = VERSION) -> bool:
    """Whether a newer release wrote it: it is left to that."""
    version = document.get('v')
    return isinstance(version, int) and version > newest


class Aside:
    """What a process has set aside.

    :param tell: called once for each document with its kind, its id and what is wrong with it; raises nothing
    """

    def __init__(self, tell: Optional[Callable[[str, str, Fault], None]] = None) -> None:
        self.tell = tell
        self._known: Set[Tuple[str, str]] = set()
        self._unmarked: Set[Tuple[str, str]] = set()

    def put(self, kind: str, collection: Optional[Collection], identity: object, why: Fault) -> None:
        """Name a document, and mark it if it can be written.

        :param collection: None: it counts again as soon as it is mended
        """
        if (kind, str(identity)) in self._known:
            return
        self._known.add((kind, str(identity)))
        why = rewritten(why, lambda text: redact(text)[:_MOST_CHARACTERS])
        log.error('%s %s is set aside, the others go on: %s', kind, identity, say(why, ENGLISH))
        if collection is not None:
            self._mark(kind, collection, identity, why)
        if self.tell is not None:
            self.tell(kind, str(identity), why)

    def _mark(self, kind: str, collection: Collection, identity: object, why: Fault) -> None:
        try:
            mark = {'at': datetime.now(timezone.utc), 'why': say(why, ENGLISH), 'fault': why.to_stored()}
            collection.update_one({'_id': identity}, {'$set': {MARK: mark}})
        except (PyMongoError, BSONError) as error:
            self._unmarked.add((kind, str(identity)))
            log.warning('%s %s cannot be marked: %s', kind, identity, type(error).__name__)

    def holds(self, kind: str, identity: object) -> bool:
        """Whether a document is set aside that could not be marked."""
        return bool(self._unmarked) and (kind, str(identity)) in self._unmarked

    def of(self, kind: str) -> List[str]:
        """The ids that this process has set aside."""
        return [identity for one, identity in self._known if one == kind]


class Door(Generic[R]):
    """A collection of documents of ours, which are read as records (see :mod:`scan_notify_plugin.records`).

    :param kind: what one of them is called in the log
    :param newest: the newest form that is known here
    """

    def __init__(
        self,
        collection: Collection,
        kind: str,
        record: Type[R],
        aside: Optional[Aside] = None,
        newest: int = VERSION,
    ) -> None:
        self._collection = collection
        self._kind = kind
        self._record = record
        self._aside = aside or Aside()
        self._newest = newest

    def find(self, query: Query, sort: Sort = (), skip: int = 0, limit: int = 0) -> List[R]:
        """The whole documents, as far as they are as they must be."""
        found = read_documents(self._collection, query, None, sort, skip, limit, self._unreadable)
        return [made for made in (self._made_of(document, self._record) for document in found) if made is not None]

    def brief(self, query: Query, record: Type[B], sort: Sort = (), limit: int = 0) -> List[B]:
        """Some fields of documents, as far as these are as they must be; what is set aside is left out.

        :param record: one with these fields alone
        """
        return [made for _, made in self.looks(query, record, sort, limit) if made is not None]

    def looks(
        self, query: Query, record: Type[B], sort: Sort = (), limit: int = 0
    ) -> List[Tuple[Document, Optional[B]]]:
        """Some fields of documents, and what was made of them; None if these are not as they must be."""
        names = dict.fromkeys(list(keys(record)) + ['v', MARK], 1)
        found = read_documents(self._collection, query, names, sort, 0, limit, self._unreadable)
        return [(document, self._made_of(document, record)) for document in found]

    def one(self, query: Query, sort: Sort = ()) -> Optional[R]:
        """The first that is as it must be."""
        passed: List[object] = []
        while True:
            asked = dict(query, _id={'$nin': passed}) if passed else query
            ordered = {'sort': list(sort)} if sort else {}
            try:
                document = self._collection.find_one(asked, **ordered)
                made = None if document is None else self._made_of(document, self._record)
                if document is None or made is not None:
                    return made
                identity = document['_id']
            except UNREADABLE as error:
                identity = self._collection.find_one(asked, {'_id': 1}, **ordered)['_id']
                self._unreadable(identity, error)
            if '_id' in query:
                return None
            passed.append(identity)

    def get(self, identity: object) -> Optional[R]:
        """The document with this id, if there is one and it is as it must be."""
        return self.one({'_id': identity})

    def _made_of(self, document: Document, record: Type[B]) -> Optional[B]:
        """What can be worked with; None if a document is not as it must be: then it is set aside."""
        if document.get(MARK) or self._aside.holds(self._kind, document['_id']):
            return None
        try:
            return read_record(record, document)
        except Misshapen as error:
            if not is_newer(document, self._newest):
                self._aside.put(self._kind, self._collection, document['_id'], fault_of(error))
            return None

    def change(self, before: B, after: B) -> Optional[B]:
        """See :func:`scan_notify_plugin.mongo.change`; one that cannot be written is set aside.

        :returns: what it is after that; None: somebody else was faster
        """
        version = version_of(before)
        fields = difference(before, after)
        if not fields:
            return before
        if version.v < self._newest:  # what is written is of this form: earlier releases leave it alone from now on
            fields['v'] = self._newest
        try:
            changed = change(self._collection, {'_id': version.id, 'rev': version.rev}, fields)
        except Exception as error:
            self.failed(before, error)
            return None
        return None if changed is None else self._made_of(changed, type(before))

    def change_until_done(self, identity: object, decide: Callable[[R], Optional[R]]) -> Optional[R]:
        """Read, ``decide``, :meth:`change`; again until it holds. None if there is nothing to change."""
        while True:
            before = self.get(identity)
            after = None if before is None else decide(before)
            if before is None or after is None or after == before:
                return None
            changed = self.change(before, after)
            if changed is not None:
                return changed

    def failed(self, record: object, error: BaseException) -> None:
        """Set a document aside if it is to blame for ``error``; otherwise raise that."""
        identity = identity_of(record)
        if not is_the_documents(error):
            raise error
        if not isinstance(error, (BSONError, PyMongoError)):  # nobody foresaw it: whoever mends it needs to see where
            log.error('%s %s', self._kind, identity, exc_info=error)
        self._aside.put(self._kind, self._collection, identity, quoted('{}: {}'.format(type(error).__name__, error)))

    def _unreadable(self, identity: object, error: BaseException) -> None:
        self._aside.put(self._kind, self._collection, identity, Fault('document.unreadable', detail=str(error)))


def fault_of(error: Misshapen) -> Fault:
    """That a document is not as it must be."""
    fault = Fault(error.code, **error.facts)
    return Fault('document.at', path='.'.join(error.path), cause=fault) if error.path else fault


def marked(collection: Collection, limit: int) -> List[Tuple[str, Fault]]:
    """The ids of documents that were set aside, the newest first, and what is wrong with each."""
    found = collection.find({MARK + '.at': {'$gt': _EVER}}, {MARK: 1}).sort(MARK + '.at', DESCENDING).limit(limit)
    return [(str(document['_id']), _why(document[MARK])) for document in found]


def _why(mark: Document) -> Fault:
    try:
        return Fault.from_stored(mark['fault'])
    except (KeyError, Misshapen):  # an earlier release, or a newer one, has written it
        return quoted(mark.get('why'))


def ensure_index(collection: Collection) -> None:
    """For :func:`marked`."""
    collection.create_index([(MARK + '.at', DESCENDING)], sparse=True, background=True)


def read_documents(
    collection: Collection,
    query: Query,
    projection: Optional[Query] = None,
    sort: Sort = (),
    skip: int = 0,
    limit: int = 0,
    unreadable: Optional[Callable[[object, BaseException], None]] = None,
) -> List[Document]:
    """Documents, without those that the driver cannot decode: one date in the year 10000 is no reason to read none.

    :param unreadable: called for each of these
    """

    def cursor(names: Optional[Query]) -> Cursor:
        found = collection.find(query, names) if names else collection.find(query)
        found = found.sort(list(sort)) if sort else found
        found = found.skip(skip) if skip else found
        return found.limit(limit) if limit else found.batch_size(BULK)

    try:
        return list(cursor(projection))
    except UNREADABLE:
        pass
    documents = []
    for identity in [one['_id'] for one in cursor({'_id': 1})]:
        try:
            document = collection.find_one({'_id': identity}, projection)
            documents += [document] if document is not None else []
        except UNREADABLE as error:
            if unreadable is not None:
                unreadable(identity, error)
    return documents
