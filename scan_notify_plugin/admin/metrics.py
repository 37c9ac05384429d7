"""The figures for Prometheus: counters that the workers keep together, and gauges read from the stores.

They are in MongoDB, so the web process and every worker show the same ones, and a restart loses none.
"""

import hmac
import time
from collections import Counter
from typing import Callable, Dict, Iterable, Iterator, List, NamedTuple, Optional, Tuple

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric

from scan_notify_plugin.admin.desk import Desk
from scan_notify_plugin.admin.workers import ALIVE
from scan_notify_plugin.clock import AHEAD, is_recent
from scan_notify_plugin.secret import Secret
from scan_notify_plugin.settings.counters import CounterStore

CONTENT_TYPE = 'text/plain; version=0.0.4; charset=utf-8'
PREFIX = 'scan_notify_'
#: Seconds for which the figures are not read anew.
FRESH = 5.0

#: Upper bounds, in seconds.
REQUEST = (0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 20.0)
DELIVERY = (1.0, 2.0, 5.0, 10.0, 30.0, 60.0, 300.0, 900.0, 3600.0, 21600.0, 86400.0)
EXPORT = (0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0, 900.0, 3600.0)


class Counted(NamedTuple):
    """A metric that workers count."""

    help: str
    labels: Tuple[str, ...]
    buckets: Tuple[float, ...] = ()  # of a histogram, in seconds


COUNTERS: Dict[str, Counted] = {
    'runs_closed': Counted('Runs that came to their end.', ('status',)),
    'attempts': Counted('Requests to a channel, by what came of them.', ('channel', 'result')),
    'deliveries': Counted('Messages that came to their end.', ('channel', 'state')),
    'request_seconds': Counted('Time of one request to a channel.', ('channel',), REQUEST),
    'delivery_seconds': Counted('Time from when a message was due to its acceptance.', ('channel',), DELIVERY),
    'collects': Counted('Runs whose results were read, or finally not.', ('state',)),
    'collect_seconds': Counted('Time to read what a run has found and what is new.', (), EXPORT),
    'exports': Counted('Reports that were made, or finally not.', ('format', 'state')),
    'export_seconds': Counted('Time to make a report.', ('format',), EXPORT),
    'export_bytes': Counted('Size of the reports made.', ('format',)),
    'overstayed': Counted('Calls into plugins that did not come back in time.', ('plugin', 'call')),
    'set_aside': Counted('Documents that were set aside since they are not as they must be.', ('kind',)),
}

GAUGES: Dict[str, Tuple[str, Tuple[str, ...]]] = {
    'runs': ('Runs in the history, by status.', ('status',)),
    'jobs': ('Jobs that are not done: the queue.', ('kind', 'state')),
    'oldest_due_job_seconds': ('How long the job that is due longest has been waiting.', ('kind',)),
    'lanes_cooling': ('Robots that rest because their service said so.', ()),
    'targets_stopped': ('Targets that nothing is sent to until a person starts them.', ('target',)),
    'report_files': ('Report files that are kept.', ()),
    'report_files_bytes': ('Room that they take.', ()),
    'workers_alive': ('Notify workers that gave a sign of life in the last two minutes.', ()),
    'workers_newest_sign_of_life_seconds': ('Age of the newest sign of life of any worker.', ()),
}


def key(name: str, labels: Iterable[str], part: str = '') -> str:
    """The name of a number in the store; ``part`` is a bucket's number, or ``sum``."""
    return '|'.join([name] + [_plain(label) for label in labels] + ([part] if part else []))


def _plain(label: str) -> str:
    """A label as it can be part of a field's name. Channels and formats are named by plugins."""
    return ''.join(char if char.isalnum() or char in '-_' else '_' for char in label) or '_'


def shows(authorization: str, token: Secret) -> bool:
    """Whether the header ``Authorization`` has the token of the scrapers."""
    expected = 'Bearer ' + token.reveal()
    return hmac.compare_digest(authorization.encode('utf-8', 'replace'), expected.encode('utf-8'))


