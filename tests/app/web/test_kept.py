"""What can be done with an answer on the page: replay, copy, export, validate; and by whom."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from app.curated import Curated
from app.web.spacing import as_typed
from tests.app.web.closed_town import PASSWORD, Caller
from tests.app.web.hall import FINE as ASKED
from tests.app.web.hall import Hall, hall_at, send, token, told
from tests.command_line import greffe, wait_for
from tests.conftest import FONDS, copy_town, wait_until_unserved

# Gradio 6.31 computes its queue's figures in ways that pandas 3 gives up
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")

GYM = "Quel est le tarif du gymnase des Trois Ormes ?"
ACT = (
    "Commune de Courvallon-sur-Sélande\n\nDélibération n° 2025-078\n"
    "Objet : tarif du gymnase des Trois Ormes\n\n"
    "Le conseil municipal fixe le tarif du gymnase des Trois Ormes à {} euros par séance.\n"
)


@dataclass
class Office(Hall):
    """A page with a login, and an act that can be changed."""

    act: Path

    def answer(self, question: str = ASKED, who: str = "marie") -> str:
        """The id of an answer that somebody got."""
        answer = self.asked(question, who)
        assert answer.status == "answered"
        return answer.id


@pytest.fixture(scope="module")
def office(indexed: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    data = copy_town(indexed, tmp_path_factory.mktemp("gardees") / "donnees")
    act = data.parent / "gymnase" / "tarif.txt"
    act.parent.mkdir()
    act.write_text(ACT.format(47), encoding="utf-8")
    assert greffe(data, "ingest", act, "--fonds", FONDS).code == 0
    wait_until_unserved(data)
    with hall_at(data) as hall:
        yield Office(hall.address, hall.desk, hall.gate, act)


# --- replay and export, to whom


def test_an_agent_replays_an_answer_of_theirs_and_the_journal_says_so(office: Office) -> None:
    id = office.answer()
    got = office.caller("marie").get(f"/reponse/{id}")
    assert got.status == 200
    said = told(got.body)
    assert ASKED in said
    assert "Rien n'a changé depuis" in said
    assert "le même passage" in said
    assert "Modèle aucun : phrases extraites des sources" in said.replace("\u202f", " ").replace(
        "\u00a0", " "
    )
    noted = office.noted("replay")
    assert (noted.id, noted.parts["who"]) == (id, {"name": "marie", "from": "127.0.0.1"})


@pytest.mark.parametrize("tail", ["", "/preuve.json", "/reponse.docx", "/reponse.pdf"])
def test_an_answer_of_somebody_else_is_as_one_that_does_not_exist(
    office: Office, tail: str
) -> None:
    id = office.answer()
    paul = office.caller("paul")
    other, none = paul.get(f"/reponse/{id}{tail}"), paul.get(f"/reponse/0123456789ab{tail}")
    assert (other.status, other.body) == (none.status, none.body) == (404, other.body)
    loin = office.caller("loin").get(f"/reponse/{id}{tail}")  # legal staff, to whom it is closed
    assert loin.status == 404
    same = (
        told(loin.body).replace("Réponses validées ", "").replace("Loin (juriste)", "Paul (agent)")
    )
    assert same == told(other.body)
    assert office.caller("anne").get(f"/reponse/{id}{tail}").status == 200
    assert Caller(office.address).get(f"/reponse/{id}{tail}").status == (401 if tail else 303)


def test_the_exported_file_is_that_of_the_command_and_is_verified(
    office: Office, tmp_path: Path
) -> None:
    id = office.answer()
    got = office.caller("marie").get(f"/reponse/{id}/preuve.json")
    assert got.headers["content-disposition"] == f'attachment; filename="reponse-{id}.json"'
    file, command = tmp_path / "page.json", tmp_path / "command.json"
    file.write_bytes(got.body)
    assert office.noted("export").parts["what"] == {"file": f"reponse-{id}.json"}
    assert greffe(office.desk.data, "export", id, command).code == 0
    assert file.read_bytes() == command.read_bytes()
    assert greffe(office.desk.data, "verify", file).code == 0
    shape = json.loads(got.body)
    shape["citations"][0]["quote"] = shape["citations"][0]["quote"].replace("1", "7")
    file.write_text(json.dumps(shape), encoding="utf-8")
    assert greffe(office.desk.data, "verify", file).code == 1


def test_the_word_document_holds_the_answer_with_its_references_as_text(office: Office) -> None:
    from docx import Document

    id = office.answer()
    marie = office.caller("marie")
    shape = json.loads(marie.get(f"/reponse/{id}/preuve.json").body)
    document = Document(io.BytesIO(marie.get(f"/reponse/{id}/reponse.docx").body))
    lines = [paragraph.text for paragraph in document.paragraphs]
    for one in shape["sentences"]:
        marks = "".join(f" [{number}]" for number in one["citations"])
        assert f"{one['text']}{marks} (citation exacte)" in lines
    for one in shape["citations"]:
        begun = [line for line in lines if line.startswith(f"[{one['number']}] ")]
        (source,) = [line for line in begun if "\n" in line]  # others name its page
        named = source.split("\n")[0]
        assert named.endswith(one["label"][1:])
        assert "Courvallon" in named
        assert f"« {one['quote']} »" in source
        assert one["sha256"] in source
    places = {(one["sha256"], one["page"]) for one in shape["citations"]}
    assert len(document.inline_shapes) == len(places)


# --- validation


def test_legal_staff_validate_an_answer_which_is_then_given_first(office: Office) -> None:
    id, anne = office.answer(), office.caller("anne")
    page = anne.get(f"/reponse/{id}").body
    assert "Valider cette réponse" in told(page)
    assert send(anne, f"/reponse/{id}/valider", jeton="un autre").status == 400
    assert send(anne, f"/reponse/{id}/valider").status == 400
    assert Curated(office.desk.data).all() == []
    assert send(anne, f"/reponse/{id}/valider", jeton=token(page)).status == 303
    [item] = Curated(office.desk.data).all()
    assert (item.answer, item.login, item.name) == (id, "anne", "Anne")
    assert office.noted("admin").parts["what"] == {
        "command": "curated add", "answer": id, "number": item.id, "by": "anne",
    }  # fmt: skip
    again = told(anne.get(f"/reponse/{id}").body)
    assert re.search(r"✓ Validée par Anne le \d\d/\d\d/\d{4}", again)
    assert "Valider cette réponse" not in again
    given = office.desk.ask(ASKED, who="paul")
    assert given.validated is not None
    assert given.validated.by == "Anne"
    listed = anne.get("/validees").body
    assert ASKED in told(listed)
    for_loin = office.caller("loin").get("/validees").body
    assert ASKED not in told(for_loin)
    out = f"/validees/{item.id}/oter"
    assert send(office.caller("loin"), out, jeton=token(page)).status == 400
    loin = office.caller("loin")
    csrf = office.gate.sessions.find(loin.cookies["greffe"])
    assert csrf is not None
    assert send(loin, out, jeton=csrf.csrf).status == 404
    assert Curated(office.desk.data).all() == [item]
    removed = send(anne, out, jeton=token(listed))
    assert "n'est plus parmi les validées" in told(removed.body)
    assert Curated(office.desk.data).all() == []
    assert office.noted("admin").parts["what"] == {"command": "curated remove", "number": item.id}


def test_an_agent_neither_validates_nor_sees_what_is_validated(office: Office) -> None:
    id, marie = office.answer(), office.caller("marie")
    assert "Valider cette réponse" not in told(marie.get(f"/reponse/{id}").body)
    assert "/validees" not in marie.get("/").body.decode()
    assert marie.get("/validees").status == 404
    for path in (f"/reponse/{id}/valider", "/validees/1/oter"):
        assert send(marie, path, jeton="x").status == 404
    assert Curated(office.desk.data).all() == []


def test_what_changed_since_is_said_and_waits_for_a_review(office: Office) -> None:
    id, anne = office.answer(GYM), office.caller("anne")
    page = anne.get(f"/reponse/{id}").body
    assert send(anne, f"/reponse/{id}/valider", jeton=token(page)).status == 303
    assert "À revoir (0)" in told(anne.get("/validees").body)
    office.act.write_text(ACT.format(52), encoding="utf-8")
    assert greffe(office.desk.data, "ingest", office.act, "--fonds", FONDS).code == 0
    said = told(anne.get(f"/reponse/{id}").body)
    assert "Des sources ont changé depuis" in said
    assert "le fichier a été remplacé par une autre version" in said
    assert "elle est à revoir" in said
    assert "47 euros" in said  # what was said then
    listed = told(anne.get("/validees").body)
    assert "À revoir (1)" in listed
    assert "un fichier cité a été remplacé par une autre version" in listed
    assert "Valider cette réponse" not in said
    new = office.desk.ask(GYM, who="marie")
    assert new.validated is None
    assert "52 euros" in new.text


# --- in a browser


@pytest.fixture
def page(browser: Any, office: Office) -> Iterator[Any]:
    """The page of an agent who asked, on a phone's width."""
    context = browser.new_context(viewport={"width": 390, "height": 844}, locale="en-US")
    context.grant_permissions(["clipboard-read", "clipboard-write"], origin=office.address)
    opened = context.new_page()
    complaints: list[str] = []
    opened.on("console", lambda m: complaints.append(m.text) if m.type == "error" else None)
    opened.goto(f"{office.address}/connexion")
    opened.fill("#identifiant", "anne")
    opened.fill("#motdepasse", PASSWORD)
    opened.press("#motdepasse", "Enter")
    opened.wait_for_selector("#exemples button:visible")
    opened.fill("#question textarea", ASKED)
    opened.press("#question textarea", "Enter")
    opened.wait_for_selector("#reponse .suites")
    opened.wait_for_selector("#envoyer:visible")  # the answer is whole: nothing is under way
    yield opened
    heard = list(complaints)  # what closing cuts short may complain
    context.close()
    assert heard == []


