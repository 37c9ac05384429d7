"""The scheduler of a host: counts the round, submits two scan tasks, and carries our seams."""

from types import SimpleNamespace
from typing import Any, Dict, Iterable, Mapping

from bson import ObjectId

from scan_notify_plugin.host import seams
from scan_notify_plugin.runs.fire import Fire
from scan_notify_plugin.runs.store import RunStore
from tests.crash_model.process import Process

RUNS = 'task_schedule_run'
JOBS = 'scan_notify_job'
TASKS = 2


class Host:
    """One scheduler process, with the ObjectIds of its own driver.

    :param serial: tells its ObjectIds from those of other processes
    :param made_by: gets the schedule of each scan task
    """

    def __init__(self, process: Process, clock: Any, serial: int, made_by: Dict[Any, Any]) -> None:
        self.process = process
        self._clock = clock
        self._serial = serial
        self._made_by = made_by
        self._firing: Any = None
        self._counter = 0xFFFFFE  # wraps within a fire
        module = SimpleNamespace(submit_task_schedule=self._submit_schedule, submit_task=self._submit_task)
        seams.wrap_schedules(module, self._begin)  # type: ignore
        seams.wrap_tasks(module)  # type: ignore
        self._module = module
        #: whether it went as far as submitting, and whether that went through
        self.began = self.submitted = False

    def look(self, due: Iterable[Dict[str, Any]]) -> None:
        """One pass over what is due, all of it within a second."""
        for item in due:
            self.fire(item)

    def fire(self, item: Dict[str, Any]) -> None:
        """What the scheduler does with a schedule that is due."""
        self._firing = item['_id']
        item['run_number'] += 1
        counted = {'$set': {'run_number': item['run_number']}}
        self.process['task_schedule'].update_one({'_id': item['_id']}, counted)
        self._module.submit_task_schedule(item)

    def _submit_schedule(self, item: Mapping[str, Any]) -> None:
        self.began = True
        for _ in range(TASKS):
            self._module.submit_task()
        self.submitted = True

    def _submit_task(self) -> Dict[str, str]:
        task_id = self._new_id()
        self._made_by[task_id] = self._firing
        self.process['task'].insert_one({'_id': task_id, 'status': 'waiting', 'celery_id': 'c'})
        return {'task_id': str(task_id)}

    def _begin(self, item: Mapping[str, Any]) -> Fire:
        runs = RunStore(self.process[RUNS])
        schedule_id, name, number = str(item['_id']), item['name'], item['run_number']
        fire = Fire(runs, self._clock, schedule_id, name, 'recurrent_scan', number, self._new_id)
        fire.open()
        return fire

    def _new_id(self) -> ObjectId:
        self._counter = (self._counter + 1) % (1 << 24)
        seconds = int(self._clock.now().timestamp()).to_bytes(4, 'big')
        return ObjectId(seconds + bytes([self._serial] * 5) + self._counter.to_bytes(3, 'big'))
