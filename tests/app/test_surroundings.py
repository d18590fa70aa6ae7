"""The machine fails: the disk, the port, tesseract, another run, Ctrl-C. Nothing is lost."""

import contextlib
import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.answer import DEGRADED
from app.commands.serve import AddressUnusable, PortTaken, address_of, bound
from app.errors import sentence
from ingest import ocr
from ingest.catalogue import Catalogue
from ingest.run_lock import run_lock
from tests.command_line import ROOT, greffe, started
from tests.conftest import FONDS, SCAN, copy_town, has_tesseract, wait_until_unserved

QUESTION = "Quelle est l'amende maximale pour un dépôt sauvage ?"


def texts(data: Path) -> dict[str, list[str]]:
    """What is published, file by file."""
    catalogue = Catalogue(data / "catalogue.sqlite")
    try:
        return {
            source.path: [row.text for row in catalogue.passages_of_source(source.id)]
            for source in catalogue.sources("live")
        }
    finally:
        catalogue.close()


def has_staged(data: Path) -> bool:
    """Whether a run has read a file that it has not published."""
    with contextlib.suppress(sqlite3.Error):
        reading = sqlite3.connect(f"file:{data}/catalogue.sqlite?mode=ro", uri=True)
        with contextlib.closing(reading):
            query = "SELECT 1 FROM sources WHERE state = 'staged'"
            return reading.execute(query).fetchone() is not None
    return False


def test_a_run_that_is_interrupted_says_so_and_the_next_one_completes_it(
    empty_town: Path, indexed: Path, records: Path
) -> None:
    run = started(empty_town, "ingest", records)
    while run.poll() is None and not has_staged(empty_town):
        time.sleep(0.01)
    os.killpg(run.pid, signal.SIGINT)  # as a terminal does: to the readers as well
    out, err = run.communicate()
    assert run.returncode == 130, err
    assert out == ""
    assert err.strip().split("\n")[-1] == (
        "Interrompu. Ce qui était publié sert toujours ; relancez pour reprendre."
    )
    assert "Traceback" not in err
    assert "interrompue" in greffe(empty_town, "status").out
    again = greffe(empty_town, "ingest", records)
    assert again.code == 0, again.err
    assert texts(empty_town) == texts(indexed)


def test_two_runs_do_not_mix_and_the_second_names_the_first(town: Path, records: Path) -> None:
    with run_lock(town):
        for words in (["ingest", records], ["rebuild"]):
            ran = greffe(town, *words)
            assert (ran.code, ran.out) == (9, "")
            assert f"processus {os.getpid()}," in ran.err
            assert f"kill {os.getpid()}" in ran.err
        assert greffe(town, "status").code == 0
    assert greffe(town, "ingest", records).code == 0


def test_a_port_in_use_is_said_so_with_a_free_one_before_anything_is_loaded(
    town: Path, tmp_path: Path
) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        for command in ("serve", "demo"):
            ran = greffe(tmp_path / "donnees", command, "--port", str(port))
            assert (ran.code, ran.out) == (7, "")
            assert f"Le port {port} de 127.0.0.1 est déjà pris" in ran.err
            other = int(ran.err.split("--port ")[1].split("`")[0])
            assert other != port
    assert not (tmp_path / "donnees").exists()


@pytest.mark.parametrize("host", ["203.0.113.7", "nulle-part.invalid", "2001:db8::7"])
def test_an_address_that_is_not_this_machines_is_said_so(host: str) -> None:
    with pytest.raises(AddressUnusable) as raised:
        bound(host, 7860)
    known = sentence(raised.value)
    assert known is not None
    assert known.code == 7
    assert host in known.happened
    assert "page.host" in known.todo


def test_a_port_is_ours_from_the_moment_that_it_is_found_free() -> None:
    with bound("127.0.0.1", 0) as ours:
        port = ours.getsockname()[1]
        with pytest.raises(PortTaken) as raised:
            bound("127.0.0.1", port)
    assert raised.value.facts["port"] == port
    assert raised.value.facts["other"] != port


def test_an_address_is_written_as_a_browser_takes_it() -> None:
    assert address_of("::1", 7860) == "http://[::1]:7860"
    assert address_of("127.0.0.1", 80) == "http://127.0.0.1:80"


def test_the_page_asks_for_an_index_first(empty_town: Path) -> None:
    ran = greffe(empty_town, "serve", "--port", "1024")
    assert ran.code == 5
    assert "greffe ingest DOSSIER" in ran.err


@pytest.fixture
def forgetful_ocr() -> Iterator[None]:
    """Whether tesseract is there is asked once a process; these tests are several."""
    ocr.available.cache_clear()
    yield
    ocr.available.cache_clear()


