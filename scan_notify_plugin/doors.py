"""Documents are read through a door, which sets aside the odd ones: they are named once, marked, counted, and never
deleted.

The code behind a door meets no document that lacks a field or has one of another type, and the others go on.
"""

import logging
from datetime import datetime, timezone
from typing import Any, Callable, Iterable, List, Mapping, Optional, Sequence, Set, Tuple

from bson.errors import BSONError
from pymongo import DESCENDING
from pymongo.errors import DuplicateKeyError, OperationFailure, PyMongoError

from scan_notify_plugin.mongo import BULK, VERSION, Document, change, change_until_done
from scan_notify_plugin.records import Misshapen, difference, is_record, keys
from scan_notify_plugin.records import read as read_record
from scan_notify_plugin.secret import redact

#: Marks a document in the database, so that no worker takes it up again; who has mended it takes the mark away.
MARK = 'set_aside'
NOT_SET_ASIDE = {MARK: None}
_EVER = datetime(1970, 1, 1, tzinfo=timezone.utc)
#: The server will not take this document: too large, a name or a value that it has no place for (host:
#: error_codes.yml).
_REFUSED = frozenset([2, 14, 28, 40, 52, 55, 56, 57, 10334, 17280, 17419])
_MAX_WORDS = 200

log = logging.getLogger('scan_notify')

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


def is_newer(document: Mapping[str, Any], newest: int = VERSION) -> bool:
    """Whether a newer release wrote it: it is left to that."""
    version = document.get('v')
    return isinstance(version, int) and version > newest


class Aside:
    """What a process has set aside.

    :param tell: called once for each document with its kind, its id and what is wrong with it; raises nothing
    """

    def __init__(self, tell: Optional[Callable[[str, str, str], None]] = None) -> None:
        self.tell = tell
        self._known: Set[Tuple[str, str]] = set()
        self._unmarked: Set[Tuple[str, str]] = set()

    def put(self, kind: str, collection: Any, identity: Any, why: str) -> None:
        """Name a document, and mark it if it can be written.

        :param collection: None: it counts again as soon as it is mended
        """
        if (kind, str(identity)) in self._known:
            return
        self._known.add((kind, str(identity)))
        why = redact(why)[:_MAX_WORDS]
        log.error('%s %s is set aside, the others go on: %s', kind, identity, why)
        if collection is not None:
            self._mark(kind, collection, identity, why)
        if self.tell is not None:
            self.tell(kind, str(identity), why)

    def _mark(self, kind: str, collection: Any, identity: Any, why: str) -> None:
        try:
            now = datetime.now(timezone.utc)
            collection.update_one({'_id': identity}, {'$set': {MARK: {'at': now, 'why': why}}})
        except (PyMongoError, BSONError) as error:
            self._unmarked.add((kind, str(identity)))
            log.warning('%s %s cannot be marked: %s', kind, identity, type(error).__name__)

    def holds(self, kind: str, identity: Any) -> bool:
        """Whether a document is set aside that could not be marked."""
        return bool(self._unmarked) and (kind, str(identity)) in self._unmarked

    def of(self, kind: str) -> List[str]:
        """The ids that this process has set aside."""
        return [identity for one, identity in self._known if one == kind]


