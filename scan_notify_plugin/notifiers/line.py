"""One connection of one HTTP request: with an end, and with the knowledge whether anything of it may have arrived."""

import socket
import threading
import time
from typing import Any, Iterable, List, Optional, Tuple, Union

import urllib3.connection
import urllib3.connectionpool
from requests.adapters import HTTPAdapter
from urllib3.util.url import parse_url

from scan_notify_plugin.deadline import Overstayed, Stay
from scan_notify_plugin.faults import Fault
from scan_notify_plugin.notifiers.addresses import Address, Guard, all_allowed, allowed, resolved

#: Seconds for one address of a name.
CONNECT = 5.0

_here = threading.local()


class Line:
    """Kept by the thread that makes the request; :meth:`cut` comes from another.

    :param seconds: for everything together
    :param stay: the call into a plugin that the request is part of
    :param delivers: whether it is the request that people get something of
    :param guard: says of an address whether it may be connected to
    """

    def __init__(self, seconds: float, stay: Optional[Stay], delivers: bool, guard: Optional[Guard] = None) -> None:
        self.over = False
        #: whether the service may have the whole request, or a part of it
        self.begun = False
        self._until = time.monotonic() + seconds
        self._stay = stay
        self._delivers = delivers
        self._guard = guard
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
        for family, kind, protocol, _, address in self._addresses(host, port):
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

    def judge(self, host: str, port: int) -> None:
        """For a proxy, which connects to an address that it finds by itself.

        :raises SendError: if an address of the host's is known here and must not be connected to
        """
        if self._guard is not None:
            all_allowed(host, port, self._guard)
            self._guard = None  # the proxy's own address is the operator's

    def _addresses(self, host: str, port: int) -> List[Address]:
        found = resolved(host, port)
        return found if self._guard is None else allowed(host, found, self._guard)

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
    sock: Any
    _tunnelling = False

    def send(self, data: Any) -> None:
        """What comes through here is the request itself, once there is a connection and no tunnel is asked for."""
        if self.sock is None:
            self.connect()  # type: ignore[attr-defined]  # of the class that it is mixed into
        if not self._tunnelling:
            _here.line.begin()
        super().send(data)  # type: ignore[misc]

    def _tunnel(self) -> None:
        """The proxy is asked for a way to the service, which gets nothing of that."""
        self._tunnelling = True
        try:
            super()._tunnel()  # type: ignore[misc]
        finally:
            self._tunnelling = False

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

    def send(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        if kwargs.get('proxies'):
            asked = parse_url(request.url)
            _here.line.judge((asked.host or '').strip('[]'), asked.port or 0)
        return super().send(request, *args, **kwargs)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        _use(self.poolmanager)

    def proxy_manager_for(self, proxy: str, **kwargs: Any) -> Any:
        return _use(super().proxy_manager_for(proxy, **kwargs))


def _use(manager: Any) -> Any:
    manager.pool_classes_by_scheme = {'http': _PlainPool, 'https': _TlsPool}
    return manager
