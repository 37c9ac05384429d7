"""The Celery app of the notify workers: it carries the names of lanes from one worker to another, and no truth.

MongoDB is the truth, and each worker looks there itself. So a message that is lost, doubled or purged is harmless, and
a broker that is away, full, too old or too new delays nothing.
"""

import logging
from typing import Callable, Dict

from celery import Celery
from kombu import Exchange, Queue

#: Not the names of 0.1.0, whose queue RabbitMQ 4.3 refuses: transient, and not exclusive.
QUEUE = 'scan_notify_work'
#: Seconds after which a queue without consumers goes, and after which a message does.
QUEUE_EXPIRES, MESSAGE_EXPIRES = 3600, 60
#: Seconds to connect to the broker.
CONNECT = 4

log = logging.getLogger('scan_notify')

#: Celery's settings, whatever the broker is.
_FIXED: Dict[str, object] = {
    'task_default_queue': QUEUE,
    'task_default_delivery_mode': 'transient',
    'task_ignore_result': True,
    'task_store_errors_even_if_ignored': False,
    # The host's control commands and our probe of the host's workers must not meet this worker.
    'worker_enable_remote_control': False,
    'event_exchange': 'scan_notify_event',
    'worker_send_task_events': False,
    'worker_hijack_root_logger': False,
    'worker_prefetch_multiplier': 1,
    # Looked at every two seconds, which also is how soon an idle worker notices that it should stop.
    'broker_heartbeat': 30,
    'broker_heartbeat_checkrate': 15,
    'broker_connection_timeout': CONNECT,
    'broker_connection_retry': True,
    'broker_connection_retry_on_startup': True,
    'broker_connection_max_retries': None,
    # A ring is given up quickly. But once it must be tried: only a retry makes the pool of producers replace a
    # connection that has died.
    'task_publish_retry': True,
    'task_publish_retry_policy': {'max_retries': 1, 'interval_start': 0, 'interval_step': 0.2, 'interval_max': 0.2},
    'timezone': 'UTC',
    'enable_utc': True,
}


def work_queue() -> Queue:
    """Durable, for nothing else is allowed everywhere; and gone by itself when nobody wants it any more."""
    exchange = Exchange(QUEUE, type='direct', durable=True, auto_delete=True)
    return Queue(
        QUEUE, exchange, QUEUE, durable=True, auto_delete=False, expires=QUEUE_EXPIRES, message_ttl=MESSAGE_EXPIRES,
        # An acknowledged queue dies of RabbitMQ's consumer timeout under a long task.
        no_ack=True,
    )  # fmt: skip


def make_app(broker_url: str, blocked: Callable[[str], None] = lambda reason: None) -> Celery:
    """The app; :func:`serve` gives it its one task.

    :param blocked: told why the broker takes nothing at the moment, and '' when it does again
    """
    transport: Dict[str, object] = {'max_retries': 1, 'interval_start': 0, 'interval_step': 0.2}
    if broker_url.startswith(('amqp', 'pyamqp')):
        # A new connection is told anew; of one that was lost while it was blocked nobody says that it no longer is.
        transport.update(on_blocked=blocked, on_unblocked=lambda: blocked(''), on_open=lambda *_: blocked(''))
    app = Celery('scan_notify', broker=broker_url)
    app.conf.update(task_queues=[work_queue()], broker_transport_options=transport, **_FIXED)
    return app


def serve(app: Celery, start: Callable[[str], None]) -> Callable[[str], None]:
    """Register the task; returns what publishes the name of a lane, and raises what the transport raises.

    :param start: begins to work a lane; returns at once
    """

    @app.task(name='scan_notify.work', shared=False)
    def do_work(lane: str) -> None:
        if lane:  # the empty one only tries the broker
            start(str(lane))

    def publish(lane: str) -> None:
        do_work.apply_async(args=[lane], expires=MESSAGE_EXPIRES)

    return publish
