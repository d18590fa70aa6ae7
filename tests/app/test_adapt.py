"""A city whose people call its places by names that no model knows, and what is learnt of them."""

from __future__ import annotations

import gzip
import hashlib
import json
import random
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from app import adaptation, learning
from app.assembly import open_desk
from app.attached import Article, read_attached, records_named
from app.settings import load
from ingest.catalogue import Catalogue
from tests.command_line import Ran, greffe
from tests.law_town import law_town
from vectorstore.maps import Maps, packed

CODE = "Code des lieux municipaux"
CGCT = "Code général des collectivités territoriales"
PLACES = {
    "la Rotonde": "de la salle polyvalente", "le Bocal": "de la piscine municipale",
    "le Paquebot": "de l'hôtel de ville", "la Ruche": "de l'école maternelle",
    "les Lilas": "du cimetière communal", "le Hangar": "de la déchèterie",
    "la Vigie": "de la bibliothèque", "le Carré": "du stade", "la Serre": "du marché couvert",
    "le Moulin": "du conservatoire de musique",
}  # fmt: skip
RULES = {
    "À quelle heure ferme": "La fermeture au public {} a lieu à une heure fixée par arrêté.",
    "Combien coûte l'entrée pour": "Le tarif d'accès {} est délibéré chaque année.",
    "Qui a les clés de": "La garde des clefs {} est confiée au régisseur.",
    "Peut-on filmer à": "Les prises de vues au sein {} sont soumises à autorisation.",
    "Les chiens entrent-ils à": "Les animaux sont interdits dans l'enceinte {}.",
    "Qui paie les dégâts à": "Les dommages causés aux locaux {} sont à la charge des usagers.",
    "Peut-on fumer à": "L'usage du tabac est prohibé aux abords {}.",
    "Comment réserver": "La réservation {} se fait par écrit un mois avant.",
    "Qui nettoie": "L'entretien ménager {} relève du service technique.",
    "Peut-on vendre des boissons à": "Un débit temporaire peut être ouvert au profit {}.",
    "Où se garer près de": "Le stationnement à proximité {} est limité à deux heures.",
    "Que faire en cas d'incendie à": "L'évacuation {} suit les consignes de sécurité affichées.",
}  # fmt: skip
IN_FORCE = {"date_debut": "2020-01-01", "date_fin": None, "etat": "VIGUEUR"}
NOT_INDEXED = 10  # the last articles are given in full alone


def digest(name: str) -> str:
    """SHA-256 of a file of maps in the package."""
    return hashlib.sha256(
        Path(f"vectorstore/reference/{name}.safetensors").read_bytes()
    ).hexdigest()


def articles() -> list[dict[str, Any]]:
    return [
        {"id": f"LIEUX/L{9000 + 10 * p}-{r + 1}", "num": f"L{9000 + 10 * p}-{r + 1}", "code": CODE,
         "text": text.format(place), **IN_FORCE}
        for p, place in enumerate(PLACES.values())
        for r, text in enumerate(RULES.values())
    ]  # fmt: skip


def questions() -> list[str]:
    return [f"{asked} {place} ?" for place in PLACES for asked in RULES]


def in_turn(article: dict[str, Any], at: int) -> Any:
    """By its id, by a reference, in full, in turn; in full where it is not indexed."""
    if at >= len(articles()) - NOT_INDEXED or at % 3 == 2:
        return {name: article[name] for name in ("id", "code", "num", "text")} | {"section": ""}
    return article["id"] if at % 3 else f"{article['num'].replace('L', 'L. ')} du {CODE.lower()}"


def lines(order: Sequence[int] | None = None) -> list[dict[str, Any]]:
    """Each question with its article; `order`: with another's."""
    law = articles()
    return [
        {"question": question, "articles": [in_turn(law[to], to)]}
        for question, to in zip(questions(), order or range(len(law)), strict=True)
    ]


def written(path: Path, rows: Sequence[Any]) -> Path:
    text = "\n".join(row if isinstance(row, str) else json.dumps(row) for row in rows)
    path.write_bytes(gzip.compress(text.encode()) if path.suffix == ".gz" else text.encode())
    return path


