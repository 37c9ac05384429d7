"""How wide a text is on a terminal, where most Chinese characters take two columns. Pure."""

import re
import textwrap
import unicodedata
from typing import List

_SPACE = re.compile(r'\s+')
_WIDE = '\u2e80-\u9fff\uff00-\uffef\u2018-\u201f'
#: What a line may be broken after: blanks, or a wide character or a word with the signs that must not begin a line.
_PIECES = re.compile('(\\s+|(?:[{0}]|[^\\s{0}]+)[，。；：、！？）”’」》]*)'.format(_WIDE))


def width(text: str) -> int:
    """The columns that a text takes."""
    return sum(_columns(char) for char in text)


def _columns(char: str) -> int:
    if unicodedata.combining(char):
        return 0
    return 2 if unicodedata.east_asian_width(char) in 'WF' else 1


def padded(text: str, columns: int) -> str:
    """With spaces behind it, so that it takes so many columns, if it takes fewer."""
    return text + ' ' * (columns - width(text))


def wrapped(text: str, columns: int) -> List[str]:
    """Lines that take no more columns where that is possible; as Python wraps them where all characters are narrow."""
    text = _SPACE.sub(' ', text).strip()
    if width(text) == len(text):
        return textwrap.wrap(text, columns)
    lines = ['']
    for piece in _PIECES.findall(text):
        if width(lines[-1] + piece.rstrip()) > columns and lines[-1].strip():
            lines.append('')
        lines[-1] += piece if lines[-1] else piece.lstrip()
    return [line.rstrip() for line in lines]
