"""An article of law on the page: its text and versions, not a line of the file that holds all."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from app.answer import Desk
from app.assembly import open_desk
from app.settings import load
from app.web.proof import View, panel
from tests.law_town import law_town

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")
CODE = "Code général des collectivités territoriales"
NOW = "Le conseil municipal règle par ses délibérations les affaires, et tient un registre."
THEN = "Le conseil municipal règle par ses délibérations les affaires de la commune."


@pytest.fixture(scope="module")
def law(tmp_path_factory: pytest.TempPathFactory, models: Path) -> Path:
    shape = {"id": "T/L9121-29", "code": CODE, "num": "L9121-29", "text": NOW, "etat": "VIGUEUR",
             "date_debut": "2019-07-01", "date_fin": None}  # fmt: skip
    others = [{**shape, "id": f"T/L{n}", "num": f"L{n}"} for n in (9122, 9123)]
    past = {**shape, "article": shape["id"], "id": "T/L9121-29@1996", "text": THEN,
            "date_debut": "1996-02-24", "date_fin": "2019-07-01", "etat": "MODIFIE"}  # fmt: skip
    place = tmp_path_factory.mktemp("loi")
    return law_town(place, models, [others[0], shape, others[1]], [past])


@pytest.fixture(scope="module")
def desk(law: Path) -> Iterator[Desk]:
    with open_desk(load(law)) as opened:
        yield opened


@pytest.fixture(scope="module")
def page(law: Path, desk: Desk) -> TestClient:
    from app.web import build_app

    return TestClient(build_app(desk, load(law)), base_url="http://127.0.0.1")


def read(page: TestClient, path: str) -> str:
    got = page.get(path)
    assert got.status_code == 200, path
    return html.unescape(got.text).replace("\xa0", " ")


@pytest.mark.parametrize(
    ("asked", "said", "version"),
    [
        ("Que dit l'article L. 9121-29 du CGCT ?", NOW, "version en vigueur depuis le"),
        ("Que disait l'article L. 9121-29 du CGCT le 3 mai 2001 ?", THEN,
         "version du 24 février 1996 au 30 juin 2019"),
    ],
)  # fmt: skip
def test_an_article_is_read_with_its_versions_and_no_page_to_turn(
    desk: Desk, page: TestClient, asked: str, said: str, version: str
) -> None:
    cited = desk.tried(asked).citations[0]
    assert version in cited.reference.replace("\xa0", " ")
    place = f"/source/{cited.source_id}/{cited.quote.page}"
    for path in (place, f"{place}?record={cited.record_id}"):
        seen = read(page, path)
        assert said in seen
        assert version in seen.split("Référence")[1].split("</p>")[0]
        assert "Les versions de cet article" in seen
        assert not re.search(r"Page suivante|Page précédente|sur 3|Télécharger le fichier", seen)
    got = page.get(f"{place}.txt")
    assert got.text.endswith(f"\n\n{said}\n")
    assert version in got.text.replace("\xa0", " ")
    assert got.headers["content-disposition"].startswith("attachment")


def test_its_card_and_its_panel_name_no_page(desk: Desk, page: TestClient) -> None:
    answer = desk.tried("Que dit l'article L. 9121-29 du CGCT ?")
    cited = answer.citations[0]
    card = read(page, f"/acte/{cited.record_id}")
    assert "Lire l'article<" in card
    assert "p. 2" not in card
    assert "version en vigueur depuis le 1er juillet 2019</span>" in card
    assert f"<dt>Code ou texte</dt><dd>{CODE}</dd>" in card
    assert not re.search("Qui décide|Ce que l'acte énonce", card)

    from app.conversation import EMPTY

    shown = panel(desk.catalogue, EMPTY.then(answer.question, answer), View(1, False, 0, 2))
    assert not shown.previous_page
    assert not shown.next_page
