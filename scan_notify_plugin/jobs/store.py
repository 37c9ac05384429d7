"""The job collection."""

from datetime import datetime, timezone
from typing import Any, Callable, Dict, Iterable, List, Mapping, Optional, Set

from pymongo import ASCENDING, DESCENDING

from scan_notify_plugin.doors import NOT_SET_ASIDE, Aside, Door, ensure_index
from scan_notify_plugin.jobs import alerts
from scan_notify_plugin.jobs.rules import OPEN
from scan_notify_plugin.jobs.shape import STATES, brief_problem_of, broken, partly, problem_of
from scan_notify_plugin.mongo import BULK, insert

COLLECTION = 'scan_notify_job'

_EVER = datetime(1970, 1, 1, tzinfo=timezone.utc)

_BRIEF = ('v', 'rev', 'run_ids', 'kind', 'state', 'lane', 'waits', 'due_at', 'error', 'replaces')
_ENDED = ('v', 'rev', 'run_ids', 'kind', 'state', 'route', 'at', 'format', 'test', 'untold')
_IN_TURN = [(name, ASCENDING) for name in ('test', 'created_at', '_id')]


def _due(lane: str, now: datetime) -> Dict[str, Any]:
    query = {'state': 'pending', 'lane': lane, 'due_at': {'$lte': now}, 'v': {'$lte': alerts.VERSION}}
    return dict(query, **NOT_SET_ASIDE)


