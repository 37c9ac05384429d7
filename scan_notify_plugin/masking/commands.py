"""Options of curl and its like that take a user with a password, a cookie, or a password alone."""

import re
from typing import Callable, List, Match, Pattern

from scan_notify_plugin.masking.names import is_credential
from scan_notify_plugin.masking.values import Values
from scan_notify_plugin.masking.worth import is_nothing, is_word
from scan_notify_plugin.secret import MASK

_GAP = r'(?:[ \t]{0,3}=?[ \t]{0,3})'
_USER = re.compile(r'(?<![\w-])(?:-[a-zA-Z]{0,4}[uU]|--(?:proxy-)?user(?![\w-]))' + _GAP)
_QUOTED_USER = re.compile(
    r'(?<![\w-])(?:-[a-zA-Z]{0,4}[uU]|--(?:proxy-)?user(?![\w-]))' + _GAP + r'(["\'])[^"\'\s:]{1,100}\1:'
)
_AUTH = re.compile(r'(?<![\w-])(?:-a|--auth(?![\w-]))' + _GAP)
_COOKIE = re.compile(r'(?<![\w-])(?:-[a-zA-Z]{0,4}b|--cookie(?![\w-]))' + _GAP)
_NAMED = re.compile(r'(?<![\w-])-{1,2}(?P<name>[A-Za-z][\w-]{1,40})[ \t]{1,3}(?![-\s])')
_OAUTH = re.compile(r'(?<![\w-])--oauth2-bearer[ \t=]{1,3}')
_SSHPASS = re.compile(r'\bsshpass[ \t]+-p[ \t]{0,3}')
_MYSQL = re.compile(r'\bmysql(?:dump|admin)?\b[^|;\n]{0,200}?[ \t]-p(?=[^\s-])')
_REDIS = re.compile(r'\bredis-cli\b[^|;\n]{0,200}?[ \t]-a[ \t]{1,3}')
_SPOKEN = re.compile(r'(?i)\b(?:login\s{1,4}\S{1,64}\s{1,4}password|requirepass|masterauth|identified\s{1,4}by)\s{1,4}')

#: See texts.RULES.
NEEDLES = ('curl', '-u', '-p', '-a ', '--', 'redis-cli', 'requirepass', 'masterauth', 'identified', 'login ')


def masked(text: str) -> str:
    speaks_http = 'curl' in text or 'http' in text or 'wget' in text
    if '-' in text:
        text = _replaced(_QUOTED_USER, _replaced(_USER, text, _password), _all)
        if speaks_http:
            text = _replaced(_AUTH, text, _password)
            text = _replaced(_COOKIE, text, lambda value, found: value if '=' in value else '')
        text = _replaced(_OAUTH, text, _all)
        text = _replaced(_NAMED, text, _named)
        for tool, pattern in (('sshpass', _SSHPASS), ('mysql', _MYSQL), ('redis-cli', _REDIS)):
            if tool in text:
                text = _replaced(pattern, text, _all)
    return _replaced(_SPOKEN, text, _all)


def _all(value: str, found: Match[str]) -> str:
    return value


def _named(value: str, found: Match[str]) -> str:
    return value if is_credential(found.group('name')) and not is_word(value) else ''


def _password(value: str, found: Match[str]) -> str:
    """Of ``user:password`` the latter; numbers are a user and a group."""
    user, colon, password = value.partition(':')
    numbers = user.isdigit() and password.isdigit()
    return '' if numbers or not colon or password.startswith('//') else password


def _replaced(pattern: Pattern[str], text: str, hides: Callable[[str, Match[str]], str]) -> str:
    """
    :param hides: (value, match) -> the end of the value that is to be hidden
    """
    values: Values = Values(text)
    told: List[str] = []
    done: int = 0
    for found in pattern.finditer(text):
        if found.end() < done:
            continue
        (start, end), _ = values.at(found.end())
        secret = hides(text[start:end], found)
        if secret and not is_nothing(secret):
            told += [text[done : end - len(secret)], MASK]
            done = end
    return ''.join(told) + text[done:]
