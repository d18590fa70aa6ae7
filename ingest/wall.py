"""No connection leaves this process but to this machine, or to a place that settings name.

An audit hook sees each connect, sendto, sendmsg and look-up that Python code asks for, stops what
is not allowed and writes it down. It stands in every Python process of ours: the commands, the
readers (which may not even reach this machine), the Chroma server. It cannot be taken away again.

It is the second wall. Native code and other programs do not pass here, a name given straight to
`connect` is looked up by C before the hook is asked, and Python code that means harm can change
the objects of this module. The first wall is the system's (deploy/systemd, deploy/container), and
`greffe doctor --egress` records below both.

What is judged is what C will use: an object whose class could give the hook another answer than
it gives C (a subclass of str, a bytearray that changes meanwhile) is no address.
"""

from __future__ import annotations

import _socket
import ipaddress
import json
import os
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from types import FrameType
from typing import Any

from ingest.trouble import Trouble

JOURNAL = Path("egress") / "attempts.jsonl"  # in the data folder
# no data goes over these: sockets of this machine, and questions to its own kernel
_LOCAL = frozenset({socket.AF_UNIX, getattr(socket, "AF_NETLINK", socket.AF_UNIX)})
_INTERNET = frozenset({socket.AF_INET, socket.AF_INET6})
_FAMILY: Any = _socket.socket.__dict__["family"]  # C's own: a subclass may say another
_OWN_NAMES = frozenset({"localhost", "localhost.localdomain", "ip6-localhost"})
_FRAMES = 40
_LIBRARY = f"{Path(os.__file__).parent}/"


Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class ConnectionStopped(Trouble, PermissionError):
    """A connection that nobody allowed. Facts: event, address, where.

    A PermissionError too: libraries take it for a network that does not answer.
    """


@dataclass
class _Wall:
    journal: Callable[[], Path]  # asked at each attempt: the data folder is known late
    process: str
    loopback: bool
    opens: Callable[[Address], bool]  # which addresses may be allowed at all
    names: set[str] = field(default_factory=set[str])
    places: set[tuple[str, int]] = field(default_factory=set[tuple[str, int]])
    told: bool = False


_wall: _Wall | None = None
_writing = threading.Lock()


def _none(address: Address) -> bool:
    return False


def stand(
    journal: Callable[[], Path], process: str = "", *, loopback: bool = True,
    opens: Callable[[Address], bool] = _none,
) -> None:  # fmt: skip
    """Put the wall up in this process, for as long as it lives; a second call does nothing.

    Args:
        journal: the file of attempts, JSON lines, made at the first one.
        process: how the journal names this process; else the program and its command.
        loopback: whether other programs of this machine may be reached.
        opens: whether an address may be allowed, whoever asks for it; else none may.
    """
    global _wall
    if _wall is None:
        _wall = _Wall(journal, process or _named(), loopback, opens)
        _wall.names.add(socket.gethostname().lower())  # who am I: getfqdn asks
        sys.addaudithook(_hook_of(_wall))


def stands() -> bool:
    """Whether the wall is up in this process."""
    return _wall is not None


def journal() -> Path | None:
    """Where this process writes its attempts, to be handed to its children."""
    return _wall.journal() if _wall else None


def allow(address: str, port: int) -> None:
    """Let connections through to one address and port.

    Raises:
        ConnectionStopped: the wall was put up to open to no such address.
    """
    place = _bare(ipaddress.ip_address(address))
    if _wall is None:
        return
    if not _wall.opens(place):
        _stop(_wall, "wall.allow", _shown(str(place), port))
    _wall.places.add((str(place), port))


@contextmanager
def looking_up(name: str) -> Iterator[None]:
    """Let one name be looked up; it stays allowed if the block ends well."""
    if _wall is None or name.lower() in _wall.names:
        yield
        return
    _wall.names.add(name.lower())
    try:
        yield
    except BaseException:
        _wall.names.discard(name.lower())
        raise


def attempts(journal: Path) -> list[dict[str, Any]]:
    """What was stopped, oldest first; a line cut short by a full disk is left out."""
    lines = journal.read_text("utf-8").splitlines() if journal.is_file() else []
    found = []
    for line in lines:
        with suppress(ValueError):
            found.append(json.loads(line))
    return found


def _hook_of(wall: _Wall) -> Callable[[str, tuple[Any, ...]], None]:
    """Called for every audit event of Python (136,000 while libraries load): leaves at once.

    What it needs is bound here: this module's names are gone before the interpreter's last events.
    """
    judges = _JUDGES

    def hook(event: str, args: tuple[Any, ...]) -> None:
        judge = judges.get(event)
        if judge is not None:
            address = judge(wall, args)
            if address:
                _stop(wall, event, address)

    return hook


def _place(wall: _Wall, args: tuple[Any, ...]) -> str:
    """connect, sendto, sendmsg: a socket and where to; what is refused, or nothing."""
    family, to = _FAMILY.__get__(args[0]), args[1]
    if to is None or family in _LOCAL:  # None: where it is connected to already
        return ""
    if family not in _INTERNET or not _is_a(to, tuple):
        return f"famille {family} {to!r}"
    host, port = (tuple.__getitem__(to, at) for at in (0, 1))
    text = _text(host)
    if text is None or not _is_a(port, int):
        return _shown(_unread(host), _unread(port))
    number = int.__index__(port)
    return "" if _is_allowed(wall, text, number) else _shown(text, number)


