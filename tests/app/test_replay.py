"""An answer is shown again as it was, exported, and checked against its sources."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from app.access.accounts import Accounts
from app.access.groups import Groups
from app.access.store import Store
from app.journal.search import Sought, entries
from tests.command_line import greffe, indexed
from tests.conftest import FONDS

ASKED = "Quelle est l'amende maximale pour un dépôt sauvage ?"
ACT = (
    "Commune de Courvallon-sur-Sélande\n\nDélibération n° 2025-078\n"
    "Objet : tarif du gymnase des Trois Ormes\n\n"
    "Le conseil municipal fixe le tarif du gymnase des Trois Ormes à 47 euros par séance.\n"
)
GYM = "Quel est le tarif du gymnase des Trois Ormes ?"


@pytest.fixture
def gym(own_town: Path) -> Path:
    """An act of the test's own, indexed."""
    return indexed(own_town, "gymnase/tarif.txt", ACT, FONDS)


def ask(data: Path, question: str, *words: str) -> str:
    """The id of the answer."""
    answer = greffe(data, "ask", question, "--json", *words).json
    assert answer["status"] == "answered"
    return str(answer["answer"])


def replay(data: Path, id: str, *words: str) -> Any:
    return greffe(data, "replay", id, "--json", *words).json


def states(shape: Any, source: str) -> set[str]:
    found = [*shape["citations"], *shape["passages"]]
    return {one["state"] for one in found if one["source"] == source}


# --- replay


def test_an_answer_is_replayed_with_its_passages(own_town: Path) -> None:
    id = ask(own_town, ASKED)
    shape = replay(own_town, id)
    assert (shape["question"], shape["same"], shape["model"]) == (ASKED, True, "extractif")
    assert {one["state"] for one in shape["passages"]} == {"same"}
    assert all(one["text"] for one in shape["passages"])
    assert shape["generation"] == shape["generation_now"]
    ran = greffe(own_town, "replay", id)
    assert ran.code == 0
    assert f"Question : {ASKED}" in ran.out
    assert "✓ [1]" in ran.out
    assert greffe(own_town, "replay", "absent").code == 3
    assert len(list(entries(own_town, Sought(kinds=("replay",))))) == 2


def test_the_same_passages_come_back_after_the_file_was_read_again_elsewhere(
    own_town: Path, gym: Path
) -> None:
    id = ask(own_town, GYM)
    before = replay(own_town, id)
    elsewhere = gym.parent.parent / "archives" / "gymnase-2025.txt"
    elsewhere.parent.mkdir()
    shutil.move(gym, elsewhere)
    assert greffe(own_town, "ingest", gym.parent, "--fonds", FONDS, "--yes").code == 0
    assert greffe(own_town, "ingest", elsewhere, "--fonds", FONDS).code == 0
    after = replay(own_town, id)
    # the answer quoted a file that had gone, and the question held its object: these words were
    # erased; what it rested on is found
    erased = ["answer", "question"]
    assert (before["same"], after["same"], sorted(after["erased"])) == (True, False, erased)
    assert [(one["sha256"], one["text"]) for one in after["passages"]] == [
        (one["sha256"], one["text"]) for one in before["passages"]
    ]
    assert "gymnase-2025.txt" in {one["source_now"] for one in after["passages"]}


def test_a_renamed_file_gives_the_same_passages(own_town: Path, gym: Path) -> None:
    id = ask(own_town, GYM)
    gym.rename(gym.with_name("nouveau-nom.txt"))
    assert greffe(own_town, "ingest", gym.parent, "--fonds", FONDS).code == 0
    shape = replay(own_town, id)
    assert shape["same"] is True
    assert {one["source_now"] for one in shape["citations"]} == {"nouveau-nom.txt"}


def test_a_source_that_has_changed_since_is_named(own_town: Path, gym: Path) -> None:
    id = ask(own_town, GYM)
    gym.write_text(ACT.replace("47", "52"), encoding="utf-8")
    assert greffe(own_town, "ingest", gym.parent, "--fonds", FONDS).code == 0
    ran = greffe(own_town, "replay", id)
    assert ran.code == 11
    assert "remplacé par une autre version" in ran.out
    shape = replay(own_town, id)
    assert (shape["same"], states(shape, "tarif.txt")) == (False, {"changed"})


def test_what_was_withdrawn_is_not_shown_again(own_town: Path, gym: Path) -> None:
    id = ask(own_town, GYM)
    other = ask(own_town, ASKED)
    assert greffe(own_town, "withdraw", gym, "--yes").code == 0
    ran = greffe(own_town, "replay", id)
    assert ran.code == 11
    assert "47 euros" not in ran.out
    assert "Réponse : [effacée]\nEffacé le " in ran.out
    assert "le fichier a été retiré le " in ran.out
    shape = replay(own_town, id)
    assert (shape["text"], shape["citations"]) == (None, [])
    assert states(shape, "tarif.txt") == {"withdrawn"}
    assert replay(own_town, other)["text"]


