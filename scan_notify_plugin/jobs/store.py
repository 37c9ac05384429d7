"""The job collection."""

from datetime import datetime, timezone
from typing import Callable, Iterable, List, Optional, Set, TypeVar

from pymongo import ASCENDING, DESCENDING

from scan_notify_plugin.doors import NOT_SET_ASIDE, Aside, Door, ensure_index, is_newer
from scan_notify_plugin.faults import Fault
from scan_notify_plugin.jobs import alerts
from scan_notify_plugin.jobs.job import OPEN, VERSION, Attempt, Job, Kind, State
from scan_notify_plugin.jobs.views import Delivery, Ended, Tries, Turn, Waiting
from scan_notify_plugin.mongo import BULK, Database, insert
from scan_notify_plugin.records import Document, to_document

COLLECTION = 'scan_notify_job'

_EVER = datetime(1970, 1, 1, tzinfo=timezone.utc)

_OPEN = sorted(state.value for state in OPEN)
_IN_TURN = [(name, ASCENDING) for name in ('test', 'created_at', '_id')]

J = TypeVar('J', Job, Turn, Ended)


def _due(lane: str, now: datetime) -> Document:
    query = {'state': 'pending', 'lane': lane, 'due_at': {'$lte': now}, 'v': {'$lte': VERSION}}
    return dict(query, **NOT_SET_ASIDE)


