"""The Celery app of the notify worker: process, clock and bell, and nothing else.

A message carries a lane's name and no truth, so a lost, doubled or purged one is harmless: MongoDB is the truth and the
next tick rings again.
"""

import logging
from typing import Any, Callable, Optional

from celery import Celery
from kombu import Exchange, Queue

from scan_notify_plugin.secret import redact
from scan_notify_plugin.worker import tick

QUEUE = 'scan_notify'
#: A ring that would come later than this is left to the tick.
MAX_COUNTDOWN = 120.0

log = logging.getLogger('scan_notify')


def make_app(broker_url: str, every: float = tick.EVERY) -> Celery:
    """The app, with the two tasks ``tick`` and ``work`` still to be given their work by :func:`serve`."""
    app = Celery('scan_notify', broker=broker_url)
    app.conf.update(
        task_default_queue=QUEUE,
        task_queues=[
            # Nothing here is worth keeping: an acknowledged queue dies of RabbitMQ's consumer timeout under a long task.
            Queue(QUEUE, Exchange(QUEUE, durable=False, auto_delete=True), QUEUE,
                  durable=False, auto_delete=True, no_ack=True)
        ],
        task_ignore_result=True,
        task_store_errors_even_if_ignored=False,
        # The host's control commands and our probe of the host's workers must not meet this worker.
        control_exchange='scan_notify_pidbox',
        event_exchange='scan_notify_event',
        worker_send_task_events=False,
        worker_hijack_root_logger=True,
        worker_prefetch_multiplier=1,
        # Looked at every two seconds, which also is how soon an idle worker notices that it should stop.
        broker_heartbeat=30,
        broker_heartbeat_checkrate=15,
        broker_connection_retry=True,
        broker_connection_retry_on_startup=True,
        broker_connection_max_retries=None,
        # A ring is given up quickly, the next tick rings again. But once it must be tried: only a retry makes beat, and
        # the pool of producers, replace a connection that has died.
        task_publish_retry=True,
        task_publish_retry_policy={'max_retries': 1, 'interval_start': 0, 'interval_step': 0.2, 'interval_max': 0.2},
        broker_transport_options={'max_retries': 1, 'interval_start': 0, 'interval_step': 0.2},
        beat_schedule={'tick': {'task': 'scan_notify.tick', 'schedule': every, 'options': {'expires': every}}},
        beat_max_loop_interval=max(1.0, min(every, 5.0)),
        timezone='UTC',
        enable_utc=True,
    )  # fmt: skip
    return app


def serve(app: Celery, run_tick: Callable[[], Any], work_lane: Callable[[str], Optional[float]]) -> Callable[[str], None]:
    """Register the two tasks; returns ``ring(lane)``."""

    @app.task(name='scan_notify.tick')
    def do_tick() -> None:
        _quietly('tick', run_tick)

    @app.task(name='scan_notify.work')
    def do_work(lane: str) -> None:
        again = _quietly(lane, lambda: work_lane(lane))
        if again is not None and again <= MAX_COUNTDOWN:
            ring(lane, again)

    def ring(lane: str, countdown: float = 0.0) -> None:
        try:
            do_work.apply_async(args=[lane], countdown=countdown or None, expires=countdown + 60)
        except Exception as error:  # the broker is away: the tick rings again when it is back
            log.warning('lane %s could not be rung: %s', lane, redact(str(error)))

    return ring


def _quietly(what: str, call: Callable[[], Any]) -> Any:
    """One line for what MongoDB or a fault of ours stops here; the next tick tries again."""
    try:
        return call()
    except Exception as error:
        log.error('%s failed, to be tried again: %s: %s', what, type(error).__name__, redact(str(error))[:300])
        log.debug('the trace of it', exc_info=True)
        return None
