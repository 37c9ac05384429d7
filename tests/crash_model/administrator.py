"""A person who steers the run through the shipped administration, and what may not happen after that."""

from collections import defaultdict
from typing import Any, Callable, Dict, List, Set

from pymongo.errors import AutoReconnect

from scan_notify_plugin.admin.desk import Desk
from scan_notify_plugin.admin.errors import Conflict, Invalid, NotFound
from scan_notify_plugin.admin.plugins import Plugins
from scan_notify_plugin.admin.runs import Runs
from scan_notify_plugin.admin.stopping import Stopping
from scan_notify_plugin.jobs.lanes import LEASE
from scan_notify_plugin.settings.section import Settings
from scan_notify_plugin.settings.stops import PREFIX
from tests.crash_model.host import JOBS, RUNS
from tests.crash_model.memory import Collection, Document
from tests.crash_model.process import Killed, Process

HOLD, RELEASE, CANCEL, RESEND, SETTLE, OFF, ON = 'hold', 'release', 'cancel', 'resend', 'settle', 'off', 'on'
STOP_TARGET, START_TARGET = 'stop target', 'start target'
ACTIONS = (HOLD, RELEASE, CANCEL, RESEND, SETTLE, OFF, ON, STOP_TARGET, START_TARGET)
#: Nothing new is sent of a job in one of these.
FROZEN = ('held', 'cancelled')
PAGER = 'pager'
BY = 'web:ann'


