"""The client's side of SMTP: commands and replies over one line, each with an end.

https://www.rfc-editor.org/rfc/rfc5321 (SMTP), https://www.rfc-editor.org/rfc/rfc3207 (STARTTLS),
https://www.rfc-editor.org/rfc/rfc4954 (AUTH), https://www.rfc-editor.org/rfc/rfc4616 (PLAIN).

Not ``smtplib``: it reads replies without end, sends the final dot together with the message, so that nobody knows
whether a message can have been taken, and takes no password beyond ASCII.
"""

import base64
import re
import socket
import ssl
from typing import Dict, List, Optional, Tuple

from scan_notify_plugin.notifiers.email.replies import Reply
from scan_notify_plugin.notifiers.line import Line

#: Octets of one line of a reply, and lines of one. RFC 5321 4.5.3.1.5 allows 512 octets; some write more.
_MOST_OF_A_LINE, _MOST_LINES = 4096, 100
_REPLY = re.compile(rb'([0-9]{3})(?:([ -])(.*))?\Z', re.S)
#: Octets that are handed to the system at once.
_PIECE = 65536
_START = re.compile(rb'^\.', re.M)
_CLOSED = 'the server has closed the connection'


class NotSmtp(Exception):
    """Something else than a mail server answers.

    :param said: what it says; who tells it cuts out credentials first, and shortens it then
    """

    def __init__(self, said: bytes) -> None:
        self.said = said.decode('utf-8', 'replace')
        super().__init__('no reply of a mail server')


class Cut(OSError):
    """The server has closed the connection."""


class Conversation:
    """One connection to a mail server.

    :param line: makes the connection, and can end it
    :param patience: seconds between two octets
    """

    def __init__(self, line: Line, host: str, port: int, patience: float) -> None:
        self._line = line
        self._host = host
        self._rest = b''
        #: keywords in capitals, and what follows them
        self.offers: Dict[str, str] = {}
        self.encrypted = False
        self._patience = patience
        self._socket: socket.socket = line.connect(host, port, ())
        self._socket.settimeout(patience)

    @property
    def local(self) -> bool:
        """Whether the other end is on this machine."""
        address = str(self._socket.getpeername()[0])
        return address.startswith('127.') or address in ('::1', '::ffff:127.0.0.1')

    def close(self) -> None:
        self._socket.close()

    def encrypt(self, context: ssl.SSLContext) -> None:
        """From here on everything goes through TLS, with the server whose name is on its certificate.

        :raises NotSmtp: if it has said more before than it was asked for: that would be believed as if it had come
            through TLS (CVE-2011-0411)
        """
        if self._rest:
            raise NotSmtp(self._rest)
        self._socket = context.wrap_socket(self._socket, server_hostname=self._host)
        self.offers, self.encrypted = {}, True

    def hello(self) -> Reply:
        """Ask what the server offers; HELO where it does not know the question."""
        reply = self.ask('EHLO ' + self._own_name())
        if reply.code in (500, 502, 504):
            return self.ask('HELO ' + self._own_name())
        for line in reply.lines[1:] if reply.good else ():
            keyword, _, more = line.replace('=', ' ').partition(' ')
            known = self.offers.get(keyword.upper(), '')
            self.offers[keyword.upper()] = ' '.join(filter(None, [known, more.strip()]))
        return reply

    def login(self, username: str, password: str) -> Optional[Reply]:
        """None if the server offers no way in that we know."""
        ways = self.offers.get('AUTH', '').upper().split()
        if 'PLAIN' in ways:
            return self.ask('AUTH PLAIN ' + _coded('\0{}\0{}'.format(username, password)))
        if 'LOGIN' in ways:
            reply = self.ask('AUTH LOGIN')
            for value in (username, password):
                if reply.code != 334:
                    break
                reply = self.ask(_coded(value))
            return reply
        return None

    def ask(self, command: str) -> Reply:
        """One command and its reply.

        :raises NotSmtp: also if it was answered before it was asked
        """
        if self._rest:
            raise NotSmtp(self._rest)
        self._socket.sendall(command.encode('utf-8') + b'\r\n')
        return self.reply()

    def put(self, message: bytes) -> Optional[Reply]:
        """Everything of a message but its end, with its dots doubled; what the server says before it has that end. It
        cannot have taken the message then, whatever it says.
        """
        doubled = _START.sub(b'..', message if message.endswith(b'\r\n') else message + b'\r\n')
        try:
            for start in range(0, len(doubled), _PIECE):
                self._socket.sendall(doubled[start : start + _PIECE])
        except OSError as error:
            try:
                return self.reply()
            except (OSError, NotSmtp):
                raise error from None
        return self.reply() if self._has_spoken() else None

    def _has_spoken(self) -> bool:
        """Whether something has come that nobody has read yet.

        :raises Cut: if the server has closed the connection
        """
        if self._rest:
            return True
        self._socket.settimeout(0)
        try:
            self._rest = self._socket.recv(4096)
        except (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError):
            return False
        finally:
            self._socket.settimeout(self._patience)
        if not self._rest:
            raise Cut(_CLOSED)
        return True

    def end(self, patience: float) -> Reply:
        """The end of a message. From its first byte on the server may have taken it.

        :param patience: seconds for the reply: a server looks at a message before it answers
        """
        self._line.begin()
        self._socket.settimeout(patience)
        return self.ask('.')

    def leave(self) -> None:
        """Say good-bye; whatever comes of that, and however slowly."""
        try:
            self._socket.settimeout(1.0)
            self._socket.sendall(b'QUIT\r\n')
            self._socket.recv(4096)
        except OSError:
            pass

    def reply(self) -> Reply:
        """
        :raises NotSmtp: if it is none, such as one that is two things at once: each line of it has the same code (RFC
            5321 4.2.1)
        :raises OSError: if none comes
        """
        lines: List[str] = []
        codes = set()
        while len(lines) < _MOST_LINES:
            code, last, words = self._part()
            lines.append(words)
            codes.add(code)
            if len(codes) > 1:
                break
            if last:
                return Reply(code, tuple(lines))
        raise NotSmtp('\n'.join(lines).encode('utf-8'))

    def _part(self) -> Tuple[int, bool, str]:
        line = self._read_line()
        found = _REPLY.match(line)
        if found is None:
            raise NotSmtp(line)
        return int(found.group(1)), found.group(2) != b'-', (found.group(3) or b'').decode('utf-8', 'replace').strip()

    def _read_line(self) -> bytes:
        while b'\n' not in self._rest:
            if len(self._rest) > _MOST_OF_A_LINE:
                raise NotSmtp(self._rest)
            more = self._socket.recv(4096)
            if not more:
                raise Cut(_CLOSED)
            self._rest += more
        line, _, self._rest = self._rest.partition(b'\n')
        return line.rstrip(b'\r')

    def _own_name(self) -> str:
        """An address literal (RFC 5321 4.1.3): to look up this machine's name can take longer than the message."""
        address = str(self._socket.getsockname()[0]).partition('%')[0]
        return '[IPv6:{}]'.format(address) if ':' in address else '[{}]'.format(address)


def _coded(text: str) -> str:
    return base64.b64encode(text.encode('utf-8')).decode('ascii')
