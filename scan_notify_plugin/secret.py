"""Secrets as a type that does not print itself, and the one redactor."""

import re
from typing import Iterable
from urllib.parse import parse_qsl, quote, quote_plus

MASK = '***'

# What follows these names in a URL or a message is a credential, whether or not we know its value.
_CREDENTIAL = re.compile(
    r'(?i)\b((?:\w+_)?(?:(?:api)?key|sign|ticket)|\w*(?:token|secret|password|passwd))'
    r'(["\']?\s*[=:]\s*["\']?)[^\s&"\'<>]+'
)
# To the last @ of the authority: people write passwords with an @ in them unquoted.
# The token of a report link is a credential too; a service may quote it in an error.
_LINK = re.compile(r'(/api/scan_notify/reports/)[\w.-]+')
_USERINFO = re.compile(r'(?<=://)[^/\s]+@')


#: What nobody has thought of by himself: long, of letters and digits mixed.
_KEY = re.compile(r'(?<![\w-])(?=[\w-]*[0-9])(?=[\w-]*[A-Za-z])[\w-]{16,}')
#: A part of a path of that kind, whatever else is in it: ``bot<number>:<letters>``.
_SEGMENT = re.compile(r'(?=.*[0-9])(?=.*[A-Za-z]).{16,}\Z')
#: An address, its path and what follows that.
_URL = re.compile(r'[a-z][a-z0-9+.-]*://[^/?#\s]*([^\s]*)\Z', re.I)
#: Words of a credential that has several, such as ``Bearer`` and a token, or two secrets while one is rotated.
_MOST_WORDS = 3


class Secret:
    """A text that shows as ``***`` in logs, reprs, formats and JSON; :meth:`reveal` gives the value."""

    __slots__ = ('_value',)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        return self._value

    def __repr__(self) -> str:
        return MASK

    __str__ = __repr__

    def __bool__(self) -> bool:
        return bool(self._value)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._value == self._value

    def __hash__(self) -> int:
        return hash(self._value)


def revealed(value: object) -> str:
    """The text of a credential, for who sends it."""
    return value.reveal() if isinstance(value, Secret) else str(value)


def _parts(value: str) -> Iterable[str]:
    """A secret, and what in it is one without the rest, which a service may quote alone: the words of a header, the
    path and the query of an address, and whatever looks like a key.
    """
    yield value
    words = value.split()
    if 1 < len(words) <= _MOST_WORDS:
        yield from (word for word in words if len(word) >= 8)
    address = _URL.match(value)
    rest = value if address is None else address.group(1)
    if address is not None and len(rest) >= 12:
        yield rest
        for part in filter(_SEGMENT.match, rest.partition('?')[0].split('/')):
            yield part
            yield from (piece for piece in re.split('[:.]', part) if len(piece) >= 16)
    if '://' in value:
        yield from (part for _, part in parse_qsl(value.partition('?')[2]) if len(part) >= 8)
    yield from _KEY.findall(rest)


def redact(text: str, secrets: Iterable[Secret] = ()) -> str:
    """``text`` without the given secrets (plain or URL-quoted), credentials in URLs and named credentials.

    And without halves of characters, which are left where something was cut, and which neither MongoDB nor a log takes.
    """
    text = text.encode('utf-8', 'replace').decode('utf-8')
    # The longest first, so that a secret which contains another leaves nothing of itself.
    for value in sorted({part for s in secrets if s for part in _parts(s.reveal())}, key=len, reverse=True):
        for form in {value, quote(value, safe=''), quote_plus(value)}:
            text = text.replace(form, MASK)
    text = _LINK.sub(r'\1' + MASK, text)
    return _USERINFO.sub(MASK + '@', _CREDENTIAL.sub(r'\1\2' + MASK, text))
