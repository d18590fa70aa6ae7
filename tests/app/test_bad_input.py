"""Bad input: a sentence that says what happened and what to do, a code, and nothing lost."""

import ctypes
import os
import random
import shutil
from pathlib import Path
from typing import Annotated, get_origin, get_type_hints

import pytest

from app.cli import app
from app.errors import SET_ASIDE
from ingest.catalogue import Catalogue
from tests.command_line import Ran, greffe, process
from tests.conftest import SAMPLE, SCAN, new_town

QUESTION = "Quelle est l'amende maximale pour un dépôt sauvage ?"
NOTE = "La bibliothèque est fermée le lundi 3 mars 2025 pour inventaire."


def without_all_rights() -> None:
    """Root reads what it may not; in a container tests run as root. Give that right back."""
    for capability in (1, 2):  # CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH
        ctypes.CDLL(None).prctl(24, capability, 0, 0, 0)  # PR_CAPBSET_DROP


def hostile(folder: Path) -> dict[str, str]:
    """A folder of bad files and one good one; what must be said of each."""
    folder.mkdir()
    (folder / "note.txt").write_text(NOTE)
    (folder / "vide.pdf").touch()
    (folder / "interdit.txt").write_text("Ce que personne ne lit.")
    (folder / "interdit.txt").chmod(0)
    (folder / "mal-nomme.docx").write_text("Ceci est du texte.")
    (folder / "plan.dwg").write_bytes(b"AC1027" + bytes(200))
    with (folder / "enorme.txt").open("wb") as stream:
        stream.truncate(2_000_000)
    shutil.copy(SAMPLE / "personnel/Rapport social unique 2023 (protege).pdf", folder / "cle.pdf")
    shutil.copy(SAMPLE / "proces-verbaux/PV_2021-12-08_scan-abime.pdf", folder / "abime.pdf")
    (folder / "boucle.txt").symlink_to(folder / "boucle.txt")
    os.mkfifo(folder / "tube.txt")
    (folder / "hasard.txt").write_bytes(random.Random(1).randbytes(5000))
    (folder / "ferme").mkdir()
    (folder / "ferme" / "salaires.txt").write_text("Personne.")
    (folder / "ferme").chmod(0)
    return {
        "vide.pdf": "empty", "interdit.txt": "forbidden", "mal-nomme.docx": "misnamed",
        "plan.dwg": "unknown_format", "enorme.txt": "too_large", "cle.pdf": "encrypted",
        "abime.pdf": "damaged", "ferme/": "forbidden",
        "boucle.txt": "dead_link", "tube.txt": "not_a_file", "hasard.txt": "misnamed",
    }  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("depot") / "depot"
    hostile(made)
    return made


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory, models: Path) -> Path:
    return new_town(tmp_path_factory.mktemp("mauvais") / "donnees", models)


@pytest.fixture(scope="module")
def ran(folder: Path, data: Path) -> Ran:
    return process(
        data, "ingest", folder, before=without_all_rights, GREFFE_READING__MAX_MEGABYTES="1"
    )


def test_bad_files_are_set_aside_each_with_its_sentence_and_the_rest_is_read(
    ran: Ran, folder: Path, tmp_path: Path
) -> None:
    assert ran.code == 0, ran.err
    assert "12 fichiers" in ran.out
    assert "1 lu," in ran.out
    for name, reason in hostile(tmp_path / "liste").items():
        [line] = [line for line in ran.out.split("\n") if f": {name} :" in line]
        happened, todo = SET_ASIDE[reason]
        assert happened in line
        assert line.endswith(f"{todo}.")
    (tmp_path / "liste" / "ferme").chmod(0o700)


def test_no_trace_of_a_bug_is_shown(ran: Ran) -> None:
    assert "Traceback" not in ran.out + ran.err
    assert "inattendue" not in ran.err


def test_a_file_whose_rights_come_back_is_read_without_being_asked(
    ran: Ran, folder: Path, data: Path
) -> None:
    assert ran.code == 0
    (folder / "interdit.txt").chmod(0o600)
    (folder / "ferme").chmod(0o700)
    again = greffe(data, "ingest", folder, "--json", GREFFE_READING__MAX_MEGABYTES="1").json
    assert (again["read"], again["unchanged"], again["withdrawn"]) == (2, 1, 0)
    assert [item["reason"] for item in again["set_aside"]] == ["dead_link", "not_a_file"]
    assert again["still_aside"] == 7
    live = Catalogue(data / "catalogue.sqlite").sources("live")
    assert {source.path for source in live} == {"note.txt", "interdit.txt", "ferme/salaires.txt"}
    assert all(len(source.sha256) == 64 for source in live)


