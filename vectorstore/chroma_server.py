"""One Chroma server for all the greffe processes of a data folder, started when first needed.

Two processes on one embedded Chroma folder corrupt it, and `greffe ingest` beside `greffe serve`
is the normal case. So Chroma runs in one process of its own, on loopback, for as long as somebody
needs it. Nothing to set, and nothing is left behind whoever is killed:

    DATA/run/leases/<pid>-<hex>   a client holds an flock on its own file; the kernel drops it
    DATA/run/chroma.lock          the server holds an flock on it; the text names the owner
    DATA/run/chroma.pause         who works on the files themselves holds an flock on it
    DATA/run/chroma.json          where the server listens and under which tenant, written once
                                  it answers; closed to other accounts, who know no tenant
    DATA/logs/chroma.log          what it says, errors only, 1 MB and one older file at most
    DATA/chroma/                  what it stores

The server is Chroma's own `chroma run`, called inside this process through its Rust binding: the
GIL is free meanwhile, so one thread counts the leases. It answers 0.2 to 0.4 s after the call that
starts it (0.05 s of it Chroma) and takes 50 MB, 300 MB with 60,000 vectors of 384. A supervisor
with Chroma as its child would be one process more, and could leave an orphan. A file lock dies
with its process, so no file here has to be cleaned up before the next start.
"""

from __future__ import annotations

import fcntl
import json
import os
import platform
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import asdict, dataclass, replace
from http.client import HTTPConnection, HTTPException
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from typing import Literal

from ingest import wall
from ingest.full_disk import without_room
from ingest.trouble import Trouble
from vectorstore.chroma_files import take_tenant

HOST = "127.0.0.1"
GRACE_S = 5.0  # how long the server stays when nobody holds a lease any more
WAIT_S = 30.0  # how long a client waits for a server to answer
STOP_S = 10.0  # how long Chroma gets to finish its writes before the process is ended
LOG_BYTES = 1_000_000

Reason = Literal[
    "not_started",  # the server could not be started: `log` says why
    "silent",  # a server holds the folder and does not answer
    "other_host",  # the folder is shared between machines, and another one serves it
    "other_version",  # a server of another Chroma version is still running
    "unreachable",  # `url` does not answer, or the server died three times in one call (damage too)
    "damaged",  # a server killed while it saved a graph: `drop` the fonds, add it again
    "failed",  # the server answered with an error of its own: `detail`
]


@dataclass(frozen=True)
class Owner:
    """Who holds the folder, as written in `chroma.lock`."""

    pid: int
    host: str
    since: str  # local time, ISO 8601, to the second
    chroma: str  # version of Chroma, such as "1.5.9"
    command: str


@dataclass(frozen=True)
class Address:
    """Where the server of a data folder listens."""

    host: str
    port: int
    pid: int
    since: str  # local time, ISO 8601, to the microsecond: tells two servers on one port apart
    tenant: str = "default_tenant"  # each server's own, see `take_tenant`


class StoreUnavailable(Trouble):
    """The dense store cannot be used. The sentence for the reader is in `app/errors.py`."""

    def __init__(
        self,
        reason: Reason,
        where: str,
        *,
        owner: Owner | None = None,
        log: Path | None = None,
        detail: str = "",
    ) -> None:
        self.reason = reason
        self.where = where  # the data folder, or the server's URL
        self.owner = owner
        self.log = log
        self.detail = detail
        super().__init__(
            reason=reason, where=where, detail=detail, log=log or "",
            pid=owner.pid if owner else "?",
            host=owner.host if owner else "?", since=owner.since if owner else "?",
            chroma=owner.chroma if owner else "?",
        )  # fmt: skip


@dataclass(frozen=True)
class Folder:
    """The files of a data folder that a server and its clients share."""

    data: Path

    @property
    def leases(self) -> Path:
        return self.data / "run" / "leases"

    @property
    def lock(self) -> Path:
        return self.data / "run" / "chroma.lock"

    @property
    def pause(self) -> Path:
        return self.data / "run" / "chroma.pause"

    @property
    def address(self) -> Path:
        return self.data / "run" / "chroma.json"

    @property
    def log(self) -> Path:
        return self.data / "logs" / "chroma.log"

    @property
    def store(self) -> Path:
        return self.data / "chroma"

    def prepare(self) -> None:
        """Create the folders, closed to other users of the machine."""
        for path in (self.leases, self.log.parent, self.store):
            path.mkdir(parents=True, exist_ok=True)
        for path in (self.leases.parent, self.store):
            path.chmod(0o700)


