"""What may be contacted, decided before any library is imported.

Every library's way out is closed by its own switch; addresses that settings name must be on this
machine, in the building, or listed one by one. Nothing here depends on a library: it runs first.
What Python code tries all the same is stopped by ingest/wall.py. Where the page may listen is the
other direction: app/commands/serve.py.
"""

from __future__ import annotations

import ipaddress
import os
import re
import socket
from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from urllib.parse import urlsplit

from ingest import wall
from ingest.trouble import Trouble
from ingest.wall import Address

_SWITCHES = {
    "HF_HUB_OFFLINE": "1",
    "TRANSFORMERS_OFFLINE": "1",
    "HF_DATASETS_OFFLINE": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "HF_HUB_DISABLE_UPDATE_CHECK": "1",
    "DISABLE_TELEMETRY": "1",
    "DO_NOT_TRACK": "1",
    "ANONYMIZED_TELEMETRY": "False",
    "GRADIO_ANALYTICS_ENABLED": "False",
    "GRADIO_SHARE": "False",
    "GRADIO_RUN_HISTORY": "False",
    "TOKENIZERS_PARALLELISM": "false",
    "OTEL_SDK_DISABLED": "true",
    "OTEL_TRACES_EXPORTER": "none",
    "OTEL_METRICS_EXPORTER": "none",
    "OTEL_LOGS_EXPORTER": "none",
    # langsmith reads these four names, the first that is set wins
    "LANGSMITH_TRACING_V2": "false",
    "LANGCHAIN_TRACING_V2": "false",
    "LANGSMITH_TRACING": "false",
    "LANGSMITH_CONFIG_FILE": os.devnull,
    "NO_PROXY": "*",
    "LANGCHAIN_OPENAI_TCP_KEEPALIVE": "0",  # else it takes NO_PROXY for a proxy, and warns
}
# what asks for a way out: said and refused, never silently ignored
_TRACING = (
    "LANGSMITH_TRACING", "LANGSMITH_TRACING_V2", "LANGCHAIN_TRACING_V2", "LANGCHAIN_TRACING",
    "LANGCHAIN_HANDLER", "LANGSMITH_OTEL_ENABLED",
)  # fmt: skip
_SHARING = ("GRADIO_SHARE", "GRADIO_VIBE_MODE", "GRADIO_HISTORY_BUCKET")
_OFF = ("", "0", "false", "no", "off")
# what points a library elsewhere without asking for more: forgotten
_FORGOTTEN = (
    "OPENAI_", "LANGSMITH_", "LANGCHAIN_", "CHROMA_", "OTEL_", "GRADIO_", "HF_ENDPOINT", "HF_TOKEN",
    "HUGGING_FACE_HUB_TOKEN", "SPACE_", "ECS_CONTAINER_METADATA_URI", "TRANSFORMERS_IS_CI",
    "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "FTP_PROXY", "NO_PROXY",
)  # fmt: skip

# « private » of ipaddress holds more: link-local, where clouds keep their metadata, and examples
_BUILDING = tuple(
    ipaddress.ip_network(network)
    for network in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7")
)
# how a setting's address may begin, and the port that it means
_HTTP = {"http": 80, "https": 443}
_LDAP = {"ldap": 389, "ldaps": 636}
_SYSLOG = {"udp": 514, "tcp": 514}
# part of the settings → the schemes of its address, and the reason that another is refused for
_KINDS = {"directory": (_LDAP, "not_ldap"), "journal": (_SYSLOG, "not_syslog")}
# libldap reads « ldaps://one ldaps://other » as two servers, and cuts a host at « %00 »
_ONE_SERVER = re.compile(r"ldaps?://(?:\[[\da-fA-F:.]+\]|[\w.-]+)(?::\d{1,9})?/?", re.A | re.I)
_IN_NO_ADDRESS = re.compile(r"[\s,\\\x00-\x1f]")
_WIDEST = {4: 24, 6: 64}  # bits: a wider network is no list of addresses

Network = ipaddress.IPv4Network | ipaddress.IPv6Network

_listed: tuple[Network, ...] | None = None  # outside the building, for as long as we live


class TracingAsked(Trouble):
    """The environment asks that questions be sent to a tracing service. Facts: variable."""


class SharingAsked(Trouble):
    """The environment asks for a public link or a remote history. Facts: variable."""


class AddressRefused(Trouble):
    """A setting names an address outside the building. Facts: setting, url, reason."""


