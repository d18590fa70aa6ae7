"""From files on disk to passages that are found: each night, and only what changed."""

import os
import zipfile
from pathlib import Path

import pytest

from ingest import pipeline
from ingest.embedding import embed
from ingest.passages import CUTTING
from ingest.trouble import InputMissing, TooManyGone
from tests.ingest.small_town import SmallTown, small_town

CANTINE = "Le repas de cantine coûte 3,10 euros pour les familles de la commune."
MARCHE = "Le marché hebdomadaire se tient le mercredi matin sur la place."
EAU = "Le mètre cube d'eau potable est facturé 1,85 euro aux abonnés."


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "actes"
    (made / "2024").mkdir(parents=True)
    (made / "cantine.txt").write_text(CANTINE)
    (made / "2024" / "marche.txt").write_text(MARCHE)
    (made / "2024" / "vide.pdf").write_text("")
    return made


def test_the_first_run_reads_all_and_the_second_does_nothing(town: SmallTown, folder: Path) -> None:
    first = town.run(folder)
    assert (first.found, first.read, first.passages, first.embedded) == (3, 2, 2, 2)
    assert first.set_aside == [{"source": "2024/vide.pdf", "reason": "empty", "detail": ""}]
    assert town.texts() == {"cantine.txt": [CANTINE], "2024/marche.txt": [MARCHE]}
    assert town.found("cantine") == {"cantine.txt"}
    assert town.agrees()
    before = town.catalogue.live_ids("actes")
    second = town.run(folder)
    assert (second.unchanged, second.still_aside, second.read, second.embedded) == (2, 1, 0, 0)
    assert town.catalogue.live_ids("actes") == before


