"""The same letters written otherwise: full-width, escaped for an address, JSON or HTML, and with invisible ones
between.
"""

import re
from typing import Callable, List, Match
from urllib.parse import quote

from scan_notify_plugin.secret import MASK

#: Each name of a credential in other letters than ASCII's has one of these.
LETTERS = '码碼令钥鑰杖证据ьドñ호'
#: The signs that stand between a name and its value in Chinese; others stay as they are written.
_SIGNS = '：＝'
#: What a text with such letters has in it, in small letters, and what that begins with: of full-width ones each name
#: has one of five.
_NEEDLES = (
    ('%', ['%4', '%5', '%6', '%7'] + [quote(letter).lower() for letter in LETTERS + _SIGNS]),
    ('\\u', ['\\u00'] + ['\\u%04x' % ord(letter) for letter in LETTERS + _SIGNS]),
    ('', ['&#', 'ｐ', 'ｋ', 'ｔ', 'ｓ', 'ｃ', '\u200b', '\u200c', '\u200d', '\u2060', '\ufeff', '\xad']),
)
_FROM_FULL_WIDTH = 0xFF21 - ord('A')
_OTHERWISE = re.compile(
    r'(?P<wide>[\uff21-\uff3a\uff41-\uff5a])|(?P<bytes>%[C-Ec-e][0-9A-Fa-f](?:%[89ABab][0-9A-Fa-f]){1,2})|%'
    r'(?P<byte>[46][1-9A-Fa-f]|[57][0-9Aa])|'
    r'\\{1,7}u(?P<unit>[0-9A-Fa-f]{4})|&#(?:[xX](?P<hex>[0-9A-Fa-f]{2,5})|(?P<number>[0-9]{2,6}));|'
    r'[\u200b-\u200d\u2060\ufeff\xad]'
)


def telling(small: str) -> List[str]:
    """What of a text in small letters says that others may be in it; nearly always nothing."""
    return [needle for mark, needles in _NEEDLES if mark in small for needle in needles if needle in small]


def masked(text: str, rule: Callable[[str], str]) -> str:
    """``text`` without what the rule hides where its letters are written as they mostly are; the rest of it stays as it
    is written.
    """
    plain = _OTHERWISE.sub(_plain, text)
    if plain == text:
        return text
    hidden = rule(plain)
    return text if hidden == plain else _as_written(text, plain, hidden)


def _plain(found: Match[str]) -> str:
    kind = found.lastgroup
    if kind is None:
        return ''
    said = found.group(kind)
    if kind == 'wide':
        return chr(ord(said) - _FROM_FULL_WIDTH)
    if kind == 'bytes':
        try:
            letter = bytes.fromhex(said.replace('%', '')).decode('utf-8')
        except UnicodeDecodeError:
            return str(found.group())
    else:
        letter = chr(int(said, 10 if kind == 'number' else 16))
    return letter if letter.isalpha() or letter in _SIGNS else str(found.group())


def _as_written(text: str, plain: str, hidden: str) -> str:
    """What is left of ``plain`` in ``hidden``, in the letters of ``text``."""
    begins = _begins(text)
    told: List[str] = []
    at: int = 0
    pieces = hidden.split(MASK)
    for number, piece in enumerate(pieces):
        start = len(plain) - len(piece) if number == len(pieces) - 1 else plain.find(piece, at) if number else 0
        if start < at or not plain.startswith(piece, start):
            return hidden  # a rule has changed more than it hides
        at = start + len(piece)
        told.append(text[begins[start] : begins[at]])
    return MASK.join(told)


def _begins(text: str) -> List[int]:
    """Where in ``text`` each letter of the plain one begins, and where it ends."""
    begins: List[int] = []
    done: int = 0
    for found in _OTHERWISE.finditer(text):
        letters = _plain(found)
        begins += range(done, found.start())
        begins += (
            range(found.start(), found.start() + len(letters))
            if letters == found.group()
            else [found.start()] * len(letters)
        )
        done = found.end()
    return begins + list(range(done, len(text) + 1))
