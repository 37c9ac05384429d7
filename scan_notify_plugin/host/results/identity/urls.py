"""URLs and targets as strangers write them: one spelling for one place, and what host and port they say. Pure."""

import re
from functools import lru_cache
from socket import AF_INET, AF_INET6, inet_ntop, inet_pton
from typing import List, NamedTuple, Optional, Sequence

__all__ = ['HTTP', 'Place', 'address', 'is_address', 'place_of', 'normal_target', 'normal_targets', 'without_query']

#: Ports that a scheme does not write: https://www.rfc-editor.org/rfc/rfc9110#section-4.2
HTTP = {'http': 80, 'https': 443}
#: The same of targets of plugins, which are no URLs of the web.
_DEFAULTS = dict(HTTP, ssh=22, ftp=21)

#: What is in its normal form already; nearly all is.
_NORMAL = re.compile(r'https?://[a-z0-9._-]+(?::(?!0|80[/?]|80\Z|443[/?]|443\Z)[0-9]{1,5})?(?:/[^#\s]+)?')
_URL = re.compile(
    r'(?s)([A-Za-z][A-Za-z0-9+.-]{0,30})://([^/?#]*@)?(\[[^\]/?#]*\]|[^:/?#\[\]]*)(?::0*([0-9]*))?(?![^/?#])(.*)'
)
_PLACE = re.compile(
    r'(?s)(?:([A-Za-z][A-Za-z0-9+.-]{0,30})://)?(?:[^/?#]*@)?(\[[^\]/?#]*\]|[^:/?#]*)(?::([0-9]{1,5})(?![^/?#]))?'
)


class Place(NamedTuple):
    """What a URL or a target says of where it is."""

    scheme: str
    #: in small letters, an IPv6 address without brackets; '' if there is none
    host: str
    port: Optional[int]

    @property
    def known_port(self) -> Optional[int]:
        """The port, or that of the scheme."""
        return self.port if self.port is not None else _DEFAULTS.get(self.scheme)


def normal_targets(texts: Sequence[str]) -> List[str]:
    """A column of URLs or targets, each as :func:`normal_target` has it."""
    return [text if match else normal_target(text) for text, match in zip(texts, map(_NORMAL.fullmatch, texts))]


def normal_target(text: str) -> str:
    """One spelling for one place: scheme and host in small letters, no port that the scheme has anyway, no fragment.

    Paths and queries stay as they are. What is no URL is taken as a host, perhaps with a port.
    """
    text = text.partition('#')[0].strip()
    match = _URL.fullmatch(text)
    if match is None:
        return text if '/' in text else text.lower()
    scheme, user, host, port, rest = match.groups()
    scheme, host = scheme.lower(), host.lower().strip()
    if host[:1] == '[':
        host = '[{}]'.format(address(host[1:-1]))
    if port and HTTP.get(scheme) != int(port[:6]):
        host += ':' + port
    if rest[:1] == '?':
        rest = '/' + rest
    return '{}://{}{}{}'.format(scheme, user or '', host, '' if rest == '/' else rest)


def without_query(texts: Sequence[str]) -> List[str]:
    """A column of URLs up to their queries."""
    return normal_targets([text.partition('?')[0] for text in texts])


@lru_cache(maxsize=4096)
def place_of(text: str) -> Place:
    """What a text says of where it is; any text at all."""
    if _is_ipv6(text):
        return Place('', address(text), None)
    match = _PLACE.match(text.strip())
    assert match is not None, 'every part of it may be missing'
    scheme, host, port = match.groups()
    if host[:1] == '[':
        host = host[1:-1]
    number = int(port) if port else None
    return Place((scheme or '').lower(), address(host.lower().strip()), number if number and number < 65536 else None)


def address(host: str) -> str:
    """A host; an IPv6 address in its shortest form: https://www.rfc-editor.org/rfc/rfc5952"""
    if ':' in host:
        try:
            return inet_ntop(AF_INET6, inet_pton(AF_INET6, host))
        except (OSError, ValueError):
            return host
    return host


def is_address(host: str) -> bool:
    """Whether it is one, and no name."""
    try:
        inet_pton(AF_INET, host)
        return True
    except (OSError, ValueError):
        return _is_ipv6(host)


def _is_ipv6(text: str) -> bool:
    if ':' not in text:
        return False
    try:
        inet_pton(AF_INET6, text)
        return True
    except (OSError, ValueError):
        return False
