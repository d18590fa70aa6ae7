"""An opinion of an answer reaches the admins beside it; of a citation, the export."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest

from app.journal.chain import writing
from app.journal.erase import erase_lines
from app.journal.search import Sought, entries
from app.journal.verify import verify
from app.opinions import REASONS, Judgement, Opinion, all_said, judgements
from tests.app.web.hall import FINE, Hall, send, token, told
from tests.command_line import greffe

# Gradio 6.31 computes its queue's figures in ways that pandas 3 gives up
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")


def jeton(caller: Any) -> str:
    return token(caller.get("/mot-de-passe").body)


def test_a_thumb_down_is_read_by_the_admin_beside_the_answer(hall: Hall) -> None:
    answer, marie = hall.asked(), hall.caller("marie")
    place, text = f"/reponse/{answer.id}/avis", "Le montant <b>date</b>\nde 2019."
    page = marie.get(f"/reponse/{answer.id}").body
    assert "Votre avis sur cette réponse" in told(page)
    got = send(marie, place, jeton=token(page), motif="outdated", texte=text)
    assert (got.status, "votre avis est noté" in told(got.body)) == (200, True)
    [said, *_] = all_said(hall.desk.data)
    assert said.what == Opinion(answer.id, False, "outdated", text)
    assert (said.who, said.question) == ("marie", FINE)
    chef = hall.caller("chef")
    listed = chef.get("/avis").body
    assert b"&lt;b&gt;date&lt;/b&gt;" in listed
    assert "Réponse périmée" in told(listed)
    assert f'href="/reponse/{answer.id}"'.encode() in listed
    assert answer.id.encode() not in chef.get("/avis?motif=wrong").body
    assert answer.id.encode() in chef.get("/avis?motif=outdated").body
    for login in ("marie", "anne"):
        assert hall.caller(login).get("/avis").status == 404


def test_of_an_answer_whose_words_are_gone_nothing_more_is_kept(hall: Hall) -> None:
    answer, marie = hall.asked(), hall.caller("marie")
    before, asked = jeton(marie), hall.noted("question")
    assert asked.id == answer.id
    with writing(hall.desk.data) as chain:
        erase_lines(chain, [asked.n], ("answer",), "withdrawn")
    place = f"/reponse/{answer.id}/avis"
    got = send(marie, place, jeton=before, motif="wrong", texte="Elle cite Madame Vulpastrelle.")
    assert got.status == 409
    assert "votre avis n'a pas été gardé" in told(got.body)
    assert answer.id not in {one.what.answer for one in all_said(hall.desk.data)}


def test_who_reads_the_opinions_is_in_the_journal(hall: Hall) -> None:
    answer, marie = hall.asked(), hall.caller("marie")
    send(marie, f"/reponse/{answer.id}/avis", jeton=jeton(marie), motif="incomplete")
    hall.caller("chef").get("/avis?motif=incomplete")
    [*_, noted] = entries(hall.desk.data, Sought(kinds=("search",)))
    what = noted.parts["what"]
    assert (noted.who, what["kinds"], what["reason"]) == (
        "chef",
        ["opinion", "judged"],
        "incomplete",
    )
    assert what["found"] == sum(
        one.what.reason == "incomplete" for one in all_said(hall.desk.data)
        if isinstance(one.what, Opinion)
    )  # fmt: skip


def test_only_an_answer_that_one_may_see_is_judged_and_with_a_known_reason(hall: Hall) -> None:
    answer = hall.asked()
    before = len(all_said(hall.desk.data))
    marie, paul, loin = (hall.caller(login) for login in ("marie", "paul", "loin"))
    place = f"/reponse/{answer.id}/avis"
    assert send(paul, place, jeton=jeton(paul), utile="oui").status == 404
    assert send(loin, place, jeton=jeton(loin), utile="oui").status == 404
    assert send(marie, place, jeton="un autre", utile="oui").status == 400
    assert send(marie, place, jeton=jeton(marie), motif="méchante").status == 400
    assert send(marie, place, jeton=jeton(marie)).status == 400
    assert len(all_said(hall.desk.data)) == before
    assert send(marie, place, jeton=jeton(marie), utile="oui", motif="wrong").status == 200
    assert all_said(hall.desk.data)[0].what == Opinion(answer.id, True)


def test_legal_staff_judge_a_citation_and_the_report_says_so(hall: Hall, tmp_path: Path) -> None:
    from docx import Document

    answer, anne, marie = hall.asked(), hall.caller("anne"), hall.caller("marie")
    place = f"/reponse/{answer.id}/citation"
    sent = {"jeton": jeton(anne), "numero": "1", "texte": "Vu au registre."}
    assert send(marie, place, **sent | {"jeton": jeton(marie)}, verdict="confirmed").status == 404
    assert send(anne, place, **sent, verdict="approuvée").status == 404
    for number in ("77", "", "un"):
        assert send(anne, place, **sent | {"numero": number}, verdict="confirmed").status == 404
    assert judgements(hall.desk.data, answer.id) == {}
    assert send(anne, place, **sent, verdict="contested").status == 303
    assert send(anne, place, **sent, verdict="confirmed").status == 303  # the last word counts
    assert judgements(hall.desk.data, answer.id)[1].what == Judgement(
        answer.id, 1, "confirmed", "Anne", "Vu au registre."
    )
    said = told(marie.get(f"/reponse/{answer.id}").body)
    assert "✓ Confirmée par Anne" in said
    assert "Contester" not in said
    shape = json.loads(marie.get(f"/reponse/{answer.id}/preuve.json").body)
    assert [(one["citation"], one["by"]) for one in shape["judged"]] == [(1, "Anne")]
    file = tmp_path / "preuve.json"
    assert greffe(hall.desk.data, "export", answer.id, file).code == 0
    assert json.loads(file.read_text("utf-8")) == shape
    word = Document(io.BytesIO(marie.get(f"/reponse/{answer.id}/reponse.docx").body))
    assert "Confirmée par Anne" in "\n".join(one.text for one in word.paragraphs)
    assert "Citation [1] contestée" in told(hall.caller("chef").get("/avis?motif=contested").body)
    listed = greffe(hall.desk.data, "journal", "list", "--kind", "judged", "--json")
    assert json.loads(listed.out.splitlines()[-1])["what"]["verdict"] == "confirmed"
    assert verify(hall.desk.data).findings == ()


def test_on_the_page_a_problem_is_reported_by_keyboard_alone(browser: Any, hall: Hall) -> None:
    context = browser.new_context(viewport={"width": 1366, "height": 768}, locale="en-US")
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda m: complaints.append(m.text) if m.type == "error" else None)
    hall.enter(page, "marie")
    page.fill("#question textarea", FINE)
    page.press("#question textarea", "Enter")
    page.wait_for_selector("#envoyer:visible")
    page.wait_for_selector("#vue-c-1-1")
    shown = page.locator("a:has-text('Confirmer'), a:has-text('Contester')")
    assert shown.count() > 0
    assert not any(one.is_visible() for one in shown.all()), "for legal staff alone"
    page.focus("a[href^='#signaler-']")
    page.keyboard.press("Enter")
    page.wait_for_selector("dialog[open]")
    page.keyboard.press("Escape")
    page.wait_for_selector("dialog:not([open])", state="attached")
    assert page.evaluate("document.activeElement.getAttribute('href')").startswith("#signaler-")
    page.keyboard.press("Enter")
    page.wait_for_selector("dialog[open]")
    page.keyboard.press("Space")  # the first reason
    page.keyboard.press("Tab")
    page.keyboard.type("Au clavier.")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_selector(".jugement:has-text('votre avis est noté')")
    heard = list(complaints)
    context.close()
    assert heard == []
    what = all_said(hall.desk.data)[0].what
    assert isinstance(what, Opinion)
    assert (what.reason, what.text) == (next(iter(REASONS)), "Au clavier.")


def test_on_the_page_a_contested_citation_stays_so_and_may_be_confirmed_after(
    browser: Any, hall: Hall
) -> None:
    context = browser.new_context(viewport={"width": 1366, "height": 768})
    page = context.new_page()
    page.set_default_timeout(20_000)
    hall.enter(page, "anne")
    page.fill(
        "#question textarea", "Quels sont les tarifs de la cantine et quand s'appliquent-ils ?"
    )
    page.press("#question textarea", "Enter")
    page.wait_for_selector("#envoyer:visible")
    page.wait_for_selector("#vue-c-1-1")
    page.click("#preuve a[href^='#contester-']")
    page.wait_for_selector("#contester[open]")
    page.fill("#contester textarea", "Ce n'est <b>pas</b> ce vote.")
    page.click("#contester button[value='envoyer']")
    page.wait_for_selector("#preuve .jugement:has-text('Citation [1] contestée')")
    links = page.locator("#preuve .jugement a")
    assert links.count() == 2, "who judged may judge again"

    page.click("#citation-apres")
    page.wait_for_selector("#vue-c-1-2")
    assert page.locator("#preuve .verdict").count() == 0
    page.click("#citation-avant")
    page.wait_for_selector("#vue-c-1-1")
    page.wait_for_selector("#preuve .verdict:has-text('Contestée par Anne')")
    assert "Ce n'est <b>pas</b> ce vote." in page.locator("#preuve .verdict").inner_text()
    page.click("#preuve a[href^='#confirmer-']")
    page.wait_for_selector("#preuve .jugement:has-text('confirmée')")
    page.wait_for_selector("#preuve .verdict", state="detached")
    page.click("#tours a[href='#c-1-1']")
    page.wait_for_selector("#preuve .verdict:has-text('Confirmée par Anne')")
    context.close()
