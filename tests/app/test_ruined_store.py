"""Chroma's database cannot be read: said with its remedy, and made again by the next run."""

from pathlib import Path

from tests.command_line import process
from tests.conftest import wait_until_unserved

ASKED = "Quelle est l'amende maximale pour un dépôt sauvage ?"


def test_a_ruined_dense_store_is_made_again_from_the_catalogue(
    own_town: Path, records: Path
) -> None:
    before = process(own_town, "search", ASKED, "--json").json["hits"]
    wait_until_unserved(own_town)
    (own_town / "chroma" / "chroma.sqlite3").write_bytes(b"\x17" * 20_000)
    ran = process(own_town, "ask", ASKED)
    assert ran.code == 5
    assert "`greffe ingest`" in ran.err
    ran = process(own_town, "ingest", records)
    assert (ran.code, "0 lus" in ran.out) == (0, True), ran.err
    after = process(own_town, "search", ASKED, "--json").json["hits"]
    assert [(hit["source"], hit["score"]) for hit in after] == [
        (hit["source"], hit["score"]) for hit in before
    ]
