"""Hides the clear-text passwords in what the host's plugins found."""

import re
from typing import Any, Sequence

from scan_notify_plugin.host.results.kinds import Cell, compact, shown
from scan_notify_plugin.secret import MASK, redact

__all__ = ['hidden', 'masked']

_SECRET_NAME = re.compile(r'(?i)(?:.*_)?pass|.*(?:password|passwd|passphrase|pwd|secret|token|密码|口令).*')
_USER_NAME = re.compile(r'(?i)user_?(name)?|login|account|用户名?|账号')
#: What plugins that guess passwords call themselves.
_GUESSING = re.compile(r'(?i)brute|weak|crack|default[-_ ]?(?:pass|login|cred)|弱口令|弱密码|默认口令|默认密码|爆破')
#: Besides what `redact` knows.
_NAMED = re.compile(
    r'(?i)((?:\bpass(?:word|wd|phrase)?|pwd|密码|口令)["\']?\s*[=:：]\s*)(?:"[^"]*"|\'[^\']*\'|[^\s,;"\'}]+)'
)
_VERDICT = re.compile(r'(?i)found|true|ok|yes|success|vulnerable|存在|成功')
_PAIR = re.compile(r'([^:/|,，：]*[:/|,，：]).+')


def hidden(found: Any, names: Sequence[Any]) -> Cell:
    """What a plugin found, as a cell in which no password can be read.

    Of a plugin that guesses passwords nothing is shown but the user: it writes {'username': ..., 'password': ...} or
    {user: password} (ARL-NPoC, xing/utils/save_result.py and do_brute of xing/core/BasePlugin.py).

    :param names: the plugin's type and names
    """
    guessing = any(_GUESSING.search(name) for name in names if isinstance(name, str))
    if isinstance(found, (dict, list)):
        return compact(masked(found, guessing))
    return _hidden_text(found, guessing) if isinstance(found, str) else shown(found)


def masked(value: Any, guessing: bool = False, texts: bool = True) -> Any:
    """A nested value without the passwords that have a name.

    :param guessing: nothing is shown but names of users
    :param texts: look into texts too
    """
    if isinstance(value, dict):
        named = any(_SECRET_NAME.fullmatch(str(name)) for name in value)
        return {name: _masked_entry(str(name), inner, guessing, texts, named) for name, inner in value.items()}
    if isinstance(value, list):
        return [masked(inner, guessing, texts) for inner in value]
    return _hidden_text(value, guessing) if texts and isinstance(value, str) else value


def _masked_entry(name: str, value: Any, guessing: bool, texts: bool, named: bool) -> Any:
    """
    :param named: the passwords among the entries are named so; otherwise the name is the user
    """
    if value and _SECRET_NAME.fullmatch(name):
        return MASK
    if isinstance(value, (dict, list)):
        return masked(value, guessing, texts)
    if guessing:
        return value if named and _USER_NAME.fullmatch(name) else MASK
    return masked(value, False, texts)


def _hidden_text(text: str, guessing: bool) -> str:
    # The named first: a password may hold what ends a value in a URL.
    shown_text = redact(_NAMED.sub(r'\1' + MASK, text))
    if not guessing or shown_text != text or _VERDICT.fullmatch(text):
        return shown_text
    words = []
    for word in text.split():
        if '://' not in word:
            pair = None if words and words[-1] == MASK else _PAIR.fullmatch(word)
            word = pair.group(1) + MASK if pair else MASK
        words.append(word)
    return ' '.join(words)
