"""Tells operators of trouble: takes note of it anywhere, gathers it in MongoDB, and makes jobs of what is due."""

import logging
import threading
from datetime import datetime, timedelta
from typing import Callable, Dict, Iterable, List, Optional, Sequence, TypeVar, Union

from bson import ObjectId

from scan_notify_plugin.host.scans import Schedule
from scan_notify_plugin.host.timetable import PATIENCE, looked, overdue
from scan_notify_plugin.jobs import alerts
from scan_notify_plugin.jobs.alert_events import NOTHING, Pending, added, new_event, short, together
from scan_notify_plugin.jobs.alert_sources import BadEnd, ends_of_job, ends_of_run, silence
from scan_notify_plugin.jobs.alert_store import AlertStore
from scan_notify_plugin.jobs.job import Job, Kind, State
from scan_notify_plugin.jobs.views import Ended, Waiting
from scan_notify_plugin.records import Document
from scan_notify_plugin.runs.run import Run, Unusable
from scan_notify_plugin.secret import redact
from scan_notify_plugin.settings.targets import route_from
from scan_notify_plugin.worker.stores import Stores

#: How often the documents are looked at while nothing new is to be told.
LOOK = timedelta(seconds=60)
#: No worker was alive for at least so long: less is a restart.
SILENCE = timedelta(minutes=5)
#: A shorter outage is no news.
OUTAGE = timedelta(seconds=15)
#: A bad end longer ago is no news, and so many are read at once.
RECENT, AT_ONCE = timedelta(days=1), 100

#: The documents beside those of the kinds: when a worker was last alive, and the schedules that were seen overdue.
ALIVE, SCHEDULES = 'alive', 'schedules'

log = logging.getLogger('scan_notify')

#: What ends, as it is read to be counted.
E = TypeVar('E', Ended, Unusable)


