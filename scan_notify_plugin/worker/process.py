"""A notify worker: its threads, their orderly end, and what it says of itself."""

import logging
import os
import signal
import socket
import threading
import time
from typing import Any, Callable, Dict, List, Optional

from scan_notify_plugin.admin.desk import Desk
from scan_notify_plugin.admin.metrics import Metrics
from scan_notify_plugin.channels import SHIPPED
from scan_notify_plugin.deadline import Beside, Overstayed, later, wait_for, within
from scan_notify_plugin.faults import ENGLISH, say
from scan_notify_plugin.mongo import is_away
from scan_notify_plugin.plugins.declarations import declared
from scan_notify_plugin.secret import redact
from scan_notify_plugin.settings.counters import CounterStore
from scan_notify_plugin.worker import tick
from scan_notify_plugin.worker.alerts import Outage
from scan_notify_plugin.worker.bell import Bell
from scan_notify_plugin.worker.carrier import Carrier
from scan_notify_plugin.worker.context import Context
from scan_notify_plugin.worker.crew import MOST, Crew, Visit
from scan_notify_plugin.worker.export import ExportLane
from scan_notify_plugin.worker.hung import Hung
from scan_notify_plugin.worker.keeper import LOOK, Keeper
from scan_notify_plugin.worker.metrics_server import MetricsServer
from scan_notify_plugin.worker.pulse import Pulse
from scan_notify_plugin.worker.send import Sender
from scan_notify_plugin.worker.tick import Tick

#: Seconds from the wish to stop to the end of the process, whatever a robot does meanwhile; the last ones of them are
#: for writing down what is in doubt.
STOP_WITHIN, LAST_WORDS = 9.0, 3.0
#: Seconds between two signs of life of a worker, and for which one waits for what plugins say for it.
ALIVE_EVERY, PLUGINS = 30.0, 1.0
#: Seconds that the first tick waits for what plugins say of their targets.
FIRST_WORDS = 10.0

log = logging.getLogger('scan_notify')

#: A message for each lane that was rung is no news.
_CHATTY = ('celery.worker.strategy', 'celery.app.trace')


class Machine:
    """All threads of a worker.

    ============  ====================================================================
    tick          decides about runs, every few seconds of its own clock
    chores        what is slow: old files, absent scan workers, cards to be changed
    alerts        tells operators of trouble that the others have noticed
    keeper        begins lanes that are due, renews what is held
    crew          one thread for each lane that is worked, and each call that hangs
    bell, carrier over the broker, to other workers and from them
    pulse         ends the process when its ticks have stopped
    ============  ====================================================================
    """

    def __init__(self, broker_url: str, context: Context, every: float = tick.EVERY, most: int = MOST) -> None:
        self.context = context
        self.name = '{}-{}'.format(socket.gethostname(), os.getpid())
        self.stopping = threading.Event()
        self._every = every
        self._hung = Hung(context, self.name)
        self._broker = Outage(context.alerts, 'broker')
        self._database = Outage(context.alerts, 'database', every=True)
        self.crew = Crew(self._visit, lambda call: context.overstayed(call.plugin, call.method, call.quiet), most)
        self._carrier = Carrier(broker_url, self.name, self.crew.start)
        changed = lambda away: self._broker.seen(away, context.clock.now())  # noqa: E731
        self.bell = Bell(self._carrier.publish, self.crew.start, changed)
        self._carrier.blocked = self.bell.blocked
        self._sender = Sender(context, self.stopping.is_set, self._hung, self.crew.failed)
        self._exports = ExportLane(context, self.ring, self.stopping.is_set, self._hung)
        self._tick = Tick(context, self.ring, apart=True)
        self._keeper = Keeper(context, self.crew, self._hung, self.bell)
        self.crew.ended = self._keeper.ended
        self._pulse = Pulse()
        self._threads: List[threading.Thread] = []
        self._facts: Beside[Dict[str, Any]] = Beside(lambda: facts(context), {})
        self._said, self._said_broker = self._facts.known, False
        self._alive_at: Optional[float] = None

    def _visit(self, lane: str) -> Visit:
        return self._exports.visit(lane) if lane.startswith('export:') else self._sender.visit(lane)

    def ring(self, lane: str) -> None:
        """Have a lane worked by any worker, if it is not being worked here."""
        if lane not in self.crew.active():
            self.bell.ring(lane)

    def watched_tick(self) -> None:
        """A tick, which notices when MongoDB is away, and for how long."""
        try:
            self.tick()
        except Exception as error:
            if is_away(error):
                self._database.away(self.context.clock.now())
            raise
        self._database.back(self.context.clock.now())

    def tick(self) -> None:
        """One tick, and a sign of life when it is due."""
        changed, here, broker = self.context.take_in(), time.monotonic(), self.bell.trouble
        due = self._alive_at is None or here - self._alive_at >= ALIVE_EVERY
        if changed or due or self._said is not self._facts.known or bool(broker) != self._said_broker:
            self._alive_at, self._said_broker = here, bool(broker)
            self._said = self._facts.answer(PLUGINS)
            self.context.stored.worker_alive(self.name, dict(self._said, broker=broker))
            self.context.counts.flush(CounterStore(self.context.db))
        self._tick.run()

    def start(self) -> None:
        self.context.rounds.patience = 1.0
        self.context.alerts.started(self.context.clock.now())  # before its own sign of life
        self.bell.start()
        self._thread('tick', self._every, self.watched_tick, self._pulse.beat)
        self._thread('chores', self._every, self._tick.chore)
        self._thread('alerts', self._every, lambda: self.context.alerts.flush(self.context.clock.now()))
        self._thread('keeper', LOOK, self._keeper.look)
        threading.Thread(target=self._pulse.watch, args=(self.stopping,), daemon=True).start()
        self._carrier.start(self.stopping)

    def _thread(
        self, name: str, every: float, call: Callable[[], Any], after: Callable[[], None] = lambda: None
    ) -> None:
        """Calls again and again, ``every`` seconds of the monotonic clock after the last call began."""

        def run() -> None:
            trouble = ''
            while not self.stopping.is_set():
                begun = time.monotonic()
                after()
                trouble = _quietly(name, call, trouble)
                after()
                wait_for(self.stopping.is_set, max(0.05, every - (time.monotonic() - begun)), 0.2)

        thread = threading.Thread(target=run, name='scan-notify-' + name, daemon=True)
        self._threads.append(thread)
        thread.start()

    def stop(self) -> None:
        """End all after its current request, within :data:`STOP_WITHIN` seconds, and say so."""
        begun = time.monotonic()
        self.stopping.set()
        self.crew.close()
        if not wait_for(self._at_rest, STOP_WITHIN - LAST_WORDS):
            log.warning(
                'stopped without waiting any longer; a request that had no answer is in doubt until the next start'
            )
            self.crew.let_go()
            wait_for(self._at_rest, LAST_WORDS / 2)
        self.gone()
        self._carrier.stop(begun + STOP_WITHIN - time.monotonic())

    def _at_rest(self) -> bool:
        return not self.crew.active() and not any(thread.is_alive() for thread in self._threads)

    def gone(self) -> None:
        """Give back what is held, and take the sign of life back; without MongoDB both age by themselves."""

        def say() -> None:
            self._hung.leave(self.context.clock.now())
            self.context.counts.flush(CounterStore(self.context.db))
            self.context.alerts.flush(self.context.clock.now())
            self.context.stored.worker_gone(self.name)

        try:
            within(1.0, say)
        except (Exception, Overstayed) as error:
            log.info('the sign of life stays: %s', error)


