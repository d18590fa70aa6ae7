"""A validated answer is given to who asks the same thing, and to nobody else."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.access.accounts import Accounts
from app.access.store import Store
from app.answer import Desk
from app.assembly import open_desk
from app.conversation import EMPTY
from app.near import asked, normal, same
from app.settings import load
from app.web.markup import turn
from tests.app.test_replay import ACT, ASKED, GYM, ask, gym
from tests.canary import traces
from tests.command_line import greffe
from tests.conftest import FONDS

__all__ = ["gym"]


# --- which questions ask the same


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (GYM, "Combien coûte le gymnase des Trois Ormes ?"),
        (GYM, "Pouvez-vous me dire quel est le prix du gymnase des trois Ormes, svp"),
        (GYM, "quel est le tarif du gymnase des trois ormes"),
        ("Quel est le prix du repas à Flaux en 2024 ?", "En 2024, à Flaux, combien coûte le repas"),
        ("Objet de la délibération 2014/140 ?", "Quel est l'objet de la délibération 2014/140 ?"),
        ("Que dit l'arrêté AR-2024-098 ?", "Bonjour, que dit l’arrêté AR-2024-098 ? Merci"),
        ("Quand a eu lieu le vote ?", "À quelle date a eu lieu le vote ?"),
        ("Quel est le tarif de la cantine ?", "Quel est le tarif de la restauration scolaire ?"),
    ],
)
def test_questions_that_ask_the_same(one: str, other: str) -> None:
    assert same(asked(one), asked(other)) or normal(one) == normal(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Quel est le tarif de la cantine en 2024 ?", "Quel est le tarif de la cantine en 2025 ?"),
        ("Quel est le tarif de la cantine ?", "Quel est le tarif de la garderie ?"),
        ("Quel est le tarif à Flaux ?", "Quel est le tarif à Pierrefonds ?"),
        ("quel est le tarif à flaux", "quel est le tarif à pierrefonds"),
        ("Qui est M. Durand ?", "Qui est M. Dupont ?"),
        ("Que décide la délibération 2014/140 ?", "Que décide la délibération 2014/141 ?"),
        ("Quelle est l'amende pour 3 m3 ?", "Quelle est l'amende pour 13 m3 ?"),
        ("Quel est le coût du repas ?", "Quel est le prix du repas ?"),
        ("Quel est le prix du repas ?", "Quel était le prix du repas ?"),
        ("Combien de repas à la cantine ?", "Quel est le prix des repas à la cantine ?"),
        ("Combien de voix pour ?", "Combien de voix contre ?"),
        ("Qui a voté pour le budget ?", "Qui a voté contre le budget ?"),
        ("Peut-on brûler des déchets ?", "Peut-on ne pas brûler de déchets ?"),
        ("Quel est le délai avant le vote ?", "Quel est le délai après le vote ?"),
        ("Quelle aide de la région à la commune ?", "Quelle aide de la commune à la région ?"),
        ("L'association loue-t-elle la salle ?", "La salle loue-t-elle l'association ?"),
        ("Subvention pour le bâtiment J", "Subvention pour le bâtiment L"),
        ("Prix d'un train de Nîmes à Flaux ?", "Prix d'un train de Flaux à Nîmes ?"),
        ("Prix en mai 2024 et en juin 2023 ?", "Prix en mai 2023 et en juin 2024 ?"),
        ("Quel est le prix HT ?", "Quel est le prix TTC ?"),
        ("Quel est le prix par enfant ?", "Quel est le prix par famille ?"),
        ("Quel est le tarif ?", "Quel est ?"),
    ],
)
def test_questions_that_do_not(one: str, other: str) -> None:
    assert not same(asked(one), asked(other))
    assert normal(one) != normal(other)


# --- given, and not given


@pytest.fixture
def validated(own_town: Path, gym: Path) -> str:
    """An answer about the gymnasium, validated on a machine where nobody has an account."""
    id = ask(own_town, GYM)
    ran = greffe(own_town, "curated", "add", id, "--by", "Anne Roy", "--json")
    assert ran.code == 0, ran.err
    return id


def test_a_near_identical_question_gets_the_validated_answer(
    own_town: Path, validated: str
) -> None:
    answer = greffe(own_town, "ask", "Combien coûte le gymnase des Trois Ormes ?", "--json").json
    assert answer["validated"]["by"] == "Anne Roy"
    assert answer["answer"] != validated
    assert "47 euros" in answer["text"]
    assert "(validée par Anne Roy le " in greffe(own_town, "ask", GYM).out
    other = greffe(own_town, "ask", GYM.replace("Trois", "Quatre"), "--json").json
    assert other["validated"] is None
    assert greffe(own_town, "ask", ASKED, "--json").json["validated"] is None
    again = greffe(own_town, "replay", answer["answer"], "--json").json
    assert again["same"] is True


def test_a_follow_up_does_not_get_it(own_town: Path, validated: str) -> None:
    rows = f'{{"id": "a", "question": "{ASKED}"}}\n{{"id": "b", "question": "Et {GYM.lower()}",'
    ran = greffe(own_town, "ask", "--batch", "-", stdin=rows + ' "after": "a"}\n')
    assert [line["validated"] for line in ran.lines] == [None, None]


def test_an_answer_that_leans_on_the_question_before_is_not_validated(
    own_town: Path, gym: Path
) -> None:
    with open_desk(load(own_town)) as desk:
        first = desk.ask(GYM)
        second = desk.ask("et son prix ?", conversation=EMPTY.then(GYM, first))
        assert second.status == "answered"
    ran = greffe(own_town, "curated", "add", second.id, "--by", "Anne Roy")
    assert (ran.code, "posez-la en entier" in ran.err) == (10, True), ran.err
    assert greffe(own_town, "curated", "add", first.id, "--by", "Anne Roy").code == 0


def test_it_withdraws_itself_when_its_source_changes(
    own_town: Path, gym: Path, validated: str
) -> None:
    gym.write_text(ACT.replace("47", "52"), encoding="utf-8")
    assert greffe(own_town, "ingest", gym.parent, "--fonds", FONDS).code == 0
    answer = greffe(own_town, "ask", GYM, "--json").json
    assert (answer["validated"], "52 euros" in answer["text"]) == (None, True)
    [item] = greffe(own_town, "curated", "review", "--json").json["curated"]
    assert item["why"] == "un fichier cité a été remplacé par une autre version"
    assert "à revoir" in greffe(own_town, "curated").out
    assert greffe(own_town, "curated", "remove", str(item["number"])).code == 0
    assert greffe(own_town, "curated", "review", "--json").json["curated"] == []


def test_a_moved_file_does_not_take_it_away(own_town: Path, gym: Path, validated: str) -> None:
    gym.rename(gym.with_name("nouveau-nom.txt"))
    assert greffe(own_town, "ingest", gym.parent, "--fonds", FONDS).code == 0
    answer = greffe(own_town, "ask", GYM, "--json").json
    assert answer["validated"]["by"] == "Anne Roy"
    assert answer["citations"][0]["source"] == "nouveau-nom.txt"


def test_what_was_withdrawn_is_in_no_validated_answer(
    own_town: Path, gym: Path, validated: str
) -> None:
    [receipt] = greffe(own_town, "withdraw", gym, "--yes", "--json").json
    assert receipt["removed"]["curated"] == 1
    # « tarif du gymnase des Trois Ormes » is the act's whole object
    assert traces(own_town, "Quel est le tarif du gymnase des") == []
    assert greffe(own_town, "ask", GYM, "--json").json["validated"] is None
    [item] = greffe(own_town, "curated", "review", "--json").json["curated"]
    assert (item["text"], item["why"]) == (None, "un fichier cité a été retiré")
    assert traces(own_town, "à 47 euros par") == []
    assert item["question"] is None
    assert "[question effacée] validée par Anne Roy" in greffe(own_town, "curated").out


def test_it_is_given_to_those_alone_who_may_read_what_it_cites(
    own_town: Path, gym: Path, validated: str
) -> None:
    other = gym.parent / "voirie" / "note.txt"
    other.parent.mkdir()
    other.write_text("Délibération n° 2025-090\nObjet : voirie\n\nLa rue du Puits est fermée.\n")
    assert greffe(own_town, "ingest", other, "--fonds", "voirie").code == 0

    def given(desk: Desk) -> bool:
        return desk.ask(GYM).validated is not None

    with open_desk(load(own_town)) as desk:
        assert given(desk)
        assert given(desk.within(frozenset({FONDS, "voirie"})))
        assert not given(desk.within(frozenset({"voirie"})))
        assert desk.ask(GYM, fonds=["voirie"]).validated is None
        # nor has anybody's asking withdrawn it
        assert given(desk)


def test_legal_staff_validate_and_agents_do_not(own_town: Path, gym: Path) -> None:
    id = ask(own_town, GYM)
    store = Store(own_town)
    Accounts(store).add("lise", "Lise Brun", "juriste", [])
    Accounts(store).add("paul", "Paul Petit", "agent", [])
    store.close()
    assert greffe(own_town, "curated", "add", id, "--by", "paul").code == 10
    assert greffe(own_town, "curated", "add", id, "--by", "inconnue").code == 10
    ran = greffe(own_town, "curated", "add", id, "--by", "lise")
    assert "validée par Lise Brun le " in ran.out
    assert greffe(own_town, "curated", "add", "absent", "--by", "lise").code == 3
    refused = greffe(own_town, "ask", "Quelle est la capitale de l'Italie ?", "--json").json
    assert greffe(own_town, "curated", "add", refused["answer"], "--by", "lise").code == 10
    for words in (("add",), ("add", id), ("list", id), ("remove", "x"), ("autre",)):
        assert greffe(own_town, "curated", *words).code == 2
    assert greffe(own_town, "curated", "remove", "99").code == 2


def test_an_answer_is_validated_once_and_outlives_the_name_of_who_did(
    own_town: Path, validated: str
) -> None:
    ran = greffe(own_town, "curated", "add", validated, "--by", "Anne Roy")
    assert (ran.code, "déjà validée" in ran.err) == (10, True)
    [item] = greffe(own_town, "curated", "--json").json["curated"]
    assert item["login"] == "anne roy"
    ran = greffe(own_town, "journal", "erase", "--who", "Anne Roy")
    assert "gardées sans son nom : 1" in ran.err
    assert traces(own_town, "Anne Roy") == []
    assert traces(own_town, "anne roy") == []
    answer = greffe(own_town, "ask", GYM, "--json").json
    assert answer["validated"]["by"] == "une personne dont le nom a été effacé"


def test_the_page_says_by_whom_it_was_validated(own_town: Path, validated: str) -> None:
    with open_desk(load(own_town)) as desk:
        shown = turn(1, GYM, desk.ask(GYM))
    assert "Réponse validée par Anne Roy le " in shown
    assert 'class="validee"' in shown
