"""Elements of HTML. A text becomes HTML in one place, and everything that is not :class:`Html` goes through it."""

import re
from typing import Dict, Iterable, Union

__all__ = ['Content', 'Html', 'joined', 'shown', 'tag']


class Html(str):
    """HTML that was made here, and is put into a page as it is."""


#: What an element holds: HTML of ours, or a text of anybody's.
Content = Union[Html, str]

_ESCAPES: Dict[int, str] = {
    ord('&'): '&amp;',
    ord('<'): '&lt;',
    ord('>'): '&gt;',
    ord('"'): '&quot;',
    ord('\''): '&#39;',
}
_BREAKS = re.compile('[\r\n\t\x0b\x0c\x1c-\x1e\x85\u2028\u2029]+')
#: What no page may hold, what a page must not turn around, and what does not show: controls, halves of characters,
#: noncharacters, marks of direction, characters without width.
_UNSEEN = re.compile(
    '[\x00-\x08\x0e-\x1f\x7f-\x9f\xad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb'
    '\ufdd0-\ufdef\ufffe\uffff\ud800-\udfff\U000e0000-\U000e007f]'
)
#: These have nothing in them, and no end.
_VOID = frozenset(['meta', 'br', 'rect', 'path'])


def shown(value: object, most: int = 1000) -> str:
    """A text of a stranger's on one line of at most so many characters; still text, and to be escaped.

    >>> shown('one\\ntwo', 6)
    'one t…'
    """
    line = str(value)[: 4 * most]
    line = _BREAKS.sub(' ', line)
    if not line.isprintable():
        line = _UNSEEN.sub('', line)
    line = line.strip()
    return line if len(line) <= most else line[: most - 1] + '…'


def joined(contents: Iterable[Content]) -> Html:
    """One after the other; texts are escaped."""
    return Html(''.join(one if isinstance(one, Html) else _escaped(one) for one in contents))


def tag(name: str, *contents: Content, **attributes: object) -> Html:
    """An element.

    :param attributes: ``class_`` is ``class``, ``name_`` is ``name``, and ``http_equiv`` is ``http-equiv``; what is
        None or '' is left out
    """
    named = ''.join(
        ' {}="{}"'.format(key.rstrip('_').replace('_', '-'), _escaped(str(value)))
        for key, value in attributes.items()
        if value not in (None, '')
    )
    if name in _VOID:
        return Html('<{}{}>'.format(name, named))
    return Html('<{0}{1}>{2}</{0}>'.format(name, named, joined(contents)))


def _escaped(text: str) -> str:
    return (text if text.isprintable() else _UNSEEN.sub('', text)).translate(_ESCAPES)
