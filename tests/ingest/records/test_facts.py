"""What an act states, and where: the place must hold the words that the fact was read from."""

from __future__ import annotations

import pytest

from ingest.pages import Page
from ingest.records.cut import cut
from ingest.records.fold import fold
from ingest.records.record import Record, Span, Vote
from ingest.records.vote import read_vote

ACT = """Commune de Courvallon-sur-Sélande
Extrait du registre des délibérations du conseil municipal
n° 2024-038
Séance du 26 juin 2024
Le conseil municipal, dûment convoqué, s'est réuni
sous la présidence de Madame Odile MARCHEVILLE, maire.
Présents : Odile MARCHEVILLE, Armand SÉVIGNOL, Clarisse DUVERNEUIL Jean FAURE,
Luc DE LA TOUR, Anne-Marie PETIT-
LOUIS.
Absents ayant donné procuration : Paul GRAND (pouvoir à M. FAURE), Marie LENOIR à Mme PETIT-LOUIS.
Absents : Sylvie CHANTELAUVE
Objet : Tarif de la cantine à 3,50 €
Rapporteur : Mme Clarisse DUVERNEUIL
Vu le code général des collectivités territoriales, notamment ses articles L. 2121-29 et L. 2122-
22 ;
Vu le décret n° 2006-753 du 29 juin 2006 ;
Vu la délibération n° 2023-029 du 21 juin 2023 ;
Considérant que l'article R. 531-52 du code de l'éducation fixe un plafond,
Le conseil municipal, après en avoir délibéré, décide :
Article 1er : le tarif est fixé à 3,50 €.
Article 2 : la délibération n° 2023-029 est abrogée.
Pour : 6
Contre : 0
Abstentions : 2 (M. FAURE, M. GRAND)
Reçu en préfecture le 28/06/2024
Publié le 01/07/2024
ID : 099-219900011-20240626-2024038-DE
"""


def record(text: str, source: str = "courvallon/acte.pdf") -> Record:
    (only,) = cut([Page(1, text)], source)
    return only


def values(found: Record, name: str) -> list[str]:
    return [fact.value for fact in found.facts if fact.name == name]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("numero", ["2024-038"]),
        ("date", ["2024-06-26"]),
        ("objet", ["Tarif de la cantine à 3,50 €"]),
        ("presidence", ["Odile MARCHEVILLE"]),
        ("presents", ["6"]),
        ("procurations", ["2"]),
        ("absents", ["1"]),
        ("rapporteur", ["Clarisse DUVERNEUIL"]),
        (
            "visa",
            [
                "CGCT L2121-29",
                "CGCT L2122-22",
                "décret 2006-753",
                "délibération 2023-029 2023-06-21",
            ],
        ),
        ("renvoi", ["C. éduc. R531-52", "délibération 2023-029"]),
        ("dispositif", ["1", "2"]),
        ("montant", ["3,50 €"]),
        ("transmission", ["2024-06-28"]),
        ("publication", ["2024-07-01"]),
        ("identifiant", ["099-219900011-20240626-2024038-DE"]),
    ],
)
def test_a_deliberation_states(name: str, expected: list[str]) -> None:
    assert values(record(ACT), name) == expected


def test_each_fact_stands_where_it_says() -> None:
    found = record(ACT)
    for fact in found.facts:
        there = " ".join(ACT[fact.span.start : fact.span.end].split())
        if fact.name in ("numero", "objet", "presidence", "rapporteur", "montant"):
            assert there == fact.value
        if fact.name == "identifiant":
            assert there == fact.value
        if fact.name == "visa":
            assert fold(there)[-1].isdigit()
        assert there


def test_a_vote_is_found_again_where_it_is_printed() -> None:
    (fact,) = [fact for fact in record(ACT).facts if fact.name == "vote"]
    assert fact.value == "Pour : 6 Contre : 0 Abstentions : 2 (M. FAURE, M. GRAND)"


def test_a_fact_keeps_its_page() -> None:
    first, second = ACT.split("Pour : 6")
    pages = [Page(1, first), Page(2, "Pour : 6" + second)]
    (found,) = cut(pages, "courvallon/acte.pdf")
    places = {fact.name: fact.span for fact in found.facts}
    assert places["objet"].page == 1
    assert places["publication"] == Span(2, *_place(pages[1].text, "01/07/2024"))


def _place(text: str, words: str) -> tuple[int, int]:
    return text.index(words), text.index(words) + len(words)


def test_what_is_not_stated_is_not_there() -> None:
    found = record("Commune de Courvallon\nArrêté n° 2024-12 du 3 mai 2024\nportant ouverture\n")
    assert {fact.name for fact in found.facts} <= {"numero", "date", "objet"}


MINUTES = """Procès-verbal du conseil municipal
Séance du 3 mai 2024
sous la présidence de M. Jean FAURE, maire
Présents : Mmes A. Petit, B. Grand, MM. C. Noir et D. Blanc
Excusés : E. Vert (pouvoir donné à C. Noir), F. Gris (pas de pouvoir donné)
Ordre du jour
1. Budget
- Approbation du compte de gestion
- Affectation du résultat
2. Travaux de l'église
- Demande de subvention
Le quorum est atteint.
1. Budget
- Approbation du compte de gestion
Le compte est présenté.
Vote : pour à l'unanimité
- Affectation du résultat
Il est proposé de reporter le résultat.
Vote :
- Pour : 5
- Contre : 1
2. Travaux de l'église
- Demande de subvention
M. C. Noir ne prend pas part au vote.
Vote : pour à l'unanimité
Questions diverses
La séance est levée.
"""


