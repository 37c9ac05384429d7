"""Lanes: named leases with a memory of what was sent, shared by all workers.

A lane gives order, pace and economy; safety never rests on it (that is ``rev``'s part). Nor does it rest on clocks that
agree: a lease or a rest that cannot be is watched by this process's own clock before it is overruled.
"""

import threading
import uuid
from datetime import datetime, timedelta
from typing import Dict, List, Mapping, NamedTuple, Optional, Sequence, Tuple

from pymongo import ReturnDocument
from pymongo.errors import DuplicateKeyError, WriteConcernError

from scan_notify_plugin.clock import SLACK, Clock
from scan_notify_plugin.doors import is_the_documents, read_documents
from scan_notify_plugin.jobs.lane import Hanging, Lane, lane_of
from scan_notify_plugin.mongo import Database
from scan_notify_plugin.records import Document, to_document

COLLECTION = 'scan_notify_lane'

#: Renewed several times within it, so that a holder never loses its lane while it lives.
LEASE = timedelta(seconds=60)
#: The most that a lane rests which does not say since when: an early version's longest cool-down.
_OLD_REST = timedelta(minutes=10)
#: No pause that a service asks for is longer (:data:`scan_notify_plugin.notifiers.replies.MAX_PAUSE`).
_LONGEST_REST = timedelta(days=1, minutes=1)
_KEEP_SENT = 100


class Lease(NamedTuple):
    """A lane that is ours until ``until``."""

    lane: str
    claim: str
    until: datetime
    sent: List[datetime]
    #: until when the lane was put to rest by a service's answer, as the last holder left it
    cool_until: Optional[datetime] = None