class JobStore:
    """Reads and writes jobs."""

    def __init__(self, db: Database, aside: Optional[Aside] = None) -> None:
        self._jobs = db[COLLECTION]
        self._door = Door(self._jobs, 'job', Job, aside, VERSION)

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

    def insert(self, job: Job) -> bool:
        """Write a new job; False: one with its id is there already, and says the same."""
        return insert(self._jobs, to_document(job))

    def get(self, job_id: str) -> Optional[Job]:
        """The job; None if there is none, or it is set aside."""
        return self._door.get(job_id)

    def of_part(self, key: str) -> Optional[Job]:
        """The job that has the part with this key; None if there is none."""
        return self._door.one({'parts.key': key})

    def followed(self, since: datetime) -> List[Job]:
        """Notifications with messages that can be changed in place."""
        query = {'parts.content.follow': True, 'created_at': {'$gte': since}, 'kind': 'notify'}
        return self._door.find(query)

    def of_runs(self, run_ids: Iterable[str], kind: Optional[Kind] = None) -> List[Job]:
        """All jobs of these runs, the oldest first; or those of a kind."""
        ids = list(run_ids)
        query: Document = {'kind': kind.value} if kind else {}
        jobs = self._door.find(dict(query, run_ids={'$in': ids})) if ids else []
        return sorted(jobs, key=lambda job: (job.created_at, job.id))

    def recent_attempts(self, limit: int) -> List[Attempt]:
        """The attempts of the newest messages, of so many at most."""
        newest = self._door.brief({'kind': 'notify'}, Tries, [('created_at', DESCENDING)], limit)
        return [attempt for job in newest for attempt in job.attempts]

    def runs_with_open(self, kind: Optional[Kind] = None) -> Set[str]:
        """The runs with a job that is not through; or with one of a kind."""
        query: Document = dict(NOT_SET_ASIDE, state={'$in': _OPEN})
        return set(self._jobs.distinct('run_ids', dict(query, kind=kind.value) if kind else query))

    def turns(self, run_ids: Iterable[str]) -> List[Turn]:
        """What is needed to fold the jobs of these runs, and to let go those that wait.

        One that is set aside has failed: nobody will work on it.
        """
        ids = list(run_ids)
        looks = self._door.looks({'run_ids': {'$in': ids}}, Turn) if ids else []
        return [turn or _broken(document) for document, turn in looks]

    def set_aside(self, job_id: str) -> Optional[Turn]:
        """What is needed to fold a job that is set aside; None if it is not."""
        looks = self._door.looks({'_id': job_id}, Turn)
        return next((_broken(document) for document, turn in looks if turn is None), None)

    def next_due(self, lane: str, now: datetime) -> Optional[Job]:
        """The oldest job of this lane that is due; a test message comes after real ones."""
        return self._door.one(_due(lane, now), _IN_TURN)

    def due(self, lane: str, now: datetime, most: int) -> List[Job]:
        """The next ones, in their turn."""
        return self._door.find(_due(lane, now), _IN_TURN, limit=most)

    def next_time(self, lane: str) -> Optional[datetime]:
        """When this lane's next job is due; None if it has none."""
        query = {'state': 'pending', 'lane': lane, 'due_at': {'$gt': _EVER}, 'v': {'$lte': VERSION}}
        job = self._jobs.find_one(dict(query, **NOT_SET_ASIDE), {'due_at': 1}, sort=[('due_at', ASCENDING)])
        return job['due_at'] if job else None

    def decided_after(self, time: datetime) -> List[Job]:
        """The jobs that wait by a decision of a later time: the clock was set back since."""
        query = {'state': 'pending', 'decided_at': {'$gt': time}, 'v': {'$lte': VERSION}}
        return self._door.find(dict(query, **NOT_SET_ASIDE))

    def untold(self, since: datetime, limit: int) -> List[Ended]:
        """What is needed to tell operators of the jobs that came to a bad end since a time, the oldest first."""
        query = dict(NOT_SET_ASIDE, untold={'$gt': since}, v={'$lte': VERSION})
        ended = self._door.brief(query, Ended, [('untold', ASCENDING)], limit)
        return sorted(ended, key=lambda job: (job.untold, job.id))

    def pending(self, lane: str) -> List[Job]:
        """The jobs that wait in a lane, of so many at most that a round over them is quick."""
        query = {'state': 'pending', 'lane': lane, 'v': {'$lte': VERSION}}
        return self._door.find(dict(query, **NOT_SET_ASIDE), limit=200)

    def bound_for(self, targets: Iterable[str], lanes: Iterable[str]) -> List[Job]:
        """As :meth:`pending` in these lanes, of the jobs that have one of these targets on their route."""
        query = {'state': 'pending', 'lane': {'$in': list(lanes)}, 'v': {'$lte': VERSION}}
        return self._door.find(dict(query, route={'$in': list(targets)}, **NOT_SET_ASIDE), limit=200)

    def open(self) -> List[Waiting]:
        """Every job that is not through."""
        return self._door.brief(dict(NOT_SET_ASIDE, state={'$in': _OPEN}), Waiting)

    def lanes_due(self, now: datetime) -> List[str]:
        """The lanes that have work."""
        query = {'state': 'pending', 'due_at': {'$lte': now}, 'v': {'$lte': VERSION}}
        return [lane for lane in self._jobs.distinct('lane', dict(query, **NOT_SET_ASIDE)) if isinstance(lane, str)]

    def look_through(self) -> None:
        """Set those aside that no other look finds: nobody knows whether they are done."""
        self._door.find(dict(NOT_SET_ASIDE, state={'$nin': [state.value for state in State]}))

    def change(self, before: J, after: J) -> Optional[J]:
        """See :meth:`scan_notify_plugin.doors.Door.change`; of a whole job, or of what was read of it."""
        return self._door.change(before, after)

    def failed(self, job: Job, error: BaseException) -> None:
        """See :meth:`scan_notify_plugin.doors.Door.failed`."""
        self._door.failed(job, error)

    def change_until_done(self, job_id: str, decide: Callable[[Job], Optional[Job]]) -> Optional[Job]:
        """See :meth:`scan_notify_plugin.doors.Door.change_until_done`."""
        return self._door.change_until_done(job_id, decide)

    def created_since(self, since: datetime) -> List[Delivery]:
        """What became of the jobs made since a time."""
        return self._door.brief({'created_at': {'$gte': since}}, Delivery)

    def last_alert(self) -> Optional[Job]:
        """The job of the newest alert; None if there was none."""
        return self._door.one({'_id': {'$regex': '^' + alerts.PREFIX}}, [('created_at', DESCENDING)])

    def newer(self, limit: int) -> int:
        """How many of the newest jobs, of so many at most, a newer release has written: it alone works on them."""
        newest = self._jobs.find({}, {'v': 1}).sort('created_at', DESCENDING).limit(limit)
        return sum(is_newer(document, VERSION) for document in newest)

    def forget_alerts(self, before: datetime) -> None:
        """Remove alerts' jobs that are through and were made before a time; they have no run to leave with."""
        old = {'$lt': before}
        states = {'$nin': _OPEN}
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
        named = {run_id for job in old for run_id in _texts(job.get('run_ids'))}
        self.forget_runs(sorted(named.difference(recorded(sorted(named)))))


def _texts(value: object) -> List[str]:
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []


def _broken(document: Document) -> Turn:
    """What counts in the place of a job that is set aside."""
    kinds = [kind for kind in Kind if kind.value == document.get('kind')]
    return Turn(
        id=document['_id'],
        v=VERSION,
        rev=0,
        run_ids=tuple(_texts(document.get('run_ids'))),
        kind=kinds[0] if kinds else Kind.NOTIFY,
        state=State.ERROR,
        lane='',
        waits=False,
        due_at=_EVER,
        faults=(Fault('job.set-aside', job=document['_id']),),
    )