# --- the client's side ----------------------------------------------------------------------------


class Lease:
    """A client's claim on the server, for as long as the client lives or until `close`."""

    def __init__(self, path: Path, fd: int) -> None:
        self.path = path
        self._fd = fd
        os.register_at_fork(after_in_child=self._forget)

    def _forget(self) -> None:
        """In a forked child: the lease is the parent's, and must end when the parent ends."""
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1

    def close(self) -> None:
        """Give the lease back; a second call does nothing."""
        if self._fd >= 0:
            self.path.unlink(missing_ok=True)
            self._forget()


def take_lease(data: Path) -> Lease:
    """Tell the server of `data`, running or to come, that it is needed.

    The server sweeps leases whose lock it can take, so a lease counts once its locked file is
    still the one that stands in the folder.
    """
    folder = Folder(data)
    folder.prepare()
    while True:
        path = folder.leases / f"{os.getpid()}-{secrets.token_hex(4)}"
        fd = os.open(path, os.O_CREAT | os.O_RDWR, 0o600)
        fcntl.flock(fd, fcntl.LOCK_EX)
        if os.fstat(fd).st_nlink:
            return Lease(path, fd)
        os.close(fd)


def server_address(data: Path, *, grace_s: float = GRACE_S, wait_s: float = WAIT_S) -> Address:
    """The address of the server of `data`, which is started if there is none.

    Take a lease first, or the server may leave at once. `grace_s` is for the server that is
    started. Raises `StoreUnavailable`: other_host, other_version, silent, not_started.
    """
    folder = Folder(data)
    folder.prepare()
    until = time.monotonic() + wait_s
    pause_s, failures = 0.01, 0
    while time.monotonic() < until and failures < 2:  # one may come of a port taken meanwhile
        if _is_held(folder.pause):
            failures = 0  # somebody works on the files, without a server: it will not be long
        elif not _is_held(folder.lock):
            failures += not _start(folder, grace_s, until)
        elif address := _answering(folder):
            return address
        time.sleep(pause_s)
        pause_s = min(2 * pause_s, 0.2)
    reason: Reason = "not_started" if failures else "silent"
    raise StoreUnavailable(reason, str(data), owner=_owner(folder), log=folder.log)


