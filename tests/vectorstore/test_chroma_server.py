"""The shared Chroma server, with real processes: who starts it, who is killed, what is left."""

import json
import os
import platform
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.request import urlopen

import pytest

from tests.command_line import INTERRUPTIBLE, PATIENCE_S, wait_for
from vectorstore.chroma_server import (
    LOG_BYTES,
    Address,
    Folder,
    StoreUnavailable,
    _count_leases,
    server_address,
    take_lease,
)

GRACE_S = 0.4
ROOT = Path(__file__).resolve().parents[2]

HOLDER = """
import sys
from pathlib import Path
from vectorstore.chroma_server import server_address, take_lease
lease = take_lease(Path(sys.argv[1]))
print(server_address(Path(sys.argv[1]), grace_s=float(sys.argv[2])).pid, flush=True)
sys.stdin.read()  # until the test hangs up
"""


@pytest.fixture
def data(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path
    shutil.rmtree(tmp_path / "run", ignore_errors=True)  # a server without its lock leaves


def holder(data: Path, *, own_session: bool = True) -> tuple[subprocess.Popen[str], int]:
    """Another greffe process that holds a lease; and the pid of the server that it found."""
    process = subprocess.Popen(
        [*INTERRUPTIBLE, sys.executable, "-c", HOLDER, str(data), str(GRACE_S)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        start_new_session=own_session,
    )
    assert process.stdout
    return process, int(process.stdout.readline())


def end(process: subprocess.Popen[str]) -> None:
    process.kill()
    process.wait()
    assert process.stdin
    assert process.stdout
    process.stdin.close()
    process.stdout.close()


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def found(data: Path) -> Address:
    return server_address(data, grace_s=GRACE_S)


def test_two_greffe_processes_share_one_server(data: Path) -> None:
    lease = take_lease(data)
    ours = found(data)
    other, theirs = holder(data)
    assert theirs == ours.pid
    assert found(data) == ours
    end(other)
    lease.close()


def test_eight_processes_that_start_at_once_start_one_server(data: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        started = list(pool.map(lambda _: holder(data), range(8)))
    assert len({pid for _, pid in started}) == 1
    for process, _ in started:
        end(process)


def test_the_server_leaves_when_its_last_client_is_killed(data: Path) -> None:
    client, pid = holder(data)
    assert len(list(Folder(data).leases.iterdir())) == 1
    end(client)  # kill -9
    wait_for(lambda: not is_alive(pid))
    assert not list(Folder(data).leases.iterdir())
    assert not Folder(data).address.exists()


def test_the_server_stays_for_the_others_when_one_client_is_killed(data: Path) -> None:
    lease = take_lease(data)
    pid = found(data).pid
    other, _ = holder(data)
    end(other)
    wait_for(lambda: len(list(Folder(data).leases.iterdir())) == 1)
    time.sleep(2 * GRACE_S)
    assert found(data).pid == pid
    lease.close()
    wait_for(lambda: not is_alive(pid))


def test_a_killed_server_is_replaced_at_the_next_call(data: Path) -> None:
    lease = take_lease(data)
    for _ in range(3):
        old = found(data)
        os.kill(old.pid, signal.SIGKILL)
        wait_for(lambda pid=old.pid: not is_alive(pid))  # type: ignore[misc]
        assert found(data).pid != old.pid
    lease.close()


def test_ctrl_c_in_the_terminal_that_started_the_server_spares_it(data: Path) -> None:
    starter, pid = holder(data)
    lease = take_lease(data)
    os.killpg(starter.pid, signal.SIGINT)  # what a terminal sends to its foreground group
    starter.wait(PATIENCE_S)
    time.sleep(2 * GRACE_S)
    assert found(data).pid == pid
    end(starter)
    lease.close()


def test_clients_come_and_go_while_the_server_is_about_to_leave(data: Path) -> None:
    """A lease taken at the last moment keeps the server, or gets another one: never none."""
    for pause_s in (0.4, 0.45, 0.5, 0.55, 0.6):
        lease = take_lease(data)
        held = found(data)
        time.sleep(0.15)
        assert is_alive(held.pid)
        lease.close()
        time.sleep(pause_s)


def test_a_forked_child_does_not_keep_its_parents_lease(data: Path) -> None:
    lease = take_lease(data)
    pid = found(data).pid
    child = os.fork()
    if child == 0:
        signal.pause()
        os._exit(0)
    try:
        lease._forget()  # as the kernel does when this process is killed
        wait_for(lambda: not is_alive(pid))
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)


def test_a_lease_left_behind_is_swept_and_a_held_one_is_not(data: Path) -> None:
    left = Folder(data)
    left.prepare()
    (left.leases / "4242-dead").touch()
    lease = take_lease(data)
    found(data)
    wait_for(lambda: list(left.leases.iterdir()) == [lease.path])
    lease.close()


def test_a_lease_is_never_swept_while_it_is_being_taken(data: Path) -> None:
    Folder(data).prepare()
    done = threading.Event()

    def sweep() -> None:
        while not done.is_set():
            _count_leases(Folder(data).leases)

    sweeper = threading.Thread(target=sweep)
    sweeper.start()
    leases = [take_lease(data) for _ in range(300)]
    done.set()
    sweeper.join()
    assert all(lease.path.exists() for lease in leases)
    for lease in leases:
        lease.close()


@pytest.mark.parametrize("removed", ["run", "run/chroma.lock"])
def test_a_server_whose_files_were_removed_leaves_before_a_second_one_can_do_harm(
    data: Path, removed: str
) -> None:
    lease = take_lease(data)
    pid = found(data).pid
    path = data / removed
    shutil.rmtree(path) if path.is_dir() else path.unlink()
    wait_for(lambda: not is_alive(pid))
    lease.close()


def hold_as(data: Path, host: str, chroma: str) -> int:
    """The lock, held by us under another name."""
    import fcntl

    folder = Folder(data)
    folder.prepare()
    owner = {
        "pid": 17,
        "host": host,
        "since": "2026-03-02T08:30:00+01:00",
        "chroma": chroma,
        "command": "greffe serve",
    }
    folder.lock.write_text(json.dumps(owner))
    fd = os.open(folder.lock, os.O_RDWR)
    fcntl.flock(fd, fcntl.LOCK_EX)
    return fd


@pytest.mark.parametrize(
    ("host", "chroma", "reason"),
    [
        ("mairie-2", "1.5.9", "other_host"),
        (platform.node(), "0.0.1", "other_version"),
        (platform.node(), "", "silent"),
    ],
)
def test_a_folder_held_by_another_server_is_refused_with_the_name_of_its_owner(
    data: Path, host: str, chroma: str, reason: str
) -> None:
    from importlib.metadata import version

    fd = hold_as(data, host, chroma or version("chromadb"))
    with pytest.raises(StoreUnavailable) as caught:
        server_address(data, wait_s=0.3)
    assert caught.value.reason == reason
    assert caught.value.owner
    assert (caught.value.owner.pid, caught.value.owner.host) == (17, host)
    os.close(fd)


def test_a_damaged_store_is_reported_with_the_log_that_tells_why(data: Path) -> None:
    Folder(data).prepare()
    (Folder(data).store / "chroma.sqlite3").write_bytes(b"ruined" * 1000)
    with pytest.raises(StoreUnavailable) as caught:
        found(data)
    assert caught.value.reason == "not_started"
    assert caught.value.log
    assert "not a database" in caught.value.log.read_text()


def test_the_server_listens_on_loopback_only_whatever_the_environment_says(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {
        "CHROMA_PORT": "1",
        "CHROMA_LISTEN_ADDRESS": "0.0.0.0",
        "HTTP_PROXY": "http://127.0.0.1:9",
    }.items():
        monkeypatch.setenv(name, value)
    lease = take_lease(data)
    suffix = f":{found(data).port:04X}"
    sockets = [line.split()[1:4] for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    listening = [local for local, _, state in sockets if local.endswith(suffix) and state == "0A"]
    assert listening == ["0100007F" + suffix]  # 127.0.0.1, bytes in this machine's order
    lease.close()


def test_many_requests_do_not_fill_the_log(data: Path) -> None:
    lease = take_lease(data)
    address = found(data)
    before = Folder(data).log.stat().st_size
    for _ in range(200):
        with urlopen(f"http://{address.host}:{address.port}/api/v2/version") as answer:
            answer.read()
    assert Folder(data).log.stat().st_size == before
    lease.close()


def test_the_log_stays_small(data: Path) -> None:
    lease = take_lease(data)
    found(data)
    log = Folder(data).log
    with log.open("a") as writer:
        writer.write("x" * (LOG_BYTES + 1))
    wait_for(lambda: log.stat().st_size < LOG_BYTES)
    assert log.with_suffix(".log.1").stat().st_size > LOG_BYTES
    lease.close()


def test_threads_of_one_process_that_ask_at_once_get_the_same_server(data: Path) -> None:
    lease = take_lease(data)
    answers: list[Address] = []
    threads = [threading.Thread(target=lambda: answers.append(found(data))) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == 6
    assert len(set(answers)) == 1
    lease.close()
