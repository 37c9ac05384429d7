"""A worker's own page of figures, for scrapers that do not reach the host's web server."""

import logging
import socket
import socketserver
import threading
from typing import Callable, Dict, Iterable, List, Optional, Sequence, Tuple, Type
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer

from scan_notify_plugin.admin.metrics import CONTENT_TYPE, shows
from scan_notify_plugin.secret import Secret, redact

PATH = '/metrics'

log = logging.getLogger('scan_notify')


class _Server(socketserver.ThreadingMixIn, WSGIServer):
    daemon_threads = True

    def __init__(self, address: Tuple[str, int], handler: Type[WSGIRequestHandler]) -> None:
        self.address_family = socket.AF_INET6 if ':' in address[0] else socket.AF_INET
        super().__init__(address, handler)

    def handle_error(self, request: object, client_address: object) -> None:
        log.info('a scraper went away')


class _Quiet(WSGIRequestHandler):
    timeout = 10  # seconds for a client that says nothing

    def log_message(self, format: str, *args: object) -> None:
        """A scrape is no news."""


class MetricsServer:
    """Serves ``GET /metrics`` in a thread, until :meth:`end`.

    :param listen: ``address:port``
    :param text: makes the page
    :param token: what a scraper must show; None: nothing
    :raises OSError: if the address cannot be used
    """

    def __init__(self, listen: str, text: Callable[[], bytes], token: Optional[Secret]) -> None:
        self._text = text
        self._token = token
        host, _, port = listen.rpartition(':')
        self._server = _Server((host.strip('[]'), int(port)), _Quiet)
        self._server.set_app(self._answer)
        self.port = self._server.server_port
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def end(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def _answer(self, environ: Dict[str, str], start_response: Callable[..., object]) -> Iterable[bytes]:
        if environ['PATH_INFO'] != PATH or environ['REQUEST_METHOD'] not in ('GET', 'HEAD'):
            return _plain(start_response, '404 Not Found')
        if self._token is not None and not shows(environ.get('HTTP_AUTHORIZATION', ''), self._token):
            return _plain(start_response, '401 Unauthorized', [('WWW-Authenticate', 'Bearer')])
        try:
            page = self._text()
        except Exception as error:  # MongoDB is away
            log.warning('the metrics cannot be read: %s', redact(str(error))[:300])
            return _plain(start_response, '503 Service Unavailable')
        start_response('200 OK', [('Content-Type', CONTENT_TYPE), ('Cache-Control', 'no-store')])
        return [page]


def _plain(start_response: Callable[..., object], status: str, headers: Sequence[Tuple[str, str]] = ()) -> List[bytes]:
    start_response(status, [('Content-Type', 'text/plain; charset=utf-8')] + list(headers))
    return [status.encode('ascii')]
