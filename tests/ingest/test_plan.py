"""What a run has to do: new, changed, moved, gone, set aside, resumed."""

import os
from pathlib import Path

import pytest

from ingest import ocr
from ingest.catalogue import Catalogue
from ingest.discover import sha256, walk
from ingest.pages import Document, Page
from ingest.passages import CUTTING
from ingest.plan import Plan, plan
from ingest.readers import READING
from ingest.records.record import Record, Span

FONDS = "actes"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "actes"
    made.mkdir()
    return made.resolve()


@pytest.fixture
def catalogue(tmp_path: Path) -> Catalogue:
    return Catalogue(tmp_path / "catalogue.sqlite")


def planned(catalogue: Catalogue, folder: Path, *, retry: bool = False) -> Plan:
    return plan(catalogue, FONDS, walk(folder), folder, retry)


def known(catalogue: Catalogue, file: Path, state: str = "live", reason: str = "", *,
          reading: int = READING, cutting: int = CUTTING, warnings: tuple[str, ...] = (),
          root: Path | None = None) -> int:  # fmt: skip
    """Put a file into the catalogue as it is now."""
    [found] = [f for f in walk(root or file.parent) if f.file == file]
    source = catalogue.stage(
        FONDS, found, sha256(file), "staged" if state == "live" else state, (reading, cutting), 1,
        reason,
    )  # fmt: skip
    document = Document((Page(1, "Un."),), None, warnings)
    catalogue.add_content(source, document, [Record(0, "autre", (Span(1, 0, 3),))], [])
    if state == "live":
        catalogue.publish([source])
    return source


def names(todo: Plan) -> list[str]:
    return [found.path for found, _ in todo.to_read]


def touch(file: Path) -> None:
    os.utime(file, ns=(1, 1))


def test_a_new_file_is_read_and_a_known_one_is_not(catalogue: Catalogue, folder: Path) -> None:
    (folder / "a.txt").write_text("un")
    (folder / "b.txt").write_text("deux")
    known(catalogue, folder / "a.txt")
    todo = planned(catalogue, folder)
    assert (names(todo), todo.unchanged, todo.found) == (["b.txt"], 1, 2)


def test_a_changed_file_is_read_even_when_its_size_is_the_same(
    catalogue: Catalogue, folder: Path
) -> None:
    (folder / "a.txt").write_text("un")
    known(catalogue, folder / "a.txt")
    (folder / "a.txt").write_text("nu")
    touch(folder / "a.txt")
    assert names(planned(catalogue, folder)) == ["a.txt"]


def test_a_file_with_another_time_and_the_same_content_is_unchanged(
    catalogue: Catalogue, folder: Path
) -> None:
    (folder / "a.txt").write_text("un")
    source = known(catalogue, folder / "a.txt")
    touch(folder / "a.txt")
    todo = planned(catalogue, folder)
    assert (todo.unchanged, names(todo), todo.moved) == (1, [], [])
    assert [source_id for source_id, _ in todo.touched] == [source]


def test_a_moved_file_keeps_its_passages(catalogue: Catalogue, folder: Path) -> None:
    (folder / "a.txt").write_text("un")
    source = known(catalogue, folder / "a.txt")
    (folder / "2024").mkdir()
    (folder / "a.txt").rename(folder / "2024" / "a.txt")
    todo = planned(catalogue, folder)
    assert [(i, found.path) for i, found in todo.moved] == [(source, "2024/a.txt")]
    assert (names(todo), todo.gone) == ([], [])


def test_two_copies_that_move_both_arrive(catalogue: Catalogue, folder: Path) -> None:
    ids = set()
    for name in "ab":
        (folder / f"{name}.txt").write_text("le même")
        ids.add(known(catalogue, folder / f"{name}.txt"))
    for name in "ab":
        (folder / f"{name}.txt").rename(folder / f"{name}2.txt")
    todo = planned(catalogue, folder)
    assert {source for source, _ in todo.moved} == ids
    assert {found.path for _, found in todo.moved} == {"a2.txt", "b2.txt"}
    assert (names(todo), todo.gone) == ([], [])


def test_two_copies_that_vanish_are_both_withdrawn(catalogue: Catalogue, folder: Path) -> None:
    ids = set()
    for name in "ab":
        (folder / f"{name}.txt").write_text("le même")
        ids.add(known(catalogue, folder / f"{name}.txt"))
        (folder / f"{name}.txt").unlink()
    (folder / "c.txt").write_text("autre")
    assert {source.id for source in planned(catalogue, folder).gone} == ids


def test_an_emptied_folder_has_lost_all_it_had(catalogue: Catalogue, folder: Path) -> None:
    (folder / "a.txt").write_text("un")
    source = known(catalogue, folder / "a.txt")
    (folder / "a.txt").unlink()
    assert [gone.id for gone in planned(catalogue, folder).gone] == [source]


