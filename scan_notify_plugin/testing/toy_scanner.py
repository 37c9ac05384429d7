"""A toy of the host for the demo: its documents in its collections, scan tasks that end one after another."""

import threading
from datetime import datetime
from typing import Any, Callable, Dict, List, Tuple

from bson import ObjectId

from scan_notify_plugin.records import Document
from scan_notify_plugin.testing import toy_results

#: What the host notes of each stage, in seconds; scanners that may be absent end at once where they are.
_ELAPSED = 12.5


class ToyScanner:
    """Fires its schedule through ``begin`` and scans nothing.

    :param begin: opens a fire for a schedule document, as in the host: ``Recorder.begin``
    :param pause: seconds for each stage of a scan
    """

    def __init__(self, db: Any, begin: Callable[[Document], Any], targets: str, pause: float = 0.3) -> None:
        self._db = db
        self._begin = begin
        self._pause = pause
        self.schedule: Document = {
            '_id': ObjectId(),
            'name': '每日资产巡检',
            'target': targets,
            'task_tag': 'task',
            'schedule_type': 'recurrent_scan',
            'cron': '0 3 * * *',
            'status': 'scheduled',
            'run_number': 0,
        }
        db['task_schedule'].insert_one(dict(self.schedule))

    def fire(self) -> threading.Thread:
        """One round: submits a scan task for all addresses and one for each domain, and scans in a thread."""
        self.schedule['run_number'] += 1
        number = {'run_number': self.schedule['run_number']}
        self._db['task_schedule'].update_one({'_id': self.schedule['_id']}, {'$set': number})
        fire = self._begin(dict(self.schedule))
        tasks = [self._submit(kind, target) for kind, target in self._split()]
        for task in tasks:
            fire.add(str(task['_id']))
        fire.close()
        thread = threading.Thread(target=self._scan_all, args=(tasks,), daemon=True)
        thread.start()
        return thread

    def _split(self) -> List[Tuple[str, str]]:
        words = self.schedule['target'].split()
        addresses = [word for word in words if word.replace('.', '').isdigit()]
        domains = [word for word in words if word not in addresses]
        return ([('ip', ' '.join(addresses))] if addresses else []) + [('domain', domain) for domain in domains]

    def _submit(self, kind: str, target: str) -> Document:
        name = '周期任务-{}-{}'.format(self.schedule['name'][:15], self.schedule['run_number'] + 1)
        task = {
            '_id': ObjectId(), 'name': name, 'target': target, 'type': kind, 'task_tag': 'task',
            'options': toy_results.options(kind, self.schedule['run_number']),
            'status': 'waiting', 'start_time': '-', 'end_time': '-', 'service': [], 'celery_id': str(ObjectId()),
        }  # fmt: skip
        self._db['task'].insert_one(dict(task))
        return task

    def _scan_all(self, tasks: List[Document]) -> None:
        for task in tasks:
            self._scan(task, self.schedule['run_number'])

    def _scan(self, task: Document, number: int) -> None:
        self._set(task, start_time=_now())
        failed = (number, task['target']) == toy_results.FAILS
        stages = toy_results.stages(task['type'], task['options'])
        for stage in stages[: 2 if failed else None]:
            self._set(task, status=stage)
            threading.Event().wait(self._pause)
            self._db['task'].update_one(
                {'_id': task['_id']}, {'$push': {'service': {'name': stage, 'elapsed': _ELAPSED}}}
            )
        # As the host does it: the numbers first, then the status, the end time last.
        if not failed:
            self._set(task, statistic=self._results(task, number))
        self._set(task, status='error' if failed else 'done')
        self._set(task, end_time=_now())

    def _set(self, task: Document, **fields: object) -> None:
        self._db['task'].update_one({'_id': task['_id']}, {'$set': fields})

    def _results(self, task: Document, number: int) -> Dict[str, int]:
        statistic = {}
        for collection, records in toy_results.finds(task['type'], task['target'], number).items():
            statistic[collection + '_cnt'] = len(records)
            for record in records:
                self._db[collection].insert_one(dict(record, task_id=str(task['_id'])))
        return statistic


def _now() -> str:
    return datetime.now().strftime('%Y-%m-%d %H:%M:%S')
