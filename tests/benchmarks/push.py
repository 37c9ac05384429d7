"""What a delivery costs: a batch of notifications through one worker to WeCom robots on loopback.

Some answers are 502 (one in twenty). Each notification goes the whole way - plan, job, lane, mark, request, record -
and the same bytes are posted once more with a bare ``requests.Session``, so that the cost is a ratio within one run.
The robots are a process of their own: CPU seconds are the sender's alone.
"""

import json
import re
import statistics
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from typing import Any, Dict, Iterator, List, Optional

import requests

from scan_notify_plugin.clock import Clock
from scan_notify_plugin.mongo import connect
from scan_notify_plugin.notifiers.wxwork import WechatNotifier
from scan_notify_plugin.plugins.loading import load
from scan_notify_plugin.runs import rules
from scan_notify_plugin.runs.run import Run, Status, Want
from scan_notify_plugin.settings.section import parse_settings
from scan_notify_plugin.settings.store import SPECIFIED_RUNS
from scan_notify_plugin.testing.embedded import embedded_database
from scan_notify_plugin.worker.context import Context
from scan_notify_plugin.worker.send import Sender
from scan_notify_plugin.worker.tick import Tick
from tests.benchmarks.harness import arguments, own_database, show
from tests.benchmarks.robots import robots

__all__ = ['main', 'measure']

#: As many as a worker has slots for.
THREADS = 8
#: Of the requests, so many are answered with a 502.
FAULTY = 0.05
#: Bare posts to one robot, which takes 20 a minute.
PER_ROBOT = 15
#: Seconds after which something is wrong; a robot takes 18 a minute.
LIMIT = 60.0


class Plugin:
    """The shipped channel as an entry point, so that no other installed plugin takes part."""

    name = 'wxwork'

    def load(self) -> Any:
        return WechatNotifier


class Worker:
    """One worker's tick and pool, without Celery: lanes are rung as there, and again when they want to be."""

    def __init__(self, context: Context) -> None:
        self._sender = Sender(context)
        self._pool = ThreadPoolExecutor(THREADS)
        self._timers: List[threading.Timer] = []
        self._tick = Tick(context, self.ring)

    def ring(self, lane: str) -> None:
        self._pool.submit(self._work, lane)

    def _work(self, lane: str) -> None:
        again = self._sender.work(lane)
        if again is not None:
            timer = threading.Timer(again, self.ring, (lane,))
            self._timers.append(timer)
            timer.start()

    def tick(self) -> None:
        self._tick.run()

    def end(self) -> None:
        for timer in self._timers:
            timer.cancel()
        self._pool.shutdown()


@contextmanager
def _database(uri: Optional[str]) -> Iterator[Any]:
    if not uri:
        yield embedded_database()
        return
    with own_database(uri) as database:
        client = connect(uri, Clock(), 60.0)
        try:
            yield client[database.name]
        finally:
            client.close()


def _settings(urls: List[str]) -> Any:
    targets = {'robot{}'.format(number): {'CHANNEL': 'wxwork', 'WEBHOOK_URL': url} for number, url in enumerate(urls)}
    return parse_settings({'SCAN_NOTIFY': {'ENABLE': True, 'TARGETS': targets}})


def _plan(context: Context, notifications: int) -> None:
    """Runs that have ended a moment ago, each planned for one robot; their order is in their names."""
    names = sorted(name for name in context.settings.targets if name.startswith('robot'))
    now = context.clock.now()
    for number in range(notifications):
        name, fired = names[number % len(names)], now - timedelta(minutes=60) + timedelta(seconds=number)
        run_id = 'benchmark:{:04d}'.format(number)
        want = Want(run_id + '/notify', 'notify', 'wxwork', name)
        context.runs.insert(_run(run_id, number, fired, now, want))


def _run(run_id: str, number: int, fired: Any, now: Any, want: Want) -> Run:
    run = rules.new_run('benchmark', 'benchmark {:04d}'.format(number), 'recurrent_scan', number, fired, run_id)
    return run.evolve(status=Status.FINISHED, told=True, end_time=now, plan=(want,))


def _deliver(context: Context, count: int) -> Dict[str, float]:
    """Wall and CPU seconds until every job has come to its end."""
    worker = Worker(context)
    wall, cpu = time.perf_counter(), time.process_time()
    until = time.monotonic() + LIMIT + 4.0 * count
    worker.tick()
    while context.db['scan_notify_job'].count_documents({'state': 'pending'}):
        if time.monotonic() > until:
            raise RuntimeError('the batch does not end')
        time.sleep(0.02)
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    worker.end()
    return {'wall_seconds': wall, 'cpu_seconds': cpu}


