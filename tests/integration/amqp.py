"""What an AMQP 0-9-1 client asks a broker to declare, read from its bytes (specification: amqp-xml-doc0-9-1,
amqp0-9-1.pdf).
"""

import struct
from typing import Any, Dict, Iterator, NamedTuple, Tuple, Union

HEADER = b'AMQP'
METHOD = 1
FRAME_END = 0xCE
EXCHANGE_DECLARE, QUEUE_DECLARE = (40, 10), (50, 10)


class Exchange(NamedTuple):
    """exchange.declare (1.6.2.1)"""

    name: str
    kind: str
    passive: bool
    durable: bool
    auto_delete: bool
    internal: bool
    arguments: Dict[str, Any]


class Queue(NamedTuple):
    """queue.declare (1.7.2.1)"""

    name: str
    passive: bool
    durable: bool
    exclusive: bool
    auto_delete: bool
    arguments: Dict[str, Any]


Declared = Union[Exchange, Queue]


class Client:
    """One connection's bytes from the client, in whatever pieces they come."""

    def __init__(self) -> None:
        self._bytes = b''

    def feed(self, data: bytes) -> Iterator[Declared]:
        """What the frames declare that are whole by now.

        :raises ValueError: if it is not AMQP 0-9-1
        """
        self._bytes += data
        while True:
            if self._bytes.startswith(HEADER):
                size = 8
            elif len(self._bytes) >= 7:
                kind, _, length = struct.unpack('>BHI', self._bytes[:7])
                size = 7 + length + 1
            else:
                return
            if len(self._bytes) < size:
                return
            frame, self._bytes = self._bytes[:size], self._bytes[size:]
            if frame.startswith(HEADER):
                continue
            if frame[-1] != FRAME_END:
                raise ValueError('no end of a frame: {!r}'.format(frame[:40]))
            if kind == METHOD:
                yield from _declared(frame[7:-1])


def _declared(payload: bytes) -> Iterator[Declared]:
    method = struct.unpack('>HH', payload[:4])
    fields = _Fields(payload[4 + 2 :])  # after a reserved short
    if method == EXCHANGE_DECLARE:
        name, kind, bits = fields.short_string(), fields.short_string(), fields.bits(5)
        yield Exchange(name, kind, *bits[:4], arguments=fields.table())
    elif method == QUEUE_DECLARE:
        name, bits = fields.short_string(), fields.bits(5)
        yield Queue(name, *bits[:4], arguments=fields.table())


#: Field values of one size, by their type octet as RabbitMQ and its clients use it (rabbitmq.com/amqp-0-9-1-errata, 3).
_NUMBERS = {
    't': '?', 'b': 'b', 'B': 'B', 's': 'h', 'u': 'H', 'I': 'i', 'i': 'I', 'l': 'q', 'L': 'q', 'f': 'f', 'd': 'd',
    'T': 'Q',
}  # fmt: skip


class _Fields:
    def __init__(self, data: bytes) -> None:
        self._data = data

    def _take(self, size: int) -> bytes:
        taken, self._data = self._data[:size], self._data[size:]
        if len(taken) < size:
            raise ValueError('a field ends too early')
        return taken

    def _number(self, form: str) -> Any:
        return struct.unpack('>' + form, self._take(struct.calcsize('>' + form)))[0]

    def short_string(self) -> str:
        return self._take(self._number('B')).decode('utf-8')

    def bits(self, count: int) -> Tuple[bool, ...]:
        """The lowest is the first (4.2.5.2)."""
        octet = self._number('B')
        return tuple(bool(octet >> place & 1) for place in range(count))

    def table(self) -> Dict[str, Any]:
        inner, found = _Fields(self._take(self._number('I'))), {}
        while inner._data:
            name = inner.short_string()
            found[name] = inner._value()
        return found

    def _value(self) -> Any:
        kind = self._take(1).decode('ascii')
        if kind in _NUMBERS:
            return self._number(_NUMBERS[kind])
        if kind in 'Sx':
            return self._take(self._number('I')).decode('utf-8', 'replace')
        if kind == 'F':
            return self.table()
        if kind == 'A':
            inner, found = _Fields(self._take(self._number('I'))), []
            while inner._data:
                found.append(inner._value())
            return found
        if kind == 'D':
            return self._number('B'), self._number('i')
        if kind == 'V':
            return None
        raise ValueError('a field of type {!r}'.format(kind))
