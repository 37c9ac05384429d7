"""Lanes: named leases with a memory of what was sent, shared by all workers.

A lane gives order, pace and economy; safety never rests on it (that is ``rev``'s part).
"""

import uuid
from datetime import datetime, timedelta
from typing import Any, List, NamedTuple, Optional, Sequence

from pymongo import ReturnDocument
from pymongo.errors import DuplicateKeyError

COLLECTION = 'scan_notify_lane'

#: Longer than any single request may take, so that a holder who renews before each never loses it while alive.
LEASE = timedelta(seconds=60)


class Lease(NamedTuple):
    """A lane that is ours until ``until``."""

    lane: str
    claim: str
    until: datetime
    sent: List[datetime]
    #: until when the lane was put to rest by a service's answer, as the last holder left it
    cool_until: Optional[datetime] = None


class LaneStore:
    """Takes, keeps and gives back lanes."""

    def __init__(self, db: Any) -> None:
        self._lanes = db[COLLECTION]

    def take(self, lane: str, now: datetime) -> Optional[Lease]:
        """The lane, or None: somebody has it, or it may not be used yet."""
        claim = uuid.uuid4().hex
        try:
            found = self._lanes.find_one_and_update(
                {'_id': lane, 'free_at': {'$lte': now}},
                {'$set': {'claim': claim, 'free_at': now + LEASE}},
                upsert=True,
                return_document=ReturnDocument.AFTER,
            )
        except DuplicateKeyError:  # it exists and is not free, so the upsert could not insert it
            return None
        return Lease(lane, claim, now + LEASE, found.get('sent', []), found.get('cool_until'))

    def hold(self, lease: Lease, now: datetime, sent: Sequence[datetime]) -> Optional[Lease]:
        """Keep it for another while and note what is sent next; None: it was lost."""
        fields = {'free_at': now + LEASE, 'sent': list(sent)}
        found = self._lanes.find_one_and_update({'_id': lease.lane, 'claim': lease.claim}, {'$set': fields})
        return None if found is None else lease._replace(until=now + LEASE, sent=list(sent))

    def give_back(self, lease: Lease, free_at: datetime, cool_until: Optional[datetime] = None) -> None:
        """Let others have it from ``free_at`` on; a lost one stays as it is."""
        fields = {'claim': None, 'free_at': free_at, 'cool_until': cool_until}
        self._lanes.update_one({'_id': lease.lane, 'claim': lease.claim}, {'$set': fields})

    def forget(self, before: datetime) -> None:
        """Remove lanes that nobody has used since a time: their robots are gone."""
        self._lanes.delete_many({'free_at': {'$lt': before}})

    def all(self) -> List[Any]:
        """Every lane's document, for people to look at."""
        return list(self._lanes.find({}).sort('_id', 1))
