"""What strace wrote, line by line → who tried to reach what.

The trace holds the calls of `CALLS`, of every process, 64-bit and 32-bit. Loopback, unix sockets
and the kernel's own netlink are no attempt, with two exceptions: port 53 and its like, because a
resolver on this machine asks the next one; and the sockets of resolvers. A line that does not show
where a call goes is one: what cannot be read is never taken for nothing.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

CALLS = "socket,connect,sendto,sendmsg,sendmmsg,io_uring_setup,request_key"
# each message of a sendmmsg with its address (strace says « [...] » else), and no word of any
PRINTED = ["-s", "0", "-e", "abbrev=none"]
_WATCHED = frozenset(CALLS.split(","))
_LINE = re.compile(
    r"(\d+)(?:<(.*?)>)?\s+([\d.]+) (?:<\.\.\. )?(\w+)(?: resumed>|\()(.*)", re.DOTALL
)
_TALK = re.compile(r"\d+(?:<.*>)?\s+[\d.]+ (?:\+\+\+ .* \+\+\+|--- .* ---)")  # a process ends
_RESULT = re.compile(r"\)\s+= (-?\w+)(?: (E\w+))?[^=]*$")
_END = r"\s*(?:\)\s+= .*)?$"
_STRING = r'"(?:[^"\\]|\\.)*"'
_NAMED = re.compile(rf'\{{sa_family=(\w+)((?:{_STRING}|[^"}}])*)\}}')
_UNNAMED = re.compile(r"msg_name=(?:NULL|0x\w+, msg_namelen=0)\b")  # the kernel looks no further
_NOBODY = re.compile(r", NULL, \w+" + _END)
_MESSAGES = re.compile(r", (\d+), [^,]*?" + _END)
_SOCKET = re.compile(r"(AF_\w+|PF_\w+|0x\w+)[^,]*, (\S+), (\w+)")
_IPV4 = re.compile(r'sin_port=htons\((\d+)\), sin_addr=inet_addr\("([\d.]+)"\)')
_IPV6 = re.compile(r'sin6_port=htons\((\d+)\).*inet_pton\(AF_INET6, "([^"]+)"')
_UNIX = re.compile(rf"sun_path=(@?)({_STRING})")

_ORDINARY = frozenset({"AF_UNIX", "AF_LOCAL", "AF_INET", "AF_INET6", "AF_NETLINK", "AF_UNSPEC"})
# of AF_INET: others name a place in calls that are not watched (SCTP's options, say)
_PROTOCOLS = frozenset({"IPPROTO_IP", "IPPROTO_TCP", "IPPROTO_UDP", "IPPROTO_MPTCP"})
_HIDDEN = {"io_uring_setup": "io_uring", "request_key": "request_key"}
_UNREAD = "unread"
_UNREACHABLE = frozenset({"ENETUNREACH", "EHOSTUNREACH"})
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
    family: str  # AF_INET, …; unread; for io_uring_setup and raw sockets, what it is
    address: str  # an IP address, a path; empty for `socket`
    port: int
    result: str  # « 0 », « ENETUNREACH »; empty where the process ended first


@dataclass(frozen=True, slots=True)
class Attempt:
    """A call that would have left the machine."""

    step: str
    kind: str  # one of report.KINDS
    program: str
    call: str
    address: str
    result: str


def calls(lines: Iterable[str]) -> Iterator[Call]:
    """The calls of a trace (strace -f -ttt -Y), in order; one call may name several places."""
    begun: dict[str, tuple[str, str, str, str]] = {}
    for line in lines:
        found = _LINE.match(line)
        if found is None or found[4] not in _WATCHED:
            if line.strip() and not _TALK.fullmatch(line):
                yield Call(0, "", 0.0, "?", _UNREAD, line[:80], 0, "")
            continue
        pid, program, at, call, rest = found.groups()
        if rest.rstrip().endswith("<unfinished ...>"):
            begun[pid] = (program, at, call, rest.rstrip().removesuffix("<unfinished ...>"))
            continue
        before = begun.pop(pid)[3] if pid in begun else ""
        yield from _called(pid, program, at, call, before + rest)
    for pid, never_returned in begun.items():  # it counts
        yield from _called(pid, *never_returned)


def _called(pid: str, program: str | None, at: str, call: str, text: str) -> Iterator[Call]:
    for family, address, port in _places(call, text):
        yield Call(int(pid), program or "", float(at), call, family, address, port, _result(text))


def _places(call: str, text: str) -> Iterator[tuple[str, str, int]]:
    """Where a call goes; « unread » where its line does not show that."""
    if call in _HIDDEN:
        yield _HIDDEN[call], "", 0
        return
    if call == "socket":
        found = _SOCKET.match(text)
        yield (_family(*found.groups()), "", 0) if found else (_UNREAD, text[:80], 0)
        return
    for family, rest in _NAMED.findall(text):
        yield (family, *_place(family, rest))
    if not _all_shown(call, text):
        yield _UNREAD, text[:80], 0


def _family(family: str, how: str, protocol: str) -> str:
    """The family of a socket, with what is unusual in it."""
    if family == "AF_NETLINK":
        return family
    raw = next((kind for kind in ("SOCK_RAW", "SOCK_PACKET") if kind in how), "")
    unusual = family in ("AF_INET", "AF_INET6") and protocol not in _PROTOCOLS
    return f"{family} {raw or protocol}" if raw or unusual else family


def _all_shown(call: str, text: str) -> bool:
    """Whether the line says of each message whom it is for, if only that it names nobody."""
    named, rest = len(_NAMED.findall(text)), _NAMED.sub("", text)
    if call == "connect":
        return named == 1
    if call == "sendto":
        return named == 1 or _NOBODY.search(rest) is not None
    count = _MESSAGES.search(rest) if call == "sendmmsg" else None
    wanted = 1 if call == "sendmsg" else int(count[1]) if count else named + 1
    return named + len(_UNNAMED.findall(rest)) >= wanted


def _place(family: str, text: str) -> tuple[str, int]:
    if family in ("AF_INET", "AF_INET6"):
        found = (_IPV4 if family == "AF_INET" else _IPV6).search(text)
        return (found[2], int(found[1])) if found else (text.strip(", "), 0)
    unix = _UNIX.search(text)
    return (unix[1] + unix[2][1:-1] if unix else text.strip(", "), 0)


def _result(text: str) -> str:
    found = _RESULT.search(text)
    return (found[2] or found[1]) if found else ""


def kind_of(call: Call) -> str:
    """What a call is, one of report.KINDS; empty for what stays here."""
    if call.family == _UNREAD:
        return "unread"
    if call.family in _HIDDEN.values():  # where these lead is in no trace
        return "" if call.family == "io_uring" and call.result.startswith("E") else "hidden"
    if call.family not in _ORDINARY:
        return "family"
    if call.family in ("AF_UNIX", "AF_LOCAL"):
        asked = any(name in call.address for name in _RESOLVERS)
        # glibc looks for nscd whenever it wants a user's name: what is not there answers nobody
        return "dns" if asked and not call.result.startswith("E") else ""
    if call.family == "AF_UNSPEC":  # undoes a connect; sent to over UDP it is read as AF_INET
        return "" if call.call in ("connect", "socket") else "network"
    if call.family == "AF_NETLINK" or call.call == "socket":
        return ""
    if call.port in _NAME_PORTS:
        return "dns"
    return "" if _is_here(call.address) else "network"


def unreachable(trace: Iterable[Call]) -> int:
    """How many calls the kernel answered that there is no route: its counter says as many."""
    return len({(call.pid, call.at) for call in trace if call.result in _UNREACHABLE})


def names_asked_here(trace: Iterable[Call]) -> int:
    """How many calls asked a resolver on loopback for a name."""
    return sum(kind_of(call) == "dns" and _is_here(call.address) for call in trace)


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
