"""A host, its scan tasks, notify workers and robots in one Python process, on one database and one clock.

Every database operation and every request is a step with a point before and a point after it; an upsert that
found nothing has one more before it inserts. Points are numbered through the whole play, and at some of them the
play has a fault: the process is killed, its connection is cut, or it sleeps while the others go on; or something is
done by an administrator, in a process of its own.
"""

from datetime import datetime, timedelta, timezone
from functools import lru_cache, partial
from types import SimpleNamespace
from typing import Any, Callable, Dict, List, Mapping, NamedTuple, Optional, Set, Tuple

from bson import ObjectId
from pymongo.errors import AutoReconnect

from scan_notify_plugin.clock import SLACK
from scan_notify_plugin.deadline import Overstayed, no_answer_within
from scan_notify_plugin.faults import Fault
from scan_notify_plugin.notifiers.base import Part, Receipt
from scan_notify_plugin.plugins.loading import Plugins, load
from scan_notify_plugin.settings.section import Settings, parse_settings
from scan_notify_plugin.worker.collect import CollectLane
from scan_notify_plugin.worker.context import Context
from scan_notify_plugin.worker.export import ExportLane
from scan_notify_plugin.worker.hung import Hung
from scan_notify_plugin.worker.send import Sender
from scan_notify_plugin.worker.tick import Tick
from tests.crash_model.administrator import ACTIONS, RELEASE, Administrator
from tests.crash_model.host import JOBS, RUNS, Host
from tests.crash_model.memory import Collection, Document, copied
from tests.crash_model.process import Killed, Process
from tests.crash_model.reports import Sheet, Shelf
from tests.crash_model.robot import Curious, EntryPoint, Pager, Robot, Shown
from tests.crash_model.stage import Stage
from tests.crash_model.turns import Turns
from tests.prose import with_prose

SCHEDULE, OTHER_SCHEDULE = ObjectId('5f0000000000000000000001'), ObjectId('5f0000000000000000000002')
START = datetime(2026, 1, 1, tzinfo=timezone.utc)

KILL, CUT, NAP, SLEEP, COMA, LAPSE = 'kill', 'cut', 'nap', 'sleep', 'coma', 'lapse'
#: A worker is told to stop, and waits for the answer to its request; or does not, as it takes too long.
STOP, STOP_AT_ONCE = 'stop', 'stop at once'
#: A call into a notifier does not come back.
HANG, HANGS_FOR = 'hang', 90
#: Somebody sets the clock of the database, by so many seconds.
STEPS = {'ahead': 10, 'back': -10, '8 h ahead': 8 * 3600, '8 h back': -8 * 3600}
#: What the clock does while a process sleeps; the others have a round after each step. A lease is 60 s.
SLEEPS = {NAP: (61,), SLEEP: (61, 10, 10, 61, 10), COMA: (61,) * 7}
LAPSED = 61
#: For so long a job is held, unless it is let go before. That is more than the hours after which one is given up.
HELD_FOR = 2 * 3600
#: What it does between rounds; by the end of this every play must be over.
ROUNDS = (10,) * 6 + (61,) * 60 + (600,) * 40
#: More points than any play has: somebody goes round in circles.
ENDLESS = 5000
#: When every key is forgotten, nothing more may be shown.
AFTERWARDS = 700


class Scenario(NamedTuple):
    """What is being done while faults strike."""

    name: str
    idempotent: bool
    pages: int = 1
    #: whether a mention after the pages has a key; None: there is none
    mention: Optional[bool] = None
    pace: Tuple[int, float] = (18, 61.0)
    #: what the robot answers, one for each request; then it accepts
    answers: Tuple[str, ...] = ()
    #: what the robot says later of what it has accepted; see :class:`Robot`
    verdicts: Tuple[str, ...] = ()
    fallback: bool = False
    resend: bool = False
    export: bool = False
    #: whether a plugin asks for messages at other events, too
    curious: bool = False
    hosts: int = 1
    workers: int = 1
    ends: Tuple[str, str] = ('done', 'done')
    #: whether the channel sends again, with words, what a gateway may have let through
    again: bool = False
    #: schedules that are due in the same pass of the scheduler
    schedules: int = 1
    #: what an administrator does, one after the other, whenever all is through
    afterwards: Tuple[str, ...] = ()
    #: whether what runs have found is read; without it they go the old way, in fewer steps
    collect: bool = False
    #: so many times that fails first
    failures: int = 0

    @property
    def parts(self) -> int:
        return self.pages + (self.mention is not None)

    @property
    def keyed(self) -> bool:
        """Whether nothing of a message is ever in doubt for long."""
        return self.idempotent and self.mention is not False


class Point(NamedTuple):
    """A place in a play where a fault can strike."""

    role: str
    call: int
    step: str
    moment: str


