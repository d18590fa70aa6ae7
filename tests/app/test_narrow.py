"""A search that somebody narrowed finds nothing else, and says that it was narrowed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.answer import Desk
from app.assembly import open_desk
from app.curated import Curated
from app.errors import sentence
from app.journal.search import entry_of
from app.narrowed import PeriodRefused, narrow_of
from app.settings import load
from tests.command_line import greffe
from vectorstore.narrow import EVERYTHING, Narrow

FINE = "Quelle est l'amende maximale pour un dépôt sauvage ?"
LIST = "Quelles délibérations ont été votées en 2024 ?"


@pytest.fixture
def desk(own_town: Path) -> Iterator[Desk]:
    with open_desk(load(own_town)) as opened:
        yield opened


def test_only_acts_of_the_kind_and_of_the_period_are_found(desk: Desk) -> None:
    assert {one.kind for one in desk.ask(FINE).citations} == {"deliberation"}
    for narrow in (Narrow(("arrete",)), Narrow((), "2025-01-01"), Narrow((), "", "2023-12-31")):
        answer = desk.ask(FINE, narrow=narrow)
        found = (*answer.citations, *answer.nearest)
        assert found
        assert all(map(narrow.fits, found))
    same = desk.ask(FINE, narrow=Narrow(("deliberation",), "2024-01-01", "2024-12-31"))
    assert same.text == desk.ask(FINE).text


def test_the_commands_narrow_as_the_page_does(town: Path) -> None:
    asked = greffe(town, "ask", FINE, "--kind", "arrete", "--since", "2020", "--json")
    answer = asked.json
    assert answer["notes"][-1].startswith("Recherche limitée : arrêtés ; depuis le 01/01/2020.")
    assert answer["text"] != greffe(town, "ask", FINE, "--json").json["text"]
    found = greffe(town, "search", FINE, "--kind", "arrete", "--until", "2024", "--json")
    assert {hit["record"]["kind"] for hit in found.json["hits"]} == {"arrete"}
    line = json.dumps({"id": "a", "question": FINE})
    batch = greffe(town, "ask", "--batch", "-", "--until", "2001", stdin=f"{line}\n")
    assert batch.lines[0]["status"] == "not_in_records"


def test_a_kind_or_a_year_that_is_none_is_said_so(town: Path) -> None:
    wrong = greffe(town, "ask", FINE, "--kind", "arrêtés")
    assert wrong.code == 2
    assert "La nature « arrêtés » n'existe pas ; il y a deliberation, arrete" in wrong.err
    backwards = greffe(town, "search", FINE, "--since", "2022", "--until", "20")
    assert backwards.code == 2
    assert "de « 2022 » à « 20 »" in backwards.err


def test_a_list_holds_no_act_of_another_kind_or_time(desk: Desk) -> None:
    every = desk.ask(LIST).citations
    late = desk.ask(LIST, narrow=Narrow((), "2024-06-01")).citations
    assert 0 < len(late) < len(every)
    assert [one.date for one in late] == [d.date for d in every if (d.date or "") >= "2024-06-01"]


def test_the_answer_says_for_ever_what_was_left_out(desk: Desk) -> None:
    answer = desk.ask(FINE, narrow=Narrow(("arrete",), "2020-01-01", "2020-12-31"))
    assert answer.status == "not_in_records"
    said = "Recherche limitée : arrêtés ; du 01/01/2020 au 31/12/2020."
    assert answer.notes[-1].startswith(said)
    assert "élargissez" in answer.notes[-1]
    kept = entry_of(desk.data, "question", answer.id)
    assert kept is not None
    assert kept.parts["answer"]["notes"] == list(answer.notes)
    assert desk.ask(FINE).notes == ()


def test_a_validated_answer_is_not_given_past_the_limits(desk: Desk) -> None:
    kept = entry_of(desk.data, "question", desk.ask(FINE).id)
    assert kept is not None
    Curated(desk.data).add(kept, "anne", "Anne", desk.catalogue)
    assert desk.ask(FINE, narrow=Narrow((), "2024-01-01")).validated is not None
    assert desk.ask(FINE, narrow=Narrow((), "2025-01-01")).validated is None


@pytest.mark.parametrize(
    ("sent", "meant"),
    [
        ((None, None, None), EVERYTHING),
        ((["arrete", "x", 3], "", " 2022 "), Narrow(("arrete",), "", "2022-12-31")),
        (("arrete", {}, 7), EVERYTHING),
        (([], "2020", "2020"), Narrow((), "2020-01-01", "2020-12-31")),
    ],
)
def test_what_the_page_sends_is_read_or_left_out(
    sent: tuple[object, object, object], meant: Narrow
) -> None:
    assert narrow_of(*sent) == meant


@pytest.mark.parametrize("years", [("2024", "2020"), ("20", ""), ("", "avant"), ("٢٠٢٤", "")])
def test_years_that_mean_nothing_are_said_so(years: tuple[str, str]) -> None:
    with pytest.raises(PeriodRefused) as raised:
        narrow_of([], *years)
    said = sentence(raised.value)
    assert said is not None
    assert "période" in said.happened