def _is_held(lock: Path) -> bool:
    """Whether a process, on this machine or another, holds the lock.

    A shared lock is tried, so that clients which look at the same time do not see each other.
    """
    fd = os.open(lock, os.O_CREAT | os.O_RDWR, 0o600)
    try:
        fcntl.flock(fd, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(fd)
    return False


def _answering(folder: Folder) -> Address | None:
    """The server that holds the lock, if it answers; None while it is starting or leaving."""
    owner = _owner(folder)
    if owner is None:
        return None
    if owner.host != platform.node():
        raise StoreUnavailable("other_host", str(folder.data), owner=owner)
    if owner.chroma != version("chromadb"):
        raise StoreUnavailable("other_version", str(folder.data), owner=owner)
    with suppress(OSError, ValueError, TypeError):
        address = Address(**json.loads(folder.address.read_bytes()))
        return address if address.pid == owner.pid and _beats(address.port) else None
    return None


def _owner(folder: Folder) -> Owner | None:
    with suppress(OSError, ValueError, TypeError):
        return Owner(**json.loads(folder.lock.read_bytes()))
    return None


def _beats(port: int) -> bool:
    """Whether a Chroma answers on this port of this machine, within two seconds."""
    link = HTTPConnection(HOST, port, timeout=2)
    with closing(link), suppress(OSError, HTTPException):
        link.request("GET", "/api/v2/heartbeat")
        return link.getresponse().status == 200
    return False


def _start(folder: Folder, grace_s: float, until: float) -> bool:
    """Start a server; True when it answers, or when another client's server was faster.

    In a session of its own, so that Ctrl-C in this terminal does not reach it; the process waited
    for here is the server's parent, which ends as soon as the server answers.
    """
    if without_room(folder.data):  # it would take seconds to find out, and may leave half a file
        return False
    root = str(Path(__file__).resolve().parent.parent)
    path = os.pathsep.join(filter(None, [root, os.environ.get("PYTHONPATH")]))
    command = [sys.executable, "-P", "-m", "vectorstore.chroma_server", str(folder.data.resolve())]
    with folder.log.open("ab") as log:
        parent = subprocess.Popen(
            [*command, str(grace_s)],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
            cwd="/",
            env={**os.environ, "PYTHONPATH": path},
        )
    try:
        return parent.wait(max(0.1, until - time.monotonic())) == 0
    except subprocess.TimeoutExpired:
        parent.kill()
        return parent.wait() == 0


@contextmanager
def stopped(data: Path, *, wait_s: float = WAIT_S) -> Iterator[Path]:
    """Chroma's folder with no server on it, to work on its files; clients wait for the next one.

    Raises `StoreUnavailable`: other_host, silent.
    """
    folder = Folder(data)
    folder.prepare()
    # clients that see the pause do not start the next server before we have the lock
    with _held(folder.pause, folder, wait_s), _held(folder.lock, folder, wait_s):
        folder.address.unlink(missing_ok=True)
        yield folder.store


@contextmanager
def _held(lock: Path, folder: Folder, wait_s: float) -> Iterator[None]:
    """Hold a lock; a server that has it is asked to leave."""
    until = time.monotonic() + wait_s
    while (fd := _own(lock)) is None:
        owner = _owner(folder)
        if owner and owner.host != platform.node():
            raise StoreUnavailable("other_host", str(folder.data), owner=owner)
        if time.monotonic() > until:
            raise StoreUnavailable("silent", str(folder.data), owner=owner, log=folder.log)
        if owner and _is_server(owner.pid):
            with suppress(ProcessLookupError):
                os.kill(owner.pid, signal.SIGTERM)  # it answers what was asked, then leaves
        time.sleep(0.05)
    try:
        yield
    finally:
        os.close(fd)


def _is_server(pid: int) -> bool:
    """Whether a process is a server of ours, and not another that got its number."""
    with suppress(OSError):
        return b"vectorstore" in Path(f"/proc/{pid}/cmdline").read_bytes()
    return False


# --- the server's side ----------------------------------------------------------------------------


def serve(folder: Folder, grace_s: float, ready: int) -> int:
    """Hold the folder and serve it until no lease has been held for `grace_s`; the exit code.

    `ready` is a file descriptor that is written to when the server answers.
    """
    # 1. own the folder, or leave it to the one that does
    lock = _own(folder.lock)
    if lock is None:
        os.write(ready, b"1")
        return 0
    folder.address.unlink(missing_ok=True)
    # 2. keep Chroma quiet: by default it logs 700 bytes for each request
    os.environ.update(RUST_LOG="error", NO_COLOR="1", ANONYMIZED_TELEMETRY="False")
    # 3. tell where it listens as soon as it answers, and stop it when it is no longer needed
    address = Address(HOST, _free_port(), os.getpid(), _now("microseconds"))
    watch = Watch(folder, address, grace_s, lock, ready)
    threading.Thread(target=watch.run, daemon=True).start()
    # 4. be Chroma until SIGTERM
    _run_chroma(folder.store, address.port)
    if watch.still_ours():
        folder.address.unlink(missing_ok=True)
    return 0


def _own(lock: Path) -> int | None:
    """The lock held for the life of this process, our name written in it; None if it is taken.

    Clients look at the lock with a shared flock for some microseconds, hence the second tries.
    """
    fd = os.open(lock, os.O_CREAT | os.O_RDWR, 0o600)
    for _ in range(20):
        with suppress(BlockingIOError):
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
            break
        time.sleep(0.01)
    else:
        return None
    owner = Owner(
        os.getpid(), platform.node(), _now("seconds"), version("chromadb"), " ".join(sys.argv)
    )
    os.ftruncate(fd, 0)
    os.pwrite(fd, json.dumps(asdict(owner)).encode(), 0)
    return fd


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def _run_chroma(store: Path, port: int) -> None:
    """`chroma run` in this process: returns after SIGTERM, its writes finished."""
    chroma = import_module("chromadb_rust_bindings")  # without chromadb itself: 0.5 s, 100 MB
    chroma.cli(["chroma", "run", "--path", str(store), "--host", HOST, "--port", str(port)])


@dataclass(frozen=True)
class Watch:
    """What the server does beside answering: it says where it is, and leaves in time."""

    folder: Folder
    address: Address
    grace_s: float
    lock: int  # file descriptor on chroma.lock, flock held
    ready: int  # file descriptor, written to once Chroma answers

    def run(self) -> None:
        """Announce the server, wait until it is no longer needed, stop it. Never returns."""
        try:
            self._wait_until_it_answers()
            named = replace(self.address, tenant=take_tenant(self.folder.store))
            self._announce(named)
            os.write(self.ready, b"1")
            os.close(self.ready)
            self._wait_until_unneeded(named)
        finally:  # after a fault too: a server that nobody watches would stay for ever
            os.kill(os.getpid(), signal.SIGTERM)  # Chroma finishes its writes
            time.sleep(STOP_S)
            os._exit(1)

    def still_ours(self) -> bool:
        """Whether the lock that we hold is the one that others find: somebody may clean up."""
        with suppress(OSError):
            return os.path.samestat(os.fstat(self.lock), self.folder.lock.stat())
        return False

    def _wait_until_it_answers(self) -> None:
        until = time.monotonic() + WAIT_S
        while not _beats(self.address.port):
            if time.monotonic() > until:
                raise TimeoutError(f"Chroma does not answer after {WAIT_S} s")
            time.sleep(0.005)

    def _announce(self, address: Address) -> None:
        new = self.folder.address.with_suffix(".new")
        new.write_text(json.dumps(asdict(address)))
        new.replace(self.folder.address)

    def _wait_until_unneeded(self, address: Address) -> None:
        needed = time.monotonic()
        while self.still_ours():
            time.sleep(min(1.0, self.grace_s / 4))
            _bound_log(self.folder.log)
            if _count_leases(self.folder.leases):
                needed = time.monotonic()
            elif time.monotonic() - needed > self.grace_s and self._retire(address):
                return

    def _retire(self, address: Address) -> bool:
        """Take the address back; False, and announce it again, if a lease was taken meanwhile.

        A client takes its lease before it reads the address: one that has read it is counted
        here, one that comes later finds no address and waits for the lock.
        """
        self.folder.address.unlink(missing_ok=True)
        if _count_leases(self.folder.leases):
            self._announce(address)
            return False
        return True


def _count_leases(leases: Path) -> int:
    """How many leases are held; the files of those that are not are removed."""
    try:
        return sum(_is_leased(path) for path in leases.iterdir())
    except FileNotFoundError:  # somebody has removed the data folder
        return 0


def _is_leased(path: Path) -> bool:
    with suppress(FileNotFoundError), _opened(path) as fd:
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        path.unlink()
    return False


@contextmanager
def _opened(path: Path) -> Iterator[int]:
    fd = os.open(path, os.O_RDWR)
    try:
        yield fd
    finally:
        os.close(fd)


def _bound_log(log: Path) -> None:
    """Keep the log under `LOG_BYTES`, and one older copy; the file stays the one we write to."""
    with suppress(OSError):
        if log.stat().st_size > LOG_BYTES:
            shutil.copyfile(log, log.with_suffix(".log.1"))
            os.truncate(log, 0)


def _now(timespec: str) -> str:
    from datetime import datetime

    return datetime.now().astimezone().isoformat(timespec=timespec)


def main() -> int:
    """`python -m vectorstore.chroma_server DATA GRACE_S`: returns when the server answers.

    The server is a child of this process, which does not wait for it: it belongs to nobody, and
    leaves no zombie in the client that started it. Exit code 1 if it ended before it answered.
    """
    folder, grace_s = Folder(Path(sys.argv[1])), float(sys.argv[2])
    wall.stand(lambda: folder.data / wall.JOURNAL, "serveur Chroma")
    os.umask(0o077)
    folder.prepare()
    answer, ready = os.pipe()
    if os.fork():  # no thread has been started yet
        os.close(ready)
        return 0 if os.read(answer, 1) else 1
    os.close(answer)
    return serve(folder, grace_s, ready)


if __name__ == "__main__":
    sys.exit(main())
