"""What a part of an identity and a watched cell look like: plain characters, and not too many of them."""

import re
from hashlib import blake2b
from typing import List, Sequence

__all__ = ['PART', 'SHORT', 'bounded', 'plain', 'short', 'texts']

#: Characters of a part of an identity, and of a text for people.
PART = 1000
SHORT = 200

_ELLIPSIS = '…'
#: Controls, :data:`~scan_notify_plugin.host.results.identity.relations.UNIT` among them, and halves of characters.
_UNFIT = re.compile('[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]')


def texts(column: Sequence[object]) -> List[str]:
    """Cells as texts."""
    return [cell if type(cell) is str else '' if cell is None else str(cell) for cell in column]


def plain(column: Sequence[str]) -> Sequence[str]:
    """Texts without controls and halves of characters, so that they can be stored, sorted and put together."""
    if ''.join(column).isprintable():  # nearly all are
        return column
    return [_UNFIT.sub(' ', text) for text in column]


def bounded(column: Sequence[str], most: int) -> Sequence[str]:
    """Texts of so many characters at most; two that differ later still differ."""
    if column and max(map(len, column)) > most:
        return [_cut(text, most) if len(text) > most else text for text in column]
    return column


def short(text: str) -> str:
    """A text for people."""
    text = _UNFIT.sub(' ', text)
    return text if len(text) <= SHORT else text[: SHORT - 1] + _ELLIPSIS


def _cut(text: str, most: int) -> str:
    content = text.encode('utf-8', 'surrogatepass')
    end = _ELLIPSIS + blake2b(content, digest_size=8).hexdigest()
    return text[: most - len(end)] + end
