"""Lanes in which a call into a plugin hangs: nobody uses them, people see it, and after a while their jobs go
elsewhere.
"""

import logging
import threading
from datetime import datetime
from typing import Callable, Dict, Iterable, NamedTuple

from scan_notify_plugin.faults import ENGLISH, Fault, say
from scan_notify_plugin.jobs import exports
from scan_notify_plugin.jobs.job import ROUTELESS, Job
from scan_notify_plugin.jobs.lane import Hanging
from scan_notify_plugin.jobs.lanes import Lease
from scan_notify_plugin.jobs.routing import unserved
from scan_notify_plugin.worker.context import Context

#: After this a target whose plugin hangs is passed over.
PATIENCE = 600.0

log = logging.getLogger('scan_notify')


class _Lane(NamedTuple):
    lease: Lease
    since: datetime
    since_monotonic: float
    call: str


class Hung:
    """The hung lanes of one worker.

    :param worker: its name, for people
    """

    def __init__(self, context: Context, worker: str = '') -> None:
        self._context = context
        self._worker = worker
        self._lock = threading.Lock()
        self._lanes: Dict[str, _Lane] = {}

    def add(self, lease: Lease, call: str, now: datetime) -> None:
        """A visit had to leave this lane while a call is in it."""
        lane = _Lane(lease, now, self._context.clock.monotonic(), call)
        with self._lock:
            self._lanes[lease.lane] = lane
        self._say(lane, now)

    def keep(self, hanging: Callable[[], Iterable[str]], now: datetime, ring: Callable[[str], None]) -> None:
        """Keep those that hang still, pass on what has waited for too long, give back the others.

        :param hanging: the lanes in which a call has not come back
        """
        with self._lock:
            lanes = dict(self._lanes)
        still = set(hanging())  # asked after: a lane that came meanwhile is in neither
        for name, lane in lanes.items():
            if name in still and self._say(lane, now):
                if self._context.clock.monotonic() - lane.since_monotonic >= PATIENCE:
                    self._pass_on(name, lane, now)
                continue
            self._give_back(name, lane, now)
            ring(name)

    def leave(self, now: datetime) -> None:
        """Give all back: the process ends, and the calls with it."""
        with self._lock:
            lanes = dict(self._lanes)
        for name, lane in lanes.items():
            self._give_back(name, lane, now)

    def _give_back(self, name: str, lane: _Lane, now: datetime) -> None:
        with self._lock:
            self._lanes.pop(name, None)
        self._context.lanes.give_back(lane.lease, now)

    def _say(self, lane: _Lane, now: datetime) -> bool:
        return self._context.lanes.hang(lane.lease, Hanging(lane.since, lane.call, self._worker), now)

    def _pass_on(self, name: str, lane: _Lane, now: datetime) -> None:
        fault = Fault('job.hangs', call=lane.call, since='{:%Y-%m-%d %H:%M}'.format(lane.since))
        for job in self._context.jobs.pending(name):
            if job.due_at > now:
                continue
            try:
                self._pass_one_on(job, now, fault)
            except Exception as error:
                self._context.jobs.failed(job, error)  # one bad job is one bad job

    def _pass_one_on(self, job: Job, now: datetime, fault: Fault) -> None:
        if job.kind in ROUTELESS:
            after = exports.failed(job, (fault,), now, final=True)
        elif job.at + 1 < len(job.route) or now >= job.give_up_at:
            after = unserved(job, now, self._context.policy(job), (fault,))
        else:
            return  # it has nowhere else to go, and its plugin may come back
        changed = self._context.jobs.change(job, after)
        if changed is not None:
            self._context.alerts.ended(changed)
            log.warning('job %s is passed on: %s', job.id, say(fault, ENGLISH))
