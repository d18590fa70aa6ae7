"""One's own conversations: listed, searched, gone on with, named, erased; nobody else's."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from app.access.reader import Reader
from app.citations import Answer
from app.conversation import EMPTY, Conversation
from app.history import conversation_of, erase_talk, name_talk, talks
from app.journal.entries import Journal
from app.journal.verify import verify
from tests.app.web.hall import FINE, NOWHERE, Hall, send, token, told
from tests.app.web.serving import seen
from tests.conftest import FONDS

# Gradio 6.31 computes its queue's figures in ways that pandas 3 gives up
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")

THEN = "Et pour une entreprise ?"
SECRET = "Combien coûte la bibliothèque zyxwvut ?"


def talked(hall: Hall, who: str, *questions: str) -> Conversation:
    """A conversation that somebody had."""
    had = EMPTY
    for question in questions:
        had = had.then(question, hall.asked(question, who, conversation=had))
    return had


def test_a_conversation_is_listed_whole_the_last_one_first(hall: Hall) -> None:
    had, last = talked(hall, "marie", FINE, THEN), talked(hall, "marie", NOWHERE)
    listed = talks(hall.desk.data, "marie")
    assert [one.id for one in listed][:2] == [last.id, had.id]
    assert [turn.question for turn in listed[1].turns] == [FINE, THEN]
    page = hall.caller("marie").get("/historique")
    said = told(page.body)
    assert page.headers["cache-control"] == "no-store"
    assert said.index(NOWHERE) < said.index(FINE) < said.index(THEN)
    assert "sans réponse" in said


def test_a_question_asked_again_is_listed_once_by_its_last_answer_and_erased_whole(
    hall: Hall,
) -> None:
    sought = "Où vont les hérons cendrés ?"
    had = talked(hall, "paul", FINE, sought, "où vont les  hérons cendrés", FINE)
    asked = [turn[0] for turn in had.turns]
    page = hall.caller("paul").get("/historique?q=cendres").body
    assert told(page).count("hérons cendrés") == 1
    linked = [answer.id for _, answer in had.turns if f"/reponse/{answer.id}" in page.decode()]
    again = had.turns[1][1].id
    assert linked == [answer.id for _, answer in had.turns if answer.id != again]
    [listed] = [one for one in talks(hall.desk.data, "paul") if one.id == had.id]
    assert [turn.question for turn in listed.turns] == asked, "the journal keeps each of them"
    reader = Reader("paul", "Paul", "agent", frozenset({FONDS}))
    taken = conversation_of(hall.desk.data, hall.desk.catalogue, reader, had.id, 40)
    assert [question for question, _ in taken.turns] == [asked[0], *asked[2:]]
    assert erase_talk(hall.desk.data, "paul", had.id) == 4
    assert b"cendr" not in (hall.desk.data / "journal" / "words.sqlite").read_bytes()
    assert verify(hall.desk.data).findings == ()


def test_nobody_sees_or_touches_a_conversation_of_somebody_else(hall: Hall) -> None:
    had = talked(hall, "marie", SECRET)
    for login in ("paul", "anne", "chef"):
        caller = hall.caller(login)
        page = caller.get("/historique?q=zyxwvut")
        assert SECRET not in told(page.body)
        jeton = token(caller.get("/mot-de-passe").body)
        for what in ("nommer", "effacer"):
            got = send(caller, f"/historique/{had.id}/{what}", jeton=jeton, nom="x")
            assert got.status == 404
        none = send(caller, "/historique/0123456789ab/effacer", jeton=jeton)
        assert told(none.body) == told(got.body).replace(had.id, "0123456789ab")
    assert talks(hall.desk.data, "marie", "zyxwvut")[0].id == had.id


def test_it_is_searched_without_accents_or_capitals(hall: Hall) -> None:
    talked(hall, "paul", "Quel arrêté interdit les feux ?")
    caller = hall.caller("paul")
    assert "Quel arrêté interdit" in told(caller.get("/historique?q=ARRETE").body)
    assert "Aucune conversation ne contient" in told(caller.get("/historique?q=piscine").body)
    assert caller.get("/historique?page=zz&q=%00").status == 200


def test_it_takes_a_name_and_is_found_by_it(hall: Hall) -> None:
    had, caller = talked(hall, "anne", FINE), hall.caller("anne")
    jeton = token(caller.get("/historique").body)
    place = f"/historique/{had.id}/nommer"
    assert send(caller, place, jeton="un autre", nom="x").status == 400
    assert send(caller, place, jeton=jeton, nom=" Dossier <b>Dupont</b> ").status == 303
    page = caller.get("/historique?q=dupont").body
    assert b"<h3>Dossier &lt;b&gt;Dupont&lt;/b&gt;</h3>" in page
    assert send(caller, place, jeton=jeton, nom="").status == 303
    assert FINE in told(caller.get("/historique").body)


def test_what_is_erased_is_gone_and_the_journal_says_so(hall: Hall) -> None:
    had, caller = talked(hall, "paul", "Où est la mare aux canards violets ?"), hall.caller("paul")
    jeton = token(caller.get("/historique").body)
    send(caller, f"/historique/{had.id}/nommer", jeton=jeton, nom="Les palmipèdes")
    kept = (hall.desk.data / "journal" / "words.sqlite").read_bytes()
    assert b"canards violets" in kept
    got = send(caller, f"/historique/{had.id}/effacer", jeton=jeton)
    assert "La conversation a été effacée" in told(got.body)
    assert talks(hall.desk.data, "paul", "canards") == []
    kept = (hall.desk.data / "journal" / "words.sqlite").read_bytes()
    assert b"canards violets" not in kept
    assert "palmipèdes".encode() not in kept
    checked = verify(hall.desk.data)
    assert checked.findings == ()
    assert hall.noted("erased").facts["cause"] == "own"
    entry = hall.noted("question")
    assert entry.who == "paul"  # who asked, and when, stays for the journal's own time


def test_a_conversation_is_taken_up_as_it_was_and_its_lines_join_it(hall: Hall) -> None:
    had = talked(hall, "marie", FINE, NOWHERE)
    reader = Reader("marie", "Marie", "agent", frozenset(["mairie"]))
    again = conversation_of(hall.desk.data, hall.desk.catalogue, reader, had.id, 39)
    assert [question for question, _ in again.turns] == [FINE, NOWHERE]
    one, other = again.turns[0][1], had.turns[0][1]
    assert (one.sentences, one.citations[0].quote) == (other.sentences, other.citations[0].quote)
    assert one.citations[0].source_id == other.citations[0].source_id
    assert again.turns[1][1].message
    hall.asked(THEN, "marie", conversation=again)
    assert len(talks(hall.desk.data, "marie")[0].turns) == 3
    closed = Reader("marie", "Marie", "agent", frozenset(["autre"]))
    left = conversation_of(hall.desk.data, hall.desk.catalogue, closed, had.id, 39)
    assert FINE not in [question for question, _ in left.turns]


def test_under_a_pseudonym_it_is_found_by_its_owner_alone(tmp_path: Path) -> None:
    journal = Journal(tmp_path, pseudonyms=True)
    answer = Answer("0123456789ab", "Où est la mare ?", "not_in_records", message="Rien.")
    journal.answer(answer, "marie", lambda fonds, source: True)
    name_talk(journal, "marie", answer.id, "La mare")
    [found] = talks(tmp_path, "marie")
    assert (found.title, found.turns[0].answer) == ("La mare", answer.id)
    assert talks(tmp_path, "paul") == []
    assert b"marie" not in (tmp_path / "journal" / "words.sqlite").read_bytes()


def test_in_a_browser_a_conversation_is_gone_on_with(browser: Any, hall: Hall) -> None:
    had = talked(hall, "anne", FINE)
    context = browser.new_context(viewport={"width": 1366, "height": 768}, locale="en-US")
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda m: complaints.append(m.text) if m.type == "error" else None)
    hall.enter(page, "anne")
    page.click("nav a[href='/historique']")
    page.click(f"#c-{had.id} .gestes > a")
    page.wait_for_selector("#vue-c-1-1")
    assert FINE in seen(page, "#reponse h2")
    assert page.url == f"{hall.address}/"
    page.fill("#question textarea", THEN)
    page.press("#question textarea", "Enter")
    page.wait_for_selector("#precedents h2")
    page.wait_for_selector(f'#reponse h2:has-text("{THEN}")')
    page.wait_for_selector("#envoyer:visible")
    assert page.evaluate("Object.keys(localStorage).concat(Object.keys(sessionStorage))") == []
    heard = list(complaints)
    context.close()
    assert heard == []
    assert [turn.question for turn in talks(hall.desk.data, "anne")[0].turns] == [FINE, THEN]
