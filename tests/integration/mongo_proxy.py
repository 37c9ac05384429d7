"""A proxy in front of a MongoDB that plays what the stand-in cannot: a lost race, a cut answer, a failover.

It reads the commands of the wire protocol (OP_MSG:
https://www.mongodb.com/docs/manual/reference/mongodb-wire-protocol/) and hands everything else through. The failover is
that of a replica set whose primary dies: what a majority had confirmed is there afterwards, and what came after the
last such write is gone. Replication keeps the order of writes, so a write with ``w: majority`` confirms all before it.
"""

import socket
import struct
import threading
import time
from typing import Any, Callable, Dict, List, NamedTuple, Optional, Tuple

import bson
from pymongo import MongoClient

#: Commands that write, and where they name their collection: their first value.
WRITES = ('insert', 'update', 'delete', 'findAndModify')
DUPLICATE = {'code': 11000, 'errmsg': 'E11000 duplicate key error collection: played by the proxy'}
UNCONFIRMED = {
    'code': 64, 'codeName': 'WriteConcernFailed', 'errmsg': 'waiting for replication timed out',
    'errInfo': {'wtimeout': True}
}  # fmt: skip
_OP_MSG = 2013
_HEADER = struct.Struct('<iiii')


class Fault(NamedTuple):
    """What happens to the next commands of this name on this collection ('' is any)."""

    play: str  # one of duplicate, unconfirmed, cut before, cut after, delay
    command: str
    collection: str = ''
    seconds: float = 0.0


class MongoProxy:
    """``with MongoProxy(uri) as proxy: MongoClient(proxy.uri)``.

    ``play`` adds faults, each for one command; ``commands`` are those that came: (name, collection, write concern).
    """

    def __init__(self, uri: str) -> None:
        self._behind = MongoClient(uri)
        self._address = self._behind.address or ('127.0.0.1', 27017)
        self._lock = threading.RLock()
        self._faults: List[Fault] = []
        self._links: List[socket.socket] = []
        #: the collections as they were when a majority last confirmed them, where they have changed since
        self._confirmed: Dict[Tuple[str, str], List[Any]] = {}
        self.commands: List[Tuple[str, str, Dict[str, Any]]] = []

    def __enter__(self) -> 'MongoProxy':
        self._server = socket.socket()
        self._server.bind(('127.0.0.1', 0))
        self._server.listen(64)
        self.uri = 'mongodb://127.0.0.1:{}/?directConnection=true'.format(self._server.getsockname()[1])
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *error: Any) -> None:
        self._server.close()
        self.cut()
        self._behind.close()

    def play(self, play: str, command: str, collection: str = '', seconds: float = 0.0) -> None:
        """Let this happen to the next such command."""
        with self._lock:
            self._faults.append(Fault(play, command, collection, seconds))

    def cut(self) -> None:
        """End all connections."""
        with self._lock:
            links, self._links = self._links, []
        for link in links:
            _close(link)

    def fail_over(self) -> None:
        """The primary dies, and the new one never saw what no majority has confirmed."""
        with self._lock:
            for (database, collection), documents in self._confirmed.items():
                self._behind[database][collection].delete_many({})
                if documents:
                    self._behind[database][collection].insert_many(documents)
            self._confirmed.clear()
        self.cut()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._server.accept()
            except OSError:
                return
            server = socket.create_connection(self._address)
            with self._lock:
                self._links += [client, server]
            threading.Thread(target=self._serve, args=(client, server), daemon=True).start()

    def _serve(self, client: socket.socket, server: socket.socket) -> None:
        try:
            while True:
                message = _read(client)
                answer = self._answer(message, server)
                if answer is None:
                    break
                client.sendall(answer)
        except (OSError, EOFError):
            pass
        finally:
            _close(client)
            _close(server)

    def _answer(self, message: bytes, server: socket.socket) -> Optional[bytes]:
        """What the client gets; None: its connection ends."""
        command = _command(message)
        fault = self._take(command)
        if fault.play == 'cut before':
            return None
        if fault.play == 'delay':
            time.sleep(fault.seconds)
        if fault.play == 'duplicate':
            return _reply(message, _refusal(command))
        with self._lock:
            self._remember(command)
            server.sendall(message)
            answer = _read(server)
            self._confirm(command, fault)
        if fault.play == 'cut after':
            return None
        return (
            _reply(message, dict(_body(answer), writeConcernError=UNCONFIRMED))
            if fault.play == 'unconfirmed'
            else answer
        )

    def _take(self, command: Dict[str, Any]) -> Fault:
        name, collection = _named(command)
        with self._lock:
            if name in WRITES:
                self.commands.append((name, collection, command.get('writeConcern', {})))
            for fault in self._faults:
                if fault.command == name and fault.collection in ('', collection):
                    self._faults.remove(fault)
                    return fault
        return Fault('', name)

    def _remember(self, command: Dict[str, Any]) -> None:
        """Keep a collection as it is before a write that no majority has confirmed yet."""
        name, collection = _named(command)
        place = (command.get('$db', ''), collection)
        if name in WRITES and place not in self._confirmed:
            self._confirmed[place] = list(self._behind[place[0]][collection].find())

    def _confirm(self, command: Dict[str, Any], fault: Fault) -> None:
        if _named(command)[0] in WRITES and fault.play != 'unconfirmed':
            if command.get('writeConcern', {}).get('w') == 'majority':
                self._confirmed.clear()


def _named(command: Dict[str, Any]) -> Tuple[str, str]:
    name = next(iter(command), '')
    return name, command[name] if name and isinstance(command[name], str) else ''


def _refusal(command: Dict[str, Any]) -> Dict[str, Any]:
    if _named(command)[0] == 'findAndModify':
        return dict(DUPLICATE, ok=0.0, codeName='DuplicateKey')
    return {'ok': 1.0, 'n': 0, 'nModified': 0, 'writeErrors': [dict(DUPLICATE, index=0)]}


def _command(message: bytes) -> Dict[str, Any]:
    """The body of an OP_MSG; empty for older messages, such as a handshake."""
    opcode = _HEADER.unpack_from(message)[3]
    return _body(message) if opcode == _OP_MSG and message[20] == 0 else {}


def _body(message: bytes) -> Dict[str, Any]:
    length = struct.unpack_from('<i', message, 21)[0]
    return bson.decode(message[21 : 21 + length])


def _reply(message: bytes, document: Dict[str, Any]) -> bytes:
    request = _HEADER.unpack_from(message)[1]
    body = struct.pack('<i', 0) + b'\0' + bson.encode(document)
    return _HEADER.pack(16 + len(body), 0, request, _OP_MSG) + body


def _read(link: socket.socket) -> bytes:
    head = _exactly(link, 4)
    return head + _exactly(link, struct.unpack('<i', head)[0] - 4)


def _exactly(link: socket.socket, size: int) -> bytes:
    data = b''
    while len(data) < size:
        more = link.recv(size - len(data))
        if not more:
            raise EOFError
        data += more
    return data


def _close(link: socket.socket) -> None:
    end: Callable[[], Any]
    for end in (lambda: link.shutdown(socket.SHUT_RDWR), link.close):
        try:
            end()
        except OSError:
            pass
