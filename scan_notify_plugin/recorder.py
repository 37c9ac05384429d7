"""Opens fires inside the host: what the wrapped functions, and hosts that call us themselves, come to."""

import logging
import time
from datetime import datetime, timedelta
from typing import Callable, Dict, Iterable, Optional, Sequence, Union

from bson import ObjectId

from scan_notify_plugin.clock import Clock, is_recent
from scan_notify_plugin.host.config import HostConfig
from scan_notify_plugin.host.origins import round_of
from scan_notify_plugin.mongo import Database, connect
from scan_notify_plugin.records import Document
from scan_notify_plugin.runs.fire import Fire
from scan_notify_plugin.runs.journal import Journal
from scan_notify_plugin.runs.run import Late, Run, Submitted
from scan_notify_plugin.runs.store import RunStore
from scan_notify_plugin.secret import redact
from scan_notify_plugin.settings.overrides import overridden
from scan_notify_plugin.settings.schedules import schedule_settings
from scan_notify_plugin.settings.section import Settings
from scan_notify_plugin.settings.store import SettingsStore, StoredSettings

log = logging.getLogger('scan_notify')

#: The scheduler must never wait longer for us, even if MongoDB hangs.
TIMEOUT = 2.0
#: One read of the settings serves all fires of a scheduler pass.
SETTINGS_AGE = 30.0
#: Without a sign of life for this long there is no worker to rely on.
WORKER_AGE = timedelta(minutes=5)

_MAX_NAME = 1000


class NoFire:
    """Stands in while the feature is off or broken: the host goes on as if we were not there."""

    recorded = False
    takes_over = False

    def add(self, task_id: str) -> None:
        pass

    def close(self, error: Optional[BaseException] = None) -> None:
        pass


class Recorder:
    """One for each host process; connects at the first fire.

    :param host_tells: whether this host records and tells runs of its own (then its collection name is taken too)
    :param database: for tests and embedded use; otherwise a client of our own with short timeouts
    """

    def __init__(
        self,
        config: HostConfig,
        settings: Settings,
        host_tells: bool = False,
        database: Optional[Database] = None,
        clock: Optional[Clock] = None,
    ) -> None:
        self._config = config
        self._settings = settings
        self._host_tells = host_tells
        self._db = database
        self._clock = clock or Clock()
        self._runs: Optional[RunStore] = None
        self._journal = Journal()
        self._stored = StoredSettings({})
        self._stored_at: Optional[float] = None
        self._last: Dict[str, Fire] = {}

    def begin(self, schedule: Document) -> Union[Fire, NoFire]:
        """A fire for the host's schedule document; raises nothing."""
        self._last = {}  # what held for an earlier fire says nothing about one that fails here
        try:
            fire = self._fire(schedule)
        except Exception as error:
            log.warning('schedule %s not recorded: %s', schedule.get('_id'), redact(str(error)))
            return NoFire()
        self._last = {fire.schedule_id: fire}
        return fire

    def taken_over(self, schedule: Document) -> bool:
        """Whether the last fire of this schedule is in the database and is ours to tell."""
        fire = self._last.get(str(schedule.get('_id')))
        return fire is not None and fire.recorded and fire.takes_over

    def _fire(self, schedule: Document) -> Fire:
        fire = Fire(
            _Connecting(self._connected),
            self._clock,
            str(schedule['_id']),
            _text(schedule.get('name', '')),
            _text(schedule.get('schedule_type', '')),
            round_of(schedule),
            journal=self._journal,
        )
        told, problem = schedule.get('notify_enable'), None  # to that host, none means yes
        tells = self._host_tells and (told is None or told)
        try:
            self._connected()  # first of all: until the server was seen, the clock is this machine's
            if tells:
                fire.takes_over = self._will_tell(schedule)
        except Exception as error:  # the host must not wait for a second time-out
            problem = error
        if tells:
            fire.host_push = 'suppressed' if fire.takes_over else 'left'
        fire.open(problem)
        return fire

    def _connected(self) -> RunStore:
        """The runs.

        :raises PyMongoError: while MongoDB is away at the first fires
        """
        if self._runs is None:
            if self._db is None:
                self._db = connect(self._config.mongo_uri, self._clock, TIMEOUT)[self._config.mongo_db]
            name = SettingsStore(self._db, self._clock).decide_run_collection(self._host_tells)
            self._runs = RunStore(self._db[name])
        return self._runs

    def _will_tell(self, schedule: Document) -> bool:
        """Whether we can be relied on for this schedule; if not, the host goes on telling as it did before us."""
        if self._stored_at is None or time.monotonic() - self._stored_at > SETTINGS_AGE:
            self._stored = SettingsStore(self._db, self._clock).read()
            self._stored_at = time.monotonic()
        defaults = overridden(self._settings, self._stored.options).defaults
        wanted = schedule_settings(self._stored.schedule(str(schedule['_id'])), schedule, defaults)
        now = self._clock.now()
        alive = [worker for worker in self._stored.workers().values() if is_recent(worker['at'], now, WORKER_AGE)]
        usable = {name for worker in alive for name in worker.get('targets', ())}
        return wanted.notify_enable and not usable.isdisjoint(wanted.notify_channel)


class _Connecting:
    """The runs, found at the first write."""

    def __init__(self, connected: Callable[[], RunStore]) -> None:
        self._connected = connected

    def open(
        self, run_id: str, run: Run, mark: ObjectId, now: datetime, beside: Sequence[ObjectId], late: Sequence[Late]
    ) -> str:
        return self._connected().open(run_id, run, mark, now, beside, late)

    def close(self, run_id: str, task_ids: Iterable[str], end: Submitted) -> None:
        self._connected().close(run_id, task_ids, end)


def _text(value: object) -> str:
    """What MongoDB takes as a text, of a size that fits."""
    return str(value).encode('utf-8', 'replace').decode('utf-8')[:_MAX_NAME]
