"""The job collection."""

from datetime import datetime
from typing import Any, Callable, Dict, Iterable, List, Mapping, Optional

from pymongo import ASCENDING
from pymongo.errors import DuplicateKeyError

from scan_notify_plugin.mongo import BULK, VERSION, change, change_until_done

COLLECTION = 'scan_notify_job'


_BRIEF = dict.fromkeys(('rev', 'run_ids', 'kind', 'state', 'lane', 'waits', 'due_at', 'error'), 1)


class JobStore:
    """Reads and writes jobs."""

    def __init__(self, db: Any) -> None:
        self._jobs = db[COLLECTION]

    def ensure_indexes(self) -> None:
        self._jobs.create_index([('state', ASCENDING), ('lane', ASCENDING), ('due_at', ASCENDING)])
        self._jobs.create_index([('run_ids', ASCENDING)])

    def insert(self, job: Mapping[str, Any]) -> None:
        """Write a new job; one with its id may be there already, then this says the same."""
        try:
            self._jobs.insert_one(dict(job))
        except DuplicateKeyError:
            pass

    def get(self, job_id: str) -> Optional[Dict[str, Any]]:
        return self._jobs.find_one({'_id': job_id})

    def of_runs(self, run_ids: Iterable[str]) -> List[Dict[str, Any]]:
        """All jobs of these runs, the oldest first."""
        ids = list(run_ids)
        return list(self._jobs.find({'run_ids': {'$in': ids}}).sort([('created_at', 1), ('_id', 1)])) if ids else []

    def states_of_runs(self, run_ids: Iterable[str]) -> List[Dict[str, Any]]:
        """What is needed to fold the jobs of these runs, and to let go those that wait."""
        ids = list(run_ids)
        return list(self._jobs.find({'run_ids': {'$in': ids}}, _BRIEF).batch_size(BULK)) if ids else []

    def next_due(self, lane: str, now: datetime) -> Optional[Dict[str, Any]]:
        """The job of this lane that waits longest."""
        query = {'state': 'pending', 'lane': lane, 'due_at': {'$lte': now}, 'v': {'$lte': VERSION}}
        return self._jobs.find_one(query, sort=[('due_at', ASCENDING), ('_id', ASCENDING)])

    def next_time(self, lane: str) -> Optional[datetime]:
        """When this lane's next job is due; None if it has none."""
        job = self._jobs.find_one({'state': 'pending', 'lane': lane}, {'due_at': 1}, sort=[('due_at', ASCENDING)])
        return job['due_at'] if job else None

    def lanes_due(self, now: datetime) -> List[str]:
        """The lanes that have work."""
        return self._jobs.distinct('lane', {'state': 'pending', 'due_at': {'$lte': now}, 'v': {'$lte': VERSION}})

    def change(self, job: Mapping[str, Any], fields: Mapping[str, Any]) -> Optional[Dict[str, Any]]:
        """See :func:`scan_notify_plugin.mongo.change`."""
        return change(self._jobs, dict(job), dict(fields))

    def change_until_done(
        self, job_id: str, decide: Callable[[Dict[str, Any]], Optional[Dict[str, Any]]]
    ) -> Optional[Dict[str, Any]]:
        return change_until_done(self._jobs, job_id, decide)

    def forget_runs(self, run_ids: Iterable[str]) -> None:
        """Remove the jobs of runs that were removed."""
        ids = list(run_ids)
        if ids:
            self._jobs.delete_many({'run_ids': {'$in': ids}})
