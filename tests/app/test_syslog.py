"""The journal's lines elsewhere: nothing waits for the copy, and no line is lost for want of it."""

from __future__ import annotations

import fcntl
import hashlib
import re
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from app.adaptation import install
from app.commands.doctor import Finding, look_at_copies
from app.journal import syslog
from app.journal.chain import lines
from app.journal.entries import Journal
from app.journal.search import entries
from app.journal.syslog import Syslog
from app.journal.verify import verify
from app.settings import load
from ingest.catalogue import Catalogue
from tests.canary import CANARY
from tests.command_line import PATIENCE_S, ROOT, environment, free_port, greffe, wait_for
from tests.conftest import FONDS, copy_town, wait_until_unserved

UNSENT = "sa copie n'a pas pu être envoyée"
ASKED = "Quelle est l'amende maximale pour un dépôt sauvage ?"


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Senders that wait as long as the tests do: no gap of a busy machine is a failure."""
    monkeypatch.setattr(syslog, "WITHIN", PATIENCE_S)
    monkeypatch.setattr(syslog, "WAITED", PATIENCE_S)


def numbers(heard: bytes) -> list[int]:
    """The numbers of the lines that were heard, in their order."""
    return [int(n) for n in re.findall(rb'"n":(\d+)', heard)]


# --- one that answers


@pytest.mark.usefixtures("patient")
@pytest.mark.parametrize("kind", [socket.SOCK_DGRAM, socket.SOCK_STREAM])
def test_a_socket_of_this_machine_gets_each_line_without_its_words(
    tmp_path: Path, kind: socket.SocketKind
) -> None:
    with socket.socket(socket.AF_UNIX, kind) as listening:
        place = tmp_path / "log"
        listening.bind(str(place))
        listening.settimeout(PATIENCE_S)
        if kind == socket.SOCK_STREAM:
            listening.listen()
        Journal(tmp_path, copies=Syslog(str(place))).note("open", CANARY)
        with listening.accept()[0] if kind == socket.SOCK_STREAM else listening as read:
            heard = read.recv(4096).decode()
    [line] = lines(tmp_path)
    assert heard.startswith("<86>greffe: {")
    assert line.hash in heard
    assert CANARY not in heard


@pytest.mark.usefixtures("patient")
@pytest.mark.parametrize("scheme", ["tcp", "udp"])
def test_lines_come_in_their_order_whatever_the_threads(tmp_path: Path, scheme: str) -> None:
    kind = socket.SOCK_STREAM if scheme == "tcp" else socket.SOCK_DGRAM
    with socket.socket(socket.AF_INET, kind) as listening:
        listening.bind(("127.0.0.1", 0))
        listening.settimeout(PATIENCE_S)
        if scheme == "tcp":
            listening.listen(100)
        copies = Syslog(f"{scheme}://127.0.0.1:{listening.getsockname()[1]}")

        def note() -> None:
            for _ in range(8):
                Journal(tmp_path, copies=copies).note("open", "marie")

        threads = [threading.Thread(target=note) for _ in range(4)]
        for one in threads:
            one.start()
        heard: list[int] = []
        while len(heard) < 32:
            if scheme == "udp":
                heard += numbers(listening.recv(4096))
                continue
            with listening.accept()[0] as connection, connection.makefile("rb") as stream:
                for message in stream:
                    assert message.startswith(b"<86>greffe: {")
                    heard += numbers(message)
        for one in threads:
            one.join()
    assert heard == [*range(1, 33)]


# --- one that does not answer


@dataclass(frozen=True)
class Full:
    """A server whose queue is full: who connects is left without an answer."""

    listening: socket.socket

    @property
    def address(self) -> str:
        return f"tcp://127.0.0.1:{self.listening.getsockname()[1]}"


@pytest.fixture
def full() -> Iterator[Full]:
    with ExitStack() as stack:
        listening = stack.enter_context(socket.socket())
        listening.bind(("127.0.0.1", 0))
        listening.listen(0)
        for _ in range(100):
            taking = stack.enter_context(socket.socket())
            taking.settimeout(0.5)
            try:
                taking.connect(listening.getsockname())
            except TimeoutError:
                break
        else:
            pytest.fail("its queue is never full")
        yield Full(listening)


_NOTES = """
import sys
from pathlib import Path
from app.journal.entries import Journal
Journal(Path(sys.argv[1])).note("open", "paul")
"""


@pytest.mark.usefixtures("patient")
def test_while_a_line_is_being_sent_the_journal_is_free(tmp_path: Path, full: Full) -> None:
    journal = Journal(tmp_path, copies=Syslog(full.address))
    noting = threading.Thread(target=journal.note, args=("open", "marie"))
    noting.start()
    wait_for(lambda: [one for one in threading.enumerate() if one.name == syslog.NAME])
    with (tmp_path / "run" / "journal.lock").open("a") as stream:
        fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
    subprocess.run([sys.executable, "-c", _NOTES, tmp_path], check=True, cwd=ROOT,
                   env=environment(tmp_path))  # fmt: skip
    journal.note("open", "jean")  # another thread does not wait for the one that sends
    assert [entry.who for entry in entries(tmp_path)] == ["marie", "paul", "jean"]
    assert noting.is_alive()
    heard, deadline = b"", time.monotonic() + PATIENCE_S
    while numbers(heard) != [1, 3]:  # it answers at last
        assert time.monotonic() < deadline, heard
        full.listening.settimeout(PATIENCE_S)
        with full.listening.accept()[0] as connection:
            connection.settimeout(0.5)
            try:
                while read := connection.recv(4096):
                    heard += read
            except TimeoutError:  # one of those that fill the queue
                continue
    noting.join()


@dataclass
class Later:
    """The clock of a sender, put forward."""

    by: float = 0.0

    def monotonic(self) -> float:
        return time.monotonic() + self.by


def test_one_that_does_not_answer_is_told_of_once_and_left_alone_for_a_while(
    tmp_path: Path, full: Full, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    clock, tries = Later(), []
    monkeypatch.setattr(syslog, "time", clock)
    journal = Journal(
        tmp_path, copies=Syslog(full.address, lambda: tries.append(1) or ["127.0.0.1"])
    )
    for _ in range(5):
        journal.note("open", "marie")
        ended(journal)
    assert len(tries) == 1
    clock.by = syslog.PAUSE + 1
    for _ in range(5):
        journal.note("open", "marie")
        ended(journal)
    assert len(tries) == 2
    assert capsys.readouterr().err.count(UNSENT) == 1
    assert (len(list(lines(tmp_path))), verify(tmp_path).findings) == (10, ())


def ended(journal: Journal) -> None:
    """Wait until nothing is being sent."""
    copies: Any = journal.copies
    wait_for(lambda: not copies._sending)


def test_one_that_answers_again_gets_what_is_noted_from_then_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    clock, place = Later(), tmp_path / "log"
    monkeypatch.setattr(syslog, "time", clock)
    journal = Journal(tmp_path, copies=Syslog(str(place)))
    for away in (1, 2):  # told again at each failure that follows an answer
        journal.note("open", "marie")
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
            listening.bind(str(place))
            listening.setblocking(False)
            journal.note("open", "marie")  # too early: it is left alone
            with pytest.raises(BlockingIOError):
                listening.recv(4096)
            clock.by += syslog.PAUSE + 1
            journal.note("open", "marie")
            listening.settimeout(PATIENCE_S)
            assert numbers(listening.recv(4096)) == [3 * away]
        ended(journal)
        place.unlink()
        assert capsys.readouterr().err.count(UNSENT) == 1


def test_a_name_that_is_long_looked_for_holds_nobody_up(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    answered = threading.Event()

    def reach() -> list[str]:
        answered.wait()
        return ["127.0.0.1"]

    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
        journal = Journal(tmp_path, copies=Syslog(f"tcp://collecte:{port}", reach))
        for _ in range(3):
            journal.note("open", "marie")
        assert not answered.is_set()
        assert len(list(lines(tmp_path))) == 3
        assert capsys.readouterr().err.count(UNSENT) == 1
        answered.set()
        ended(journal)
        listening.setblocking(False)
        with pytest.raises(BlockingIOError):  # said not to be sent: it is not sent late
            listening.accept()


def test_the_doctor_says_whether_it_answers(
    tmp_path: Path, full: Full, monkeypatch: pytest.MonkeyPatch
) -> None:
    def told(address: str) -> Finding:
        monkeypatch.setenv("GREFFE_JOURNAL__SYSLOG", address)
        [finding] = look_at_copies(load(tmp_path))
        return finding

    assert not [*look_at_copies(load(tmp_path))]
    assert told(full.address).detail == (
        f"{full.address} ne répond pas (pas de réponse à temps) : le journal est tenu, mais sans"
        " copie"
    )
    shut = f"tcp://127.0.0.1:{free_port()}"
    assert "(la connexion est refusée)" in told(shut).detail
    absent = told(str(tmp_path / "log"))
    assert (absent.good, "(il n'existe pas)" in absent.detail) == (False, True)
    assert "par UDP : rien ne dit si elle arrive" in told("udp://127.0.0.1:514").detail
    with socket.create_server(("127.0.0.1", 0)) as listening:
        address = f"tcp://127.0.0.1:{listening.getsockname()[1]}"
        answers = told(address)
    assert (answers.good, answers.detail) == (True, f"{address} répond")


@pytest.mark.usefixtures("without_dns")
def test_the_doctor_says_that_its_name_is_unknown(tmp_path: Path) -> None:
    ran = greffe(tmp_path, "doctor", GREFFE_JOURNAL__SYSLOG="tcp://collecte.mairie.lan")
    assert "manque  Machine contactée (journal.syslog) : Le nom de machine du réglage" in ran.out
    assert "Copie du journal" not in ran.out


# --- one whose name nobody knows, or that is outside: every command that notes something


@pytest.fixture
def without_dns(monkeypatch: pytest.MonkeyPatch) -> None:
    """No name of the building is known any more."""
    known = socket.getaddrinfo

    def look_up(host: Any, *about: Any, **named: Any) -> Any:
        if str(host).endswith(".mairie.lan"):
            raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")
        return known(host, *about, **named)

    monkeypatch.setattr(socket, "getaddrinfo", look_up)


@dataclass(frozen=True)
class Worked:
    """A data folder in which people have worked, and what commands may name of it."""

    data: Path
    answer: str  # id


@pytest.fixture(scope="module")
def left(tmp_path_factory: pytest.TempPathFactory, indexed: Path) -> Worked:
    """To be copied."""
    data = copy_town(indexed, tmp_path_factory.mktemp("travail") / "donnees")
    answer = str(greffe(data, "ask", ASKED, "--json").json["answer"])
    for words in (
        ("users", "add", "lise", "--role", "juriste"),
        ("groups", "open", "voirie", FONDS),
        ("curated", "add", answer, "--by", "lise"),
        ("schedule", "set", FONDS),
    ):
        ran = greffe(data, *words)
        assert ran.code == 0, ran.err
    wait_until_unserved(data)
    return Worked(data, answer)


@pytest.fixture
def worked(tmp_path: Path, left: Worked) -> Worked:
    return Worked(copy_town(left.data, tmp_path / "donnees"), left.answer)


ACTS = [
    "users add jean --role admin",
    "users change lise --role agent",
    "users reset lise",
    "users unlock lise",
    "users logout lise",
    "users release jean",
    "users remove lise",
    "groups open voirie personnel",
    "groups close voirie mairie",
    "groups role voirie --role juriste",
    "groups remove voirie",
    "curated add ANSWER --by lise",
    "curated remove 1",
    "schedule set mairie --at 04:00",
    "schedule remove mairie",
    "ingest FILE",
    "withdraw 2024-031 --yes",
    "rebuild",
    "models add MODEL --name petit",
    "adapt --remove",
    "ask QUESTION --export EXPORT",
    "replay ANSWER",
    "export ANSWER EXPORT",
    "journal list",
    "journal figures",
    "journal erase --who lise",
]


@pytest.fixture
def act(request: pytest.FixtureRequest, worked: Worked, tmp_path: Path) -> list[str]:
    """A command, its words filled in; what it asks for is there."""
    words = str(request.param).split()
    file = tmp_path / "note.txt"
    file.write_text("Commune de Courvallon-sur-Sélande\n\nLe marché se tient le jeudi matin.\n")
    known = {"ANSWER": worked.answer, "FILE": str(file), "EXPORT": str(tmp_path / "reponse.json"),
             "QUESTION": ASKED}  # fmt: skip
    if "MODEL" in words:
        known["MODEL"] = str(request.getfixturevalue("tiny_model"))
    if words[0] == "adapt":
        with closing(Catalogue(worked.data / "catalogue.sqlite")) as catalogue:
            install(worked.data, catalogue, b"maps", {"sha256": "0" * 64})
    if words[:2] == ["curated", "add"]:
        greffe(worked.data, "curated", "remove", "1")
    return [known.get(word, word) for word in words]


@pytest.mark.usefixtures("without_dns")
@pytest.mark.parametrize("act", ACTS, indirect=True)
def test_what_is_done_is_noted_though_nobody_knows_the_syslog(
    worked: Worked, act: list[str], tmp_path: Path
) -> None:
    before = len(list(entries(worked.data)))
    name = re.sub(r"\W|_", "-", tmp_path.name)
    ran = greffe(worked.data, *act, GREFFE_JOURNAL__SYSLOG=f"tcp://{name}.mairie.lan")
    assert ran.code == 0, ran.err
    assert ran.err.count(UNSENT) == 1
    added = list(entries(worked.data))[before:]
    assert [one for one in added if names(one.kind, one.parts, act)], added
    assert not verify(worked.data).findings


def names(kind: str, parts: dict[str, Any], act: list[str]) -> bool:
    """Whether a line says that this was done."""
    if kind != "admin":
        return kind == {"ask": "export", "journal": "search"}.get(act[0], act[0])
    return " ".join(act).startswith(str(parts["what"]["command"]))


@pytest.mark.parametrize("act", ACTS, indirect=True)
def test_nothing_is_done_with_a_syslog_that_is_outside(worked: Worked, act: list[str]) -> None:
    before = contents(worked.data)
    ran = greffe(worked.data, *act, GREFFE_JOURNAL__SYSLOG="tcp://192.0.2.1")
    assert (ran.code, ran.out) == (10, "")
    assert "journal.syslog désigne une adresse hors du bâtiment" in ran.err
    assert contents(worked.data) == before


def contents(data: Path) -> dict[str, str]:
    return {
        str(path.relative_to(data)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in data.rglob("*") if path.is_file()
    }  # fmt: skip


def test_every_command_that_notes_something_is_among_them() -> None:
    noting = {
        path.stem for path in (ROOT / "app" / "commands").glob("*.py")
        if re.search(r"^ +(?:administered|journaled)\(", path.read_text("utf-8"), re.M)
    }  # fmt: skip
    assert noting - {"shared", "serve"} == {act.split()[0] for act in ACTS}
