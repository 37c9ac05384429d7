"""What an identity hangs on, and which address, port and plugin it is about. Pure; any text has an answer."""

import re
from typing import Callable, Dict, Optional, Tuple

from scan_notify_plugin.host.results.identity.urls import HTTP, Place, address, is_address, place_of

__all__ = ['Identity', 'UNIT', 'address_of', 'parents', 'plugin_of', 'port_of', 'service_identity']

#: Between the parts of an identity; no part has it.
UNIT = '\x1f'
#: (table, identity)
Identity = Tuple[str, str]

#: Where their URL or target stands in the parts of an identity.
_TARGETS = {
    'site': 0, 'url': 0, 'fileleak': 0, 'wih': 0, 'vuln': 0, 'unauth': 0, 'nuclei_result': 1, 'xray_result': 1,
}  # fmt: skip
#: Tables whose first two parts are a host and a port.
_PORTS = ('service', 'cert', 'npoc_service')
_PORT = re.compile('[0-9]{1,5}')


def service_identity(host: str, port: int) -> str:
    """The identity of a service."""
    return '{}{}{}'.format(host, UNIT, port)


def parents(table: str, identity: str) -> Tuple[Identity, ...]:
    """What a record hangs on, as alternatives: it was looked at if one of them was found. () where that is nothing."""
    relate = _PARENTS.get(table)
    return relate(identity) if relate else ()


def address_of(table: str, identity: str) -> str:
    """The address or name of the host that a record is about; '' if it says none."""
    if table in _TARGETS:
        return _place(table, identity).host
    if table in _PORTS or table == 'ip':
        return address(identity.partition(UNIT)[0].lower())
    return identity.partition(UNIT)[0].lower() if table == 'domain' else ''


def port_of(table: str, identity: str) -> Optional[int]:
    """The port that a record is about, also where the scheme alone says it; None if nothing does."""
    if table in _TARGETS:
        return _place(table, identity).known_port
    return _number(_part(identity, 1)) if table in _PORTS else None


def plugin_of(table: str, identity: str) -> str:
    """The plugin that finds such a record; '' where there are none."""
    return _part(identity, 1) if table == 'vuln' else ''


def _part(identity: str, place: int) -> str:
    parts = identity.split(UNIT)
    return parts[place] if place < len(parts) else ''


def _number(text: str) -> Optional[int]:
    return int(text) if _PORT.fullmatch(text) else None


def _place(table: str, identity: str) -> Place:
    return place_of(_part(identity, _TARGETS[table]))


def _of_site(identity: str) -> Tuple[Identity, ...]:
    place = _place('site', identity)
    if not is_address(place.host):
        return _named('domain', place.host)
    return _of_port(place.host, place.known_port) + _named('ip', place.host)


def _of_target(table: str) -> Callable[[str], Tuple[Identity, ...]]:
    """Of what was found at a URL or at a target of plugins, which may be a bare host."""

    def of_target(identity: str) -> Tuple[Identity, ...]:
        place = _place(table, identity)
        host, port, schemes = place.host, place.known_port, [place.scheme] if place.scheme else list(HTTP)
        sites = tuple([('site', _site(scheme, host, place.port)) for scheme in schemes if host and scheme in HTTP])
        if is_address(host):
            services = _of_port(host, port)
            return sites + services if place.scheme in HTTP else (services or _named('ip', host)) + sites
        return sites if place.scheme in HTTP else sites + _named('domain', host)

    return of_target


def _of_certificate(identity: str) -> Tuple[Identity, ...]:
    host, port = address_of('cert', identity), port_of('cert', identity)
    # Without a scan of ports 443 alone is asked for its certificate, and no service tells of it.
    return _of_port(host, port) + (_named('ip', host) if port == HTTP['https'] else ())


def _of_detected(identity: str) -> Tuple[Identity, ...]:
    host = address_of('npoc_service', identity)
    if not is_address(host):
        return _named('domain', host)
    return _of_port(host, port_of('npoc_service', identity)) + _named('ip', host)


def _of_port(host: str, port: Optional[int]) -> Tuple[Identity, ...]:
    return (('service', service_identity(host, port)),) if host and port is not None else ()


def _named(table: str, name: str) -> Tuple[Identity, ...]:
    return ((table, name),) if name else ()


def _site(scheme: str, host: str, port: Optional[int]) -> str:
    name = '[{}]'.format(host) if ':' in host else host
    return '{}://{}{}'.format(scheme, name, '' if port in (None, HTTP[scheme]) else ':{}'.format(port))


_PARENTS: Dict[str, Callable[[str], Tuple[Identity, ...]]] = {
    'service': lambda identity: _named('ip', address_of('service', identity)),
    'site': _of_site,
    'cert': _of_certificate,
    'npoc_service': _of_detected,
}
_PARENTS.update((table, _of_target(table)) for table in _TARGETS if table != 'site')