def test_a_missing_folder_is_said_so_before_anything_is_made(tmp_path: Path) -> None:
    ran = greffe(tmp_path / "donnees", "ingest", tmp_path / "partage" / "actes")
    assert (ran.code, ran.out) == (3, "")
    assert f"« {tmp_path}/partage/actes » n'existe pas" in ran.err
    assert "montage du partage" in ran.err
    assert not (tmp_path / "donnees").exists()


def test_a_missing_folder_withdraws_nothing(own_town: Path, records: Path) -> None:
    before = greffe(own_town, "status", "--json").json["fonds"]
    assert greffe(own_town, "ingest", records, records / "absent").code == 3
    assert greffe(own_town, "status", "--json").json["fonds"] == before


def test_a_file_that_was_named_and_cannot_be_read_has_code_3(
    empty_town: Path, tmp_path: Path
) -> None:
    locked = SAMPLE / "personnel/Rapport social unique 2023 (protege).pdf"
    for again in (False, True):
        ran = greffe(empty_town, "ingest", locked, "--fonds", "personnel")
        assert ran.code == 3
        assert "1 fichier trouvé" in ran.out
        assert "1 mis de côté" in ran.out
        assert "protégé par un mot de passe" in ran.out
        assert ("relancez avec --retry" in ran.out) is again
    (tmp_path / "note.txt").write_text(NOTE)
    assert greffe(empty_town, "ingest", tmp_path / "note.txt").code == 0


def test_a_file_that_was_named_and_may_not_be_read_is_said_so_as_inside_a_folder(
    empty_town: Path, tmp_path: Path
) -> None:
    (tmp_path / "b.txt").write_text(NOTE)
    (tmp_path / "b.txt").chmod(0)
    ran = process(empty_town, "ingest", tmp_path / "b.txt", before=without_all_rights)
    assert ran.code == 3, ran.err
    assert "b.txt : le fichier ne peut pas être ouvert" in ran.out
    (tmp_path / "ferme").mkdir(mode=0)
    for command in (["ingest", "FERME"], ["ask", "--batch", tmp_path / "b.txt"]):
        words = [tmp_path / "ferme" if word == "FERME" else word for word in command]
        ran = process(empty_town, *words, before=without_all_rights)
        assert (ran.code, ran.out) == ((3, "") if command[0] == "ingest" else (5, ""))
        assert "not readable" not in ran.err


def test_every_path_of_every_command_is_left_to_our_own_sentences() -> None:
    seen = 0
    for command in app.registered_commands:
        assert command.callback is not None
        hints = get_type_hints(command.callback, include_extras=True)
        for hint in hints.values():
            if "Path" in str(hint) and get_origin(hint) is Annotated:
                assert hint.__metadata__[0].readable is False, command.name
                seen += 1
    assert seen > 10


def test_a_scan_that_was_named_asks_for_the_missing_program_with_code_4(
    empty_town: Path, tmp_path: Path
) -> None:
    for _ in range(2):
        ran = greffe(empty_town, "ingest", SAMPLE / SCAN, PATH=str(tmp_path))
        assert ran.code == 4, ran.err
        assert "tesseract n'est pas installé" in ran.out


def test_a_data_folder_that_cannot_be_made_is_said_so(tmp_path: Path) -> None:
    (tmp_path / "fichier").write_text("")
    ran = greffe(tmp_path / "fichier", "ingest", tmp_path)
    assert ran.code == 3
    assert "Traceback" not in ran.err
    assert greffe(tmp_path / "fichier", "status").code == 3


@pytest.mark.parametrize(
    "words",
    [
        ["init"],
        ["doctor"],
        ["ingest", SAMPLE],
        ["users", "list"],
        ["rebuild"],
        ["ask", "tarif"],
        ["search", "tarif"],
    ],
)
def test_a_data_folder_that_is_a_file_is_said_so_by_every_command(
    tmp_path: Path, words: list[str | Path]
) -> None:
    (tmp_path / "fichier").write_text("")
    for place in ("fichier", "fichier/dedans"):
        ran = greffe(tmp_path / place, *words)
        assert (ran.code, ran.out) == (3, "")
        assert f"{tmp_path}/fichier est un fichier, pas un dossier" in ran.err
        assert "--data" in ran.err


