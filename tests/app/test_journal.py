"""The journal: no line goes, changes or moves unseen; what must be erased can be."""

from __future__ import annotations

import ast
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
from dataclasses import fields
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from app.commands.groups import _ACTIONS as GROUPS
from app.commands.users import _ACTIONS as ACCOUNT_ACTIONS
from app.journal import chain
from app.journal.chain import files, folder_of, lines, writing
from app.journal.entries import Journal, pseudonym
from app.journal.erase import covered, erase_person, expire, ranges
from app.journal.search import Sought, entries
from app.journal.told import COMMANDS, FACTS, described
from app.journal.verify import verify
from app.journal.words import _SCHEMA, FILE, Head, opened
from app.opinions import Judgement, Opinion, note
from tests.canary import CANARY, traces
from tests.command_line import ROOT, environment, greffe

MONTH = f"{datetime.now():%Y-%m}.jsonl"


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Six lines by two people."""
    journal = Journal(tmp_path)
    for number in range(6):
        who = "marie" if number % 2 else "paul"
        journal.note(
            "open", who, address="10.0.0.7", parts={"what": {"source": f"{CANARY}-{number}.pdf"}}
        )
    return tmp_path


def rewrite(data: Path, change: object) -> None:
    """Do something to the lines of this month's file, as somebody with an editor would."""
    path = folder_of(data) / MONTH
    before = path.read_text().splitlines()
    path.write_text("".join(f"{line}\n" for line in change(before)))  # type: ignore[operator]


# --- verify


def test_a_journal_that_nobody_touched_holds(data: Path) -> None:
    checked = verify(data)
    assert (checked.lines, checked.findings, checked.interrupted) == (6, (), False)
    ran = greffe(data, "journal", "verify")
    assert ran.code == 0
    assert ran.out.startswith("✓ 6 lignes, chacune à sa place")
    assert checked.hash in ran.out


def changed(text: str) -> str:
    return text.replace('"kind":"open"', '"kind":"export"')


@pytest.mark.parametrize(
    ("change", "number", "said"),
    [
        (lambda x: [*x[:2], *x[3:]], 3, "des lignes ont été supprimées : n° 3"),
        (lambda x: x[2:], 1, "des lignes ont été supprimées : n° 1 à 2"),
        (lambda x: [*x[:2], changed(x[2]), *x[3:]], 3, "la ligne n° 3 a été modifiée"),
        (lambda x: [*x[:5], changed(x[5])], 6, "la ligne n° 6 a été modifiée"),
        (lambda x: [*x[:1], x[2], x[1], *x[3:]], 2, "l'ordre a été changé : n° 2"),
        (lambda x: x[::-1], 1, "l'ordre a été changé"),
        (lambda x: [*x[:3], x[2], *x[3:]], 4, "la ligne n° 3 a été déplacée ou répétée"),
        (lambda x: x[:-1], 5, "la fin a été coupée ; lignes qui manquent après celle-ci : 1"),
        (lambda x: x[:2], 2, "la fin a été coupée ; lignes qui manquent après celle-ci : 4"),
        (lambda x: [], 0, "la fin a été coupée ; lignes qui manquent après celle-ci : 6"),
        (lambda x: [*x[:3], x[3][:-9], *x[4:]], 4, "n'est plus lisible"),
        (lambda x: [*x[:3], x[3].replace(",", ", "), *x[4:]], 4, "n'est plus lisible"),
    ],
)
def test_a_line_that_was_removed_changed_or_moved_is_named(
    data: Path, change: object, number: int, said: str
) -> None:
    rewrite(data, change)
    ran = greffe(data, "journal", "verify")
    assert ran.code == 13
    assert f"✗ journal/{MONTH}" in ran.out
    findings = verify(data).findings
    assert (findings[0].line, said in findings[0].what) == (number, True), findings
    assert "tel qu'il a été écrit" in ran.err
    assert greffe(data, "journal", "verify", "--json").code == 13


def test_the_journal_goes_on_after_a_break_and_the_break_stays_found(data: Path) -> None:
    rewrite(data, lambda x: x[:-2])
    Journal(data).note("open", "paul")
    assert any("n° 5 à 6" in one.what for one in verify(data).findings)


def test_a_line_that_somebody_adds_is_found(data: Path) -> None:
    rewrite(data, lambda x: [*x, x[-1].replace('"n":6', '"n":7')])
    assert verify(data).findings