class ManualClock:
    """The time of the database, for everybody; and the time that really passes, which nobody sets."""

    def __init__(self) -> None:
        self.time = START
        self.passed = timedelta(0)
        self._steps: List[Tuple[timedelta, timedelta]] = []

    @property
    def real(self) -> datetime:
        """What a clock says that nobody has set."""
        return START + self.passed

    def now(self) -> datetime:
        return self.time

    def monotonic(self) -> float:
        return self.passed.total_seconds()

    def grace(self, patience=timedelta(days=1)) -> timedelta:
        recent = [
            step for at, step in self._steps if self.passed - at <= min(patience, timedelta(days=1)) and step > SLACK
        ]
        return sum(recent, timedelta(0))

    def advance(self, seconds: float) -> None:
        self.time += timedelta(seconds=seconds)
        self.passed += timedelta(seconds=seconds)

    def step(self, seconds: float) -> None:
        """Somebody sets it."""
        self.time += timedelta(seconds=seconds)
        self._steps.append((self.passed, timedelta(seconds=seconds)))


class Worker:
    """A notify worker as ``worker.machine`` composes it, without Celery."""

    def __init__(self, process: Process, context: Context, ring: Callable[[str], None], stage: Stage) -> None:
        self.process = process
        self._clock = context.clock
        self.tick = Tick(context, ring)
        self._hung = Hung(context)
        self._sender = Sender(context, lambda: process.stopping, self._hung)
        self._exports = ExportLane(context, ring, lambda: process.stopping)
        self._collects = CollectLane(context, lambda: process.stopping, self._hung, stage.collect)

    def work(self, lane: str) -> None:
        kinds = {'export': self._exports, 'collect': self._collects}
        kinds.get(lane.partition(':')[0], self._sender).work(lane)
        # What hung in a lane has come back by the next look, too late.
        self._hung.keep(lambda: (), self._clock.now(), lambda lane: None)


