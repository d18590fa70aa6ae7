"""Chroma's database cannot be read: said with its remedy, and made again by the next run."""

from pathlib import Path

from app.answer import DEGRADED
from tests.command_line import greffe
from tests.conftest import wait_until_unserved

ASKED = "Quelle est l'amende maximale pour un dépôt sauvage ?"


def test_a_ruined_dense_store_is_made_again_from_the_catalogue(
    own_town: Path, records: Path
) -> None:
    before = greffe(own_town, "search", ASKED, "--json").json["hits"]
    wait_until_unserved(own_town)
    (own_town / "chroma" / "chroma.sqlite3").write_bytes(b"\x17" * 20_000)
    ran = greffe(own_town, "doctor")
    assert "manque  Index dense : chroma.sqlite3 ne peut pas être lu" in ran.out
    ran = greffe(own_town, "ask", ASKED)
    assert ran.code == 5
    assert "`greffe ingest`" in ran.err
    ran = greffe(own_town, "ingest", records)
    assert (ran.code, "0 lu," in ran.out) == (0, True), ran.err
    after = greffe(own_town, "search", ASKED, "--json").json["hits"]
    assert [(hit["source"], hit["score"]) for hit in after] == [
        (hit["source"], hit["score"]) for hit in before
    ]


def test_vectors_that_are_gone_are_said_so_and_made_again(own_town: Path, records: Path) -> None:
    greffe(own_town, "search", ASKED)
    wait_until_unserved(own_town)
    (own_town / "chroma" / "chroma.sqlite3").write_bytes(b"")
    ran = greffe(own_town, "ask", ASKED)
    assert (ran.code, DEGRADED in ran.out) == (0, True)
    assert "manque  Index dense : passages sans vecteur" in greffe(own_town, "doctor").out
    assert greffe(own_town, "ingest", records).code == 0
    assert DEGRADED not in greffe(own_town, "ask", ASKED).out
    assert "bon     Index dense : un vecteur par passage" in greffe(own_town, "doctor").out