def test_a_data_folder_that_may_not_be_written_or_entered_is_said_so(tmp_path: Path) -> None:
    (tmp_path / "lu").mkdir(mode=0o500)
    (tmp_path / "ferme").mkdir(mode=0)
    for place, command, right in (
        ("lu", ["init"], "d'écrire"), ("lu", ["ingest", SAMPLE], "d'écrire"),
        ("lu/neuf", ["ingest", SAMPLE], "d'écrire"), ("lu", ["groups", "list"], "d'écrire"),
        ("ferme", ["settings"], "d'entrer"), ("ferme/dedans", ["users", "list"], "d'entrer"),
    ):  # fmt: skip
        ran = process(tmp_path, *command, "--data", tmp_path / place, before=without_all_rights)
        assert (ran.code, ran.out) == (3, ""), command
        assert f"vous n'avez pas le droit {right} dans {tmp_path / place.split('/')[0]}" in ran.err
        assert "Traceback" not in ran.err


def test_a_catalogue_in_a_folder_that_may_not_be_written_is_not_called_damaged(
    own_town: Path,
) -> None:
    own_town.chmod(0o500)
    try:
        ran = process(own_town, "ingest", SAMPLE, before=without_all_rights)
    finally:
        own_town.chmod(0o700)
    assert ran.code == 3
    assert "vous n'avez pas le droit d'écrire" in ran.err


def test_a_data_folder_that_is_a_link_to_itself_is_said_so(tmp_path: Path) -> None:
    (tmp_path / "boucle").symlink_to(tmp_path / "boucle")
    ran = greffe(tmp_path / "boucle", "init")
    assert (ran.code, ran.out) == (3, "")
    assert "est un lien qui ne mène nulle part" in ran.err


def test_a_bug_that_finds_no_place_for_its_trace_shows_it_and_keeps_its_code(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert greffe(tmp_path / "donnees", "init").code == 0
    (tmp_path / "donnees" / "logs").write_text("")

    def broken(self: Catalogue) -> None:
        raise RuntimeError("un défaut")

    monkeypatch.setattr(Catalogue, "counts", broken)
    ran = greffe(tmp_path / "donnees", "status")
    assert ran.code == 70
    assert "à signaler" in ran.err
    assert "un défaut" in ran.err


def test_a_question_without_an_index_is_told_how_to_make_one(empty_town: Path) -> None:
    for command in ("ask", "search"):
        ran = greffe(empty_town, command, QUESTION)
        assert (ran.code, ran.out) == (5, "")
        assert "greffe ingest DOSSIER" in ran.err


def test_a_damaged_catalogue_is_said_so_and_left_as_it_is(own_town: Path) -> None:
    for leftover in own_town.glob("catalogue.sqlite-*"):
        leftover.unlink()
    (own_town / "catalogue.sqlite").write_bytes(b"illisible" * 1000)
    for words in (["ask", QUESTION], ["status"]):
        ran = greffe(own_town, *words)
        assert (ran.code, ran.out) == (5, "")
        assert "Restaurez une sauvegarde" in ran.err
    assert "catalogue.sqlite" in greffe(own_town, "doctor").out
    assert (own_town / "catalogue.sqlite").read_bytes() == b"illisible" * 1000


def test_a_bug_keeps_its_trace_in_the_data_folder_that_was_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert greffe(tmp_path / "ailleurs", "init", "--data", tmp_path / "donnees").code == 0

    def broken(self: Catalogue) -> None:
        raise RuntimeError("un défaut")

    monkeypatch.setattr(Catalogue, "counts", broken)
    ran = greffe(tmp_path / "ailleurs", "status", "--data", tmp_path / "donnees")
    assert (ran.code, ran.out) == (70, "")
    [kept] = (tmp_path / "donnees" / "logs").iterdir()
    assert str(kept) in ran.err
    assert "un défaut" in kept.read_text()
    assert not (tmp_path / "ailleurs").exists()
    assert os.environ.get("GREFFE_DATA") != str(tmp_path / "donnees")


@pytest.mark.parametrize("command", ["ask", "search", "serve"])
def test_a_data_folder_that_was_mistyped_is_said_so_at_once_and_not_made(
    tmp_path: Path, command: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.assembly._model_folder", None)  # not even looked for
    words = ["--port", "1024"] if command == "serve" else [QUESTION]
    ran = greffe(tmp_path / "dnnees", command, *words)
    assert (ran.code, ran.out) == (5, "")
    assert "greffe ingest DOSSIER" in ran.err
    assert not (tmp_path / "dnnees").exists()


def test_an_index_of_words_that_is_damaged_is_made_again_by_the_next_run(
    own_town: Path, records: Path
) -> None:
    [meta] = own_town.glob("lexical/v*/meta.json")
    meta.write_text("{")
    ran = greffe(own_town, "search", "dépôt sauvage")
    assert (ran.code, ran.out) == (5, "")
    assert "`greffe ingest`" in ran.err
    again = greffe(own_town, "ingest", records, "--json")
    assert (again.json["read"], again.json["embedded"]) == (0, 0)
    assert greffe(own_town, "search", "dépôt sauvage", "--json").json["hits"]
