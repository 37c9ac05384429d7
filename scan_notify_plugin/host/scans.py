"""The host's own collections, read only. Everything that knows their fields is here."""

import logging
from datetime import datetime, timedelta, timezone
from typing import Any, Dict, Iterable, List, Mapping, NamedTuple, Optional, Tuple

from bson import ObjectId

from scan_notify_plugin.doors import read_documents
from scan_notify_plugin.host import origins
from scan_notify_plugin.host.origins import round_of
from scan_notify_plugin.host.timetable import due_at, zone_of
from scan_notify_plugin.records import Document
from scan_notify_plugin.shapes import fits, whole

#: Ids in one query: a bulk look is one round trip up to here.
BULK = 20000
#: Longer ones are cut.
_MAX_NAME, _MAX_TARGET = 1000, 20000
#: How long one kind of result may take to count; less than the driver's own patience.
COUNT_MS = 3000

#: The result collections that are counted when the host has not (it does so for finished tasks only), and the
#: names of the host's own counters (host: app.utils.arl, get_task_statistic).
COUNTED = (
    ('site', 'site_cnt'),
    ('domain', 'domain_cnt'),
    ('ip', 'ip_cnt'),
    ('service', 'service_cnt'),
    ('cert', 'cert_cnt'),
    ('url', 'url_cnt'),
    ('fileleak', 'fileleak_cnt'),
    ('vuln', 'vuln_cnt'),
    ('nuclei_result', 'nuclei_result_cnt'),
    ('npoc_service', 'npoc_service_cnt'),
    ('wih', 'wih_cnt'),
)


log = logging.getLogger('scan_notify')


class TaskFacts(NamedTuple):
    """What is shown of a scan task."""

    name: str
    target: str
    start_time: str  # the host's local time as text, or '-'
    end_time: str
    statistic: Dict[str, int]  # empty where the host did not count


class Schedule(NamedTuple):
    """One of the host's schedules."""

    id: str
    name: str
    type: str
    run_number: int
    fields: Mapping[str, object]  # its notify_* and export_* fields, where the host or its user has put some
    status: str = ''  # the host's word, such as scheduled or stop
    due_at: Optional[datetime] = None  # when it fires next, by the host's own word; aware


