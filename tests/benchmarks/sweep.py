"""What tracking costs: one tick over many running runs with nothing changed, and the ticks that close them all.

Time is moved by hand, so settling takes no waiting. The runs are told to one DingTalk target by the shipped plugin;
nothing is sent, a lane that is rung stays silent. Compare CPU seconds, not wall seconds, where the server is the
stand-in of the tests: its time for a query of many ids grows with their square.
"""

import statistics
from contextlib import contextmanager
from datetime import datetime
from typing import Any, Dict, Iterator, List, Optional

from bson import ObjectId

from scan_notify_plugin.clock import Clock
from scan_notify_plugin.jobs.store import COLLECTION as JOBS
from scan_notify_plugin.mongo import connect
from scan_notify_plugin.notifiers.dingding import DingTalkRobot
from scan_notify_plugin.plugins.loading import load
from scan_notify_plugin.records import to_document
from scan_notify_plugin.runs import rules
from scan_notify_plugin.runs.run import Started
from scan_notify_plugin.settings.section import parse_settings
from scan_notify_plugin.settings.store import SPECIFIED_RUNS, SettingsStore
from scan_notify_plugin.testing.loop import ManualClock
from scan_notify_plugin.worker.context import Context
from scan_notify_plugin.worker.tick import CLEAN_UP, EVERY, Tick
from tests.benchmarks.harness import Commands, Measured, arguments, environment, measured, own_database, show

__all__ = ['main', 'measure']

SECTIONS = {
    'SCAN_NOTIFY': {'ENABLE': True},
    'DINGDING': {'ACCESS_TOKEN': 'benchmark', 'SECRET': 'SECbenchmark'},
}
#: Over the settle time of the rules.
SETTLED = 11.0
#: Ticks with nothing changed of which the median is taken.
QUIET = 5
#: So many turns have had each of the chores.
TURNS = 6
#: So many ticks close any number of runs, or something is wrong.
LIMIT = 10


class HandClock(ManualClock):
    """A clock that stands at the time of this machine until it is moved."""

    def __init__(self) -> None:
        super().__init__()
        self.time = Clock().now()


class Plugin:
    """The shipped robot as an entry point, so that no other installed plugin takes part."""

    name = 'dingding'

    def load(self) -> Any:
        return DingTalkRobot


class World:
    """The host's documents, our runs, and a worker that ticks over them."""

    def __init__(self, database: Any, context: Context, clock: HandClock, commands: Commands) -> None:
        self.database = database
        self.clock = clock
        self._tick = Tick(
            context, lambda lane: None, apart=True
        )  # as in a worker, whose chores have a thread of their own
        self._commands = commands
        context.ensure_indexes()

    def fill(self, runs: int, tasks: int) -> None:
        """Runs as the recorder leaves them, each of its own schedule, and their scan tasks under way.

        An administrator has switched the notifications of each schedule on.
        """
        now, settings = self.clock.now(), SettingsStore(self.database, Clock())
        schedules = [_schedule(number) for number in range(runs)]
        scans = [[_task(number) for number in range(tasks)] for _ in schedules]
        for schedule in schedules:
            settings.set_schedule(str(schedule['_id']), {'notify_enable': True}, 'benchmark')
        self.database['task_schedule'].insert_many(schedules)
        self.database['task'].insert_many([task for of_run in scans for task in of_run])
        self.database[SPECIFIED_RUNS].insert_many(
            [_run(schedule, [str(task['_id']) for task in of_run], now) for schedule, of_run in zip(schedules, scans)]
        )

    def tick(self, after: float = EVERY) -> Measured:
        self.clock.move(seconds=after)
        done: List[bool] = []
        figures = measured(self._commands, lambda: done.append(self._tick.run()))
        if done != [True]:
            raise RuntimeError('the tick was not ours')
        return figures

    def quiet(self) -> Measured:
        """The median tick of some with nothing changed."""
        ticks = [self.tick() for _ in range(QUIET)]
        return ticks[0]._replace(
            round_trips=max(tick.round_trips for tick in ticks),
            wall_seconds=statistics.median(tick.wall_seconds for tick in ticks),
            cpu_seconds=statistics.median(tick.cpu_seconds for tick in ticks),
        )

    def chores(self, after: float = 0.0) -> Measured:
        """The dearest of one turn of each chore."""
        self.clock.move(seconds=after)
        turns: List[Measured] = []
        for _ in range(TURNS):
            done: List[bool] = []
            turns.append(measured(self._commands, lambda: done.append(self._tick.chore())))
            if done != [True]:
                raise RuntimeError('the chores were not ours')
            self.clock.move(seconds=EVERY)
        return max(turns, key=lambda turn: turn.round_trips)

    def close_all(self) -> Dict[str, Any]:
        """End all scan tasks, and tick until all runs are closed."""
        self.database['task'].update_many({}, {'$set': {'status': 'done', 'end_time': '2024-01-01 00:00:00'}})
        runs = self.database[SPECIFIED_RUNS].count_documents({})
        first: datetime = self.clock.now()
        ticks: List[Measured] = []
        while self.database[SPECIFIED_RUNS].count_documents({'status': 'running'}):
            if len(ticks) == LIMIT:
                raise RuntimeError('the runs do not close')
            ticks.append(self.tick(SETTLED if ticks else EVERY))
        total = sum(tick.round_trips for tick in ticks)
        return {
            'settle_seconds': (self.clock.now() - first).total_seconds(),
            'round_trips': total,
            'round_trips_per_changed_run': round(total / runs, 3),
            'ticks': [tick._asdict() for tick in ticks],
        }

    def collect_all(self) -> None:
        """As if it was tried for each run what it has found."""
        self.database[JOBS].update_many({'kind': 'collect'}, {'$set': {'state': 'success'}})

    def deliver_all(self) -> None:
        """As if every message had been sent."""
        self.database[JOBS].update_many({}, {'$set': {'state': 'success'}})