def test_a_copy_that_is_named_alone_does_not_take_the_place_of_the_first(
    catalogue: Catalogue, folder: Path
) -> None:
    (folder / "a.txt").write_text("le même")
    known(catalogue, folder / "a.txt")
    (folder / "b.txt").write_text("le même")
    todo = plan(catalogue, FONDS, walk(folder / "b.txt"), None, False)
    assert (names(todo), todo.moved, todo.gone) == (["b.txt"], [], [])


def test_what_lies_in_a_folder_that_may_not_be_entered_is_not_gone(
    catalogue: Catalogue, folder: Path
) -> None:
    (folder / "rh").mkdir()
    (folder / "rh" / "a.txt").write_text("un")
    known(catalogue, folder / "rh" / "a.txt", root=folder)
    (folder / "rh" / "a.txt").unlink()
    assert len(planned(catalogue, folder).gone) == 1
    todo = plan(catalogue, FONDS, walk(folder), folder, False, ("rh/",))
    assert (todo.gone, todo.forgotten) == ([], [])


def test_a_stopped_run_is_taken_up_without_reading_again(
    catalogue: Catalogue, folder: Path
) -> None:
    (folder / "a.txt").write_text("un")
    source = known(catalogue, folder / "a.txt", "staged")
    todo = planned(catalogue, folder)
    assert (todo.to_resume, names(todo)) == ([source], [])


def test_a_file_set_aside_is_left_alone_until_it_changes_or_one_asks(
    catalogue: Catalogue, folder: Path
) -> None:
    (folder / "a.txt").write_text("un")
    known(catalogue, folder / "a.txt", "set_aside", "damaged")
    todo = planned(catalogue, folder)
    assert (len(todo.still_aside), names(todo)) == (1, [])
    assert names(planned(catalogue, folder, retry=True)) == ["a.txt"]
    (folder / "a.txt").write_text("réparé")
    assert names(planned(catalogue, folder)) == ["a.txt"]


def test_a_file_set_aside_that_was_taken_away_is_forgotten(
    catalogue: Catalogue, folder: Path
) -> None:
    for name, state in (("a.txt", "set_aside"), ("b.txt", "staged")):
        (folder / name).write_text(name)
        known(catalogue, folder / name, state, "damaged")
        (folder / name).unlink()
    todo = planned(catalogue, folder)
    assert sorted(todo.forgotten) == sorted(source.id for source in catalogue.sources())
    assert todo.gone == []


def test_a_changed_file_that_cannot_be_read_leaves_the_old_version_serving(
    catalogue: Catalogue, folder: Path
) -> None:
    (folder / "a.txt").write_text("un")
    known(catalogue, folder / "a.txt")
    (folder / "a.txt").write_text("abîmé")
    known(catalogue, folder / "a.txt", "set_aside", "damaged")
    todo = planned(catalogue, folder)
    assert (len(todo.still_aside), todo.gone, names(todo)) == (1, [], [])


def test_a_scan_is_read_as_soon_as_tesseract_is_there(
    catalogue: Catalogue, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "a.pdf").write_text("scan")
    (folder / "b.pdf").write_text("une page numérisée sur deux")
    known(catalogue, folder / "a.pdf", "set_aside", "ocr_missing")
    warning = f"pages numérisées non lues : 1 ; {ocr.MISSING}"
    known(catalogue, folder / "b.pdf", warnings=(warning,))
    (folder / "c.zip").write_text("une archive, un scan dedans")
    known(catalogue, folder / "c.zip", warnings=("scan.pdf : {ocr_missing}",))
    monkeypatch.setattr(ocr, "available", lambda: False)
    assert names(planned(catalogue, folder)) == []
    monkeypatch.setattr(ocr, "available", lambda: True)
    assert names(planned(catalogue, folder)) == ["a.pdf", "b.pdf", "c.zip"]


def test_better_readers_read_everything_again(catalogue: Catalogue, folder: Path) -> None:
    for name, state in (("a.txt", "live"), ("b.txt", "set_aside")):
        (folder / name).write_text(name)
        known(catalogue, folder / name, state, reading=READING - 1)
    assert names(planned(catalogue, folder)) == ["a.txt", "b.txt"]


def test_better_rules_of_cutting_do_not_ask_for_ocr_again(
    catalogue: Catalogue, folder: Path
) -> None:
    for name in ("a.pdf", "b.csv"):
        (folder / name).write_text(name)
        known(catalogue, folder / name, cutting=CUTTING - 1)
    todo = planned(catalogue, folder)
    assert [found.path for found, _ in todo.to_cut] == ["a.pdf"]
    assert names(todo) == ["b.csv"]
