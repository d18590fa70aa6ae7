"""What a question asks for, and what belongs together in an answer."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.answer import Desk
from app.assembly import open_desk
from app.kinds import wanted
from app.ledger import squeeze
from app.pieces import pieces
from app.ranges import covers, leaves_out, quantities
from app.settings import load
from tests.command_line import indexed
from vectorstore.retriever import Query


@pytest.fixture(scope="module")
def desk(town: Path) -> Iterator[Desk]:
    with open_desk(load(town)) as opened:
        yield opened


@pytest.mark.parametrize(
    ("question", "holds"),
    [
        ("Combien coûte le repas ?", "4,95 €"),
        ("Quel est le loyer annuel de la crèche ?", "114 600 € par an"),
        ("Quelle caution est demandée ?", "Caution 100 €"),
        ("Qui a voté contre ?", "Contre : M. Papin"),
        ("Sur quel article s'appuie la commune ?", "l'article L. 812-3"),
        ("Sur quelle durée la commune emprunte-t-elle ?", "pour une durée de 15 ans"),
        ("Quel avis le conseil a-t-il donné ?", "émet un avis très favorable"),
        ("Quelle association s'en occupe ?", "confiée à l'association « Les Moustaches »"),
        ("À quels horaires la mairie ouvre-t-elle ?", "de 8h30 à 12 h"),
        ("À quelle heure commence la séance ?", "à 18 h 30"),
        ("Quel est le tarif horaire du déneigement ?", "- Le passage : 67€/heure"),
        ("Pourquoi la rue est-elle fermée ?", "afin de permettre les travaux"),
        ("Qui est suppléante au secrétariat ?", "Suppléante : Adeline Roux"),
        ("Qui s'est abstenu ?", "Abstentions : Mme Roux"),
        ("Quand le séjour a-t-il lieu ?", "du 18 au 22 mai 2026"),
    ],
)
def test_the_kind_of_thing_that_is_asked_is_known(question: str, holds: str) -> None:
    kind = wanted(question)
    assert kind is not None
    assert kind.search(holds)
    assert not kind.search("Le conseil municipal remercie les agents")


def test_what_an_act_decides_is_answered_by_its_decision(desk: Desk) -> None:
    answer = desk.ask("Que décide la délibération 2024-031 ?")
    assert answer.status == "answered"
    assert squeeze("pris acte du barème de l'amende administrative") in squeeze(answer.text)
    assert {citation.act_number for citation in answer.citations} == {"2024-031"}


@pytest.mark.parametrize(
    "question",
    [
        "Quel est le tarif de la piscine en 1850 ?",
        "Quel est le tarif de la piscine en 2040 ?",
        "Quel est le tarif de la piscine de lyon ?",
        "Quel est le tarif de la piscine du Havre ?",
        "Tarif piscine Strasbourg 2022 ?",
    ],
)
def test_a_year_or_a_commune_that_is_not_there_is_refused(desk: Desk, question: str) -> None:
    assert desk.ask(question).status == "not_in_records"


def test_the_same_question_of_this_commune_is_answered(desk: Desk) -> None:
    assert desk.ask("Quel était le tarif de la piscine en 2022 ?").status == "answered"


def test_a_table_is_quoted_with_its_header(desk: Desk) -> None:
    answer = desk.ask("Quelle est l'amende pour un dépôt sauvage ?")
    assert squeeze("Volume ou nature du dépôt Amende") in squeeze(answer.sentences[0].text)
    assert "1 900 €" in answer.sentences[0].text.replace("\u202f", " ").replace("\u00a0", " ")


@pytest.mark.parametrize(
    ("question", "row"),
    [
        ("Quelle est l'amende pour 3 m3 ?", "De 2 m³ à 5 m³ 950 €"),
        ("Combien pour un quotient de 300 € ?", "Q 5: de 291 € à 335 € 3,13 € 3,47 €"),
        ("Et pour 1 200 euros ?", "Plus de 1 000 € 5,65 €"),
        ("Et pour 500 € ?", "459 € et plus 3,69 €"),
        ("Et pour un enfant de 4 ans ?", "Moins de 6 ans : gratuit"),
    ],
)
def test_a_row_covers_the_figures_of_its_range(question: str, row: str) -> None:
    assert covers(row, quantities(question))
    assert not covers(row, quantities("Et pour 9 tonnes ?"))
    assert not covers("Q 1: de 0 € à 167 € 1,76 €", quantities(question))


MORE = "Dans les communes de 3 500 habitants et plus, cinq jours."
LESS = "Dans les communes de moins de 3 500 habitants, trois jours."


@pytest.mark.parametrize(
    ("question", "row", "other"),
    [
        ("Et pour 3 500 habitants et plus ?", MORE, LESS),
        ("Et pour moins de 3 500 habitants ?", LESS, MORE),
        ("Et pour plus de 3 500 habitants ?", MORE, LESS),
        ("Et pour 3 500 habitants ?", MORE, LESS),
        ("Et pour moins de 3 500 habitants ?", "De 2 500 à 3 499 habitants : 7", MORE),
        ("Et pour plus de 499 habitants ?", "De 500 à 1 499 habitants : 9", "De 0 à 499 habitants"),
    ],
)
def test_a_bound_belongs_to_one_side_alone(question: str, row: str, other: str) -> None:
    asked = quantities(question)
    assert covers(row, asked)
    assert leaves_out(other, asked)
    assert not leaves_out(row, asked)
    assert not leaves_out("Le délai est de cinq jours.", asked)


def test_a_line_that_begins_with_a_colon_goes_on_with_the_one_above() -> None:
    text = "- dépôt de 2 à 6 m3\n: 1 200 € ;\n- dépôt au-delà de 6 m3\n: 2 400 €."
    assert [text[start:end] for start, end in pieces(text)] == [
        "- dépôt de 2 à 6 m3\n: 1 200 € ;",
        "- dépôt au-delà de 6 m3\n: 2 400 €.",
    ]


def test_a_commune_named_in_a_street_is_not_the_commune_that_decided(desk: Desk) -> None:
    assert desk.ask("Combien coûte la cantine à Toulouse ?").status == "not_in_records"


def test_the_last_row_of_a_table_does_not_go_on_into_what_follows_it() -> None:
    row = "Déchets dangereux (amiante, huiles, batteries), quel que soit le volume 3 200 €"
    after = "Mme CASTELVIEIL regrette que les horaires n'aient pas été élargis."
    text = f"Plus de 5 m³ 1 900 €\n{row}\n{after}"
    assert [text[start:end] for start, end in pieces(text)][1:] == [row, after]
    taxed = f"{row}\nHT, soit 3 840 € TTC."  # a sum and its tax are one
    assert len(list(pieces(taxed))) == 1


WINTER = (
    "Commune de Courvallon-sur-Sélande\nCompte rendu de la séance du 3 mars 2031\n\n"
    "Délibération n° 2031-004\nObjet : Conseil pour le verger communal\n\n"
    "Demande de conseil à l'agence des vergers pour la taille du verger communal en qualité"
    " d'accompagnant de la commune. Devis de 1 830 €.\n\n"
    "Vote : 14 pour, 1 contre, 2 abstentions.\n"
)


def test_a_sum_is_read_on_behind_the_words_that_say_what_it_is_for(own_town: Path) -> None:
    indexed(own_town, "pv/2031.txt", WINTER, "pv")
    with open_desk(load(own_town)) as opened:
        answer = opened.ask("Combien coûte le devis de l'agence des vergers ?")
        assert answer.sentences[0].text == "Devis de 1 830 €."


PRICES = """Commune de Courvallon-sur-Sélande
Délibération n° 2031-009 du 3 mars 2031
Objet : Tarification communale
Les tarifs sont fixés ainsi :
FOYER DES TANNEURS :
Tout le local hors week-end et fête (une journée en semaine)
Associations locales Gratuit (intérêt général)
Habitants 104 €
Location pour week-end et fête (forfait de deux jours) tout le local
Associations locales Gratuit (intérêt général)
Habitants 257 €
LOGEMENT DU VERGER
Participation au chauffage 283 €
BIBLIOTHÈQUE :
Adultes 7 €
"""


def test_a_row_is_told_with_the_line_that_heads_it_and_found_by_the_heading_above(
    own_town: Path,
) -> None:
    indexed(own_town, "pv/2031.txt", PRICES, "pv")
    asked = "Quel est le tarif de location du foyer des Tanneurs le week-end pour un habitant ?"
    with open_desk(load(own_town)) as opened:
        first = opened.ask(asked).sentences[0].text
    assert "Location pour week-end et fête" in first
    assert first.index("Location pour week-end") < first.index("Habitants 257 €")
    assert "283 €" not in first


def test_a_sum_that_nothing_gives_is_refused(own_town: Path) -> None:
    text = WINTER.replace(" Devis de 1 830 €.", "")
    indexed(own_town, "pv/2031.txt", text, "pv")
    with open_desk(load(own_town)) as opened:
        answer = opened.ask("Combien coûte le conseil pour la taille du verger communal ?")
    assert answer.status == "not_in_records"
    assert "Aucune phrase trouvée ne donne de montant." in answer.message


def test_where_no_time_is_named_the_newest_tariff_comes_first(own_town: Path) -> None:
    for year, sum_ in ((2021, "11 €"), (2031, "14 €")):
        indexed(
            own_town, f"pv/{year}.txt",
            f"Commune de Courvallon-sur-Sélande\nCompte rendu de la séance du 3 mars {year}\n\n"
            f"Délibération n° {year}-004\nObjet : Location du broyeur de branches\n\n"
            f"La location du broyeur de branches est fixée à {sum_} par jour.\n",
            "pv",
        )  # fmt: skip
    asked = "Combien coûte la location du broyeur de branches"
    with open_desk(load(own_town)) as opened:
        fonds, limit = ["pv"], 50
        today = opened.retriever.search(Query(f"{asked} ?"), fonds, limit).hits
        then = opened.retriever.search(Query(f"{asked} en 2021 ?"), fonds, limit).hits
        answer = opened.ask(f"{asked} en 2021 ?")
    recent = {(hit.record.date or "")[:4]: hit.evidence.recent for hit in today}
    assert (recent["2031"], recent["2021"]) == (1.0, pytest.approx(1 - 10 / 16))
    assert today[0].record.date == "2031-03-03"
    assert {hit.evidence.recent for hit in then} == {0.0}
    assert "11 €" in answer.sentences[0].text


def test_an_object_copied_whole_leads_to_its_act_before_one_that_says_more(own_town: Path) -> None:
    whole = "Opération des Quatre Puits - Subvention pour le bâtiment L"
    more = f"{whole} et pour le bâtiment L bis"
    for day, titled in (("3 mars 2021", whole), ("3 mars 2031", more)):
        indexed(
            own_town, f"pv/{day[-4:]}.txt",
            f"Commune de Courvallon-sur-Sélande\nCompte rendu de la séance du {day}\n\n"
            f"Délibération n° {day[-4:]}-004\nObjet : {titled}\n\n"
            "Une subvention est accordée au syndicat de copropriété du bâtiment L.\n",
            "pv",
        )  # fmt: skip
    with open_desk(load(own_town)) as opened:
        found = [opened.search(asked, fonds=["pv"])[0] for asked in (whole.upper(), more)]
        part = opened.search("subvention pour le bâtiment L", fonds=["pv"])
    assert [hit.record.title for hit in found] == [whole, more]
    assert [hit.record.date for hit in found] == ["2021-03-03", "2031-03-03"]
    assert all(hit.evidence.entitled for hit in found)
    assert not any(hit.evidence.entitled for hit in part)
