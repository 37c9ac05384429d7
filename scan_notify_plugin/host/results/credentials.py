"""What plugins found that guess passwords: nothing is shown of it but the user."""

import json
import re
from typing import List, Sequence

from scan_notify_plugin.host.results.kinds import Cell, compact, shown
from scan_notify_plugin.masking import masked, masked_text
from scan_notify_plugin.masking.names import is_credential
from scan_notify_plugin.secret import MASK

__all__ = ['hidden', 'user_of']

_USER_NAME = re.compile(r'(?i)user_?(name)?|login|account|用户名?|账号')
#: What plugins that guess passwords call themselves.
_GUESSING = re.compile(r'(?i)brute|weak|crack|default[-_ ]?(?:pass|login|cred)|弱口令|弱密码|默认口令|默认密码|爆破')
_VERDICT = re.compile(r'(?i)found|true|ok|yes|success|vulnerable|存在|成功')
#: The user in a text, by its name or before a password that is hidden.
_NAMED_USER = re.compile(
    r'(?i)(?:\buser_?(?:name)?|\blogin|\baccount|用户名?|账号)["\']?\s{0,3}[=:：]\s{0,3}["\']?([^\s,;"\'&]{1,200})'
)
_USER_AND_MASK = re.compile(r'([^\s:/|,，：]{1,200})[:/|,，：]' + re.escape(MASK))
_PAIR = re.compile(r'([^:/|,，：]*[:/|,，：]).+')


def hidden(evidence: object, names: Sequence[object]) -> Cell:
    """What a plugin found, as a cell in which no password can be read.

    One that guesses passwords writes {'username': ..., 'password': ...} or {user: password} (ARL-NPoC,
    xing/utils/save_result.py and do_brute of xing/core/BasePlugin.py).

    :param names: the plugin's type and names
    """
    guessing = _is_guessing(names)
    if isinstance(evidence, (dict, list)):
        return compact(_guessed(evidence) if guessing else masked(evidence))
    if not isinstance(evidence, str):
        return shown(evidence)
    return _guessed_text(evidence) if guessing else evidence


def user_of(evidence: Cell, names: Sequence[object]) -> str:
    """Of a cell that :func:`hidden` or :func:`shown` made, the user whose password it is; '' if it is no credential.

    :param names: the plugin's type and names
    """
    if not isinstance(evidence, str):
        return ''
    try:
        value = json.loads(evidence) if evidence[:1] in ('{', '[') else evidence
        named = isinstance(value, dict) and any(map(is_credential, value))
        return _user_in(value) if named or _is_guessing(names) else ''
    except (RecursionError, ValueError):
        return _user_in(evidence) if _is_guessing(names) else ''


def _is_guessing(names: Sequence[object]) -> bool:
    return any(_GUESSING.search(name) for name in names if isinstance(name, str))


def _user_in(value: object) -> str:
    if isinstance(value, str):
        return _user_in_text(value if MASK in value else _guessed_text(value))
    if isinstance(value, list):
        return next(filter(None, map(_user_in, value)), '')
    if not isinstance(value, dict):
        return ''
    if any(map(is_credential, value)):
        users = [inner for name, inner in value.items() if _USER_NAME.fullmatch(str(name))]
    else:
        users = [name for name, inner in value.items() if not isinstance(inner, (dict, list))]
    return next((str(user) for user in users if user and isinstance(user, (str, int))), '')


def _user_in_text(text: str) -> str:
    """
    :param text: without passwords
    """
    for form in (_NAMED_USER, _USER_AND_MASK):
        found = form.search(text)
        if found and found.group(1) != MASK:
            return found.group(1).strip('{["\'')
    return ''


def _guessed(value: object) -> object:
    if isinstance(value, list):
        return [_guessed(inner) for inner in value]
    if isinstance(value, str):
        return _guessed_text(value)
    if not isinstance(value, dict):
        return value
    # Where passwords are named so, the others are not; otherwise the name is the user.
    named = any(is_credential(name) for name in value)
    return {name: _guessed_entry(name, inner, named) for name, inner in value.items()}


def _guessed_entry(name: object, value: object, named: bool) -> object:
    if is_credential(name):
        return MASK if value else value
    if isinstance(value, (dict, list)):
        return _guessed(value)
    return value if named and _USER_NAME.fullmatch(str(name)) else MASK


def _guessed_text(text: str) -> str:
    shown_text = masked_text(text)
    if shown_text != text or _VERDICT.fullmatch(text):
        return shown_text
    pieces: List[str] = []
    for piece in text.split():
        if '://' not in piece:
            pair = None if pieces and pieces[-1] == MASK else _PAIR.fullmatch(piece)
            piece = pair.group(1) + MASK if pair else MASK
        pieces.append(piece)
    return ' '.join(pieces)
