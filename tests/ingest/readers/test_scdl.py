"""The open-data table of délibérations, as published and as it really comes."""

import csv
import io
from pathlib import Path

import pytest

from ingest.clean import clean
from ingest.pages import Document
from ingest.passages import passages
from ingest.readers import Limits, read
from ingest.records.label import french_date
from ingest.records.record import Vote
from ingest.trouble import Unreadable
from tests.conftest import SAMPLE

DATA = Path(__file__).parents[2] / "data"
PUBLISHED = SAMPLE / "opendata/deliberations-courvallon-scdl.csv"


def rows() -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(PUBLISHED.read_text(encoding="utf-8"))))


def written(file: Path, table: list[dict[str, str]], delimiter: str, encoding: str) -> Document:
    out = io.StringIO()
    writer = csv.DictWriter(out, list(table[0]), delimiter=delimiter, lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(table)
    file.write_bytes(out.getvalue().encode(encoding, errors="replace"))
    return read(file, Limits())


def test_each_row_is_a_page_and_an_act_with_its_vote() -> None:
    document = read(PUBLISHED, Limits())
    table = rows()
    assert document.records is not None
    assert len(document.pages) == len(document.records) == len(table)
    for row, page, act in zip(table, document.pages, document.records, strict=True):
        assert (act.kind, act.number, act.date) == (
            "deliberation",
            row["DELIB_ID"],
            row["DELIB_DATE"],
        )
        assert act.title == " ".join(row["DELIB_OBJET"].split())
        assert act.body == row["COLL_NOM"]
        pour, contre, stood = (int(row[f"VOTE_{w}"]) for w in ("POUR", "CONTRE", "ABSTENTION"))
        assert act.vote == Vote(None, pour, contre, stood)
        [span] = act.spans
        assert (span.page, page.text[span.start : span.end]) == (page.number, page.text)


def test_what_a_row_states_is_found_where_it_stands() -> None:
    document = read(PUBLISHED, Limits())
    assert document.records
    for row, page, act in zip(rows(), document.pages, document.records, strict=True):
        stated = {fact.name: fact for fact in act.facts}
        said = {
            name: page.text[stated[name].span.start : stated[name].span.end]
            for name in ("numero", "objet", "date", "vote")
        }
        assert said["numero"] == row["DELIB_ID"]
        assert said["objet"] == " ".join(row["DELIB_OBJET"].split())
        assert said["date"] == clean(french_date(row["DELIB_DATE"]))
        assert said["vote"].startswith(f"Vote : {row['VOTE_POUR']} pour")
        assert (stated["date"].value, stated["date"].span.page) == (row["DELIB_DATE"], page.number)


def test_the_day_of_reception_is_read_out_in_french() -> None:
    pages = read(PUBLISHED, Limits()).pages
    received = [clean(french_date(row["PREF_DATE"])) for row in rows()]
    said = [page.text.partition("Reçu en préfecture le ")[2] for page in pages]
    assert said == received


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_the_delimiter_and_the_byte_order_mark_do_not_matter(
    tmp_path: Path, delimiter: str, encoding: str
) -> None:
    assert written(tmp_path / "a.csv", rows(), delimiter, encoding) == read(PUBLISHED, Limits())


def test_an_extra_first_column_and_french_dates_do_not_matter(tmp_path: Path) -> None:
    table = [
        {"": str(n), **row, "DELIB_DATE": "/".join(reversed(row["DELIB_DATE"].split("-")))}
        for n, row in enumerate(rows())
    ]
    document = written(tmp_path / "a.csv", table, ";", "utf-8-sig")
    assert document.records == read(PUBLISHED, Limits()).records


def test_a_row_without_object_is_left_out_and_what_is_empty_stays_empty(tmp_path: Path) -> None:
    first, second = rows()[:2]
    bare = dict.fromkeys(first, "") | {"DELIB_OBJET": "Vœu sur la gare"}
    document = written(
        tmp_path / "a.csv", [first, {**second, "DELIB_OBJET": ""}, bare], ",", "utf8"
    )
    assert document.records is not None
    assert len(document.records) == 2
    act = document.records[1]
    assert (act.number, act.date, act.body, act.vote) == (None, None, None, None)


def test_a_vote_that_ends_every_row_is_not_taken_for_a_running_foot() -> None:
    document = read(DATA / "votes.csv", Limits())
    assert document.records is not None
    texts = [p.text for p in passages(document.pages, document.records, "votes.csv", paper=False)]
    assert len(texts) == 6
    assert all(f"Vote : {19 - n} pour, {n} contre" in text for n, text in enumerate(texts, 1))


def test_another_table_is_one_page_with_a_line_for_each_row() -> None:
    document = read(DATA / "empty-first-line.csv", Limits())
    assert document.records is None
    [page] = document.pages
    assert page.text.split("\n") == [
        "quartier : Centre ; jour de collecte : mardi",
        "quartier : Hameau des Tanneurs ; jour de collecte : jeudi",
    ]


def test_a_heading_without_rows_is_no_table(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("DELIB_ID;DELIB_OBJET\r\n")
    with pytest.raises(Unreadable) as raised:
        read(tmp_path / "a.csv", Limits())
    assert raised.value.reason == "damaged"