def test_a_reader_sees_what_is_open_to_them_alone(own_town: Path, gym: Path) -> None:
    closed = gym.with_name("ferme.txt")
    closed.write_text(ACT.replace("Trois Ormes", "Grand Cèdre").replace("078", "079"))
    gym.unlink()
    assert greffe(own_town, "ingest", closed, "--fonds", "cabinet").code == 0
    id = ask(own_town, GYM.replace("Trois Ormes", "Grand Cèdre"))
    wide, seen = ask(own_town, ASKED), ask(own_town, ASKED, "--fonds", FONDS)
    store = Store(own_town)
    for login, role in (("lise", "juriste"), ("paul", "agent"), ("anne", "admin")):
        Accounts(store).add(login, "", role, ["voirie"])  # type: ignore[arg-type]
    Groups(store).open("voirie", [FONDS])
    store.close()
    assert greffe(own_town, "replay", id, "--as", "lise").code == 3
    # it cites what is open to her, and was searched for in what is not
    assert greffe(own_town, "replay", wide, "--as", "lise").code == 3
    assert greffe(own_town, "export", id, own_town / "a.json", "--as", "lise").code == 3
    assert replay(own_town, id, "--as", "anne")["same"] is True
    theirs = replay(own_town, seen, "--as", "lise")
    assert theirs["who"] is None
    assert {one["fonds"] for one in theirs["passages"]} == {FONDS}
    assert greffe(own_town, "replay", seen, "--as", "paul").code == 3  # it is not his
    assert greffe(own_town, "replay", seen, "--as", "personne").code == 2


# --- export and verify


@pytest.fixture
def exported(own_town: Path, gym: Path) -> Path:
    file = own_town.parent / "reponse.json"
    ran = greffe(own_town, "ask", GYM, "--export", file)
    assert ran.code == 0
    return file


def test_an_exported_answer_holds_in_the_index_and_in_the_original_files(
    own_town: Path, gym: Path, exported: Path
) -> None:
    shape = json.loads(exported.read_text())
    assert (shape["question"], shape["status"]) == (GYM, "answered")
    assert "47 euros" in shape["reading"]
    [citation, *_] = shape["citations"]
    assert len(citation["sha256"]) == 64
    ran = greffe(own_town, "verify", exported)
    assert ran.code == 0
    assert "✓ [1] Délibération n°\N{NO-BREAK SPACE}2025-078" in ran.out
    assert "✓ phrase 1 : citation exacte" in ran.out
    gym.rename(gym.with_name("autre-nom.txt"))
    assert greffe(own_town, "verify", exported, "--sources", gym.parent).code == 0
    assert greffe(own_town, "verify", exported, "--sources", gym).code == 3


def test_an_export_of_the_journal_is_the_one_made_at_once(own_town: Path, exported: Path) -> None:
    again = exported.with_name("encore.json")
    id = json.loads(exported.read_text())["answer"]
    assert greffe(own_town, "export", id, again).code == 0
    assert again.read_text() == exported.read_text()
    assert len(list(entries(own_town, Sought(kinds=("export",))))) == 2


def test_an_answer_is_exported_as_what_the_name_of_the_file_says(own_town: Path, gym: Path) -> None:
    begins = {"pdf": b"%PDF-", "docx": b"PK\x03\x04", "JSON": b"{\n"}
    for suffix, first in begins.items():
        file = own_town.parent / f"reponse.{suffix}"
        assert greffe(own_town, "ask", GYM, "--export", file).code == 0
        assert file.read_bytes().startswith(first)
    [*_, last] = entries(own_town, Sought(kinds=("question",)))
    again = own_town.parent / "encore.pdf"
    ran = greffe(own_town, "export", last.id, again)
    assert (ran.code, again.read_bytes()[:5]) == (0, b"%PDF-")
    assert "greffe verify" not in ran.err
    asked = len(list(entries(own_town, Sought(kinds=("question",)))))
    for command in (("ask", GYM, "--export"), ("export", last.id)):
        ran = greffe(own_town, *command, own_town.parent / "reponse.odt")
        assert ran.code == 2
        assert "en .json, en .docx ou en .pdf, pas en .odt" in ran.err
    assert len(list(entries(own_town, Sought(kinds=("question",))))) == asked


def altered(shape: Any, how: str) -> None:
    citation, sentence = shape["citations"][0], shape["sentences"][0]
    if how == "quote":
        citation["quote"] = citation["quote"].replace("47", "45")
    elif how == "sentence":
        sentence["text"] = sentence["text"].replace("47", "45")
    elif how == "place":
        citation["start"] += 200
        citation["end"] += 200
    elif how == "page":
        citation["page"] = 2
    elif how == "sha256":
        citation["sha256"] = "0" * 64
    elif how == "status":
        sentence["text"] = "Le gymnase des Trois Ormes coûte 47 euros."
    elif how == "uncited":
        sentence["citations"] = []


@pytest.mark.parametrize(
    "how", ["quote", "sentence", "place", "page", "sha256", "status", "uncited"]
)
def test_an_answer_that_was_altered_does_not_hold(
    own_town: Path, gym: Path, exported: Path, how: str
) -> None:
    shape = json.loads(exported.read_text())
    altered(shape, how)
    exported.write_text(json.dumps(shape))
    for words in ((), ("--sources", gym.parent)):
        ran = greffe(own_town, "verify", exported, *words)
        assert (ran.code, "✗ " in ran.out) == (1, True), ran.out


def test_a_source_that_was_altered_is_found(own_town: Path, gym: Path, exported: Path) -> None:
    gym.write_text(ACT.replace("47", "52"), encoding="utf-8")
    ran = greffe(own_town, "verify", exported)
    assert ran.code == 1
    assert "a changé sur le disque" in ran.out
    ran = greffe(own_town, "verify", exported, "--sources", gym.parent, "--json")
    assert (ran.code, ran.json["good"]) == (1, False)


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"format": "autre"}', '{"format": 1'])
def test_a_file_that_is_no_answer_is_refused(own_town: Path, text: str) -> None:
    file = own_town.parent / "autre.json"
    file.write_text(text)
    ran = greffe(own_town, "verify", file)
    assert ran.code == 3
    assert "n'est pas une réponse exportée" in ran.err
