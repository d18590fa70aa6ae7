"""The dense index on Chroma: what is written is found, by whom, and whatever is killed."""

import json
import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

import numpy as np
import pytest

from tests.command_line import PATIENCE_S, wait_for
from vectorstore.chroma import (
    ChromaIndex,
    Link,
    _rename,
    _rows_per_request,
    _said,
    collection_name,
    open_local,
    open_remote,
)
from vectorstore.chroma_files import _DEFAULT
from vectorstore.chroma_server import StoreUnavailable, server_address, stopped
from vectorstore.index import Index, Vectors

GRACE_S = 1.0
ROOT = Path(__file__).resolve().parents[2]
FONDS = "Conseil municipal de Saint-Étienne / 2024"

WRITER = """
import sys
from pathlib import Path
import numpy as np
from vectorstore.chroma import open_local
data, n, size = Path(sys.argv[1]), int(sys.argv[3]), int(sys.argv[4])
vectors = np.random.default_rng(7).normal(size=(n, 32)).astype(np.float32)
index = open_local(data, "essai", grace_s=1.0)
print("ready", flush=True)
sys.stdin.readline()
for start in range(0, n, size):
    part = range(start, min(n, start + size))
    index.add(sys.argv[2], [f"p{i}" for i in part], vectors[start:start + size])
    print(start, flush=True)
index.close()
"""


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("mairie")
    yield folder
    shutil.rmtree(folder / "run", ignore_errors=True)  # a server without its lock leaves


@pytest.fixture
def index(data: Path) -> Iterator[ChromaIndex]:
    opened = open_local(data, "essai", grace_s=GRACE_S)
    yield opened
    opened.drop(FONDS)
    opened.close()


def vectors(n: int, d: int = 32) -> Vectors:
    return np.random.default_rng(7).normal(size=(n, d)).astype(np.float32)


def names(n: int) -> list[str]:
    return [f"p{i}" for i in range(n)]


def writer(data: Path, n: int, size: int) -> subprocess.Popen[str]:
    """Another process that is ready to write `n` vectors, `size` at a time, at a word from us."""
    return subprocess.Popen(
        [sys.executable, "-c", WRITER, str(data), FONDS, str(n), str(size)],
        cwd=ROOT,
        text=True,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )


def go(process: subprocess.Popen[str]) -> None:
    assert process.stdin
    assert process.stdout
    assert process.stdout.readline() == "ready\n"
    process.stdin.write("go\n")
    process.stdin.flush()


def test_the_index_keeps_the_protocol(index: ChromaIndex) -> None:
    kept: Index = index
    assert kept.count(FONDS) == 0


def test_a_search_gives_cosines_best_first(index: ChromaIndex) -> None:
    written = vectors(200)
    index.add(FONDS, names(200), written)
    hits = index.search(FONDS, 3 * written[17], 10)
    unit = written / np.linalg.norm(written, axis=1, keepdims=True)
    cosines = unit @ unit[17]
    assert [id_ for id_, _ in hits] == [f"p{i}" for i in np.argsort(-cosines)[:10]]
    assert [cosine for _, cosine in hits] == pytest.approx(np.sort(cosines)[::-1][:10], abs=1e-5)


def test_a_fonds_never_written_to_is_empty(index: ChromaIndex) -> None:
    assert index.search("archives", vectors(1)[0], 10) == []
    assert index.ids("archives") == set()
    index.remove("archives", ["p1"])
    index.drop("archives")


def test_what_is_removed_is_not_found_and_may_be_removed_twice(index: ChromaIndex) -> None:
    index.add(FONDS, names(10), vectors(10))
    index.remove(FONDS, ["p1", "p2", "never there"])
    index.remove(FONDS, ["p1"])
    index.remove(FONDS, [])
    assert index.ids(FONDS) == set(names(10)) - {"p1", "p2"}
    assert "p1" not in {id_ for id_, _ in index.search(FONDS, vectors(2)[1], 50)}


def test_writing_again_replaces(index: ChromaIndex) -> None:
    index.add(FONDS, names(5), vectors(5))
    index.add(FONDS, names(5), -vectors(5))
    assert index.count(FONDS) == 5
    (best,) = index.search(FONDS, -vectors(5)[3], 1)
    assert best[0] == "p3"
    assert best[1] == pytest.approx(1.0, abs=1e-5)


