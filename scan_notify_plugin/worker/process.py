"""The process of a notify worker: its log, its first look at the plugins, its metrics, its signals and its exit."""

import logging
import os
import signal
from typing import Callable, List, Set

from scan_notify_plugin.admin.desk import Desk
from scan_notify_plugin.admin.metrics import Metrics
from scan_notify_plugin.deadline import Overstayed, later, wait_for, within
from scan_notify_plugin.faults import ENGLISH, say
from scan_notify_plugin.worker import tick
from scan_notify_plugin.worker.context import Context
from scan_notify_plugin.worker.machine import STOP_WITHIN, Machine
from scan_notify_plugin.worker.metrics_server import MetricsServer

#: Seconds that the first tick waits for what plugins say of their targets.
FIRST_ANSWERS = 10.0

log = logging.getLogger('scan_notify')

#: A message for each lane that was rung is no news.
_CHATTY = ('celery.worker.strategy', 'celery.app.trace')


def run_worker(broker_url: str, make_context: Callable[[], Context], concurrency: int, loglevel: str) -> int:
    """Work until SIGTERM or SIGINT; the exit code."""
    logging.basicConfig(level=loglevel, format='[%(asctime)s: %(levelname)s/%(name)s] %(message)s')
    for name in _CHATTY if loglevel != 'DEBUG' else ():
        logging.getLogger(name).setLevel(logging.WARNING)
    context = make_context()
    context.ensure_indexes()
    _ask_plugins(context)
    _serve_metrics(context)
    machine = Machine(broker_url, context, every=tick.EVERY, most=concurrency)
    signals: List[int] = []
    for number in (signal.SIGTERM, signal.SIGINT):
        # No event: a second signal within its set() would wait for the first one for ever.
        signal.signal(number, lambda number, _: signals.append(number))
    machine.start()
    log.info('worker %s ready.', machine.name)
    while not wait_for(lambda: signals, 60, 0.2):
        pass
    # A request that has not come back stays marked, the next worker treats it as a doubt.
    later(STOP_WITHIN - 0.5, _leave)
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


def _ask_plugins(context: Context) -> None:
    """Ask the plugins about their targets before the first tick, which would have to wait; not for long where they are
    slow.
    """
    for problem in context.templates.refused:
        log.error('template %s; the next one is used', problem)
    try:
        within(FIRST_ANSWERS, lambda: _log_problems(context))
    except Overstayed:
        log.warning('not all plugins have said yet what is wrong with their targets')


def _log_problems(context: Context) -> None:
    context.channels.renew()
    for row in context.plugins.rows:
        log.info('plugin %s %s: %s %s', row.name, row.version, row.state, row.error)
    for name, target in sorted(context.settings.targets.items()):
        if context.channels.notifier(name) is None:
            log.warning('target %s: no plugin speaks %r', name, target.channel)
        elif name not in _unused(context):
            for problem in context.channels.complaints(name):
                log.warning('target %s: %s (see docs/channels.md)', name, say(problem, ENGLISH))


def _unused(context: Context) -> Set[str]:
    """Targets of the host's own sections that nobody filled in: no reason to complain."""
    return {name for name, target in context.settings.targets.items() if target.section and not target.options}