class LaneStore:
    """Takes, keeps and gives back lanes. Safe for threads that are at different lanes.

    :param clock: the time that is handed in comes from it
    """

    def __init__(self, db: Database, clock: Optional[Clock] = None) -> None:
        self._lanes = db[COLLECTION]
        self._clock = clock or Clock()
        self._lock = threading.Lock()
        #: claims of ours that may stand in the database although nobody works under them: an answer was lost
        self._left: Dict[str, str] = {}
        #: what kept a lane from us, and since when we have seen exactly that
        self._seen: Dict[str, Tuple[str, float]] = {}
        #: claims under which this process works now
        self._held: Dict[str, str] = {}
        self._refused: Dict[str, float] = {}
        #: when this process sent in a lane, by the clock that nobody sets
        self._sent: Dict[str, List[float]] = {}

    def take(self, lane: str, now: datetime) -> Optional[Lease]:
        """The lane, or None: somebody has it, or it may not be used yet."""
        free: Document = {'free_at': {'$lte': now}}
        if self._clock.grace(2 * LEASE):  # a lease may only seem to have run out
            free['claim'] = None
        document = self._try(lane, free, now, upsert=True)
        if document is None:
            left = self._left.get(lane)
            document = self._try(lane, {'claim': left}, now) if left else None
        if document is None:  # also where an answer was lost: it may never have been ours
            document = self._overruled(lane, now)
        with self._lock:
            if document is None:
                self._refused[lane] = self._clock.monotonic()
                return None
            self._held[lane] = document['claim']
            memories: Tuple[Document, ...] = (self._seen, self._left, self._refused)
            for memory in memories:
                memory.pop(lane, None)
        taken = lane_of(document)
        return Lease(lane, document['claim'], now + LEASE, self._remembered(taken, now), taken.cool_until)

    def _try(self, lane: str, where: Mapping[str, object], now: datetime, upsert: bool = False) -> Optional[Document]:
        claim = uuid.uuid4().hex
        try:
            return self._lanes.find_one_and_update(
                dict(where, _id=lane),
                {'$set': {'claim': claim, 'free_at': now + LEASE, 'hung': None}},
                upsert=upsert,
                return_document=ReturnDocument.AFTER,
            )
        except DuplicateKeyError:  # it exists and is not free, so the upsert could not insert it
            return None
        except WriteConcernError:  # written, and not confirmed in time
            return self._lanes.find_one({'_id': lane, 'claim': claim})
        except Exception:
            self._left[lane] = claim  # it may be ours: the answer is lost
            raise

    def _overruled(self, lane: str, now: datetime) -> Optional[Document]:
        """The lane if it is kept by what no clock that agrees with ours can have written, for long enough."""
        document = self._lanes.find_one({'_id': lane})
        if document is None:
            return None
        limit, known = _kept_for(lane_of(document), now), (document.get('claim'), document.get('free_at'))
        with self._lock:
            if limit is None:
                self._seen.pop(lane, None)
                return None
            if self._seen.get(lane, ('',))[0] != repr(known):  # not the values: a number that is none equals nothing
                self._seen[lane] = (repr(known), self._clock.monotonic())
            since = self._seen[lane][1]
        if self._clock.monotonic() - since < limit.total_seconds():
            return None
        unchanged: Document = {'claim': known[0]}
        if isinstance(known[1], datetime):
            unchanged['free_at'] = known[1]
        return self._try(lane, unchanged, now)

    def _remembered(self, lane: Lane, now: datetime) -> List[datetime]:
        """When was sent. After a step of a clock the stored times mislead, and what this process knows itself
        counts.
        """
        if not self._clock.grace() and all(at <= now + SLACK for at in lane.sent):
            return list(lane.sent)
        own, here = self._sent.get(lane.id), self._clock.monotonic()
        if own:
            return [now - timedelta(seconds=here - at) for at in own]
        return [min(at, now) for at in lane.sent]

    def hold(self, lease: Lease, now: datetime, sent: Sequence[datetime]) -> Optional[Lease]:
        """Keep it for another while and note what is sent next; None: it was lost."""
        fields = {'free_at': now + LEASE, 'sent': list(sent)}
        if not self._set(lease, fields):
            return None
        if sent and list(sent) != list(lease.sent):
            self._sent[lease.lane] = (self._sent.get(lease.lane, []) + [self._clock.monotonic()])[-_KEEP_SENT:]
        return lease._replace(until=now + LEASE, sent=list(sent))

    def renew(self, now: datetime) -> None:
        """Keep all that this process holds, in one round trip."""
        with self._lock:
            claims = sorted(self._held.values())
        if claims:
            try:
                self._lanes.update_many({'claim': {'$in': claims}}, {'$set': {'free_at': now + LEASE}})
            except WriteConcernError:  # written, and not confirmed in time
                pass

    def refused(self, lane: str, seconds: float) -> bool:
        """Whether this lane could not be had within the last ``seconds``."""
        return self._clock.monotonic() - self._refused.get(lane, float('-inf')) < seconds

    def hang(self, lease: Lease, hung: Hanging, now: datetime) -> bool:
        """Say that a call hangs in it, and keep it; False: it was lost."""
        fields = {'free_at': now + LEASE, 'hung': to_document(hung)}
        return self._set(lease, fields)

    def _set(self, lease: Lease, fields: Document) -> bool:
        """Change a lane that is ours; False: it was lost."""
        ours = {'_id': lease.lane, 'claim': lease.claim}
        try:
            return self._lanes.find_one_and_update(ours, {'$set': fields}) is not None
        except WriteConcernError:  # written, and not confirmed in time
            return self._lanes.find_one(ours, {'_id': 1}) is not None

    def give_back(
        self, lease: Lease, free_at: datetime, cool_until: Optional[datetime] = None, ticked: bool = False
    ) -> None:
        """Let others have it from ``free_at`` on; a lost one stays as it is.

        :param ticked: count one more use
        """
        fields = {
            'claim': None, 'free_at': free_at, 'cool_until': cool_until, 'rested_at': self._clock.now(), 'hung': None,
        }  # fmt: skip
        change: Document = {'$set': fields}
        if ticked:
            change['$inc'] = {'ticked': 1}
        with self._lock:
            if self._held.get(lease.lane) == lease.claim:
                del self._held[lease.lane]
        try:
            self._counted({'_id': lease.lane, 'claim': lease.claim}, change)
        except WriteConcernError:  # written, and not confirmed in time
            pass
        except Exception:
            self._left[lease.lane] = lease.claim
            raise

    def _counted(self, ours: Document, change: Document) -> None:
        """Change a lane, also one whose count of uses is odd."""
        try:
            self._lanes.update_one(ours, change)
        except Exception as error:
            if '$inc' not in change or not is_the_documents(error):
                raise
            # The count of its uses is no number: it begins anew, or no tick would ever give its lane back.
            self._lanes.update_one(ours, {'$set': dict(change['$set'], **change['$inc'])})

    def forget(self, before: datetime) -> None:
        """Remove lanes that nobody has used since a time: their robots are gone."""
        self._lanes.delete_many({'free_at': {'$lt': before}})

    def all(self) -> List[Lane]:
        """Every lane, for people to look at."""
        lanes = [lane_of(document) for document in read_documents(self._lanes, {}) if isinstance(document['_id'], str)]
        return sorted(lanes, key=lambda lane: lane.id)


def _kept_for(lane: Lane, now: datetime) -> Optional[timedelta]:
    """How long to watch a lane that is not free before it is taken all the same; None: what keeps it is in order."""
    if lane.free_at is None or lane.claim is not None:
        return LEASE  # whoever holds it renews it before that
    if lane.free_at > now + _LONGEST_REST:
        return LEASE
    if lane.rested_at is None:
        return _OLD_REST if lane.free_at > now + _OLD_REST else None
    return max(timedelta(0), lane.free_at - lane.rested_at) if lane.rested_at > now + SLACK else None
