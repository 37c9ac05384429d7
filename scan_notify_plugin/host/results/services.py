"""What is made of the ports once the addresses are merged: the system services, and the host's statistics."""

from collections import Counter
from itertools import chain
from operator import itemgetter
from typing import Dict, Iterable, Iterator, List, Mapping, Tuple

from scan_notify_plugin.host.results.addresses import PORTS, ports_of, unpacked
from scan_notify_plugin.host.results.kinds import Cell
from scan_notify_plugin.host.results.merging import Cells
from scan_notify_plugin.tables import Column

__all__ = ['SERVICE_COLUMNS', 'STATISTICS_COLUMNS', 'Statistics', 'service_rows', 'tally']

SERVICE_COLUMNS = (
    Column('IP', 22),
    Column('端口', 10),
    Column('服务', 20),
    Column('产品', 40),
    Column('版本', 20),
)

#: As the host lays it out: three lists side by side.
STATISTICS_COLUMNS = (
    (Column('端口信息统计', 20),) + 4 * (Column('', 10),)
    + (Column('系统服务信息统计', 20),) + 4 * (Column('', 10),)
    + (Column('软件产品信息统计', 40),) + 2 * (Column('', 10),)
)  # fmt: skip
_HEADS = ('端口', '系统服务', '产品')
_SUMS = ('端口开放总数', '系统服务类别总数', '产品类别总数')
_TOP = 20
_AT_ONCE = 250
Line = Tuple[Cell, Cell, Cell]
_BLANK: Line = (None, None, None)
Numbers = Dict[Cell, int]

#: Different names that are counted; what comes after them is not.
NAMES = 10000


def service_rows(rows: Iterable[Cells]) -> Iterator[List[Cells]]:
    """A row for each port of merged addresses, in lists; one address can have 65,535.

    :param rows: (key, address, ports, ranks)
    """
    result: List[Cells] = []
    for row in rows:
        result += [row[:PORTS] + port for port in ports_of(row)]
        if len(result) >= _AT_ONCE:
            yield result
            result = []
    yield result


def tally(counter: Counter, numbers: Mapping[Cell, int]) -> None:
    """Add to a counter, which is bounded."""
    for name, number in numbers.items():
        if name in counter:
            counter[name] += number
        elif len(counter) < NAMES:
            counter[name] = number


class Statistics:
    """How often ports, services and products were found. Bounded in memory."""

    def __init__(self) -> None:
        self.services: Counter = Counter()
        self.ports: Counter = Counter()
        # What the host shows beside the ports: services of which a product is known, and these products.
        self._known: Counter = Counter()
        self._products: Counter = Counter()
        self._counters = (self.ports, self._known, self._products, self.services)
        self._sums = [0, 0, 0, 0]

    def expect(self, rows: Iterable[Cells]) -> None:
        """See the addresses as the database has them: of equally frequent names the host shows the first seen first."""
        self._count(chain.from_iterable(unpacked(row[PORTS]) for row in rows), 0, 0)

    def count(self, services: Iterable[Cells]) -> None:
        """Count rows of :func:`service_rows`."""
        self._count(services, 2, 1)

    def _count(self, rows: Iterable[Cells], first: int, weight: int) -> None:
        """Count ports, whose number is in the column ``first``."""
        ports, services, known, products = {}, {}, {}, {}  # type: Tuple[Numbers, Numbers, Numbers, Numbers]
        for (port, service, product), number in Counter(map(itemgetter(first, first + 1, first + 2), rows)).items():
            number *= weight
            ports[port] = ports.get(port, 0) + number
            services[service] = services.get(service, 0) + number
            if product:
                name = 'https' if service == 'https-alt' else service
                known[name] = known.get(name, 0) + number
                if '**' not in str(product):
                    name = str(product).strip()
                    products[name] = products.get(name, 0) + number
        for place, (counter, numbers) in enumerate(zip(self._counters, (ports, known, products, services))):
            self._sums[place] += sum(numbers.values())
            tally(counter, numbers)

    def rows(self) -> Iterator[Cells]:
        """The host's sheet from its second row."""
        blocks = [
            _block(head, names, total, counter)
            for head, names, total, counter in zip(_HEADS, _SUMS, self._sums, self._counters)
        ]
        for ports, services, products in zip(*blocks):
            yield ports + (None, None) + services + (None, None) + products


def _block(head: str, sum_of: str, total: int, counter: Counter) -> List[Line]:
    top: List[Line] = [
        (name, number, '{:.2f}%'.format(number * 100.0 / total)) for name, number in counter.most_common(_TOP) if number
    ]
    return (
        3 * [_BLANK]
        + [(head, '数量', '占比')]
        + top
        + (_TOP + 1 - len(top)) * [_BLANK]
        + [(sum_of, None, None), (total, None, None)]
    )