class Door:
    """A collection of documents of ours.

    :param kind: what one of them is called in the log
    :param shape: the record that each is (see :mod:`scan_notify_plugin.records`), or a check (see
        :mod:`scan_notify_plugin.shapes`)
    :param newest: the newest form that is known here
    """

    def __init__(
        self,
        collection: Any,
        kind: str,
        shape: Any,
        aside: Optional[Aside] = None,
        newest: int = VERSION,
    ) -> None:
        self._collection = collection
        self._kind = kind
        self._shape = shape
        self._aside = aside or Aside()
        self._newest = newest

    def find(
        self,
        query: Mapping[str, Any],
        sort: Sequence[Tuple[str, int]] = (),
        skip: int = 0,
        limit: int = 0,
    ) -> List[Any]:
        """The whole documents, as far as they are as they must be."""
        found = [self.made_of(one) for one in read(self._collection, query, None, sort, skip, limit, self._unreadable)]
        return [one for one in found if one is not None]

    def brief(
        self,
        query: Mapping[str, Any],
        shape: Any,
        sort: Sequence[Tuple[str, int]] = (),
        limit: int = 0,
        names: Iterable[str] = (),
    ) -> List[Any]:
        """Some fields of documents, as far as these are as they must be; what is set aside is left out.

        :param shape: a record with these fields alone, or a check
        :param names: of the fields, for a check
        """
        return [made for _, made in self.looks(query, shape, sort, limit, names) if made is not None]

    def looks(
        self,
        query: Mapping[str, Any],
        shape: Any,
        sort: Sequence[Tuple[str, int]] = (),
        limit: int = 0,
        names: Iterable[str] = (),
    ) -> List[Tuple[Document, Any]]:
        """Some fields of documents, and what was made of them; None if these are not as they must be."""
        wanted = list(names) or list(keys(shape))
        fields = dict.fromkeys(wanted + ['v', MARK], 1)
        found = read(self._collection, query, fields, sort, 0, limit, self._unreadable)
        return [(document, self.made_of(document, shape)) for document in found]

    def one(self, query: Mapping[str, Any], sort: Sequence[Tuple[str, int]] = ()) -> Any:
        """The first that is as it must be."""
        passed: List[Any] = []
        while True:
            asked = dict(query, _id={'$nin': passed}) if passed else query
            ordered = {'sort': list(sort)} if sort else {}
            try:
                document = self._collection.find_one(asked, **ordered)
                made = None if document is None else self.made_of(document)
                if document is None or made is not None:
                    return made
                identity = document['_id']
            except UNREADABLE as error:
                identity = self._collection.find_one(asked, {'_id': 1}, **ordered)['_id']
                self._unreadable(identity, error)
            if '_id' in query:
                return None
            passed.append(identity)

    def get(self, identity: Any) -> Any:
        """The document with this id, if there is one and it is as it must be."""
        return self.one({'_id': identity})

    def made_of(self, document: Document, shape: Any = None) -> Any:
        """What can be worked with; None if a document is not as it must be: then it is set aside."""
        if document.get(MARK) or self._aside.holds(self._kind, document['_id']):
            return None
        try:
            return _made(document, shape or self._shape)
        except Misshapen as problem:
            if not is_newer(document, self._newest):
                self._aside.put(self._kind, self._collection, document['_id'], str(problem))
            return None

    def change(self, before: Any, after: Any) -> Any:
        """See :func:`scan_notify_plugin.mongo.change`; one that cannot be written is set aside.

        :param after: the record as it shall be, or the fields to set
        :returns: what it is after that; None: somebody else was faster
        """
        document, fields = before, after
        if is_record(before):
            document, fields = {'_id': before.id, 'rev': before.rev}, difference(before, after)
            if not fields:
                return before
            if before.v < self._newest:  # what is written is of this form: earlier releases leave it alone from now on
                fields['v'] = self._newest
        try:
            changed = change(self._collection, dict(document), dict(fields))
        except Exception as error:
            self.failed(before, error)
            return None
        return None if changed is None else self.made_of(changed, type(before)) if is_record(before) else changed

    def change_until_done(self, identity: Any, decide: Callable[[Any], Any]) -> Any:
        """Read, ``decide``, :meth:`change`; again until it holds. None if there is nothing to change."""
        if not isinstance(self._shape, type):
            return change_until_done(self._collection, identity, decide, self.get, self.change)
        while True:
            before = self.get(identity)
            after = None if before is None else decide(before)
            if after is None or after == before:
                return None
            changed = self.change(before, after)
            if changed is not None:
                return changed

    def failed(self, document: Any, error: BaseException) -> None:
        """Set a document aside if it is to blame for ``error``; otherwise raise that."""
        identity = document.id if is_record(document) else document['_id']
        if not is_the_documents(error):
            raise error
        if not isinstance(error, (BSONError, PyMongoError)):  # nobody foresaw it: whoever mends it needs to see where
            log.error('%s %s', self._kind, identity, exc_info=error)
        self._aside.put(self._kind, self._collection, identity, '{}: {}'.format(type(error).__name__, error))

    def _unreadable(self, identity: Any, error: BaseException) -> None:
        self._aside.put(self._kind, self._collection, identity, 'it cannot be read: {}'.format(error))


def _made(document: Document, shape: Any) -> Any:
    if isinstance(shape, type):
        return read_record(shape, document)
    problem = shape(document)
    if problem:
        raise Misshapen(problem)
    return document


def marked(collection: Any, limit: int) -> List[Tuple[str, str]]:
    """The ids of documents that were set aside, the newest first, and what is wrong with each."""
    found = collection.find({MARK + '.at': {'$gt': _EVER}}, {MARK: 1}).sort(MARK + '.at', DESCENDING).limit(limit)
    return [(str(one['_id']), str(one[MARK].get('why'))) for one in found]


def ensure_index(collection: Any) -> None:
    """For :func:`marked`."""
    collection.create_index([(MARK + '.at', DESCENDING)], sparse=True, background=True)


def read(
    collection: Any,
    query: Mapping[str, Any],
    projection: Optional[Mapping[str, Any]] = None,
    sort: Sequence[Tuple[str, int]] = (),
    skip: int = 0,
    limit: int = 0,
    unreadable: Optional[Callable[[Any, BaseException], None]] = None,
) -> List[Document]:
    """Documents, without those that the driver cannot decode: one date in the year 10000 is no reason to read none.

    :param unreadable: called for each of these
    """

    def cursor(names: Optional[Mapping[str, Any]]) -> Any:
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
