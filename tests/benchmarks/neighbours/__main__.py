"""What ill robots cost the healthy ones: ticks and messages of one worker that has hundreds of ill neighbours.

The real ``scan-notify worker`` with its defaults, seen from outside. Robots are a process of their own. First, as a
control, the same without the ill ones: two exports all the time, and healthy messages one after the other. Then 20
messages are due to each ill robot, and the same is measured again. In the end all ill robots refuse, what was due to
them is cancelled, and what the worker holds must come back.

A healthy message is a run that ends. It is due when a tick has made the message, at the latest `TICK` after the run's
end: a tick that does not come counts. It has arrived when the robot has read it.
"""

import argparse
import os
import signal
import statistics
import sys
import tempfile
import time
from contextlib import ExitStack, contextmanager
from typing import Any, Dict, Iterator, List, NamedTuple, Optional

from pymongo.errors import PyMongoError

from tests.benchmarks.ci_mongo import Missing, ci_mongo
from tests.benchmarks.harness import MONGO, environment, own_database, show
from tests.benchmarks.neighbours import hanging
from tests.benchmarks.neighbours.documents import HEALTHY, Load, Sent, names, sections
from tests.benchmarks.neighbours.robots import KINDS, Robots, robots
from tests.benchmarks.neighbours.watching import Holding, TickWatch, Worker, gaps, percentile, summary
from tests.host_double import make_host

__all__ = ['main', 'measure']

BROKER = 'SCAN_NOTIFY_TEST_BROKER'
#: A broker that is away must delay nothing: nobody listens on the port of TCP's port service.
NOBODY = 'amqp://guest:guest@127.0.0.1:1//'
#: Seconds from one tick to the next, as promised.
TICK = 5.0
#: Healthy messages in each measured time.
MESSAGES = 10
#: Seconds: for the worker to begin, for messages that are late, and for what the worker holds to come back.
BEGIN, LATE, SETTLE = 60.0, 30.0, 60.0
#: What the worker holds before is what it holds for so many seconds.
STEADY = 5.0


class Failed(Exception):
    """Nothing could be measured; the text says why."""


class Measured(NamedTuple):
    """One measured time."""

    ticks: int
    gaps: List[float]
    healthy: List[float]  # seconds from being due to the arrival; of one that never came, those it was waited for
    from_end: List[float]  # the same from the end of the run
    lost: int
    most: Dict[str, Any]  # of what the worker held
    exit_code: Optional[int]


class Bench:
    """A worker with its database and its robots."""

    def __init__(self, worker: Worker, load: Load, ticks: TickWatch, group: Robots, hangs: str) -> None:
        self.worker, self.load = worker, load
        self._hangs = hangs  # a file, '' for none
        self._ticks, self._group = ticks, group
        self._names = names()

    def wait_for_ticks(self) -> None:
        until = time.monotonic() + BEGIN
        while len(self._ticks.times) < 2:
            if self.worker.exit_code is not None or time.monotonic() > until:
                raise Failed('the worker does not tick; its log ends with\n' + self.worker.log[-3000:])
            time.sleep(0.1)

    def measured(self, seconds: float) -> Measured:
        """Ticks in so many seconds, and healthy messages spread over them."""
        start: float = time.monotonic()
        sent: List[Sent] = []
        samples: List[Holding] = []
        end, exports_at = start + seconds, start
        while time.monotonic() < end:
            if len(sent) < MESSAGES and time.monotonic() >= start + (len(sent) + 0.5) * seconds / MESSAGES:
                sent.append(self.load.end_a_run(next(self._names), sorted(HEALTHY)[len(sent) % len(HEALTHY)]))
            if time.monotonic() >= exports_at:
                self.load.keep_exporting()
                exports_at += 2.0
            samples += filter(None, [self.worker.holding()])
            time.sleep(0.2)
        end = time.monotonic()
        self._wait(sent, end + LATE)
        found = gaps(self._ticks.times, start, end)
        lost = sum(1 for one in sent if one.name not in self._group.arrivals)
        from_due, from_end = [[self._late(one, due) for one in sent] for due in (True, False)]
        return Measured(len(found) - 1, found, from_due, from_end, lost, summary(samples), self.worker.exit_code)

    def _wait(self, sent: List[Sent], until: float) -> None:
        while time.monotonic() < until and not all(one.name in self._group.arrivals for one in sent):
            time.sleep(0.1)

    def _late(self, sent: Sent, from_due: bool) -> float:
        due = min(self.load.made_at(sent), sent.at + TICK) if from_due else sent.at
        return round(max(0.0, self._group.arrivals.get(sent.name, time.time()) - due), 3)

    def steady(self) -> Holding:
        """What the worker holds once that does not change any more; while nothing is exported."""
        found = self._settled(None)
        if found is None:
            raise Failed('the worker has ended; its log ends with\n' + self.worker.log[-3000:])
        return found

    def burden(self) -> int:
        """How many messages are due to ill robots from now on."""
        if self._hangs:
            open(self._hangs, 'w').close()
            self.load.burden_plugins()
        return self.load.burden()

    def come_back(self, before: Holding) -> Optional[Holding]:
        """The least of each that the worker holds after the ill ones have gone; None: it has ended."""
        if self._hangs:
            os.remove(self._hangs)
        self._group.refuse()
        return self._settled(before)

    def _settled(self, wanted: Optional[Holding]) -> Optional[Holding]:
        """
        :param wanted: until it holds no more than this; None: until it has not changed for `STEADY`
        """
        self.load.stop_exporting()
        until, least, since = time.monotonic() + SETTLE, None, time.monotonic()
        while time.monotonic() < until:
            now = self.worker.holding()
            if now is None:
                return None
            self.load.unburden()
            if wanted is None:
                least, since = (least, since) if least and now[:2] == least[:2] else (now, time.monotonic())
                enough = time.monotonic() - since >= STEADY
            else:
                least = Holding(*map(min, least or now, now))
                enough = least.threads <= wanted.threads and least.descriptors <= wanted.descriptors
            if enough:
                break
            time.sleep(0.5)
        return least


