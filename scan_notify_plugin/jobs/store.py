"""The job collection."""

from datetime import datetime
from typing import Any, Callable, Dict, Iterable, List, Mapping, Optional

from pymongo import ASCENDING, DESCENDING
from pymongo.errors import DuplicateKeyError

from scan_notify_plugin.jobs import alerts
from scan_notify_plugin.mongo import BULK, change, change_until_done

COLLECTION = 'scan_notify_job'


_BRIEF = dict.fromkeys(('rev', 'run_ids', 'kind', 'state', 'lane', 'waits', 'due_at', 'error', 'replaces'), 1)


class JobStore:
    """Reads and writes jobs."""

    def __init__(self, db: Any) -> None:
        self._jobs = db[COLLECTION]

    def ensure_indexes(self) -> None:
        self._jobs.create_index([('state', ASCENDING), ('lane', ASCENDING), ('due_at', ASCENDING)])
        self._jobs.create_index([('run_ids', ASCENDING)])
        self._jobs.create_index([('parts.key', ASCENDING)])
        self._jobs.create_index([('parts.content.follow', ASCENDING)], sparse=True)
        self._jobs.create_index([('created_at', DESCENDING)])

    def insert(self, job: Mapping[str, Any]) -> None:
        """Write a new job; one with its id may be there already, then this says the same."""
        try:
            self._jobs.insert_one(dict(job))
        except DuplicateKeyError:
            pass

    def get(self, job_id: str) -> Optional[Dict[str, Any]]:
        return self._jobs.find_one({'_id': job_id})

    def of_part(self, key: str) -> Optional[Dict[str, Any]]:
        """The job that has the part with this key; None if there is none."""
        return self._jobs.find_one({'parts.key': key})

    def followed(self, since: datetime) -> List[Dict[str, Any]]:
        """Notifications with messages that can be changed in place."""
        query = {'parts.content.follow': True, 'created_at': {'$gte': since}, 'kind': 'notify'}
        return list(self._jobs.find(query).batch_size(BULK))

    def of_runs(self, run_ids: Iterable[str]) -> List[Dict[str, Any]]:
        """All jobs of these runs, the oldest first."""
        ids = list(run_ids)
        return list(self._jobs.find({'run_ids': {'$in': ids}}).sort([('created_at', 1), ('_id', 1)])) if ids else []

    def recent_attempts(self, limit: int) -> List[Dict[str, Any]]:
        """The attempts of the newest messages, of so many at most."""
        newest = self._jobs.find({'kind': 'notify'}, {'attempts': 1}).sort('created_at', DESCENDING).limit(limit)
        return [attempt for job in newest.batch_size(limit) for attempt in job['attempts']]

    def states_of_runs(self, run_ids: Iterable[str]) -> List[Dict[str, Any]]:
        """What is needed to fold the jobs of these runs, and to let go those that wait."""
        ids = list(run_ids)
        return list(self._jobs.find({'run_ids': {'$in': ids}}, _BRIEF).batch_size(BULK)) if ids else []

    def next_due(self, lane: str, now: datetime) -> Optional[Dict[str, Any]]:
        """The oldest job of this lane that is due."""
        query = {'state': 'pending', 'lane': lane, 'due_at': {'$lte': now}, 'v': {'$lte': alerts.VERSION}}
        return self._jobs.find_one(query, sort=[('created_at', ASCENDING), ('_id', ASCENDING)])

    def next_time(self, lane: str) -> Optional[datetime]:
        """When this lane's next job is due; None if it has none."""
        job = self._jobs.find_one({'state': 'pending', 'lane': lane}, {'due_at': 1}, sort=[('due_at', ASCENDING)])
        return job['due_at'] if job else None

    def decided_after(self, time: datetime) -> List[Dict[str, Any]]:
        """The jobs that wait by a decision of a later time: the clock was set back since."""
        query = {'state': 'pending', 'decided_at': {'$gt': time}, 'v': {'$lte': alerts.VERSION}}
        return list(self._jobs.find(query).batch_size(BULK))

    def pending(self, lane: str) -> List[Dict[str, Any]]:
        """The jobs that wait in a lane, of so many at most that a round over them is quick."""
        return list(self._jobs.find({'state': 'pending', 'lane': lane, 'v': {'$lte': alerts.VERSION}}).limit(200))

    def open(self) -> List[Dict[str, Any]]:
        """``kind``, ``state`` and ``due_at`` of every job that is not done."""
        fields = dict.fromkeys(('kind', 'state', 'due_at'), 1)
        return list(self._jobs.find({'state': {'$in': ['pending', 'held']}}, fields).batch_size(BULK))

    def lanes_due(self, now: datetime) -> List[str]:
        """The lanes that have work."""
        return self._jobs.distinct('lane', {'state': 'pending', 'due_at': {'$lte': now}, 'v': {'$lte': alerts.VERSION}})

    def change(self, job: Mapping[str, Any], fields: Mapping[str, Any]) -> Optional[Dict[str, Any]]:
        """See :func:`scan_notify_plugin.mongo.change`."""
        return change(self._jobs, dict(job), dict(fields))

    def change_until_done(
        self, job_id: str, decide: Callable[[Dict[str, Any]], Optional[Dict[str, Any]]]
    ) -> Optional[Dict[str, Any]]:
        return change_until_done(self._jobs, job_id, decide)

    def created_since(self, since: datetime) -> List[Dict[str, Any]]:
        """``run_ids``, ``kind``, ``state``, ``lane``, ``route`` and ``at`` of the jobs made since a time."""
        fields = dict.fromkeys(('run_ids', 'kind', 'state', 'lane', 'route', 'at'), 1)
        return list(self._jobs.find({'created_at': {'$gte': since}}, fields).batch_size(BULK))

    def last_alert(self) -> Optional[Dict[str, Any]]:
        """The job of the newest alert; None if there was none."""
        return self._jobs.find_one({'_id': {'$regex': '^' + alerts.PREFIX}}, sort=[('created_at', DESCENDING)])

    def forget_alerts(self, before: datetime) -> None:
        """Remove alerts' jobs that are through and were made before a time; they have no run to leave with."""
        old = {'$lt': before}
        states = {'$nin': ['pending', 'held']}
        self._jobs.delete_many({'_id': {'$regex': '^' + alerts.PREFIX}, 'created_at': old, 'state': states})

    def forget_runs(self, run_ids: Iterable[str]) -> None:
        """Remove the jobs of runs that were removed."""
        ids = list(run_ids)
        if ids:
            self._jobs.delete_many({'run_ids': {'$in': ids}})