def numbered(page: Any, sentences: str) -> list[str]:
    """The sentences of an answer with their numbers, as they are seen."""
    return [
        re.sub(r"\s+", " ", re.sub(r"(Citation|✓ .*|≈ .*)", "", text)).strip()
        for text in page.locator(sentences).all_inner_texts()
    ]


def test_numbers_are_the_same_on_the_page_copied_exported_replayed_and_reloaded(
    page: Any, office: Office
) -> None:
    seen = numbered(page, "#reponse .phrase")
    assert len(seen) > 0
    assert all(re.search(r"\[\d+\]$", text) for text in seen)
    place = page.get_attribute(".suites a:has-text('Rejouer')", "href")

    page.click("a[href='#copier-1']")
    page.wait_for_selector(".suites a:has-text('Réponse copiée')")
    lines = page.evaluate("navigator.clipboard.readText()").split("\n\n")
    assert lines[0] == ASKED
    assert re.sub(r"\s+", " ", lines[1]) == " ".join(seen)
    sources = page.locator("#reponse .sources li a").all_inner_texts()
    title, *copied_sources = as_typed(lines[2]).split("\n")
    assert title == "Sources :"
    for text, whole in zip(sources, copied_sources, strict=True):
        number, label = as_typed(text).strip().split(" ", 1)
        assert whole.startswith(f"{number} ")
        assert whole.endswith(label[1:])
        assert "Courvallon" in whole

    page.evaluate(  # and as anybody copies: a selection, Ctrl+C
        "getSelection().selectAllChildren(document.querySelector('#reponse .phrase'))"
    )
    page.keyboard.press("Control+C")

    def copied() -> str:
        return numbered_text(page.evaluate("navigator.clipboard.readText()"))

    wait_for(lambda: ASKED not in copied())
    assert copied() == seen[0]

    with page.expect_download() as download:
        page.click(".suites a:has-text('Fichier de preuve')")
    shape = json.loads(Path(download.value.path()).read_text("utf-8"))
    exported = [
        numbered_text(one["text"] + "".join(f" [{n}]" for n in one["citations"]))
        for one in shape["sentences"]
    ]
    assert exported == seen

    page.goto(office.address + place)
    assert numbered(page, ".dite .phrase") == seen
    page.reload()
    assert numbered(page, ".dite .phrase") == seen
    assert page.locator("#source-1 b").inner_text().startswith("[1] ")


