"""A citation is verified where it is seen: from one to the next, large, confirmed or contested."""

from __future__ import annotations

import re
from typing import Any

import pytest

from app.citations import Answer
from app.opinions import judgements
from app.web.cited import place_of
from tests.app.web.closed_town import Caller
from tests.app.web.hall import Hall, send, token, told
from tests.app.web.serving import seen

# Gradio 6.31 computes its queue's figures in ways that pandas 3 gives up
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")

TWICE = "Quels sont les tarifs de la cantine et quand s'appliquent-ils ?"


def several(hall: Hall, who: str) -> Answer:
    answer = hall.asked(TWICE, who)
    assert len(answer.citations) > 1
    return answer


def large(answer: Answer, number: int) -> str:
    """The address of the large page of a citation, as the panel gives it."""
    found = next(one for one in answer.citations if one.number == number)
    asked: dict[str, str | int] = {"reponse": answer.id, "citation": number}
    return place_of(found.source_id, found.quote.page, found.record_id, found.quote, asked)


def linked(page: str, words: str) -> str:
    """Where a link leads; empty where there is none of these words."""
    found = re.search(rf'<a href="([^"]*)">{words}</a>', page)
    return found[1] if found else ""


def test_the_large_page_leads_along_the_citations_of_the_answer(hall: Hall) -> None:
    answer, marie = several(hall, "marie"), hall.caller("marie")
    first, second = (one.number for one in answer.citations[:2])
    page = marie.get(large(answer, first)).text
    assert f"Citation [{first}], source 1 sur {len(answer.citations)}" in page
    assert linked(page, "← Citation précédente") == ""
    after = marie.get(linked(page, "Citation suivante →"))
    assert after.status == 200
    assert f"Citation [{second}], source 2 sur" in after.text
    assert "<mark" in after.text
    back = marie.get(linked(after.text, "← Citation précédente")).text
    assert f"Citation [{first}]," in back
    pages = [marie.get(large(answer, one.number)).text for one in answer.citations]
    zoomed = [place for page in pages if (place := linked(page, "Zoom 150 %"))]
    assert zoomed  # of a PDF at least, and the citation is not lost by it
    assert all("&citation=" in place for place in zoomed)


def test_it_is_confirmed_and_contested_there_by_who_may(hall: Hall) -> None:
    answer = several(hall, "marie")
    number = answer.citations[0].number
    place = large(answer, number)
    assert "Juger la citation" not in told(hall.caller("marie").get(place).body)
    anne = hall.caller("anne")
    page = anne.get(place)
    assert "Juger la citation" in told(page.body)
    [back] = re.findall(r'name="retour" value="([^"]*)"', page.text)
    got = send(
        anne, f"/reponse/{answer.id}/citation", jeton=token(page.body), numero=str(number),
        verdict="contested", texte="autre année", retour=back,
    )  # fmt: skip
    assert got.headers["location"] == back
    assert "Contestée par Anne" in told(anne.get(back).body)
    assert "autre année" in told(hall.caller("marie").get(place).body)


@pytest.mark.parametrize(
    "elsewhere", ["//ailleurs.example/", "https://ailleurs.example", "/a\r\nb"]
)
def test_a_judgement_leads_nowhere_else(hall: Hall, elsewhere: str) -> None:
    answer, anne = several(hall, "marie"), hall.caller("anne")
    jeton = token(anne.get(f"/reponse/{answer.id}").body)
    number = str(answer.citations[0].number)
    got = send(
        anne, f"/reponse/{answer.id}/citation", jeton=jeton, numero=number, verdict="confirmed",
        retour=elsewhere,
    )  # fmt: skip
    assert got.headers["location"] == f"/reponse/{answer.id}#source-{number}"


def test_of_an_answer_of_somebody_else_nothing_is_said(hall: Hall) -> None:
    answer = several(hall, "marie")
    page = told(hall.caller("paul").get(large(answer, answer.citations[0].number)).body)
    assert "Citation suivante" not in page
    assert "Texte de la page" in page  # the page itself is open to him
    assert Caller(hall.address).get(large(answer, 1)).status == 303


def test_a_citation_is_judged_beside_the_answer(browser: Any, hall: Hall) -> None:
    context = browser.new_context(viewport={"width": 1366, "height": 768})
    page = context.new_page()
    hall.enter(page, "anne")
    page.fill("#question textarea", TWICE)
    page.press("#question textarea", "Enter")
    page.wait_for_selector("#preuve a[href^='#confirmer-']")
    id = page.get_attribute("#preuve a[href^='#confirmer-']", "href").split("-")[1]
    page.click("#preuve a[href^='#confirmer-']")
    page.wait_for_selector("#preuve .jugement:has-text('confirmée')")
    assert "confirmée" in seen(page, "#annonce")
    page.click("#citation-apres")
    page.wait_for_selector("#preuve a[href^='#contester-'][href$='-2']")
    page.click("#preuve a[href^='#contester-']")
    page.fill("#contester-texte", "un autre tarif")
    page.click("#contester button[value=envoyer]")
    page.wait_for_selector("#preuve .jugement:has-text('contestée')")
    said = judgements(hall.desk.data, id)
    assert sorted(one.what.verdict for one in said.values()) == ["confirmed", "contested"]
    context.close()
