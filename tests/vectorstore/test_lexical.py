"""The lexical index: what it finds, and what becomes of a damaged one."""

from dataclasses import replace
from pathlib import Path

import pytest

from app.errors import NO_INDEX, sentence
from ingest.catalogue import Catalogue
from tests.ingest.catalogue_town import FONDS, published
from vectorstore.indexes import refill
from vectorstore.lexical import LEXICAL_VERSION, Lexical, LexicalUnusable

FINE = "Le dépôt sauvage est puni d'une amende de 12 euros."


@pytest.fixture
def catalogue(tmp_path: Path) -> Catalogue:
    return Catalogue(tmp_path / "catalogue.sqlite")


@pytest.fixture
def folder(tmp_path: Path, catalogue: Catalogue) -> Path:
    """The index of one act with two points."""
    published(catalogue, "a.pdf", FINE, "La cantine ouvre.")
    lexical = Lexical.for_writing(tmp_path / "lexical")
    refill(lexical, catalogue)
    return tmp_path / "lexical"


def ids(lexical: Lexical, words: str) -> list[str]:
    return [passage for passage, _ in lexical.search([FONDS], words, 9)]


@pytest.mark.parametrize("damage", ["meta.json", "*.store", "*.term", "*.idx", "absent", "old"])
def test_a_damaged_index_is_told_to_readers_and_made_again_by_the_next_run(
    folder: Path, catalogue: Catalogue, damage: str
) -> None:
    ours = folder / f"v{LEXICAL_VERSION}"
    if damage == "absent":
        (ours / "meta.json").unlink()
    elif damage == "old":
        ours.rename(folder / "v1")
    else:
        for file in ours.glob(damage):
            file.write_bytes(file.read_bytes()[:20])
    before = sorted(folder.rglob("*"))
    with pytest.raises(LexicalUnusable) as raised:
        Lexical(folder)
    assert sorted(folder.rglob("*")) == before  # a reader deletes nothing, and makes nothing
    said = sentence(raised.value)
    assert said is not None
    assert said.code == NO_INDEX
    assert "greffe ingest" in said.todo
    again = Lexical.for_writing(folder)
    assert again.count() == 0
    refill(again, catalogue)
    assert ids(Lexical(folder), "amende") == ["1.0"]
    assert [path.name for path in folder.iterdir()] == [ours.name]


def test_an_index_that_is_damaged_while_it_serves_is_told_too(folder: Path) -> None:
    lexical = Lexical(folder)
    (folder / f"v{LEXICAL_VERSION}" / "meta.json").write_text("{")
    with pytest.raises(LexicalUnusable):
        ids(lexical, "amende")


def test_a_sum_in_a_question_is_not_the_number_of_an_act(
    folder: Path, catalogue: Catalogue
) -> None:
    lexical = Lexical(folder)
    canteen = catalogue.passages_of_source(1)[1]
    record = catalogue.record(canteen.record_id)
    assert record is not None
    lexical.add(FONDS, [(replace(canteen, heading=""), replace(record, number_key="12"))])
    lexical.commit()
    assert ids(lexical, "une amende de 12 euros") == ["1.0"]


def test_to_remove_nothing_takes_no_lock(folder: Path) -> None:
    first, second = Lexical(folder), Lexical(folder)
    first.remove(FONDS, ["1.1"])  # holds tantivy's lock until it commits
    second.remove(FONDS, [])
    first.commit()
    assert second.ids(FONDS) == {"1.0"}


def test_an_index_begun_anew_holds_every_fonds(catalogue: Catalogue, tmp_path: Path) -> None:
    published(catalogue, "a.pdf", FINE)
    catalogue.connection.execute("UPDATE sources SET fonds = 'droit'")
    published(catalogue, "b.pdf", "La cantine ouvre.")
    lexical = Lexical.for_writing(tmp_path / "lexical")
    refill(lexical, catalogue)
    assert (lexical.ids("droit"), lexical.ids(FONDS)) == ({"1.0"}, {"2.0"})


@pytest.mark.parametrize(
    ("written", "asked"),
    [
        ("MODIFICATION SIMPLIFIEE", "modification simplifiée"),
        ("SECURITE, INDEMNITES", "sécurité, indemnités"),
        ("425€ concession 50ANS", "425 € concession 50 ans"),
        ("VISITE DU SITE", "visite du site"),
    ],
)
def test_what_is_written_without_accents_or_space_is_the_same(
    folder: Path, written: str, asked: str
) -> None:
    index = Lexical(folder)
    assert index.terms(written) == index.terms(asked)