def test_the_head_cannot_be_taken_away_unseen(data: Path) -> None:
    rewrite(data, lambda x: x[:-1])
    with opened(folder_of(data)) as words:
        words.connection.execute("DELETE FROM head")
    assert verify(data).findings
    Journal(data).note("open", "paul")
    assert [one.what for one in verify(data).findings if "tête" in one.what]


def cut_with_its_head(data: Path, count: int) -> None:
    """Take lines off the end, and put the head back to where they began."""
    rewrite(data, lambda x: x[:-count])
    last = list(lines(data))[-1]
    with opened(folder_of(data)) as words:
        words.put_head(Head(last.n, last.hash, MONTH, (folder_of(data) / MONTH).stat().st_size))


@pytest.mark.parametrize("more", [1, 5, 6])
def test_an_end_that_is_cut_with_its_head_is_found_whatever_is_written_after(
    tmp_path: Path, more: int
) -> None:
    for who in ("marie", *["paul"] * 5):
        Journal(tmp_path).note("login", who)
    cut_with_its_head(tmp_path, 5)
    [found] = verify(tmp_path).findings
    assert "dont les mots sont là : 5" in found.what
    for _ in range(more):  # with the same parts as those that were cut
        Journal(tmp_path).note("login", "jean")
    [found] = verify(tmp_path).findings
    assert "des lignes ont été supprimées : n° 2 à 6" in found.what
    with opened(folder_of(tmp_path)) as words:
        assert [word.value["name"] for word in words.part("who")][:6] == ["marie", *["paul"] * 5]
    assert [entry.who for entry in entries(tmp_path)] == ["marie", *["jean"] * more]


def test_a_file_of_words_that_is_half_made_is_made_whole(tmp_path: Path) -> None:
    with opened(tmp_path) as words:
        words.connection.execute("DROP TABLE words")  # as it stood while another process made it
    with opened(tmp_path) as words:
        assert [*words.all()] == []


def test_no_one_sees_a_file_of_words_before_it_is_whole(tmp_path: Path) -> None:
    with opened(tmp_path / "a") as words:
        seen: list[str] = []
        other = sqlite3.connect(tmp_path / "a" / FILE, timeout=0)
        words.connection.executescript("DROP TABLE head; DROP TABLE taken; DROP TABLE words;")
        words.connection.set_trace_callback(
            lambda _: seen.extend(n for (n,) in other.execute("SELECT name FROM sqlite_master"))
        )
        words.connection.executescript(_SCHEMA)
        assert seen == []
        other.close()


def test_words_that_no_line_names_are_found(data: Path) -> None:
    """As an older program left them, which wrote over those of a line that was cut."""
    with opened(folder_of(data)) as words:
        words.put(6, "2026-11-22", "open", {"question": "Combien ?"})
    [found] = verify(data).findings
    assert "« question » est de trop" in found.what


def test_a_whole_month_cannot_be_taken_away_unseen(data: Path) -> None:
    with writing(data) as one:
        one.add("open", {}, {}, file="2999-01.jsonl")
    assert not verify(data).findings
    (folder_of(data) / MONTH).unlink()
    assert any("n° 1 à 6" in one.what for one in verify(data).findings)
    (folder_of(data) / "2999-01.jsonl").unlink()
    assert any("coupée" in one.what for one in verify(data).findings)


def test_words_that_were_changed_or_erased_by_hand_are_found(data: Path) -> None:
    with opened(folder_of(data)) as words:
        words.connection.execute(
            "UPDATE words SET text = '{\"name\":\"jean\"}' WHERE n = 2 AND part = 'who'"
        )
        words.erase([(4, "what")], "2026-01-01")
        words.connection.execute("DELETE FROM words WHERE n = 5 AND part = 'who'")
    found = {one.line: one.what for one in verify(data).findings}
    assert "« personne » n'est plus celle" in found[2]
    assert "« objet » a été effacée sans que" in found[4]
    assert "« personne » a été effacée sans que" in found[5]


# --- crashes, and several at once


