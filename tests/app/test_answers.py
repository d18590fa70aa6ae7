"""Questions to the town hall of the sample: the right words, the right page, or a refusal."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from app.answer import Desk
from app.assembly import open_desk
from app.conversation import EMPTY
from app.ledger import squeeze
from app.settings import load
from tests.conftest import has_tesseract
from vectorstore.narrow import Narrow
from vectorstore.retriever import Query


@pytest.fixture(scope="module")
def desk(town: Path) -> Iterator[Desk]:
    with open_desk(load(town)) as opened:
        yield opened


@pytest.mark.parametrize(
    ("question", "words", "source", "page"),
    [
        (
            "Quelle amende risque un particulier qui abandonne 3 m³ de déchets à Courvallon ?",
            "De 2 m³ à 5 m³ 950 €",
            "deliberations/2024-031_depots-sauvages.pdf",
            1,
        ),
        (
            "À quelle distance des bois les barbecues étaient-ils interdits pendant l'été 2024 ?",
            "200 mètres",
            "arretes/AR-2024-098_interdiction-feux.odt",
            1,
        ),
        (
            "Jusqu'à quelle date la circulation est-elle interdite par l'arrêté AR-2024-117 ?",
            "11 octobre 2024",
            "arretes/AR-2024-117_circulation-rue-des-tanneurs.docx",
            1,
        ),
        (
            "Quel était le tarif d'entrée d'un adulte à la piscine pendant l'été 2022 ?",
            "3,20 €",
            "proces-verbaux/compte-rendu-2022-05-18.html",
            1,
        ),
    ],
)
def test_an_answer_holds_the_words_and_cites_their_page(
    desk: Desk, question: str, words: str, source: str, page: int
) -> None:
    answer = desk.ask(question)
    assert answer.status == "answered"
    cited = next(s for s in answer.sentences if squeeze(words) in squeeze(s.text))
    assert cited.status == "verbatim"
    citation = answer.citations[cited.citations[0] - 1]
    assert (citation.source, citation.quote.page) == (source, page)


def test_the_quoted_words_stand_where_the_citation_says(desk: Desk) -> None:
    answer = desk.ask("Quelle amende pour un dépôt sauvage de déchets dangereux ?")
    assert answer.citations
    for citation in answer.citations:
        shown = desk.catalogue.page(citation.source_id, citation.quote.page)
        assert shown is not None
        there = shown.text[citation.quote.start : citation.quote.end]
        assert squeeze(there) == squeeze(citation.quote.text)


@pytest.mark.skipif(not has_tesseract, reason="tesseract n'est pas installé")
def test_a_scan_under_a_stamp_answers_and_says_that_it_was_read_by_ocr(desk: Desk) -> None:
    answer = desk.ask("Combien a coûté la parcelle AB 217 achetée pour agrandir le cimetière ?")
    assert "27600" in squeeze(answer.text)
    assert answer.citations[0].ocr
    assert answer.citations[0].confidence is not None
    assert answer.citations[0].confidence > 0.8


def test_a_clerk_s_name_for_the_act_stands_on_the_citation(desk: Desk) -> None:
    answer = desk.ask("Que décide la délibération 2024-031 ?")
    assert answer.citations[0].label.startswith("Délibération n°\u00a02024-031 du 22\u00a0mai")
    assert answer.citations[0].label.endswith(f"p. {answer.citations[0].quote.page}")


@pytest.mark.parametrize(
    ("question", "why"),
    [
        ("Quelle est la capitale de l'Italie ?", ""),
        ("Quel est le prix de la cantine à la mairie de Saint-Orval ?", "Saint-Orval"),
        ("Combien coûte la cantine à Brest ?", "Brest"),
        ("quel est le tarif de la cantine à lyon", "lyon"),
        ("Quelle amende pour un dépôt sauvage dans la ville de Tours ?", "Tours"),
        ("Que dit la délibération n° 2024-999 sur la cantine ?", "2024/999"),
        ("Quel était le tarif de la piscine pendant l'été 1997 ?", "1997"),
        ("La délibération sur les dépôts sauvages est-elle légale ?", "légalité"),
    ],
)
def test_what_the_records_do_not_answer_is_refused_with_the_nearest_passages(
    desk: Desk, question: str, why: str
) -> None:
    answer = desk.ask(question)
    assert answer.status == "not_in_records"
    assert answer.sentences == ()
    assert why in answer.message
    assert answer.nearest


@pytest.mark.parametrize(
    "question",
    [
        "Quelle est la vitesse de la lumière ?",
        "Quelle est la population de la Chine ?",
        "Quel est le prix du repas au restaurant de la tour Eiffel ?",
        "Qui est le Premier ministre du Royaume-Uni ?",
        "Comment s'appelle le chat de la bibliothèque ?",
        "Combien de tortues la commune de Courvallon a-t-elle ?",
        "Quel est le meilleur tarif de la commune ?",
        "Quelle heure est-il ?",
        "Quelle est la vitesse du son ?",
        "Comment élever des poules ?",
        "Qui est le ministre de l'Intérieur ?",
    ],
)
def test_general_knowledge_is_refused_though_an_act_holds_some_of_its_words(
    desk: Desk, question: str
) -> None:
    assert desk.ask(question).status == "not_in_records"


@pytest.mark.parametrize(
    "question",
    [
        "tarif de la cantine",
        "amende dépôt sauvage",
        "bibliothèque gratuite",
    ],
)
def test_a_question_in_a_clerk_s_few_words_is_answered(desk: Desk, question: str) -> None:
    assert desk.ask(question).status == "answered"


def test_a_follow_up_leans_on_the_question_before(desk: Desk) -> None:
    first = "Quelle amende pour un dépôt sauvage de 2 à 5 m³ à Courvallon ?"
    answer = desk.ask(first)
    after = desk.ask("Et pour une personne morale ?", conversation=EMPTY.then(first, answer))
    assert after.status == "answered"
    assert "multipliésparTrois".lower() in squeeze(after.text)


def test_when_is_told_by_the_act_that_was_cited(desk: Desk) -> None:
    first = "Quelle amende pour un dépôt sauvage de 2 à 5 m³ à Courvallon ?"
    talk = EMPTY.then(first, desk.ask(first))
    after = desk.ask("Quand ?", conversation=talk)
    (cited,) = after.citations
    assert "Séance du 22 mai 2024" in " ".join(cited.quote.text.split())
    assert cited.source_id == talk.turns[0][1].citations[0].source_id
    assert after.question == "Quand ?"
    gone = replace(talk.turns[0][1], citations=(replace(cited, record_id="999999"),))
    assert not desk.ask("Quand ?", conversation=EMPTY.then(first, gone)).notes  # searched for
    lost = replace(gone, citations=(replace(cited, record_id=""),))  # its file was withdrawn
    assert not desk.ask("Quand ?", conversation=EMPTY.then(first, lost)).notes
    assert desk.ask("et en 2013 ?", conversation=EMPTY.then(first, lost)).notes
    arretes = Narrow(kinds=("arrete",))
    assert not desk.ask("Quand ?", conversation=talk, narrow=arretes).citations


def test_a_vote_is_told_by_the_act_that_was_cited(desk: Desk) -> None:
    first = "Quelle amende pour un dépôt sauvage de 2 à 5 m³ à Courvallon ?"
    after = desk.ask("À l'unanimité ?", conversation=EMPTY.then(first, desk.ask(first)))
    assert "par 16 voix pour" in after.text.replace("\n", " ")
    assert {one.date for one in after.citations} == {"2024-05-22"}


def test_what_names_nothing_new_is_asked_of_all_that_was_asked(desk: Desk) -> None:
    first = "Quelle amende pour un dépôt sauvage de 2 à 5 m³ à Courvallon ?"
    talk = EMPTY.then(first, desk.ask(first))
    assert "950 €" in desk.ask("combien ?", conversation=talk).text.replace("\u202f", " ")
    assert desk.ask("et pour un directeur ?", conversation=talk).status == "not_in_records"


def test_a_place_that_is_not_there_is_kept_in_the_questions_that_follow(desk: Desk) -> None:
    first, second = "Quelle amende pour un dépôt sauvage à Courvallon ?", "et à Besançon ?"
    talk = EMPTY.then(first, desk.ask(first))
    talk = talk.then(second, desk.ask(second, conversation=talk))
    third = desk.ask("et pour une personne morale ?", conversation=talk)
    assert third.status == "not_in_records"
    assert "« Besançon »" in third.message


def test_a_town_abroad_is_not_the_name_of_somebody_here(desk: Desk) -> None:
    assert "« Florence »" in desk.ask("Qui est le maire de Florence ?").message


def test_a_follow_up_is_about_the_town_whose_act_was_cited(desk: Desk) -> None:
    first = "Quelle amende pour un dépôt sauvage de 2 à 5 m³ ?"  # names none
    talk = EMPTY.then(first, desk.ask(first))
    cited = frozenset(int(one.record_id) for one in talk.turns[0][1].citations)
    found = desk.retriever.search(Query("et en 2019 ?", first, cited), desk.fonds(), 5)
    assert found.reading.bodies == ("Courvallon-sur-Sélande",)
    assert not desk.retriever.search(Query("et en 2019 ?"), desk.fonds(), 5).reading.bodies


def test_a_follow_up_that_was_put_in_full_says_how_it_was_understood(desk: Desk) -> None:
    first = "Combien coûte la cantine pour un quotient de 300 € en 2024 ?"
    talk = EMPTY.then(first, desk.ask(first))
    after = desk.ask("et en 1987 ?", conversation=talk)
    assert after.status == "not_in_records"
    assert after.question in after.notes[0]  # as the journal keeps it: it stands alone
    assert after.notes[0] == (
        "Question comprise ainsi : « Combien coûte la cantine pour un quotient de 300 € en 1987 ? »"
    )


def test_only_the_fonds_that_is_named_is_searched(desk: Desk) -> None:
    from app.answer import FondsUnknown

    assert {hit.fonds for hit in desk.search("cantine", fonds=["mairie"])} == {"mairie"}
    with pytest.raises(FondsUnknown):
        desk.search("cantine", fonds=["secret"])


def test_a_question_whose_accents_are_apart_is_the_same_question(desk: Desk) -> None:
    asked = "Quelle est l'amende maximale pour un dépôt sauvage à Courvallon-sur-Sélande ?"
    apart = unicodedata.normalize("NFD", asked)
    assert apart != asked
    one, other = desk.ask(asked), desk.ask(apart)
    assert (one.status, one.question) == (other.status, other.question)
    assert one.sentences == other.sentences
    assert [hit.passage.id for hit in desk.search(asked)] == [
        hit.passage.id for hit in desk.search(apart)
    ]
