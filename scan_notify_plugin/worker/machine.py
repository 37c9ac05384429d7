"""All threads of a worker, their orderly end, and its signs of life."""

import logging
import os
import socket
import threading
import time
from typing import Callable, Dict, List, Optional

from scan_notify_plugin.deadline import Beside, Overstayed, wait_for, within
from scan_notify_plugin.jobs import collects
from scan_notify_plugin.mongo import is_away
from scan_notify_plugin.secret import redact
from scan_notify_plugin.settings.counters import CounterStore
from scan_notify_plugin.worker import tick
from scan_notify_plugin.worker.alerts import Outage
from scan_notify_plugin.worker.bell import Bell
from scan_notify_plugin.worker.carrier import Carrier
from scan_notify_plugin.worker.collect import CollectLane
from scan_notify_plugin.worker.context import Context
from scan_notify_plugin.worker.crew import MOST, Crew, Visit
from scan_notify_plugin.worker.export import ExportLane
from scan_notify_plugin.worker.hung import Hung
from scan_notify_plugin.worker.keeper import LOOK, Keeper
from scan_notify_plugin.worker.pulse import Pulse
from scan_notify_plugin.worker.send import Sender
from scan_notify_plugin.worker.sign_of_life import facts
from scan_notify_plugin.worker.tick import Tick

#: Seconds from the wish to stop to the end of the process, whatever a robot does meanwhile; the last ones of them are
#: for writing down what is in doubt.
STOP_WITHIN, TO_RECORD = 9.0, 3.0
#: Seconds between two signs of life of a worker, and for which one waits for what plugins say for it.
ALIVE_EVERY, PLUGINS = 30.0, 1.0
#: Seconds from one tick to the next where somebody waits for it; sooner its lane is not free.
SOONEST = tick.AT_LEAST.total_seconds() + 0.2

log = logging.getLogger('scan_notify')


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
        self.bell = Bell(self._carrier.publish, self.crew.start, self._broker_seen)
        self._carrier.blocked = self.bell.blocked
        self._sender = Sender(context, self.stopping.is_set, self._hung, self.crew.failed)
        self._exports = ExportLane(context, self.ring, self.stopping.is_set, self._hung)
        #: Somebody waits for the next tick: what a run has found is known, and its plugins can be asked.
        self._awaited = threading.Event()
        self._collects = CollectLane(context, self.stopping.is_set, self._hung, after_job=self._awaited.set)
        self._tick = Tick(context, self.ring, apart=True)
        self._keeper = Keeper(context, self.crew, self._hung, self.bell)
        self.crew.ended = self._keeper.ended
        self._pulse = Pulse()
        self._threads: List[threading.Thread] = []
        self._facts: Beside[Dict[str, object]] = Beside(lambda: facts(context), {})
        self._written, self._written_broker = self._facts.known, False
        self._alive_at: Optional[float] = None

    def _broker_seen(self, away: bool) -> None:
        self._broker.seen(away, self.context.clock.now())

    def _visit(self, lane: str) -> Visit:
        if lane.startswith(collects.PREFIX):
            return self._collects.visit(lane)
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
        if changed or due or self._written is not self._facts.known or bool(broker) != self._written_broker:
            self._alive_at, self._written_broker = here, bool(broker)
            self._written = self._facts.answer(PLUGINS)
            self.context.stored.worker_alive(
                self.name, dict(self._written, broker=broker.to_stored() if broker else '')
            )
            self.context.counts.flush(CounterStore(self.context.db))
        self._tick.run()

    def start(self) -> None:
        self.context.rounds.patience = 1.0
        self.context.alerts.started(self.context.clock.now())  # before its own sign of life
        self.bell.start()
        self._thread('tick', self._every, self.watched_tick, self._pulse.beat, self._awaited)
        self._thread('chores', self._every, self._tick.chore)
        self._thread('alerts', self._every, lambda: self.context.alerts.flush(self.context.clock.now()))
        self._thread('keeper', LOOK, self._keeper.look)
        threading.Thread(target=self._pulse.watch, args=(self.stopping,), daemon=True).start()
        self._carrier.start(self.stopping)

    def _thread(
        self,
        name: str,
        every: float,
        call: Callable[[], object],
        after: Callable[[], None] = lambda: None,
        awaited: Optional[threading.Event] = None,
    ) -> None:
        """Calls again and again, ``every`` seconds of the monotonic clock after the last call began.

        :param awaited: set where the next call shall come sooner, though not sooner than :data:`SOONEST`
        """

        def run() -> None:
            trouble = ''
            while not self.stopping.is_set():
                begun = time.monotonic()
                if awaited is not None:
                    awaited.clear()
                after()
                trouble = _quietly(name, call, trouble)
                after()
                left = max(0.05, every - (time.monotonic() - begun))
                wait_for(lambda: self.stopping.is_set() or self._is_awaited(awaited, begun), left, 0.2)

        thread = threading.Thread(target=run, name='scan-notify-' + name, daemon=True)
        self._threads.append(thread)
        thread.start()

    @staticmethod
    def _is_awaited(awaited: Optional[threading.Event], begun: float) -> bool:
        return awaited is not None and awaited.is_set() and time.monotonic() - begun >= SOONEST

    def stop(self) -> None:
        """End all after its current request, within :data:`STOP_WITHIN` seconds, and say so."""
        begun = time.monotonic()
        self.stopping.set()
        self.crew.close()
        if not wait_for(self._at_rest, STOP_WITHIN - TO_RECORD):
            log.warning(
                'stopped without waiting any longer; a request that had no answer is in doubt until the next start'
            )
            self.crew.let_go()
            wait_for(self._at_rest, TO_RECORD / 2)
        self.gone()
        self._carrier.stop(begun + STOP_WITHIN - time.monotonic())

    def _at_rest(self) -> bool:
        return not self.crew.active() and not any(thread.is_alive() for thread in self._threads)

    def gone(self) -> None:
        """Give back what is held, and take the sign of life back; without MongoDB both age by themselves."""

        def leave() -> None:
            self._hung.leave(self.context.clock.now())
            self.context.counts.flush(CounterStore(self.context.db))
            self.context.alerts.flush(self.context.clock.now())
            self.context.stored.worker_gone(self.name)

        try:
            within(1.0, leave)
        except (Exception, Overstayed) as error:
            log.info('the sign of life stays: %s', error)


def _quietly(name: str, call: Callable[[], object], before: str) -> str:
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
