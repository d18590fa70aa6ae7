"""After a run, each new record is looked for by its own number and object."""

from pathlib import Path

import pytest

from ingest import findability
from tests.ingest.small_town import FONDS, SmallTown, small_town

DELIBERATION = (
    "Délibération n° 2025-{n:03d}\nObjet : {title}\n\n"
    "Le conseil municipal approuve.\nVote : 17 voix pour.\n"
)


def written(folder: Path, *titles: str) -> Path:
    folder.mkdir()
    for n, title in enumerate(titles, 1):
        (folder / f"{n}.txt").write_text(DELIBERATION.format(n=n, title=title))
    return folder


def reasons(town: SmallTown) -> list[str]:
    return [item["reason"] for item in findability.not_ready(town.catalogue)]


def test_acts_with_number_and_object_are_ready(tmp_path: Path) -> None:
    with small_town(tmp_path / "donnees") as town:
        report = town.run(written(tmp_path / "actes", "Achat d'un alambic", "Tarifs de l'eau"))
        assert (report.records, report.unfound) == (2, 0)
        assert reasons(town) == []


def test_a_text_without_number_or_object_is_listed(tmp_path: Path) -> None:
    folder = written(tmp_path / "actes", "Achat d'un alambic")
    (folder / "note.txt").write_text("il pleut sur la place.")
    with small_town(tmp_path / "donnees") as town:
        assert town.run(folder).unfound == 1
        assert findability.not_ready(town.catalogue) == [
            {"fonds": FONDS, "source": "note.txt", "label": "note.txt", "reason": "nameless"}
        ]
        (folder / "note.txt").unlink()
        town.run(folder)
        assert reasons(town) == []


def test_only_what_is_new_is_looked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = written(tmp_path / "actes", "Achat d'un alambic")
    looked: list[int] = []
    real = findability._look_for

    def watched(*args: object) -> int:
        looked.append(args[2])  # type: ignore[arg-type]
        return real(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(findability, "_look_for", watched)
    with small_town(tmp_path / "donnees") as town:
        town.run(folder)
        town.run(folder)
        assert len(looked) == 1
        (folder / "2.txt").write_text(DELIBERATION.format(n=2, title="Tarifs de l'eau"))
        town.run(folder)
        assert len(looked) == 2


def test_an_act_whose_words_the_index_has_lost_is_not_found(tmp_path: Path) -> None:
    folder = tmp_path / "actes"
    folder.mkdir()
    (folder / "a.csv").write_text(
        "COLL_NOM;DELIB_ID;DELIB_DATE;DELIB_OBJET\nValbourg;;2025-01-01;Achat d'un alambic\n"
    )
    with small_town(tmp_path / "donnees") as town:
        town.run(folder)
        town.indexes.lexical.clear()
        town.indexes.lexical.commit()
        town.catalogue.connection.execute("DELETE FROM looked_for")
        assert findability.look_for_new(town.catalogue, town.indexes, FONDS) == 1
        assert reasons(town) == ["not_found"]


def test_a_source_without_a_passage_is_not_ready(tmp_path: Path) -> None:
    with small_town(tmp_path / "donnees") as town:
        town.run(written(tmp_path / "actes", "Achat d'un alambic"))
        town.catalogue.connection.execute("DELETE FROM passages")
        assert reasons(town) == ["no_passage"]


def test_twenty_acts_of_one_object_hide_each_other(tmp_path: Path) -> None:
    folder = tmp_path / "actes"
    folder.mkdir()
    (folder / "pv.csv").write_text(
        "COLL_NOM;DELIB_ID;DELIB_DATE;DELIB_OBJET\n"
        + "".join(f"Valbourg;;2025-01-{n:02d};Questions diverses\n" for n in range(1, 31))
    )
    with small_town(tmp_path / "donnees") as town:
        town.run(folder)
        assert set(reasons(town)) <= {"homonyms"}
        assert len(reasons(town)) >= 10
