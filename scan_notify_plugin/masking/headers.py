"""The headers of HTTP that hold credentials, as lines, as arguments of commands, and on one line with others."""

import re
from typing import List, Optional

from scan_notify_plugin.masking.values import Values, line_end
from scan_notify_plugin.masking.worth import is_opaque, is_word
from scan_notify_plugin.secret import MASK

_HEADER = re.compile(
    r'(?i)(?P<quote>\\{0,7}["\'`])?(?:(?<![\w-])|(?<=\\[nrt]))(?P<name>(?:[\w-]{1,40}-)?authori[sz]ation|'
    r'(?P<cookie>set-cookie2?|cookie2?))'
    r'[ \t]{0,2}(?:[:：]|=(?=\s?(?:basic|bearer|digest|negotiate|token)\b))[ \t]{0,4}'
)
_SCHEME = re.compile(
    r'(?i)(?:basic|bearer|digest|negotiate|ntlm|token|apikey|api-key|key|oauth|hawk|hmac|jwt|signature|'
    r'aws4-hmac-sha256)(?:[ \t]+|%20|\+)'
)
#: These go on to the end of the line.
_LONG_SCHEMES = ('digest', 'aws4', 'oauth', 'hawk', 'signature', 'hmac')
_TOKEN = re.compile(r'[^\s"\'`\\,;<>]+')
_PAIRS = re.compile(
    r'[^\s=;,:"\'<>\\]{1,200}=(?:"[^"]{0,4096}"|[^\s;"\'<>\\]*)'
    r'(?:;[ \t]?(?:expires=[^;\r\n"\'\\]{0,60}|[^\s=;,:"\'<>\\]{1,200}(?:=(?:"[^"]{0,4096}"|[^\s;"\'<>\\]*))?))*', re.I
)  # fmt: skip


def masked(text: str) -> str:
    values: Values = Values(text)
    told: List[str] = []
    done: int = 0
    for found in _HEADER.finditer(text):
        if found.start() < done:
            continue
        start = found.end()
        end = _end(text, values, found.group('quote'), bool(found.group('cookie')), start)
        if end is None:
            continue
        scheme = None if found.group('cookie') else _SCHEME.match(text, start)
        kept = scheme.end() if scheme else start
        if kept < end and not is_word(text[kept:end]):
            told += [text[done:kept], MASK]
            done = end
    return ''.join(told) + text[done:]


def _end(text: str, values: Values, quote: Optional[str], cookie: bool, start: int) -> Optional[int]:
    """Where what is to be hidden ends; None where there is nothing, or what has quotes of its own."""
    if text[start : start + 1] in ('"', "'", '\\', '“'):
        return None
    if quote:
        end = values.closing(quote, start)
        if end is not None:
            return end
    if cookie:
        pairs = _PAIRS.match(text, start)
        if pairs:
            return pairs.end()
        token = _TOKEN.match(text, start)
        return token.end() if token and is_opaque(token.group()) else None
    scheme = _SCHEME.match(text, start)
    if scheme and scheme.group().lower().startswith(_LONG_SCHEMES):
        return line_end(text, start)
    token = _TOKEN.match(text, scheme.end() if scheme else start)
    return token.end() if token else None
