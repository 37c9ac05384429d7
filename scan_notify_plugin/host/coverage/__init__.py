"""What one round of a schedule looked at, so that nobody is told as gone what was only not looked at."""

from scan_notify_plugin.host.coverage.belonging import elements_of
from scan_notify_plugin.host.coverage.extents import NOTHING, Extent
from scan_notify_plugin.host.coverage.lists import SHIPPED, Lists, read_lists
from scan_notify_plugin.host.coverage.looks import Looked, Looks, looks
from scan_notify_plugin.host.coverage.ports import PortSet
from scan_notify_plugin.host.coverage.scan import Scan, read

__all__ = [
    'Extent', 'Lists', 'Looked', 'Looks', 'NOTHING', 'PortSet', 'SHIPPED', 'Scan', 'elements_of', 'looks', 'read',
    'read_lists',
]  # fmt: skip