def _schedule(number: int) -> Dict[str, Any]:
    return {
        '_id': ObjectId(),
        'name': 'schedule {}'.format(number),
        'schedule_type': 'recurrent_scan',
        'run_number': 1,
        'task_tag': 'task',
        'status': 'scheduled',
        'cron': '* * * * *',
        'target': 'example.com',
    }


def _task(number: int) -> Dict[str, Any]:
    return {
        '_id': ObjectId(),
        'name': 'scan {}'.format(number),
        'target': 'h{}.example.com'.format(number),
        'status': 'port_scan',
        'celery_id': 'celery-{}'.format(number),
        'start_time': '2024-01-01 00:00:00',
        'end_time': '-',
        'options': {'domain_brute': True, 'port_scan': True, 'poc_config': []},
        'service': [],
    }


def _run(schedule: Dict[str, Any], task_ids: List[str], now: datetime) -> Dict[str, Any]:
    """The document of a run that was fired now."""
    schedule_id, number, mark = str(schedule['_id']), schedule['run_number'], ObjectId()
    run_id = '{}:{}'.format(schedule_id, number)
    run = rules.new_run(schedule_id, schedule['name'], schedule['schedule_type'], number, now, run_id)
    return to_document(run.evolve(
        rev=2, task_ids=tuple(task_ids), fires=(Started(mark, now),), submitted=(rules.submission_end(mark, now),),
    ))  # fmt: skip


@contextmanager
def _world(uri: str, database: Any) -> Iterator[World]:
    commands, clock = Commands(), HandClock()
    client = connect(uri, Clock(), 60.0, (commands,))
    plugins = load(found=[Plugin()])
    hold_all = set  # every Celery id that they are asked for is held by the scan workers
    context = Context(parse_settings(SECTIONS), client[database.name], SPECIFIED_RUNS, clock, plugins, hold_all)
    try:
        yield World(database, context, clock, commands)
    finally:
        client.close()


def measure(uri: str, runs: int, tasks: int) -> Dict[str, Any]:
    """The figures.

    ``chores_all_stale`` is the worst of the slow chores: no scan task has moved for minutes, and the scan workers say
    that they hold them all.
    """
    with own_database(uri) as database, _world(uri, database) as world:
        world.fill(runs, tasks)
        figures = {'benchmark': 'sweep', 'runs': runs, 'tasks': tasks, 'plugins': 'dingding, as shipped'}
        figures.update(environment(database))
        figures['first_tick'] = world.tick()._asdict()
        figures['nothing_changed'] = world.quiet()._asdict()
        figures['chores'] = world.chores(CLEAN_UP)._asdict()
        figures['chores_all_stale'] = world.chores(CLEAN_UP + rules.STALE_AFTER.total_seconds())._asdict()
        figures['all_ended'] = world.close_all()
        world.collect_all()
        figures['all_collected'] = world.tick()._asdict()
        world.deliver_all()
        figures['all_delivered'] = world.tick()._asdict()
        figures['nothing_left'] = world.tick()._asdict()
    return figures


def main(argv: Optional[List[str]] = None) -> None:
    parser = arguments('what tracking many runs costs')
    parser.add_argument('runs', type=int)
    parser.add_argument('tasks', type=int, help='scan tasks of each run')
    given = parser.parse_args(argv)
    show(measure(given.mongo, given.runs, given.tasks), given.json)


if __name__ == '__main__':
    main()
