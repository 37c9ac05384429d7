"""The head of a mail, line by line. Pure.

https://www.rfc-editor.org/rfc/rfc5322#section-2.2.3 (folding), https://www.rfc-editor.org/rfc/rfc2047 (what is not
ASCII). Not by ``email.message``: that of Python 3.6 folds what it has encoded with line ends of its own, and some later
ones let a line break through (CVE-2024-6923).
"""

import base64
import re
from typing import Iterable, List

from scan_notify_plugin.notifiers.email.addresses import Address

#: Octets of text in one encoded word, which may have 75 characters with what stands around it.
_WORD = 42
#: Characters of a line; RFC 5322 2.1.1 allows 998 and recommends this.
_LINE = 76
_ATOMS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~ -]*")


def header(name: str, value: str) -> str:
    """A header with a text, encoded where it is not ASCII."""
    return name + ': ' + _folded(value.split(' ') if _as_it_is(value) else _encoded(value), len(name) + 2)


def people(name: str, addresses: Iterable[Address]) -> str:
    """A header with addresses, each on a line of its own."""
    return '{}: {}'.format(name, ',\r\n '.join(map(_person, addresses)))


def _person(one: Address) -> str:
    name = one.name
    if not name:
        return one.text
    if not _as_it_is(name):
        return '{}\r\n <{}>'.format('\r\n '.join(_encoded(name)), one.text)
    quoted = name if _ATOMS.fullmatch(name) else '"{}"'.format(name.replace('\\', '\\\\').replace('"', '\\"'))
    return '{} <{}>'.format(quoted, one.text)


def _encoded(value: str) -> List[str]:
    """Encoded words, each of whole characters: a program joins them without the space between them."""
    pieces: List[bytes] = [b'']
    for char in value:
        octets = char.encode('utf-8', 'replace')
        if len(pieces[-1]) + len(octets) > _WORD:
            pieces.append(b'')
        pieces[-1] += octets
    return ['=?utf-8?b?{}?='.format(base64.b64encode(piece).decode('ascii')) for piece in pieces]


def _folded(words: Iterable[str], before: int) -> str:
    lines: List[str] = ['']
    for word in words:
        if lines[-1] and len(lines[-1]) + len(word) + 1 > _LINE - (before if len(lines) == 1 else 1):
            lines.append(word)
        else:
            lines[-1] += ' ' * bool(lines[-1]) + word
    return '\r\n '.join(lines)


def _as_it_is(value: str) -> bool:
    """Whether a program shows what stands here: it decodes what looks like an encoded word, whoever wrote that, and
    with it line ends and marks of direction.
    """
    return all(31 < ord(char) < 127 for char in value) and '=?' not in value
