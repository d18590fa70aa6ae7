"""The catalogue is the truth: what it shows, when, and to whom."""

import multiprocessing
import sqlite3
import threading
from pathlib import Path

import pytest

from ingest.catalogue import SCHEMA, Catalogue, bare_number
from ingest.pages import Document, Page, Word
from ingest.readers import READING
from ingest.records.record import Record, Span
from ingest.trouble import CatalogueUnusable
from tests.ingest.catalogue_town import FONDS, found, published, staged


@pytest.fixture
def catalogue(tmp_path: Path) -> Catalogue:
    return Catalogue(tmp_path / "catalogue.sqlite")


def test_what_is_staged_is_invisible_until_it_is_published(catalogue: Catalogue) -> None:
    source = staged(catalogue, "a.pdf", "Le conseil décide.")
    passage = catalogue.passages_of_source(source)[0].id
    assert catalogue.live_passages([passage]) == {}
    assert catalogue.live_ids(FONDS) == set()
    assert catalogue.fonds() == []
    assert catalogue.acts_numbered("2024-1", [FONDS]) == []
    assert catalogue.publish([source]) == []
    assert set(catalogue.live_passages([passage])) == {passage} == catalogue.live_ids(FONDS)
    assert catalogue.fonds() == [FONDS]


def test_a_new_version_takes_the_place_of_the_old_in_one_step(catalogue: Catalogue) -> None:
    old = published(catalogue, "a.pdf", "Le tarif est de 3 €.")
    new = staged(catalogue, "a.pdf", "Le tarif est de 4 €.")
    assert [source.id for source in catalogue.sources("live")] == [old]
    assert catalogue.publish([new]) == [old]
    assert [source.id for source in catalogue.sources("live")] == [new]
    assert [source.id for source in catalogue.sources("retired")] == [old]
    texts = [row.text for row in catalogue.live_passages(list(catalogue.live_ids(FONDS))).values()]
    assert texts == ["Le tarif est de 4 €."]


def test_a_retired_act_is_invisible_and_a_purged_one_is_gone(catalogue: Catalogue) -> None:
    source = published(catalogue, "a.pdf", "Un secret.")
    row = catalogue.passages_of_source(source)[0]
    catalogue.add_vectors("m", [(row.input_sha, b"12")])
    catalogue.retire([source])
    assert catalogue.live_passages([row.id]) == {}
    assert catalogue.page(source, 1) is not None
    catalogue.purge([source])
    assert (catalogue.source(source), catalogue.pages(source)) == (None, [])
    assert catalogue.record(row.record_id) is None
    assert catalogue.vectors("m", [row.input_sha]) == {}
    catalogue.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    assert b"Un secret." not in catalogue.path.read_bytes()


def test_a_vector_that_another_act_shares_stays(catalogue: Catalogue) -> None:
    first = published(catalogue, "a.pdf", "Le même texte.")
    published(catalogue, "b.pdf", "Le même texte.")
    sha = catalogue.passages_of_source(first)[0].input_sha
    catalogue.add_vectors("m", [(sha, b"12")])
    catalogue.purge([first])
    assert catalogue.vectors("m", [sha]) == {sha: b"12"}
    assert catalogue.without_vector("m", [s.id for s in catalogue.sources()]) == []
    assert len(catalogue.without_vector("autre", [s.id for s in catalogue.sources()])) == 1


def test_a_record_comes_back_as_it_went_in(catalogue: Catalogue) -> None:
    source = published(catalogue, "a.pdf", "Un.", "Deux.")
    rows = catalogue.passages_of_source(source)
    record = catalogue.records_of([rows[1].record_id])[rows[1].record_id]
    assert (record.number, record.date, record.title) == ("2024-002", "2024-05-22", "Objet 2")
    assert record.vote is not None
    assert (record.vote.pour, record.vote.contre, record.vote.abstentions) == (12, 3, 1)
    assert record.label.startswith("Délibération n°")
    assert rows[1].spans == (Span(2, 0, 5),)
    assert catalogue.acts_numbered(record.number_key or "", [FONDS]) == [record.id]
    assert catalogue.acts_numbered(record.number_key or "", ["autre"]) == []
    assert catalogue.bodies([FONDS]) == ["Valbourg"]


def test_a_scanned_page_keeps_the_place_of_each_word(catalogue: Catalogue) -> None:
    page = Page(1, "Vu le", True, 0.875, (Word(0, 2, 0.125, 0.25, 0.5, 0.75),))
    source = catalogue.stage(FONDS, found("s.pdf"), "x", "staged", (1, 1), 1)
    record = Record(0, "autre", (Span(1, 0, 5),))
    catalogue.add_content(source, Document((page,), None, ("une page floue",)), [record], [])
    assert catalogue.page(source, 1) == page
    row = catalogue.source(source)
    assert row is not None
    assert row.warnings == ("une page floue",)


