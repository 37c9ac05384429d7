"""The table of addresses: their order, and how the ports that scan tasks found become one list."""

import marshal
import re
from socket import AF_INET, AF_INET6, inet_pton
from typing import Dict, Iterable, List, Sequence, Set, Tuple, Union, cast

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
    Gathered,
    Kind,
    compact,
    derived,
    shown,
)
from scan_notify_plugin.host.results.merging import Cells
from scan_notify_plugin.host.results.ranks import newest_rank, rank_cell, rank_numbers
from scan_notify_plugin.records import Document
from scan_notify_plugin.tables import Column

__all__ = [
    'PORTS',
    'Port',
    'address_columns',
    'address_rows',
    'addresses',
    'ip_key',
    'is_address_task',
    'port_key',
    'ports_of',
    'unpacked',
]

#: A port as the host has it: number, service, product, version. The ports of an address are stored as one value, each
#: number once; where several records were merged, with the ranks of the scan tasks that found the port at the end.
Port = Tuple[Cell, ...]
#: Its place in a row, after the key and the address.
PORTS = 2
#: Where a port that was merged has its ranks.
_RANKS = 4

_IPV4 = re.compile(r'\d+\.\d+\.\d+\.\d+([-/][\d.]+)?')


def unpacked(ports: Cell) -> List[Port]:
    """The ports of an address from the cell in which they are stored."""
    return marshal.loads(cast(bytes, ports))


def ports_of(row: Cells) -> List[Port]:
    """The ports of a row, merged or not, all with ranks."""
    return [port if len(port) > _RANKS else port + (row[-1],) for port in unpacked(row[PORTS])]


def ip_key(ip: object) -> bytes:
    """For the order of addresses: IPv4, IPv6, then what is no address; each by its number."""
    if isinstance(ip, str):
        for mark, family in ((b'4', AF_INET), (b'6', AF_INET6)):
            try:
                return mark + inet_pton(family, ip)
            except (OSError, ValueError):
                pass
    return b'n' + str(ip).encode('utf-8', 'surrogatepass') if ip else b''


def port_key(port: Cell) -> bytes:
    """For the order of ports by their number; what is none comes last."""
    return port.to_bytes(2, 'big') if isinstance(port, int) and 0 <= port < 65536 else b'\xff\xff\xff'


def is_address_task(task: Document) -> bool:
    """Does the host export this scan task's addresses without domains? A domain may look like an address inside."""
    targets = str(task.get('target', '')).split()
    return task.get('type') == 'ip' or bool(targets) and all(map(_IPV4.fullmatch, targets))


def _ports(value: object) -> bytes:
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
            numbers = tuple(port[0] for port in ports)
        if len(set(numbers)) != len(numbers):
            return marshal.dumps(_each_once(ports))
    return marshal.dumps(ports)


def _some_ports(value: object) -> bytes:
    ports = [port for port in value if isinstance(port, dict)] if isinstance(value, list) else []
    return marshal.dumps(_each_once([_some_port(port) for port in ports]))


def _some_port(port: Document) -> Port:
    texts = [shown(port.get(name, '')) for name in ('service_name', 'product', 'version')]
    return (_some_number(port.get('port_id')), texts[0], texts[1], texts[2])


def _some_number(value: object) -> Cell:
    try:
        return INTEGER.convert(value)
    except ODD:
        return shown(value)


def _each_once(ports: Iterable[Port]) -> List[Port]:
    """Of the ports in one record, where they first stand."""
    best: Dict[Cell, Port] = {}
    for port in ports:
        which = _which(port)
        if which not in best or _filled(port) >= _filled(best[which]):
            best[which] = port
    return list(best.values())


def _which(port: Port) -> Cell:
    """What tells one port of an address from another: its number, of what has none everything."""
    return compact(port[:_RANKS]) if port[0] is None else port[0]


def _filled(port: Port) -> int:
    """How much is known of it: its product, its version."""
    if port[2]:
        return 2 if port[3] else 1
    return 1 if port[3] else 0