class Scans:
    """Reader of the host's database."""

    def __init__(self, db: Any) -> None:
        self._db = db

    def states(self, task_ids: Iterable[str]) -> Dict[str, Tuple[str, str]]:
        """``{id: (status, celery_id)}`` of the tasks that exist; one round trip for 20,000 ids."""
        states = {}
        ids = _ids(task_ids)
        for start in range(0, len(ids), BULK):
            query = {'_id': {'$in': ids[start : start + BULK]}}
            for task in read_documents(self._db['task'], query, {'status': 1, 'celery_id': 1}):
                states[str(task['_id'])] = (_text(task.get('status')), _text(task.get('celery_id') or ''))
        return states

    def facts(self, task_ids: Iterable[str]) -> Dict[str, TaskFacts]:
        """Names, targets and numbers of the tasks that exist."""
        ids, facts = _ids(task_ids), {}
        fields = {'name': 1, 'target': 1, 'start_time': 1, 'end_time': 1, 'statistic': 1}
        for start in range(0, len(ids), BULK):
            for task in read_documents(self._db['task'], {'_id': {'$in': ids[start : start + BULK]}}, fields):
                facts[str(task['_id'])] = _facts(task)
        return facts

    def size(self, task_ids: Iterable[str]) -> int:
        """How many records these tasks have by the host's own numbers, as far as it has counted."""
        ids, size = _ids(task_ids), 0
        for start in range(0, len(ids), BULK):
            query = {'_id': {'$in': ids[start : start + BULK]}}
            for task in read_documents(self._db['task'], query, {'statistic': 1}):
                size += sum(_facts(task).statistic.values())
        return size

    def counted(self, task_ids: Iterable[str]) -> Dict[str, Dict[str, int]]:
        """The numbers of results of tasks that the host did not count; one round trip for each kind of result.

        A kind that takes too long to count (the host has not indexed them all) is left out: a message without one
        number is better than none.
        """
        counts: Dict[str, Dict[str, int]] = {task_id: {} for task_id in task_ids}
        stages = [
            {'$match': {'task_id': {'$in': list(counts)}}},
            {'$group': {'_id': '$task_id', 'number': {'$sum': 1}}},
        ]
        for collection, name in COUNTED if counts else ():
            try:
                groups = list(self._db[collection].aggregate(stages, maxTimeMS=COUNT_MS))
            except Exception as error:  # whatever the driver raises
                log.warning('%s not counted: %s', collection, type(error).__name__)
                continue
            for group in groups:
                if isinstance(group['_id'], str) and group['_id'] in counts:
                    counts[group['_id']][name] = group['number']
        return counts

    def traces(self, mark: ObjectId, span: timedelta) -> List[origins.Trace]:
        """What tells the origin of the tasks created no longer than ``span`` before or after ``mark``."""
        first, last = (ObjectId.from_datetime(mark.generation_time + distance) for distance in (-span, span))
        tasks = read_documents(self._db['task'], {'_id': {'$gt': first, '$lt': last}}, origins.TASK_FIELDS)
        return [origins.trace(task) for task in tasks]

    def origins(self) -> Dict[str, Document]:
        """Every schedule's document, as far as it tells the origin of tasks; by id."""
        documents = read_documents(self._db['task_schedule'], {}, origins.SCHEDULE_FIELDS)
        return {str(schedule['_id']): schedule for schedule in documents}

    def schedules(self) -> List[Schedule]:
        """All schedules; one round trip."""
        documents = read_documents(self._db['task_schedule'], {}, _SCHEDULE_FIELDS)
        zone = zone_of(documents)
        return [_schedule(document, zone) for document in documents]

    def schedule(self, schedule_id: str) -> Optional[Schedule]:
        """One schedule, or None if it was deleted."""
        # A host that calls us itself may name its schedules otherwise.
        documents = read_documents(self._db['task_schedule'], {'_id': {'$in': _ids([schedule_id])}}, _SCHEDULE_FIELDS)
        return _schedule(documents[0], zone_of(documents)) if documents else None


_SETTINGS = ('notify_enable', 'notify_channel', 'notify_on', 'export_enable', 'export_format')
_TIMES = ('next_run_date', 'next_run_time', 'start_date', 'start_time', 'last_run_date', 'last_run_time')
_SCHEDULE_FIELDS = dict.fromkeys(('name', 'schedule_type', 'run_number', 'status') + _TIMES + _SETTINGS, 1)


def _schedule(document: Document, zone: Optional[timezone]) -> Schedule:
    return Schedule(
        id=str(document['_id']),
        name=_text(document.get('name', ''), _MAX_NAME),
        type=_text(document.get('schedule_type', '')),
        run_number=round_of(document),
        fields={name: document[name] for name in _SETTINGS if name in document},
        status=_text(document.get('status') or ''),
        due_at=due_at(document, zone),
    )


def _facts(task: Document) -> TaskFacts:
    statistic = task.get('statistic')
    return TaskFacts(
        name=_text(task.get('name', ''), _MAX_NAME),
        target=_text(task.get('target', ''), _MAX_TARGET),
        start_time=_text(task.get('start_time') or '-'),
        end_time=_text(task.get('end_time') or '-'),
        statistic={
            name: value
            for name, value in (statistic.items() if isinstance(statistic, dict) else ())
            if isinstance(name, str) and fits(whole, value)
        },
    )


def _ids(task_ids: Iterable[str]) -> List[ObjectId]:
    return [ObjectId(task_id) for task_id in task_ids if ObjectId.is_valid(task_id)]


def _text(value: object, most: int = 100) -> str:
    return str(value)[:most]
