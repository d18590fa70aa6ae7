"""The figures of a run: they add up, and whoever reads them learns what is missing and why."""

import gzip
import json
import os
import time
import zipfile
from pathlib import Path

import pytest

from ingest import pipeline
from ingest.report import Report
from tests.ingest.small_town import SmallTown


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "actes"
    made.mkdir()
    for number in range(6):
        (made / f"note-{number}.txt").write_text(f"La note numéro {number} de la commune.\n")
    return made


def parts(report: Report) -> int:
    """The files of a run, whatever became of them."""
    aside = len(report.set_aside) + report.still_aside
    return (
        report.read + report.unchanged + report.moved + report.resumed + aside
        + len(report.kept_out)
    )  # fmt: skip


def test_what_was_found_is_the_sum_of_what_became_of_it(town: SmallTown, folder: Path) -> None:
    (folder / "vide.pdf").touch()
    (folder / os.fsdecode(b"ancien-\xe9.txt")).write_text("Un nom d'un autre temps.")
    with zipfile.ZipFile(folder / "lot.zip", "w") as archive:
        archive.writestr("a.txt", "Le conseil municipal décide de la cantine.")
        archive.writestr("b.pdf", "")
    first = town.run(folder)
    assert (first.found, first.read, len(first.set_aside)) == (9, 7, 2)
    assert parts(first) == first.found
    (folder / "note-0.txt").rename(folder / "autre.txt")
    second = town.run(folder)
    assert (second.unchanged, second.moved, second.still_aside) == (6, 1, 1)
    assert parts(second) == second.found == 9


def test_a_run_that_takes_up_another_counts_what_that_one_had_read(
    town: SmallTown, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*arguments: object) -> None:
        while len(town.catalogue.sources("staged")) < 6:
            time.sleep(0.01)  # the others are read meanwhile
        raise KeyboardInterrupt  # never in a string: Python would end this process by SIGINT

    with monkeypatch.context() as patched:
        patched.setattr(pipeline, "embed", interrupted)
        with pytest.raises(KeyboardInterrupt):
            town.run(folder)
    report = town.run(folder)
    assert (report.found, report.read, report.resumed, report.unchanged) == (6, 0, 6, 0)
    assert parts(report) == report.found
    assert (report.pages, report.passages) == (6, 6)
    assert (report.records, len(town.texts())) == (6, 6)


def test_a_file_named_alone_says_each_time_why_it_is_set_aside(
    town: SmallTown, folder: Path
) -> None:
    (folder / "vide.pdf").touch()
    town.run(folder)
    assert town.run(folder).left_aside == []
    for _ in range(2):
        report = town.run(folder / "vide.pdf")
        assert report.left_aside == [{"source": "vide.pdf", "reason": "empty", "detail": ""}]
        assert parts(report) == report.found == 1


def test_articles_that_a_file_names_without_their_text_are_counted_and_named(
    town: SmallTown, tmp_path: Path
) -> None:
    missing = "⚠️Missing data from [legifrance](https://www.legifrance.gouv.fr/codes)⚠️"
    texts = {"L1": "La commune est tenue d'entretenir ses chemins.", "L2": missing, "L3": missing}
    lines = [
        {"id": f"C/{num}", "num": num, "code": "Code", "text": text, "date_debut": "2001-01-01"}
        for num, text in texts.items()
    ]
    lines.append({**lines[1], "article": "C/L1", "date_debut": "1999-01-01",
                  "date_fin": "2000-01-01"})  # fmt: skip
    law = tmp_path / "loi.jsonl.gz"
    with gzip.open(law, "wt") as stream:
        stream.writelines(json.dumps(line) + "\n" for line in lines)
    report = town.run(law)
    [said] = report.partial
    assert said["source"] == "loi.jsonl.gz"
    assert said["warnings"] == [
        "2 articles dont le fichier ne donne pas le texte (gardés pour leurs dates) : L2, L3",
        "1 version passée dont le fichier ne donne pas le texte (gardée pour ses dates)",
    ]
    [source] = town.catalogue.sources("live")
    assert list(source.warnings) == said["warnings"]
    assert (report.records, len(town.texts()["loi.jsonl.gz"])) == (1, 1)


def test_what_a_walk_could_not_look_at_counts_as_set_aside_in_the_catalogue_too(
    town: SmallTown, folder: Path
) -> None:
    (folder / "vide.pdf").touch()
    (folder / "perdu.pdf").symlink_to(folder / "nulle-part.pdf")
    (folder / "dehors").symlink_to(folder.parent)
    (folder / os.fsdecode(b"ancien-\xe9.txt")).write_text("Un nom d'un autre temps.")
    report = town.run(folder)
    for _ in range(2):  # no run counts them twice, nor forgets them
        aside = town.catalogue.sources("set_aside")
        assert len(aside) == len(report.set_aside) + report.still_aside == 4
        report = town.run(folder)
    assert {one.path: one.reason for one in aside if one.shut} == {
        "ancien-\ufffd.txt": "bad_name", "dehors/": "outer_link", "perdu.pdf": "dead_link",
    }  # fmt: skip
    (folder / "perdu.pdf").unlink()
    (folder / "dehors").unlink()
    (folder / "dehors").mkdir()
    town.run(folder)
    assert {one.path for one in town.catalogue.sources("set_aside")} == {
        "ancien-\ufffd.txt", "vide.pdf",
    }  # fmt: skip
