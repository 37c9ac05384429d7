"""What makes a record the same one in the next round, what it hangs on, and what of it is compared. Pure."""

from scan_notify_plugin.host.results.identity.relations import UNIT, address_of, parents, plugin_of, port_of
from scan_notify_plugin.host.results.identity.telling import described
from scan_notify_plugin.host.results.identity.watched import TABLES, WATCHED, Watched

__all__ = ['TABLES', 'UNIT', 'WATCHED', 'Watched', 'address_of', 'described', 'parents', 'plugin_of', 'port_of']
