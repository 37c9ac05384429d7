"""The real services of the integration tests, named in the environment; `.ci/run` starts and names them."""

import os
import shlex
import socket
import subprocess
import threading
from typing import Callable, List, Optional, Tuple
from urllib.parse import urlsplit

import pytest

__all__ = ['PrivateMongo', 'TcpProxy', 'broker_url', 'mongo_uri']


def _named_in(variable: str, service: str) -> str:
    value = os.environ.get(variable)
    if not value:
        pytest.skip('needs {}: `bash .ci/run services` starts one and prints {} to export'.format(service, variable))
    return value


def mongo_uri() -> str:
    """URI of a MongoDB that all tests share: use a database of your own."""
    return _named_in('SCAN_NOTIFY_TEST_MONGO', 'a MongoDB')


def broker_url() -> str:
    """AMQP URL of a RabbitMQ that all tests share: use queues and exchanges of your own."""
    return _named_in('SCAN_NOTIFY_TEST_BROKER', 'a RabbitMQ')


class PrivateMongo:
    """A MongoDB of the test's own, to stop and start again on the same `uri` with the same data.

    `with PrivateMongo(tmp_path) as mongo: ...` starts it and ends it. There is no kill: unlike MongoDB's journal, the
    stand-in's file loses the last second then.
    """

    def __init__(self, folder: 'os.PathLike[str]') -> None:
        self._command = shlex.split(_named_in('SCAN_NOTIFY_TEST_MONGO_COMMAND', 'a command that starts a MongoDB'))
        self._file = os.path.join(str(folder), 'mongo')
        self._port = 0  # any free one at the first start

    def start(self) -> None:
        self._process = subprocess.Popen(
            self._command + [str(self._port), self._file],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            universal_newlines=True,
        )
        self.uri = self._process.stdout.readline().strip()
        if not self.uri:
            self.stop()
            raise RuntimeError('no MongoDB: {} ended with {}'.format(self._command, self._process.returncode))
        self._port = urlsplit(self.uri).port

    def stop(self) -> None:
        """End it in order; does nothing where it is stopped."""
        self._process.terminate()
        self._process.wait()
        self._process.stdout.close()

    def __enter__(self) -> 'PrivateMongo':
        self.start()
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.stop()


class TcpProxy:
    """A line on loopback to a server, which a test can cut and restore: `with TcpProxy(host, port) as proxy: ...`.

    `cut()` ends every connection and refuses new ones until `restore()`, on the same `port`. A server that is down is
    seen as a connection closed at once.

    :param listen: what, if anything, is called for each connection, for a function that gets all that its client sends
    """

    def __init__(
        self, target_host: str, target_port: int, listen: Optional[Callable[[], Callable[[bytes], object]]] = None
    ) -> None:
        self._target = (target_host, target_port)
        self._listen = listen
        self.port = 0  # any free one at the first restore
        self._listener = None
        self._frozen = threading.Event()
        self.restore()

    def url(self, direct: str) -> str:
        """The same URL through this proxy."""
        parts = urlsplit(direct)
        login = parts.netloc.rpartition('@')
        return parts._replace(netloc='{}{}127.0.0.1:{}'.format(login[0], login[1], self.port)).geturl()

    def restore(self) -> None:
        if self._listener is not None:
            return
        self._links: List[Tuple[threading.Thread, socket.socket, socket.socket]] = []
        self._listener = socket.socket()
        self._listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._listener.bind(('127.0.0.1', self.port))
        self._listener.listen(50)
        self.port = self._listener.getsockname()[1]
        self._accepting = _thread(self._accept)

    def freeze(self) -> None:
        """Carry nothing any more, and let every connection stand."""
        self._frozen.set()

    def cut(self) -> None:
        if self._listener is None:
            return
        _shut(self._listener, socket.SHUT_RDWR)  # wakes accept(), which close() does not
        self._accepting.join()
        self._listener.close()
        self._listener = None
        for _, client, server in self._links:
            _shut(client, socket.SHUT_RDWR)
            _shut(server, socket.SHUT_RDWR)
        for thread, _, _ in self._links:
            thread.join()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            try:
                server = socket.create_connection(self._target)
            except OSError:
                client.close()
                continue
            heard = self._listen() if self._listen else None
            self._links.append((_thread(_link, client, server, self._frozen, heard), client, server))

    def __enter__(self) -> 'TcpProxy':
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.cut()


def _link(
    client: socket.socket, server: socket.socket, frozen: threading.Event, heard: Optional[Callable[[bytes], object]]
) -> None:
    with client, server:
        back = _thread(_pump, server, client, frozen)
        _pump(client, server, frozen, heard)
        back.join()


def _pump(
    source: socket.socket,
    sink: socket.socket,
    frozen: threading.Event,
    heard: Optional[Callable[[bytes], object]] = None,
) -> None:
    try:
        while True:
            data = source.recv(65536)
            if not data:
                break
            if heard:
                heard(data)
            if not frozen.is_set():
                sink.sendall(data)
    except OSError:  # reset by one of the two: the other must hear of it
        _shut(source, socket.SHUT_RDWR)
    _shut(sink, socket.SHUT_WR)


def _shut(sock: socket.socket, how: int) -> None:
    try:
        sock.shutdown(how)
    except OSError:  # closed by its peer before
        pass


def _thread(target, *args) -> threading.Thread:
    thread = threading.Thread(target=target, args=args, daemon=True)
    thread.start()
    return thread
