"""A Celery worker with embedded beat in one process, as ``scan-notify worker`` and the demo run it."""

import logging
import os
import socket
import threading
from datetime import timedelta
from typing import Any, Callable, Dict, Optional

from celery import Celery, signals
from celery.beat import EmbeddedService, Scheduler

from scan_notify_plugin.admin.desk import Desk
from scan_notify_plugin.admin.metrics import Metrics
from scan_notify_plugin.secret import redact
from scan_notify_plugin.settings.counters import CounterStore
from scan_notify_plugin.worker import app as celery_app
from scan_notify_plugin.worker import tick
from scan_notify_plugin.worker.context import Context
from scan_notify_plugin.worker.export import ExportLane
from scan_notify_plugin.worker.send import Sender
from scan_notify_plugin.worker.metrics_server import MetricsServer
from scan_notify_plugin.worker.tick import Tick

#: Seconds from the wish to stop to the end of the process, whatever a robot does meanwhile.
STOP_WITHIN = 9.0
#: How often a worker writes that it is alive.
ALIVE_EVERY = timedelta(seconds=30)

log = logging.getLogger('scan_notify')

class _OneLine(logging.Filter):
    """Beat shows three stacked traces every few seconds while the broker is away; one line says the same."""

    def filter(self, record: logging.LogRecord) -> bool:
        if record.exc_info and record.exc_info[1] is not None:
            record.msg, record.args, record.exc_info = redact(str(record.exc_info[1])), (), None
        return True


logging.getLogger('celery.beat').addFilter(_OneLine())

#: A tick every few seconds is no news.
_CHATTY = ('celery.beat', 'celery.worker.strategy', 'celery.app.trace')

# Threads, not child processes: the work is waiting for MongoDB and robots, and a thread can be asked to stop.
POOL = 'threads'


class Machine:
    """The Celery app with its tick, its sender, its beat, and the wish to stop."""

    def __init__(self, broker_url: str, context: Context, every: float = tick.EVERY) -> None:
        self.context = context
        self.app = celery_app.make_app(broker_url, every)  # type: Celery
        self.name = '{}-{}'.format(socket.gethostname(), os.getpid())
        self.stopping = threading.Event()
        self._sender = Sender(context, self.stopping.is_set)
        self._alive_at = None  # type: Any
        self.ring = celery_app.serve(self.app, self.tick, self._work)
        self._exports = ExportLane(context, self.ring, self.stopping.is_set)
        self._tick = Tick(context, self.ring)
        self._beat = EmbeddedService(self.app, thread=True, scheduler_cls=Scheduler)  # its table in memory, no file

    def _work(self, lane: str) -> Optional[float]:
        return (self._exports if lane.startswith('export:') else self._sender).work(lane)

    def tick(self) -> None:
        """One tick, and a sign of life when it is due."""
        if self.stopping.is_set():
            return
        now = self.context.clock.now()
        changed = self.context.take_in()
        if changed or self._alive_at is None or now - self._alive_at >= ALIVE_EVERY:
            self._alive_at = now
            self.context.stored.worker_alive(self.name, facts(self.context))
            self.context.counts.flush(CounterStore(self.context.db))
        self._tick.run()

    def start_beat(self) -> None:
        self._beat.daemon = True
        self._beat.start()
        threading.Thread(target=self._watch_beat, daemon=True).start()

    def _watch_beat(self) -> None:
        """A worker that no longer ticks but looks alive is worse than none: whoever keeps it running starts it anew."""
        self._beat.join()
        if not self.stopping.is_set():
            log.critical('the clock of this worker has stopped; it ends to be started again')
            logging.shutdown()
            os._exit(1)

    def stop(self) -> None:
        """Ask everything to end after its current request."""
        self.stopping.set()
        if self._beat.is_alive():
            self._beat.stop()

    def gone(self) -> None:
        """Take the sign of life back; without MongoDB it ages by itself."""
        try:
            self.context.counts.flush(CounterStore(self.context.db))
            self.context.stored.worker_gone(self.name)
        except Exception as error:
            log.info('the sign of life stays: %s', error)

    def options(self, concurrency: int) -> dict:
        """What the Celery worker is started with."""
        return dict(
            pool=POOL,
            concurrency=concurrency,
            hostname='scan-notify@{}'.format(self.name),
            without_gossip=True,
            without_mingle=True,
            without_heartbeat=True,
        )