class _AllPorts(Gathered):
    """All ports by their numbers: of each what is known most of, and of equals the newest."""

    def __init__(self) -> None:
        #: How much is known of a port and since when, the port, and the tasks that found it.
        self._best: Dict[Cell, Tuple[int, int, Port]] = {}
        self._ranks: Dict[Cell, Set[int]] = {}

    def add(self, cell: Cell, ranks: Cell) -> None:
        newest, numbers, best = newest_rank(ranks), rank_numbers(ranks), self._best
        for port in unpacked(cell):
            which, known = _which(port), _filled(port)
            held = best.get(which)
            if held is None:
                self._ranks[which] = set(numbers)
            else:
                self._ranks[which].update(numbers)
                if (known, newest) < held[:2]:
                    continue
            best[which] = known, newest, port

    def cell(self, newest: Cell) -> Cell:
        ports = [port + (rank_cell(self._ranks[which]),) for which, (_, _, port) in self._best.items()]
        return marshal.dumps(sorted(ports, key=_port_order))


def _port_order(port: Port) -> Tuple[bool, Union[int, str]]:
    number = port[0]
    return not isinstance(number, int), number if isinstance(number, int) else str(number)


def _place(city: Document) -> str:
    return '{}/{}'.format(city['country_name'], city['region_name']) if 'country_name' in city else ''


def _organization(asn: Document) -> Cell:
    return OPTIONAL.convert(asn.get('organization', ''))


def _system(os_info: Document) -> Cell:
    return OPTIONAL.convert(os_info['name']) if os_info else ''


_FIRST: Tuple[Field, ...] = (
    Field('IP', 22, TEXT, ('ip',)),
    Field('端口信息', 50, Kind(frozenset(), _ports, _some_ports, _AllPorts), ('port_info',)),
    Field('geo', 25, derived(_place), ('geo_city',)),
    Field('as 编号', 55, derived(_organization), ('geo_asn',)),
)  # fmt: skip
_SYSTEM = Field('操作系统', 40, derived(_system), ('os_info',))
_PATHS = ('ip', 'port_info', 'geo_city.country_name', 'geo_city.region_name', 'geo_asn.organization', 'os_info.name')
_COUNT = Column('开放端口数目', 10)


def addresses(with_domains: bool, several_tasks: bool) -> Definition:
    """The table of addresses as it is stored; :func:`address_rows` has one column more."""
    fields = _FIRST + (_SYSTEM,)
    if with_domains:
        domains = SORTED_LINES if several_tasks else OPTIONAL_LINES
        fields = _FIRST + (
            Field('domain', 60, domains, ('domain',)),
            _SYSTEM,
            Field('CDN', 40, OPTIONAL, ('cdn_name',)),
            Field('类别', 20, OPTIONAL, ('ip_type',)),
        )
    system = 1 + fields.index(_SYSTEM)
    return Definition(
        'ip',
        'table.ip',
        fields,
        lambda columns, _: list(map(ip_key, columns[0])),
        _PATHS + ('domain', 'cdn_name', 'ip_type'),
        # One that has answered has an open port or an operating system.
        answered=lambda row: bool(unpacked(row[PORTS]) or row[system]),
        quoted=True,
    )


def address_columns(definition: Definition, language: str) -> Tuple[Column, ...]:
    columns = definition.columns(language)
    return columns[:PORTS] + (_COUNT,) + columns[PORTS:]


def address_rows(rows: Sequence[Cells]) -> List[Cells]:
    """Of merged rows such as the report has: with their ports as text, and how many these are."""
    result: List[Cells] = []
    for row in rows:
        key, ip, packed, place, organization = row[:5]
        ports = unpacked(packed)
        numbers = SEPARATOR.join([str(port[0]) for port in ports if port[0] is not None])
        result.append((key, ip, numbers, len(ports), place, organization if place else '') + tuple(row[5:]))
    return result
