"""Which addresses of a network are everybody's (pure), and what a name's addresses are.

A service's address that an operator gave freely must not lead into the network that the scanner stands in: to a
metadata service, a database, the host itself.
"""

import ipaddress
import socket
from typing import Any, Callable, List, Tuple, Union

from scan_notify_plugin.deadline import Overstayed, within
from scan_notify_plugin.errors import Reason, SendError
from scan_notify_plugin.faults import Fault

#: Says of an address whether it may be connected to.
Guard = Callable[[str], bool]
#: Seconds for a name that a proxy will ask for anyway.
_ASK = 3.0
#: As ``socket.getaddrinfo`` gives it.
Address = Tuple[Any, Any, int, str, Tuple[Any, ...]]

# Lists of our own: the properties of the module ipaddress differ from one Python to the next.
#: https://www.iana.org/assignments/iana-ipv4-special-registry/, what is not globally reachable there; multicast
#: (RFC 5771), what is reserved (RFC 1112), relays that are no more (RFC 7526), and one metadata service that has an
#: address like any other's (https://learn.microsoft.com/en-us/azure/virtual-network/what-is-ip-address-168-63-129-16).
_NOT_PUBLIC_4 = tuple(map(ipaddress.IPv4Network, (
    '0.0.0.0/8', '10.0.0.0/8', '100.64.0.0/10', '127.0.0.0/8', '169.254.0.0/16', '172.16.0.0/12', '192.0.0.0/24',
    '192.0.2.0/24', '192.88.99.0/24', '192.168.0.0/16', '198.18.0.0/15', '198.51.100.0/24', '203.0.113.0/24',
    '224.0.0.0/4', '240.0.0.0/4', '168.63.129.16/32',
)))  # fmt: skip
#: What is given to networks at all (https://www.iana.org/assignments/ipv6-address-space/). Outside are loopback, ULA,
#: link-local, site-local, multicast and what is of no use yet.
_UNICAST = ipaddress.IPv6Network('2000::/3')
#: https://www.iana.org/assignments/iana-ipv6-special-registry/: protocols of the IETF with Teredo among them,
#: documentation, 6to4; and what the 6bone gave back (RFC 3701). Tunnels are nobody's way to a service any more.
_NOT_PUBLIC_6 = tuple(map(ipaddress.IPv6Network, (
    '2001::/23', '2001:db8::/32', '2002::/16', '3ffe::/16', '3fff::/20',
)))  # fmt: skip
#: An IPv4 address in the last four bytes: mapped (RFC 4291), and by translators to networks without IPv4 (RFC 6052).
_HOLD_4 = (ipaddress.IPv6Network('::ffff:0:0/96'), ipaddress.IPv6Network('64:ff9b::/96'))


def public(address: str) -> bool:
    """Whether an address is one of everybody's network, and of nobody's own.

    :param address: as ``socket.getaddrinfo`` gives it; what is none is not public
    """
    try:
        parsed: Union[ipaddress.IPv4Address, ipaddress.IPv6Address] = ipaddress.ip_address(address.partition('%')[0])
    except ValueError:
        return False
    if isinstance(parsed, ipaddress.IPv6Address):
        if not any(parsed in network for network in _HOLD_4):
            return parsed in _UNICAST and not any(parsed in network for network in _NOT_PUBLIC_6)
        parsed = ipaddress.IPv4Address(int(parsed) & 0xFFFFFFFF)
    return not any(parsed in network for network in _NOT_PUBLIC_4)


def resolved(host: str, port: int) -> List[Address]:
    """The addresses of a name. What is an address in an odd spelling is what the system makes of it.

    :raises OSError: if it has none
    """
    return list(socket.getaddrinfo(host, port, 0, socket.SOCK_STREAM))


def allowed(host: str, found: List[Address], guard: Guard) -> List[Address]:
    """Those that may be connected to.

    :raises SendError: if there is none
    """
    kept = [one for one in found if guard(str(one[4][0]))]
    if found and not kept:
        raise SendError(Reason.CONFIG, words=Fault('address.private', host=host, address=str(found[0][4][0])))
    return kept


def all_allowed(host: str, port: int, guard: Guard) -> None:
    """Whether a name has no address that must not be connected to, as far as it is known here: a network behind a proxy
    often knows no names of others.

    :raises SendError: if it has one
    """
    try:
        found = within(_ASK, lambda: resolved(host, port))
    except (OSError, ValueError, Overstayed):
        return
    for one in found:
        allowed(host, [one], guard)
