"""Acts listed and counted by their fields."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.answer import Desk
from app.assembly import open_desk
from app.listing import NO_ACT
from app.settings import load
from tests.conftest import FONDS

DEPOTS = (
    "Lutte contre les dépôts sauvages – barème de l’amende administrative et frais d’enlèvement"
)
CIMETIERE = "Acquisition de la parcelle AB 217 pour l’extension du cimetière"


@pytest.fixture(scope="module")
def desk(town: Path) -> Iterator[Desk]:
    with open_desk(load(town)) as opened:
        yield opened


@pytest.mark.parametrize(
    "question",
    [
        "Quelles délibérations ont été votées le 22 mai 2024 ?",
        "Combien de délibérations le conseil a-t-il adoptées en mai 2024 ?",
        "Quel était l'ordre du jour du conseil municipal du 22 mai 2024 ?",
        "Liste des actes du 22 mai 2024",
        "Liste de toutes les délibérations du 22 mai 2024",
        "Qu'a décidé le conseil municipal le 22 mai 2024 ?",
        "Que s'est-il passé au conseil le 22 mai 2024 ?",
    ],
)
def test_the_acts_of_a_day_are_listed_once_each_though_a_file_repeats_them(
    desk: Desk, question: str
) -> None:
    answer = desk.ask(question)
    assert answer.status == "answered"
    assert [sentence.text.rstrip(" |") for sentence in answer.sentences] == [DEPOTS, CIMETIERE]
    assert answer.notes == ("2 actes trouvés.",)


def test_the_rows_of_an_open_data_table_are_listed_as_acts(desk: Desk) -> None:
    answer = desk.ask("Liste de toutes les délibérations du 21 septembre 2022")
    assert [sentence.text.split(" – ")[0] for sentence in answer.sentences] == [
        "Règlement intérieur du conseil municipal",
        "Désignation du correspondant incendie et secours",
    ]
    assert {citation.source.rpartition(".")[2] for citation in answer.citations} == {"csv"}


def test_each_title_is_cited_where_it_stands(desk: Desk) -> None:
    answer = desk.ask("Quelles délibérations ont été votées le 22 mai 2024 ?")
    for sentence, citation in zip(answer.sentences, answer.citations, strict=True):
        assert sentence.citations == (citation.number,)
        page = desk.catalogue.page(citation.source_id, citation.quote.page)
        assert page is not None
        words = page.text[citation.quote.start : citation.quote.end]
        assert " ".join(words.split()) == sentence.text


def test_a_subject_keeps_the_acts_whose_title_shares_it(desk: Desk) -> None:
    answer = desk.ask("Quelles délibérations sur le cimetière ont été votées le 22 mai 2024 ?")
    assert [sentence.text.rstrip(" |") for sentence in answer.sentences] == [CIMETIERE]
    assert answer.notes == ("Un acte trouvé.",)


@pytest.mark.parametrize(
    "question",
    [
        "Quelles délibérations sur les tarifs de la restauration scolaire ?",
        "Liste des délibérations sur les tarifs de la cantine",
        "Quelles délibérations parlent des tarifs de la cantine ?",
    ],
)
def test_a_subject_without_a_time_lists_its_acts_of_all_years(desk: Desk, question: str) -> None:
    answer = desk.ask(question)
    assert [citation.act_number for citation in answer.citations] == ["2023-029", "2024-038"]
    assert answer.notes == ("2 actes trouvés.",)


def test_a_list_without_a_subject_nor_a_time_is_no_list_of_everything(desk: Desk) -> None:
    assert "actes trouvés" not in " ".join(desk.ask("Quelles délibérations ont été votées ?").notes)


def test_a_day_without_acts_is_refused(desk: Desk) -> None:
    answer = desk.ask("Quelles délibérations ont été votées le 3 mars 1999 ?")
    assert (answer.status, answer.message) == ("not_in_records", NO_ACT)


def test_the_fonds_that_may_be_read_alone_are_looked_at(desk: Desk) -> None:
    kinds = ["deliberation"]
    assert desk.catalogue.acts_dated([("2024-05-22", "2024-05-22")], kinds, [FONDS])
    assert desk.catalogue.acts_dated([("2024-05-22", "2024-05-22")], kinds, ["autre"]) == []


def test_what_is_bounded_by_a_month_is_no_list_of_that_month(desk: Desk) -> None:
    for question in (
        "Quelles délibérations ont été votées entre janvier et mai 2024 ?",
        "Quelles délibérations ont été votées depuis mai 2024 ?",
    ):
        assert not any("trouvé" in note for note in desk.ask(question).notes)
