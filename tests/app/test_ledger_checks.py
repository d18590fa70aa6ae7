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


RULES = (
    "Le niveau de vigilance est déterminé chaque jour par le préfet. En niveau ORANGE l'usage des "
    "engins est autorisé de 5 h à 13 h. En niveau ROUGE il est interdit. Le règlement vaut pour "
    "les communes jusqu'à 1 000 habitants. M. Leblanc souhaite aborder le stationnement. Il estime "
    "que le parking est peu fréquenté. Le car ne peut pas s'arrêter en chemin."
)


@pytest.mark.parametrize(
    ("true", "false"),
    [
        (
            "Chaque jour, le préfet détermine le niveau de vigilance.",
            "Chaque jour, le maire détermine le niveau de vigilance.",
        ),
        (
            "Au niveau rouge, l'usage des engins est interdit.",
            "Au niveau orange, l'usage des engins est interdit.",
        ),
        (
            "Le règlement vaut pour les communes de 1 000 habitants au plus.",
            "Le règlement vaut pour les communes de plus de 1 000 habitants.",
        ),
        (
            "M. Leblanc estime que le parking est peu fréquenté.",
            "M. Papin estime que le parking est peu fréquenté.",
        ),
        ("Le car ne s'arrête pas en chemin.", "Le car s'arrête en chemin."),
    ],
)
def test_another_one_who_acts_or_another_line_is_not_verified(true: str, false: str) -> None:
    assert verdict(true, [RULES]) in ("verbatim", "supported")
    assert verdict(false, [RULES]) == "unverified"


PV = (
    "2/ Renouvellement du contrat GRDF : le contrat est renouvelé.\n3 abstentions 8 votes pour\n"
    "3/ Reprise du temple par la commune à l'euro symbolique.\n"
    "2 contre (M. Durand, Mme Petit) 3 abstentions 6 votes pour\n"
)


@pytest.mark.parametrize(
    ("true", "false"),
    [
        (
            "Le renouvellement du contrat GRDF a recueilli huit voix pour et trois abstentions.",
            "La reprise du temple a recueilli huit voix pour et trois abstentions.",
        ),
        (
            "La reprise du temple a été votée par six voix contre deux.",
            "La reprise du temple a été votée à l'unanimité.",
        ),
        (
            "M. Durand a voté contre la reprise du temple.",
            "M. Durand s'est abstenu sur la reprise du temple.",
        ),
    ],
)
def test_a_vote_is_told_of_its_own_matter(true: str, false: str) -> None:
    assert verdict(true, [PV]) == "supported"
    assert verdict(false, [PV]) == "unverified"


TABLE = (
    "Associations 2024 2025\nBols d'air 400 € 500 €\nJudo club 300 € 350 €\n"
    "Amis du livre 250 € 200 €\nLe conseil adopte le tableau."
)


def test_a_figure_of_a_table_belongs_to_its_row_and_its_year() -> None:
    assert verdict("En 2025, le Judo club reçoit 350 €.", [TABLE]) == "supported"
    assert verdict("En 2024, le Judo club reçoit 350 €.", [TABLE]) == "unverified"
    assert verdict("En 2025, le Judo club reçoit 500 €.", [TABLE]) == "unverified"


def test_amounts_below_their_labels_go_with_them_in_order() -> None:
    plan = "Plan proposé :\nSubvention de la DRAC : 50 %\nSubvention du département : 25 %\n"
    plan += "1 400 €\n700 €\nTotal hors taxes : 2 800 €"
    assert verdict("La subvention de la DRAC serait de 1 400 €.", [plan]) == "supported"
    assert verdict("La subvention du département serait de 1 400 €.", [plan]) == "unverified"


def test_what_may_be_is_not_told_as_done_or_certain() -> None:
    source = (
        "L'étude conclut à la possibilité de réaliser un chemin piéton entre le parc et la place."
    )
    assert verdict("Un chemin piéton pourrait relier le parc à la place.", [source]) == "supported"
    said = "La ville a réalisé un chemin piéton entre le parc et la place."
    assert verdict(said, [source]) == "unverified"


@pytest.mark.parametrize(
    ("text", "stated"),
    [
        ("une quinzaine de logements", {("number", "15")}),
        ("la moitié du coût", {("percent", "50")}),
        ("votée par sept voix contre deux", {("vote", "pour 7"), ("vote", "cont 2")}),
        ("six voix favorables, deux défavorables", {("vote", "pour 6"), ("vote", "cont 2")}),
    ],
)
def test_a_number_said_in_words_is_read(text: str, stated: set[tuple[str, str]]) -> None:
    assert {value.said for value in values(plain(text))} == stated


def test_no_family_of_words_joins_two_that_exclude_each_other() -> None:
    from app.ledger.families import related

    for one, other in (("autorise", "refuse"), ("augmente", "baisse"), ("recette", "depense")):
        assert not related(one) & related(other), (one, other)
