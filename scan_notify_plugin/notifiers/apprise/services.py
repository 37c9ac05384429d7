"""Addresses of services, as Apprise writes them. Pure.

https://github.com/caronc/apprise/wiki: ``schema://what/the/service/needs?options``; which schemas there are:
``apprise.Apprise().details()``.
"""

import hashlib
import re
from typing import Iterable, List, Mapping, Optional
from urllib.parse import parse_qsl, unquote

from scan_notify_plugin.faults import Fault
from scan_notify_plugin.secret import Secret, revealed

#: What we speak ourselves, and read the answers of: by schema, the channel. Of these Apprise takes any HTTP 200 for a
#: success (its source, 1.9.3 to 2.3.0), and DingTalk, WeCom and Feishu answer 200 whatever has become of a message.
OURS: Mapping[str, str] = {
    'dingtalk': 'dingding',
    'wecombot': 'wxwork',
    'feishu': 'feishu',
    'lark': 'feishu',
    'mailto': 'email',
    'mailtos': 'email',
    'json': 'webhook',
    'jsons': 'webhook',
    'xml': 'webhook',
    'xmls': 'webhook',
    'form': 'webhook',
    'forms': 'webhook',
}
#: Addresses of one target; each is a message of its own.
MOST = 20

_SCHEMA = re.compile(r'(?i)([a-z][a-z0-9+.-]*)://.')
#: How a *no* begins, as Apprise reads one.
_NO = ('de', 'di', 'f', 'n', 'of', '0')
#: Shorter pieces of an address are words that stand in any sentence.
_SHORTEST = 4


def addresses(options: Mapping[str, object]) -> List[str]:
    """Those of a target, each once; what is none is left out."""
    given = options.get('urls')
    listed = given if isinstance(given, (list, tuple)) else [given]
    return list(dict.fromkeys(revealed(one).strip() for one in listed if isinstance(one, (str, Secret)) and one))


def schema_of(url: str) -> str:
    """In lower case; '' for what is no address."""
    found = _SCHEMA.match(url)
    return found.group(1).lower() if found else ''


def identity(url: str) -> str:
    """What a stored message says in the place of an address, which is a credential."""
    return hashlib.sha256(url.encode('utf-8', 'replace')).hexdigest()[:16]


def pieces(url: str) -> List[Secret]:
    """An address and whatever in it may be a credential, which Apprise may quote."""
    rest = url.partition('://')[2]
    found = {url, rest}
    for form in (rest, unquote(rest)):
        found.update(re.split(r'[/:@?&=,;#\s]+', form))
    return [Secret(one) for one in sorted(found) if len(one) >= _SHORTEST]


def refusal(schemas: Iterable[str]) -> Optional[Fault]:
    """Which channel of ours to use instead, where a service with one of these schemas has one."""
    for schema in schemas:
        if schema in OURS:
            return Fault('apprise.ours', schema=schema, channel=OURS[schema])
    return None


def problem(url: str) -> Optional[Fault]:
    """What is wrong with an address, as far as can be told without Apprise; nothing of it but its schema is said."""
    schema = schema_of(url)
    if not schema:
        return Fault('apprise.no-address')
    query = dict((name.lower(), value.lower()) for name, value in parse_qsl(url.partition('?')[2]))
    if query.get('verify', '').startswith(_NO):
        return Fault('apprise.verify', schema=schema)
    return refusal([schema])
