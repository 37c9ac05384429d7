"""Takes the teeth out of text that strangers wrote: controls, line breaks, mentions, links; and cuts lines."""

import re
import unicodedata
from typing import List

_BREAKS = re.compile('[\r\n\t\x0b\x0c\x1c-\x1e\x85\u2028\u2029]+')
_SPACES = re.compile(' {2,}')
_SCHEME = re.compile(r'(?i)\b(h)tt(ps?)(?=:)')
#: A dot between word characters before a letter: what clients turn into a link without being asked.
_LINK_DOT = re.compile(r'(?<=\w)\.(?=[^\W\d_])')
_ADDRESS = re.compile(r'[0-9A-Za-z.:/_-]+')

MAX_FIELD = 100
#: The last bound, where the maker of the summary has cut already.
MAX_TEXT = 1000

# Backslash escapes are not documented for any of the vendors' markdown dialects; a look-alike needs no renderer.
_LOOK_ALIKES = str.maketrans('()[]*_`#!<>|~\\@&', '（）［］＊＿｀＃！＜＞｜～＼＠＆')


def plain(value: object, limit: int = MAX_TEXT) -> str:
    """One line of at most ``limit`` visible characters without controls, lone surrogates or direction marks."""
    line = _BREAKS.sub(' ', str(value))
    if not line.isprintable():  # nearly every line is, and is asked for many times until its page fits
        line = ''.join(char for char in line if unicodedata.category(char) not in ('Cc', 'Cf', 'Cs', 'Co', 'Cn'))
    line = _SPACES.sub(' ', line).strip()
    return line if len(line) <= limit else line[: limit - 1] + '…'


def unlinked(value: object, limit: int = MAX_TEXT) -> str:
    """:func:`plain` without what clients make links and mentions of by themselves; markup is left to who escapes it."""
    line = _SCHEME.sub(r'\1xx\2', plain(value, limit)).replace('://', '：//')  # dtmd: and dingtalk: act when clicked
    return _LINK_DOT.sub('．', line).replace('@', '＠')


def defanged(value: object, limit: int = MAX_TEXT) -> str:
    """:func:`plain` without links, mentions or markup."""
    return unlinked(value, limit).translate(_LOOK_ALIKES)


def addresses(value: object, limit: int = MAX_FIELD) -> str:
    """Scan targets, which people must be able to copy: hosts, networks and ports keep their dots, all else is
    defanged.
    """
    words = plain(value, limit).split(' ')
    return ' '.join(
        word.replace('_', '＿') if _ADDRESS.fullmatch(word) and '://' not in word else defanged(word) for word in words
    )


def code_line(value: object, limit: int = MAX_FIELD) -> str:
    """A line for a block of code: its spaces in front stay, and it cannot end the block."""
    line = str(value)
    body = plain(line, limit).replace('`', '｀').replace('\\', '＼').replace('<', '＜')
    return ' ' * min(len(line) - len(line.lstrip(' ')), 20) + body


def lines_within(message: str, most: int) -> str:
    """The first whole lines that fit into ``most`` bytes; of a first line that is longer, its beginning."""
    kept: List[str] = []
    for line in message.split('\n'):
        if len('\n'.join(kept + [line]).encode('utf-8')) > most:
            break
        kept.append(line)
    return '\n'.join(kept).rstrip() if kept else message.encode('utf-8')[:most].decode('utf-8', 'ignore')
