"""The whole loop in one process with a clock that tests move: fire, tick, export, send."""

from datetime import datetime, timedelta, timezone
from os import PathLike
from typing import Any, Callable, Dict, Iterable, List, Mapping, Optional, Tuple, Union

from bson import ObjectId

from scan_notify_plugin.jobs import collects
from scan_notify_plugin.jobs.store import COLLECTION as JOBS
from scan_notify_plugin.plugins.loading import load
from scan_notify_plugin.records import Document
from scan_notify_plugin.runs.fire import Fire
from scan_notify_plugin.runs.journal import Journal
from scan_notify_plugin.settings.section import parse_settings
from scan_notify_plugin.testing.embedded import embedded_database
from scan_notify_plugin.worker.collect import CollectLane
from scan_notify_plugin.worker.context import Context, Probe
from scan_notify_plugin.worker.export import ExportLane
from scan_notify_plugin.worker.send import Sender
from scan_notify_plugin.worker.tick import Tick

RUNS = 'task_schedule_run'
#: Seconds after which a worker ticks again at the earliest.
SOON = 1.0


class ManualClock:
    """Stands until it is moved."""

    def __init__(self) -> None:
        self.time = datetime(2026, 3, 1, 3, 0, tzinfo=timezone.utc)

    def now(self) -> datetime:
        return self.time

    def monotonic(self) -> float:
        return self.time.timestamp()

    def grace(self, patience: timedelta = timedelta(days=1)) -> timedelta:
        return timedelta(0)

    def move(self, **span: float) -> None:
        """Forward by a :class:`~datetime.timedelta` of these arguments."""
        self.time += timedelta(**span)


class Loop:
    """One worker beside a database that a test fills as the host would.

    :param sections: the host's configuration; ENABLE is added
    :param found: entry points; otherwise the installed ones
    :param db: otherwise an embedded one
    :param folder: of the reports
    """

    def __init__(
        self,
        sections: Mapping[str, Any],
        found: Optional[Iterable[Any]] = None,
        db: Any = None,
        clock: Any = None,
        probe: Optional[Probe] = None,
        folder: Union[str, PathLike] = '',
    ) -> None:
        section = dict(sections.get('SCAN_NOTIFY', {}), ENABLE=True)
        self.settings = parse_settings(dict(sections, SCAN_NOTIFY=section))
        self.db = db if db is not None else embedded_database()
        self.clock: Any = clock or ManualClock()
        self.context = Context(self.settings, self.db, RUNS, self.clock, load((), found), probe, str(folder))
        #: the lanes that the ticks rang and nobody has worked since
        self.rung: List[str] = []
        #: asks the exports to stop
        self.stopping = False
        self._tick = Tick(self.context, self.rung.append)
        self.sender = Sender(self.context)
        self.exports = ExportLane(self.context, self.rung.append, lambda: self.stopping)
        self.collects = CollectLane(self.context, lambda: self.stopping)
        #: whether ticks see to what runs have found; otherwise :meth:`work` or :meth:`collect` does
        self.collecting = True
        self._rounds: Dict[str, int] = {}
        self._journal = Journal()

    def schedule(self, name: str = 'nightly', **fields: object) -> str:
        """A schedule of the host; its id."""
        document = dict({'name': name, 'schedule_type': 'recurrent_scan', 'run_number': 0}, **fields)
        return str(self.db['task_schedule'].insert_one(document).inserted_id)

    def open_fire(self, schedule_id: str, new_mark: Callable[[], ObjectId] = ObjectId) -> Fire:
        """What the seams do before the host submits."""
        number = self._rounds[schedule_id] = self._rounds.get(schedule_id, 0) + 1
        self.db['task_schedule'].update_one({'_id': ObjectId(schedule_id)}, {'$set': {'run_number': number}})
        name = self.db['task_schedule'].find_one({'_id': ObjectId(schedule_id)})['name']
        fire = Fire(self.context.runs, self.clock, schedule_id, name, 'recurrent_scan', number, new_mark, self._journal)
        fire.open()
        return fire

    def submit(self, fire: Fire, target: str = '127.0.0.2', celery_id: str = 'c') -> str:
        """One scan task of a fire; its id."""
        task = {'name': 'scan', 'target': target, 'status': 'waiting', 'celery_id': celery_id, 'end_time': '-'}
        task_id = str(self.db['task'].insert_one(task).inserted_id)
        fire.add(task_id)
        return task_id

    def fire(
        self, schedule_id: str, targets: Iterable[str] = ('127.0.0.2', 'scan.example.com')
    ) -> Tuple[str, List[str]]:
        """A fire with one task for each target: ``(run id, task ids)``."""
        fire = self.open_fire(schedule_id)
        task_ids = [self.submit(fire, target) for target in targets]
        fire.close()
        assert fire.run_id is not None, 'the embedded database takes every run'
        return fire.run_id, task_ids

    def status(self, task_ids: Iterable[str], status: str, **fields: object) -> None:
        """Let the host's tasks have this status."""
        for task_id in task_ids:
            self.db['task'].update_one({'_id': ObjectId(task_id)}, {'$set': dict(fields, status=status)})

    def tick(self, times: int = 1, seconds: float = 5) -> None:
        """So many ticks, so far apart. What runs have found is read at once, and looked at before the next one."""
        for _ in range(times):
            self._tick.run()
            left = seconds
            if self.collecting and self.collect() and seconds > SOON:
                self.clock.move(seconds=SOON)
                self._tick.run()
                left -= SOON
            self.context.alerts.flush(self.clock.now())
            self.clock.move(seconds=left)

    def settle(self) -> None:
        """Tick until an end is believed."""
        self.tick(4)

    def work(self, kind: str = '') -> List[Optional[float]]:
        """Work every lane that was rung, once.

        :param kind: only lanes whose names begin so: ``export`` or ``channel``
        """
        lanes, self.rung[:] = sorted(set(self.rung)), []
        wanted = [lane for lane in lanes if lane.startswith(kind)]
        return [self._lane(lane).work(lane) for lane in wanted]

    def _lane(self, lane: str) -> Union[CollectLane, ExportLane, Sender]:
        if lane.startswith(collects.PREFIX):
            return self.collects
        return self.exports if lane.startswith('export:') else self.sender

    def collect(self) -> bool:
        """Work every collect lane that was rung; whether there was one."""
        lanes = [lane for lane in sorted(set(self.rung)) if lane.startswith(collects.PREFIX)]
        self.rung[:] = [lane for lane in self.rung if lane not in lanes]
        for lane in lanes:
            self.collects.work(lane)
        return bool(lanes)

    def run_through(self, rounds: int = 4, seconds: float = 5) -> None:
        """Tick and work, so often."""
        for _ in range(rounds):
            self.tick(1, seconds)
            self.work()

    def run(self, run_id: str) -> Optional[Document]:
        """The document of a run; None if there is none."""
        return self.db[RUNS].find_one({'_id': run_id})

    def jobs(self, run_id: str) -> List[Document]:
        """The documents of a run's jobs, the oldest first; without the one that reads what it has found."""
        found = self.db[JOBS].find({'run_ids': run_id, 'kind': {'$ne': 'collect'}})
        return sorted(found, key=lambda job: (job['created_at'], job['_id']))

    def finished_run(
        self, targets: Iterable[str] = ('127.0.0.2', 'scan.example.com'), status: str = 'done', **schedule: Any
    ) -> str:
        """A schedule that fires and whose tasks end at once; the run's id."""
        run_id, task_ids = self.fire(self.schedule(**schedule), targets)
        self.tick()
        self.status(task_ids, status)
        self.settle()
        return run_id
