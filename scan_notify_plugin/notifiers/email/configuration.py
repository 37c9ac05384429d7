"""The options of a target, read: the server, who sends, who gets it. Pure."""

import re
from typing import List, Mapping, NamedTuple, Optional, Tuple

from scan_notify_plugin.faults import Fault
from scan_notify_plugin.notifiers.email.addresses import Address, address, distinct, in_ascii, several
from scan_notify_plugin.secret import Secret, revealed

#: How a connection is protected: from its beginning, by a command of its own, or not at all.
TLS, STARTTLS, NONE = 'tls', 'starttls', 'none'
#: https://www.rfc-editor.org/rfc/rfc8314#section-3.3 (465), https://www.rfc-editor.org/rfc/rfc6409 (587). Port 25 is
#: that of a relay in one's own house.
PORTS = {465: TLS, 587: STARTTLS, 25: NONE}
_PORT_OF = {TLS: 465, STARTTLS: 587, NONE: 25}
#: Who gets one message, To and Cc together. A server takes at least 100 (RFC 5321 4.5.3.1.8).
MOST_PEOPLE = 50
#: Megabytes of reports in a mail. In base64 they grow by 37 %, and Postfix takes 10,240,000 bytes as it comes
#: (https://www.postfix.org/postconf.5.html#message_size_limit).
ATTACH_MB, MOST_ATTACH_MB = 5, 20
_MB = 1024 * 1024

_LOOPBACK = re.compile(r'localhost|127\.\d+\.\d+\.\d+|::1')
_NUMBER = re.compile('[0-9]{1,5}')
_ADDRESS = re.compile(r'[0-9.]+|[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*')


class Mail(NamedTuple):
    """One target."""

    host: str  #: in ASCII
    port: int
    security: str
    username: str
    password: Optional[Secret]
    sender: Address
    to: Tuple[Address, ...]
    cc: Tuple[Address, ...]
    reply_to: Tuple[Address, ...]
    attach: int  #: bytes of reports

    @property
    def people(self) -> Tuple[Address, ...]:
        """Who gets it."""
        return distinct(self.to + self.cc)


class _Reading:
    """Options, and what is wrong with them."""

    def __init__(self, options: Mapping[str, object]) -> None:
        self._options = options
        self.faults: List[Fault] = []

    def wrong(self, option: str, code: str, **facts: object) -> None:
        self.faults.append(Fault('option.wrong', option=option.upper(), cause=Fault(code, **facts)))

    def text(self, option: str) -> str:
        value = self._options.get(option)
        if value is None:
            return ''
        if isinstance(value, (str, Secret, int, float)) and not isinstance(value, bool):
            return revealed(value).strip()
        self.wrong(option, 'option.text')
        return ''

    def host(self) -> str:
        text = self.text('host')
        made = text if _ADDRESS.fullmatch(text) else in_ascii(text)
        if text and made is None:
            self.wrong('host', 'mail.host')
        return made or ''

    def people(self, option: str) -> Tuple[Address, ...]:
        value = self._options.get(option)
        given = value if isinstance(value, (list, tuple)) else [] if value in (None, '') else [value]
        texts = [one for item in given for one in several(revealed(item))]
        found = [address(text) for text in texts]
        for text, made in zip(texts, found):
            if made is None:
                self.wrong(option, 'mail.address', text=repr(text)[:100])
        return distinct(tuple(made for made in found if made is not None))

    def port(self) -> Optional[int]:
        value = self._options.get('port')
        if value in (None, ''):
            return None
        number = str(value).strip()
        if isinstance(value, bool) or not _NUMBER.fullmatch(number) or not 0 < int(number) < 65536:
            self.wrong('port', 'mail.port')
            return None
        return int(number)

    def security(self) -> str:
        text = self.text('security').lower()
        if text not in ('', TLS, STARTTLS, NONE):
            self.wrong('security', 'mail.security', known=', '.join((TLS, STARTTLS, NONE)))
            return ''
        return text

    def attach(self) -> int:
        value = self._options.get('attach_mb', ATTACH_MB)
        number = isinstance(value, (int, float)) and not isinstance(value, bool)
        if not number or not 0 <= value <= MOST_ATTACH_MB:  # type: ignore[operator]  # it is one
            self.wrong('attach_mb', 'mail.attach', most=MOST_ATTACH_MB)
            return 0
        return int(value * _MB)  # type: ignore[operator]

    def sender(self, username: str) -> Optional[Address]:
        given = self.people('from')
        if len(given) > 1:
            self.wrong('from', 'mail.from.one')
        if given or self._options.get('from') not in (None, ''):
            return given[0] if given else None
        made = address(username)
        if made is None:
            self.wrong('from', 'mail.from')
        return made


def read(options: Mapping[str, object]) -> Tuple[Optional[Mail], List[Fault]]:
    """A target, or what is wrong with it. What is missing of what every target needs is said by the base class."""
    reading = _Reading(options)
    host, port, security = reading.host(), reading.port(), reading.security()
    username, secret = reading.text('username'), reading.text('password')
    protected = security or _protection(port, bool(secret))
    mail = Mail(
        host,
        port or _PORT_OF[protected],
        protected,
        username,
        Secret(secret) if secret else None,
        reading.sender(username) or Address('', '', ''),
        reading.people('to'),
        reading.people('cc'),
        reading.people('reply_to'),
        reading.attach(),
    )
    if secret and not username:
        reading.wrong('username', 'mail.username')
    if any(char < ' ' for char in username + secret):
        reading.wrong('password', 'mail.credential')
    if secret and protected == NONE and not _LOOPBACK.fullmatch(host):
        reading.wrong('password', 'mail.plain')
    if len(mail.people) > MOST_PEOPLE:
        reading.wrong('to', 'mail.people', most=MOST_PEOPLE)
    whole = bool(host and mail.to) and not reading.faults
    return (mail if whole else None), reading.faults


def _protection(port: Optional[int], login: bool) -> str:
    """What the port says, where nothing else does; a password asks for it by itself."""
    by_port = PORTS.get(port or _PORT_OF[STARTTLS], STARTTLS)
    return STARTTLS if login and by_port == NONE else by_port
