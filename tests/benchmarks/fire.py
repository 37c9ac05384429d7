"""What we cost the host's scheduler: round trips for each fire and pass, and the time of a pass with and without us.

Both kinds of pass run in turn in one process, through the real seams and the real configuration of a host of
``tests/host_double``. Its broker is ``memory://``: submitting a scan task costs this host less than a real one, so the
ratio is on the safe side.
"""

import logging
import statistics
import sys
import tempfile
import time
from contextlib import ExitStack, contextmanager
from types import SimpleNamespace
from typing import Any, Dict, Iterator, List, NamedTuple, Optional, Tuple
from unittest import mock

from kombu.transport import memory
from pymongo import MongoClient

from scan_notify_plugin import autoload, mongo
from scan_notify_plugin.clock import Clock
from scan_notify_plugin.settings.store import COLLECTION as SETTINGS
from scan_notify_plugin.settings.store import SettingsStore
from tests.benchmarks.harness import Commands, arguments, environment, own_database, show
from tests.host_double import add_policy, add_schedule, load, make_host

__all__ = ['main', 'measure']

#: The original, and the fork that tells its own runs: there we ask the settings whether a run is ours to tell.
FLAVOURS = ('top', 'wps')
#: Seconds from one pass of the host to the next.
EVERY = 58.0
SECTIONS = {
    'SCAN_NOTIFY': {'ENABLE': True, 'DEFAULTS': {'NOTIFY_ENABLE': True}},
    'DINGDING': {'ACCESS_TOKEN': 'benchmark', 'SECRET': 'SECbenchmark'},
}
#: What is wrapped, by module.
SEAMS = {
    'app.helpers.task_schedule': ('submit_task_schedule', 'create_task_schedule_run'),
    'app.helpers.task': ('submit_task',),
}


class Host:
    """A host in this process that we can be taken out of, and put back into, between two passes."""

    def __init__(self, app: Any, database: Any, tasks: int, own: Commands, ours: Commands) -> None:
        self._scheduler = app.helpers.task_schedule.task_scheduler
        self._database = database
        self._target = ' '.join('h{}.example.com'.format(number) for number in range(tasks))
        self._policy = add_policy(database)
        self._without = _functions()
        self._with = self._without
        self.own, self.ours = own, ours

    def listen(self) -> None:
        """Enter as at the start of a real process."""
        autoload.listen()
        self._with = _functions()

    def add(self, schedules: int) -> None:
        for _ in range(schedules):
            add_schedule(self._database, policy_id=self._policy, target=self._target)

    def due_again(self) -> None:
        self._database['task_schedule'].update_many({}, {'$set': {'last_run_time': 0}})
        for name in ('task', 'task_schedule_run', 'scan_notify_run'):
            self._database[name].delete_many({})
        memory.Channel.queues.pop('arltask', None)

    def one_pass(self, with_us: bool) -> Tuple[float, Dict[str, int], Dict[str, int]]:
        """Seconds, and what we and the host itself sent."""
        for (module, name), function in (self._with if with_us else self._without).items():
            setattr(sys.modules[module], name, function)
        self.own.taken(), self.ours.taken()
        started = time.perf_counter()
        self._scheduler()
        return time.perf_counter() - started, self.ours.taken(), self.own.taken()


def _functions() -> Dict[Tuple[str, str], Any]:
    return {
        (module, name): getattr(sys.modules[module], name)
        for module, names in SEAMS.items()
        for name in names
        if hasattr(sys.modules[module], name)
    }


@contextmanager
def _started(uri: str, database: Any, flavour: str, tasks: int) -> Iterator[Tuple[Host, Any]]:
    """A host, and the time as our recorder sees it: ``time.now`` is to be moved between passes."""
    own, ours, moved = Commands(), Commands(), SimpleNamespace(now=0.0)
    clients: List[Any] = []

    def connect(*args: Any) -> Any:
        clients.append(mongo.connect(*args, listeners=(ours,)))
        return clients[-1]

    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        make_host(folder, uri, database.name, 'memory://', SECTIONS, flavour)
        host_client = MongoClient(uri, event_listeners=[own])
        stack.callback(host_client.close)
        app = stack.enter_context(load(folder, host_client))
        logging.getLogger('arlv2').setLevel(logging.WARNING)  # a line for each task is not what is measured
        stack.enter_context(mock.patch.object(autoload, '_listening', []))
        stack.enter_context(mock.patch('scan_notify_plugin.recorder.connect', connect))
        time_of_ours = SimpleNamespace(monotonic=lambda: moved.now)
        stack.enter_context(mock.patch('scan_notify_plugin.recorder.time', time_of_ours))
        stack.callback(lambda: [client.close() for client in clients])
        yield Host(app, database, tasks, own, ours), moved