def numbered_text(text: str) -> str:
    """A sentence and its numbers, without the verdict that is copied along."""
    return re.sub(r"\s+", " ", re.sub(r"(✓ .*|≈ .*)", "", text)).strip()


def test_by_keyboard_alone_an_answer_is_replayed_and_validated_on_a_phone(
    page: Any, office: Office
) -> None:
    def until(held: str) -> None:
        for _ in range(80):
            page.keyboard.press("Tab")
            if page.evaluate(f"document.activeElement.matches({json.dumps(held)})"):
                outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
                assert outline == "solid"
                return
        raise AssertionError(f"the keyboard does not reach {held}")

    def narrow(shown: Any) -> None:
        assert shown.evaluate("document.documentElement.scrollWidth") <= 390

    narrow(page)
    page.evaluate("document.querySelector('#reponse h2').focus()")
    until(".suites a:has(.valide)")
    with page.context.expect_page() as opened:
        page.keyboard.press("Enter")
    page = opened.value
    page.wait_for_selector(".valider")
    narrow(page)
    assert page.evaluate("document.documentElement.lang") == "fr"
    until(".valider button")
    page.keyboard.press("Enter")
    page.wait_for_selector(".validee:has-text('Validée par Anne')")
    until("nav a[href='/validees']")
    page.keyboard.press("Enter")
    page.wait_for_selector(f'.validees a:has-text("{ASKED}")')
    narrow(page)
    mine = f".validees li:has(a[href='/reponse/{_last(office)}'])"
    until(f"{mine} summary")
    page.keyboard.press("Enter")
    narrow(page)
    until(f"{mine} button")
    page.keyboard.press("Enter")
    page.wait_for_selector("text=La réponse n'est plus parmi les validées.")


def _last(office: Office) -> str:
    """The answer that was validated last."""
    return Curated(office.desk.data).all()[-1].answer
