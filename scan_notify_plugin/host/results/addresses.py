"""The table of addresses: their order, and how the ports that several scan tasks found become one list."""

import marshal
import re
from socket import AF_INET, AF_INET6, inet_pton
from typing import Any, Dict, List, Sequence, Tuple

from scan_notify_plugin.host.results.definition import Definition, Field
from scan_notify_plugin.host.results.kinds import (  # fmt: skip
    INTEGER,
    ODD,
    OPTIONAL,
    OPTIONAL_LINES,
    SEPARATOR,
    SORTED_LINES,
    TEXT,
    Cell,
    Kind,
    derived,
    shown,
)
from scan_notify_plugin.host.results.tables import Column

__all__ = ['PORTS', 'Port', 'address_columns', 'address_rows', 'addresses', 'ip_key', 'is_address_task', 'unpacked']

#: A port as the host tells it: number, service, product, version. The ports of an address are stored as one value.
Port = Tuple[Cell, Cell, Cell, Cell]
#: Its place in a row, after the key and the address.
PORTS = 2

unpacked = marshal.loads

_IPV4 = re.compile(r'\d+\.\d+\.\d+\.\d+([-/][\d.]+)?')


def ip_key(ip: Any) -> bytes:
    """For the order of addresses: IPv4, IPv6, then what is no address; each by its number."""
    try:
        return b'4' + inet_pton(AF_INET, ip)
    except (OSError, TypeError, ValueError):
        pass
    try:
        return b'6' + inet_pton(AF_INET6, ip)
    except (OSError, TypeError, ValueError):
        return b'n' + str(ip).encode('utf-8', 'surrogatepass') if ip else b''


def is_address_task(task: Dict[str, Any]) -> bool:
    """Does the host tell this scan task's addresses without domains? A domain may look like an address inside."""
    targets = str(task.get('target', '')).split()
    return task.get('type') == 'ip' or bool(targets) and all(map(_IPV4.fullmatch, targets))


def _ports(value: Any) -> bytes:
    if not isinstance(value, list):
        raise TypeError
    ports = [
        (port['port_id'], port['service_name'], port.get('product', ''), port.get('version', '')) for port in value
    ]
    if ports:
        numbers, services, products, versions = zip(*ports)
        ''.join(services + products + versions)  # raises for what is no text
        if not INTEGER.plain.issuperset(map(type, numbers)):
            ports = [(INTEGER.convert(port[0]),) + port[1:] for port in ports]
    return marshal.dumps(ports)


def _some_ports(value: Any) -> bytes:
    ports = [port for port in value if isinstance(port, dict)] if isinstance(value, list) else []
    return marshal.dumps([_some_port(port) for port in ports])


def _some_port(port: Dict[str, Any]) -> Port:
    texts = [shown(port.get(name, '')) for name in ('service_name', 'product', 'version')]
    return (_some_number(port.get('port_id')), texts[0], texts[1], texts[2])


def _some_number(value: Any) -> Cell:
    try:
        return INTEGER.convert(value)
    except ODD:
        return shown(value)


def _all_ports(one: Any, other: Any) -> bytes:
    ports = dict.fromkeys(unpacked(one) + unpacked(other))
    return marshal.dumps(sorted(ports, key=_port_order))


def _port_order(port: Port) -> Tuple[bool, Any]:
    return (False, port[0]) if isinstance(port[0], int) else (True, str(port[0]))


def _place(city: Any) -> str:
    return '{}/{}'.format(city['country_name'], city['region_name']) if 'country_name' in city else ''


def _organization(asn: Any) -> Cell:
    return OPTIONAL.convert(asn.get('organization', ''))


def _system(os_info: Any) -> Cell:
    return OPTIONAL.convert(os_info['name']) if os_info else ''


_FIRST: Tuple[Field, ...] = (
    Field('IP', 22, TEXT, ('ip',)),
    Field('端口信息', 50, Kind(frozenset(), _ports, _some_ports, _all_ports), ('port_info',)),
    Field('geo', 25, derived(_place), ('geo_city',)),
    Field('as 编号', 55, derived(_organization), ('geo_asn',)),
)  # fmt: skip
_SYSTEM = Field('操作系统', 40, derived(_system), ('os_info',))
_PATHS = ('ip', 'port_info', 'geo_city.country_name', 'geo_city.region_name', 'geo_asn.organization', 'os_info.name')
_COUNT = Column('开放端口数目', 10)


def addresses(with_domains: bool, several_tasks: bool) -> Definition:
    """The table of addresses as it is stored: :func:`address_rows` tells it with one column more."""
    fields = _FIRST + (_SYSTEM,)
    if with_domains:
        domains = SORTED_LINES if several_tasks else OPTIONAL_LINES
        fields = _FIRST + (
            Field('domain', 60, domains, ('domain',)),
            _SYSTEM,
            Field('CDN', 40, OPTIONAL, ('cdn_name',)),
            Field('类别', 20, OPTIONAL, ('ip_type',)),
        )
    return Definition(
        'ip', 'IP', fields, lambda columns, _: list(map(ip_key, columns[0])), _PATHS + ('domain', 'cdn_name', 'ip_type')
    )


def address_columns(definition: Definition) -> Tuple[Column, ...]:
    return definition.columns[:PORTS] + (_COUNT,) + definition.columns[PORTS:]


def address_rows(rows: Sequence[Sequence[Any]]) -> List[Tuple[Any, ...]]:
    """What is told of merged rows: with their ports as text, and how many these are."""
    told: List[Tuple[Any, ...]] = []
    for row in rows:
        _, ip, packed, place, organization = row[:5]
        ports = unpacked(packed)
        numbers = SEPARATOR.join([str(port[0]) for port in ports if port[0] is not None])
        told.append((ip, numbers, len(ports), place, organization if place else '') + tuple(row[5:]))
    return told
