"""A mail server on loopback that keeps the RFCs and can be told to misbehave.

It is what a submission server is to a sender: https://www.rfc-editor.org/rfc/rfc5321 (the order of commands, 4.1.4),
rfc3207 (STARTTLS), rfc4954 (AUTH), rfc6409. It offers no PIPELINING, so a client that does not wait is refused.
"""

import socket
import socketserver
import ssl
import sys
import threading
from datetime import datetime, timezone
from typing import Any, Callable, Dict, List, Optional, Tuple, Union

from scan_notify_plugin.testing.mail_rules import MailMessage, People, Transaction
from scan_notify_plugin.testing.mail_session import Session
from scan_notify_plugin.testing.script import Answer, Script, Step

__all__ = ['MailServer', 'MailMessage', 'People', 'STAGES', 'Transaction']

#: Where something can be told to go wrong: the command, or what follows it.
STAGES = ('connect', 'ehlo', 'starttls', 'auth', 'mail', 'rcpt', 'data', 'body', 'end', 'quit')
#: What is answered instead. Nothing of it has to be SMTP.
FAULTS = {
    'timeout': Answer(0, hold=True),
    'cut': Answer(0),
    'portal': Answer(1, b'HTTP/1.1 400 Bad Request\r\n\r\n<html>Welcome to the guest network</html>\r\n'),
    'empty': Answer(1, b'\r\n'),
    'not_json': Answer(1, b'25'),  # it begins like a success, and ends there
    'drip': Answer(1, b'250 2.0.0 OK, as soon as somebody has had the patience\r\n', drip=0.05),
    'flood': Answer(1, b'250-and so on\r\n' * 20000),
}


class MailServer:
    """Listens on 127.0.0.1 from :meth:`start`; for a ``with``.

    :param accounts: passwords by name; who sends must log in if there are any
    :param certificate: a file with a key and its certificate; '' offers no STARTTLS
    :param at_once: TLS from the first byte, as on port 465
    :param mailboxes: whom it delivers to; None: everybody
    :param most: bytes of a message
    :param wide: whether it offers SMTPUTF8
    :param ways: of logging in
    """

    def __init__(
        self, accounts: Optional[Dict[str, str]] = None, certificate: str = '', at_once: bool = False,
        mailboxes: Optional[List[str]] = None, most: int = 10240000, wide: bool = False,
        ways: Tuple[str, ...] = ('PLAIN', 'LOGIN'), hold_seconds: float = 30.0,
        now: Optional[Callable[[], datetime]] = None,
    ) -> None:  # fmt: skip
        self.accounts, self.mailboxes, self.ways = dict(accounts or {}), mailboxes, ways
        self.most, self.wide, self.at_once, self.hold_seconds = most, wide, at_once, hold_seconds
        self.now = now or (lambda: datetime.now(timezone.utc))
        self.context = _context(certificate) if certificate else None
        self.messages: List[MailMessage] = []
        self.calls: List[Transaction] = []
        #: what clients did that no RFC allows
        self.strays: List[str] = []
        #: real seconds that it looks at each message before it answers
        self.slow = 0.0
        self.closing = threading.Event()
        self.lock = threading.Lock()
        self._script = Script()
        self._listener: Optional[_Listener] = None
        self.port = 0

    def misbehave(self, how: Union[int, str], times: Optional[int] = 1, only: str = 'end', to: str = '') -> None:
        """Queue a misbehaviour; see :meth:`scan_notify_plugin.testing.robot_server.Robot.misbehave`.

        :param how: a reply, as ``550`` or ``'550 5.1.1'``; or a name of FAULTS, with ``_before`` (the message is not
            taken) or ``_after`` (it is, and then the client is answered this)
        :param only: one of STAGES
        :param to: only for this recipient
        """
        if only not in STAGES:
            raise ValueError('no stage {!r}: expected one of {}'.format(only, ', '.join(STAGES)))
        name, _, when = str(how).rpartition('_')
        answer = FAULTS.get(name if when in ('before', 'after') else str(how))
        code = str(how).partition(' ')[0]
        if answer is None and not (code.isdecimal() and len(code) == 3):
            raise ValueError('no misbehaviour {!r}: a reply, or one of {}'.format(how, ', '.join(sorted(FAULTS))))
        refusal = how if answer is None else 0
        with self.lock:
            self._script.add(Step(how, refusal, answer, when != 'after', '{}:{}'.format(only, to)), times)

    def behave(self) -> None:
        """Forget the misbehaviours still queued."""
        with self.lock:
            self._script.clear()

    def next(self, stage: str, to: str = '') -> Step:
        """What is to go wrong here."""
        with self.lock:
            step = self._script.next('{}:{}'.format(stage, to))
            return step if step.name or not to else self._script.next(stage + ':')

    def take(self, message: MailMessage) -> None:
        with self.lock:
            self.messages.append(message)

    def note(self, transaction: Transaction) -> None:
        with self.lock:
            self.calls.append(transaction)

    def start(self) -> None:
        self._listener = _Listener(self, self.port)
        self.port = self._listener.server_address[1]

    def close(self) -> None:
        self.closing.set()
        if self._listener is not None:
            self._listener.end()
            self._listener = None

    def __enter__(self) -> 'MailServer':
        self.start()
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.close()


def _context(certificate: str) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


class _Listener(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 128

    def __init__(self, server: MailServer, port: int) -> None:
        super().__init__(('127.0.0.1', port), _Handler)
        self.mail = server
        self.connections: List[socket.socket] = []
        self.threads: List[threading.Thread] = []
        self.thread = threading.Thread(target=self.serve_forever, args=(0.02,), daemon=True)
        self.thread.start()

    def process_request(self, request: Any, client_address: Any) -> None:
        thread = threading.Thread(target=self.process_request_thread, args=(request, client_address), daemon=True)
        self.threads.append(thread)
        self.connections.append(request)
        thread.start()

    def end(self) -> None:
        """Listen no more, and end what is under way."""
        self.shutdown()
        self.thread.join()
        self.server_close()
        for connection in self.connections:
            try:
                connection.shutdown(socket.SHUT_RD)
            except OSError:
                pass  # its thread has closed it
        for thread in self.threads:
            thread.join(5)

    def handle_error(self, request: Any, client_address: Any) -> None:
        if not isinstance(sys.exc_info()[1], OSError):  # a client that went away is its own affair
            super().handle_error(request, client_address)


class _Handler(socketserver.BaseRequestHandler):
    server: _Listener

    def handle(self) -> None:
        self.request.settimeout(30)
        Session(self.server.mail, self.request).run()
