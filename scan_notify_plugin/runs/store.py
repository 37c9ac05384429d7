"""The run collection: opened and closed by the host's scheduler, everything else by the tick."""

from datetime import datetime, timedelta
from typing import Any, Dict, Iterable, List, Mapping, Optional

from bson import ObjectId
from pymongo import ASCENDING, DESCENDING
from pymongo.errors import DuplicateKeyError

from scan_notify_plugin.mongo import VERSION, change, change_until_done
from scan_notify_plugin.runs import rules

#: One reply of the server holds this many small documents, so a bulk read is one round trip.
BULK = 100000


class RunStore:
    """Reads and writes runs.

    :param collection: the run collection under the name that was decided for this host
    """

    def __init__(self, collection: Any) -> None:
        self._runs = collection

    def ensure_indexes(self) -> None:
        self._runs.create_index([('push_status', ASCENDING)])
        self._runs.create_index([('schedule_id', ASCENDING), ('run_number', DESCENDING)])
        self._runs.create_index([('fired_at', DESCENDING)])
        self._runs.create_index([('watch_until', DESCENDING)])

    def open(self, run_id: str, run: Mapping[str, Any], mark: ObjectId, now: datetime) -> str:
        """Write the run of a fire, or join the one another scheduler has just opened. One round trip.

        :returns: the id that the run got: the host can reuse a number, then it has a suffix
        """
        for candidate in (run_id, run_id, '{}:{}'.format(run_id, mark)):
            try:
                self._runs.find_one_and_update(
                    {'_id': candidate, 'status': 'running', 'fired_at': {'$gte': now - rules.SAME_FIRE}},
                    {
                        # The filter's own fields are set by the upsert only where they are plain equalities.
                        '$setOnInsert': {key: value for key, value in run.items() if key != 'status'},
                        '$push': {'fires': {'mark': mark, 'at': now}},
                        '$inc': {'rev': 1},
                    },
                    projection={'_id': 1},
                    upsert=True,
                )
                return candidate
            except DuplicateKeyError:
                # Another scheduler was just ahead (the second try joins it), or the number was used before.
                continue
        raise RuntimeError('no free id for run {}'.format(run_id))

    def close(self, run_id: str, mark: ObjectId, task_ids: Iterable[str], error: str, now: datetime) -> None:
        """Record what a fire created. Only adds, so it needs no look first. One round trip."""
        self._runs.update_one(
            {'_id': run_id},
            {
                '$addToSet': {'task_ids': {'$each': list(task_ids)}},
                '$push': {'submitted': {'mark': mark, 'at': now, 'error': error}},
                '$inc': {'rev': 1},
            },
        )

    def insert_unrecorded(self, run_id: str, run: Mapping[str, Any], error: str, now: datetime) -> None:
        """A run for a fire that nobody recorded, unless it has one after all."""
        fields = dict(run, _id=run_id, rev=1, fires=[], submitted=[{'mark': None, 'at': now, 'error': error}])
        try:
            self._runs.insert_one(fields)
        except DuplicateKeyError:
            pass

    def get(self, run_id: str) -> Optional[Dict[str, Any]]:
        return self._runs.find_one({'_id': run_id})

    def unsettled(self) -> List[Dict[str, Any]]:
        """The tick's whole work list: runs that go on, and ended ones whose jobs are not through."""
        found = self._runs.find({'push_status': 'pending', 'v': {'$lte': VERSION}}).batch_size(BULK)
        return list(found)

    def watched(self, now: datetime) -> List[Dict[str, Any]]:
        """Closed runs with a stopped task that may yet run again."""
        return list(self._runs.find({'watch_until': {'$gt': now}, 'status': {'$ne': 'running'}}).batch_size(BULK))

    def change(self, run: Mapping[str, Any], fields: Mapping[str, Any]) -> Optional[Dict[str, Any]]:
        """See :func:`scan_notify_plugin.mongo.change`."""
        return change(self._runs, dict(run), dict(fields))

    def change_until_done(self, run_id: str, decide: Any) -> Optional[Dict[str, Any]]:
        return change_until_done(self._runs, run_id, decide)

    def marks_after(self, mark: ObjectId) -> List[ObjectId]:
        """The marks of fires after this one."""
        found = self._runs.find({'fires.mark': {'$gt': mark}}, {'fires.mark': 1})
        return [fire['mark'] for run in found for fire in run['fires'] if fire['mark'] > mark]

    def newest_numbers(self, schedule_ids: Iterable[str]) -> Dict[str, int]:
        """The highest recorded round of each of these schedules."""
        numbers = {}  # type: Dict[str, int]
        for run in self._runs.find({'schedule_id': {'$in': list(schedule_ids)}}, {'schedule_id': 1, 'run_number': 1}):
            numbers[run['schedule_id']] = max(run['run_number'], numbers.get(run['schedule_id'], 0))
        return numbers

    def recent(self, limit: int, schedule_id: str = '') -> List[Dict[str, Any]]:
        """The newest runs first."""
        query = {'schedule_id': schedule_id} if schedule_id else {}
        return list(self._runs.find(query).sort('fired_at', DESCENDING).limit(limit))

    def forget(self, now: datetime, keep: timedelta) -> List[str]:
        """Remove settled runs that ended longer ago than ``keep``; their ids."""
        query = {'end_time': {'$lt': now - keep}, 'push_status': {'$ne': 'pending'}}
        old = [run['_id'] for run in self._runs.find(query, {'_id': 1}).limit(1000)]
        if old:
            self._runs.delete_many({'_id': {'$in': old}})
        return old
