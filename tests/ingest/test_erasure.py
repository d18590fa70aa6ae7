"""What is withdrawn is gone: from what readers see at once, then from every file we keep."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import tantivy
from numpy.typing import NDArray

from ingest import erasure, withdrawals
from ingest.objects import objects_of
from tests.canary import CANARY, traces, vector_traces
from tests.ingest.small_town import FONDS, SmallTown, WordHashes, small_town
from vectorstore.lexical import LEXICAL_VERSION

SECRET = f"Madame {CANARY} est relogée au 3 rue du Puits. " + " ".join(f"mot{n}" for n in range(40))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "actes"
    made.mkdir()
    for number in range(40):
        (made / f"note-{number}.txt").write_text(f"La commune décide, note {number}. " * 20)
    (made / "secret.txt").write_text(SECRET)
    return made


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "donnees"


@pytest.fixture
def town(data: Path, folder: Path) -> Iterator[SmallTown]:
    with small_town(data) as opened:
        # ids that no date or number in a store looks like by chance, as « 2.0 » does
        with opened.catalogue.writing() as connection:
            connection.execute("INSERT INTO sqlite_sequence VALUES ('sources', 918273645)")
        opened.run(folder)
        yield opened


def vector_of(town: SmallTown) -> NDArray[np.float32]:
    """The canary's vector, as Chroma was given it."""
    text = town.texts()["secret.txt"][0]
    source = next(s for s in town.catalogue.sources() if s.path == "secret.txt")
    heading = town.catalogue.passages_of_source(source.id)[0].heading
    raw = WordHashes().passages([f"{heading}\n{text}"])
    return town.indexes.centre.passages(raw)[0]


def withdrawn(town: SmallTown, path: str = "secret.txt") -> list[int]:
    chosen = [source for source in town.catalogue.sources() if source.path == path]
    return erasure.withdraw(
        town.catalogue, town.indexes, WordHashes.model_id, chosen, who="greffière"
    )


def frequency(town: SmallTown, data: Path) -> int:
    """In how many passages the lexical index knows the canary, deleted ones included."""
    terms = tantivy.Index.open(str(data / "lexical" / f"v{LEXICAL_VERSION}"))
    terms.reload()
    [term] = town.indexes.lexical.terms(CANARY)
    return terms.searcher().doc_freq("body", term)


def test_the_canary_is_seen_before(town: SmallTown, data: Path) -> None:
    assert "catalogue.sqlite" in " ".join(traces(data, CANARY))
    assert any(name.startswith("chroma/") for name in vector_traces(data, vector_of(town)))
    assert frequency(town, data) == 1


def test_deleting_alone_leaves_it_in_the_files(town: SmallTown, data: Path) -> None:
    vector = vector_of(town)
    source = next(s for s in town.catalogue.sources() if s.path == "secret.txt")
    erasure.remove(town.catalogue, town.indexes, FONDS, [source.id])
    assert town.found(CANARY) == set()
    assert vector_traces(data, vector)  # or there is no need to write anything anew


@pytest.mark.parametrize("cause", ["asked", "vanished", "replaced"])
def test_what_is_withdrawn_is_in_no_file(
    town: SmallTown, data: Path, folder: Path, cause: str
) -> None:
    vector = vector_of(town)
    source = next(s for s in town.catalogue.sources() if s.path == "secret.txt")
    if cause == "asked":
        withdrawn(town)
    elif cause == "vanished":
        (folder / "secret.txt").unlink()
        assert town.run(folder).withdrawn == 1
    else:
        (folder / "secret.txt").write_text("Le nom de cette personne a été ôté.")
        town.run(folder)
    assert town.found(CANARY) == set()
    assert traces(data, CANARY) == []
    assert traces(data / "chroma", f"{source.id}.0") == []  # its id: only the receipts' are kept
    assert vector_traces(data, vector) == []
    assert frequency(town, data) == 0
    assert town.agrees()
    assert len(town.texts()) == (41 if cause == "replaced" else 40)


def test_the_receipt_tells_what_went_and_not_what_it_said(town: SmallTown) -> None:
    [receipt] = withdrawals.withdrawals(town.catalogue, withdrawn(town))
    assert (receipt.fonds, receipt.path, receipt.cause) == (FONDS, "secret.txt", "asked")
    assert receipt.who == "greffière"
    assert receipt.removed == {"pages": 1, "records": 1, "passages": 1, "vectors": 1}
    assert len(receipt.sha256) == 64


def test_the_objects_of_what_is_withdrawn_are_known_until_all_is_erased(
    town: SmallTown, folder: Path, data: Path
) -> None:
    title = f"Relogement de Madame {CANARY}"
    (folder / "acte.txt").write_text(
        f"Délibération n° 2025-077\nObjet : {title}\n\nLe conseil décide de la reloger.\n"
    )
    town.run(folder)
    [id] = withdrawn(town, "acte.txt")
    withdrawn(town)
    assert withdrawals.objects(town.catalogue) == objects_of([title])
    assert traces(data, CANARY) == []
    withdrawals.mark_erased(town.catalogue, id, {})
    assert withdrawals.objects(town.catalogue) == set()


