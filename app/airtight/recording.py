"""What strace wrote, line by line → who tried to reach what.

The trace holds socket, connect, sendto, sendmsg, sendmmsg and io_uring_setup of every process.
Loopback, unix sockets and the kernel's own netlink are no attempt, with two exceptions: port 53
and its like, because a resolver on this machine asks the next one; and the sockets of resolvers.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

CALLS = "socket,connect,sendto,sendmsg,sendmmsg,io_uring_setup"
_LINE = re.compile(
    r"(\d+)(?:<(.*?)>)?\s+([\d.]+) (?:<\.\.\. )?(\w+)(?: resumed>|\()(.*)", re.DOTALL
)
_RESULT = re.compile(r"\)\s+= (-?\w+)(?: (E\w+))?[^=]*$")
_FAMILY = re.compile(r"sa_family=(AF_\w+)([^}]*)")
_SOCKET = re.compile(r"(AF_\w+|PF_\w+|0x\w+)[^,]*, (\S+)")
_IPV4 = re.compile(r'sin_port=htons\((\d+)\), sin_addr=inet_addr\("([\d.]+)"\)')
_IPV6 = re.compile(r'sin6_port=htons\((\d+)\).*inet_pton\(AF_INET6, "([^"]+)"')
_UNIX = re.compile(r'sun_path=(@?)"([^"]*)"')

_ORDINARY = frozenset({"AF_UNIX", "AF_LOCAL", "AF_INET", "AF_INET6", "AF_NETLINK", "AF_UNSPEC"})
_NAME_PORTS = frozenset({53, 853, 5353, 5355})  # DNS, DNS over TLS, mDNS, LLMNR
# services that look names up outside for whoever asks
_RESOLVERS = ("/systemd/resolve/", "/nscd/", "/dbus/system_bus_socket", "/avahi-daemon/")


@dataclass(frozen=True, slots=True)
class Call:
    """One system call that named a place."""

    pid: int
    program: str  # the thread's name, as the kernel knows it
    at: float  # seconds since 1970
    call: str
    family: str  # AF_INET, …; for io_uring_setup and raw sockets, what it is
    address: str  # an IP address, a path; empty for `socket`
    port: int
    result: str  # « 0 », « ENETUNREACH »; empty where the process ended first


@dataclass(frozen=True, slots=True)
class Attempt:
    """A call that would have left the machine."""

    step: str
    kind: str  # network, dns, family, hidden; stopped: by the wall, before the system saw it
    program: str
    call: str
    address: str
    result: str


def calls(lines: Iterable[str]) -> Iterator[Call]:
    """The calls of a trace (strace -f -ttt -Y), in order; one call may name several places."""
    begun: dict[int, str] = {}
    for line in lines:
        found = _LINE.match(line)
        if found is None:
            continue
        pid, program, at, call, rest = found.groups()
        if rest.rstrip().endswith("<unfinished ...>"):
            begun[int(pid)] = rest.rstrip().removesuffix("<unfinished ...>")
            continue
        whole = begun.pop(int(pid), "") + rest
        for family, address, port in _places(call, whole):
            yield Call(
                int(pid), program or "", float(at), call, family, address, port, _result(whole)
            )
    for pid in begun:  # never came back: it counts
        for family, address, port in _places("connect", begun[pid]):
            yield Call(pid, "", 0.0, "connect", family, address, port, "")


def _places(call: str, text: str) -> Iterator[tuple[str, str, int]]:
    if call == "io_uring_setup":
        yield "io_uring", "", 0
    elif call == "socket":
        family = _SOCKET.match(text)
        if family:
            raw = "SOCK_RAW" in family[2] and family[1] != "AF_NETLINK"
            yield f"{family[1]} SOCK_RAW" if raw else family[1], "", 0
    else:
        for family, rest in _FAMILY.findall(text):
            yield (family, *_place(family, rest))


def _place(family: str, text: str) -> tuple[str, int]:
    if family in ("AF_INET", "AF_INET6"):
        found = (_IPV4 if family == "AF_INET" else _IPV6).search(text)
        return (found[2], int(found[1])) if found else (text.strip(", "), 0)
    unix = _UNIX.search(text)
    return (unix[1] + unix[2] if unix else text.strip(", "), 0)


def _result(text: str) -> str:
    found = _RESULT.search(text)
    return (found[2] or found[1]) if found else ""


def kind_of(call: Call) -> str:
    """What a call is: « network », « dns », « family » or « hidden »; empty for what stays here."""
    if call.family == "io_uring":  # its connects are in no trace
        return "" if call.result.startswith("E") else "hidden"
    if call.family not in _ORDINARY:
        return "family"
    if call.family in ("AF_UNIX", "AF_LOCAL"):
        asked = any(name in call.address for name in _RESOLVERS)
        # glibc looks for nscd whenever it wants a user's name: what is not there answers nobody
        return "dns" if asked and not call.result.startswith("E") else ""
    if call.family not in ("AF_INET", "AF_INET6") or call.call == "socket":
        return ""
    if call.port in _NAME_PORTS:
        return "dns"
    return "" if _is_here(call.address) else "network"


def _is_here(address: str) -> bool:
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return False
    inner = getattr(found, "ipv4_mapped", None) or found
    return inner.is_loopback or inner.is_unspecified


def attempts(step: str, trace: Iterable[Call]) -> list[Attempt]:
    """The attempts among the calls of a step."""
    found = []
    for call in trace:
        kind = kind_of(call)
        if kind:
            place = f"{call.address} port {call.port}" if call.port else call.address or call.family
            found.append(Attempt(step, kind, call.program, call.call, place, call.result))
    return found