class Metrics:
    """Makes the text; reads at most every few seconds, whoever asks."""

    def __init__(self, desk: Callable[[], Desk]) -> None:
        self._desk = desk
        self._text = b''
        self._read_at: Optional[float] = None

    def text(self) -> bytes:
        """In Prometheus' text format."""
        now = time.monotonic()
        if self._read_at is None or now - self._read_at >= FRESH:
            registry = CollectorRegistry()
            registry.register(_Collector(self._desk()))
            self._text, self._read_at = generate_latest(registry), now
        return self._text


class _Collector:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def describe(self) -> List[Metric]:
        return []  # or registering would collect once more

    def collect(self) -> Iterator[Metric]:
        numbers = CounterStore(self._desk.db).read()
        for name, counted in COUNTERS.items():
            yield _histogram(name, counted, numbers) if counted.buckets else _counter(name, counted, numbers)
        figures = _gauges(self._desk)
        for name, (words, labels) in GAUGES.items():
            family = GaugeMetricFamily(PREFIX + name, words, labels=labels)
            for values, number in sorted(figures.get(name, {}).items()):
                family.add_metric(values, number)
            yield family


def _rows(name: str, counted: Counted, numbers: Dict[str, float]) -> Dict[Tuple[str, ...], Dict[str, float]]:
    """By label values: the numbers of this metric, by part."""
    rows: Dict[Tuple[str, ...], Dict[str, float]] = {}
    for full, number in numbers.items():
        first, *rest = full.split('|')
        if first == name:
            width = len(counted.labels)
            rows.setdefault(tuple(rest[:width]), {})['|'.join(rest[width:])] = number
    return rows


def _counter(name: str, counted: Counted, numbers: Dict[str, float]) -> Metric:
    family = CounterMetricFamily(PREFIX + name, counted.help, labels=counted.labels)
    for labels, row in sorted(_rows(name, counted, numbers).items()):
        family.add_metric(labels, row.get('', 0))
    return family


def _histogram(name: str, counted: Counted, numbers: Dict[str, float]) -> Metric:
    family = HistogramMetricFamily(PREFIX + name, counted.help, labels=counted.labels)
    bounds = [str(bound) for bound in counted.buckets] + ['+Inf']
    for labels, row in sorted(_rows(name, counted, numbers).items()):
        total, buckets = 0.0, []
        for index, bound in enumerate(bounds):
            total += row.get(str(index), 0)
            buckets.append((bound, total))
        family.add_metric(labels, buckets, row.get('sum', 0.0))
    return family


def _gauges(desk: Desk) -> Dict[str, Dict[Tuple[str, ...], float]]:
    now = desk.clock.now()
    stored = desk.stored.read()
    workers = [one['at'] for one in stored.workers().values()]
    files = desk.reports.with_file()
    figures: Dict[str, Dict[Tuple[str, ...], float]] = {
        'lanes_cooling': {(): sum(1 for lane in desk.lanes.all() if lane.cools(now))},
        'targets_stopped': {(name,): 1 for name in stored.stops if name in desk.settings.targets},
        'report_files': {(): len(files)},
        'report_files_bytes': {(): sum(report.size for report in files)},
        'workers_alive': {(): sum(1 for at in workers if is_recent(at, now, ALIVE))},
    }
    known = [at for at in workers if at <= now + AHEAD]
    if known:
        figures['workers_newest_sign_of_life_seconds'] = {(): max(0.0, (now - max(known)).total_seconds())}
    if desk.runs_name is not None:
        figures['runs'] = {(status,): number for status, number in desk.runs.counts().items()}
    jobs = desk.jobs.open()
    depth = Counter((job.kind.value, job.state.value) for job in jobs)
    kinds = ('collect', 'export', 'notify', 'alert')
    figures['jobs'] = {(kind, state): depth[kind, state] for kind in kinds for state in ('pending', 'held')}
    due = {
        kind: [job.due_at for job in jobs if (job.kind.value, job.state.value) == (kind, 'pending')] for kind in kinds
    }
    figures['oldest_due_job_seconds'] = {
        (kind,): max(0.0, (now - min(times)).total_seconds()) if times else 0.0 for kind, times in due.items()
    }
    return figures