def test_points_within_a_point_are_records_of_their_own() -> None:
    records = cut([Page(1, MINUTES)], "courvallon/pv.pdf")
    assert [(r.kind, r.title) for r in records[1:]] == [
        ("deliberation", "Approbation du compte de gestion"),
        ("deliberation", "Affectation du résultat"),
        ("deliberation", "Travaux de l'église - Demande de subvention"),
        ("proces_verbal", "Questions diverses"),
    ]
    votes = [r.vote for r in records[1:4]]
    assert [(v.pour, v.contre, v.unanimite, v.ne_prend_pas_part) for v in votes if v] == [
        (None, None, True, None),
        (5, 1, False, None),
        (None, None, True, 1),
    ]


def test_points_within_a_point_need_no_dash_in_the_body() -> None:
    agenda, body = MINUTES.split("Le quorum est atteint.")
    bare = body.replace("- Approbation", "Approbation").replace("- Affectation", "Affectation")
    bare = bare.replace("Affectation du résultat", "Affectation du résultat annuel")
    agenda = agenda.replace("Affectation du résultat", "Affectation du résultat annuel")
    records = cut([Page(1, f"{agenda}Le quorum est atteint.{bare}")], "courvallon/pv.pdf")
    assert [r.title for r in records[1:3]] == [
        "Approbation du compte de gestion",
        "Affectation du résultat annuel",
    ]


def test_a_vote_on_a_subject_is_read_with_its_figure() -> None:
    vote = read_vote("Résultat du vote :\nPour le changement de prestataire : 13 votes")
    assert vote == Vote("adopte", 13)


def test_a_seance_counts_its_members_once_and_a_proxy_is_no_absence() -> None:
    opening, *points = cut([Page(1, MINUTES)], "courvallon/pv.pdf")
    assert values(opening, "presents") == ["4"]
    assert values(opening, "procurations") == ["1"]
    assert values(opening, "absents") == ["1"]
    assert all(not values(point, "presents") for point in points)


def test_minutes_without_numbers_are_cut_between_the_votes() -> None:
    text = "Procès-verbal du conseil municipal\nSéance du 3 mai 2024\n" + "".join(
        f"\n{title}\n\nMonsieur le Maire expose la situation.\nVote : à l'unanimité\n"
        for title in ("Nomination du secrétaire", "Achat d'un tracteur", "Location du moulin",
                      "Réfection du lavoir")
    )  # fmt: skip
    records = cut([Page(1, text)], "courvallon/pv.pdf")
    assert [r.title for r in records[1:]] == [
        "Achat d'un tracteur",
        "Location du moulin",
        "Réfection du lavoir",
    ]
    assert all(r.vote and r.vote.unanimite for r in records[1:])


def test_a_list_of_deliberations_is_cut_at_its_rows() -> None:
    text = (
        "Liste des délibérations du conseil municipal du 3 mai 2024\n"
        "2024_011 Tarifs de la piscine Approuvée à l'unanimité\n"
        "2024_012 Achat d'un\ntracteur d'occasion Adoptée\n"
        "2O24_O13 Mal lu Adoptée\n"
        "2024_014 Cession d'une parcelle Rejetée\n"
        "2024_015 Location du moulin Retirée\n"
    )
    rows = cut([Page(1, text)], "courvallon/liste.pdf")[1:]
    assert [(r.number, r.title) for r in rows] == [
        ("2024_011", "Tarifs de la piscine"),
        ("2024_012", "Achat d'un tracteur d'occasion"),
        ("2024_014", "Cession d'une parcelle"),
        ("2024_015", "Location du moulin"),
    ]
    outcomes = [r.vote.outcome if r.vote else None for r in rows]
    assert outcomes == ["adopte", "adopte", "rejete", "retire"]


@pytest.mark.parametrize(
    "rubbish", ["\n", "-\n", "* * *\n", "DUPONT-", "DEL-", "(pouvoir ", ".", "1 ", "L. 2121-"]
)
def test_rubbish_takes_no_more_than_its_length(rubbish: str) -> None:
    """An expression that backtracks over lines took an hour for these; the test would not end."""
    head = "Extrait du registre des délibérations\nn° 2024-1\nSéance du 3 mai 2024\nPrésents : "
    found = cut([Page(1, head + rubbish * (150_000 // len(rubbish)))], "courvallon/acte.pdf")
    assert found[0].number == "2024-1"


def test_a_label_on_the_same_line_is_no_part_of_a_name_and_non_excuse_is_absent() -> None:
    text = (
        "Délibération n° 2014/12\nséance du 3 mars 2014, sous la présidence de Odile Marcheville"
        " Présents\nPrésents : Jean, Yves, Nelly\nNon excusé : Mathieu (pas de pouvoir donné).\n"
    )
    found = record(text)
    assert values(found, "presidence") == ["Odile Marcheville"]
    assert values(found, "absents") == ["1"]
