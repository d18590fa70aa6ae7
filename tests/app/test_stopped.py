"""What the wall has stopped stands in the chained journal."""

from __future__ import annotations

import json
import os
import socket
import sqlite3
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from app.egress import attempts_file
from app.journal import syslog
from app.journal.chain import folder_of, lines
from app.journal.entries import Journal
from app.journal.search import Entry, Sought, entries
from app.journal.stopped import watched
from app.journal.verify import verify
from app.journal.words import FILE
from tests.command_line import PATIENCE_S, ROOT, greffe, process

NOBODY = "192.0.2.1"  # TEST-NET-1
WALLED = """
import socket, sys
from pathlib import Path
from app import egress
from app.journal.entries import Journal
from app.journal import syslog
data = Path(sys.argv[1])
egress.stand_wall(lambda: data)
def attempt(port):
    try:
        socket.create_connection(("192.0.2.1", port), 1)
    except PermissionError:
        pass
"""


def walled(data: Path, code: str) -> None:
    """Run something in a process behind the wall."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    subprocess.run([sys.executable, "-c", WALLED + code, data], check=True, cwd=ROOT,
                   env=environment, capture_output=True)  # fmt: skip


def stopped(data: Path) -> list[Entry]:
    return list(entries(data, Sought(kinds=("egress",))))


def plant(data: Path, **changed: Any) -> None:
    """A line of the wall's file, as another process of ours writes it."""
    line = {"at": "2026-11-22T10:00:00.000+01:00", "pid": 7, "process": "greffe ask",
            "event": "socket.connect", "address": f"{NOBODY}:443",
            "where": ["x.py:1 f"]}  # fmt: skip
    attempts_file(data).parent.mkdir(exist_ok=True)
    with attempts_file(data).open("a") as stream:
        stream.write(json.dumps(line | changed) + "\n")


def test_an_attempt_is_a_line_of_the_chain_once_the_journal_is_written(tmp_path: Path) -> None:
    walled(tmp_path, "attempt(443); attempt(443); attempt(80)\nJournal(data).note('open', 'marie')")
    kinds = [line.kind for line in lines(tmp_path)]
    assert kinds == ["egress", "egress", "open"]
    first, second = stopped(tmp_path)
    assert (first.parts["what"]["address"], first.parts["what"]["count"]) == (f"{NOBODY}:443", 2)
    assert second.parts["what"]["address"] == f"{NOBODY}:80"
    assert first.parts["what"]["first"] <= first.parts["what"]["last"]
    Journal(tmp_path).note("open", "paul")
    Journal(tmp_path).collect()
    assert len(stopped(tmp_path)) == 2  # taken over once
    checked = verify(tmp_path)
    assert (checked.lines, checked.findings) == (4, ())


def test_an_attempt_cannot_be_changed_or_taken_out_unseen(tmp_path: Path) -> None:
    plant(tmp_path)
    Journal(tmp_path).collect()
    attempts_file(tmp_path).unlink()
    assert [one.parts["what"]["address"] for one in stopped(tmp_path)] == [f"{NOBODY}:443"]
    with sqlite3.connect(folder_of(tmp_path) / FILE) as connection:
        connection.execute("UPDATE words SET text = replace(text, '192.0.2.1', '127.0.0.1')")
    [finding] = verify(tmp_path).findings
    assert "n'est plus celle qui a été écrite" in finding.what


def test_what_is_not_in_the_chain_yet_is_shown_too(tmp_path: Path) -> None:
    Journal(tmp_path).note("open", "marie")
    plant(tmp_path)
    [one] = stopped(tmp_path)
    assert (one.n, one.parts["what"]["process"]) == (0, "greffe ask")
    assert [e.n for e in entries(tmp_path)].count(0) == 1


def test_a_line_cut_short_waits_for_its_end_and_an_emptied_file_is_read_anew(
    tmp_path: Path,
) -> None:
    plant(tmp_path)
    whole = attempts_file(tmp_path).read_text()
    attempts_file(tmp_path).write_text(whole + whole[:40])
    Journal(tmp_path).collect()
    assert len(stopped(tmp_path)) == 1
    attempts_file(tmp_path).write_text(whole + whole.replace(":443", ":444"))
    Journal(tmp_path).collect()
    assert [one.parts["what"]["address"][-3:] for one in stopped(tmp_path)] == ["443", "444"]
    attempts_file(tmp_path).write_text(whole.replace(":443", ":445"))
    Journal(tmp_path).collect()
    assert [one.parts["what"]["address"][-3:] for one in stopped(tmp_path)] == ["443", "444", "445"]
    assert verify(tmp_path).findings == ()


def test_a_syslog_that_is_stopped_itself_does_not_breed_lines(tmp_path: Path) -> None:
    walled(
        tmp_path,
        "syslog.PAUSE = 0\n"
        "journal = Journal(data, copies=syslog.Syslog('udp://192.0.2.1:514'))\n"
        "for _ in range(6): journal.note('open', 'marie')\n",
    )
    kinds = [line.kind for line in lines(tmp_path)]
    assert (kinds.count("open"), kinds.count("egress")) == (6, 5)  # the last is not taken yet
    assert "app/journal/syslog.py" in str(stopped(tmp_path)[0].parts["what"]["where"])
    assert verify(tmp_path).findings == ()


def test_an_attempt_is_sent_to_the_syslog_that_answers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(syslog, "WITHIN", PATIENCE_S)
    monkeypatch.setattr(syslog, "WAITED", PATIENCE_S)
    plant(tmp_path)
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        listening.bind(str(tmp_path / "log"))
        listening.settimeout(PATIENCE_S)
        Journal(tmp_path, copies=syslog.Syslog(str(tmp_path / "log"))).note("open", "marie")
        heard = [listening.recv(4096).decode() for _ in range(2)]
    assert ['"kind":"egress"' in heard[0], '"kind":"open"' in heard[1]] == [True, True]


def test_the_end_of_a_command_takes_over_what_was_stopped(tmp_path: Path) -> None:
    plant(tmp_path)
    process(tmp_path, "status")
    assert [line.kind for line in lines(tmp_path)] == ["egress"]
    assert f"{NOBODY}:443" in greffe(tmp_path, "journal", "--kind", "egress").out


def test_a_page_that_is_open_takes_over_by_itself(tmp_path: Path) -> None:
    done = threading.Event()

    def collect() -> None:
        Journal(tmp_path).collect()
        done.set()

    with watched(tmp_path, collect, every=0.01):
        plant(tmp_path)
        assert done.wait(PATIENCE_S)
    assert len(list(lines(tmp_path))) == 1