class Alerts:
    """What one worker has to tell. Nothing at all is kept or written while no target is configured.

    What an end is worth is in the job or the run, so that no death of a worker is silent; the rest is in memory until
    the next flush.
    :meth:`tell` and :meth:`ended` may be called from any thread; they neither raise nor wait. The others ask MongoDB;
    they do not raise either, and what it did not take is told later.
    """

    def __init__(self, stores: Stores) -> None:
        self._stores = stores
        self._store = AlertStore(stores.db)
        self._clock = stores.clock
        self._lock = threading.Lock()
        self._noted: Dict[str, Pending] = {}
        self._look_at: Optional[datetime] = None
        self._look_now = False
        #: since when this process has been alive without having said so, by the clock that nobody sets
        self._alive_since = self._clock.monotonic()
        self._alive_written = False
        self._complained = False

    @property
    def on(self) -> bool:
        return bool(self._stores.settings.alerts)

    def tell(self, kind: str, **facts: object) -> None:
        """Take note of trouble.

        :param kind: one of :data:`~scan_notify_plugin.jobs.alert_events.KINDS`
        :param facts: what it is about: texts (``schedule``, or ``run`` for the id of one; ``target``, ``state``,
            ``format``, ``plugin``, ``call``, ``collection``, ``id``), numbers (``seconds``) and aware times
            (``due_at``); never a result, never a credential
        """
        if not self.on:
            return
        try:
            event = new_event(facts, self._clock.now())
            with self._lock:
                self._noted[kind] = added(self._noted.get(kind, NOTHING), kind, event)
        except Exception as error:  # trouble with telling trouble must not be more trouble
            log.error('an alert about %s was lost: %s', kind, type(error).__name__)

    def ended(self, record: Union[Job, Run, None]) -> None:
        """Have the next flush look at once if a job or a run came to an end that is not a good one."""
        if record and record.untold:
            self._look_now = True

    def started(self, now: datetime) -> None:
        """Tell if no worker was alive before this one. To be called before its first sign of life."""
        self._quietly(lambda: self._say_alive(now, self._signs()))

    def flush(self, now: datetime) -> None:
        """Write what was noted, and make jobs of what is due. Costs a query a minute while there is nothing to tell."""
        if not self.on:
            return
        looked_lately = self._look_at is not None and now < self._look_at <= now + LOOK
        if self._noted or self._look_now or not looked_lately:
            self._quietly(lambda: self._flush(now))

    def watch_schedules(self, schedules: Iterable[Schedule], now: datetime) -> None:
        """One look at the host's schedules; those that should have fired and did not are told at the second.

        :param schedules: all, as ``Scans.schedules`` reads them
        """
        self._quietly(lambda: self._watch(schedules, now))

    def _quietly(self, do: Callable[[], None]) -> None:
        if not self.on:
            return
        try:
            do()
        except Exception as error:  # MongoDB is away, or a third party's notifier cannot name its problems
            log.warning('alerts wait: %s: %s', type(error).__name__, redact(str(error))[:300])

    def _flush(self, now: datetime) -> None:
        self._look_at, self._look_now = None, False
        self._write(now)
        jobs, runs, since = self._stores.jobs, self._stores.runs, now - RECENT - self._clock.grace()
        self._count_ends(jobs.untold(since, AT_ONCE), ends_of_job, jobs.change, now)
        self._count_ends(runs.untold(since, AT_ONCE), ends_of_run, runs.change, now)
        documents = self._store.all()
        # Its own word is what counts from then on: this machine may have slept, and its signs of life are new again.
        self._say_alive(now, [] if self._alive_written else self._signs())
        for kind, document in documents.items():
            if kind not in (ALIVE, SCHEDULES) and (alerts.telling(document) or alerts.due(document, now)):
                self._send(kind, document, now)
        self._look_at = now + LOOK

    def _write(self, now: datetime) -> None:
        """Add what was noted to what all workers have; what could not be added stays noted."""
        with self._lock:
            noted, self._noted = self._noted, {}
        try:
            for kind in list(noted):
                named = self._named(kind, noted[kind], now)
                if named.count:
                    self._store.change(kind, lambda current: alerts.taken_in(current, kind, named))
                del noted[kind]
        finally:
            with self._lock:
                for kind, pending in noted.items():
                    self._noted[kind] = together(pending, kind, self._noted.get(kind, NOTHING))

    def _count_ends(
        self,
        ended: Sequence[E],
        ends_of: Callable[[E], List[BadEnd]],
        change: Callable[[E, E], object],
        now: datetime,
    ) -> None:
        """Count what came to a bad end, and only then say so in each: who dies in between loses none."""
        ends: Dict[str, Dict[str, Pending]] = {}
        for end in (end for record in ended for end in ends_of(record)):
            kind, event = end.trouble.kind, new_event(end.trouble.facts, min(end.at or now, now))
            named = self._named(kind, added(NOTHING, kind, event), now)
            if named.count:
                ends.setdefault(kind, {})[end.name] = named
        for kind in ends:
            self._store.change(kind, lambda current: alerts.counted(current, kind, ends[kind]))
        for record in ended:
            change(record, record._replace(untold=None))
        if len(ended) == AT_ONCE:
            self._look_now = True

    def _named(self, kind: str, pending: Pending, now: datetime) -> Pending:
        """With schedules' names for runs' ids, and what waited at the end of an outage. A test message is no
        trouble.
        """
        named, count = NOTHING, pending.count
        for event in pending.events:
            names, numbers = dict(event.names), dict(event.numbers)
            run_id = names.pop('run', '')
            run = self._stores.runs.get(run_id) if run_id else None
            if run is not None and run.test:
                count -= int(event.times)
                continue
            if run_id:
                names['schedule'] = short(run.schedule_name if run and run.schedule_name else run_id)
            if kind in ('broker', 'database') and 'waiting' not in numbers:
                numbers['waiting'] = sum(_is_due(job, now) for job in self._stores.jobs.open())
            named = added(named, kind, event._replace(names=names, numbers=numbers))
        return named._replace(count=max(count, 0))

    def _send(self, kind: str, document: Document, now: datetime) -> None:
        """Make a job of what a document has to tell. Two workers may try; the job is the same."""
        names = self._route()
        if not names:  # it stays where it is until somebody mends the target
            return

        def begin(current: Document) -> Optional[Document]:
            if alerts.telling(current) or not alerts.due(current, now):
                return None
            return alerts.begun(current, now, '{}{}/{}'.format(alerts.PREFIX, kind, ObjectId()))

        message = alerts.telling(document) or alerts.telling(self._store.change(kind, begin) or {})
        if message is None:  # somebody else was faster
            return
        give_up_after = timedelta(hours=self._stores.settings.give_up_after)
        lane = self._stores.channels.lane(names[0])
        self._stores.jobs.insert(alerts.job(kind, message, names, lane, now, give_up_after))
        log.info('job %s tells operators of trouble: %d times', message.id, message.content.count)
        sent = message
        self._store.change(kind, lambda current: alerts.has_job(current, sent))

    def _route(self) -> List[str]:
        """The target and its fallbacks, as far as they can be used."""
        settings, channels = self._stores.settings, self._stores.channels
        usable = [
            name
            for name in route_from(settings.alerts, settings.targets)
            if channels.lane(name)
            and not channels.target_off(name)
            and not channels.problems(name)
            and name not in channels.stops
        ]
        if not usable and not self._complained:
            log.error('alerts wait: target %s cannot be used (see "scan-notify doctor")', settings.alerts)
        self._complained = not usable
        return usable

    def _signs(self) -> Sequence[object]:
        stored = self._stores.stored.read()
        return [stored.last_worker_at] + [worker.get('at') for worker in stored.workers().values()]

    def _say_alive(self, now: datetime, seen_at: Sequence[object]) -> None:
        """Tell if no worker was alive for long, and that one is now. One worker does it, who is the first to write."""
        alive, grace = timedelta(seconds=self._clock.monotonic() - self._alive_since), self._clock.grace()
        silences: List[timedelta] = []

        def change(current: Document) -> Document:
            silent = silence([*seen_at, current.get('at')], now, alive, grace, SILENCE)
            silences[:] = [silent] if silent else []
            return {'at': now}

        self._store.change(ALIVE, change)
        self._alive_since, self._alive_written = self._clock.monotonic(), True
        for silent in silences:
            self.tell('worker', seconds=silent.total_seconds())

    def _watch(self, schedules: Iterable[Schedule], now: datetime) -> None:
        missed = overdue(schedules, now, self._clock.grace(PATIENCE))
        before = self._store.by_ids([SCHEDULES]).get(SCHEDULES, {}).get('looks')
        known = before if isinstance(before, list) else []
        looks, news = looked(known, missed, now)
        for schedule in news:
            self.tell('schedule', schedule=schedule.name or schedule.id, due_at=schedule.due_at)
        if looks == known:
            return
        self._write(now)  # first: what is remembered as told must be told
        self._store.change(SCHEDULES, lambda current: {'looks': looks})


def _is_due(job: Waiting, now: datetime) -> bool:
    return job.kind is not Kind.ALERT and job.state is State.PENDING and job.due_at <= now


class Outage:
    """Notices that a service is away, and tells it when it is back. Safe for threads.

    :param kind: broker or database
    :param every: whether each answer is said, and not only that it answers again
    """

    def __init__(self, alerts: Alerts, kind: str, every: bool = False) -> None:
        self._alerts = alerts
        self._kind = kind
        self._lock = threading.Lock()
        self._every = every
        self._since: Optional[datetime] = None
        self._answered_at: Optional[datetime] = None

    def seen(self, away: bool, now: datetime) -> None:
        """Whether it is away; said as often as one likes."""
        (self.away if away else self.back)(now)

    def away(self, now: datetime) -> None:
        """It does not answer. The outage began when it last did, where that is known."""
        with self._lock:
            self._since = self._since or self._answered_at or now

    def back(self, now: datetime) -> None:
        """It answers."""
        with self._lock:
            since, self._since = self._since, None
            self._answered_at = now if self._every else None
        if since is not None and now - since >= OUTAGE:
            self._alerts.tell(self._kind, seconds=(now - since).total_seconds())
