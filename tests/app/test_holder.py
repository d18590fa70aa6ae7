"""Who holds an office: a name beside it, and not what the mayor does or gives the floor to."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.assembly import open_desk
from app.kinds import holder, plainly
from app.settings import load
from tests.command_line import greffe

ASKED = "Qui est le maire de Vézelay ?"


@pytest.mark.parametrize(
    "question",
    [ASKED, "qui est maire ?", "Quel est le nom du maire ?", "Comment s'appelle le maire ?"],
)
@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("sous la présidence de Madame le Maire, Hélène Mandroux", True),
        ("Denis JUVIN\nMaire de la commune", True),
        ("Madame Florence DEMOUY, maire", True),
        ("Le Maire de Vézelay, M. Paul DEUX", True),
        ("Madame le Maire passe la parole à M. Paul DEUX", False),
        ("AUTORISE Monsieur le Maire à signer", False),
        ("C'est une prérogative du maire et des élus.", False),
    ],
)
def test_an_office_is_held_by_the_name_beside_it(question: str, text: str, named: bool) -> None:
    office = holder(question)
    assert office is not None
    assert (office.search(text) is not None) is named


def test_a_name_is_asked_for_in_one_way() -> None:
    assert plainly("Quel est le nom du maire de Vézelay ?") == "Qui est le maire de Vézelay ?"
    assert plainly("Comment s'appelle le maire ?") == "Qui est le maire ?"
    assert plainly("Quel est le nom du chat ?") == "Quel est le nom du chat ?"


@pytest.mark.parametrize(
    "question",
    ["Qui est le maire adjoint aux sports ?", "Que peut signer le maire ?", "Qui vote le budget ?"],
)
def test_other_questions_ask_for_no_holder(question: str) -> None:
    assert holder(question) is None


def test_the_latest_act_that_names_the_mayor_answers_and_none_that_does_not(
    tmp_path: Path, empty_town: Path
) -> None:
    folder = tmp_path / "vezelay"
    folder.mkdir()
    act = "Commune de Vézelay\nDélibération n° {0}-001 du 4 mars {0}\nObjet : cantine\n{1}\n"
    (folder / "a.txt").write_text(act.format(2019, "Présidence du maire, Anne Trois."), "utf-8")
    (folder / "b.txt").write_text(act.format(2024, "Présidence du maire, Paul Deux."), "utf-8")
    (folder / "c.txt").write_text(act.format(2025, "Le maire passe la parole."), "utf-8")
    assert greffe(empty_town, "ingest", folder).code == 0
    with open_desk(load(empty_town)) as desk:
        now = desk.ask(ASKED)
        then = desk.ask("Qui était maire de Vézelay en 2019 ?")
    assert "Paul Deux" in now.text
    assert "Anne Trois" in then.text