class Administrator:
    """Each action is a request to another web process, which can be killed as any other.

    :param at: see :class:`Process`
    """

    def __init__(
        self,
        collections: Dict[str, Collection],
        at: Callable[[Process, str, str], None],
        settings: Settings,
        world: Any,
    ) -> None:
        self._collections = collections
        self._at = at
        self._settings = settings
        self._world = world
        self._requests = 0
        #: whether people had the message when it was sent again, by the id of the new job
        self.resent: Dict[str, bool] = {}
        #: the jobs that were promised
        self.promised: Set[str] = set()
        #: what was sent though it should not have been
        self.wrongs: List[str] = []
        self._under_way: Dict[str, Set[str]] = {}
        self._calls_when_off: Dict[Process, int] = {}
        self._calls_when_stopped: Dict[str, Dict[Process, int]] = {}

    def act(self, action: str) -> None:
        self._requests += 1
        process = Process('web {}'.format(self._requests), self._collections, self._at)
        desk = Desk(process, RUNS, self._settings, self._world.clock)
        promised, was_open = set(self.promised), self._is_open()
        try:
            getattr(self, '_' + action.replace(' ', '_'))(desk)
        except (Killed, AutoReconnect, Conflict, Invalid, NotFound):
            pass
        if was_open and self._is_open() and self.promised - promised:
            self.wrongs.append('something is sent again beside itself')
        self._look()

    def _is_open(self) -> bool:
        states = {job['state'] for job in self._world.documents(JOBS) if job['kind'] == 'notify'}
        return bool(states & {'pending', 'held'})

    def watch(self, process: Process, channel: str, job: Document, part: Any, target: str) -> None:
        """Whether a request may leave now."""
        if job['state'] in FROZEN:
            (attempt,) = [one['attempt'] for one in job['parts'] if one['key'] == part.key]
            if attempt not in self._under_way.get(job['_id'], ()):
                self.wrongs.append('something is sent of a job that is {}'.format(job['state']))
        # What a worker does in one go, it may do to its end.
        if channel == PAGER and self._is_off() and process.calls > self._calls_when_off.get(process, 0):
            self.wrongs.append('a plugin is switched off and sends')
        self._watch_stops(process, target)

    def _watch_stops(self, process: Process, target: str) -> None:
        if process.calls > self._calls_when_stopped.get(target, {process: process.calls})[process]:
            self.wrongs.append('a target is stopped and asked')

    def look_at_stops(self) -> None:
        """How far every worker was when a target was stopped."""
        settings = self._world.documents('scan_notify_setting')
        stopped = {one['_id'][len(PREFIX) :] for one in settings if one['_id'].startswith(PREFIX) and one['stopped']}
        for started in set(self._calls_when_stopped) - stopped:
            del self._calls_when_stopped[started]
        for name in stopped - set(self._calls_when_stopped):
            calls = {worker.process: worker.process.calls for worker in self._world.workers}
            self._calls_when_stopped[name] = defaultdict(int, calls)

    def watch_question(self, process: Process, part: Any, target: str) -> None:
        """Nobody is asked about one part before all are sent."""
        self._watch_stops(process, target)
        for job in self._world.documents(JOBS):
            if any(one['key'] == part.key for one in job['parts']):
                if any(one['state'] in ('ready', 'posting') for one in job['parts']):
                    self.wrongs.append('asked about page {} before all were sent'.format(part.content['page']))

    def _is_off(self) -> bool:
        return any(one.get('off') for one in self._world.documents('scan_notify_setting'))

    def _look(self) -> None:
        """What is under way while something is frozen, and what was sent again."""
        frozen = {job['_id']: job for job in self._world.documents(JOBS) if job['state'] in FROZEN}
        for gone in set(self._under_way) - set(frozen):
            del self._under_way[gone]
        for identity, job in frozen.items():
            # What is cancelled was looked for: nobody is at it, or was so slow that its lane was given to others.
            since = self._world.clock.time - LEASE if job['state'] == 'cancelled' else self._world.clock.time
            posting = [part for part in job['parts'] if part['state'] == 'posting']
            attempts = {part['attempt'] for part in posting if part['posting_at'] <= since}
            self._under_way.setdefault(identity, attempts)
        not_there = {
            job['_id'] for job in self._world.documents(JOBS) if job.get('settled') and not job['settled']['delivered']
        }
        is_there = any(one.job.endswith('/ops') and one.job not in not_there for one in self._world.shown)
        for run in self._world.documents(RUNS):
            for entry in run['plan']:
                if '/resend-' in entry['id']:
                    self.resent.setdefault(entry['id'], is_there)

    def _run_id(self) -> str:
        return next((run['_id'] for run in self._world.documents(RUNS)), 'none')

    def _hold(self, desk: Desk) -> None:
        Runs(desk).hold(self._run_id(), BY)

    def _release(self, desk: Desk) -> None:
        Runs(desk).release(self._run_id(), BY)

    def _cancel(self, desk: Desk) -> None:
        Runs(desk).cancel(self._run_id(), BY)

    def _resend(self, desk: Desk) -> None:
        self.promised.update(Runs(desk).resend(self._run_id(), BY, ['ops']))

    def _settle(self, desk: Desk) -> None:
        """Whoever settles has looked, and says the truth."""
        shown = {(message.job, message.page) for message in self._world.shown}
        jobs = [job for job in self._world.documents(JOBS) if job['kind'] == 'notify']
        for job in [job for job in jobs if job['state'] == 'uncertain'] or jobs[:1]:
            pages = enumerate(job['parts'], 1)
            doubts = {(job['_id'], page) for page, part in pages if part['state'] == 'posted' or part['doubt_at']}
            Runs(desk).settle(job['_id'], BY, doubts <= shown)

    def _off(self, desk: Desk) -> None:
        was_off = self._is_off()
        try:
            Plugins(desk).switch(PAGER, False, BY)
        finally:
            if not was_off:
                self._calls_when_off = {worker.process: worker.process.calls for worker in self._world.workers}

    def _stop_target(self, desk: Desk) -> None:
        Stopping(desk).stop('ops', BY)

    def _start_target(self, desk: Desk) -> None:
        Stopping(desk).start('ops', BY)

    def _on(self, desk: Desk) -> None:
        Plugins(desk).switch(PAGER, True, BY)
