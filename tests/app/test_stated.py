"""What an act decides and how it was voted is told off its fields, each line with its place."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.answer import Desk
from app.assembly import open_desk
from app.citations import Answer
from app.extract import weigh_question, with_the_kind
from app.relevance import relevant
from app.settings import load
from tests.command_line import indexed
from vectorstore.narrow import Narrow
from vectorstore.retriever import Query


@pytest.fixture(scope="module")
def desk(town: Path) -> Iterator[Desk]:
    with open_desk(load(town)) as opened:
        yield opened


def lines(answer: Answer) -> list[str]:
    assert answer.status == "answered"
    return [sentence.text for sentence in answer.sentences]


def numbers(answer: Answer) -> list[str | None]:
    return [citation.act_number for citation in answer.citations]


def test_what_a_numbered_act_decides_is_its_dispositif_from_the_first_point(desk: Desk) -> None:
    answer = desk.ask("Que décide la délibération n° 2024-038 ?")
    first, second, third = lines(answer)
    opening, article = first.split("\n")[:2]
    assert opening.endswith("DÉCIDE :")
    assert article.startswith("Article 1er. – Les tarifs de la restauration scolaire")
    assert second.startswith("Article 2. – La majoration pour inscription tardive")
    assert third.startswith("Article 3. – ")
    assert numbers(answer) == ["2024-038"] * 3
    assert answer.notes == ("C'est le dispositif de l'acte.",)
    assert {citation.quote.page for citation in answer.citations} == {2}


def test_of_a_long_dispositif_the_first_points_are_told_and_how_many_there_are(desk: Desk) -> None:
    answer = desk.ask("Que décide l'arrêté n° AR-2024-117 ?")
    assert [text[:9] for text in lines(answer)] == [
        "Article 1", "Article 2", "Article 3", "Article 4", "Article 5",
    ]  # fmt: skip
    assert "Ce sont les 5 premiers points du dispositif, qui en compte 6." in answer.notes


def test_what_is_asked_of_an_act_in_particular_is_not_its_whole_dispositif(desk: Desk) -> None:
    answer = desk.ask("Que prévoit la délibération 2024-038 pour les communes extérieures ?")
    assert "dispositif" not in " ".join(answer.notes)
    assert not any("voix pour" in text for text in lines(answer)[1:])


@pytest.mark.parametrize(
    "question",
    [
        "Quel est le résultat du vote de la délibération n° 2024-031 ?",
        "La délibération n° 2024-031 a-t-elle été votée à l'unanimité ?",
        "Combien de voix contre la délibération n° 2024-031 ?",
        "Comment le conseil a-t-il voté sur « Lutte contre les dépôts sauvages – barème de l’amende"
        " administrative et frais d’enlèvement » ?",
    ],
)
def test_the_vote_on_an_act_is_the_line_that_states_it(desk: Desk, question: str) -> None:
    answer = desk.ask(question)
    (line,) = lines(answer)
    assert "16 voix pour, 0 voix contre et 1 abstention" in line
    assert numbers(answer) == ["2024-031"]
    assert answer.notes == ("C'est le vote sur cet acte.",)


def test_words_of_a_title_name_an_act_and_those_of_several_years_are_told_by_date(
    desk: Desk,
) -> None:
    one = desk.ask("Comment le conseil a-t-il voté sur la gratuité de la bibliothèque ?")
    assert numbers(one) == ["2025-027"] * len(one.citations)
    several = desk.ask("Comment le conseil a-t-il voté sur les tarifs de la cantine ?")
    assert numbers(several) == ["2023-029", "2024-038"]
    assert several.notes == ("2 votes trouvés, par date.",)
    year = desk.ask("Comment le conseil a-t-il voté sur les tarifs de la cantine en 2023 ?")
    assert numbers(year) == ["2023-029"]
    late = desk.ask(
        "Comment le conseil a-t-il voté sur les tarifs de la cantine ?",
        narrow=Narrow((), "2024-01-01"),
    )
    assert numbers(late) == ["2024-038"]


@pytest.mark.parametrize(
    "question",
    [
        "Quel est le numéro de la délibération sur le barème des dépôts sauvages ?",
        "Quel est le numéro de la délibération du 22 mai 2024 sur l'amende ?",
    ],
)
def test_the_number_of_an_act_is_the_line_that_bears_it(desk: Desk, question: str) -> None:
    answer = desk.ask(question)
    (line,) = lines(answer)
    assert "2024-031" in line
    assert answer.notes == ("C'est là que l'acte porte son numéro.",)


def test_the_number_of_another_kind_of_act_is_not_told(desk: Desk) -> None:
    answer = desk.ask("Quel est le numéro de l'arrêté sur le barème des dépôts sauvages ?")
    assert "C'est là que l'acte porte son numéro." not in answer.notes


def test_a_vote_is_never_told_of_another_act(desk: Desk) -> None:
    absent = desk.ask("Comment le conseil a-t-il voté sur la patinoire olympique ?")
    assert not any("voix" in sentence.text for sentence in absent.sentences)
    unknown = desk.ask("Quel est le résultat du vote de la délibération n° 2031-999 ?")
    assert unknown.status == "not_in_records"


def test_an_act_without_a_dispositif_is_told_with_its_vote(own_town: Path) -> None:
    indexed(
        own_town, "pv/2031.txt",
        "Commune de Courvallon-sur-Sélande\nCompte rendu de la séance du 3 mars 2031\n\n"
        "Délibération n° 2031-004\nObjet : Convention pour le déneigement des hameaux\n\n"
        "Madame la maire propose de confier le déneigement des hameaux à monsieur Ardent, pour"
        " 1 800 € par hiver.\n\nVote : 14 pour, 1 contre, 2 abstentions.\n",
        "pv",
    )  # fmt: skip
    with open_desk(load(own_town)) as opened:
        answer = opened.ask(
            "Qu'a décidé le conseil sur « Convention pour le déneigement des hameaux » ?"
        )
    told = lines(answer)
    assert any("1 800 €" in text for text in told)
    assert any("14 pour, 1 contre, 2 abstentions" in text for text in told)


def test_a_vote_that_is_told_twice_alike_is_one_vote(own_town: Path) -> None:
    indexed(
        own_town, "pv/2031.txt",
        "Commune de Courvallon-sur-Sélande\nCompte rendu de la séance du 3 mars 2031\n\n"
        "Délibération n° 2031-004\nObjet : Convention pour le déneigement des hameaux\n\n"
        "Le conseil municipal, après en avoir délibéré, à l'unanimité\n"
        f"Adhère à la convention de déneigement {'des hameaux et des écarts ' * 16}\n"
        "Autorise madame la maire à la signer\n\nVote : Unanimité\n",
        "pv",
    )  # fmt: skip
    with open_desk(load(own_town)) as opened:
        answer = opened.ask("Comment le conseil a-t-il voté sur la convention de déneigement ?")
    assert lines(answer) == ["Vote : Unanimité"]


def test_a_title_between_quotation_marks_names_its_act_whose_sums_are_read_to_the_end(
    own_town: Path,
) -> None:
    debate = "Les élus rappellent l'histoire de cette route communale et de ses talus. " * 60
    for number, sum_ in (("2031-008", "18 400 €"), ("2031-009", "77 000 €")):
        title = "Réfection de la route communale des Sources"
        title = title if number == "2031-008" else f"{title}, seconde tranche"
        indexed(
            own_town, f"actes/{number}.txt",
            f"Commune de Courvallon-sur-Sélande\n\nDélibération n° {number}\nObjet : {title}\n\n"
            f"{debate}\n\nLe conseil municipal fixe la dépense à {sum_}.\n",
            "actes",
        )  # fmt: skip
    asked = "Quel est le montant prévu pour « Réfection de la route communale des Sources » ?"
    with open_desk(load(own_town)) as opened:
        found = opened.retriever.search(Query(asked), ["actes"], 20)
        kept = relevant(found)
        answer = opened.ask(asked)
        rows = opened.catalogue.passages_of_record(kept.hits[0].record.id)
    assert {hit.record.number for hit in found.hits} == {"2031-008", "2031-009"}
    assert {hit.record.number for hit in kept.hits} == {"2031-008"}
    debated = [hit for hit in kept.hits if "€" not in hit.passage.text][:1]
    weighed = weigh_question(asked, asked, str.split, lambda term: 1.0)
    read = with_the_kind(weighed, debated, lambda record: rows)
    assert ["€" in hit.passage.text for hit in read] == [False, True]
    assert any("18 400 €" in text for text in lines(answer))
    assert set(numbers(answer)) == {"2031-008"}