def test_fonds_and_generations_are_apart(index: ChromaIndex, data: Path) -> None:
    index.add(FONDS, names(3), vectors(3))
    newer = open_local(data, "autre modèle", grace_s=GRACE_S)
    assert newer.count(FONDS) == index.count("fonds secret") == 0
    newer.add(FONDS, names(2), vectors(2, d=8))  # another number of dimensions
    assert (newer.count(FONDS), index.count(FONDS)) == (2, 3)
    newer.drop(FONDS)
    newer.close()


@pytest.mark.parametrize("fonds", ["", "é", "a/b", "x" * 900, "Délibérations « 2024 »", "\n"])
def test_any_fonds_name_gives_a_name_that_chroma_accepts(index: ChromaIndex, fonds: str) -> None:
    index.add(fonds, ["p"], vectors(1))
    assert index.count(fonds) == 1
    index.drop(fonds)
    assert collection_name(fonds, "g") != collection_name(fonds + "x", "g")


@pytest.mark.parametrize("width", [8, 384, 4096, 100_000])
def test_a_request_never_carries_more_than_chroma_takes(width: int) -> None:
    rows = _rows_per_request(width)
    assert 1 <= rows <= 5_461
    assert rows * (width * 16 / 3 + 100) < 40_000_000


def test_writing_the_same_again_costs_little_and_a_changed_vector_is_replaced(
    index: ChromaIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    from chromadb.api.models.Collection import Collection

    moved: list[str] = []  # in the graph, which is what costs
    upsert = Collection.upsert

    def noting(held: Collection, ids: list[str], **rest: Any) -> None:
        moved.extend(ids)
        upsert(held, ids, **rest)

    monkeypatch.setattr(Collection, "upsert", noting)
    written = vectors(3000, d=128)
    index.add(FONDS, names(3000), written)
    assert moved == names(3000)
    written[1234] *= -1
    index.add(FONDS, names(3000), written)
    assert moved[3000:] == ["p1234"]
    assert index.search(FONDS, written[1234], 1)[0][0] == "p1234"
    assert index.count(FONDS) == 3000


def test_ids_and_vectors_must_be_as_many(index: ChromaIndex) -> None:
    with pytest.raises(ValueError, match="2 ids"):
        index.add(FONDS, names(2), vectors(3))


def test_one_process_reads_while_another_writes(index: ChromaIndex, data: Path) -> None:
    with writer(data, 2000, 100) as process:
        assert index.count(FONDS) == 0
        go(process)
        assert process.stdout
        for line in process.stdout:
            last = int(line) + 99
            sought = vectors(2000)[last]
            assert index.search(FONDS, sought, 1)[0][0] == f"p{last}"
    assert index.ids(FONDS) == set(names(2000))


def test_a_collection_dropped_and_made_again_by_another_process_is_found(
    index: ChromaIndex, data: Path
) -> None:
    other = open_local(data, "essai", grace_s=GRACE_S)
    index.add(FONDS, names(5), vectors(5))
    other.drop(FONDS)
    assert index.search(FONDS, vectors(1)[0], 3) == []
    other.add(FONDS, ["nouveau"], vectors(1))
    assert index.ids(FONDS) == {"nouveau"}
    other.drop(FONDS)
    index.add(FONDS, names(2), vectors(2))
    assert other.ids(FONDS) == {"p0", "p1"}
    other.close()


def test_a_killed_server_costs_nothing_that_was_acknowledged(
    index: ChromaIndex, data: Path
) -> None:
    for turn in range(3):
        ids = [f"t{turn}-{i}" for i in range(50)]
        index.add(FONDS, ids, vectors(50))
        os.kill(server_address(data).pid, signal.SIGKILL)
        assert set(ids) <= index.ids(FONDS)
    assert index.count(FONDS) == 150


def test_threads_go_on_while_the_server_is_killed(index: ChromaIndex, data: Path) -> None:
    index.add(FONDS, names(100), vectors(100))
    wrong: list[object] = []
    found: list[str] = []
    over = threading.Event()

    def ask() -> None:
        while not over.is_set():
            try:
                found.append(index.search(FONDS, vectors(100)[42], 1)[0][0])
            except Exception as error:
                wrong.append(error)

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    try:
        wait_for(lambda: len(found) > 40 or wrong)
        os.kill(server_address(data).pid, signal.SIGKILL)
        before = len(found)
        wait_for(lambda: len(found) > before + 40 or wrong)
    finally:
        over.set()
        for thread in threads:
            thread.join()
    assert wrong == []
    assert set(found) == {"p42"}


def test_the_first_rows_of_a_collection_can_be_read_while_they_are_written(
    index: ChromaIndex, data: Path
) -> None:
    wrong: list[object] = []
    for turn in range(20):  # without patience, two turns in three fail
        fonds, written = f"neuf-{turn}", threading.Event()

        def read(fonds: str = fonds, written: threading.Event = written) -> None:
            while not written.is_set():
                try:
                    index.search(fonds, vectors(1)[0], 5)
                    index.add(fonds, names(150), vectors(150))
                except Exception as error:
                    wrong.append(error)

        threads = [threading.Thread(target=read) for _ in range(3)]
        for thread in threads:
            thread.start()
        index.add(fonds, names(300), vectors(300))
        written.set()
        for thread in threads:
            thread.join()
    assert wrong == []


def test_who_looks_a_collection_up_while_another_takes_its_name_waits_for_it(
    index: ChromaIndex, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    writing = open_local(data, "essai", grace_s=GRACE_S)
    index.add(FONDS, names(2), vectors(2))
    between, looked = threading.Event(), threading.Event()
    found: list[set[str]] = []

    def look() -> None:
        assert between.wait(PATIENCE_S)
        index._look_again()
        found.append(index.ids(FONDS))

    def renaming(link: Link, old: str, new: str) -> None:
        if old.endswith("-next"):  # the old one has given its name away
            between.set()
            assert looked.wait(PATIENCE_S)
        _rename(link, old, new)

    def switching(held: ChromaIndex, link: Link, fonds: str) -> bool:
        looked.set()
        return is_switching(held, link, fonds)

    is_switching = ChromaIndex._switching
    monkeypatch.setattr("vectorstore.chroma._rename", renaming)
    monkeypatch.setattr(ChromaIndex, "_switching", switching)
    looking = threading.Thread(target=look)
    looking.start()
    writing.replace(FONDS, [(names(3), vectors(3))])
    looking.join()
    writing.close()
    assert found == [set(names(3))]


def test_a_switch_whose_reply_was_lost_can_be_made_again(index: ChromaIndex) -> None:
    index.add(FONDS, names(2), vectors(2))
    index.replace(FONDS, [(names(3), vectors(3))])
    index._again(lambda link: index._switch(link, collection_name(FONDS, "essai")))
    assert index.ids(FONDS) == set(names(3))
    index.replace(FONDS, [])
    assert index.count(FONDS) == 0


def test_ten_killed_writers_leave_an_index_that_one_more_completes(
    index: ChromaIndex, data: Path
) -> None:
    processes = [writer(data, 1500, 150) for _ in range(10)]
    for turn, process in enumerate(processes):
        go(process)
        time.sleep(0.01 + 0.03 * turn)
        process.kill()
        process.communicate()
    index.add(FONDS, names(1500), vectors(1500))
    assert index.count(FONDS) == 1500
    assert index.ids(FONDS) == set(names(1500))
    sample = vectors(1500)[::50]
    assert [index.search(FONDS, one, 1)[0][0] for one in sample] == names(1500)[::50]


def test_a_server_that_somebody_else_runs_is_used_as_it_is(tmp_path: Path) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{probe.getsockname()[1]}"
    run = ["chroma", "run", "--path", str(tmp_path), "--port", url.rpartition(":")[2]]
    code = f"import chromadb_rust_bindings as chroma; chroma.cli({run!r})"
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.DEVNULL) as server:
        wait_for(lambda: answers(url))
        remote = open_remote(url, "essai")
        remote.add(FONDS, names(3), vectors(3))
        assert remote.ids(FONDS) == set(names(3))
        remote.close()
        server.terminate()


def answers(url: str) -> bool:
    try:
        with urlopen(f"{url}/api/v2/heartbeat") as answer:
            return bool(answer.status == 200)
    except URLError:
        return False


def test_a_url_that_does_not_answer_is_named() -> None:
    with pytest.raises(StoreUnavailable) as caught:
        open_remote("http://127.0.0.1:9", "essai")
    assert (caught.value.reason, caught.value.where) == ("unreachable", "http://127.0.0.1:9")
    assert caught.value.facts["detail"]


def test_an_error_that_says_nothing_is_told_by_what_caused_it() -> None:
    error = ValueError()
    error.__context__ = ConnectionRefusedError()
    assert _said(error) == "ConnectionRefusedError"


def test_proxies_and_settings_of_the_environment_are_ignored(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    monkeypatch.setenv("no_proxy", "mairie.local")
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.setenv("CHROMA_SERVER_HOST", "elsewhere")
    opened = open_local(data, "essai", grace_s=GRACE_S)
    assert opened.count(FONDS) == 0
    assert os.environ["no_proxy"] == "mairie.local,127.0.0.1"
    opened.close()


def test_a_graph_ruined_by_a_kill_is_reported_as_such_and_mended_by_writing_it_anew(
    index: ChromaIndex, data: Path
) -> None:
    index.add(FONDS, names(2500), vectors(2500))
    os.kill(server_address(data).pid, signal.SIGKILL)
    for graph in (data / "chroma").glob("*/*.bin"):  # saved in part, as after a kill at that moment
        os.truncate(graph, graph.stat().st_size // 2)
    with pytest.raises(StoreUnavailable) as caught:
        index.search(FONDS, vectors(1)[0], 1)
    assert caught.value.reason in {"damaged", "unreachable"}  # Chroma says so, or falls over it
    index.drop(FONDS)
    index.add(FONDS, names(5), vectors(5))
    assert index.search(FONDS, vectors(5)[4], 1)[0][0] == "p4"


def told_by(data: Path, tenant: str, below: str = "", method: str = "GET") -> tuple[int, Any]:
    """What the server of a data folder answers to whoever knows its port and a tenant's name."""
    at = server_address(data, grace_s=GRACE_S)
    there = f"/api/v2/tenants/{tenant}/databases/default_database/collections{below}"
    try:
        with urlopen(Request(f"http://{at.host}:{at.port}{there}", method=method)) as answer:
            return answer.status, json.loads(answer.read())
    except HTTPError as error:
        with error:
            return error.code, None


def test_another_account_of_the_machine_finds_nothing_on_the_port(
    data: Path, index: ChromaIndex
) -> None:
    index.add(FONDS, names(3), vectors(3))
    name = collection_name(FONDS, "essai")
    ours = server_address(data, grace_s=GRACE_S).tenant
    assert name in {one["name"] for one in told_by(data, ours)[1]}  # who knows it finds all
    for guessed in ("default_tenant", "default", "%25", "*"):
        assert told_by(data, guessed)[1] in ([], None)
        assert told_by(data, guessed, f"/{name}", "DELETE")[0] == 404
    assert index.count(FONDS) == 3
    assert (data / "run").stat().st_mode & 0o077 == 0  # where the tenant's name is written


def test_an_index_made_before_tenants_is_closed_and_kept(data: Path, index: ChromaIndex) -> None:
    index.add(FONDS, names(3), vectors(3))
    with stopped(data) as store, closing(sqlite3.connect(store / "chroma.sqlite3")) as file, file:
        file.execute("INSERT OR IGNORE INTO tenants (id) VALUES ('default_tenant')")
        file.execute("UPDATE databases SET tenant_id = 'default_tenant' WHERE id = ?", (_DEFAULT,))
    assert index.count(FONDS) == 3
    assert told_by(data, "default_tenant")[1] == []


def test_each_server_has_a_tenant_of_its_own(data: Path, index: ChromaIndex) -> None:
    index.add(FONDS, names(3), vectors(3))
    before = server_address(data, grace_s=GRACE_S).tenant
    with stopped(data):
        pass
    assert index.count(FONDS) == 3
    assert server_address(data, grace_s=GRACE_S).tenant != before
    assert told_by(data, before)[1] == []