def _quietly(name: str, call: Callable[[], Any], before: str) -> str:
    """Call; one line for what MongoDB or a fault of ours stops, and no second one for the same. What it was."""
    try:
        call()
    except Exception as error:
        trouble = '{}: {}'.format(type(error).__name__, redact(str(error))[:300])
        if trouble[:60] != before[:60]:
            log.error('%s failed, to be tried again: %s', name, trouble)
        log.debug('the trace of it', exc_info=True)
        return trouble
    if before:
        log.info('%s goes on', name)
    return ''


def facts(context: Context) -> Dict[str, Any]:
    """What a sign of life says of a worker: processes without plugins, the host's web server, know them from here."""
    context.channels.renew()
    targets = [_target_facts(context, name) for name in context.settings.targets]
    return {
        'version': _version(),
        'plugins': [row.document() for row in context.plugins.rows],
        'targets': [one['name'] for one in targets if one['usable'] and not context.channels.target_off(one['name'])],
        'target_facts': targets,
        'channels': [one.document() for name, one in sorted(declared(context.plugins).items()) if name not in SHIPPED],
    }


def _target_facts(context: Context, name: str) -> Dict[str, Any]:
    wanted, notifier = context.settings.targets[name], context.channels.notifier(name)
    plugin = context.channels.plugin_of(name)
    return {
        'name': name,
        'plugin': plugin,
        'problems': [problem.to_stored() for problem in context.channels.problems(name)],
        # Switches are not in it: whoever reads this knows them, and they change sooner than it is written again.
        'usable': bool(plugin) and not context.channels.problems(name),
        'lane': context.channels.lane(name),
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
    _first_words(context)
    _serve_metrics(context)
    machine = Machine(broker_url, context, every=tick.EVERY, most=concurrency)
    wish: List[int] = []
    for number in (signal.SIGTERM, signal.SIGINT):
        # No event: a second signal within its set() would wait for the first one for ever.
        signal.signal(number, lambda number, _: wish.append(number))
    machine.start()
    log.info('worker %s ready.', machine.name)
    while not wait_for(lambda: wish, 60, 0.2):
        pass
    later(
        STOP_WITHIN - 0.5, _leave
    )  # a request that has not come back stays marked, the next worker treats it as a doubt
    log.info('stopping after the current requests, within %g s', STOP_WITHIN)
    machine.stop()
    _leave()
    return 0


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
    """End the process. What hangs in a call, in the broker's library or in the log keeps nobody."""
    try:
        within(0.5, logging.shutdown)
    finally:
        os._exit(0)


def _first_words(context: Context) -> None:
    """Ask the plugins about their targets before the first tick, which would have to wait; not for long where they are
    slow.
    """
    for refused in context.templates.refused:
        log.error('template %s; the built-in one is used', refused)
    try:
        within(FIRST_WORDS, lambda: _say_problems(context))
    except Overstayed:
        log.warning('not all plugins have said yet what is wrong with their targets')


def _say_problems(context: Context) -> None:
    context.channels.renew()
    for row in context.plugins.rows:
        log.info('plugin %s %s: %s %s', row.name, row.version, row.state, row.error)
    for name, wanted in sorted(context.settings.targets.items()):
        if context.channels.notifier(name) is None:
            log.warning('target %s: no plugin speaks %r', name, wanted.channel)
        elif name not in _unused(context):
            for problem in context.channels.problems(name):
                log.warning('target %s: %s (see docs/channels.md)', name, say(problem, ENGLISH))


def _unused(context: Context) -> set:
    """Targets of the host's own sections that nobody filled in: no reason to complain."""
    return {name for name, target in context.settings.targets.items() if target.section and not target.options}


def _version() -> str:
    import scan_notify_plugin

    return scan_notify_plugin.__version__
