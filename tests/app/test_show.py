"""`greffe show`: the card of an act, with the place of each thing that it states."""

from __future__ import annotations

from pathlib import Path

from app.errors import DONE, NOT_IN_RECORDS
from tests.command_line import greffe


def test_the_card_of_a_deliberation(town: Path) -> None:
    ran = greffe(town, "show", "délibération n° 2024-038", "--json")
    assert ran.code == DONE, ran.err
    card = ran.json["cards"][0]
    assert card["source"] == "deliberations/2024-038_tarifs-cantine-2024-2025.pdf"
    facts = {fact["name"]: fact for fact in card["facts"]}
    assert facts["numero"]["value"] == "2024-038"
    assert facts["presents"]["value"] == "16"
    assert facts["transmission"]["value"] == "2024-06-28"
    assert all(fact["page"] >= 1 and fact["end"] > fact["start"] for fact in facts.values())
    visas = {ref["value"] for ref in card["references"] if ref["name"] == "visa"}
    assert {"CGCT L2121-29", "C. éduc. R531-52"} <= visas


def test_the_card_is_readable_on_a_terminal(town: Path) -> None:
    ran = greffe(town, "show", "délibération 2024-038")
    assert ran.code == DONE
    assert "reçu en préfecture : 2024-06-28 (p. 1)" in ran.out
    named = "l'article L. 2121-29 du code général des collectivités territoriales"
    assert f"vise : {named} (p. 1) → pas dans l'index" in ran.out.replace("\xa0", " ")


def test_a_number_that_nobody_has(town: Path) -> None:
    ran = greffe(town, "show", "délibération 1999-777")
    assert ran.code == NOT_IN_RECORDS
    assert "Aucun acte" in ran.out
