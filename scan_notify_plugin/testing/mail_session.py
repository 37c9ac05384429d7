"""One connection to the fake mail server: which command may come when, and what it is answered."""

import base64
import binascii
import socket
from typing import Any, List, Optional, Tuple

from scan_notify_plugin.testing import mail_rules
from scan_notify_plugin.testing.mail_rules import MailMessage, People, Said, Transaction
from scan_notify_plugin.testing.script import Answer, Step

_STAGE = {'EHLO': 'ehlo', 'HELO': 'ehlo', 'STARTTLS': 'starttls', 'AUTH': 'auth', 'MAIL': 'mail', 'RCPT': 'rcpt',
          'DATA': 'data', 'QUIT': 'quit'}  # fmt: skip


class Gone(Exception):
    """The connection ends here."""


class Session:
    """
    :param server: a :class:`~scan_notify_plugin.testing.mail_server.MailServer`
    """

    def __init__(self, server: Any, connection: socket.socket) -> None:
        self._server, self._socket = server, connection
        self._rest = b''
        self._verbs: List[str] = []
        self._outcome, self._told = 'left', 0  # type: Tuple[str, Any]
        self._encrypted = self._known = False
        self._hello = ''
        self._sender: Optional[mail_rules.Path] = None
        self._people: List[str] = []

    def run(self) -> None:
        try:
            if self._server.at_once:
                self._encrypt()
            self._or_hang_up(self._server.next('connect'), 220, 'localhost ESMTP')
            while self._command(self._line(mail_rules.COMMAND)):
                pass
        except Gone:
            pass
        finally:
            self._server.note(Transaction(self._outcome, self._told, tuple(self._verbs), self._encrypted))
            self._socket.close()

    def _or_hang_up(self, step: Step, code: int, words: str) -> None:
        """What is right; a scripted refusal ends the connection."""
        try:
            self._answered(step, code, words)
        except Said as refused:
            self._outcome, self._told = 'refused', refused.code
            self._say(refused.code, refused.words)
            raise Gone from None

    def _command(self, line: str) -> bool:
        verb, _, argument = line.partition(' ')
        verb = verb.upper()
        self._verbs.append(verb)
        try:
            if self._rest:
                raise self._stray(503, '5.5.0 PIPELINING was not offered')
            method = getattr(self, '_do_' + verb.lower(), None)
            if method is None or not verb.isalpha():
                raise self._stray(500, '5.5.2 no such command')
            method(argument)
        except Said as refused:
            self._outcome, self._told = 'refused', refused.code
            self._say(refused.code, refused.words)
            if refused.code == 421:
                raise Gone
        return verb != 'QUIT'

    def _do_ehlo(self, argument: str) -> None:
        self._hello = mail_rules.greeted(argument)
        self._sender, self._people = None, []
        offers = ['localhost', 'SIZE {}'.format(self._server.most)] + ['SMTPUTF8', '8BITMIME'] * self._server.wide
        if self._server.context is not None and not self._encrypted:
            offers.append('STARTTLS')
        elif self._server.accounts:
            offers.append(' '.join(('AUTH',) + tuple(self._server.ways)))
        self._answered(self._server.next('ehlo'), 250, *offers)

    def _do_helo(self, argument: str) -> None:
        self._hello = mail_rules.greeted(argument)
        self._answered(self._server.next('ehlo'), 250, 'localhost')

    def _do_starttls(self, argument: str) -> None:
        if argument or self._server.context is None or self._encrypted:
            raise self._stray(503, '5.5.1 not now')
        self._answered(self._server.next('starttls'), 220, '2.0.0 go ahead')
        self._encrypt()
        self._hello, self._known = '', False  # RFC 3207 4.2: everything is forgotten

    def _do_auth(self, argument: str) -> None:
        way, _, first = argument.partition(' ')
        if not self._hello or self._known or self._sender is not None:
            raise self._stray(503, '5.5.1 not now')
        if self._server.context is not None and not self._encrypted:
            raise self._stray(538, '5.7.11 encryption is required')
        if way.upper() not in self._server.ways:
            raise self._stray(504, '5.5.4 no such way')
        step = self._server.next('auth')
        if step.name:
            return self._answered(step, 235)
        if way.upper() == 'PLAIN':
            _, name, password = (self._decoded(first) if first else self._challenge('')).split('\0')
        else:
            # Some clients, such as Python 3.6's, send the name with the command, and servers take that.
            name = self._decoded(first) if first else self._challenge('Username:')
            password = self._challenge('Password:')
        if self._server.accounts.get(name) != password:
            raise Said(535, '5.7.8 authentication credentials invalid')
        self._known = True
        return self._say(235, '2.7.0 welcome')

    def _challenge(self, prompt: str) -> str:
        self._say(334, base64.b64encode(prompt.encode('ascii')).decode('ascii'))
        return self._decoded(self._line(mail_rules.AUTH_LINE))

    def _decoded(self, line: str) -> str:
        try:
            return base64.b64decode(line.encode('ascii'), validate=True).decode('utf-8')
        except (binascii.Error, UnicodeError):
            raise self._stray(501, '5.5.2 no base64') from None

    def _do_mail(self, argument: str) -> None:
        if not self._hello or self._sender is not None:
            raise self._stray(503, '5.5.1 EHLO first, and one message at a time')
        if self._server.accounts and not self._known:
            raise Said(530, '5.7.0 authentication required')
        offered = ('SIZE',) + ('SMTPUTF8', 'BODY') * self._server.wide
        sender = mail_rules.path(argument, 'FROM', offered, ' SMTPUTF8' in argument.upper())
        if 'SIZE' in sender.parameters:
            mail_rules.size(sender.parameters['SIZE'], self._server.most)
        self._answered(self._server.next('mail'), 250, '2.1.0 OK')
        self._sender, self._people = sender, []

    def _do_rcpt(self, argument: str) -> None:
        if self._sender is None:
            raise self._stray(503, '5.5.1 MAIL first')
        wide = 'SMTPUTF8' in self._sender.parameters
        person = mail_rules.path(argument, 'TO', (), wide).address
        if len(self._people) >= mail_rules.PEOPLE:
            raise Said(452, '4.5.3 too many recipients')
        step = self._server.next('rcpt', person)
        if not step.name and self._server.mailboxes is not None and person not in self._server.mailboxes:
            raise Said(550, '5.1.1 <{}>: no such user here'.format(person))
        self._answered(step, 250, '2.1.5 OK')
        self._people.append(person)

    def _do_data(self, argument: str) -> None:
        if argument or self._sender is None or not self._people:
            raise self._stray(503, '5.5.1 valid RCPT first')
        self._answered(self._server.next('data'), 354, 'end with a dot')
        step = self._server.next('body')
        if step.name:
            return self._or_hang_up(step, 250, '')
        data = self._body()
        self._server.closing.wait(self._server.slow)
        step = self._server.next('end')
        self._told = step.name or 250
        self._outcome = 'lost' if step.answer is not None and step.lost else 'accepted'
        sender, people = self._sender, tuple(self._people)
        self._sender, self._people = None, []
        wide = 'SMTPUTF8' in sender.parameters
        problem = mail_rules.problem(data, wide)
        if problem is not None:
            raise self._stray(554, '5.6.0 ' + problem)
        if len(data) > self._server.most:
            raise Said(552, '5.3.4 message size exceeds fixed limit')
        if step.answer is None or not step.lost:
            if not step.refusal:
                self._take(sender.address, people, data, wide)
        return self._answered(step, 250, '2.0.0 OK: queued as {}'.format(len(self._server.messages)))

    def _do_rset(self, argument: str) -> None:
        self._sender, self._people = None, []
        self._say(250, '2.0.0 OK')

    def _do_noop(self, argument: str) -> None:
        self._say(250, '2.0.0 OK')

    def _do_quit(self, argument: str) -> None:
        self._answered(self._server.next('quit'), 221, '2.0.0 bye')

    def _take(self, sender: str, people: Tuple[str, ...], data: bytes, wide: bool) -> None:
        message = mail_rules.parsed(data, wide)
        headers = tuple(str(message[name] or '') for name in ('From', 'To', 'Cc', 'Reply-To'))
        at = People(sender, people, headers)
        subject, text = str(message['Subject'] or ''), mail_rules.text_of(message)
        self._server.take(MailMessage(subject, text, at, len(data), self._server.now(), data, message))

    def _answered(self, step: Step, code: int, *words: str) -> None:
        """What is right, or what the script says instead.

        :raises Said: for a scripted reply that is no success
        """
        if step.refusal:
            number, _, enhanced = str(step.refusal).partition(' ')
            raise Said(int(number), (enhanced + ' as the script says').strip())
        if step.answer is not None:
            self._told = step.name
            self._misbehave(step.answer)
        self._say(code, *words)

    def _misbehave(self, answer: Answer) -> None:
        if answer.hold:
            self._server.closing.wait(self._server.hold_seconds)
        for start in range(0, len(answer.body), 1 if answer.drip else 65536):
            if answer.drip and self._server.closing.wait(answer.drip):
                break
            self._send(answer.body[start : start + (1 if answer.drip else 65536)])
        raise Gone

    def _say(self, code: int, *words: str) -> None:
        lines = ['{}{}{}'.format(code, '-' if more else ' ', one) for one, more in zip(words, _but_last(words))]
        self._send(''.join(line + '\r\n' for line in lines).encode('utf-8'))

    def _send(self, data: bytes) -> None:
        try:
            self._socket.sendall(data)
        except OSError:
            raise Gone from None

    def _stray(self, code: int, words: str) -> Said:
        self._server.strays.append('{}: {} {}'.format(' '.join(self._verbs), code, words))
        return Said(code, words)

    def _encrypt(self) -> None:
        if self._rest:
            self._server.strays.append('more than STARTTLS before its reply')
        try:
            self._socket = self._server.context.wrap_socket(self._socket, server_side=True)
        except OSError:
            raise Gone from None
        self._encrypted = True

    def _line(self, most: int) -> str:
        """A command, without its end."""
        while b'\n' not in self._rest and len(self._rest) <= max(most, mail_rules.AUTH_LINE):
            self._receive()
        line, _, self._rest = self._rest.partition(b'\n')
        most = mail_rules.AUTH_LINE if line[:5].upper() == b'AUTH ' else most
        if len(line) + 1 > most or not line.endswith(b'\r'):
            self._server.strays.append('a command that is too long, or does not end with CRLF')
            self._say(500, '5.5.6 line too long')
            raise Gone
        return line[:-1].decode('utf-8', 'replace')

    def _body(self) -> bytes:
        """A message without the dots that were doubled; its end is a line with one dot, between two CRLF."""
        while not (b'\r\n' + self._rest).endswith(b'\r\n.\r\n'):
            self._receive()
        data, self._rest = self._rest[:-3], b''
        return b'\r\n'.join(line[1:] if line.startswith(b'.') else line for line in data.split(b'\r\n'))

    def _receive(self) -> None:
        try:
            more = self._socket.recv(65536)
        except OSError:
            more = b''
        if not more:
            raise Gone
        self._rest += more


def _but_last(words: Tuple[str, ...]) -> Tuple[bool, ...]:
    return (True,) * (len(words) - 1) + (False,)
