"""The reader of AMQP frames reads what Celery's client writes."""

import struct
from datetime import datetime
from decimal import Decimal

import pytest
from amqp.serialization import dumps

from tests.integration.amqp import Client, Exchange, Queue

ARGUMENTS = {
    'x-expires': 60000, 'large': 2 ** 40, 'x-queue-type': 'classic', 'on': True, 'rate': 0.5, 'price': Decimal('1.5'),
    'at': datetime(2026, 3, 2), 'nothing': None, 'more': [1, 'two'], 'inner': {'a': 1},
}  # fmt: skip


def frame(method, form, *fields, kind=1):
    payload = struct.pack('>HH', *method) + dumps(form, fields)
    return struct.pack('>BHI', kind, 1, len(payload)) + payload + b'\xce'


#: The form of the fields as py-amqp's Channel writes these methods.
QUEUE = frame((50, 10), 'BsbbbbbF', 0, 'rings', False, True, False, True, False, ARGUMENTS)
EXCHANGE = frame((40, 10), 'BssbbbbbF', 0, 'bells', 'direct', False, False, True, False, False, {})
OTHERS = (
    frame((60, 20), 'BssbbbbF', 0, 'rings', 'tag', False, False, False, False, {})
    + struct.pack('>BHI', 8, 0, 0)
    + b'\xce'
)
SENT = b'AMQP\x00\x00\x09\x01' + OTHERS + EXCHANGE + OTHERS + QUEUE


@pytest.mark.parametrize('size', [1, 3, 7, 8, 1000])
def test_declarations_are_read_in_whatever_pieces_they_come(size):
    client, found = Client(), []
    for at in range(0, len(SENT), size):
        found += client.feed(SENT[at : at + size])
    exchange, queue = found
    assert exchange == Exchange('bells', 'direct', False, False, True, False, {})
    assert queue[:5] == Queue('rings', False, True, False, True, {})[:5]
    assert set(queue.arguments) == set(ARGUMENTS)
    for name in ('x-expires', 'large', 'x-queue-type', 'on', 'rate', 'nothing', 'more', 'inner'):
        assert queue.arguments[name] == ARGUMENTS[name]


def test_what_is_no_frame_is_an_error():
    with pytest.raises(ValueError):
        list(Client().feed(QUEUE[:-1] + b'\x00'))
