"""The panel beside the answer, without a browser."""

from __future__ import annotations

import os
from dataclasses import replace
from html import unescape
from pathlib import Path

import pytest

from app.citations import Answer
from app.conversation import EMPTY, Conversation
from app.web.asking import objection
from app.web.markup import escape, turn
from app.web.proof import first_view, move, open_reference, panel
from app.web.spacing import as_typed
from app.web.withheld import left_of
from ingest.records.version import VersionRow
from tests.app.web.town_hall import CANTEEN, HOSTILE, ROOM, Desk


def always(source: int) -> bool:
    return True


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def asked(desk: Desk, question: str) -> Conversation:
    return EMPTY.then(question, desk.ask(question))


def test_a_document_withdrawn_since_the_answer_is_no_longer_shown(desk: Desk) -> None:
    conversation = asked(desk, "repas")
    view = first_view(conversation)
    assert view is not None
    sources = desk.catalogue.sources
    sources[1] = replace(sources[1], state="retired")
    shown = panel(desk.catalogue, conversation, view)
    assert "retir" in shown.body
    assert "<img" not in shown.body
    assert not shown.next_page


def plain(shown: str) -> str:
    """As it is read, with the spaces of a keyboard."""
    return as_typed(unescape(shown))


def test_what_rests_on_a_fonds_that_was_closed_is_withheld_and_the_rest_stays(desk: Desk) -> None:
    conversation = asked(desk, "repas").then("piscine", desk.ask("piscine"))
    left = left_of(conversation, frozenset({"deliberations"}), always)  # « arretes » was closed
    assert [question for question, _ in left.turns] == ["repas", "piscine"]
    shown = plain("".join(turn(n, *one) for n, one in enumerate(left.turns, 1)))
    assert shown.count("repose sur un fonds qui ne vous est plus ouvert") == 2
    for words in (CANTEEN, ROOM, "Arrêté n° 7"):
        assert words not in shown
    for reference, closed in (("c-1-1", False), ("c-1-2", True), ("p-2-1", True), ("p-2-2", False)):
        view = open_reference(left, reference)
        assert view is not None
        opened = panel(desk.catalogue, left, view)
        said = plain(opened.head + opened.body)
        assert ("ne vous est plus ouvert" in said) == closed
        assert (CANTEEN in said) == (not closed)
        assert ROOM not in said
    assert left_of(conversation, frozenset({"deliberations", "arretes"}), always) == conversation
    assert left_of(conversation, None, always) == conversation


def test_a_count_over_a_fonds_that_was_closed_is_withheld_although_nothing_cites_it() -> None:
    counted = Answer("a1", "combien ?", "answered", message="Douze.", searched=("rh", "voirie"))
    ((_, left),) = left_of(EMPTY.then("combien ?", counted), frozenset({"voirie"}), always).turns
    assert left.status == "closed"
    assert "Douze" not in left.text


def test_what_rests_on_a_document_that_was_withdrawn_is_withheld_and_the_rest_stays(
    desk: Desk,
) -> None:
    conversation = asked(desk, "repas").then("piscine", desk.ask("piscine"))
    left = left_of(conversation, None, lambda source: source != 1)
    shown = plain("".join(turn(n, *one) for n, one in enumerate(left.turns, 1)))
    assert shown.count("un document qui a été retiré ou remplacé depuis") == 2
    assert CANTEEN not in shown
    assert ROOM not in shown
    for reference, gone in (("c-1-1", True), ("c-1-2", False)):
        view = open_reference(left, reference)
        assert view is not None
        opened = panel(desk.catalogue, left, view)
        assert ("Document retiré" in plain(opened.title)) == gone
        assert (CANTEEN in plain(opened.head + opened.body)) is False


def test_a_sentence_that_nothing_proves_goes_with_any_document_that_was_read_for_it(
    desk: Desk,
) -> None:
    answer = replace(desk.ask("repas"), read=(7,))
    conversation = EMPTY.then("repas", answer)
    assert left_of(conversation, None, always) == conversation
    ((_, left),) = left_of(conversation, None, lambda source: source != 7).turns
    assert left.status == "closed"
    assert CANTEEN not in left.text


def test_a_file_that_is_gone_or_damaged_gives_a_sentence_and_its_text(desk: Desk) -> None:
    conversation = asked(desk, "repas")
    view = first_view(conversation)
    assert view is not None
    file = desk.catalogue.sources[1].file
    file.write_bytes(b"%PDF-1.4 abime")
    body = panel(desk.catalogue, conversation, view).body
    assert escape("le fichier est illisible") in body
    assert f"<mark>{escape('Le tarif du repas')}" in body