@pytest.mark.skipif(not has_tesseract, reason="tesseract is not installed")
@pytest.mark.usefixtures("forgetful_ocr")
def test_a_scan_waits_for_tesseract_and_is_found_once_it_is_there(
    own_town: Path, records: Path, tmp_path: Path
) -> None:
    folder = tmp_path / FONDS
    (folder / "deliberations").mkdir(parents=True)
    shutil.copy(records / SCAN, folder / SCAN)
    ran = greffe(own_town, "ingest", folder, "--fonds", "scans", PATH="")
    assert ran.code == 0, ran.err
    assert "le document est numérisé et tesseract n'est pas installé" in ran.out
    assert "apt install tesseract-ocr tesseract-ocr-fra" in ran.out
    doctor = greffe(own_town, "doctor", PATH="")
    assert doctor.code == 0
    assert "tesseract" in doctor.out
    ocr.available.cache_clear()
    assert "1 lu," in greffe(own_town, "ingest", folder, "--fonds", "scans").out
    found = greffe(own_town, "search", "acquisition de la parcelle", "--fonds", "scans", "--json")
    assert found.json["hits"][0]["source"] == SCAN


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 260 MB."""
    disk = tmp_path / "disque"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=260m", "tmpfs", str(disk)]
    if os.geteuid() or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("only root may mount a disk, and not everywhere")
    yield disk
    subprocess.run(["umount", "--lazy", str(disk)], check=True)


def fill(disk: Path) -> Path:
    """A file that takes all the room that is left."""
    filler = disk / "plein"
    with filler.open("wb", buffering=0) as stream, contextlib.suppress(OSError):
        while stream.write(bytes(65536)):
            pass
    return filler


def test_a_disk_that_is_nearly_full_is_said_so_before_the_run(
    small_disk: Path, records: Path
) -> None:
    (small_disk / "lest").write_bytes(bytes(100_000_000))
    ran = greffe(small_disk / "donnees", "ingest", records)
    assert (ran.code, ran.out) == (8, "")
    assert "est plein, ou presque (1" in ran.err
    assert "le travail reprend" in ran.err


@pytest.mark.parametrize("moment", ["run/ingest.lock", "run/chroma.json"])
def test_a_disk_that_fills_up_during_a_run_loses_nothing(
    small_disk: Path, indexed: Path, tmp_path: Path, moment: str
) -> None:
    data = copy_town(indexed, small_disk / "donnees")
    before = texts(data)
    folder = tmp_path / "notes"
    folder.mkdir()
    for number in range(3):
        (folder / f"{number}.txt").write_text(f"Note {number} : le stade ouvre.\n\n" * 20)
    run = started(data, "ingest", folder, "--fonds", "notes")
    while run.poll() is None and not (data / moment).exists():
        time.sleep(0.01)
    os.killpg(run.pid, signal.SIGSTOP)  # it goes no further while the disk fills up
    filler = fill(small_disk)
    os.killpg(run.pid, signal.SIGCONT)
    out, err = run.communicate()
    assert run.returncode == 8, err
    assert out == ""
    assert "Le disque de" in err
    assert "le travail reprend" in err
    filler.unlink()
    wait_until_unserved(data)
    assert texts(data) == before
    again = greffe(data, "ingest", folder, "--fonds", "notes")
    assert again.code == 0, again.err
    assert set(texts(data)) == {*before, "0.txt", "1.txt", "2.txt"}
    assert greffe(data, "ask", QUESTION).code == 0
    wait_until_unserved(data)


def test_on_a_full_disk_questions_are_answered_and_the_page_of_the_journal_is_missed(
    small_disk: Path, indexed: Path, tmp_path: Path
) -> None:
    data = copy_town(indexed, small_disk / "donnees")
    filler = fill(small_disk)
    state = greffe(data, "status", "--json")
    assert (state.code, state.err) == (0, "")
    assert state.json["fonds"][FONDS]["passages"] > 0
    assert greffe(data, "search", QUESTION, "--json").json["hits"]
    ran = greffe(data, "ask", QUESTION, "--json")
    assert (ran.code, ran.json["status"]) == (0, "answered"), ran.err
    assert DEGRADED in ran.json["notes"]
    assert "n'a pas été notée dans le journal" in ran.err
    assert "sauvegarde" not in ran.err
    (tmp_path / "note.txt").write_text("Le stade ouvre.")
    refused = greffe(data, "ingest", tmp_path / "note.txt")
    assert (refused.code, refused.out) == (8, "")
    filler.unlink()
    again = greffe(data, "ask", QUESTION, "--json")
    assert (again.code, again.json["notes"], again.err) == (0, [], "")
    wait_until_unserved(data)


def test_a_catalogue_opened_on_a_full_disk_sees_what_is_written_once_there_is_room(
    small_disk: Path, indexed: Path
) -> None:
    data = copy_town(indexed, small_disk / "donnees")
    filler = fill(small_disk)
    page = Catalogue(data / "catalogue.sqlite")
    assert page.fonds() == [FONDS]
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        page.set_meta("ville", "Courvallon")
    filler.unlink()
    other = Catalogue(data / "catalogue.sqlite")
    other.set_meta("ville", "Courvallon")
    assert page.meta("ville") == "Courvallon"
    other.close()
    page.close()


def test_a_catalogue_that_a_crash_left_open_is_not_read_by_halves(
    small_disk: Path, indexed: Path
) -> None:
    data = copy_town(indexed, small_disk / "donnees")
    open_one = Catalogue(data / "catalogue.sqlite")
    open_one.set_meta("ville", "Courvallon")
    crashed = small_disk / "autre"
    crashed.mkdir()
    for name in ("catalogue.sqlite", "catalogue.sqlite-wal"):
        shutil.copy(data / name, crashed / name)
    open_one.close()
    fill(small_disk)
    ran = greffe(crashed, "status")
    assert (ran.code, ran.out) == (8, "")
    assert "Faites de la place" in ran.err


def test_ctrl_c_before_anything_is_imported_leaves_no_trace() -> None:
    script = (
        "import sys\n"
        "class Pressed:\n"
        "    def find_spec(self, name, *rest):\n"
        "        if name == 'typer': raise KeyboardInterrupt\n"
        "sys.meta_path.insert(0, Pressed())\n"
        "from app.start import main\n"
        "main()\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, cwd=ROOT, check=False
    )
    assert (done.returncode, done.stdout) == (130, "")
    assert done.stderr == "Interrompu avant d'avoir commencé.\n"