class JobStore:
    """Reads and writes jobs."""

    def __init__(self, db: Any, aside: Optional[Aside] = None) -> None:
        self._jobs = db[COLLECTION]
        self._door = Door(self._jobs, 'job', problem_of, aside, alerts.VERSION)

    def ensure_indexes(self) -> None:
        ensure_index(self._jobs)
        self._jobs.create_index([('state', ASCENDING), ('lane', ASCENDING), ('due_at', ASCENDING)], background=True)
        in_order = [(name, ASCENDING) for name in ('state', 'lane', 'test', 'created_at', '_id')]
        self._jobs.create_index(in_order, background=True)
        self._jobs.create_index([('run_ids', ASCENDING)], background=True)
        self._jobs.create_index([('parts.key', ASCENDING)], background=True)
        self._jobs.create_index([('parts.content.follow', ASCENDING)], sparse=True, background=True)
        self._jobs.create_index([('created_at', DESCENDING)], background=True)
        self._jobs.create_index([('untold', ASCENDING)], sparse=True, background=True)

    def insert(self, job: Mapping[str, Any]) -> bool:
        """Write a new job; False: one with its id is there already, and says the same."""
        return insert(self._jobs, dict(job))

    def get(self, job_id: str) -> Optional[Dict[str, Any]]:
        """The job; None if there is none, or it is set aside."""
        return self._door.get(job_id)

    def of_part(self, key: str) -> Optional[Dict[str, Any]]:
        """The job that has the part with this key; None if there is none."""
        return self._door.one({'parts.key': key})

    def followed(self, since: datetime) -> List[Dict[str, Any]]:
        """Notifications with messages that can be changed in place."""
        query = {'parts.content.follow': True, 'created_at': {'$gte': since}, 'kind': 'notify'}
        return self._door.find(query)

    def of_runs(self, run_ids: Iterable[str], **more: Any) -> List[Dict[str, Any]]:
        """All jobs of these runs, the oldest first; or those that have these values."""
        ids = list(run_ids)
        found = self._door.find(dict(more, run_ids={'$in': ids})) if ids else []
        return sorted(found, key=lambda job: (job['created_at'], job['_id']))

    def recent_attempts(self, limit: int) -> List[Dict[str, Any]]:
        """The attempts of the newest messages, of so many at most."""
        newest = self._door.brief({'kind': 'notify'}, ['attempts'], partly(['attempts']), [('created_at', DESCENDING)], limit)
        return [attempt for job in newest for attempt in job['attempts']]

    def runs_with_open(self, **more: Any) -> Set[str]:
        """The runs with a job that is not through, and has these values."""
        return set(self._jobs.distinct('run_ids', dict(NOT_SET_ASIDE, state={'$in': sorted(OPEN)}, **more)))

    def states_of_runs(self, run_ids: Iterable[str]) -> List[Dict[str, Any]]:
        """What is needed to fold the jobs of these runs, and to let go those that wait.

        One that is set aside has failed: nobody will work on it.
        """
        ids = list(run_ids)
        found = self._door.looks({'run_ids': {'$in': ids}}, _BRIEF, brief_problem_of) if ids else []
        return [job if sound else broken(job) for job, sound in found]

    def set_aside(self, job_id: str) -> Optional[Dict[str, Any]]:
        """What is needed to fold a job that is set aside; None if it is not."""
        found = self._door.looks({'_id': job_id}, _BRIEF, brief_problem_of)
        return next((broken(job) for job, sound in found if not sound), None)

    def next_due(self, lane: str, now: datetime) -> Optional[Dict[str, Any]]:
        """The oldest job of this lane that is due; a test message comes after real ones."""
        return self._door.one(_due(lane, now), _IN_TURN)

    def due(self, lane: str, now: datetime, most: int) -> List[Dict[str, Any]]:
        """The next ones, in their turn."""
        return self._door.find(_due(lane, now), _IN_TURN, limit=most)

    def next_time(self, lane: str) -> Optional[datetime]:
        """When this lane's next job is due; None if it has none."""
        query = {'state': 'pending', 'lane': lane, 'due_at': {'$gt': _EVER}, 'v': {'$lte': alerts.VERSION}}
        job = self._jobs.find_one(dict(query, **NOT_SET_ASIDE), {'due_at': 1}, sort=[('due_at', ASCENDING)])
        return job['due_at'] if job else None

    def decided_after(self, time: datetime) -> List[Dict[str, Any]]:
        """The jobs that wait by a decision of a later time: the clock was set back since."""
        query = {'state': 'pending', 'decided_at': {'$gt': time}, 'v': {'$lte': alerts.VERSION}}
        return self._door.find(dict(query, **NOT_SET_ASIDE))

    def untold(self, since: datetime, limit: int) -> List[Dict[str, Any]]:
        """What is needed to tell operators of the jobs that came to a bad end since a time, the oldest first."""
        query = dict(NOT_SET_ASIDE, untold={'$gt': since}, v={'$lte': alerts.VERSION})
        found = self._door.brief(query, _ENDED, partly(_ENDED), [('untold', ASCENDING)], limit)
        return sorted(found, key=lambda job: (job['untold'], job['_id']))

    def pending(self, lane: str) -> List[Dict[str, Any]]:
        """The jobs that wait in a lane, of so many at most that a round over them is quick."""
        query = {'state': 'pending', 'lane': lane, 'v': {'$lte': alerts.VERSION}}
        return self._door.find(dict(query, **NOT_SET_ASIDE), limit=200)

    def open(self) -> List[Dict[str, Any]]:
        """``kind``, ``state`` and ``due_at`` of every job that is not done."""
        fields = ('kind', 'state', 'due_at')
        query = {'state': {'$in': ['pending', 'held']}}
        return self._door.brief(dict(query, **NOT_SET_ASIDE), fields, partly(fields))

    def lanes_due(self, now: datetime) -> List[str]:
        """The lanes that have work."""
        query = {'state': 'pending', 'due_at': {'$lte': now}, 'v': {'$lte': alerts.VERSION}}
        return [lane for lane in self._jobs.distinct('lane', dict(query, **NOT_SET_ASIDE)) if isinstance(lane, str)]

    def look_through(self) -> None:
        """Set those aside that no other look finds: nobody knows whether they are done."""
        self._door.find(dict(NOT_SET_ASIDE, state={'$nin': list(STATES)}))

    def change(self, job: Mapping[str, Any], fields: Mapping[str, Any]) -> Optional[Dict[str, Any]]:
        """See :meth:`scan_notify_plugin.doors.Door.change`."""
        return self._door.change(job, fields)

    def failed(self, job: Mapping[str, Any], error: BaseException) -> None:
        """See :meth:`scan_notify_plugin.doors.Door.failed`."""
        self._door.failed(job, error)

    def change_until_done(
        self, job_id: str, decide: Callable[[Dict[str, Any]], Optional[Dict[str, Any]]]
    ) -> Optional[Dict[str, Any]]:
        return self._door.change_until_done(job_id, decide)

    def created_since(self, since: datetime) -> List[Dict[str, Any]]:
        """``run_ids``, ``kind``, ``state``, ``lane``, ``route`` and ``at`` of the jobs made since a time."""
        fields = ('run_ids', 'kind', 'state', 'lane', 'route', 'at')
        return self._door.brief({'created_at': {'$gte': since}}, fields, partly(fields))

    def last_alert(self) -> Optional[Dict[str, Any]]:
        """The job of the newest alert; None if there was none."""
        return self._door.one({'_id': {'$regex': '^' + alerts.PREFIX}}, [('created_at', DESCENDING)])

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

    def forget_orphans(self, before: datetime, recorded: Callable[[List[str]], Iterable[str]]) -> None:
        """Remove old jobs whose run is not there any more.

        :param recorded: which of these runs there are
        """
        old = self._jobs.find({'created_at': {'$lt': before}}, {'run_ids': 1}).batch_size(BULK)
        named = {one for job in old for one in _texts(job.get('run_ids'))}
        self.forget_runs(sorted(named.difference(recorded(sorted(named)))))


def _texts(value: Any) -> List[str]:
    return [one for one in value if isinstance(one, str)] if isinstance(value, list) else []
