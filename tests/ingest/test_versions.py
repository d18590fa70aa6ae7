"""An article of law is one record with dated versions; what the town hall asks is of one day."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from ingest.catalogue import Catalogue
from ingest.discover import Found
from ingest.plan import plan
from tests.ingest.small_town import FONDS, SmallTown

ID = "LEGITEXT000006070633/L9121-1"
CODE = "Code des essais"
NOW: dict[str, Any] = {
    "id": ID, "code": CODE, "num": "L9121-1", "text": "Le maire tient un registre numérique.",
    "etat": "VIGUEUR", "date_debut": "2019-07-01", "date_fin": None, "as_of": "2023-12-06",
}  # fmt: skip


def past(start: str, stop: str | None, text: str, **others: Any) -> dict[str, Any]:
    return {
        "id": f"{ID}@{start}", "article": ID, "code": CODE, "num": "L9121-1", "etat": "MODIFIE",
        "date_debut": start, "date_fin": stop, "par": "Loi n° 2011-1", "text": text, **others,
    }  # fmt: skip


PAST = (
    past("1996-02-24", "2011-01-01", "Le maire tient un registre."),
    past("2011-01-01", "2015-08-09", "Le maire tient un registre relié."),
    # a gap of four years, then the version in force
    past("2019-07-01", None, NOW["text"], etat="VIGUEUR"),
)


def lines(file: Path, *articles: dict[str, Any]) -> Path:
    text = "".join(json.dumps(article, ensure_ascii=False) + "\n" for article in articles)
    file.write_bytes(gzip.compress(text.encode()) if file.suffix == ".gz" else text.encode())
    return file


def periods(catalogue: Catalogue, article: str = ID) -> list[tuple[str, str | None]]:
    return [(row.date, row.date_end) for row in catalogue.versions(article)]


@pytest.mark.parametrize("order", [("core", "past"), ("past", "core")])
def test_articles_and_their_versions_may_come_in_either_order(
    town: SmallTown, tmp_path: Path, order: tuple[str, str]
) -> None:
    files = {
        "core": lines(tmp_path / "core.jsonl", NOW),
        "past": lines(tmp_path / "versions.jsonl.gz", *PAST),
    }
    for name in order:
        town.run(files[name])
    assert periods(town.catalogue) == [
        ("1996-02-24", "2011-01-01"), ("2011-01-01", "2015-08-09"), ("2019-07-01", None)
    ]  # fmt: skip
    assert [row.text for row in town.catalogue.versions(ID)] == [line["text"] for line in PAST]
    assert len(town.catalogue.live_ids(FONDS)) == 1, "only the version in force is searched"
    assert town.agrees()


def test_the_version_of_a_day_is_the_one_in_force_on_it(town: SmallTown, tmp_path: Path) -> None:
    town.run(lines(tmp_path / "core.jsonl", NOW), lines(tmp_path / "v.jsonl", *PAST))

    def text_on(day: str) -> str | None:
        found = town.catalogue.version_on(ID, day)
        return found.text if found else None

    assert text_on("1996-02-23") is None, "it did not exist"
    assert text_on("1996-02-24") == text_on("2010-12-31") == PAST[0]["text"]
    assert text_on("2011-01-01") == PAST[1]["text"], "date_fin is the first day no longer in force"
    assert text_on("2015-08-09") is text_on("2019-06-30") is None, "repealed, and brought back"
    assert text_on("2040-01-01") == NOW["text"]
    assert town.catalogue.version_on("LEGITEXT0/L1", "2020-01-01") is None


def test_of_two_versions_at_once_the_one_that_began_last_is_taken(
    town: SmallTown, tmp_path: Path
) -> None:
    twice = (past("2003-10-01", None, "Un."), past("2015-05-09", "2999-01-01", "Deux."))
    town.run(lines(tmp_path / "v.jsonl", *twice))
    found = town.catalogue.version_on(ID, "2020-01-01")
    assert found is not None
    assert (found.text, found.date_end) == ("Deux.", None)


def test_a_version_whose_text_the_file_lacks_keeps_its_dates_and_no_words(
    town: SmallTown, tmp_path: Path
) -> None:
    gap = past("2001-12-31", "2002-01-01", "⚠️Missing data from [legifrance](https://…)⚠️")
    never = past("2002-01-01", "2002-01-01", "Jamais en vigueur.")
    listed = {**NOW, "id": "LEGIARTI000000000002", "versions": [
        {"id": "LEGIARTI000000000001", "date_debut": "2016-01-01", "date_fin": "2019-07-01"},
        {"id": "LEGIARTI000000000002", "date_debut": "2019-07-01", "date_fin": None},
    ]}  # fmt: skip
    town.run(lines(tmp_path / "v.jsonl", gap, never), lines(tmp_path / "c.jsonl", listed))
    (found,) = town.catalogue.versions(ID)
    assert (found.date, found.text) == ("2001-12-31", "")
    before, now = town.catalogue.versions("LEGIARTI000000000002")
    assert (before.date, before.text, now.text) == ("2016-01-01", "", NOW["text"])


def test_a_changed_file_of_versions_takes_the_place_of_the_old_one(
    town: SmallTown, tmp_path: Path
) -> None:
    file = lines(tmp_path / "v.jsonl", *PAST)
    town.run(file)
    lines(file, past("1996-02-24", "2012-01-01", "Autre texte."))
    town.run(file)
    assert periods(town.catalogue) == [("1996-02-24", "2012-01-01")]
    assert town.run(file).unchanged == 1
    count = town.catalogue.connection.execute("SELECT count(*) FROM versions").fetchone()[0]
    assert count == 1, "nothing of the old file is left"


def test_the_newest_state_of_the_law_has_the_word_whatever_the_order(
    town: SmallTown, tmp_path: Path
) -> None:
    ended = {**NOW, "date_fin": "2024-05-01", "as_of": "2024-04-01", "etat": "ABROGE_DIFF"}
    newer = {
        **NOW, "text": "Le maire tient deux registres.", "date_debut": "2024-05-01",
        "as_of": "2024-05-02",
    }  # fmt: skip
    town.run(lines(tmp_path / "c.jsonl", newer))
    town.run(lines(tmp_path / "a.jsonl", NOW), lines(tmp_path / "b.jsonl", ended))
    assert periods(town.catalogue) == [("2019-07-01", "2024-05-01"), ("2024-05-01", None)]
    live = town.catalogue.live_passages(list(town.catalogue.live_ids(FONDS))).values()
    assert [row.text for row in live] == [newer["text"]]
    assert len(town.catalogue.articles_named("L9121-1", [FONDS])) == 1
    assert town.agrees()
    (tmp_path / "c.jsonl").unlink()
    town.run(tmp_path, yes=True)  # the newest file is gone: the one before speaks again
    live = town.catalogue.live_passages(list(town.catalogue.live_ids(FONDS))).values()
    assert [row.text for row in live] == [NOW["text"]]
    assert town.agrees()


def test_versions_of_a_fonds_that_may_not_be_read_are_not_shown(
    town: SmallTown, tmp_path: Path
) -> None:
    town.run(lines(tmp_path / "v.jsonl", *PAST))
    assert town.catalogue.versions(ID, ["autre"]) == []
    assert len(town.catalogue.versions(ID, [FONDS, "autre"])) == 3


def test_an_article_no_longer_in_force_is_known_by_its_number(
    town: SmallTown, tmp_path: Path
) -> None:
    town.run(lines(tmp_path / "v.jsonl", *PAST[:2]))
    for asked in ("L9121-1", "L. 9121-1", "9121-1"):
        assert town.catalogue.versions_named(asked, [FONDS]) == [(ID, CODE)]
    assert town.catalogue.versions_named("R9121-1", [FONDS]) == []


def test_the_page_of_a_past_version_can_be_opened(town: SmallTown, tmp_path: Path) -> None:
    town.run(lines(tmp_path / "v.jsonl", *PAST))
    first = town.catalogue.versions(ID)[0]
    page = town.catalogue.page(first.source_id, first.page)
    assert page is not None
    assert (page.number, page.text) == (1, PAST[0]["text"])


def test_a_file_in_many_parts_is_one_source_with_its_pages_and_passages(
    town: SmallTown, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    many = [{**NOW, "id": f"A/L{n}", "num": f"L{n}", "text": f"Règle {n}."} for n in range(1, 4502)]
    report = town.run(lines(tmp_path / "loi.jsonl", *many))
    assert (report.read, report.records, report.passages) == (1, 4501, 4501)
    assert len(town.catalogue.live_ids(FONDS)) == 4501
    (source,) = town.catalogue.sources("live")
    page = town.catalogue.page(source.id, 4501)
    assert page is not None
    assert page.text == "Règle 4501."
    assert town.agrees()


def test_a_file_damaged_in_a_later_part_leaves_none_of_it(town: SmallTown, tmp_path: Path) -> None:
    many = [{**NOW, "id": f"A/L{n}", "num": f"L{n}"} for n in range(1, 2500)]
    file = lines(tmp_path / "loi.jsonl", *many)
    file.write_bytes(file.read_bytes() + b"{pas du json}\n")
    report = town.run(file)
    assert [aside["reason"] for aside in report.set_aside] == ["damaged"]
    assert (town.catalogue.versions("A/L1"), town.catalogue.live_ids(FONDS)) == ([], set())
    assert [source.state for source in town.catalogue.sources()] == ["set_aside"]


def test_a_file_of_which_a_stopped_run_kept_some_parts_is_read_again(
    town: SmallTown, tmp_path: Path
) -> None:
    file = lines(tmp_path / "loi.jsonl", NOW)
    status = file.stat()
    found = Found(tmp_path, file.name, status.st_size, status.st_mtime_ns)
    town.catalogue.stage(FONDS, found, "", "staged", (2, 1), 1)
    todo = plan(town.catalogue, FONDS, [found], None, False)
    assert (len(todo.to_read), todo.to_resume) == (1, [])
    town.run(file)
    assert [source.state for source in town.catalogue.sources()] == ["live"]
