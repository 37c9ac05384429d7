"""Which ports the port scan of a task looks at, by its options. Pure."""

import re
from typing import Mapping

from scan_notify_plugin.host.coverage.extents import ALL_PORTS, UNASKED
from scan_notify_plugin.host.coverage.lists import SHIPPED, TOP_100_OF_OLD, Lists, asks_first
from scan_notify_plugin.host.coverage.ports import NO_PORTS, PortSet, read_ports, without
from scan_notify_plugin.host.coverage.scan import Scan

__all__ = ['addresses_tried', 'scanned_ports']

#: What the host takes for a list of ports to leave out (host: app.utils, is_valid_exclude_ports).
_EXCLUDED = re.compile(r'\d{1,5}(?:-\d{1,5})?(?:,\d{1,5}(?:-\d{1,5})?)*', re.ASCII)


def scanned_ports(scan: Scan, lists: Lists) -> PortSet:
    """The ports that are scanned if ``port_scan`` is on; none where the options cannot be understood."""
    chosen = _chosen(scan, lists)
    excluded = scan.options.get('exclude_ports')
    if excluded is None or excluded == '':
        return chosen
    # Two forks do not know this option: whatever they scanned, the rest was looked at on all.
    if not isinstance(excluded, str):
        return NO_PORTS
    ports = read_ports(excluded) if _EXCLUDED.fullmatch(excluded) else None
    # What the host does not take for a list it does not leave out; what nmap would refuse has no result.
    return chosen if ports is None else without(chosen, ports)


def addresses_tried(scan: Scan, lists: Lists) -> str:
    """Which addresses are scanned: '' if only those that give an answer to a ping, or at a few ports.

    So a scan of more ports can find less.
    """
    kind = scan.options.get('port_scan_type', 'test')
    if kind == 'custom' and 'port_custom' in scan.options:
        return '' if asks_first(scan.options['port_custom']) else UNASKED
    if kind == 'all':
        return ALL_PORTS
    known = kind if isinstance(kind, str) and kind in ('top100', 'top1000', 'custom') else 'test'
    return '' if known in lists.asking else UNASKED


def _chosen(scan: Scan, lists: Lists) -> PortSet:
    """By the kind of port scan; one that the host does not know is its shortest (host: app.tasks.ip, port_scan)."""
    kind = scan.options.get('port_scan_type', 'test')
    if not isinstance(kind, str):
        return NO_PORTS
    if kind == 'custom':
        return _custom(scan.options, lists)
    if kind == 'top100' and lists.top100 == SHIPPED.top100 and 'wih_cnt' not in (scan.statistic or {}):
        return TOP_100_OF_OLD  # the fork that does not count them is the one with another list
    return {'top100': lists.top100, 'top1000': lists.top1000, 'all': lists.all}.get(kind, lists.test)


def _custom(options: Mapping[str, object], lists: Lists) -> PortSet:
    given = options.get('port_custom')
    return lists.custom if given is None else read_ports(given) or NO_PORTS