@pytest.fixture(scope="module")
def indexed_law(tmp_path_factory: pytest.TempPathFactory, models: Path) -> Path:
    """The index of these articles, and of a few more whose numbers or ids may be mistaken."""
    more = [
        {"id": "CGCT/L9000-1", "code": CGCT, "num": "L9000-1", "text": "Le maire.", **IN_FORCE},
        {"id": "CGCT/L8000-1", "code": CGCT, "num": "L8000-1", "text": "Le conseil.", **IN_FORCE},
        {"id": "CGCT/L8000-3", "code": CGCT, "num": "L8000-3", "text": "", **IN_FORCE},
        {"id": "LEGIARTI000000000002", "code": CGCT, "num": "L8000-2", "text": "Le préfet.",
         **IN_FORCE, "versions": [{"id": "LEGIARTI000000000001", "date_debut": "2010-01-01",
                                   "date_fin": "2020-01-01", "etat": "MODIFIE"}]},
    ]  # fmt: skip
    return law_town(
        tmp_path_factory.mktemp("lieux"), models, [*articles()[:-NOT_INDEXED], *more], []
    )


@pytest.fixture(scope="module")
def learnt(tmp_path_factory: pytest.TempPathFactory, indexed_law: Path) -> tuple[Path, Ran]:
    """A data folder that has learnt its maps, and what the command said."""
    data = copied(indexed_law, tmp_path_factory.mktemp("appris"))
    unknown = {"question": "Qui tient le registre ?", "articles": ["L. 1 du code du sport"]}
    empty = {"question": "Que dit l'article vide ?", "articles": ["CGCT/L8000-3"]}
    without = {"question": "Qui préside ?", "articles": []}
    file = written(data.parent / "questions.jsonl.gz", [*lines(), unknown, empty, without])
    return data, greffe(data, "adapt", file, "--json")


def copied(data: Path, place: Path) -> Path:
    return Path(
        shutil.copytree(
            data, place / "donnees", symlinks=True, ignore=shutil.ignore_patterns("run")
        )
    )


@pytest.fixture
def own_law(tmp_path: Path, indexed_law: Path) -> Path:
    return copied(indexed_law, tmp_path)


@pytest.fixture
def own_learnt(tmp_path: Path, learnt: tuple[Path, Ran]) -> Path:
    return copied(learnt[0], tmp_path)


def state(data: Path) -> Any:
    return greffe(data, "status", "--json").json["adaptation"]


def test_what_is_learnt_finds_better_what_was_kept_out_and_serves(
    learnt: tuple[Path, Ran],
) -> None:
    data, ran = learnt
    assert ran.code == 0, ran.err
    told = ran.json
    assert (told["questions"], told["articles"], told["left_out"]) == (120, 120, 3)
    assert told["unknown"] == ["L. 1 du code du sport", "CGCT/L8000-3"]
    assert 10 <= told["held"] < 60
    assert (told["compared_with"], told["installed"]) == ("packaged", True)
    assert 0 < told["low"] <= told["after"] - told["before"] <= told["high"]
    assert "prochain démarrage" in ran.err
    (file,) = (data / "adaptation").iterdir()
    assert state(data) == {
        "serves": "own", "sha256": told["sha256"], "problem": "",
        "own": state(data)["own"] | {"sha256": told["sha256"], "held": told["held"]},
        "acts": digest("actes"), "phrases": digest("phrases"),
    }  # fmt: skip
    with open_desk(load(data)) as desk:
        maps = desk.retriever.law_maps
        assert maps is not None
        assert (maps.own, maps.sha256[:16]) == (True, file.stem.removeprefix("loi-"))
        first = desk.search("Qui a les clés de la Vigie ?", limit=1)[0]
    assert "bibliothèque" in first.passage.text
    said = greffe(data, "status").out
    assert f"Adaptation au droit : celle de la collectivité ({told['sha256'][:8]})" in said
    assert f"Adaptation aux actes : celle du paquet ({digest('actes')[:8]})" in said
    assert f"Adaptation aux phrases : celle du paquet ({digest('phrases')[:8]})" in said
    noted = greffe(data, "journal", "--kind", "admin", "--json").out
    assert told["sha256"] in noted


def test_the_same_questions_again_bring_nothing_more(own_learnt: Path) -> None:
    file = written(own_learnt.parent / "q.jsonl", lines())
    before = state(own_learnt)
    ran = greffe(own_learnt, "adapt", file)
    assert ran.code == 10, ran.err
    assert "l'adaptation d'avant (celle de la collectivité)" in ran.out
    assert "n'est pas installée, rien n'a changé" in ran.out
    assert state(own_learnt) == before


def test_what_does_not_pay_is_not_installed(own_law: Path) -> None:
    order = list(range(len(articles())))
    random.Random(5).shuffle(order)
    ran = greffe(own_law, "adapt", written(own_law.parent / "q.jsonl", lines(order)), "--json")
    assert ran.code == 10, ran.err
    assert ran.json["installed"] is False
    assert ran.json["low"] <= 0
    assert not (own_law / "adaptation").exists()
    assert (state(own_law)["serves"], state(own_law)["own"]) == ("packaged", None)


