"""The Celery worker that hears other workers ring, in a thread that nothing waits for."""

import logging
import threading
from typing import Callable, Optional

from scan_notify_plugin.deadline import wait_for, within
from scan_notify_plugin.secret import redact
from scan_notify_plugin.worker import app as celery_app

# Threads, not child processes: a task only says which lane to begin.
POOL = 'threads'
#: Seconds until Celery is started again after it has ended.
AGAIN = 30.0

log = logging.getLogger('scan_notify')


class _OneLine(logging.Filter):
    """Celery shows stacked traces again and again while the broker is away; one line says the same, once."""

    def __init__(self) -> None:
        super().__init__()
        self._before = ''

    def filter(self, record: logging.LogRecord) -> bool:
        if record.levelno < logging.WARNING:
            return True
        text = record.getMessage()
        if record.exc_info and record.exc_info[1] is not None:
            text = str(record.exc_info[1])
        line = redact(' '.join(text.split()))[:300]
        known, self._before = self._before[:80] == line[:80], line
        record.msg, record.args, record.exc_info = line, (), None
        return not known


_once = _OneLine()
for _name in ('celery.worker', 'celery.worker.consumer.consumer', 'celery.worker.consumer.connection'):
    logging.getLogger(_name).addFilter(_once)


class Carrier:
    """Publishes and consumes the names of lanes.

    :param start: begins to work a lane; returns at once
    """

    def __init__(self, broker_url: str, name: str, start: Callable[[str], None]) -> None:
        #: told why the broker takes nothing, and '' when it does again
        self.blocked: Callable[[str], None] = lambda reason: None
        self.app = celery_app.make_app(broker_url, lambda reason='', *_: self.blocked(str(reason)))
        self.publish = celery_app.serve(self.app, start)
        self._name = name
        self._stop: Optional[Callable[[], object]] = None

    def start(self, stopping: threading.Event) -> None:
        threading.Thread(target=self._consume, args=(stopping,), name='scan-notify-carrier', daemon=True).start()

    def stop(self, seconds: float = 2.0) -> None:
        """Hear no more; gives up after ``seconds``, or sooner."""
        if self._stop is not None:
            try:
                within(min(2.0, seconds), self._stop)
            except (Exception, SystemExit) as error:
                log.debug('the consumer did not end: %s', error)

    def _consume(self, stopping: threading.Event) -> None:
        before = ''
        while not stopping.is_set():
            trouble = self._unusable()
            if not trouble:
                trouble = self._work()
            if stopping.is_set():
                return
            if trouble != before:
                log.warning('lanes are not heard over the broker, this worker looks for them itself: %s', trouble)
            before = trouble
            wait_for(stopping.is_set, AGAIN, 0.2)

    def _unusable(self) -> str:
        """What keeps us from the queue; '' if nothing does, or if the broker is just away."""
        from amqp.exceptions import AMQPError

        try:
            with self.app.connection_for_read() as connection:
                connection.ensure_connection(max_retries=1, interval_start=0, interval_step=0.2)
                celery_app.work_queue().bind(connection.default_channel).declare()
        except AMQPError as error:
            return (
                'queue or exchange {} cannot be used: {}; if it has other properties, delete it '
                '(rabbitmqctl delete_queue {})'.format(celery_app.QUEUE, redact(str(error))[:200], celery_app.QUEUE)
            )
        except Exception:
            return ''
        return ''

    def _work(self) -> str:
        try:
            worker = self.app.WorkController(
                app=self.app,
                pool=POOL,
                concurrency=2,
                hostname='scan-notify@{}'.format(self._name),
                without_gossip=True,
                without_mingle=True,
                without_heartbeat=True,
            )
            self._stop = worker.stop
            worker.start()
        except (Exception, SystemExit) as error:
            return '{}: {}'.format(type(error).__name__, redact(str(error))[:200])
        return 'its consumer has ended'
