"""Asks the host's scan workers which scan tasks they hold."""

import logging
from functools import partial
from typing import Callable, Iterable, List, Mapping, Optional, Set

from celery import Celery
from celery.app.control import Control
from kombu import Queue
from kombu.pidbox import Mailbox

from scan_notify_plugin.secret import redact

#: The queue that scan tasks go through, on every fork (host: app.celerytask).
SCAN_QUEUE = 'arltask'
#: Seconds that the workers have to answer.
TIMEOUT = 2.0

log = logging.getLogger('scan_notify')

Probe = Callable[[Iterable[str]], Optional[Set[str]]]


class _Mailbox(Mailbox):
    """RabbitMQ 4.3 refuses the queue for answers as kombu before 5.7 declares it: neither durable nor exclusive."""

    def get_reply_queue(self) -> Queue:
        queue = super().get_reply_queue()
        queue.exclusive = True
        return queue


class _Control(Control):
    Mailbox = _Mailbox


def make_probe(broker_url: str) -> Probe:
    """A function from Celery ids to those that a scan worker holds, or to None if nobody could tell.

    It uses an app of its own with Celery's standard control exchange, as the host's workers do; ours listen elsewhere.
    """
    app = Celery('scan_notify_probe', broker=broker_url, control=_Control)
    app.conf.broker_connection_retry = False
    app.conf.broker_connection_timeout = TIMEOUT
    # Without these Celery 5.1 waits for an absent broker for ever.
    app.conf.broker_transport_options = {'max_retries': 1, 'interval_start': 0, 'interval_step': 0.2}

    def probe(celery_ids: Iterable[str]) -> Optional[Set[str]]:
        try:
            # One connection for both questions, closed after them: the queue for the answers belongs to it alone.
            with app.connection_for_write() as connection:
                ask = partial(app.control.inspect, timeout=TIMEOUT, connection=connection)
                workers = _consumers(ask().active_queues() or {})
                answers = ask(workers).query_task(list(celery_ids)) or {} if workers else {}
        except Exception as error:  # whatever the transport raises: nobody could tell
            log.warning('the scan workers could not be asked: %s', redact(str(error)))
            return None
        if not workers:
            return None
        if not all(isinstance(answers.get(worker), dict) for worker in workers):
            return None  # a worker that is too busy to answer may hold any of them
        return {celery_id for worker in workers for celery_id in answers[worker]}

    return probe


def _consumers(queues: Mapping[str, Optional[Iterable[object]]]) -> List[str]:
    """The workers that take scan tasks; others, such as those of ``arlgithub``, know nothing of them."""
    return [
        worker
        for worker, consumed in queues.items()
        if any(isinstance(queue, dict) and queue.get('name') == SCAN_QUEUE for queue in consumed or ())
    ]