def _name(wall: _Wall, args: tuple[Any, ...]) -> str:
    """A look-up: numbers ask nobody, a name asks the DNS."""
    host = _asked(args)
    name = _text(host)
    if name is None:
        return _unread(host)
    known = name == "" or _address(name) is not None or name.lower() in _OWN_NAMES | wall.names
    return "" if known else name


def _reverse(wall: _Wall, args: tuple[Any, ...]) -> str:
    """A look-up of the name behind an address: the DNS is asked, save for our own."""
    name = _text(_asked(args))
    literal = _address(name) if name else None
    if name is None or literal is None:
        return _name(wall, args)
    return "" if literal.is_loopback or literal.is_unspecified else name


def _asked(args: tuple[Any, ...]) -> object:
    return tuple.__getitem__(args[0], 0) if _is_a(args[0], tuple) else args[0]


_JUDGES: dict[str, Callable[[_Wall, tuple[Any, ...]], str]] = {
    "socket.connect": _place,
    "socket.sendto": _place,
    "socket.sendmsg": _place,
    "socket.getaddrinfo": _name,
    "socket.gethostbyname": _name,
    "socket.gethostbyaddr": _reverse,
    "socket.getnameinfo": _reverse,
}


def _is_allowed(wall: _Wall, host: str, port: int) -> bool:
    literal = _address(host)
    if literal is None:
        return wall.loopback and host.lower() in _OWN_NAMES | {""}
    if literal.is_loopback or literal.is_unspecified:  # the kernel takes 0.0.0.0 for itself
        return wall.loopback
    return (str(literal), port) in wall.places


def _address(host: str) -> Address | None:
    """The address that a text writes out; None for a name.

    « 192.0.2.1%x » is a name: C takes a network card after IPv6 alone, and would ask the DNS.
    """
    try:
        return _bare(ipaddress.ip_address(host))
    except ValueError:
        return None


def _bare(address: Address) -> Address:
    """IPv4 where IPv6 only wraps it; without the network card of « fe80::1%eth0 »."""
    if isinstance(address, ipaddress.IPv4Address):
        return address
    return address.ipv4_mapped or ipaddress.IPv6Address(int(address))


def _text(host: object) -> str | None:
    """A host as C reads it; None for what might be read otherwise there than here."""
    if type(host) is bytes:
        return host.decode("ascii", "backslashreplace")
    if host is None:
        return ""
    return host if type(host) is str else None


def _is_a(value: object, kind: type) -> bool:
    """Without asking the value, which may say anything of its class."""
    return issubclass(type(value), kind)


def _unread(value: object) -> str:
    """What can be shown of what is no address or port, without asking it anything."""
    return f"{value}" if type(value) in (str, int) else f"<{type(value).__name__}>"


def _shown(host: str, port: object) -> str:
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def _stop(wall: _Wall, event: str, address: str) -> None:
    where = _where()
    line = {
        "at": datetime.now().astimezone().isoformat(timespec="milliseconds"),
        "pid": os.getpid(), "process": wall.process, "event": event, "address": address,
        "where": where,
    }  # fmt: skip
    with suppress(OSError):  # no room on the disk: stopped all the same
        _append(wall.journal(), json.dumps(line, ensure_ascii=False) + "\n")
    if not wall.told:
        wall.told = True
        told = f"Connexion arrêtée : {address} ({event}, {_asker(where)})."
        print(told, file=sys.stderr, flush=True)
    raise ConnectionStopped(event=event, address=address, where=_asker(where))


def _append(journal: Path, line: str) -> None:
    journal.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with _writing:
        fd = os.open(journal, os.O_APPEND | os.O_CREAT | os.O_WRONLY, 0o600)
        try:
            os.write(fd, line.encode())  # one write: lines of several processes do not mix
        finally:
            os.close(fd)


def _where() -> list[str]:
    """The places in the code that led here, innermost first: « httpx/_client.py:914 send »."""
    frame: FrameType | None = sys._getframe(1)
    places: list[str] = []
    while frame is not None and len(places) < _FRAMES:
        code = frame.f_code
        if code.co_filename != __file__:
            file = code.co_filename.split("site-packages/")[-1].removeprefix(_LIBRARY)
            places.append(f"{file}:{frame.f_lineno} {code.co_name}")
        frame = frame.f_back
    return places


def _asker(places: list[str]) -> str:
    """The innermost place that is not Python's own library."""
    own = (place for place in places if not (Path(_LIBRARY) / place.split(":")[0]).is_file())
    return next(own, places[0])


def _named() -> str:
    """The program and its command, without what is asked: « greffe ask »."""
    words = [word for word in sys.argv[1:] if not word.startswith("-")]
    return " ".join([Path(sys.argv[0]).name, *words[:1]])