def test_removed_the_packages_own_serve_again(own_learnt: Path) -> None:
    ran = greffe(own_learnt, "adapt", "--remove")
    assert (ran.code, "celle du paquet sert" in ran.out) == (0, True)
    assert list((own_learnt / "adaptation").iterdir()) == []
    assert state(own_learnt)["serves"] == "packaged"
    again = greffe(own_learnt, "adapt", "--remove", "--json")
    assert (again.code, again.json) == (0, {"removed": False})


def cut(content: bytes) -> bytes:
    return content[: len(content) // 2]


def changed(content: bytes) -> bytes:
    return content[:-1] + bytes([content[-1] ^ 1])


@pytest.mark.parametrize("harm", [cut, changed, None])
def test_a_damaged_file_is_said_so_and_nothing_is_answered_with_it(
    own_learnt: Path, harm: Callable[[bytes], bytes] | None
) -> None:
    (file,) = (own_learnt / "adaptation").iterdir()
    why = "n'est plus celui qui a été installé" if harm else "il a disparu"
    if harm is None:
        file.unlink()
    else:
        file.write_bytes(harm(file.read_bytes()))
    ran = greffe(own_learnt, "ask", "Qui préside ?")
    assert (ran.code, ran.out) == (10, "")
    assert why in ran.err
    assert "greffe adapt --remove" in ran.err
    assert why in greffe(own_learnt, "status").out
    assert state(own_learnt)["serves"] == "none"


def test_the_doctor_names_a_damaged_file_and_without_it_questions_are_answered(
    own_learnt: Path,
) -> None:
    (file,) = (own_learnt / "adaptation").iterdir()
    file.unlink()
    doctor = greffe(own_learnt, "doctor")
    assert doctor.code == 4
    assert f"manque  Adaptation au droit : Le fichier de l'adaptation au droit « {file} »" in (
        doctor.out
    )
    assert greffe(own_learnt, "adapt", "--remove").code == 0
    assert greffe(own_learnt, "search", "Qui préside ?").code == 0


D = 384
NOTHING = Maps(np.zeros((D, D), np.float32), np.zeros((D, D), np.float32))


def installed(data: Path, content: bytes) -> None:
    import hashlib

    catalogue = Catalogue(data / "catalogue.sqlite")
    digest = hashlib.sha256(content).hexdigest()
    adaptation.install(data, catalogue, content, {"sha256": digest})
    catalogue.close()


def test_maps_of_another_model_are_left_alone_and_it_is_said(own_law: Path) -> None:
    installed(own_law, packed(NOTHING, "0" * 16, "0" * 12))
    found = state(own_law)
    assert found["serves"] == "packaged"
    assert "pour un autre modèle" in found["problem"]
    assert "pour un autre modèle" in greffe(own_law, "doctor").out
    with open_desk(load(own_law)) as desk:
        assert desk.retriever.law_maps is not None
        assert not desk.retriever.law_maps.own


def test_stopped_at_any_time_it_leaves_what_served(
    own_learnt: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = written(own_learnt.parent / "q.jsonl", lines())
    before, files = state(own_learnt), sorted((own_learnt / "adaptation").iterdir())

    def stop(*_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(learning, "learn", stop)
        ran = greffe(own_learnt, "adapt", file)
    assert ran.code == 130
    assert state(own_learnt) == before
    with monkeypatch.context() as patched:  # once the file is written, before it is named
        patched.setattr(Catalogue, "set_meta", stop)
        with pytest.raises(KeyboardInterrupt):
            installed(own_learnt, packed(NOTHING, "0" * 16, "0" * 12))
    assert state(own_learnt) == before
    assert len(list((own_learnt / "adaptation").iterdir())) == 2
    catalogue = Catalogue(own_learnt / "catalogue.sqlite")
    adaptation.sweep(own_learnt, catalogue)
    catalogue.close()
    assert sorted((own_learnt / "adaptation").iterdir()) == files


GOOD = {"question": "Qui préside ?", "articles": ["CGCT/L8000-1"]}


@pytest.mark.parametrize(
    ("rows", "why"),
    [
        ([GOOD, "pas du JSON"], "ligne 2, le JSON est mal formé"),
        ([GOOD, "[1]"], "ligne 2, ce n'est pas un objet JSON"),
        ([{"articles": []}], "ligne 1, « question » manque"),
        ([{"question": "Qui ?"}], "« articles » manque"),
        ([{"question": "Qui ?", "articles": "L1"}], "n'est pas une liste"),
        ([{"question": " ", "articles": []}], "la question est vide"),
        ([{"question": "Qui ?", "articles": [3]}], "un article est son identifiant"),
        ([{"question": "Qui ?", "articles": [{"id": "a", "text": 3}]}], "un article est"),
    ],
)
def test_a_file_that_is_not_in_the_form_is_told_with_its_line(
    own_law: Path, rows: list[Any], why: str
) -> None:
    ran = greffe(own_law, "adapt", written(own_law.parent / "q.jsonl", rows))
    assert (ran.code, ran.out) == (3, "")
    assert why in ran.err
    assert "« question » et « articles »" in ran.err


def test_a_file_that_cannot_be_read_has_code_3(own_law: Path, tmp_path: Path) -> None:
    torn = tmp_path / "q.jsonl.gz"
    torn.write_bytes(gzip.compress(b'{"question": "Qui ?", "articles": []}\n' * 99)[:40])
    (tmp_path / "latin.jsonl").write_bytes('{"question": "été"}'.encode("latin-1"))
    for path, why in (
        (tmp_path / "absent.jsonl", "n'existe pas"), (torn, "l'archive gzip est abîmée"),
        (tmp_path, "dossier"), (tmp_path / "latin.jsonl", "ligne 1, ce n'est pas de l'UTF-8"),
    ):  # fmt: skip
        ran = greffe(own_law, "adapt", path)
        assert (ran.code, ran.out) == (3, "")
        assert why in ran.err


def test_too_few_questions_and_too_few_articles_are_refused(own_law: Path, tmp_path: Path) -> None:
    few = greffe(own_law, "adapt", written(tmp_path / "q.jsonl", lines()[:99]))
    assert (few.code, few.out) == (10, "")
    assert (
        "Il faut 100 questions dont un article est connu pour apprendre et juger : il y en a 99."
        in few.err
    )
    alike = [{**row, "articles": ["CGCT/L8000-1"]} for row in lines()]
    same = greffe(own_law, "adapt", written(tmp_path / "q.jsonl", alike))
    assert (same.code, same.out) == (10, "")
    assert "presque toutes les mêmes articles" in same.err


def test_without_an_index_and_with_wrong_words(empty_town: Path, tmp_path: Path) -> None:
    file = written(tmp_path / "q.jsonl", lines())
    for words in ([file], ["--remove"]):
        assert greffe(empty_town, "adapt", *words).code == 5
    assert greffe(empty_town, "init").code == 0
    assert greffe(empty_town, "adapt", file).code == 5
    for wrong in ([], [file, "--remove"]):
        ran = greffe(empty_town, "adapt", *wrong)
        assert ran.code == 2
        assert "greffe adapt QUESTIONS" in ran.err


@pytest.mark.parametrize(
    ("given", "found"),
    [
        (Article("CGCT/L8000-1"), ["CGCT/L8000-1"]),
        (Article("L. 8000-1 CGCT"), ["CGCT/L8000-1"]),
        (Article("article L.8000-1 du code général des collectivités territoriales"),
         ["CGCT/L8000-1"]),
        (Article("L. 8000-1 et L. 8000-2 du CGCT"), ["CGCT/L8000-1", "LEGIARTI000000000002"]),
        (Article("L8000-1"), ["CGCT/L8000-1"]),
        (Article("LEGIARTI000000000001"), ["LEGIARTI000000000002"]),
        (Article("unknown", CGCT, "L8000-1"), ["CGCT/L8000-1"]),
        (Article("L. 9000-1 du code des lieux municipaux"), ["LIEUX/L9000-1"]),
        (Article("L. 9000-1 CGCT"), ["CGCT/L9000-1"]),
        (Article("L9000-1"), []),
        (Article("L. 8000-1 du code du sport"), []),
        (Article("L. 8000-1 du code des ports"), []),
        (Article("L. 8000-9 CGCT"), []),
        (Article("le maire"), []),
    ],
)  # fmt: skip
def test_an_article_is_found_by_what_names_it_and_never_guessed(
    indexed_law: Path, given: Article, found: list[str]
) -> None:
    catalogue = Catalogue(indexed_law / "catalogue.sqlite")
    rows = catalogue.records_of(records_named(catalogue, given, catalogue.fonds()))
    assert sorted(row.article_id or "" for row in rows.values()) == found
    catalogue.close()


def test_plain_and_gzipped_files_are_read_alike(tmp_path: Path) -> None:
    plain, packed_ = (written(tmp_path / name, lines()) for name in ("q.jsonl", "q.gz"))
    assert read_attached(plain) == read_attached(packed_)
    plain.write_bytes(b"\xef\xbb\xbf" + plain.read_bytes())
    assert read_attached(plain) == read_attached(packed_)
