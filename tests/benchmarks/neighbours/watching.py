"""A worker seen from outside: its ticks by what they leave in the database, what it holds by what the kernel says."""

import math
import os
import subprocess
import sys
import threading
import time
from typing import Any, Dict, List, Mapping, NamedTuple, Optional, Sequence

from pymongo.errors import PyMongoError

__all__ = ['Holding', 'TickWatch', 'Worker', 'gaps', 'percentile', 'summary']

#: Seconds between two looks at the lane of the ticks.
LOOK = 0.1


class Holding(NamedTuple):
    """What a process holds."""

    threads: int
    descriptors: int
    rss_mb: float


class Worker:
    """The process of `scan-notify worker`.

    :param path: of the host's config.yaml
    :param env: what its environment has beside ours
    """

    def __init__(self, folder: str, path: str, env: Mapping[str, str]) -> None:
        self._log = os.path.join(folder, 'worker.log')
        kept = {name: value for name, value in os.environ.items() if name not in ('PYTHONPATH', 'SCAN_NOTIFY_CONFIG')}
        args = [sys.executable, '-m', 'scan_notify_plugin', 'worker', '--config', path]
        with open(self._log, 'wb') as log:
            self._process = subprocess.Popen(args, cwd=folder, env=dict(kept, LC_ALL='C.UTF-8', **env), stdout=log,
                                             stderr=log, stdin=subprocess.DEVNULL, start_new_session=True)  # fmt: skip

    @property
    def exit_code(self) -> Optional[int]:
        """None while it runs."""
        return self._process.poll()

    @property
    def log(self) -> str:
        with open(self._log, encoding='utf-8', errors='replace') as file:
            return file.read()

    def holding(self) -> Optional[Holding]:
        """What it holds now; None if it has ended."""
        try:
            with open('/proc/{}/status'.format(self._process.pid)) as file:
                status = dict(line.split(':', 1) for line in file if ':' in line)
            descriptors = len(os.listdir('/proc/{}/fd'.format(self._process.pid)))
        except OSError:
            return None
        if 'VmRSS' not in status:  # nobody has waited for it yet
            return None
        return Holding(int(status['Threads']), descriptors, round(int(status['VmRSS'].split()[0]) / 1024, 1))

    def end(self) -> None:
        self._process.terminate()
        try:
            self._process.wait(15)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


class TickWatch:
    """Notes when ticks happen: the lane ``tick`` counts them in ``ticked``.

    0.1.0 does not; there each tick that ends gives the lane back, free from a new time on.

    :param lanes: the collection of lanes, of a client that nobody else uses
    """

    def __init__(self, lanes: Any) -> None:
        self._lanes = lanes
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        #: monotonic times
        self.times: List[float] = []

    def __enter__(self) -> 'TickWatch':
        self._thread.start()
        return self

    def __exit__(self, *exc_info: object) -> None:
        self._end.set()
        self._thread.join()

    def _run(self) -> None:
        seen: Any = None
        while not self._end.wait(LOOK):
            try:
                lane = self._lanes.find_one({'_id': 'tick'}) or {}
            except PyMongoError:  # nothing seen this time
                continue
            mark = lane.get('ticked')
            if mark is None:
                mark = lane.get('free_at') if lane.get('claim') is None else seen
            if mark is not None and mark != seen:
                seen = mark
                self.times.append(time.monotonic())


def gaps(times: Sequence[float], start: float, end: float) -> List[float]:
    """Seconds from each tick in ``[start, end]`` to the one before, which may be earlier, and from the last to
    ``end``.
    """
    before = [one for one in times if one < start]
    points = [before[-1] if before else start] + [one for one in times if start <= one <= end] + [end]
    return [later - sooner for sooner, later in zip(points, points[1:])]


def percentile(values: Sequence[float], share: float) -> float:
    """By nearest rank: one of the values."""
    return sorted(values)[max(0, math.ceil(share * len(values)) - 1)]


def summary(samples: Sequence[Holding]) -> Dict[str, Any]:
    """The most of each; None where there are no samples."""
    return {name: max((getattr(one, name) for one in samples), default=None) for name in Holding._fields}
