"""What the benchmarks share: a database of their own, a count of commands, a stopwatch, and the way of printing."""

import argparse
import json
import os
import platform
import time
from collections import Counter
from contextlib import contextmanager
from typing import Any, Callable, Dict, Iterator, NamedTuple, Set

import pymongo
from pymongo.monitoring import CommandListener

__all__ = ['Commands', 'Measured', 'arguments', 'environment', 'measured', 'own_database', 'show']

MONGO = 'SCAN_NOTIFY_TEST_MONGO'


#: MongoDB answers a find that names no batch size with so many documents at first, and the rest takes a getMore.
FIRST_BATCH = 101


class Commands(CommandListener):
    """Counts what a client sends, by command and collection. A getMore is a round trip like any other.

    The stand-in of the tests answers every find at once; the getMore that MongoDB would have wanted is counted here.
    """

    def __init__(self) -> None:
        self._sent: Counter = Counter()
        self._of_any_size: Set[int] = set()

    def started(self, event: Any) -> None:
        name = event.command_name
        # A getMore has the cursor where the others have the collection.
        self._sent['{} {}'.format(name, event.command.get('collection') or event.command[name])] += 1
        if name == 'find' and 'batchSize' not in event.command:
            self._of_any_size.add(event.request_id)

    def succeeded(self, event: Any) -> None:
        if event.request_id in self._of_any_size:
            self._of_any_size.discard(event.request_id)
            cursor = event.reply['cursor']
            if len(cursor['firstBatch']) > FIRST_BATCH:
                self._sent['getMore ' + cursor['ns'].split('.', 1)[1]] += 1

    def failed(self, event: Any) -> None:
        pass

    def taken(self) -> Dict[str, int]:
        """What was sent since the last call."""
        sent, self._sent = self._sent, Counter()
        return dict(sent)


class Measured(NamedTuple):
    """What a call cost; times in seconds, CPU of this process only."""

    round_trips: int
    wall_seconds: float
    cpu_seconds: float
    by_command: Dict[str, int]


def measured(commands: Commands, call: Callable[[], Any]) -> Measured:
    commands.taken()
    wall, cpu = time.perf_counter(), time.process_time()
    call()
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    sent = commands.taken()
    return Measured(sum(sent.values()), round(wall, 6), round(cpu, 6), sent)


@contextmanager
def own_database(uri: str) -> Iterator[Any]:
    """A database for this process alone, through a client that is not counted; dropped at the end."""
    client = pymongo.MongoClient(uri, tz_aware=True, serverSelectionTimeoutMS=5000)
    name = 'scan_notify_benchmark_{}_{}'.format(os.getpid(), int(time.time() * 1000))
    try:
        yield client[name]
    finally:
        client.drop_database(name)
        client.close()


def environment(database: Any) -> Dict[str, str]:
    """Under what the figures were made."""
    server = database.client.server_info()
    return {
        'python': platform.python_version(),
        'pymongo': pymongo.version,
        'mongodb': server['version'] + ('' if 'gitVersion' in server else ', announced by a stand-in'),
    }


def arguments(description: str, needs_mongo: bool = True) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=description)
    uri = os.environ.get(MONGO)
    parser.add_argument(
        '--mongo', default=uri, required=needs_mongo and not uri, help='URI of a server; the default is in ' + MONGO
    )
    parser.add_argument('--json', action='store_true', help='print JSON')
    return parser


def show(figures: Dict[str, Any], as_json: bool) -> None:
    if as_json:
        print(json.dumps(figures, indent=2))
    else:
        _show(figures, '')


def _show(figures: Dict[str, Any], prefix: str) -> None:
    for name, value in figures.items():
        if isinstance(value, dict):
            _show(value, prefix + name + ' / ')
        else:
            print('{}{}: {}'.format(prefix, name, value))
