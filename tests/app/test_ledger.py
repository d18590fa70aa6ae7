"""The ledger strikes what its source does not say."""

from __future__ import annotations

import pytest

from app.ledger import verdict

SOURCE = (
    "Le conseil municipal, par 14 voix pour, 3 voix contre et 2 abstentions, autorise Mme Odile "
    "Marcheville à signer la convention, pour un montant de 1 200,50 € hors taxes, le 22 mai 2024."
)


def test_words_of_the_source_are_an_exact_quotation_whatever_their_spaces_and_quotes() -> None:
    assert verdict("par 14 voix  pour, 3 voix contre et 2\nabstentions", [SOURCE]) == "verbatim"


def test_a_paraphrase_with_the_same_figures_and_names_is_supported() -> None:
    sentence = (
        "Le conseil autorise Odile Marcheville à signer la convention de 1200,50 € hors taxes."
    )
    assert verdict(sentence, [SOURCE]) == "supported"


@pytest.mark.parametrize(
    "sentence",
    [
        "Le conseil autorise Mme Marcheville à signer la convention de 1 300,50 € hors taxes.",
        "Le conseil autorise Mme Marcheville à signer la convention le 23 mai 2024.",
        "Le conseil autorise M. Durand à signer la convention le 22 mai 2024.",
        "La piscine est ouverte tous les jours de la semaine.",
        "",
    ],
)
def test_another_amount_date_or_name_is_not_verified(sentence: str) -> None:
    assert verdict(sentence, [SOURCE]) == "unverified"


def test_fewer_votes_than_the_source_counts_are_not_an_exact_quotation() -> None:
    assert verdict("4 voix pour, 3 voix contre", [SOURCE]) == "unverified"


@pytest.mark.parametrize(
    ("sentence", "source"),
    [
        ("5 voix pour", "15 voix pour, 5 abstentions"),
        ("Recevable est la demande du préfet", "Irrecevable est la demande du préfet"),
        ("Solde : 1 200 €", "Solde : -1 200 €"),
        (
            "Le conseil n'approuve pas la convention avec le département.",
            "Le conseil approuve la convention avec le département. Vote : 19 pour, 0 contre.",
        ),
        (
            "La délibération est adoptée par 5 voix pour et 15 contre.",
            "La délibération est adoptée par 15 voix pour et 5 contre.",
        ),
    ],
)
def test_what_the_source_does_not_say_is_never_shown_as_fact(sentence: str, source: str) -> None:
    assert verdict(sentence, [source]) == "unverified"


def test_a_bare_yes_proves_nothing() -> None:
    assert verdict("Oui.", ["M. Louis Oudard est élu."]) == "unverified"


def test_a_sentence_without_any_source_is_not_verified() -> None:
    assert verdict("Le conseil municipal autorise la signature.", []) == "unverified"


def test_a_negation_that_the_source_does_not_hold_is_not_verified() -> None:
    source = "Le conseil municipal autorise le maire à signer la convention avec le département."
    sentence = "Le conseil n'autorise pas le maire à signer la convention avec le département."
    assert verdict(sentence, [source]) == "unverified"
