"""The rule for one text: every form in which a credential is written, one after the other."""

import re
from typing import Callable, List, Match, Tuple

from scan_notify_plugin.masking import beside, commands, headers, named, spelling
from scan_notify_plugin.masking.worth import is_user_and_password
from scan_notify_plugin.secret import MASK

__all__ = ['masked_text', 'tells', 'telling']

_PRIVATE_KEY = re.compile(
    r'(-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----)(?:(?!-----END)[\s\S])*'
    r'(-----END [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----|\Z)'
)
#: Keys that say themselves what they are.
_OF_VENDORS = re.compile(
    r'(?<![A-Za-z0-9])(?:eyJ[\w-]{8,}\.[\w-]{8,}(?:\.[\w-]*){1,3}|(?:AKIA|ASIA|AGPA|AIDA|'
    r'AROA)[0-9A-Z]{16}(?![0-9A-Za-z])|'
    r'AIza[\w-]{35}|gh[pousr]_[A-Za-z0-9]{30,}|github_pat_\w{20,}|glpat-[\w-]{20,}|xox[abeoprs]-[A-Za-z0-9-]{10,}|'
    r'[sr]k_(?:live|test)_[A-Za-z0-9]{16,}|sk-[A-Za-z0-9_-]{20,}|LTAI[A-Za-z0-9]{12,26}|AKID[A-Za-z0-9]{13,40}|'
    r'npm_[A-Za-z0-9]{36}|SG\.[\w-]{16,}\.[\w-]{16,}|ya29\.[\w-]{20,})'
)
_HOOK = re.compile(r'(?i)(hooks\.slack\.com/(?:services|workflows)/|/api/webhooks/\d+/)[\w/-]+')
# To the last @ of the authority: people write passwords with an @ in them unquoted. And with what ends an authority in
# them, where what follows the colon is no port.
_USERINFO = re.compile(
    r'((?:(?<=:)|(?<=["\'\s=(,])|\A)(?:\\?/){2})'
    r'(?:[^/\\?#\s"\'<>]{1,400}@|[^\s/\\?#@:"\'<>\[]{0,200}:(?!\d{1,5}(?:[/?#\s"\'<>]|\Z))[^\s"\'<>@]{1,200}'
    r'(?:@[^\s"\'<>@/?#]{1,100}){0,3}@(?=[\w\[]))'
)
_ENCODED_USERINFO = re.compile(r'(?i)(%3A%2F%2F)(?:(?!%2F|%3F)[^\s&/?#"\'<>@]){1,400}(?:%40|@)')
#: Without a scheme, but with a machine behind it.
_BARE_USERINFO = re.compile(
    r'(?<![\w@:/.+%-])([\w.+-]{1,64}:)([^\s:@/"\'<>]{1,128})@'
    r'(?=(?:tcp|udp|unix)?\(|\d{1,3}(?:\.\d{1,3}){3}|localhost|[\w-][\w.-]{0,120}(?::\d{2,5}\b|/))'
)
_BASIC = re.compile(r'(?i)(?<![A-Za-z])(basic(?:\s+|%20|\+))([A-Za-z0-9+/_-]{4,}={0,2})')
_BEARER = re.compile(r'(?i)(?<![A-Za-z])(bearer(?:\s+|%20|\+))([\w.~+/=-]{8,})')

_KEYS_BEGIN = (
    'eyj', 'akia', 'asia', 'agpa', 'aida', 'aroa', 'aiza', 'ghp_', 'gho_', 'ghu_', 'ghs_', 'ghr_', 'github_pat_',
    'glpat-', 'xox',
    'k_live_', 'k_test_', 'sk-', 'ltai', 'akid', 'npm_', 'sg.', 'ya29.', 'hooks.', 'webhooks/', 'private key',
)  # fmt: skip


def masked_text(text: str) -> str:
    """``text`` with no credential in it."""
    text = _ruled(text)
    return spelling.masked(text, _ruled) if spelling.telling(text.lower()) else text


def _ruled(text: str) -> str:
    small = text.lower()
    for needles, rule in RULES:
        for needle in needles:
            if needle in small:
                text = rule(text)
                break
    return text


def telling(small: str) -> List[str]:
    """What of a text in small letters makes it worth a look; nearly always nothing."""
    return [needle for needle in _NEEDLES if needle in small] + spelling.telling(small)


def tells(text: str) -> bool:
    """Whether a text is worth a look."""
    return bool(telling(text.lower()))


def _vendors(text: str) -> str:
    if 'PRIVATE KEY' in text:
        text = _PRIVATE_KEY.sub(r'\1' + MASK + r'\2', text)
    return _HOOK.sub(r'\1' + MASK, _OF_VENDORS.sub(MASK, text))


def _addresses(text: str) -> str:
    if '%40' in text:
        text = _ENCODED_USERINFO.sub(r'\1' + MASK + '%40', text)
    if '@' not in text:
        return text
    text = _USERINFO.sub(r'\1' + MASK + '@', text)
    return _BARE_USERINFO.sub(r'\1' + MASK + '@', text)


def _schemes(text: str) -> str:
    text = _BASIC.sub(_if(is_user_and_password), text)
    return _BEARER.sub(_if(_is_bearers), text)


def _is_bearers(value: str) -> bool:
    return len(value) > 24 or not value.isalpha()


def _if(is_credential: Callable[[str], bool]) -> Callable[[Match[str]], str]:
    def replaced(found: Match[str]) -> str:
        return found.group(1) + MASK if is_credential(found.group(2)) else found.group()

    return replaced


#: What a text must have in it, in small letters, for the rule to find something. Keys before names, since a name would
#: leave half of one; addresses before what a query of theirs may hold.
RULES: Tuple[Tuple[Tuple[str, ...], Callable[[str], str]], ...] = (
    (_KEYS_BEGIN, _vendors),
    (('@', '%40'), _addresses),
    (('authori', 'cookie'), headers.masked),
    (commands.NEEDLES, commands.masked),
    (('basic', 'bearer'), _schemes),
    (named.NEEDLES, named.masked),
    (beside.NEEDLES, beside.masked),
)
_ALL = tuple(dict.fromkeys(needle for needles, _ in RULES for needle in needles))
#: Those in which none of the others is: where one of all is, one of these is.
_NEEDLES = tuple(needle for needle in _ALL if not any(other != needle and other in needle for other in _ALL))
