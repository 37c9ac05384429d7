"""Reads the host's result collections in batches, counts what it read and stops where it is asked to."""

import logging
from collections import Counter
from itertools import islice
from operator import itemgetter
from typing import Any, Callable, Dict, Iterator, List, Sequence

from scan_notify_plugin.errors import ScanNotifyError
from scan_notify_plugin.faults import Fault
from scan_notify_plugin.records import Document

__all__ = ['Cancelled', 'Reader']

#: Documents in one reply of the database, and those that are worked on at once (more are slower: caches).
REPLY = 1000
BATCH = 250
#: How long an unknown collection may take to tell whether it has results: it may be large and without an index.
LOOK_MS = 3000

log = logging.getLogger('scan_notify')


class Cancelled(ScanNotifyError):
    """The reading was cancelled by whoever asked for it."""

    def __init__(self) -> None:
        super().__init__(Fault('export.cancelled'))


class Reader:
    """All documents of some scan tasks, collection by collection."""

    def __init__(
        self, db: Any, task_ids: Sequence[str], progress: Callable[[int], object], cancelled: Callable[[], bool]
    ) -> None:
        self._db = db
        self._query = {'task_id': {'$in': list(task_ids)}}
        self._progress = progress
        self._cancelled = cancelled
        self._read = 0
        #: documents by scan task
        self.records: Counter = Counter()
        #: the same by collection
        self.collections: Dict[str, Counter] = {}

    def batches(
        self, collection: str, projection: Dict[str, int], reply: int = REPLY, counted: bool = True
    ) -> Iterator[List[Document]]:
        """The documents, in the order of the database.

        :param projection: of fields to read; with none all are
        :param reply: so many documents in one, where they are known to be large
        :param counted: whether they are records of their scan tasks
        """
        size, numbers = min(BATCH, reply), self.collections.setdefault(collection, Counter())
        cursor = self._find(collection, projection, reply)
        try:
            documents = list(islice(cursor, size))
        except AttributeError:  # mongomock cannot look for a path in a list of texts
            cursor.close()
            cursor = self._find(collection, {path.split('.')[0]: 1 for path in projection}, reply)
            documents = list(islice(cursor, size))
        try:
            while documents:
                if counted:
                    by_task = _by_task(documents)
                    numbers.update(by_task)
                    self.records.update(by_task)
                self._read += len(documents)
                self._progress(self._read)
                self.look()
                yield documents
                documents = list(islice(cursor, size))
        finally:
            cursor.close()

    def look(self) -> None:
        """
        :raises Cancelled: if it was
        """
        if self._cancelled():
            raise Cancelled()

    def has(self, collection: str) -> bool:
        """Is there anything of our tasks?"""
        return self._db[collection].find_one(self._query, {'_id': 1}) is not None

    def has_soon(self, collection: str) -> bool:
        """The same of a collection that we know nothing of; one that takes too long to tell is left out."""
        try:
            return self._db[collection].find_one(self._query, {'_id': 1}, max_time_ms=LOOK_MS) is not None
        except Exception as error:  # whatever the driver raises
            log.warning('collection %s is left out of the report: %s', collection, type(error).__name__)
            return False

    def _find(self, collection: str, projection: Dict[str, int], reply: int) -> Any:
        fields = dict(projection, task_id=1, _id=0) if projection else None
        return self._db[collection].find(self._query, fields).batch_size(reply)


def _by_task(documents: List[Document]) -> Counter:
    try:
        return Counter(map(itemgetter('task_id'), documents))
    except TypeError:  # a list with our id in it
        return Counter(str(document['task_id']) for document in documents)
