"""The HTTP side of every fake service: a threaded server on loopback, and what it serves."""

import socket
import socketserver
import sys
import threading
from datetime import datetime, timezone
from email.message import Message
from http.server import BaseHTTPRequestHandler
from typing import Any, Callable, Dict, NamedTuple, Optional
from urllib.parse import parse_qsl, urlsplit

from scan_notify_plugin.testing.script import Answer

__all__ = ['Listener', 'Request', 'Served']


class Request(NamedTuple):
    """One HTTP request. ``query`` is URL-decoded once; of a repeated name the first counts."""

    method: str
    path: str
    query: Dict[str, str]
    headers: Message  # names in any case
    body: bytes


class Served:
    """What a :class:`Listener` asks of a service.

    :param now: tells the time, aware UTC
    :param hold_seconds: real seconds that a scripted timeout holds its connection, unless ``closing`` is set before
    """

    def __init__(self, now: Optional[Callable[[], datetime]], hold_seconds: float) -> None:
        self.now = now or (lambda: datetime.now(timezone.utc))
        self.hold_seconds = hold_seconds
        self.closing = threading.Event()

    def respond(self, request: Request) -> Answer:
        """Find the robot and let it handle the request; called in the connection's thread."""
        raise NotImplementedError

    def wanted(self, request: Request, length: int) -> int:
        """How many bytes of a body to read, asked before the first; fewer cut the upload there."""
        return length


# Not http.server's own server, which asks the resolver for this machine's name and can hang there.
class Listener(socketserver.ThreadingTCPServer):
    """Answers as ``served`` says, on 127.0.0.1, from its making until :meth:`end`; port 0 = a free one."""

    daemon_threads = True
    request_queue_size = 128
    allow_reuse_address = True

    def __init__(self, served: Served, port: int) -> None:
        super().__init__(('127.0.0.1', port), _Handler)
        self.served = served
        self.connections: Dict[threading.Thread, socket.socket] = {}
        # The poll interval (s) is what end() waits for.
        self.thread = threading.Thread(target=self.serve_forever, args=(0.02,), daemon=True)
        self.thread.start()

    def process_request(self, request: Any, client_address: Any) -> None:
        thread = threading.Thread(target=self.process_request_thread, args=(request, client_address), daemon=True)
        self.connections = {t: c for t, c in self.connections.items() if t.is_alive()}
        self.connections[thread] = request
        thread.start()

    def end(self) -> None:
        """Listen no more, and wait until what is under way has been answered."""
        self.shutdown()
        self.thread.join()
        self.server_close()
        for thread, connection in self.connections.items():
            try:
                # Reading only: who saw the message may close while its answer is being written.
                connection.shutdown(socket.SHUT_RD)
            except OSError:
                pass  # its thread has closed it
            thread.join(5)

    def handle_error(self, request: Any, client_address: Any) -> None:
        # A client that went away is its own affair; a fault in a robot's rules must be seen.
        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = 'HTTP/1.1'
    timeout = 30  # seconds that a connection may be idle or half sent
    disable_nagle_algorithm = True
    max_body = 32 * 1024 * 1024  # bytes
    server: Listener

    def do_POST(self) -> None:
        length = self.headers.get('Content-Length', '0')
        plain = length.isdecimal() and 'Transfer-Encoding' not in self.headers
        if not plain or int(length) > self.max_body:
            return self._send(Answer(413 if plain else 411, headers=(('Connection', 'close'),)))
        url = urlsplit(self.path)
        query: Dict[str, str] = {}
        for name, value in parse_qsl(url.query, keep_blank_values=True):
            query.setdefault(name, value)
        request = Request(self.command, url.path, query, self.headers, b'')
        body = self.rfile.read(self.server.served.wanted(request, int(length)))
        if len(body) < int(length):
            return self._send(Answer(0))
        return self._send(self.server.served.respond(request._replace(body=body)))

    do_GET = do_PUT = do_OPTIONS = do_POST

    def _send(self, answer: Answer) -> None:
        if answer.hold:
            self.server.served.closing.wait(self.server.served.hold_seconds)
        if not answer.status:
            self.close_connection = True
            return
        self.send_response(answer.status)
        for name, value in answer.headers:
            self.send_header(name, value)
        if 'content-length' not in {name.lower() for name, _ in answer.headers}:
            self.send_header('Content-Length', str(len(answer.body)))
        if not answer.drip:
            self.end_headers()
            self.wfile.write(answer.body)
            return
        head: bytes = b''.join(getattr(self, '_headers_buffer'))  # the base class's, which its stubs do not know
        setattr(self, '_headers_buffer', [])
        for byte in head + b'\r\n' + answer.body:
            if self.server.served.closing.wait(answer.drip):
                break
            self.wfile.write(bytes([byte]))

    def date_time_string(self, timestamp: Optional[float] = None) -> str:
        """The header Date, by the robots' clock."""
        return super().date_time_string(int(self.server.served.now().timestamp()))

    def log_message(self, format: str, *args: object) -> None:
        """Says nothing: the request line holds the credential."""