def facts(context: Context) -> Dict[str, Any]:
    """What a sign of life says of a worker: processes without plugins, the host's web server, know them from here."""
    targets = [_target_facts(context, name) for name in context.settings.targets]
    return {
        'version': _version(),
        'plugins': [dict(row._asdict()) for row in context.plugins.rows],
        'targets': [one['name'] for one in targets if one['usable'] and not context.target_off(one['name'])],
        'target_facts': targets,
    }


def _target_facts(context: Context, name: str) -> Dict[str, Any]:
    wanted, notifier = context.settings.targets[name], context.notifier(name)
    plugin = context.plugin_of(name)
    return {
        'name': name,
        'plugin': plugin,
        'problems': [words[:300] for words in context.problems(name)],
        # Switches are not in it: whoever reads this knows them, and they change sooner than it is written again.
        'usable': bool(plugin) and not context.problems(name),
        'lane': context.lane(name),
        'secrets': sorted(notifier.secrets) if notifier else [],
        'oversize': wanted.oversize or (notifier.oversize if notifier else ''),
    }


def run_worker(broker_url: str, make_context: Callable[[], Context], concurrency: int, loglevel: str) -> int:
    """Work until SIGTERM or SIGINT; the exit code."""
    logging.basicConfig(level=loglevel, format='[%(asctime)s: %(levelname)s/%(name)s] %(message)s')
    for name in _CHATTY if loglevel != 'DEBUG' else ():
        logging.getLogger(name).setLevel(logging.WARNING)
    context = make_context()
    context.ensure_indexes()
    _say_problems(context)
    _serve_metrics(context)
    machine = Machine(broker_url, context)

    def ready(**_: Any) -> None:
        machine.start_beat()

    def shutting_down(**_: Any) -> None:
        log.info('stopping after the current requests, within %g s', STOP_WITHIN)
        exit_timer = threading.Timer(STOP_WITHIN, _leave)
        exit_timer.daemon = True
        exit_timer.start()
        # Off the signal handler's back: stopping the beat waits for its thread.
        threading.Thread(target=machine.stop, daemon=True).start()

    signals.worker_ready.connect(ready, weak=False)
    signals.worker_shutting_down.connect(shutting_down, weak=False)
    worker = machine.app.Worker(loglevel=loglevel, **machine.options(concurrency))
    worker.start()
    machine.stopping.set()
    machine.gone()
    return worker.exitcode or 0


def _serve_metrics(context: Context) -> None:
    """In a thread that ends with the process. A port that is taken costs the figures, not the messages."""
    settings = context.settings
    if not settings.metrics_listen:
        return
    metrics = Metrics(lambda: Desk(context.db, context.runs_name, context.settings, context.clock, context.folder))
    try:
        MetricsServer(settings.metrics_listen, metrics.text, settings.metrics_token)
    except OSError as error:
        log.error('no metrics at %s: %s (see docs/metrics.md)', settings.metrics_listen, error)


def _leave() -> None:
    """A request has not come back: its part stays marked, and the next worker treats it as a doubt."""
    log.warning('stopped without waiting any longer; a request that had no answer is in doubt until the next start')
    logging.shutdown()
    os._exit(0)


def _say_problems(context: Context) -> None:
    for row in context.plugins.rows:
        log.info('plugin %s %s: %s %s', row.name, row.version, row.state, row.error)
    for name, wanted in sorted(context.settings.targets.items()):
        if context.notifier(name) is None:
            log.warning('target %s: no plugin speaks %r', name, wanted.channel)
        elif name not in _unused(context):
            for problem in context.problems(name):
                log.warning('target %s: %s (see docs/channels.md)', name, problem)


def _unused(context: Context) -> set:
    """Targets of the host's own sections that nobody filled in: no reason to complain."""
    from scan_notify_plugin.settings.rules import HOST_SECTIONS

    return {name for name in HOST_SECTIONS if not context.settings.targets[name].options}


def _version() -> str:
    import scan_notify_plugin

    return scan_notify_plugin.__version__