def test_a_link_that_the_conversation_does_not_have_opens_nothing(desk: Desk) -> None:
    conversation = asked(desk, "repas")
    for reference in ("", "#c-0-1", "#c-2-1", "#c-1-9", "#p-1-1", "#c-1", "c-99999-1", "<b>"):
        assert open_reference(conversation, reference) is None
    assert open_reference(conversation, "c-1-2 7") is not None
    assert first_view(EMPTY) is None


def test_leafing_stops_at_both_ends(desk: Desk) -> None:
    conversation = asked(desk, "repas")
    view = first_view(conversation)
    assert view is not None
    assert move(conversation, view, -1, 0) == view
    assert move(conversation, view, 5, 0).position == 1
    assert move(conversation, view, 0, -1).page == 1


def test_nothing_of_a_document_or_a_question_becomes_markup(desk: Desk) -> None:
    shown = turn(1, "<script>\n\n# titre</script>", desk.ask("règlement"))
    assert "<script" not in shown
    assert "<img" not in shown
    assert "\n" not in shown
    assert "**" not in shown
    assert escape(HOSTILE) in shown


def test_questions_that_cannot_be_asked_are_told_why() -> None:
    assert objection("  ", EMPTY) == "Écrivez une question."
    assert "2\u202f000" in objection("x" * 2001, EMPTY)
    assert objection("x" * 2000, EMPTY) == ""


def test_the_versions_of_an_article_are_listed_and_the_one_cited_is_marked(desk: Desk) -> None:
    conversation = asked(desk, "repas")
    question, answer = conversation.turns[0]
    cited = replace(answer.citations[0], article_id="T/L1", date="1996-02-24")
    conversation = EMPTY.then(question, replace(answer, citations=(cited,)))
    view = first_view(conversation)
    assert view is not None
    assert "versions" not in panel(desk.catalogue, conversation, view).body
    desk.catalogue.articles["T/L1"] = [
        VersionRow(1, 1, 1, "T/L1", "", "1996-02-24", "2011-01-01", "MODIFIE", "L1", "Code",
                   "", "", False, "Un."),
        VersionRow(2, 1, 2, "T/L1", "", "2011-01-01", None, "VIGUEUR", "L1", "Code",
                   "Loi <n° 1>", "", False, "Deux."),
    ]  # fmt: skip
    body = unescape(panel(desk.catalogue, conversation, view).body).replace("\u00a0", " ")
    assert "<strong>version du 24 février 1996 au 31 décembre 2010 — citée ici</strong>" in body
    assert "<n° 1>" not in panel(desk.catalogue, conversation, view).body
    assert "Article modifié depuis" in body


CHANGED = "Le fichier a changé"


def test_a_file_with_a_new_date_and_the_same_bytes_has_not_changed(desk: Desk) -> None:
    conversation = asked(desk, "repas")
    view = first_view(conversation)
    assert view is not None
    source = desk.catalogue.sources[1]
    words = source.file.read_bytes()
    os.utime(source.file, ns=(1, 1))
    assert CHANGED not in unescape(panel(desk.catalogue, conversation, view).body)
    source.file.write_bytes(words[:-1] + b"\r")  # as long, and not the same
    os.utime(source.file, ns=(2, 2))
    assert CHANGED in unescape(panel(desk.catalogue, conversation, view).body)
    source.file.write_bytes(words)
    assert CHANGED not in unescape(panel(desk.catalogue, conversation, view).body)
    source.file.write_bytes(words + b"\n")
    assert CHANGED in unescape(panel(desk.catalogue, conversation, view).body)


def test_the_title_names_the_page_that_is_shown_and_past_the_act_its_file(desk: Desk) -> None:
    conversation = asked(desk, "repas")
    view = first_view(conversation)
    assert view is not None
    leafed = move(conversation, view, 0, 1)
    assert "du 3 juin 2024, p. 2</h2>" in plain(panel(desk.catalogue, conversation, leafed).title)
    assert "du 3 juin 2024, p. 1</h2>" in plain(panel(desk.catalogue, conversation, view).title)
    records = desk.catalogue.records
    records[1] = replace(records[1], page_last=1)
    shown = plain(panel(desk.catalogue, conversation, leafed).title)
    assert ">2024-12.pdf, p. 2</h2>" in shown
