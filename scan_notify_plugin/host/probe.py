"""Asks the host's scan workers which scan tasks they hold."""

import logging
from typing import Any, Callable, Iterable, Mapping, Optional, Set

from celery import Celery

from scan_notify_plugin.secret import redact

#: The queue that scan tasks go through, on every fork (host: app.celerytask).
SCAN_QUEUE = 'arltask'
#: Seconds that the workers have to answer.
TIMEOUT = 2.0

log = logging.getLogger('scan_notify')

Probe = Callable[[Iterable[str]], Optional[Set[str]]]


def make_probe(broker_url: str) -> Probe:
    """A function from Celery ids to those that a scan worker holds, or to None if nobody could tell.

    It uses an app of its own with Celery's standard control exchange, as the host's workers do; ours listen elsewhere.
    """
    app = Celery('scan_notify_probe', broker=broker_url)
    app.conf.broker_connection_retry = False
    app.conf.broker_connection_timeout = TIMEOUT

    def probe(celery_ids: Iterable[str]) -> Optional[Set[str]]:
        try:
            inspect = app.control.inspect(timeout=TIMEOUT)
            queues = inspect.active_queues()
            if not _consumes(queues or {}):
                return None
            answers = inspect.query_task(list(celery_ids))
        except Exception as error:  # whatever the transport raises: nobody could tell
            log.warning('the scan workers could not be asked: %s', redact(str(error)))
            return None
        if not answers:
            return None
        return {celery_id for held in answers.values() if isinstance(held, dict) for celery_id in held}

    return probe


def _consumes(queues: Mapping[str, Any]) -> bool:
    return any(
        isinstance(queue, dict) and queue.get('name') == SCAN_QUEUE
        for consumed in queues.values()
        for queue in consumed or ()
    )
