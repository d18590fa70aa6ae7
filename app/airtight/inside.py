"""Inside the namespace: runs the steps of a plan one after the other, each under strace.

`python -m app.airtight.inside PLAN`: PLAN is a folder with `plan.json`; traces and `ran.json` are
written beside it. This process is not recorded: it brings loopback up and looks whether a server
listens yet.
"""

from __future__ import annotations

import fcntl
import json
import os
import signal
import socket
import struct
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from app.airtight.recording import CALLS, PRINTED

_SIOCGIFFLAGS, _SIOCSIFFLAGS, _IFF_UP = 0x8913, 0x8914, 1
_WAIT_S = 600.0  # for a server to listen
_PATIENCE_S = 900.0  # for a step
_NOWHERE = "192.0.2.53"  # RFC 5737: an address that nobody has, so a question to it is seen
# counters of this namespace; no_port: a datagram to loopback that nobody was there to take
_COUNTERS = {"no_route": ("Ip OutNoRoutes", "Ip6OutNoRoutes"),
             "no_port": ("Udp NoPorts", "Udp6NoPorts")}  # fmt: skip
RESOLVERS = ("/run/systemd/resolve", "/run/nscd", "/run/dbus", "/run/avahi-daemon")


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that is done, in a process of its own."""

    name: str  # as the report names it, in French
    words: list[str]
    codes: list[int] = field(default_factory=lambda: [0])  # exit codes that are expected
    port: int = 0  # a server: goes on beside the following steps, once it listens there
    journal: str = ""  # a data folder of its own, where the wall writes
    role: str = "greffe"  # greffe: judged; browser: judged by itself; witness: must be caught


@dataclass(slots=True)
class Ran:
    """What became of a step."""

    step: int  # its number in the plan
    code: int | None
    seconds: float
    counted: dict[str, int]  # by the kernel meanwhile, whoever it was: keys of _COUNTERS
    said: str  # the end of stderr


def main() -> int:
    """Run the plan; 0 when it was run to its end, whatever became of the steps."""
    folder = Path(sys.argv[1])
    _loopback_up()
    hidden = _hide_resolvers(folder)
    plan = [Step(**step) for step in json.loads((folder / "plan.json").read_text())]
    ran: list[Ran] = []
    servers: list[tuple[Ran, subprocess.Popen[bytes], dict[str, int], float]] = []
    at_first = _counted()
    for number, step in enumerate(plan):
        started, before = time.monotonic(), _counted()
        process = _start(folder, number, step)
        done = Ran(number, None, 0.0, {}, "")
        ran.append(done)
        if step.port:
            _wait_until_it_listens(process, step.port)
            servers.append((done, process, before, started))
        else:
            done.code = _wait(process)
            _close(folder, done, before, started)
    for done, process, before, started in reversed(servers):
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGINT)
        code = _wait(process)
        done.code = 0 if code in (130, -signal.SIGINT) else code  # stopped by Ctrl-C, as asked
        _close(folder, done, before, started)
    told: dict[str, Any] = {"ran": [asdict(done) for done in ran], "resolvers_hidden": hidden,
                            "counted": _since(at_first)}  # fmt: skip
    (folder / "ran.json").write_text(json.dumps(told))
    return 0


def _start(folder: Path, number: int, step: Step) -> subprocess.Popen[bytes]:
    trace = ["strace", "-f", "--seccomp-bpf", "-qq", "-ttt", "-Y", *PRINTED, "-I", "4",
             "-e", "signal=none", "-e", f"trace={CALLS}",
             "-o", str(folder / f"{number}.trace")]  # fmt: skip
    with (
        (folder / f"{number}.out").open("wb") as out,
        (folder / f"{number}.err").open("wb") as err,
    ):
        return subprocess.Popen(
            [*trace, *step.words],
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=err,
            start_new_session=True,
        )


def _wait(process: subprocess.Popen[bytes]) -> int | None:
    """The exit code, once the whole family of the process has ended; None: too slow, killed."""
    try:
        return process.wait(_PATIENCE_S)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        return None


def _close(folder: Path, done: Ran, before: dict[str, int], started: float) -> None:
    done.seconds = round(time.monotonic() - started, 1)
    done.counted = _since(before)
    done.said = (folder / f"{done.step}.err").read_text("utf-8", "replace")[-600:]


def _wait_until_it_listens(process: subprocess.Popen[bytes], port: int) -> None:
    until = time.monotonic() + _WAIT_S
    while process.poll() is None and time.monotonic() < until:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.2)


def _loopback_up() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        request = struct.pack("16sH14x", b"lo", 0)
        (flags,) = struct.unpack_from("H", fcntl.ioctl(any_socket, _SIOCGIFFLAGS, request), 16)
        up = struct.pack("16sH14x", b"lo", flags | _IFF_UP)
        fcntl.ioctl(any_socket, _SIOCSIFFLAGS, up)


def _hide_resolvers(folder: Path) -> bool:
    """Make each look-up of a name a question to an address that nobody has."""
    (folder / "resolv.conf").write_text(
        f"nameserver {_NOWHERE}\noptions timeout:1 attempts:1\n", "ascii"
    )
    (folder / "nsswitch.conf").write_text("passwd: files\ngroup: files\nhosts: files dns\n")
    mounts = [["mount", "--bind", str(folder / name), os.path.realpath(f"/etc/{name}")]
              for name in ("resolv.conf", "nsswitch.conf")
              if Path("/etc", name).exists()]  # fmt: skip
    mounts += [["mount", "-t", "tmpfs", "tmpfs", place]
               for place in RESOLVERS if Path(place).is_dir()]  # fmt: skip
    done = [subprocess.run(mount, capture_output=True, check=False) for mount in mounts]
    return all(mounted.returncode == 0 for mounted in done)


def _counted() -> dict[str, int]:
    """The kernel's own counts for this namespace, IPv4 and IPv6 together."""
    found: dict[str, int] = {}
    rows = [line.split() for line in Path("/proc/net/snmp").read_text().splitlines()]
    for names, values in zip(rows[::2], rows[1::2], strict=True):
        of = names[0].rstrip(":")
        found |= {f"{of} {name}": int(n) for name, n in zip(names[1:], values[1:], strict=True)}
    ipv6 = Path("/proc/net/snmp6")
    for line in ipv6.read_text().splitlines() if ipv6.exists() else []:
        name, count = line.split()
        found[name] = int(count)
    return {key: sum(found.get(name, 0) for name in names) for key, names in _COUNTERS.items()}


def _since(before: dict[str, int]) -> dict[str, int]:
    return {key: count - before[key] for key, count in _counted().items()}


if __name__ == "__main__":
    sys.exit(main())
