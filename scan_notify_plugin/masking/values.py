"""Where the value behind a name begins and ends, in every kind of quotes."""

import re
from typing import Dict, Iterable, List, Optional, Pattern, Tuple

from scan_notify_plugin.secret import MASK

Span = Tuple[int, int]

#: Quotes of programs, escaped ones, those of addresses and of HTML, and those of people.
QUOTE = r'(?:\\{0,7}["\'`]|%22|%27|&quot;|&apos;|&#0{0,3}3[49];|[“‘「])'
_OPEN = re.compile(QUOTE)
#: Before a quote that begins something: 'a=b' is at its end there.
_PREFIXED = re.compile('[bBuUrRfFL@$](?=["\'][^\\s"\'])')
_CLOSE = {'“': '”', '‘': '’', '「': '」'}
_BRACKETS = {'[': ']', '{': '}'}
#: To where a value without quotes goes: marks end it only where nothing of it can follow.
_BARE = re.compile(
    r'(?:[^\s&;,"\'`<>)}\]|\\，。；、！？）】》”]'
    r'|&(?!(?:amp;)?[\w.\-\[\]%]{1,64}=)'
    r'|[;,"\'`)}\]|](?![\s,;&)}\]>"\'`|]|$|[\w.\-]{1,64}["\']?\s?[=:])'
    r'|>|\\(?![nrt"\'\\])){1,1024}'
)
_ENCODED = re.compile(r'(?:[^\s&"\'<>%;]|%(?!26|22|27|3[Bb]|0[AaDd]|20)){1,1024}')
#: In brackets: more than a placeholder.
_SEVERAL = re.compile('["\',:]')
_ASCII = re.compile(r'[!-~]{1,1024}')
#: A text of several lines in YAML: as far as they are indented like the first.
_BREAK = r'(?:\r?\n|\\r\\n|\\n)'
_LINE = r'[^\r\n\\]*(?:\\(?![rn])[^\r\n\\]*)*'
_BLOCK = re.compile(
    r'[|>][-+0-9]{0,2}[ \t]{0,9}' + _BREAK + r'(?P<indent>[ \t]{1,40})'
    '(?P<lines>' + _LINE + '(?:' + _BREAK + '(?:[ \\t]{0,40}' + _BREAK + '){0,40}(?P=indent)' + _LINE + ')*)'
)


class Values:
    """The values in one text."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._bares: Dict[Pattern[str], Span] = (
            {}
        )  # the last one of each kind: one that begins within it has the same end
        self._unclosed: Dict[str, int] = {}  # from where on a quote is never closed: it is searched for once

    def at(self, start: int, encoded: bool = False) -> Tuple[Span, bool]:
        """The value that begins here, without its quotes, and whether it has some."""
        quoted = self.quoted(start)
        return (quoted, True) if quoted else (self._bare(_ENCODED if encoded else _BARE, start), False)

    def quoted(self, start: int) -> Optional[Span]:
        """The same, if it is in quotes or brackets."""
        prefix = _PREFIXED.match(self._text, start)
        opened = _OPEN.match(self._text, prefix.end() if prefix else start)
        if opened:
            if self._ends_something(start, opened.end()):
                return start, start
            end = self.closing(opened.group(), opened.end())
            # Without an end somebody has cut it.
            return (opened.end(), self._bare(_BARE, opened.end())[1] if end is None else end)
        close = _BRACKETS.get(self._text[start : start + 1], '')
        end = self._text.find(close, start, start + 4096) if close else -1
        return (start + 1, end) if end > 0 and _SEVERAL.search(self._text, start + 1, end) else None

    def block(self, start: int) -> Optional[Span]:
        """The lines that begin here, if YAML says by a ``|`` or ``>`` that a text of several lines follows."""
        found = _BLOCK.match(self._text, start)
        return found.span('lines') if found else None

    def _ends_something(self, start: int, inside: int) -> bool:
        """Whether a quote after = closes what began before, as in 'user=a&password=' ."""
        return self._text[start - 1 : start] == '=' and self._text[inside : inside + 1] in (
            '',
            ' ',
            '\n',
            '\r',
            '\t',
            ',',
            ')',
            '}',
        )

    def ascii(self, start: int) -> Span:
        """The letters, digits and marks that begin here, as passwords are written in a Chinese sentence."""
        return self._bare(_ASCII, start)

    def _bare(self, pattern: Pattern[str], start: int) -> Span:
        begin, end = self._bares.get(pattern, (0, 0))
        if not begin <= start < end:
            end = start
            found = pattern.match(self._text, start)
            while found:
                end = found.end()
                found = pattern.match(self._text, end)
            self._bares[pattern] = start, end
        return start, end - (1 if end - start > 1 and self._text[end - 1] in '.,;' else 0)

    def closing(self, quote: str, start: int) -> Optional[int]:
        """Where a quote that was opened before ``start`` is closed; None if it is not."""
        close = _CLOSE.get(quote, quote)
        if start >= self._unclosed.get(close, len(self._text) + 1):
            return None
        end = self._text.find(close, start)
        while end >= 0 and self._is_escaped(end, start):
            end = self._text.find(close, end + 1)
        if end < 0:
            self._unclosed[close] = min(start, self._unclosed.get(close, start))
            return None
        return end

    def _is_escaped(self, at: int, start: int) -> bool:
        slashes = 0
        while at - slashes > start and self._text[at - slashes - 1] == '\\':
            slashes += 1
        return slashes % 2 == 1


def line_end(text: str, start: int) -> int:
    """The end of the line, also of one whose breaks are written as ``\\n``."""
    ends = [end for end in (text.find(mark, start) for mark in ('\n', '\r', '\\n', '\\r')) if end >= 0]
    return min(ends) if ends else len(text)


def hidden(text: str, spans: Iterable[Span]) -> str:
    """``text`` without what is in these spans, which are in order; of two that overlap the first counts."""
    told: List[str] = []
    done: int = 0
    for start, end in spans:
        if start >= done:
            told += [text[done:start], MASK]
            done = end
    return ''.join(told) + text[done:]
