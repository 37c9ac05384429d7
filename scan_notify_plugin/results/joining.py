"""A table of this round beside the ledger's, record by record, and an address with all its ports at once. Pure."""

from itertools import groupby
from typing import Iterable, Iterator, List, Optional, Tuple

from scan_notify_plugin.host.results.found import Found
from scan_notify_plugin.host.results.identity import address_of, port_of
from scan_notify_plugin.results.entry import Entry
from scan_notify_plugin.results.look import WEB_PORTS

__all__ = ['Pair', 'joined', 'shows_little', 'with_addresses']

Pair = Tuple[Optional[Entry], Optional[Found]]


def joined(entries: Iterable[Entry], rows: Iterable[Found]) -> Iterator[Pair]:
    """What is known and what was found, by identity. Both in ascending order, each identity once."""
    known, found = iter(entries), iter(rows)
    entry, row = next(known, None), next(found, None)
    while entry is not None and row is not None:
        if entry[0] == row[0]:
            yield entry, row
            entry, row = next(known, None), next(found, None)
        elif entry[0] < row[0]:
            yield entry, None
            entry = next(known, None)
        else:
            yield None, row
            row = next(found, None)
    while entry is not None:
        yield entry, None
        entry = next(known, None)
    while row is not None:
        yield None, row
        row = next(found, None)


def with_addresses(table: str, pairs: Iterable[Pair]) -> Iterator[Tuple[str, List[Pair]]]:
    """Ports by their address."""
    return ((address, list(group)) for address, group in groupby(pairs, lambda pair: address_of(table, _name(pair))))


def shows_little(table: str, pairs: List[Pair]) -> bool:
    """Whether an address shows no port, or nothing but 80 and 443 where it showed more: the host does that to one
    with too many open ports, and nmap to one that is too slow.
    """
    if all(found is not None for _, found in pairs):
        return False
    shown = [port_of(table, found.identity) for _, found in pairs if found is not None]
    if any(port not in WEB_PORTS for port in shown):
        return False
    missing = [entry for entry, found in pairs if found is None and entry is not None and not entry.gone]
    return bool(missing) and (not shown or any(port_of(table, entry.identity) not in WEB_PORTS for entry in missing))


def _name(pair: Pair) -> str:
    entry, found = pair
    return entry[0] if entry is not None else found[0] if found is not None else ''