@pytest.mark.parametrize("cut", [1, 40])
def test_a_line_that_a_crash_has_cut_is_mended_and_that_is_noted(data: Path, cut: int) -> None:
    path = folder_of(data) / MONTH
    with path.open("a") as stream:
        stream.write('{"at":"2026-11-22T10:00:00.000+00:00","facts":{},"id":""'[:cut])
    checked = verify(data)
    assert (checked.interrupted, checked.findings) == (True, ())
    assert "coupée net" in greffe(data, "journal", "verify").out
    Journal(data).note("open", "paul")
    assert [line.kind for line in lines(data)][-2:] == ["mended", "open"]
    assert [line.facts for line in lines(data)][-2] == {"bytes": cut}
    checked = verify(data)
    assert (checked.lines, checked.interrupted, checked.findings) == (8, False, ())


_KILLED = """
import os, signal, sys
from pathlib import Path
from app.journal import chain, words
from app.journal.entries import Journal
words.Words.put_head = lambda self, head: os.kill(os.getpid(), signal.SIGKILL)
Journal(Path(sys.argv[1])).note("open", "jean", parts={"what": {"source": "x.pdf"}})
"""


def test_a_process_killed_between_the_line_and_the_head_leaves_nothing(data: Path) -> None:
    done = subprocess.run([sys.executable, "-c", _KILLED, str(data)], env=environment(data),
                          cwd=ROOT, check=False)  # fmt: skip
    assert done.returncode == -signal.SIGKILL
    assert len((folder_of(data) / MONTH).read_text().splitlines()) == 7
    assert verify(data).interrupted
    Journal(data).note("open", "paul")
    assert [line.kind for line in lines(data)][-2:] == ["mended", "open"]
    assert "jean" not in {entry.who for entry in entries(data)}
    assert not verify(data).findings


_WRITES = """
import sys
from pathlib import Path
from app.journal.entries import Journal
for number in range(25):
    Journal(Path(sys.argv[1])).note("open", sys.argv[2], facts={"number": number})
"""


def test_several_processes_write_at_once_and_no_line_is_lost(tmp_path: Path) -> None:
    names = ["anne", "jean", "lise", "omar"]
    running = [
        subprocess.Popen([sys.executable, "-c", _WRITES, str(tmp_path), name],
                         env=environment(tmp_path), cwd=ROOT)
        for name in names
    ]  # fmt: skip
    assert [one.wait() for one in running] == [0, 0, 0, 0]
    checked = verify(tmp_path)
    assert (checked.lines, checked.findings) == (100, ())
    for name in names:
        theirs = [entry.facts["number"] for entry in entries(tmp_path, Sought(who=name))]
        assert theirs == list(range(25))