class Passes(NamedTuple):
    """What the passes of one kind cost, one element for each."""

    seconds: List[float]
    ours: List[Dict[str, int]]
    hosts: List[Dict[str, int]]


def _in_turn(host: Host, moved: Any, passes: int) -> Tuple[Passes, Passes, int]:
    """The passes without us, those with us, and the most that we sent in a pass where nothing was due."""
    kinds, idle = (Passes([], [], []), Passes([], [], [])), 0
    for number in range(-1, passes):  # the first of each kind only warms up
        for with_us in (True, False) if number % 2 else (False, True):  # neither is always ahead
            host.due_again()
            moved.now += EVERY
            figures = host.one_pass(with_us)
            if number >= 0:
                for values, value in zip(kinds[with_us], figures):
                    values.append(value)
            if with_us:
                idle = max(idle, sum(host.one_pass(True)[1].values()))
    return kinds[False], kinds[True], idle


def _measure(uri: str, database: Any, flavour: str, fires: int, tasks: int, passes: int) -> Dict[str, Any]:
    # On the host that tells its own runs we take over only while a worker is there.
    SettingsStore(database, Clock()).worker_alive('benchmark', {'plugins': [], 'version': ''})
    with _started(uri, database, flavour, tasks) as (host, moved):
        host.listen()
        host.add(1)
        host.one_pass(False)  # the host has first times of its own
        host.due_again()
        first_seconds, first, _ = host.one_pass(True)
        if not first:
            raise RuntimeError('we are not in the host: nothing was sent')
        host.add(fires - 1)
        without, with_us, idle = _in_turn(host, moved, passes)
    if any(without.ours):
        raise RuntimeError('a pass without us was not without us: {}'.format(without.ours))
    before, after = statistics.median(without.seconds), statistics.median(with_us.seconds)
    reads = [_settings_reads(sent) for sent in with_us.ours]
    return {
        'first_fire_of_the_process': {
            'round_trips': sum(first.values()),
            'by_command': first,
            'seconds_of_its_pass': round(first_seconds, 6),
        },
        'round_trips_per_fire': max(sum(sent.values()) - read for sent, read in zip(with_us.ours, reads)) / fires,
        'settings_reads_per_pass': max(reads),
        'round_trips_per_pass_with_nothing_due': idle,
        'round_trips_per_fire_of_the_host': statistics.median(sum(sent.values()) for sent in without.hosts) / fires,
        'by_command_per_pass': with_us.ours[-1],
        'seconds_per_pass': {'without': round(before, 6), 'with': round(after, 6)},
        'ratio': round(after / before, 3),
        'added_milliseconds_per_fire': round((after - before) / fires * 1000, 3),
    }


def _settings_reads(sent: Dict[str, int]) -> int:
    return sum(count for command, count in sent.items() if command.endswith(' ' + SETTINGS))


def measure(uri: str, fires: int = 10, tasks: int = 4, passes: int = 50) -> Dict[str, Any]:
    """The figures; times are medians over ``passes`` of each kind.

    :param fires: schedules that are due in each pass
    :param tasks: scan tasks that each of them submits
    """
    figures: Dict[str, Any] = {
        'benchmark': 'fire',
        'fires_per_pass': fires,
        'tasks_per_fire': tasks,
        'passes': passes,
        'broker': 'memory://',
        'hosts': {},
    }
    for flavour in FLAVOURS:
        with own_database(uri) as database:
            figures.update(environment(database))
            figures['hosts'][flavour] = _measure(uri, database, flavour, fires, tasks, passes)
    return figures


def main(argv: Optional[List[str]] = None) -> None:
    parser = arguments('what a fire costs the scheduler of the host')
    parser.add_argument('--fires', type=int, default=10, help='schedules that are due in each pass')
    parser.add_argument('--tasks', type=int, default=4, help='scan tasks that each of them submits')
    parser.add_argument('--passes', type=int, default=50, help='measured passes of each kind')
    given = parser.parse_args(argv)
    show(measure(given.mongo, given.fires, given.tasks, given.passes), given.json)


if __name__ == '__main__':
    main()
