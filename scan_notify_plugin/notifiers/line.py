"""One connection of one HTTP request: with an end, and with the knowledge whether anything of it may have arrived."""

import socket
import threading
import time
from typing import Any, Iterable, Optional, Tuple, Union

import urllib3.connection
import urllib3.connectionpool
from requests.adapters import HTTPAdapter

from scan_notify_plugin.deadline import Overstayed, Stay
from scan_notify_plugin.faults import Fault

#: Seconds for one address of a name.
CONNECT = 5.0

_here = threading.local()


class Line:
    """Kept by the thread that makes the request; :meth:`cut` comes from another.

    :param seconds: for everything together
    :param stay: the call into a plugin that the request is part of
    :param delivers: whether it is the request that people get something of
    """

    def __init__(self, seconds: float, stay: Optional[Stay], delivers: bool) -> None:
        self.over = False
        #: whether the service may have the whole request, or a part of it
        self.begun = False
        self._until = time.monotonic() + seconds
        self._stay = stay
        self._delivers = delivers
        self._lock = threading.Lock()
        self._end: Optional[socket.socket] = None

    def begin(self) -> None:
        """Said before the first byte of the request itself.

        :raises Overstayed: if its time is over
        """
        if self._stay is not None and self._delivers:
            self._stay.begin()
        elif self._stay is not None and self._stay.over:
            raise Overstayed(Fault('call.over'))
        with self._lock:
            if self.over:
                raise Overstayed(Fault('call.too-late'))
            self.begun = True

    def cut(self) -> None:
        """End it, whatever the service does: a read or a handshake that waits comes back with an error."""
        with self._lock:
            self.over = True
            if self._end is not None:
                _shut(self._end)

    def close(self) -> None:
        """Give the descriptor back."""
        with self._lock:
            if self._end is not None:
                self._end.close()
                self._end = None

    def connect(self, host: str, port: int, options: Iterable[Tuple[int, int, Union[int, bytes]]]) -> socket.socket:
        """A connection to one of the addresses of ``host``, each tried for :data:`CONNECT` seconds at most."""
        error: Optional[OSError] = None
        for family, kind, protocol, _, address in socket.getaddrinfo(host, port, 0, socket.SOCK_STREAM):
            left = self._until - time.monotonic()
            if self.over or left <= 0:
                raise Overstayed(Fault('call.no-connection'))
            made = socket.socket(family, kind, protocol)
            try:
                for option in options:
                    made.setsockopt(*option)
                made.settimeout(min(CONNECT, left))
                made.connect(address)
                self._keep(made)
                return made
            except OSError as raised:
                made.close()
                error = raised
            except BaseException:
                made.close()
                raise
        raise error or OSError('the name has no address')

    def _keep(self, made: socket.socket) -> None:
        # A descriptor of its own: TLS takes the first one over.
        with self._lock:
            if self._end is not None:
                self._end.close()
            self._end = made.dup()
            if self.over:
                _shut(self._end)


def _shut(end: socket.socket) -> None:
    try:
        end.shutdown(socket.SHUT_RDWR)
    except OSError:  # closed by its peer before
        pass


class _OnLine:
    """Makes a connection of urllib3 use the line of its thread."""

    # Of the class that it is mixed into.
    host: str
    port: int
    socket_options: Any

    def _new_conn(self) -> socket.socket:
        host = getattr(self, '_dns_host', None) or self.host
        return _here.line.connect(host.strip('[]'), self.port, self.socket_options or ())


class _Plain(_OnLine, urllib3.connection.HTTPConnection):
    pass


class _Tls(_OnLine, urllib3.connection.HTTPSConnection):
    pass


class _PlainPool(urllib3.connectionpool.HTTPConnectionPool):
    ConnectionCls = _Plain


class _TlsPool(urllib3.connectionpool.HTTPSConnectionPool):
    ConnectionCls = _Tls


class LineAdapter(HTTPAdapter):
    """Requests of one line.

    :param line: of the thread that sends
    """

    def __init__(self, line: Line) -> None:
        _here.line = line
        super().__init__()

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        _use(self.poolmanager)

    def proxy_manager_for(self, proxy: str, **kwargs: Any) -> Any:
        return _use(super().proxy_manager_for(proxy, **kwargs))


def _use(manager: Any) -> Any:
    manager.pool_classes_by_scheme = {'http': _PlainPool, 'https': _TlsPool}
    return manager