def test_nothing_of_a_line_stays_when_its_words_cannot_be_kept(
    data: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def full(*_: object) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    with monkeypatch.context() as patched:
        patched.setattr("app.journal.words.Words.put_head", full)
        Journal(data).note("open", "paul")
    assert "Le disque est plein" in capsys.readouterr().err
    checked = verify(data)
    assert (checked.lines, checked.interrupted, checked.findings) == (6, False, ())


def test_a_clock_that_is_put_back_opens_no_file_that_is_closed(data: Path) -> None:
    with writing(data) as one:
        one.add("open", {}, {}, at="2020-01-01T00:00:00.000+00:00")
    assert [path.name for path in files(data)] == [MONTH]
    assert not verify(data).findings


# --- an older journal


def test_an_older_journal_without_a_chain_is_carried_over(tmp_path: Path) -> None:
    folder = folder_of(tmp_path)
    folder.mkdir()
    for month, count in (("2025-01", 2), ("2025-02", 3)):
        old = [
            {"at": f"{month}-0{n}T10:00:00.000+01:00", "who": "local", "id": f"{month}{n}",
             "question": "Combien ?", "status": "answered", "answer": "3 €",
             "passages": [["mairie", "a.pdf", 1]], "model": "extractif"}
            for n in range(1, count + 1)
        ]  # fmt: skip
        (folder / f"{month}.jsonl").write_text("".join(f"{json.dumps(x)}\n" for x in old))
    Journal(tmp_path).note("open", "paul")
    found = list(lines(tmp_path))
    assert [line.kind for line in found] == ["question"] * 5 + ["carried", "open"]
    assert found[5].facts == {"lines": 5, "cut": 0}
    assert {line.file for line in found[:2]} == {"2025-01.jsonl"}
    assert [e.parts["answer"]["text"] for e in entries(tmp_path, Sought(until="2025-01"))] == [
        "3 €", "3 €",
    ]  # fmt: skip
    assert not verify(tmp_path).findings
    assert not (folder / chain.BEFORE).exists()


def test_a_carrying_over_that_was_stopped_begins_anew(tmp_path: Path) -> None:
    before = folder_of(tmp_path) / chain.BEFORE
    before.mkdir(parents=True)
    old = {"question": "Q", "answer": "R", "passages": [], "who": "local", "id": "a"}
    (before / "2025-01.jsonl").write_text(json.dumps(old) + "\n")
    (folder_of(tmp_path) / "2025-01.jsonl").write_text('{"n":1')
    Journal(tmp_path).note("open", "paul")
    assert [line.kind for line in lines(tmp_path)] == ["question", "carried", "open"]
    assert not verify(tmp_path).findings


# --- erasing


def test_the_history_of_a_person_is_erased_and_the_chain_holds(data: Path) -> None:
    Journal(data).note("admin", "root", parts={"what": {"login": "marie", "name": CANARY}})
    assert greffe(data, "journal", "--who", "marie").code == 0
    ran = greffe(data, "journal", "erase", "--who", "marie")
    assert ran.code == 0
    assert "L'historique de « marie » a été effacé le " in ran.out
    assert "5 lignes du journal, 8 parties" in ran.out
    assert "Noté à la ligne n° 9" in ran.out
    assert "marie" not in {entry.who for entry in entries(data)}
    assert [e.who for e in entries(data, Sought(kinds=("open",)))] == ["paul", ""] * 3
    assert traces(data, "marie") == []
    checked = verify(data)
    assert (checked.findings, checked.erased) == ((), 8)
    assert "effacé le " in greffe(data, "journal").out
    assert greffe(data, "journal", "erase", "--who", "marie").out.endswith(
        "rien dans le journal.\n"
    )


def test_what_has_had_its_time_is_erased_by_kind(data: Path) -> None:
    long_ago = (datetime.now().astimezone() - timedelta(days=40)).isoformat()
    with writing(data) as one:
        for kind in ("question", "login", "admin"):
            one.add(kind, {"status": "x"}, {"who": {"name": CANARY}}, at=long_ago)
    (data / "greffe.toml").write_text(
        "[journal]\nquestion_days = 30\nlogin_days = 41\nadmin_days = 0\n"
    )
    erased = json.loads(greffe(data, "journal", "expire", "--json").out)
    assert (erased["lines"], erased["parts"], erased["line"]) == (1, 1, 10)
    left = {e.kind: e.who for e in entries(data)}
    assert (left["question"], left["login"], left["admin"]) == ("", CANARY, CANARY)
    assert not verify(data).findings
    assert expire(data, {"login": 39}).lines == 1
    assert expire(data, {"login": 39}).lines == 0


@pytest.mark.parametrize("numbers", [[], [1], [1, 2, 3, 7, 9, 10]])
def test_ranges_are_read_as_they_are_written(numbers: list[int]) -> None:
    assert [n for run in covered(ranges(numbers)) for n in run] == numbers


def test_a_journal_that_is_gone_is_missed_where_somebody_has_worked(tmp_path: Path) -> None:
    ran = greffe(tmp_path, "journal", "verify")
    assert (ran.code, "Le journal est vide" in ran.out) == (0, True)
    assert greffe(tmp_path, "users", "add", "marie").code == 0
    assert greffe(tmp_path, "journal", "verify").out.startswith("✓ 1 lignes")
    shutil.rmtree(folder_of(tmp_path))
    ran = greffe(tmp_path, "journal", "verify")
    assert (ran.code, ran.out) == (15, "")
    assert "il a été ôté en entier" in ran.err
    assert "accounts.sqlite" in ran.err


# --- pseudonyms, search


def test_a_pseudonym_stands_for_a_person_and_is_found_by_the_name(tmp_path: Path) -> None:
    journal = Journal(tmp_path, pseudonyms=True)
    journal.note("open", CANARY, address="10.0.0.7")
    journal.note("login", "marie", address="10.0.0.7")
    assert traces(tmp_path, CANARY) == []
    assert len(list(entries(tmp_path, Sought(who=CANARY)))) == 1
    assert len(list(entries(tmp_path, Sought(who="marie")))) == 1
    [asked] = entries(tmp_path, Sought(kinds=("open",)))
    assert asked.parts["who"] == {"name": pseudonym(tmp_path, CANARY)}
    key = folder_of(tmp_path) / "pseudonyms.key"
    assert key.stat().st_mode & 0o777 == 0o600
    assert erase_person(tmp_path, CANARY).lines == 1
    assert not list(entries(tmp_path, Sought(who=CANARY)))


def test_admins_search_and_are_journaled_themselves(data: Path) -> None:
    (data / "egress").mkdir()
    stopped = {"at": "2999-01-01T00:00:00.000+00:00", "process": "greffe ask",
               "event": "socket.connect", "address": "192.0.2.1:443"}  # fmt: skip
    (data / "egress" / "attempts.jsonl").write_text(json.dumps(stopped) + "\n")
    assert len(greffe(data, "journal", "--who", "paul", "--json").lines) == 3
    assert len(greffe(data, "journal", "--text", f"{CANARY}-4").out.splitlines()) == 1
    assert greffe(data, "journal", "--until", "2020-01-01").out == ""
    assert "192.0.2.1:443" in greffe(data, "journal", "--kind", "egress").out
    looked = greffe(data, "journal", "--kind", "search", "--json").lines
    assert [one["what"].get("who") for one in looked] == ["paul", None, None, None]
    assert greffe(data, "journal", "--kind", "nimporte").code == 2
    assert greffe(data, "journal", "--since", "hier").code == 2
    assert greffe(data, "journal", "effacer").code == 2
    assert greffe(data, "journal", "erase").code == 2


def test_the_files_are_for_their_owner_alone(data: Path) -> None:
    for path in (folder_of(data) / MONTH, folder_of(data) / FILE):
        assert path.stat().st_mode & 0o777 == 0o600
    assert os.stat(folder_of(data)).st_mode & 0o777 == 0o700


def test_all_that_a_line_tells_has_a_name_for_readers() -> None:
    told = {one.name for kind in (Opinion, Judgement, Sought) for one in fields(kind)}
    for file in (ROOT / "app").rglob("*.py"):
        for call in ast.walk(ast.parse(file.read_text("utf-8"))):
            named = isinstance(call, ast.Call) and ast.unparse(call.func).split(".")[-1]
            if named in {"administered", "_administered"} or (
                named == "note" and ast.unparse(call.func) == "self.office.note"
            ):
                told |= {word.arg for word in call.keywords if word.arg}
    assert {"receipts", "targets", "restore", "verdict"} <= told
    assert told - {"id"} <= FACTS.keys()


def test_a_line_is_told_in_words(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    note(journal, "anne", "", Opinion("r1", False, "outdated", "il y en a une autre"))
    journal.note("admin", "chef", parts={"what": {"command": "ingest", "restore": True}})
    said = [described(entry) for entry in entries(tmp_path)]
    assert "réponse : r1, motif : périmée, texte : il y en a une autre" in said[0]
    assert "action : indexation, repris : oui" in said[1]


def test_a_look_into_the_journal_is_told_without_a_word_of_its_files(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    looked: tuple[dict[str, object], ...] = (
        {"how": "figures", "since": "2026-10-25"}, {"kinds": ["opinion", "judged"], "found": 2},
    )  # fmt: skip
    for what in looked:
        journal.note("search", "chef", parts={"what": what})
    said = [described(entry) for entry in entries(tmp_path)]
    assert "manière : graphiques, depuis : 25/10/2026" in said[0]
    assert "trouvées : 2, genres : avis sur une réponse, citation jugée" in said[1]


def test_each_action_of_administration_has_a_name_for_readers() -> None:
    commands = {f"users {one}" for one in ACCOUNT_ACTIONS} | {f"groups {one}" for one in GROUPS}
    for file in (ROOT / "app").rglob("*.py"):
        for call in ast.walk(ast.parse(file.read_text("utf-8"))):
            named = isinstance(call, ast.Call) and ast.unparse(call.func)
            if named in ("administered", "self._administered", "self.office.note"):
                given = call.args[1]
                commands |= {given.value} if isinstance(given, ast.Constant) else set()
    assert {"drop", "ingest stop", "adapt --remove"} <= commands
    assert commands - {"users list", "groups list"} <= COMMANDS.keys()
