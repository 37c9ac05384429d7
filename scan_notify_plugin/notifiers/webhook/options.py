"""What a target of this channel may say, and what is wrong with it."""

import re
from typing import Dict, Iterator, List, Mapping, NamedTuple, Optional, Tuple
from urllib.parse import urlsplit

from scan_notify_plugin.faults import Fault
from scan_notify_plugin.notifiers.addresses import public
from scan_notify_plugin.notifiers.base import is_text, wrong
from scan_notify_plugin.notifiers.webhook import body
from scan_notify_plugin.notifiers.webhook.markups import DEFAULT, MARKUPS, Markup
from scan_notify_plugin.notifiers.webhook.signing import keys_of
from scan_notify_plugin.secret import Secret, revealed

METHODS = ('POST', 'PUT', 'PATCH')
JSON = 'application/json; charset=utf-8'
#: Headers that are ours, or those of the connection.
RESERVED = frozenset([
    'connection', 'content-length', 'expect', 'host', 'keep-alive', 'te', 'trailer', 'transfer-encoding', 'upgrade',
    'webhook-id', 'webhook-timestamp', 'webhook-signature',
])  # fmt: skip
MOST_HEADERS = 20
#: A name and a value of a header, https://www.rfc-editor.org/rfc/rfc9110#section-5.1; a value in ASCII alone.
_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}")
_VALUE = re.compile(r'[\x21-\x7e](?:[\t\x20-\x7e]{0,8000}[\x21-\x7e])?')

Options = Mapping[str, object]


class Request(NamedTuple):
    """A target's options as a request needs them."""

    url: str
    method: str
    headers: Mapping[str, str]  #: without Content-Type
    media_type: str
    keys: Tuple[bytes, ...]
    expect: Mapping[str, object]
    private: bool


def request_of(options: Options) -> Request:
    """Of options in which nothing is wrong."""
    headers = _headers(options)
    media_type = next((value for name, value in headers.items() if name.lower() == 'content-type'), JSON)
    secret = revealed(options.get('secret') or '')
    expect = options.get('expect')
    return Request(
        url=revealed(options.get('url') or '').strip(),
        method=str(options.get('method') or METHODS[0]).upper(),
        headers={name: value for name, value in headers.items() if name.lower() != 'content-type'},
        media_type=media_type if options.get('body') else JSON,
        keys=tuple(keys_of(secret)) if secret else (),
        expect=expect if isinstance(expect, Mapping) else {},
        private=options.get('allow_private') is True,
    )


def _headers(options: Options) -> Dict[str, str]:
    given = options.get('headers')
    headers = {str(name): revealed(value) for name, value in given.items()} if isinstance(given, Mapping) else {}
    if options.get('token'):
        headers['Token'] = revealed(options['token'])  # as the host sends it: app/services/webhook.py
    return headers


def markup_of(options: Options) -> Markup:
    """How the text of a target's messages looks."""
    return MARKUPS[str(options.get('markup') or DEFAULT).lower()]


def problems_of(options: Options) -> List[Fault]:
    """What is wrong, each by its option; nothing of a credential is repeated."""
    found = (
        _url(options),
        _token(options),
        _method(options),
        _markup(options),
        _secret(options),
        _body(options),
        *_expected(options),
    )
    return [problem for problem in found if problem is not None] + list(_wrong_headers(options))


def _url(options: Options) -> Optional[Fault]:
    if not options.get('url'):
        return None  # that it is missing is said by the base class
    try:
        parts = urlsplit(revealed(options.get('url') or '').strip())
        host, _ = parts.hostname or '', parts.port
    except ValueError:
        return wrong('url', 'option.address')
    if parts.scheme not in ('http', 'https') or not host or parts.fragment:
        return wrong('url', 'option.address')
    if parts.username is not None or parts.password is not None:
        return wrong('url', 'webhook.userinfo')
    if options.get('allow_private') is not True and _is_address(host) and not public(host):
        return wrong('url', 'webhook.private')
    return None


def _is_address(host: str) -> bool:
    return ':' in host or re.fullmatch('[0-9.]+', host) is not None


def _token(options: Options) -> Optional[Fault]:
    given = options.get('token')
    if given and not is_text(given):
        return wrong('token', 'option.text')
    return wrong('token', 'webhook.token') if given and not _VALUE.fullmatch(revealed(given)) else None


def _method(options: Options) -> Optional[Fault]:
    given = options.get('method')
    if given and str(given).upper() not in METHODS:
        return wrong('method', 'webhook.one-of', values=', '.join(METHODS))
    return None


def _markup(options: Options) -> Optional[Fault]:
    given = options.get('markup')
    if given and str(given).lower() not in MARKUPS:
        return wrong('markup', 'webhook.one-of', values=', '.join(MARKUPS))
    return wrong('markup', 'webhook.without-body') if given and not options.get('body') else None


def _secret(options: Options) -> Optional[Fault]:
    try:
        keys_of(revealed(options['secret'])) if options.get('secret') else None
    except ValueError:
        return wrong('secret', 'webhook.secret')
    return None


def _body(options: Options) -> Optional[Fault]:
    given = options.get('body')
    if not given:
        return None
    if not isinstance(given, (str, Secret)):
        return wrong('body', 'option.text')
    problem = body.check(revealed(given))
    return None if problem is None else wrong('body', 'webhook.body', problem=problem)


def _expected(options: Options) -> Iterator[Fault]:
    given = options.get('expect')
    if given is not None and (
        not isinstance(given, Mapping)
        or not given
        or not all(isinstance(value, (str, int, float, bool)) for value in given.values())
    ):
        yield wrong('expect', 'webhook.expect')
    if not isinstance(options.get('allow_private', False), bool):
        yield wrong('allow_private', 'option.switch')


def _wrong_headers(options: Options) -> Iterator[Fault]:
    given = options.get('headers')
    if given is None or given == '':
        return
    if not isinstance(given, Mapping) or len(given) > MOST_HEADERS:
        yield wrong('headers', 'webhook.headers', most=MOST_HEADERS)
        return
    for name, value in given.items():
        if not _NAME.fullmatch(str(name)) or str(name).lower() in RESERVED:
            yield wrong('headers', 'webhook.header.name', name=str(name)[:60])
        elif not isinstance(value, (str, int, Secret)) or not _VALUE.fullmatch(revealed(value)):
            yield wrong('headers', 'webhook.header.value', name=str(name)[:60])
    names = [str(name).lower() for name in given] + ['token'] * bool(options.get('token'))
    if len(set(names)) < len(names):
        yield wrong('headers', 'webhook.header.twice')
    if 'content-type' in names and not options.get('body'):
        yield wrong('headers', 'webhook.header.type')
