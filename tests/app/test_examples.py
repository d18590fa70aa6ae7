"""The questions of an empty page: asked before they are shown."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from app.answer import Desk
from app.assembly import open_desk
from app.citations import Answer, Citation, Quote, Sentence
from app.examples import FILE, FORMS, SHOWN, Examples, says_something
from app.journal.search import Sought, entries
from app.settings import load
from ingest.rows import RecordRow

ACT = RecordRow(
    7, 1, "deliberation", "2024/12", "2024-12", "2024-05-22", None,
    "Acquisition de la parcelle AB 217", None, None, "Délibération n° 2024/12 du 22 mai 2024",
    (), None, 1, 1,
)  # fmt: skip
DECIDES = "Le conseil municipal, après en avoir délibéré, approuve l'achat au prix de 27 600 €."


@pytest.fixture
def desk(own_town: Path) -> Iterator[Desk]:
    with open_desk(load(own_town)) as opened:
        yield opened


def found(desk: Desk) -> list[str]:
    while (shown := desk.examples()) is None:
        time.sleep(0.05)
    return shown


def answer(*texts: str, record: int = 7) -> Answer:
    cited = Citation(1, "", "f", "s", 1, str(record), Quote("", 1, 0, 1), False, None)
    return Answer("a", "q", "answered", tuple(Sentence(one, "verbatim", (1,)) for one in texts),
                  (cited,))  # fmt: skip


def test_each_example_is_answered_in_sentences_by_its_act(desk: Desk) -> None:
    shown = found(desk)
    assert 1 <= len(set(shown)) == len(shown) <= SHOWN
    cited = []
    for question in shown:
        given = desk.tried(question)
        assert given.status == "answered"
        assert all(len(one.text.split()) >= 8 for one in given.sentences)
        cited.append(given.citations[0].record_id)
    assert len(set(cited)) == len(cited)


def test_nobody_has_asked_the_examples(desk: Desk, own_town: Path) -> None:
    """They were tried without a line in the journal, and no word of an act is kept of them."""
    before = list(entries(own_town, Sought()))
    shown = found(desk)
    assert list(entries(own_town, Sought())) == before
    kept = (own_town / FILE).read_text("utf-8")
    assert shown
    assert not any(word in kept for word in shown[0].split() if len(word) > 4)


def test_they_are_looked_for_once_for_a_state_of_the_index(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown = found(desk)

    def never(*_: object) -> Any:
        raise AssertionError("looked for again")

    monkeypatch.setattr("app.examples.look_for", never)
    again = Examples()
    assert again.of(desk) == shown
    desk.catalogue.end_run(desk.catalogue.begin_run(), "done", {})
    monkeypatch.undo()
    assert again.of(desk) is None  # something may have changed
    again.end()


def test_an_act_that_is_withdrawn_is_no_longer_an_example(desk: Desk) -> None:
    shown = found(desk)
    act = desk.tried(shown[0]).citations[0]
    desk.catalogue.retire([act.source_id])
    assert shown[0] not in (desk.examples() or [])


def test_a_closed_fonds_gives_no_example(desk: Desk) -> None:
    assert found(desk)
    assert found(desk.within(frozenset({"ailleurs"}))) == []


@pytest.mark.parametrize(
    "said",
    [
        ["Acquisition de la parcelle AB 217"],
        ["Délibération n° 2024/12 - Acquisition de la parcelle AB 217 approuvée au prix de 3 €."],
        ["Parcelle AB 217 | 27 600 € | approuvée | 12 | 3 | 4 | 5"],
        [DECIDES, "Moins de 350 € 1,00 €\nDe 350 € à 599 € 2,30 €\nDe 600 € à 899 € 3,45 €"],
        [DECIDES, "Acquisition de la parcelle AB 217"],
        ["Madame le Maire propose d'approuver l'achat de la parcelle au prix de 27 600 €."],
        ["Le conseil approuve l'aide de 300 € que demandait Mme Dupont pour son loyer de mai."],
    ],
)  # fmt: skip
def test_titles_rows_and_people_are_no_answer(said: list[str]) -> None:
    assert not says_something(answer(*said), ACT, FORMS["act"])
    assert not says_something(answer(*said), ACT, FORMS["sum"])


def test_a_decision_of_the_act_itself_is_one() -> None:
    assert says_something(answer(DECIDES), ACT, FORMS["act"])
    assert says_something(answer(DECIDES), ACT, FORMS["sum"])
    assert not says_something(answer(DECIDES), ACT, FORMS["vote"])
    assert not says_something(answer(DECIDES, record=8), ACT, FORMS["act"])


def test_the_question_of_the_readme_gets_a_price(desk: Desk) -> None:
    readme = Path(__file__).parents[2].joinpath("README.md").read_text("utf-8")
    [question] = re.findall(r'greffe ask "([^"]+)"', readme)
    given = desk.tried(question)
    assert any("3,45 €" in one.text for one in given.sentences)