class World:
    """One play.

    :param faults: by the number of the point
    :param order: who goes on at points that are ``contested``; without it, one process after the other
    """

    def __init__(
        self,
        scenario: Scenario,
        faults: Mapping[int, str],
        order: Any = None,
        contested: Callable[[Point], bool] = lambda point: True,
    ) -> None:
        self.scenario = scenario
        self.clock = ManualClock()
        self.points: List[Point] = []
        #: the faults that struck
        self.hits: List[Tuple[Point, str]] = []
        #: whether a request was under way when one did
        self.doubtful = False
        self.host_slept = timedelta(0)
        #: errors that no fault explains
        self.crashes: List[Exception] = []
        self.stuck = False
        #: how many points the play had before nothing was left to do, and how long that took
        self.length, self.took = 0, timedelta(0)
        #: by which schedule each scan task was made
        self.made_by: Dict[Any, Any] = {}
        self.hosts: List[Host] = []
        self.workers: List[Worker] = []
        self._faults = faults
        self._turns = Turns(order.choose) if order else None
        self._contested = contested
        self.robots = {'pager': Robot(scenario.answers, scenario.verdicts), 'siren': Robot()}
        self._wishes = list(scenario.afterwards)
        #: what was known whenever the plugins were asked at the end of a run
        self.asked: List[str] = []
        self._stage = Stage(scenario.failures)
        #: the reports that are kept
        self.files: Dict[str, bytes] = {}
        self._rung: List[str] = []
        schedules = [
            {'_id': one, 'name': 'nightly', 'schedule_type': 'recurrent_scan', 'run_number': 0}
            for one in (SCHEDULE, OTHER_SCHEDULE)[: scenario.schedules]
        ]
        # A worker has looked at the schedules before, so that a round which nobody recorded is noticed.
        numbers = {str(schedule['_id']): 0 for schedule in schedules}
        rounds = {'_id': 'rounds', 'numbers': numbers, 'missing': {}, 'at': START, 'v': 1}
        self._collections = {
            'task_schedule': Collection({schedule['_id']: schedule for schedule in schedules}),
            'scan_notify_setting': Collection({'rounds': rounds}),
        }
        self.administrator = Administrator(self._collections, self._at, _settings(scenario), self)

    @property
    def shown(self) -> List[Shown]:
        """What people saw."""
        return self.robots['pager'].shown + self.robots['siren'].shown

    def documents(self, collection: str) -> List[Document]:
        documents = list(self._collections.get(collection, Collection()).documents.values())
        return [with_prose(one) for one in documents] if collection == JOBS else documents

    def run(self) -> 'World':
        self._go_on()
        self.length, self.took, struck = len(self.points), self.clock.passed, -1
        while struck != len(self.hits):  # once more if something has struck meanwhile
            struck = len(self.hits)
            self.clock.advance(AFTERWARDS)
            self._go_on()
        return self

    def _go_on(self) -> None:
        """Rounds until nothing is left to do."""
        for seconds in ROUNDS:
            self.round()
            if self._settled() and not self._look_after():
                return
            self.clock.advance(seconds)
        self.stuck = True

    def _settled(self) -> bool:
        fired = {(str(one['_id']), one['run_number']) for one in self.documents('task_schedule')}
        runs, jobs = self.documents(RUNS), self.documents(JOBS)
        states = {job['state'] for job in jobs}
        return (
            fired == {(run['schedule_id'], run['run_number']) for run in runs}
            and all(run['push_status'] != 'pending' or _waits_for_people(run, states) for run in runs)
            and {entry['id'] for run in runs for entry in run['plan']} <= {job['_id'] for job in jobs}
            and 'pending' not in states
        )

    def _look_after(self) -> bool:
        """An administrator lets go what is held, and then has wishes; false if there is nothing to do."""
        if any(job['state'] == 'held' for job in self.documents(JOBS)):
            self.clock.advance(HELD_FOR)
            self.administrator.act(RELEASE)
            return True
        if self._wishes:
            self.administrator.act(self._wishes.pop(0))
            return True
        return False

    def round(self) -> None:
        """Scan tasks end, a scheduler looks, workers tick, and what was rung is worked on."""
        self._scan()
        self._fire()
        self._serve()
        self._rung.clear()

    def _scan(self) -> None:
        ends = self.scenario.ends * self.scenario.hosts * self.scenario.schedules
        for task, end in zip(self.documents('task'), ends):
            if task['status'] == 'waiting':
                # The host counts what a task found only if it was done.
                task.update({'status': end}, **({'statistic': {'site_cnt': 1}} if end == 'done' else {}))

    def _fire(self) -> None:
        while sum(not host.process.dead for host in self.hosts) < self.scenario.hosts:
            self.hosts.append(self._new_host())
        due = [copied(schedule) for schedule in self.documents('task_schedule') if schedule['run_number'] == 0]
        if due:
            self._together(
                {
                    host.process: partial(self._call, host.process, partial(host.look, copied(due)))
                    for host in self.hosts
                    if self._is_idle(host.process)
                }
            )

    def _serve(self) -> None:
        workers = self._free_workers()
        # A lane that one worker rings is worked on by another, if there is one.
        senders = workers[-1:] + workers[:-1] if self._turns is None else workers
        pairs = zip(workers, senders)
        self._together({pair[0].process: partial(self._tick_and_work, *pair) for pair in pairs})

    def _tick_and_work(self, worker: Worker, sender: Worker) -> None:
        self._call(worker.process, worker.tick.run)
        worked = set()
        for lane in self._rung:  # which may grow
            if lane not in worked:
                worked.add(lane)
                self._call(sender.process, partial(sender.work, lane))

    def _together(self, calls: Mapping[Process, Callable[[], None]]) -> None:
        """By turns if the play has an order, else one after the other; so, too, while somebody sleeps."""
        if self._turns is not None and not self._turns.running and len(calls) > 1:
            self._turns.run(calls)
        else:
            for call in calls.values():
                call()

    def _is_idle(self, process: Process) -> bool:
        return not (process.dead or process.busy or self._turns is not None and process in self._turns)

    def _free_workers(self) -> List[Worker]:
        """Those that wait for work. One that was killed is started anew, one that sleeps has a colleague."""
        free = [worker for worker in self.workers if self._is_idle(worker.process)]
        while len(free) < self.scenario.workers:
            free.append(self._new_worker())
            self.workers.append(free[-1])
        return free

    def _new_host(self) -> Host:
        serial = len(self.hosts) + 1
        return Host(Process('host {}'.format(serial), self._collections, self._at), self.clock, serial, self.made_by)

    def _new_worker(self) -> Worker:
        process = Process('worker {}'.format(len(self.workers) + 1), self._collections, self._at)
        speaking = {channel: self._pager(process, channel, robot) for channel, robot in self.robots.items()}
        loaded = _plugins(self.scenario)
        names = SimpleNamespace(hook=loaded.manager.hook, get_name=lambda plugin: plugin.name)
        plugins = loaded._replace(notifiers=speaking, manager=names)  # type: ignore
        context = Context(_settings(self.scenario), process, RUNS, self.clock, plugins)  # type: ignore
        shelf = Shelf(process, self.files)
        context.storage, context.storage_of = lambda: shelf, lambda report: shelf  # type: ignore
        context.collects = self.scenario.collect  # type: ignore  # see conftest
        call = context.rounds.call

        def noted(hook: str, key: Any, **arguments: Any) -> Any:
            if hook == 'on_run_complete':
                results = arguments['run'].results
                self.asked.append(results.state if results else '')
            return call(hook, key, **arguments)

        context.rounds.call = noted  # type: ignore
        return Worker(process, context, self._rung.append, self._stage)

    def _pager(self, process: Process, channel: str, robot: Robot) -> Pager:
        def receive(part: Part, target: str) -> Receipt:
            (job,) = [job for job in self.documents(JOBS) if any(one['key'] == part.key for one in job['parts'])]
            self.administrator.watch(process, channel, job, part, target)
            return robot.receive(part, job['_id'], target, self.clock.real)

        def request(part: Part, target: str, asked: bool) -> Receipt:
            if asked:
                self.administrator.watch_question(process, part, target)
                return process.step('question', lambda: robot.ask(part))
            return process.step('request', lambda: receive(part, target))

        return Pager(channel, self.scenario, request)

    def _call(self, process: Process, call: Callable[[], Any]) -> None:
        """As Celery, or the host's scheduler, calls it: an error is a line in a log."""
        if process.dead:
            return
        process.busy = True
        process.calls += 1
        try:
            call()
        except (Killed, AutoReconnect):
            pass
        except Exception as error:
            self.crashes.append(error)
        process.busy = False
        process.dead = process.dead or process.stopping

    def _at(self, process: Process, step: str, moment: str) -> None:
        point = Point(process.role, process.calls, step, moment)
        if self._turns is not None and self._contested(point):
            self._turns.wait(process)
        self.points.append(point)
        if moment == 'after' and step.startswith('scan_notify_setting.find_one_and'):
            self.administrator.look_at_stops()
        if len(self.points) > ENDLESS:
            self.stuck = process.dead = True
            raise Killed
        fault = self._faults.get(len(self.points) - 1)
        if fault is not None:
            self.hits.append((point, fault))
            parts = [part for job in self.documents(JOBS) for part in job['parts']]
            self.doubtful = self.doubtful or any(part['state'] == 'posting' for part in parts)
            self._strike(process, step, fault)

    def _leave(self, process: Process, step: str, fault: str) -> None:
        """What ``worker.crew`` makes of a wish to stop, and of a call that does not come back."""
        if not process.role.startswith('worker'):
            process.dead = True  # these know no wishes
            raise Killed
        asked = step in ('request', 'question')
        if fault != HANG:
            process.stopping = True
        if asked and fault == STOP_AT_ONCE:
            raise Overstayed(Fault('call.stopped'))
        if asked and fault == HANG:
            self.clock.advance(HANGS_FOR)
            raise Overstayed(no_answer_within(HANGS_FOR))

    def _strike(self, process: Process, step: str, fault: str) -> None:
        if fault in ACTIONS:
            self.administrator.act(fault)
            return
        if fault == KILL:
            process.dead = True
            raise Killed
        if fault == CUT:
            raise AutoReconnect('connection closed')
        if fault == LAPSE:  # everybody was slow
            self.clock.advance(LAPSED)
            return
        if fault in STEPS:
            self.clock.step(STEPS[fault])
            return
        if fault in (STOP, STOP_AT_ONCE, HANG):
            self._leave(process, step, fault)
            return
        asleep_at = self.clock.passed
        for seconds in SLEEPS[fault]:
            self.clock.advance(seconds)
            self.round()
        if process.role.startswith('host'):
            self.host_slept += self.clock.passed - asleep_at


