"""What a scan task looks at, in texts that stay the same over the rounds. Pure.

Of an ip task each address, range or network is an element, of a domain task its domain, of risk cruising each target.
The same target written in another way is the same element: ``10.0.0.7/24``, ``10.0.0.0-10.0.0.255`` and
``10.0.0.0-255`` are ``10.0.0.0/24``.
"""

import ipaddress
import re
from hashlib import blake2b
from typing import List, NamedTuple, Optional, Tuple, Union

from scan_notify_plugin.masking import masked_text

__all__ = ['Span', 'elements', 'read_address', 'read_span']

Address = Union[ipaddress.IPv4Address, ipaddress.IPv6Address]

#: Elements of one task; the target of a task that has more is one element.
MOST = 10000
_MOST_CHARACTERS = 300
#: Nobody writes a longer address.
_LONGEST_ADDRESS = 64
_V4 = re.compile(r'\d{1,4}(?:\.\d{1,4}){3}', re.ASCII)
_END = re.compile(r'\d{1,3}', re.ASCII)
_SEPARATORS = re.compile(r'[,;\s]+')


class Span(NamedTuple):
    """Addresses from the first to the last, as numbers."""

    version: int
    first: int
    last: int

    @property
    def text(self) -> str:
        """As an address, else as a network, else as a range."""
        address = ipaddress.IPv4Address if self.version == 4 else ipaddress.IPv6Address
        first, last = address(self.first), address(self.last)
        if first == last:
            return str(first)
        size = self.last - self.first + 1
        if size & (size - 1) == 0 and self.first % size == 0:
            return '{}/{}'.format(first, first.max_prefixlen - size.bit_length() + 1)
        return '{}-{}'.format(first, last)


def read_address(text: str) -> Optional[Address]:
    """An address; leading zeros mean nothing, as to the host."""
    if len(text) > _LONGEST_ADDRESS:
        return None
    try:
        if _V4.fullmatch(text):
            text = '.'.join(str(int(number)) for number in text.split('.'))
        return None if '%' in text else ipaddress.ip_address(text)
    except ValueError:
        return None


def read_span(text: str) -> Optional[Span]:
    """An address, a network, or a range; None for anything else."""
    start, dash, end = text.partition('-')
    if dash:
        first, last = read_address(start), _end_of_range(start, end)
        if first is None or last is None or first.version != last.version or int(first) > int(last):
            return None
        return Span(first.version, int(first), int(last))
    start, slash, prefix = text.partition('/')
    address = read_address(start)
    if address is None:
        return None
    if not slash:
        return Span(address.version, int(address), int(address))
    if not _END.fullmatch(prefix) or int(prefix) > address.max_prefixlen:
        return None
    size = 1 << (address.max_prefixlen - int(prefix))
    first_number = int(address) // size * size
    return Span(address.version, first_number, first_number + size - 1)


def _end_of_range(start: str, end: str) -> Optional[Address]:
    """The last address of a range: whole, or its last number alone."""
    if _END.fullmatch(end) and _V4.fullmatch(start):
        return read_address(start.rpartition('.')[0] + '.' + end)
    return read_address(end)


def elements(kind: str, target: object, cruising_target: object = None) -> Tuple[str, ...]:
    """The elements of a task, each once, in the order of texts.

    :param kind: the task's type, as the host names it
    :param cruising_target: the list of targets that risk cruising has beside a text of numbers
    """
    whole = target.strip().lower() if isinstance(target, str) else ''
    parts: List[str] = []
    if kind == 'ip':
        parts = _SEPARATORS.split(whole)
    elif kind == 'risk_cruising' and isinstance(cruising_target, (list, tuple)):
        parts = [part.strip().lower().rstrip('/') for part in cruising_target if isinstance(part, str)]
    elif kind == 'domain':
        parts = [whole.rstrip('.')]
    found = sorted({_bounded(_canonical(kind, part)) for part in parts if part}) if len(parts) <= MOST else []
    return tuple(found) or ((_bounded(masked_text(whole)),) if whole else ())


def _canonical(kind: str, part: str) -> str:
    span = read_span(part) if kind == 'ip' else None
    return span.text if span else masked_text(part)  # people write users and passwords into targets


def _bounded(text: str) -> str:
    """Short, and without halves of characters, which no database takes."""
    text = text.encode('utf-8', 'replace').decode('utf-8')
    if len(text) <= _MOST_CHARACTERS:
        return text
    return '{}#{}'.format(text[:_MOST_CHARACTERS], blake2b(text.encode('utf-8'), digest_size=8).hexdigest())