def harden() -> None:
    """Close every known way out of the libraries, for this process and its children.

    Raises:
        TracingAsked: LangChain's tracing is switched on in the environment.
        SharingAsked: Gradio's public link or remote history is.
    """
    for names, trouble in ((_TRACING, TracingAsked), (_SHARING, SharingAsked)):
        for variable in names:
            if os.environ.get(variable, "").strip().lower() not in _OFF:
                raise trouble(variable=variable)
    for name in [name for name in os.environ if name.upper().startswith(_FORGOTTEN)]:
        os.environ.pop(name)
    os.environ.update(_SWITCHES)


def stand_wall(data: Callable[[], Path]) -> None:
    """Put the wall up in this process; attempts are written into the data folder `data()`.

    It can be opened to the building, and to what `list_outside` names.
    """
    wall.stand(lambda: attempts_file(data()), opens=_may_be_opened)


def list_outside(allowed: Collection[str]) -> None:
    """Say which addresses outside the wall may ever be opened to: the first call counts.

    Args:
        allowed: addresses and networks listed one by one (`egress.allowed`).
    """
    global _listed
    if _listed is None:
        _listed = tuple(networks(allowed))


def _may_be_opened(address: Address) -> bool:
    return _in_building(address) or _is_listed(address, _listed or ())


def attempts_file(data: Path) -> Path:
    """Where the attempts that were stopped are written."""
    return data / wall.JOURNAL


def check_contacts(contacts: Mapping[str, str], allowed: Collection[str] = ()) -> None:
    """Refuse to start with any setting that names an address outside, used or not.

    A name that nobody knows at the moment is left to the one who will need it.

    Args:
        contacts: setting → address, those that are set.
        allowed: addresses and networks that were listed, as in `check_address`.

    Raises:
        AddressRefused: public and not listed, or no http(s) address.
    """
    for setting, url in contacts.items():
        try:
            check_address(setting, url, allowed)
        except AddressRefused as refused:
            if refused.facts["reason"] != "unresolved":
                raise


def check_address(setting: str, url: str, allowed: Collection[str] = ()) -> list[Address]:
    """Refuse an address that is neither loopback, private nor listed; open the wall to it.

    Args:
        setting: the name of the setting, for the message.
        url: the address.
        allowed: addresses and networks listed one by one (`egress.allowed`).

    Returns:
        What the address stands for. The wall lets these through until the process ends, and no
        others: a name that leads elsewhere later is stopped.

    Raises:
        AddressRefused: public, unresolvable, no address of its kind, or more than one.
    """
    listed = networks(allowed)
    host, port = _place(setting, url)
    try:
        with wall.looking_up(host):
            found = socket.getaddrinfo(host, None, proto=socket.IPPROTO_TCP)
            addresses = [ipaddress.ip_address(str(place[0]).split("%")[0]) for *_, place in found]
    except (OSError, ValueError) as error:  # ValueError: a name that is none
        raise AddressRefused(setting=setting, url=url, reason="unresolved") from error
    if not all(_in_building(a) or _is_listed(a, listed) for a in addresses):
        raise AddressRefused(setting=setting, url=url, reason="public")
    for address in addresses:
        wall.allow(str(address), port)
    return addresses


def _place(setting: str, url: str) -> tuple[str, int]:
    """The host and the port of a setting's address. Raises AddressRefused."""
    schemes, other = _KINDS.get(setting.split(".")[0], (_HTTP, "not_http"))

    def refused(reason: str) -> AddressRefused:
        return AddressRefused(setting=setting, url=url, reason=reason)

    try:
        parts = urlsplit(url)
    except ValueError as error:
        raise refused(other) from error
    if _IN_NO_ADDRESS.search(url) or (parts.scheme in _LDAP and not _ONE_SERVER.fullmatch(url)):
        raise refused("several")
    if parts.scheme not in schemes or not parts.hostname:
        raise refused(other)
    try:
        port = parts.port
    except ValueError as error:
        raise refused("port") from error
    if port == 0:
        raise refused("port")
    return parts.hostname, port or schemes[parts.scheme]


def is_public(address: Address) -> bool:
    """Whether an address is outside: such a one was listed, and the doctor says so."""
    return not _in_building(address)


def networks(allowed: Collection[str]) -> list[Network]:
    """The list of `egress.allowed`, read.

    Raises:
        ValueError: one is no address, or a network so wide that it lists nothing.
    """
    found = []
    for word in allowed:
        network = ipaddress.ip_network(word)
        if network.prefixlen < _WIDEST[network.version]:
            raise ValueError(f"{word} : un réseau aussi large (moins de"
                             f" /{_WIDEST[network.version]})")  # fmt: skip
        found.append(network)
    return found


def _in_building(address: Address) -> bool:
    inner = getattr(address, "ipv4_mapped", None) or address
    return inner.is_loopback or any(inner in network for network in _BUILDING)


def _is_listed(address: Address, listed: Collection[Network]) -> bool:
    return any(address in network for network in listed)