def _bare(urls: List[str], texts: List[str]) -> Dict[str, float]:
    """The same contents, posted as anybody would."""
    session = requests.Session()
    bodies = [
        json.dumps({'msgtype': 'markdown_v2', 'markdown_v2': {'content': text}}, ensure_ascii=False).encode('utf-8')
        for text in texts
    ]
    wall, cpu = time.perf_counter(), time.process_time()
    for number, body in enumerate(bodies):
        answer = session.post(urls[number % len(urls)], data=body, timeout=10)
        if answer.json()['errcode'] != 0:
            raise RuntimeError('the robot refused a bare post: {}'.format(answer.text))
    return {'wall_seconds': time.perf_counter() - wall, 'cpu_seconds': time.process_time() - cpu}


def _number(text: str) -> int:
    found = re.search(r'benchmark (\d{4})', text)
    if found is None:
        raise RuntimeError('a message without its number')
    return int(found.group(1))


def measure(uri: Optional[str], notifications: int, number: int) -> Dict[str, Any]:
    """The figures."""
    faults = max(1, round(notifications * FAULTY))
    with _database(uri) as database, robots(number, faults) as group:
        context = Context(_settings(group.urls), database, SPECIFIED_RUNS, Clock(), load(found=[Plugin()]))
        context.ensure_indexes()
        _plan(context, notifications)
        cost = _deliver(context, notifications)
        jobs = list(database['scan_notify_job'].find({}))
        received = group.received()
    enqueued = {_number_of(job): job['created_at'].timestamp() for job in jobs}
    messages = [message for robot in received for message in robot['messages']]
    waits = sorted(message['at'] - enqueued[_number(message['text'])] for message in messages)
    with robots(number) as others:
        texts = [message['text'] for message in messages][: PER_ROBOT * number]
        bare = _bare(others.urls, texts)
        others.received()
    per_delivery = {name: seconds / len(messages) for name, seconds in cost.items()}
    per_post = {name: seconds / len(texts) for name, seconds in bare.items()}
    calls = [call for robot in received for call in robot['calls']]
    ordered = [[_number(message['text']) for message in robot['messages']] for robot in received]
    states = [job['state'] for job in jobs]
    return {
        'benchmark': 'push',
        'database': 'embedded' if not uri else 'server',
        'notifications': notifications,
        'robots': number,
        'delivered': states.count('success'),
        'messages': len(messages),
        'success_rate': states.count('success') / len(states),
        'answers_502': calls.count('http_502_before'),
        'refused_as_too_fast': calls.count('45009'),
        'most_in_a_minute': max(
            _most_in_a_minute([message['at'] for message in robot['messages']]) for robot in received
        ),
        'order_kept_per_target': all(numbers == sorted(numbers) for numbers in ordered),
        'enqueued_to_accepted_seconds': {
            'p50': round(statistics.median(waits), 4),
            'p95': round(waits[int(len(waits) * 0.95) - 1], 4),
            'max': round(waits[-1], 4),
        },
        'deliveries_per_second': round(len(messages) / cost['wall_seconds'], 2),
        'cpu_seconds_per_delivery': round(per_delivery['cpu_seconds'], 6),
        'bare_cpu_seconds_per_post': round(per_post['cpu_seconds'], 6),
        'cpu_ratio_to_bare': round(per_delivery['cpu_seconds'] / per_post['cpu_seconds'], 2),
        'wall_ratio_to_bare': round(per_delivery['wall_seconds'] / per_post['wall_seconds'], 2),
    }


def _number_of(job: Dict[str, Any]) -> int:
    return int(job['run_ids'][0].split(':')[1])


def _most_in_a_minute(times: List[float]) -> int:
    return max((sum(1 for one in times if start <= one < start + 60) for start in times), default=0)


def main(argv: Optional[List[str]] = None) -> None:
    parser = arguments('what a delivery costs', needs_mongo=False)
    parser.add_argument('--notifications', type=int, default=50)
    parser.add_argument('--robots', type=int, default=10)
    given = parser.parse_args(argv)
    show(measure(given.mongo, given.notifications, given.robots), given.json)


if __name__ == '__main__':
    main()
