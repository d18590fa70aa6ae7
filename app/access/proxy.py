"""A reverse proxy that is trusted: what its headers say counts, and only when they come from it."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ingest.trouble import Trouble

Headers = Mapping[str, Sequence[str]]  # lower-case name → its values, as they came
Network = ipaddress.IPv4Network | ipaddress.IPv6Network


_MOST = 16  # addresses of one network: whoever has one of them is whoever they say


class ProxyInvalid(Trouble):
    """What page.proxy names is no address, or far too many. Facts: address, most, reason."""


@dataclass(frozen=True, slots=True)
class Proxy:
    """The addresses of the proxy, and the headers in which it names who was let in."""

    addresses: tuple[Network, ...] = ()
    user_header: str = ""  # lower case; empty: the proxy lets nobody in by itself
    groups_header: str = ""

    def speaks(self, peer: str) -> bool:
        """Whether a request comes from the proxy."""
        return bool(self.addresses) and _within(peer, self.addresses)

    def client(self, peer: str, headers: Headers) -> str:
        """The address of who asks: the last one of X-Forwarded-For that is not the proxy's."""
        if not self.speaks(peer):
            return peer
        hops = ",".join(headers.get("x-forwarded-for", ())).split(",")
        far = [hop.strip() for hop in hops if hop.strip() and not _within(hop, self.addresses)]
        return far[-1][:64] if far else peer

    def is_https(self, peer: str, headers: Headers) -> bool:
        """Whether the proxy was spoken to by TLS."""
        return self.speaks(peer) and list(headers.get("x-forwarded-proto", ())) == ["https"]

    def user(self, peer: str, headers: Headers) -> tuple[str, tuple[str, ...]] | None:
        """(login, groups) that the proxy vouches for; None where it names nobody, or two."""
        if not self.user_header or not self.speaks(peer):
            return None
        named = [name.strip() for name in headers.get(self.user_header, ())]
        if len(named) != 1 or not 0 < len(named[0]) <= 256 or not named[0].isprintable():
            return None
        groups = ",".join(headers.get(self.groups_header, ())) if self.groups_header else ""
        return named[0], tuple(part.strip() for part in groups.split(",") if part.strip())


def proxy_of(addresses: str, user_header: str, groups_header: str) -> Proxy:
    """From settings: addresses and networks separated by commas.

    Raises:
        ProxyInvalid: neither an address nor a network, or one of more than 16 addresses.
    """
    found = []
    for part in filter(None, (piece.strip() for piece in addresses.split(","))):
        try:
            network = ipaddress.ip_network(part)
        except ValueError as error:
            raise ProxyInvalid(address=part) from error
        if network.num_addresses > _MOST:
            raise ProxyInvalid(address=part, most=_MOST, reason="wide")
        found.append(network)
    return Proxy(tuple(found), user_header.strip().lower(), groups_header.strip().lower())


def _within(address: str, networks: Sequence[Network]) -> bool:
    try:
        place = ipaddress.ip_address(address.strip())
    except ValueError:
        return False
    mapped = getattr(place, "ipv4_mapped", None)
    return any((mapped or place) in network for network in networks)
