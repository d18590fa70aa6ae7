"""The checks of the ledger, one by one."""

from __future__ import annotations

import pytest

from app.ledger import verdict
from app.ledger.opposites import groups
from app.ledger.values import plain, values
from app.ledger.verbatim import occurrences


@pytest.mark.parametrize(
    ("text", "stated"),
    [
        ("mille deux cents euros", {("amount", "1200")}),
        ("1 200,50 € HT", {("amount", "1200.5")}),
        ("3,5 millions d'euros", {("amount", "3500000")}),
        ("39 000 k€", {("amount", "39000000")}),
        ("soixante-quinze pour cent", {("percent", "75")}),
        ("le 22/05/2014", {("date", "2014-05-22")}),
        ("le premier janvier deux mille vingt-quatre", {("date", "2024-01-01")}),
        ("du 18 au 22 mai 2026", {("date", "2026-05-18"), ("date", "2026-05-22")}),
        ("de 14h30 à 16 h", {("hour", "14:30"), ("hour", "16:00")}),
        ("pendant deux ans", {("duration", "24 month")}),
        ("trois semaines", {("duration", "21 day")}),
        ("par vingt-six voix pour et une abstention", {("vote", "pour 26"), ("vote", "abst 1")}),
        ("Pour : 14 Contre : 3", {("vote", "pour 14"), ("vote", "cont 3")}),
        ("quinze élus ont voté contre", {("vote", "cont 15")}),
        ("articles L. 212-8 et L 351-2", {("article", "L212-8"), ("article", "L351-2")}),
        ("délibération n° 2014/182", {("act", "2014-182")}),
        ("la loi n° 2015-991", {("text", "2015-991")}),
        ("1 718 m²", {("measure", "1718 m2")}),
        ("solde : -1 200", {("number", "-1200")}),
    ],
)
def test_a_value_has_one_spelling_however_it_is_written(
    text: str, stated: set[tuple[str, str]]
) -> None:
    assert {value.said for value in values(plain(text))} == stated


@pytest.mark.parametrize(
    ("sentence", "source"),
    [
        ("5 voix pour", "15 voix pour"),
        ("200 € de frais", "1 200 € de frais"),
        ("la somme de 1 200", "la somme de 1 200 000 €"),
        ("la somme de 12", "la somme de 12,50 €"),
    ],
)
def test_figures_are_quoted_whole_or_not_at_all(sentence: str, source: str) -> None:
    assert not list(occurrences(sentence, source))


def test_a_quotation_is_found_across_a_line_break_and_a_hyphen() -> None:
    source = "Le conseil approuve la conven-\ntion avec l’État."
    assert [source[a:b] for a, b in occurrences("approuve la convention avec l'État", source)] == [
        "approuve la conven-\ntion avec l’État"
    ]


BAR = (
    "Subventions aux associations :\nASSPEC : 600 €\nCoopérative scolaire : 500 €\n"
    "Cycloclub : 230 €\nAprès débat, le conseil, à l'unanimité, approuve le versement."
)


def test_an_amount_is_supported_on_its_own_line_alone() -> None:
    assert verdict("Le Cycloclub reçoit 230 €.", [BAR]) == "supported"
    assert verdict("Le Cycloclub reçoit 500 €.", [BAR]) == "unverified"
    assert verdict("La coopérative scolaire reçoit 600 €.", [BAR]) == "unverified"


LEASE = (
    "Le conseil municipal autorise le maire à signer le bail. Le loyer est de 300 € par mois hors "
    "taxes. Le preneur peut résilier le bail au 31 décembre. Les chiens ne sont pas admis. "
    "La séance est présidée par le maire. Le nouveau règlement remplace l'arrêté de 2012."
)


@pytest.mark.parametrize(
    ("true", "false"),
    [
        ("Le loyer est de 300 € HT par mois.", "Le loyer est de 300 € TTC par mois."),
        ("Le loyer mensuel est de 300 €.", "Le loyer annuel est de 300 €."),
        ("Le preneur peut résilier le bail.", "Le preneur doit résilier le bail."),
        ("Le preneur peut résilier le bail.", "Le bailleur peut résilier le bail."),
        ("Le maire est autorisé à signer le bail.", "Il est refusé au maire de signer le bail."),
        ("Les chiens ne sont pas admis.", "Les chiens sont admis."),
        ("La séance est présidée par le maire.", "La séance est présidée par le préfet."),
    ],
)
def test_a_sentence_that_takes_the_other_side_is_not_verified(true: str, false: str) -> None:
    assert verdict(true, [LEASE]) in ("verbatim", "supported")
    assert verdict(false, [LEASE]) == "unverified"


def test_what_is_proposed_is_not_adopted_until_the_source_says_so() -> None:
    proposed = "Il est proposé au conseil de porter le taux de la taxe à 3 %."
    said = "Le conseil a porté le taux de la taxe à 3 %."
    assert verdict(said, [proposed]) == "unverified"
    assert verdict(said, [f"{proposed} Le conseil adopte à l'unanimité."]) == "supported"


def test_what_replaces_is_not_what_is_replaced() -> None:
    source = "La nouvelle offre PayFip remplace le dispositif TIPI pour les usagers."
    assert verdict("L'offre PayFip remplace TIPI.", [source]) == "supported"
    assert verdict("Le dispositif TIPI remplace l'offre PayFip.", [source]) == "unverified"


def test_an_address_that_the_source_does_not_give_is_not_verified() -> None:
    source = "Le formulaire est sur https://mairie.exemple/cantine, pour tous les enfants."
    said = "Le formulaire pour les enfants est sur https://mairie.exemple/{}."
    assert verdict(said.format("cantine"), [source]) == "supported"
    assert verdict(said.format("vol?q=oui"), [source]) == "unverified"


def test_a_row_of_a_table_is_quoted_from_its_line_s_beginning() -> None:
    assert list(occurrences("12 | Tracteur | pour : 14", "N° | Objet\n12 | Tracteur | pour : 14"))


def test_an_acronym_is_known_by_the_words_it_stands_for() -> None:
    source = "Vu l'article L. 2121-29 du code général des collectivités territoriales,"
    assert verdict("Vu l'article L. 2121-29 du CGCT.", [source]) == "supported"
    assert verdict("Vu l'article L. 2121-29 du CGPPP.", [source]) == "unverified"


def test_what_is_known_of_the_act_completes_a_date_and_a_name_but_proves_nothing_alone() -> None:
    source = "Le conseil municipal approuve la convention avec la Fondation du patrimoine."
    around = "Délibération n° 2025-009 du 3 avril 2025, commune de Saint-Aubin"
    said = "Le conseil de Saint-Aubin approuve la convention avec la Fondation du patrimoine."
    assert verdict(said, [source]) == "unverified"
    assert verdict(said, [source], around) == "supported"


def test_the_reviewed_list_has_sides_that_exclude_each_other() -> None:
    for name, sides in groups().items():
        assert sides, name
        assert len({side.pattern.pattern for side in sides}) == len(sides), name