def test_staging_again_forgets_the_attempt_before_and_not_the_live_version(
    catalogue: Catalogue,
) -> None:
    live = published(catalogue, "a.pdf", "Un.")
    first = staged(catalogue, "a.pdf", "Deux.")
    catalogue.stage(FONDS, found("a.pdf"), "y", "set_aside", (READING, 1), 2, "damaged")
    assert catalogue.source(first) is None
    assert catalogue.passages_of_source(first) == []
    assert sorted(source.state for source in catalogue.sources()) == ["live", "set_aside"]
    assert catalogue.live_ids(FONDS) == {f"{live}.0"}


def test_a_step_that_fails_leaves_nothing_behind(catalogue: Catalogue) -> None:
    def fails() -> None:
        with catalogue.writing():
            staged(catalogue, "a.pdf", "Un.")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fails()
    assert catalogue.sources() == []


def test_a_full_disk_is_told_as_it_is_where_sqlite_has_rolled_back_by_itself(
    catalogue: Catalogue,
) -> None:
    catalogue.set_meta("a", "1")

    def fails() -> None:
        with catalogue.writing() as connection:
            connection.execute("INSERT OR ROLLBACK INTO meta VALUES ('a', '2')")

    with pytest.raises(sqlite3.IntegrityError, match="UNIQUE"):
        fails()
    assert catalogue.meta("a") == "1"


def test_what_cannot_be_committed_is_undone_and_the_next_step_goes_through(
    catalogue: Catalogue,
) -> None:
    def fails() -> None:
        with catalogue.writing() as connection:
            connection.execute("PRAGMA defer_foreign_keys = ON")
            connection.execute("INSERT INTO pages VALUES (99, 1, 'Un.', 0, NULL, NULL)")

    with pytest.raises(sqlite3.IntegrityError, match="FOREIGN KEY"):
        fails()
    assert not catalogue.connection.in_transaction
    assert catalogue.page(99, 1) is None
    catalogue.set_meta("a", "1")


def test_an_older_catalogue_learns_who_decided_without_reading_the_law(
    catalogue: Catalogue,
) -> None:
    catalogue.connection.execute("DROP INDEX records_body")
    catalogue.set_meta("schema", "1")
    opened = Catalogue(catalogue.path)
    assert opened.meta("schema") == str(SCHEMA)
    steps = opened.connection.execute(
        "EXPLAIN QUERY PLAN SELECT DISTINCT body FROM records JOIN sources"
        " ON sources.id = source_id WHERE state = 'live' AND body IS NOT NULL"
        " AND kind <> 'article' AND fonds IN ('actes')"
    ).fetchall()
    assert any("INDEX records_body" in step["detail"] for step in steps)


def test_a_hundred_threads_keep_little_of_what_they_have_read(catalogue: Catalogue) -> None:
    [kept] = catalogue.connection.execute("PRAGMA cache_size").fetchone()
    assert kept == -4096  # KiB: 400 MB for a hundred threads at the very most
    assert catalogue.connection.execute("PRAGMA mmap_size").fetchone()[0] == 0


def test_a_question_about_a_thousand_passages_is_one_question(catalogue: Catalogue) -> None:
    published(catalogue, "a.pdf", *(f"Article {n}." for n in range(1200)))
    ids = sorted(catalogue.live_ids(FONDS))
    assert len(ids) == len(catalogue.live_passages(ids)) == 1200


def test_an_article_is_found_with_or_without_its_letter_and_its_code(catalogue: Catalogue) -> None:
    codes = ("Code général des collectivités territoriales", "Code de l'urbanisme")
    records = [
        Record(n, "article", (Span(n + 1, 0, 3),), number="L2121-29", body=code, article_id=str(n))
        for n, code in enumerate(codes)
    ]
    document = Document((Page(1, "Un."), Page(2, "Un.")), tuple(records))
    source = catalogue.stage(FONDS, found("loi.jsonl"), "x", "staged", (1, 1), 1)
    catalogue.add_content(source, document, records, [])
    catalogue.publish([source])
    assert len(catalogue.articles_named("L2121-29", [FONDS])) == 2
    assert len(catalogue.articles_named("2121-29", [FONDS])) >= 2
    assert catalogue.articles_named("R2121-29", [FONDS]) == []
    assert bare_number("L. 2121-29") == bare_number("l2121-29") == "L2121-29"


def test_a_run_is_remembered_with_its_report(catalogue: Catalogue) -> None:
    assert catalogue.last_run() is None
    run = catalogue.begin_run()
    assert (catalogue.last_run() or {})["state"] == "running"
    catalogue.end_run(run, "done", {"read": 3})
    last = catalogue.last_run()
    assert last is not None
    assert (last["state"], last["report"]) == ("done", {"read": 3})


def test_a_run_ends_though_ctrl_c_left_a_transaction_open(catalogue: Catalogue) -> None:
    run = catalogue.begin_run()
    catalogue.connection.execute("BEGIN IMMEDIATE")  # Ctrl-C may strike between two lines
    catalogue.end_run(run, "interrupted", {})
    assert not catalogue.connection.in_transaction
    assert (catalogue.last_run() or {})["state"] == "interrupted"