def test_a_changed_file_takes_the_place_of_the_old_in_one_step(
    town: SmallTown, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    town.run(folder)
    seen: list[dict[str, list[str]]] = []
    real = embed

    def watched(*args: object) -> int:
        seen.append(town.texts())  # the new version is read, and not published
        return real(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(pipeline, "embed", watched)
    (folder / "cantine.txt").write_text(CANTINE.replace("3,10", "3,40"))
    assert town.run(folder).read == 1
    assert [texts["cantine.txt"] for texts in seen] == [[CANTINE]]
    assert town.texts()["cantine.txt"] == [CANTINE.replace("3,10", "3,40")]
    assert len(town.catalogue.sources()) == 3
    assert town.agrees()


def test_a_vanished_file_is_withdrawn_and_no_longer_found(town: SmallTown, folder: Path) -> None:
    town.run(folder)
    (folder / "cantine.txt").unlink()
    (folder / "2024" / "vide.pdf").unlink()
    assert town.run(folder).withdrawn == 1
    assert town.found("cantine") == set()
    assert town.agrees()
    assert [source.path for source in town.catalogue.sources()] == ["2024/marche.txt"]


def test_a_moved_file_is_found_at_its_new_place_and_not_read_again(
    town: SmallTown, folder: Path
) -> None:
    town.run(folder)
    before = town.catalogue.live_ids("actes")
    (folder / "cantine.txt").rename(folder / "2024" / "tarifs.txt")
    report = town.run(folder)
    assert (report.moved, report.read, report.withdrawn) == (1, 0, 0)
    assert town.found("cantine") == {"2024/tarifs.txt"}
    assert town.catalogue.live_ids("actes") == before


def test_a_touched_file_is_neither_moved_nor_read(town: SmallTown, folder: Path) -> None:
    town.run(folder)
    os.utime(folder / "cantine.txt", ns=(1, 1))
    for _ in range(2):
        report = town.run(folder)
        assert (report.unchanged, report.moved, report.read) == (2, 0, 0)


def test_a_file_that_is_named_joins_the_fonds_and_nothing_is_withdrawn(
    town: SmallTown, folder: Path, tmp_path: Path
) -> None:
    town.run(folder)
    (tmp_path / "eau.txt").write_text(EAU)
    report = town.run(tmp_path / "eau.txt")
    assert (report.found, report.read, report.withdrawn) == (1, 1, 0)
    assert set(town.texts()) == {"cantine.txt", "2024/marche.txt", "eau.txt"}


def test_more_than_a_tenth_is_not_withdrawn_without_a_yes(town: SmallTown, folder: Path) -> None:
    for number in range(10):
        (folder / f"note-{number}.txt").write_text(f"Note de service numéro {number}.")
    town.run(folder)
    before = town.texts()
    for number in range(2):
        (folder / f"note-{number}.txt").unlink()
    with pytest.raises(TooManyGone) as raised:
        town.run(folder)
    assert raised.value.facts == {"fonds": "actes", "gone": 2, "total": 12}
    assert town.texts() == before
    last = town.catalogue.last_run()
    assert last is not None
    assert last["state"] == "failed"
    assert town.run(folder, yes=True).withdrawn == 2
    assert len(town.texts()) == 10


def test_a_share_that_is_not_mounted_withdraws_nothing(
    town: SmallTown, folder: Path, tmp_path: Path
) -> None:
    town.run(folder)
    folder.rename(tmp_path / "ailleurs")
    with pytest.raises(InputMissing):
        town.run(folder)
    folder.mkdir()
    with pytest.raises(TooManyGone):
        town.run(folder)
    assert len(town.texts()) == 2


def test_an_act_that_became_unreadable_serves_in_its_old_version(
    town: SmallTown, folder: Path
) -> None:
    town.run(folder)
    (folder / "cantine.txt").write_bytes(bytes(500))
    report = town.run(folder)
    assert [item["reason"] for item in report.set_aside] == ["misnamed"]
    assert town.texts()["cantine.txt"] == [CANTINE]
    (folder / "cantine.txt").write_text(EAU)
    town.run(folder)
    assert town.texts()["cantine.txt"] == [EAU]
    assert sorted(s.state for s in town.catalogue.sources()) == ["live", "live", "set_aside"]


def test_what_an_index_has_lost_or_has_too_much_is_put_right(town: SmallTown, folder: Path) -> None:
    town.run(folder)
    lost = sorted(town.catalogue.live_ids("actes"))[0]
    town.indexes.remove("actes", [lost])
    town.indexes.dense.add("actes", ["999.0", "999.1"], [[1.0] * 32] * 2)  # type: ignore[arg-type]
    town.indexes.commit()
    assert not town.agrees()
    town.run(folder)
    assert town.agrees()


def test_after_a_run_that_was_killed_a_passage_in_the_place_of_another_is_seen(
    town: SmallTown, folder: Path
) -> None:
    town.run(folder)
    lost = sorted(town.catalogue.live_ids("actes"))[0]
    town.indexes.dense.remove("actes", [lost])
    town.indexes.dense.add("actes", ["999.0"], [[1.0] * 32])  # type: ignore[arg-type]
    town.catalogue.begin_run("actes")  # and it never ended
    town.run(folder)
    assert town.agrees()


def test_new_rules_of_cutting_are_applied_to_what_was_read_before(
    town: SmallTown, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from ingest import plan

    town.run(folder)
    for module in (plan, pipeline):
        monkeypatch.setattr(module, "CUTTING", CUTTING + 1)
    report = town.run(folder)
    assert (report.read, report.embedded, report.unchanged) == (2, 0, 0)
    assert town.texts() == {"cantine.txt": [CANTINE], "2024/marche.txt": [MARCHE]}
    assert town.agrees()


def test_an_act_that_may_no_longer_be_looked_at_stays_published(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "actes"
    (folder / "grille").mkdir(parents=True)
    (folder / "a.txt").write_text("Le stade ouvre le lundi.")
    (folder / "grille" / "b.txt").write_text("La cantine ouvre le mardi.")
    seen = os.lstat

    def lstat(place: str) -> os.stat_result:  # a folder of mode 744
        if Path(place).parent.name == "grille":
            raise PermissionError(13, "Permission denied", str(place))
        return seen(place)

    with small_town(tmp_path / "donnees") as town:
        town.run(folder)
        monkeypatch.setattr(os, "lstat", lstat)
        report = town.run(folder)
        assert (report.unchanged, report.withdrawn) == (1, 0)
        assert [item["source"] for item in report.set_aside] == ["grille/b.txt"]
        assert set(town.texts()) == {"a.txt", "grille/b.txt"}


def test_the_files_of_an_archive_are_found_and_cited_each_on_its_page(
    town: SmallTown, folder: Path
) -> None:
    with zipfile.ZipFile(folder / "lot.zip", "w") as archive:
        archive.writestr("eau.txt", EAU)
        archive.writestr("2024/marche.txt", MARCHE)
        archive.writestr("plan.dwg", "AC1027")
    town.run(folder / "lot.zip")
    [source] = town.catalogue.sources("live")
    assert source.warnings == ("plan.dwg : {unknown_format}",)
    water, market = town.catalogue.passages_of_source(source.id)
    assert (water.text, water.page_first) == (EAU, 2)
    assert (market.text, market.page_first) == (MARCHE, 3)
    records = town.catalogue.records_of([water.record_id, market.record_id])
    assert [record.label for record in records.values()] == ["eau.txt", "2024/marche.txt"]
    assert town.found("potable") == {"lot.zip"}
    assert town.agrees()