@contextmanager
def _bench(uri: str, broker: str, numbers: Dict[str, int], sites: int, with_plugins: bool) -> Iterator[Any]:
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        database = stack.enter_context(own_database(uri))
        group = stack.enter_context(robots(numbers))
        ours = sections(group.ports, os.path.join(folder, 'reports'), with_plugins)
        make_host(folder, uri, database.name, broker, ours)
        path = os.path.join(folder, 'app', 'config.yaml')
        load = Load(database, path)
        load.add_results(sites)
        ticks = stack.enter_context(TickWatch(database['scan_notify_lane']))
        env = hanging.install(os.path.join(folder, 'plugins')) if with_plugins else {}
        worker = Worker(folder, path, env)
        stack.callback(worker.end)
        yield environment(database), Bench(worker, load, ticks, group, env.get(hanging.WHILE, ''))


def measure(
    uri: str,
    broker: str,
    numbers: Dict[str, int],
    seconds: float,
    control: float,
    sites: int,
    with_plugins: bool = False,
) -> Dict[str, Any]:
    """The figures.

    :param numbers: of ill robots, by kind
    :param control: seconds of the same without ill robots
    :param sites: in each report that is made meanwhile
    :param with_plugins: with plugins of a third party that do not come back, one for each call
    :raises Failed: if nothing could be measured
    """
    with _bench(uri, broker, numbers, sites, with_plugins) as (facts, bench):
        bench.wait_for_ticks()
        alone = bench.measured(control)
        before = bench.steady()
        due = bench.burden()
        ill = bench.measured(seconds)
        reports = bench.load.reports
        after = bench.come_back(before)
    figures: Dict[str, Any] = {'benchmark': 'neighbours'}
    figures.update(facts, broker='nobody' if broker == NOBODY else 'a server', seconds=seconds, control_seconds=control)
    figures.update(numbers, due_to_ill=due, reports=reports)
    figures.update(_figures(ill), **{'control_' + name: value for name, value in _figures(alone).items()})
    for name in Holding._fields:
        figures[name + '_before'] = getattr(before, name)
        figures[name + '_during'] = ill.most[name]
        figures[name + '_after'] = getattr(after, name, None)
    return figures


def _figures(measured: Measured) -> Dict[str, Any]:
    return {
        'ticks': measured.ticks,
        'longest_gap_s': round(max(measured.gaps), 3),
        'p99_gap_s': round(percentile(measured.gaps, 0.99), 3),
        'p50_gap_s': round(percentile(measured.gaps, 0.5), 3),
        'gaps_s': [round(gap, 1) for gap in measured.gaps],
        'healthy_s': measured.healthy,
        'healthy_p50_s': round(statistics.median(measured.healthy), 3),
        'healthy_from_end_s': measured.from_end,
        'healthy_lost': measured.lost,
        'worker_exit': measured.exit_code,
    }


def _number(least: float, most: float, kind: Any = int) -> Any:
    def number(text: str) -> Any:
        try:
            value = kind(text)
        except ValueError:
            value = None
        if value is None or not least <= value <= most:
            raise argparse.ArgumentTypeError('expected a number from {:g} to {:g}, got {!r}'.format(least, most, text))
        return value

    return number


def _arguments(argv: Optional[List[str]]) -> Any:
    parser = argparse.ArgumentParser(description='what ill robots cost the healthy ones')
    count = _number(0, 1000)
    parser.add_argument('--silent', type=count, default=200, help='robots that never answer (200)')
    parser.add_argument('--dripping', type=count, default=50, help='robots that answer a byte every two seconds (50)')
    parser.add_argument('--refusing', type=count, default=50, help='robots that do not listen (50)')
    parser.add_argument('--seconds', type=_number(10, 3600, float), default=120.0, help='measured with them (120)')
    parser.add_argument(
        '--control', type=_number(10, 3600, float), default=30.0, help='seconds without them first (30)'
    )
    parser.add_argument('--sites', type=_number(1, 10**6), default=20000, help='in each report made meanwhile (20000)')
    parser.add_argument('--hanging', action='store_true', help='with plugins that do not come back, one for each call')
    words = 'URI of a server; the default is in {}, else one is started'
    parser.add_argument('--mongo', default=os.environ.get(MONGO), help=words.format(MONGO))
    words = 'URL; the default is in {}, else nobody listens there'
    parser.add_argument('--broker', default=os.environ.get(BROKER) or NOBODY, help=words.format(BROKER))
    parser.add_argument('--json', action='store_true', help='print JSON')
    return parser.parse_args(argv)


def main(argv: Optional[List[str]] = None) -> None:
    given = _arguments(argv)
    if not os.path.exists('/proc/self/status'):
        sys.exit('what a process holds is read from /proc, which is not here')
    try:
        with ExitStack() as stack:
            uri = given.mongo or stack.enter_context(ci_mongo(stack.enter_context(tempfile.TemporaryDirectory())))
            numbers = {kind: getattr(given, kind) for kind in KINDS}
            figures = measure(uri, given.broker, numbers, given.seconds, given.control, given.sites, given.hanging)
    except (Failed, Missing) as error:
        sys.exit(str(error))
    except PyMongoError as error:
        sys.exit('the database: {}'.format(str(error).partition(' (')[0]))
    except KeyboardInterrupt:
        sys.exit(130)
    show(figures, given.json)


if __name__ == '__main__':
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    main()