def test_a_text_that_another_file_holds_too_keeps_its_vector(town: SmallTown, folder: Path) -> None:
    text = (folder / "note-3.txt").read_text()
    (folder / "note-3.txt").write_text(text)
    (folder / "sous").mkdir()
    (folder / "sous" / "note-3.txt").write_text(text + " ")
    town.run(folder)
    [receipt] = withdrawals.withdrawals(town.catalogue, withdrawn(town, "note-3.txt"))
    assert receipt.removed["passages"] == 1
    assert "sous/note-3.txt" in town.texts()
    assert town.agrees()


def test_a_withdrawn_file_does_not_come_back_by_itself(
    town: SmallTown, folder: Path, data: Path
) -> None:
    withdrawn(town)
    for _ in range(2):
        report = town.run(folder)
        assert (report.kept_out, report.read) == (["secret.txt"], 0)
    (folder / "secret.txt").rename(folder / "autre-nom.txt")
    assert town.run(folder).kept_out == ["autre-nom.txt"]
    assert town.run(folder, retry=True).kept_out == ["autre-nom.txt"]
    assert traces(data, CANARY) == []


def test_it_comes_back_when_it_is_asked_for_by_name(town: SmallTown, folder: Path) -> None:
    withdrawn(town)
    report = town.run(folder / "secret.txt", restore=True)
    assert (report.restored, report.read) == (1, 1)
    assert town.found(CANARY) == {"secret.txt"}
    assert town.run(folder).kept_out == []
    assert withdrawals.withdrawals(town.catalogue)[0].restored


def test_what_a_file_was_before_its_corrections_is_known_whatever_it_is_called(
    town: SmallTown, folder: Path
) -> None:
    def content(path: str) -> str:
        return next(s.sha256 for s in town.catalogue.sources("live") if s.path == path)

    held = [content("secret.txt")]
    for text in ("Corrigé une fois.", "Corrigé deux fois."):
        (folder / "secret.txt").write_text(text)
        town.run(folder)
        held.append(content("secret.txt"))
    (folder / "secret.txt").rename(folder / "autre-nom.txt")
    (folder / "secret.txt").write_text("Un autre acte.")
    town.run(folder)
    assert content("autre-nom.txt") == held[2]
    assert town.catalogue.earlier(held[2]) == set(held[:2])
    assert town.catalogue.earlier(content("secret.txt")) == {held[2]}  # shown elsewhere
    assert town.catalogue.earlier(held[0]) == set()


def test_a_corrected_version_of_a_withdrawn_file_comes_in(town: SmallTown, folder: Path) -> None:
    withdrawn(town)
    (folder / "secret.txt").write_text("Une personne est relogée.")
    assert (town.run(folder).read, "secret.txt" in town.texts()) == (1, True)


def test_a_file_withdrawn_from_one_fonds_may_go_into_another(town: SmallTown, folder: Path) -> None:
    chosen = [source for source in town.catalogue.sources() if source.path == "secret.txt"]
    erasure.withdraw(town.catalogue, town.indexes, WordHashes.model_id, chosen, who="", scope=FONDS)
    assert withdrawals.kept_out(town.catalogue, FONDS)
    assert not withdrawals.kept_out(town.catalogue, "personnel")


def test_what_a_reader_once_said_of_it_goes_too(town: SmallTown, data: Path) -> None:
    run = town.catalogue.begin_run()
    said = {"source": "secret.txt", "reason": "damaged", "detail": f"ligne 1 : {CANARY}"}
    town.catalogue.end_run(run, "done", {"set_aside": [said]})
    withdrawn(town)
    assert traces(data, CANARY) == []


@pytest.mark.parametrize("step", ["purge", "compact", "renew", "replace", "scrub"])
def test_a_withdrawal_that_is_stopped_is_invisible_at_once_and_completed_by_the_next_run(
    town: SmallTown, folder: Path, data: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    vector = vector_of(town)
    holder = {"purge": town.catalogue, "compact": town.catalogue, "renew": town.indexes}.get(
        step, town.indexes.dense
    )

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(type(holder), step, stop)
        with pytest.raises(KeyboardInterrupt):
            withdrawn(town)
    assert "secret.txt" not in town.texts()
    assert town.found(CANARY) == set()
    assert withdrawals.owed(town.catalogue) == [FONDS]
    town.run(folder)
    assert withdrawals.owed(town.catalogue) == []
    assert traces(data, CANARY) == []
    assert vector_traces(data, vector) == []
    assert town.agrees()