def _waits_for_people(run: Document, states: Set[str]) -> bool:
    return run['status'] != 'running' and 'held' in states


@lru_cache(maxsize=None)
def _settings(scenario: Scenario) -> Settings:
    names = ('ops', 'fired', 'first', 'second') if scenario.curious else ('ops',)
    targets = {name: {'CHANNEL': 'pager'} for name in names}
    if scenario.fallback:
        targets['spare'] = {'CHANNEL': 'siren'}
        targets['ops']['FALLBACK'] = 'spare'
    section = {
        'ENABLE': True,
        'DEFAULTS': {
            'NOTIFY_ENABLE': True,
            'NOTIFY_CHANNEL': 'ops',
            'EXPORT_ENABLE': scenario.export,
            'EXPORT_FORMAT': 'sheet',
        },
        'TARGETS': targets,
        'ON_UNCERTAIN': 'resend' if scenario.resend else 'show',
        'GIVE_UP_AFTER': 1,
    }
    return parse_settings({'SCAN_NOTIFY': section})


@lru_cache(maxsize=None)
def _plugins(scenario: Scenario) -> Plugins:
    """Loaded once, as it takes longer than a play; what speaks to the robots is each worker's own."""
    plugins: List[Any] = []
    for channel in ('pager', 'siren') if scenario.fallback else ('pager',):
        plugins.append(Pager(channel, scenario))
    if scenario.curious:
        plugins.append(Curious())
    if scenario.export:
        plugins.append(Sheet())
    return load(found=[EntryPoint(plugin.name, plugin) for plugin in plugins])
