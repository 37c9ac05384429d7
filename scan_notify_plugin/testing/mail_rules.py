"""What the fake mail server accepts: the syntax of commands and of messages, and how long they may be. Pure.

https://www.rfc-editor.org/rfc/rfc5321 (4.1.2 syntax, 4.5.3.1 sizes, 2.3.8 line ends), rfc1870 (SIZE), rfc6531
(SMTPUTF8), rfc5322 3.6 (headers).
"""

import re
from datetime import datetime
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from typing import Dict, List, NamedTuple, Optional, Tuple, Union

#: Octets of a command and of a line of a message, with CRLF; of an address; people in one transaction.
COMMAND, TEXT_LINE, PATH, PEOPLE = 512, 1000, 256, 100
#: AUTH's lines may be longer: RFC 4954 section 4.
AUTH_LINE = 12288

_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~\x80-\U0010ffff-]+"
_LABEL = r'[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?'
_DOMAIN = r'{0}(?:\.{0})*'.format(_LABEL)
_MAILBOX = re.compile(r'{0}(?:\.{0})*@{1}'.format(_ATOM, _DOMAIN))
_LITERAL = re.compile(r'\[(?:[0-9]{1,3}(?:\.[0-9]{1,3}){3}|IPv6:[0-9A-Fa-f:.]+)\]')
_PATH = re.compile(r'(FROM|TO):<([^<>]*)>((?: [^ ]+)*)', re.I)
#: Headers of which a message has exactly one, and at most one.
_ONE, _AT_MOST_ONE = ('From', 'Date'), ('Subject', 'Message-ID', 'To', 'Cc', 'Reply-To', 'References', 'Sender')


class Said(Exception):
    """A reply that is no success.

    :param words: with the enhanced code in front
    """

    def __init__(self, code: int, words: str) -> None:
        super().__init__(code, words)
        self.code, self.words = code, words


class Path(NamedTuple):
    """The argument of MAIL or RCPT."""

    address: str
    parameters: Dict[str, str]


class People(NamedTuple):
    """Who gets a message, and what they see of each other."""

    sender: str
    people: Tuple[str, ...]
    headers: Tuple[str, ...]  # From, To, Cc and Reply-To


class MailMessage(NamedTuple):
    """One message that was taken."""

    title: str
    text: str  #: all that people can see, see :func:`text_of`
    at: People
    size: int  #: bytes
    received_at: datetime
    data: bytes
    message: EmailMessage
    msgtype: str = 'mail'

    @property
    def plain(self) -> str:
        """Its plain text alone."""
        return text_of(self.message, ('plain',))


class Transaction(NamedTuple):
    """One connection, by what became of it."""

    outcome: str  # accepted, refused, lost (never taken) or left (the client went away)
    answer: Union[int, str]  #: the last code that was answered, or the name of the scripted misbehaviour
    commands: Tuple[str, ...]  #: verbs, in their order
    encrypted: bool


def greeted(argument: str) -> str:
    """Who greets: a name or an address literal (RFC 5321 4.1.1.1).

    :raises Said: if it is neither
    """
    if not (re.fullmatch(_DOMAIN, argument) or _LITERAL.fullmatch(argument)):
        raise Said(501, '5.5.4 EHLO needs a domain or an address literal')
    return argument


def path(argument: str, word: str, known: Tuple[str, ...], wide: bool) -> Path:
    """The address and the parameters behind it.

    :param word: FROM or TO
    :param known: the parameters that were offered
    :param wide: whether addresses may hold more than ASCII
    :raises Said: for what is not as the RFC says
    """
    found = _PATH.fullmatch(argument)
    if found is None or found.group(1).upper() != word:
        raise Said(501, '5.5.4 syntax: {}:<address>'.format(word))
    address = found.group(2)
    if not _MAILBOX.fullmatch(address) or len(address.encode('utf-8')) + 2 > PATH:
        raise Said(553, '5.1.3 no mailbox')
    if not wide and not _is_ascii(address):
        raise Said(553, '5.6.7 SMTPUTF8 is needed')
    parameters: Dict[str, str] = {}
    for item in found.group(3).split():
        name, _, value = item.partition('=')
        if name.upper() not in known:
            raise Said(555, '5.5.4 {} was not offered'.format(name[:20]))
        parameters[name.upper()] = value
    return Path(address, parameters)


def size(value: str, most: int) -> None:
    """
    :raises Said: for a SIZE that is none, or more than is taken
    """
    if not value.isdecimal():
        raise Said(501, '5.5.4 SIZE is a number')
    if int(value) > most:
        raise Said(552, '5.3.4 message size exceeds fixed limit')


def problem(data: bytes, wide: bool) -> Optional[str]:
    """What is wrong with a message, which nobody would notice who only reads it; None if nothing is.

    :param data: as it came, its dots single again
    """
    head, _, _ = data.partition(b'\r\n\r\n')
    if any(len(line) + 2 > TEXT_LINE for line in data.split(b'\r\n')):
        return 'a line of more than 1000 octets'
    if re.search(rb'(?<!\r)\n|\r(?!\n)|\0', data):
        return 'a line that does not end with CRLF'
    if any(byte > 127 for byte in (head if wide else data)) and not wide:
        return 'more than seven bits, and 8BITMIME was not offered'
    names = [line.partition(b':')[0].decode('ascii', 'replace').lower() for line in _fields(head)]
    if any(not re.fullmatch(r'[\x21-\x39\x3b-\x7e]+', name) for name in names):
        return 'a header without a name'
    for wanted, most in [(name, 1) for name in _ONE + _AT_MOST_ONE]:
        count = names.count(wanted.lower())
        if count > most or (wanted in _ONE and not count):
            return '{} headers {}'.format(count, wanted)
    return None


def _fields(head: bytes) -> List[bytes]:
    """The headers, each unfolded."""
    return re.sub(rb'\r\n[ \t]', b' ', head).split(b'\r\n')


def parsed(data: bytes, wide: bool) -> EmailMessage:
    """A message, as a mail program reads it."""
    parser = BytesParser(EmailMessage, policy=policy.SMTPUTF8 if wide else policy.SMTP)
    return parser.parsebytes(data)  # type: ignore[return-value]  # its stubs know a Message only


def text_of(message: EmailMessage, kinds: Tuple[str, ...] = ('subject', 'plain', 'html')) -> str:
    """All that people can see of it: the subject, the text, and the source of its HTML."""
    shown = [str(message['Subject'] or '')] * ('subject' in kinds)
    for kind in kinds:
        if kind == 'subject':
            continue
        body = message.get_body((kind,))
        if body is not None:
            written = body.get_content()  # type: ignore[attr-defined]  # its stubs know a Message only
            shown.append(str(written).replace('\r\n', '\n'))
    return '\n'.join(shown)


def _is_ascii(text: str) -> bool:
    return all(ord(char) < 128 for char in text)
