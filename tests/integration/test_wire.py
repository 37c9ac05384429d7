"""What a worker asks the broker for, as it crosses the wire: RabbitMQ 4.3 refuses queues that are transient and shared.

https://www.rabbitmq.com/docs/deprecated-features-list (transient_nonexcl_queues)
"""

from urllib.parse import urlsplit

import pytest
from kombu import Connection

from scan_notify_plugin.host.probe import make_probe
from scan_notify_plugin.worker.app import QUEUE, make_app
from tests.integration.amqp import Client, Exchange, Queue
from tests.integration.conftest import eventually
from tests.integration.services import TcpProxy

#: What 0.1.0 called its queue and its exchange: with these properties they may be there, and in use.
OLD = 'scan_notify'


class Wire(list):
    """Everything that was declared through it, and the URL of the broker behind it."""

    def __init__(self, broker):
        super().__init__()
        at = urlsplit(broker)
        self.proxy = TcpProxy(at.hostname, at.port, self._listen)
        self.url = self.proxy.url(broker)

    def _listen(self):
        client = Client()
        return lambda data: self.extend(client.feed(data))

    def of(self, kind):
        return [one for one in self if isinstance(one, kind) and not one.passive]


@pytest.fixture
def wire(broker):
    wire = Wire(broker)
    with wire.proxy:
        yield wire


def refused(queues):
    """Those that a RabbitMQ 4.3 refuses."""
    return [queue for queue in queues if not queue.durable and not queue.exclusive]


def test_a_worker_declares_nothing_that_is_transient_and_shared(deploy, mongo_uri, wire):
    host = deploy(mongo_uri, wire.url)
    host.notify_worker()
    host.ended_run()
    host.told(1, 20)
    queues = eventually(lambda: wire.of(Queue), 20, 'a queue is declared')
    assert refused(queues) == []
    assert [queue for queue in queues if not queue.exclusive and not queue.arguments.get('x-expires')] == []


def test_a_worker_shares_neither_queue_nor_exchange_with_one_of_0_1_0(deploy, mongo_uri, wire):
    deploy(mongo_uri, wire.url).notify_worker()
    eventually(lambda: wire.of(Queue), 20, 'a queue is declared')
    assert OLD not in {one.name for one in wire}
    assert [one for one in wire.of(Exchange) if not one.durable and one.name.startswith(OLD)] == []


def test_the_question_to_the_scan_workers_declares_nothing_that_is_transient_and_shared(wire):
    make_probe(wire.url)(['unknown'])
    queues = wire.of(Queue)
    assert queues and refused(queues) == []


@pytest.fixture
def another(broker):
    """A queue of our name that somebody declared otherwise."""
    with Connection(broker) as connection, connection.channel() as channel:
        channel.queue_delete(QUEUE)
        channel.queue_declare(QUEUE, durable=True, exclusive=False, auto_delete=False, arguments={'x-max-length': 3})
        yield QUEUE
        channel.queue_delete(QUEUE)


def test_a_queue_with_other_properties_is_one_line_and_delays_nothing(host, another):
    worker = host.notify_worker(wait=False)
    host.ended_run()
    host.told(1, 20)
    eventually(lambda: 'PRECONDITION_FAILED' in worker.log, 20)
    assert worker.alive and 'Traceback' not in worker.log


def test_a_connection_that_opens_is_not_blocked_whatever_the_last_one_was(broker):
    said = []
    with make_app(broker, said.append).connection_for_write() as connection:
        connection.ensure_connection(max_retries=1)
        assert said == ['']
