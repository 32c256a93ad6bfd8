"""Which network addresses may be reached. Judged after name resolution, on the address that is then connected to.

Judging the name or the first answer of a resolver is not enough: a name can point at a private address, give another
answer the second time (DNS rebinding), or hide an IPv4 address inside an IPv6 one.
"""

import socket
from collections.abc import Callable
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

from portal.outbound.errors import Blocked, Unreachable

Address = IPv4Address | IPv6Address
# (host, port) → addresses as text, in the order to be tried. Raises OSError when the name is unknown.
Resolver = Callable[[str, int], tuple[str, ...]]

# RFC 6052: an IPv4 address in the last 32 bits. Gateways translate it, so the inner address is what is reached.
_NAT64 = IPv6Network("64:ff9b::/96")
_NAT64_LOCAL = IPv6Network("64:ff9b:1::/48")
_COMPATIBLE = IPv6Network("::/96")
# Where clouds answer their own machines with credentials. Some lie outside of every private range: 192.0.0.0/24 is IETF's
# (RFC 6890; Oracle's is in it, and Python before 3.13 takes most of it for global), 168.63.129.16 is Azure's.
_METADATA = (
    IPv4Network("192.0.0.0/24"),
    IPv4Network("168.63.129.16/32"),
    IPv4Network("100.100.100.200/32"),
    IPv4Network("169.254.0.0/16"),
    IPv6Network("fd00:ec2::254/128"),
    IPv6Network("fd20:ce::254/128"),
)


def system_resolver(host: str, port: int) -> tuple[str, ...]:
    """The operating system's answer, without duplicates, order kept."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return tuple(dict.fromkeys(str(entry[4][0]) for entry in found))


def reached_address(text: str) -> Address:
    """The address that a packet to `text` ends at: IPv4 inside mapped, 6to4, Teredo and NAT64 addresses is unwrapped.

    Raises ValueError when it is not an address.
    """
    address = ip_address(text.partition("%")[0])
    if isinstance(address, IPv4Address):
        return address
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    if address.sixtofour is not None:
        return address.sixtofour
    if address.teredo is not None:
        return address.teredo[1]
    if address in _NAT64 or address in _NAT64_LOCAL or (address in _COMPATIBLE and int(address) > 0xFFFF):
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address


def is_public(address: Address) -> bool:
    """Whether everybody may be reached there: globally routed, one machine, not reserved."""
    return address.is_global and not (
        address.is_multicast
        or address.is_reserved
        or address.is_unspecified
        or address.is_link_local
        or _is_metadata(address)
    )


def is_registrable(address: Address) -> bool:
    """Whether a registered host may be there: private and loopback may be; cloud metadata never is."""
    is_barred = address.is_link_local or address.is_multicast or address.is_unspecified or _is_metadata(address)
    return not is_barred and (is_public(address) or address.is_private or address.is_loopback)


def _is_metadata(address: Address) -> bool:
    return any(address in network for network in _METADATA)


def choose_addresses(host: str, port: int, *, is_registered: bool, resolve: Resolver) -> tuple[str, ...]:
    """The addresses to connect to, all of them checked. One forbidden address among them refuses the host.

    Raises Unreachable when the name is unknown, Blocked when it leads where nothing may go.
    """
    try:
        found = resolve(host, port)
    except (OSError, UnicodeError) as error:
        raise Unreachable(
            f"The host {host[:80]!r} cannot be resolved. Check its name and this machine's DNS."
        ) from error
    if not found:
        raise Unreachable(f"The host {host[:80]!r} has no address. Check its name.")
    allowed = is_registrable if is_registered else is_public
    for text in found:
        try:
            address = reached_address(text)
        except ValueError as error:
            raise Blocked(f"The host {host[:80]!r} resolves to something that is not an address.") from error
        if not allowed(address):
            raise Blocked(
                f"{host}:{port} resolves to an address that is not public, so nothing was sent. "
                "If it is a source of your own, register it with exactly this host and port."
            )
    return found
