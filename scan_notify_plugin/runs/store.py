"""The run collection: opened and closed by the host's scheduler, everything else by the tick."""

import re
from datetime import datetime, timedelta
from typing import Callable, Dict, Iterable, List, Mapping, Optional, Sequence, Tuple, TypeVar

from bson import ObjectId
from pymongo import ASCENDING, DESCENDING
from pymongo.errors import DuplicateKeyError, WriteConcernError

from scan_notify_plugin.doors import NOT_SET_ASIDE, Aside, Door, ensure_index, is_newer
from scan_notify_plugin.mongo import Collection, insert, update
from scan_notify_plugin.records import Document, to_document
from scan_notify_plugin.runs import rules
from scan_notify_plugin.runs.run import (  # fmt: skip
    VERSION,
    Ended,
    Fired,
    JobStatus,
    Late,
    Origin,
    Run,
    Started,
    Status,
    Submitted,
    Unusable,
)

R = TypeVar('R', Run, Unusable)

#: What a newer release has written is left to that.
_KNOWN = {'v': {'$lte': VERSION}}
#: What comes with the write itself.
_WITH_THE_WRITE = ('_id', 'rev', 'fires', 'late', 'submitted')


class RunStore:
    """Reads and writes runs.

    :param collection: the run collection under the name that was decided for this host
    :param aside: where odd documents are set aside
    """

    def __init__(self, collection: Collection, aside: Optional[Aside] = None) -> None:
        self._runs = collection
        self._door = Door(collection, 'run', Run, aside, VERSION)

    def ensure_indexes(self) -> None:
        ensure_index(self._runs)
        self._runs.create_index([('push_status', ASCENDING)], background=True)
        self._runs.create_index([('status', ASCENDING), ('test', ASCENDING)], background=True)
        self._runs.create_index([('schedule_id', ASCENDING), ('run_number', DESCENDING)], background=True)
        self._runs.create_index([('fired_at', DESCENDING), ('_id', DESCENDING)], background=True)
        self._runs.create_index(
            [('schedule_id', ASCENDING), ('fired_at', DESCENDING), ('_id', DESCENDING)], background=True
        )
        self._runs.create_index([('watch_until', DESCENDING)], background=True)
        self._runs.create_index([('end_time', ASCENDING)], background=True)
        self._runs.create_index([('untold', ASCENDING)], sparse=True, background=True)

    def open(
        self,
        run_id: str,
        run: Run,
        mark: ObjectId,
        now: datetime,
        beside: Sequence[ObjectId] = (),
        late: Sequence[Late] = (),
    ) -> str:
        """Write the run of a fire, or join the one another scheduler has just opened. One round trip.

        :param beside: the fires of this process that still submit
        :param late: ends of earlier fires of this process, which the tick puts where they belong
        :returns: the id that the run got: the host can reuse a number, then it has a suffix
        """
        pushed: Document = {'fires': to_document(Started(mark, now, tuple(beside)))}
        if late:
            pushed['late'] = {'$each': [to_document(end) for end in late]}
        change = {
            # The filter's own fields are set by the upsert only where they are plain equalities.
            '$setOnInsert': {key: value for key, value in as_opened(run).items() if key != 'status'},
            '$push': pushed,
            '$inc': {'rev': 1},
        }
        for candidate in (run_id, run_id, '{}:{}'.format(run_id, mark)):
            if self._open_or_join(candidate, now, change):
                return candidate
        raise RuntimeError('no free id for run {}'.format(run_id))

    def _open_or_join(self, run_id: str, now: datetime, change: Document) -> bool:
        """Whether there is a run of this fire now. If not, another scheduler was just ahead (the second try joins it),
        or the number was used before.
        """
        same_fire = {'_id': run_id, 'status': 'running', 'fired_at': {'$gte': now - rules.SAME_FIRE}}
        try:
            self._runs.find_one_and_update(same_fire, change, projection={'_id': 1}, upsert=True)
        except WriteConcernError:  # written, and not confirmed in time
            return True
        except DuplicateKeyError:
            return False
        return True

    def close(self, run_id: str, task_ids: Iterable[str], end: Submitted) -> None:
        """Record what a fire created, and how it ended. Only adds, so it needs no look first. One round trip."""
        update(self._runs, {'_id': run_id}, _ended(task_ids, end))

    def record_late(self, late: Late) -> None:
        """Write the end of a fire that came with a later one; the second time it finds nothing to do."""
        ended = _ended(late.task_ids, late.end)
        query: Document = {'submitted.mark': {'$ne': late.mark}}
        if late.run is None:
            update(self._runs, dict(query, _id=late.run_id), ended)
            return
        query['fired_at'] = {'$gte': late.at - rules.SAME_FIRE}
        # It may have been opened, and the answer was lost.
        ended['$addToSet']['fires'] = {'$each': [to_document(Started(late.mark, late.at))]}
        ended['$setOnInsert'] = {key: late.run[key] for key in late.run if key not in ('task_ids', 'fired_at')}
        ended['$setOnInsert']['fired_at'] = late.at
        for candidate in (late.run_id, late.run_id, '{}:{}'.format(late.run_id, late.mark)):
            try:
                if not self._has_ended(candidate, late.mark):
                    self._runs.update_one(dict(query, _id=candidate), ended, upsert=True)
                return
            except WriteConcernError:
                return
            except DuplicateKeyError:
                continue

    def _has_ended(self, run_id: str, mark: ObjectId) -> bool:
        return self._runs.find_one({'_id': run_id, 'submitted.mark': mark}, {'_id': 1}) is not None

    def look_through(self) -> None:
        """Set those aside that no other look finds: nobody knows whether their messages are through."""
        self._door.find(dict(NOT_SET_ASIDE, push_status={'$nin': [status.value for status in JobStatus]}))

    def insert(self, run: Run) -> None:
        """Write a whole run, unless it is there; for those that no scheduler fired."""
        insert(self._runs, to_document(run))

    def get(self, run_id: str) -> Optional[Run]:
        """The run; None if there is none, or it is set aside."""
        return self._door.get(run_id)

    def by_ids(self, run_ids: Iterable[str]) -> List[Run]:
        """These runs, as far as they are there."""
        return self._door.find({'_id': {'$in': list(run_ids)}})

    def running(self) -> List[Run]:
        """The runs that go on."""
        runs = self._door.find(dict(NOT_SET_ASIDE, push_status='pending', status='running'))
        return [run for run in runs if run.v <= VERSION]

    def ended(self) -> List[Ended]:
        """The ended runs whose jobs are not through."""
        query = dict(NOT_SET_ASIDE, push_status='pending', status={'$ne': 'running'})
        return [run for run in self._door.brief(query, Ended) if run.v <= VERSION]

    def doubted(self, since: datetime) -> List[Run]:
        """Runs told with a doubt or an error since a time: a late receipt may have settled it."""
        return self._door.find(dict(_KNOWN, push_status={'$in': ['uncertain', 'error']}, end_time={'$gt': since}))

    def untold(self, since: datetime, limit: int) -> List[Unusable]:
        """The runs that ended since a time and could not be told to a target, as operators hear of them."""
        query = dict(NOT_SET_ASIDE, end_time={'$gt': since}, untold={'$gt': ''}, **_KNOWN)
        return self._door.brief(query, Unusable, limit=limit)

    def watched(self, now: datetime) -> List[Run]:
        """Closed runs with a task that may yet go on."""
        return self._door.find(dict(_KNOWN, watch_until={'$gt': now}, status={'$ne': 'running'}))

    def change(self, before: R, after: R) -> Optional[R]:
        """See :meth:`scan_notify_plugin.doors.Door.change`; of a whole run, or of what was read of it."""
        return self._door.change(before, _in_this_form(before, after))

    def failed(self, run: Run, error: BaseException) -> None:
        """See :meth:`scan_notify_plugin.doors.Door.failed`."""
        self._door.failed(run, error)

    def change_until_done(self, run_id: str, decide: Callable[[Run], Optional[Run]]) -> Optional[Run]:
        """See :meth:`scan_notify_plugin.doors.Door.change_until_done`."""
        return self._door.change_until_done(run_id, lambda run: _in_this_form(run, decide(run)))

    def recorded(self, run_ids: Iterable[str]) -> List[str]:
        """Which of these runs there are."""
        ids = list(run_ids)
        return [run['_id'] for run in self._runs.find({'_id': {'$in': ids}}, {'_id': 1})] if ids else []

    def numbers(self, run_ids: Iterable[str]) -> Dict[str, int]:
        """The rounds of these runs, as far as they are there."""
        runs = self._runs.find({'_id': {'$in': list(run_ids)}}, {'run_number': 1})
        return {run['_id']: run['run_number'] for run in runs if isinstance(run.get('run_number'), int)}

    def newest_number(self, schedule_id: str, before: Optional[datetime] = None) -> int:
        """The highest recorded round of a schedule, of those fired before a time; 0 if it has none."""
        query: Document = {'schedule_id': schedule_id}
        if before is not None:
            query['fired_at'] = {'$lt': before}
        newest = self._runs.find(query, {'run_number': 1}).sort('run_number', DESCENDING).limit(1)
        return max((run['run_number'] for run in newest if isinstance(run.get('run_number'), int)), default=0)

    def recent(self, limit: int, schedule_id: str = '') -> List[Run]:
        """The newest runs first."""
        query = {'schedule_id': schedule_id} if schedule_id else {}
        return self._door.find(dict(query, **NOT_SET_ASIDE), [('fired_at', DESCENDING)], 0, limit)

    def page(
        self,
        filters: Mapping[str, object],
        since: Optional[datetime],
        until: Optional[datetime],
        text: str,
        skip: int,
        limit: int,
    ) -> Tuple[List[Run], int]:
        """Runs with these values, fired in ``[since, until)``, the newest first, and how many there are. No test runs.

        :param text: to be found in the id, the schedule's name or the error; not a pattern
        """
        query: Document = dict(filters, test={'$ne': True}, **NOT_SET_ASIDE)
        fired = {'$gte': since, '$lt': until}
        if since or until:
            query['fired_at'] = {name: value for name, value in fired.items() if value}
        if text:
            pattern = {'$regex': re.escape(text), '$options': 'i'}
            query['$or'] = [{name: pattern} for name in ('_id', 'schedule_name', 'error_msg')]
        runs = self._door.find(query, [('fired_at', DESCENDING), ('_id', DESCENDING)], skip, limit)
        return runs, self._runs.count_documents(query)

    def newer(self, limit: int) -> int:
        """How many of the newest runs, of so many at most, a newer release has written: it alone works on them."""
        newest = self._runs.find({}, {'v': 1}).sort([('fired_at', DESCENDING), ('_id', DESCENDING)]).limit(limit)
        return sum(is_newer(document, VERSION) for document in newest)

    def counts(self) -> Dict[str, int]:
        """How many runs there are of each status. No test runs."""
        return {
            status.value: self._runs.count_documents({'status': status.value, 'test': {'$ne': True}})
            for status in Status
        }

    def fired_since(self, since: datetime) -> List[Fired]:
        """The runs fired since a time, as the overview counts them."""
        return self._door.brief({'fired_at': {'$gte': since}}, Fired)

    def origins(self, since: datetime) -> List[Origin]:
        """The runs fired since a time, as far as their scan tasks are told from others'."""
        return self._door.brief({'fired_at': {'$gte': since}}, Origin)

    def forget(
        self, now: datetime, keep: timedelta, first: Callable[[List[str]], None] = lambda ids: None
    ) -> List[str]:
        """Remove settled runs that ended longer ago than ``keep``; their ids.

        :param first: removes what belongs to them; who dies in between finds the runs again
        """
        query = {'end_time': {'$lt': now - keep}, 'push_status': {'$ne': 'pending'}}
        old = [run['_id'] for run in self._runs.find(query, {'_id': 1}).limit(1000)]
        if old:
            first(old)
            self._runs.delete_many({'_id': {'$in': old}})
        return old


def as_opened(run: Run) -> Document:
    """What a fire writes of its run if it is the first."""
    return {name: value for name, value in to_document(run).items() if name not in _WITH_THE_WRITE}


def _in_this_form(before: R, after: Optional[R]) -> Optional[R]:
    """What changes is of our form from then on."""
    return after if after is None or after == before else after._replace(v=VERSION)


def _ended(task_ids: Iterable[str], end: Submitted) -> Dict[str, Document]:
    return {
        '$addToSet': {'task_ids': {'$each': list(task_ids)}},
        '$push': {'submitted': to_document(end)},
        '$inc': {'rev': 1},
    }