def test_a_journal_that_somebody_reads_is_said_not_to_be_empty(
    catalogue: Catalogue, tmp_path: Path
) -> None:
    (file,) = tmp_path.glob("*.sqlite")
    reader = sqlite3.connect(file)
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM runs").fetchone()
    catalogue.connection.execute("PRAGMA busy_timeout = 100")
    catalogue.begin_run()
    assert catalogue.compact() is False
    reader.close()
    assert catalogue.compact() is True


@pytest.mark.parametrize(
    "content", [b"ceci n'est pas une base", b"SQLite format 3\x00" + b"x" * 90]
)
def test_a_damaged_catalogue_is_said_to_be_so(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "catalogue.sqlite").write_bytes(content)
    with pytest.raises(CatalogueUnusable):
        Catalogue(tmp_path / "catalogue.sqlite")
    assert (tmp_path / "catalogue.sqlite").read_bytes() == content


def test_a_catalogue_of_a_newer_program_is_not_touched(catalogue: Catalogue) -> None:
    catalogue.set_meta("schema", str(SCHEMA + 1))
    with pytest.raises(CatalogueUnusable) as raised:
        Catalogue(catalogue.path)
    assert "schema" in str(raised.value.facts["detail"])


def test_a_data_folder_that_is_a_file_is_said_to_be_so(tmp_path: Path) -> None:
    (tmp_path / "donnees").write_text("")
    with pytest.raises(CatalogueUnusable):
        Catalogue(tmp_path / "donnees" / "catalogue.sqlite")


def test_each_thread_has_its_own_connection(catalogue: Catalogue) -> None:
    published(catalogue, "a.pdf", "Un.")
    seen: list[object] = []

    def look() -> None:
        seen.extend((catalogue.live_ids(FONDS), catalogue.connection is own))
        catalogue.close()

    own = catalogue.connection
    thread = threading.Thread(target=look)
    thread.start()
    thread.join()
    assert seen == [{"1.0"}, False]
    assert catalogue.live_ids(FONDS) == {"1.0"}


VERSIONS = 40


def _publish_versions(path: Path) -> None:
    catalogue = Catalogue(path)
    for version in range(VERSIONS):
        source = staged(catalogue, "tarifs.pdf", *(f"Version {version}." for _ in range(1, 6)))
        catalogue.purge(catalogue.publish([source]))


def test_while_one_process_writes_another_reads_whole_versions_only(tmp_path: Path) -> None:
    catalogue = Catalogue(tmp_path / "catalogue.sqlite")
    published(catalogue, "tarifs.pdf", *["Version 0."] * 5)
    process = multiprocessing.get_context("spawn").Process(
        target=_publish_versions, args=(catalogue.path,)
    )
    process.start()
    seen = set()
    while process.is_alive():
        rows = catalogue.connection.execute(
            "SELECT text FROM passages JOIN sources ON sources.id = source_id WHERE state = 'live'"
        ).fetchall()
        assert len(rows) == 5
        seen.add(rows[0]["text"])
        assert {row["text"] for row in rows} == {rows[0]["text"]}
    assert process.exitcode == 0
    assert len(seen) > 1
    assert len(catalogue.sources()) == 1


def test_of_several_values_remembered_at_once_none_stands_alone(catalogue: Catalogue) -> None:
    catalogue.set_metas({"a": "1", "b": "1"})
    with pytest.raises(sqlite3.Error):
        catalogue.set_metas({"a": "2", "b": object()})  # type: ignore[dict-item]
    assert (catalogue.meta("a"), catalogue.meta("b")) == ("1", "1")


def _open(path: Path) -> None:
    Catalogue(path).set_meta("pid", "x")


def test_two_processes_may_create_the_catalogue_at_once(tmp_path: Path) -> None:
    path = tmp_path / "catalogue.sqlite"
    context = multiprocessing.get_context("spawn")
    processes = [context.Process(target=_open, args=(path,)) for _ in range(3)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    assert [process.exitcode for process in processes] == [0, 0, 0]
    assert sqlite3.connect(path).execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_of_an_act_that_fills_thousands_of_passages_the_first_are_read(
    catalogue: Catalogue,
) -> None:
    source = published(catalogue, "a.pdf", "Un.")
    row = catalogue.passages_of_source(source)[0]
    columns = [one["name"] for one in catalogue.connection.execute("PRAGMA table_info(passages)")]
    names = ", ".join(columns)
    values = ", ".join({"id": "?2", "ordinal": "?3"}.get(name, name) for name in columns)
    with catalogue.writing() as writing:
        for ordinal in range(1, 5):
            writing.execute(
                f"INSERT INTO passages ({names}) SELECT {values} FROM passages WHERE id = ?1",
                (row.id, f"{row.id}{ordinal}", row.ordinal + ordinal),
            )
    assert len(catalogue.passages_of_record(row.record_id)) == 5
    assert [one.ordinal for one in catalogue.passages_of_record(row.record_id, 2)] == [0, 1]
