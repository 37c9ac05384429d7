"""Addresses of people and of servers, as they may stand in an envelope and in a header. Pure.

https://www.rfc-editor.org/rfc/rfc5321#section-4.1.2 and #section-4.5.3.1 (mailboxes and how long they are),
https://www.rfc-editor.org/rfc/rfc6531 (other than ASCII before the @, which a server must offer),
https://www.rfc-editor.org/rfc/rfc5891 (after it: in ASCII, whatever the server).
"""

import re
import unicodedata
from typing import List, NamedTuple, Optional, Tuple

#: Octets of a local part, of a domain, and of a path without its brackets.
_MOST_LOCAL, _MOST_DOMAIN, _MOST_PATH = 64, 255, 254
#: Characters of a name before an address.
_MOST_NAME = 100

#: One of several: what stands between quotation marks holds no comma that separates.
_ONE = re.compile(r'(?:[^,"]|"[^"]*")+')
_NAMED = re.compile(r'\s*(?:"([^"<>]*)"|([^"<>]*?))\s*<([^<>\s]+)>\s*\Z')
#: A dot-atom of ASCII, or of what RFC 6531 adds. Quoted local parts are of no mailbox that anybody has.
_LOCAL = re.compile(r'[^\s\x00-\x1f\x7f@"(),:;<>\[\\\].]+(?:\.[^\s\x00-\x1f\x7f@"(),:;<>\[\\\].]+)*\Z')
_LABEL = re.compile(r'[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\Z')


class Address(NamedTuple):
    """Somebody's address."""

    name: str  #: '' for none
    local: str
    domain: str  #: in ASCII

    @property
    def text(self) -> str:
        """As it stands in an envelope."""
        return '{}@{}'.format(self.local, self.domain)

    @property
    def plain(self) -> bool:
        """Whether any server takes it: nothing but ASCII before the @."""
        return all(ord(char) < 128 for char in self.local)


def several(text: str) -> List[str]:
    """The addresses that stand in one text, separated by commas."""
    return [one.strip() for one in _ONE.findall(text) if one.strip()]


def address(text: str) -> Optional[Address]:
    """``name@example.com`` or ``A name <name@example.com>``; None if it is neither."""
    if any(unicodedata.category(char) in ('Cc', 'Cf', 'Cs', 'Zl', 'Zp') for char in text):
        return None  # a header ends at a line break, and a mark of direction turns an address around
    found = _NAMED.match(text)
    name = (found.group(1) or found.group(2) or '').strip() if found else ''
    local, at, domain = (found.group(3) if found else text.strip()).rpartition('@')
    ascii_domain = in_ascii(domain)
    if not at or ascii_domain is None or not _LOCAL.match(local) or len(name) > _MOST_NAME:
        return None
    made = Address(name, local, ascii_domain)
    sizes = (len(local.encode('utf-8')) <= _MOST_LOCAL, len(made.text.encode('utf-8')) <= _MOST_PATH)
    return made if all(sizes) else None


def in_ascii(domain: str) -> Optional[str]:
    """A domain, or the name of a server, in ASCII; None if it is none."""
    try:
        made = domain.encode('idna').decode('ascii') if not _is_ascii(domain) else domain
    except UnicodeError:  # a label that is empty or too long, or holds what no name may hold
        return None
    labels = made.split('.')
    return made if len(made) <= _MOST_DOMAIN and all(map(_LABEL.match, labels)) else None


def distinct(addresses: Tuple[Address, ...]) -> Tuple[Address, ...]:
    """Each once, in their order; a server takes a name that is there twice for two."""
    return tuple({one.text: one for one in reversed(addresses)}.values())[::-1]


def _is_ascii(text: str) -> bool:
    return all(ord(char) < 128 for char in text)
