"""Who asks for a file or a page, as far as the request says: where from, whether a person, and what they can read."""

import ipaddress
from typing import Mapping

from scan_notify_plugin.web.previewers import PREVIEWERS

__all__ = ['address', 'is_prefetch', 'is_previewer', 'reads_pages']


def address(peer: str, headers: Mapping[str, str]) -> str:
    """Where a request comes from.

    The host's nginx stands before its web server on the same machine and says it in ``X-Real-IP``. Whoever comes from
    another machine says what they like, so nobody else is believed; nor is what is no single address.
    """
    if not _is_loopback(peer):
        return peer
    told = headers.get('X-Real-IP', '').strip()
    try:
        return str(ipaddress.ip_address(told)) if '%' not in told else peer
    except ValueError:
        return peer


def is_prefetch(headers: Mapping[str, str]) -> bool:
    """Whether a browser fetches before anybody has asked for it: https://wicg.github.io/nav-speculation/prefetch.html,
    and what browsers sent before that.
    """
    said = [headers.get(name, '').lower() for name in ('Sec-Purpose', 'Purpose', 'X-Purpose', 'X-Moz')]
    return any('prefetch' in value or 'preview' in value for value in said)


def is_previewer(headers: Mapping[str, str]) -> bool:
    """Whether it is one of the programs that show what is behind a link."""
    agent = headers.get('User-Agent', '')[:1000].lower()
    return any(mark in agent for mark, _ in PREVIEWERS)


def reads_pages(headers: Mapping[str, str]) -> bool:
    """Whether ``Accept`` names HTML, as browsers do. A program that takes anything gets what it always got."""
    for one in headers.get('Accept', '')[:2000].lower().split(','):
        kind, *parameters = [piece.strip() for piece in one.split(';')]
        if kind in ('text/html', 'application/xhtml+xml'):
            return not any(piece.replace(' ', '') in ('q=0', 'q=0.0', 'q=0.00', 'q=0.000') for piece in parameters)
    return False


def _is_loopback(peer: str) -> bool:
    try:
        found = ipaddress.ip_address(peer)
    except ValueError:
        return False
    mapped = getattr(found, 'ipv4_mapped', None)
    return bool(found.is_loopback or (mapped is not None and mapped.is_loopback))
