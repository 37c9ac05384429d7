"""The run collection: opened and closed by the host's scheduler, everything else by the tick."""

import re
from datetime import datetime, timedelta
from typing import Any, Callable, Dict, Iterable, List, Mapping, Optional, Sequence, Tuple

from bson import ObjectId
from pymongo import ASCENDING, DESCENDING
from pymongo.errors import DuplicateKeyError, WriteConcernError

from scan_notify_plugin.doors import NOT_SET_ASIDE, Aside, Door, ensure_index, is_newer
from scan_notify_plugin.mongo import VERSION, insert, update
from scan_notify_plugin.runs import rules
from scan_notify_plugin.runs.journal import Late
from scan_notify_plugin.runs.shape import PUSH_STATUSES, partly, problem_of
from scan_notify_plugin.shapes import whole


class RunStore:
    """Reads and writes runs.

    :param collection: the run collection under the name that was decided for this host
    :param aside: where odd documents are set aside
    """

    def __init__(self, collection: Any, aside: Optional[Aside] = None) -> None:
        self._runs = collection
        self._door = Door(collection, 'run', problem_of, aside)

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
        run: Mapping[str, Any],
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
        pushed = {'fires': {'mark': mark, 'at': now}}  # type: Dict[str, Any]
        if beside:
            pushed['fires']['beside'] = list(beside)
        if late:
            pushed['late'] = {'$each': [dict(one._asdict()) for one in late]}
        for candidate in (run_id, run_id, '{}:{}'.format(run_id, mark)):
            try:
                self._runs.find_one_and_update(
                    {'_id': candidate, 'status': 'running', 'fired_at': {'$gte': now - rules.SAME_FIRE}},
                    {
                        # The filter's own fields are set by the upsert only where they are plain equalities.
                        '$setOnInsert': {key: value for key, value in run.items() if key != 'status'},
                        '$push': pushed,
                        '$inc': {'rev': 1},
                    },
                    projection={'_id': 1},
                    upsert=True,
                )
                return candidate
            except WriteConcernError:  # written, and not confirmed in time
                return candidate
            except DuplicateKeyError:
                # Another scheduler was just ahead (the second try joins it), or the number was used before.
                continue
        raise RuntimeError('no free id for run {}'.format(run_id))

    def close(self, run_id: str, task_ids: Iterable[str], end: Mapping[str, Any]) -> None:
        """Record what a fire created, and how it ended. Only adds, so it needs no look first. One round trip."""
        update(self._runs, {'_id': run_id}, _ended(task_ids, end))

    def record_late(self, late: Late) -> None:
        """Write the end of a fire that came with a later one; the second time it finds nothing to do."""
        ended = _ended(late.task_ids, late.end)
        query = {'submitted.mark': {'$ne': late.mark}}  # type: Dict[str, Any]
        if late.run is None:
            update(self._runs, dict(query, _id=late.run_id), ended)
            return
        query['fired_at'] = {'$gte': late.at - rules.SAME_FIRE}
        # It may have been opened, and the answer was lost.
        ended['$addToSet']['fires'] = {'$each': [{'mark': late.mark, 'at': late.at}]}
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
        self._door.find(dict(NOT_SET_ASIDE, push_status={'$nin': list(PUSH_STATUSES)}))

    def insert_unrecorded(self, run_id: str, run: Mapping[str, Any], end: Mapping[str, Any]) -> None:
        """A run for a fire that nobody recorded, unless it has one after all."""
        fields = dict(run, _id=run_id, rev=1, fires=[], submitted=[dict(end)])
        insert(self._runs, fields)

    def insert(self, run: Mapping[str, Any]) -> None:
        """Write a whole run; for those that no scheduler fired."""
        insert(self._runs, dict(run))

    def get(self, run_id: str) -> Optional[Dict[str, Any]]:
        """The run; None if there is none, or it is set aside."""
        return self._door.get(run_id)

    def some(self, run_ids: Iterable[str]) -> List[Dict[str, Any]]:
        """These runs, as far as they are there."""
        return self._door.find({'_id': {'$in': list(run_ids)}})

    def running(self) -> List[Dict[str, Any]]:
        """The runs that go on."""
        found = self._door.find(dict(NOT_SET_ASIDE, push_status='pending', status='running'))
        return [run for run in found if not is_newer(run)]

    def ended(self) -> List[Dict[str, Any]]:
        """``_id``, ``unmade`` and ``export_status`` of the ended runs whose jobs are not through."""
        query = dict(NOT_SET_ASIDE, push_status='pending', status={'$ne': 'running'})
        names = ('unmade', 'export_status', 'v')
        found = self._door.brief(query, partly(names), names=names)
        return [run for run in found if not is_newer(run)]

    def doubted(self, since: datetime) -> List[Dict[str, Any]]:
        """Runs told with a doubt or an error since a time: a late receipt may have settled it."""
        query = {'push_status': {'$in': ['uncertain', 'error']}, 'end_time': {'$gt': since}, 'v': {'$lte': VERSION}}
        return self._door.find(query)

    def untold(self, since: datetime, limit: int) -> List[Dict[str, Any]]:
        """What is needed to tell operators of the runs that ended since a time and could not be told to a target."""
        names = ('v', 'rev', 'schedule_name', 'end_time', 'untold')
        query = dict(NOT_SET_ASIDE, end_time={'$gt': since}, untold={'$gt': ''}, v={'$lte': VERSION})
        return self._door.brief(query, partly(names), limit=limit, names=names)

    def watched(self, now: datetime) -> List[Dict[str, Any]]:
        """Closed runs with a task that may yet go on."""
        return self._door.find({'watch_until': {'$gt': now}, 'status': {'$ne': 'running'}})

    def change(self, run: Mapping[str, Any], fields: Mapping[str, Any]) -> Optional[Dict[str, Any]]:
        """See :meth:`scan_notify_plugin.doors.Door.change`."""
        return self._door.change(run, fields)

    def failed(self, run: Mapping[str, Any], error: BaseException) -> None:
        """See :meth:`scan_notify_plugin.doors.Door.failed`."""
        self._door.failed(run, error)

    def change_until_done(self, run_id: str, decide: Any) -> Optional[Dict[str, Any]]:
        return self._door.change_until_done(run_id, decide)

    def recorded(self, run_ids: Iterable[str]) -> List[str]:
        """Which of these runs there are."""
        ids = list(run_ids)
        return [run['_id'] for run in self._runs.find({'_id': {'$in': ids}}, {'_id': 1})] if ids else []

    def newest_number(self, schedule_id: str, before: Optional[datetime] = None) -> int:
        """The highest recorded round of a schedule, of those fired before a time; 0 if it has none."""
        query = {'schedule_id': schedule_id}  # type: Dict[str, Any]
        if before is not None:
            query['fired_at'] = {'$lt': before}
        newest = self._runs.find(query, {'run_number': 1}).sort('run_number', DESCENDING).limit(1)
        return max((run['run_number'] for run in newest if not whole(run.get('run_number'))), default=0)

    def recent(self, limit: int, schedule_id: str = '') -> List[Dict[str, Any]]:
        """The newest runs first."""
        query = {'schedule_id': schedule_id} if schedule_id else {}
        return self._door.find(dict(query, **NOT_SET_ASIDE), [('fired_at', DESCENDING)], 0, limit)

    def page(
        self,
        wanted: Mapping[str, Any],
        since: Optional[datetime],
        until: Optional[datetime],
        text: str,
        skip: int,
        limit: int,
    ) -> Tuple[List[Dict[str, Any]], int]:
        """Runs with these values, fired in ``[since, until)``, the newest first, and how many there are. No test runs.

        :param text: to be found in the id, the schedule's name or the error; not a pattern
        """
        query = dict(wanted, test={'$ne': True}, **NOT_SET_ASIDE)  # type: Dict[str, Any]
        fired = {'$gte': since, '$lt': until}
        if since or until:
            query['fired_at'] = {name: value for name, value in fired.items() if value}
        if text:
            found = {'$regex': re.escape(text), '$options': 'i'}
            query['$or'] = [{name: found} for name in ('_id', 'schedule_name', 'error_msg')]
        runs = self._door.find(query, [('fired_at', DESCENDING), ('_id', DESCENDING)], skip, limit)
        return runs, self._runs.count_documents(query)

    def counts(self) -> Dict[str, int]:
        """How many runs there are of each status. No test runs."""
        statuses = ('running', 'finished', 'error')
        return {one: self._runs.count_documents({'status': one, 'test': {'$ne': True}}) for one in statuses}

    def fired_since(
        self, since: datetime, fields: Sequence[str] = ('fired_at', 'status', 'test')
    ) -> List[Dict[str, Any]]:
        """The ids and these fields of the runs fired since a time."""
        return self._door.brief({'fired_at': {'$gte': since}}, partly(fields), names=fields)

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


def _ended(task_ids: Iterable[str], end: Mapping[str, Any]) -> Dict[str, Dict[str, Any]]:
    return {
        '$addToSet': {'task_ids': {'$each': list(task_ids)}},
        '$push': {'submitted': dict(end)},
        '$inc': {'rev': 1},
    }
