"""The collection of what is to be told of trouble: a few small documents that all workers share."""

from typing import Callable, Dict, Iterable, Mapping, Optional

from bson import ObjectId

from scan_notify_plugin.mongo import VERSION, Database, get_or_insert
from scan_notify_plugin.records import Document

COLLECTION = 'scan_notify_alert'
#: A change that somebody else is faster at so often is left for later.
TRIES = 50


class Busy(Exception):
    """Others change the document all the time."""


class AlertStore:
    """Reads and changes ``scan_notify_alert``. Only the fields that are set are touched, whatever else a document
    holds.
    """

    def __init__(self, db: Database) -> None:
        self._alerts = db[COLLECTION]

    def all(self) -> Dict[str, Document]:
        """Every document by its id; there is one for each kind, and two more."""
        return {document['_id']: document for document in self._alerts.find({}).limit(100)}

    def by_ids(self, identities: Iterable[str]) -> Dict[str, Document]:
        """These documents, as far as they are there."""
        return {document['_id']: document for document in self._alerts.find({'_id': {'$in': list(identities)}})}

    def change(self, identity: str, decide: Callable[[Document], Optional[Mapping[str, object]]]) -> Optional[Document]:
        """Read, ``decide`` the fields to set, set them if nobody was faster; again until it holds.

        :returns: the document after it; None if there was nothing to set
        :raises Busy: if somebody else always was faster
        """
        for _ in range(TRIES):
            document = get_or_insert(self._alerts, identity, {'v': VERSION, 'rev': ObjectId()})
            fields = decide(document)
            if fields is None:
                return None
            # By a new id and not by counting up: what stands there may be anything.
            changed = dict(fields, v=VERSION, rev=ObjectId())
            known = {'_id': identity, 'rev': {'$eq': document.get('rev')}}
            if self._alerts.find_one_and_update(known, {'$set': changed}) is not None:
                return dict(document, **changed)
        raise Busy(identity)
