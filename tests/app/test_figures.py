"""The journal in figures: what is counted, what nobody can read there."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

from app.act_at import act_at
from app.journal.chain import writing
from app.journal.erase import erase_person
from app.journal.figures import EXAMINER, Cited, figures, shape
from tests.command_line import greffe

SILENT = "Quel est le tarif de la patinoire ?"


def ask(
    data: Path, day: str, who: str, status: str, *sentences: str, seconds: float = 0.5,
    question: str = SILENT, cited: str = "",
) -> None:  # fmt: skip
    """A line of the journal, as an answer leaves it."""
    parts: dict[str, object] = {"who": {"name": who}, "question": question}
    parts["cited"] = [["mairie", cited, 1], ["mairie", cited, 2]] if cited else []
    facts = {"status": status, "sentences": list(sentences), "seconds": seconds}
    with writing(data) as chain:
        chain.add("question", facts, parts, at=f"{day}T10:00:00.000+01:00")


def test_questions_are_counted_by_day_with_what_became_of_them(tmp_path: Path) -> None:
    ask(tmp_path, "2026-11-01", "marie", "answered", "verbatim", "unverified", cited="a.pdf")
    ask(tmp_path, "2026-11-02", "paul", "answered", "supported", seconds=12, cited="a.pdf")
    ask(tmp_path, "2026-11-02", "paul", "not_in_records")
    ask(tmp_path, "2026-11-03", "marie", "not_in_records", question=SILENT.lower() + " ")
    ask(tmp_path, "2026-11-03", EXAMINER, "answered", "verbatim", cited="b.pdf")
    found = figures(tmp_path, date(2026, 11, 1), date(2026, 11, 4))
    assert [(d, o.questions, o.refused) for d, o in found.lots.items()] == [
        ("2026-11-01", 1, 0), ("2026-11-02", 2, 1), ("2026-11-03", 1, 1), ("2026-11-04", 0, 0),
    ]  # fmt: skip
    assert (found.whole.proven, found.whole.sentences) == (2, 3)
    assert found.spans()["moins de 1 s"] == 3
    assert found.spans()["10 à 30 s"] == 1
    assert found.cited == [Cited("mairie", "a.pdf", "", 2)]  # two pages of an answer count once
    assert found.unanswered == [(SILENT.lower() + " ", 2, "2026-11-03")]
    before = figures(tmp_path, date(2026, 11, 1), date(2026, 11, 1))
    assert before.whole.questions == 1
    year = figures(tmp_path, date(2026, 1, 1), date(2026, 12, 31))
    assert (len(year.lots), year.lots["2026-11"].questions) == (12, 4)


def test_what_was_erased_is_a_number_and_no_more(tmp_path: Path) -> None:
    ask(tmp_path, "2026-11-01", "marie", "not_in_records")
    ask(tmp_path, "2026-11-01", "paul", "answered", "verbatim", cited="a.pdf")
    erase_person(tmp_path, "marie")
    found = figures(tmp_path, date(2026, 11, 1), date(2026, 11, 1))
    assert (found.whole.questions, found.whole.refused, found.unanswered) == (2, 1, [])
    assert "marie" not in str(shape(found))
    assert "paul" not in str(shape(found))


def test_the_command_gives_the_same_figures(tmp_path: Path) -> None:
    ask(tmp_path, "2026-11-01", "marie", "not_in_records")
    words = ("journal", "figures", "--since", "2026-11-01", "--until", "2026-11-02")
    found = figures(tmp_path, date(2026, 11, 1), date(2026, 11, 2))
    assert greffe(tmp_path, *words, "--json").json == shape(found)
    assert f"sans réponse, 1 fois, le 2026-11-01 : {SILENT}" in greffe(tmp_path, *words).out
    looks = greffe(tmp_path, "journal", "--kind", "search", "--json").lines  # before this one
    assert [one["what"]["how"] for one in looks] == ["figures", "figures"]


def test_a_folder_without_a_journal_has_no_figures(tmp_path: Path) -> None:
    found = figures(tmp_path, date(2026, 11, 1), date(2026, 11, 2))
    assert (found.whole.questions, found.median, found.p95) == (0, 0.0, 0.0)


def test_acts_are_counted_and_not_the_files_that_hold_several_by_their_name_of_today(
    own_town: Path,
) -> None:
    file = "proces-verbaux/compte-rendu-2022-05-18.html"
    one = "deliberations/2024-031_depots-sauvages.pdf"
    ask(own_town, "2026-11-01", "marie", "answered", "verbatim", cited=one)
    ask(own_town, "2026-11-01", "paul", "answered", "verbatim", cited=one)
    ask(own_town, "2026-11-01", "paul", "answered", "verbatim", cited=file)
    ask(own_town, "2026-11-01", "paul", "answered", "verbatim", cited="nulle-part.pdf")
    days = ("--since", "2026-11-01", "--until", "2026-11-01")
    found = greffe(own_town, "journal", "figures", *days, "--json").json["cited"]
    named = "Délibération n°\u00a02024-031 du 22\u00a0mai\u00a02024"
    assert found[0] == {"fonds": "mairie", "source": one, "act": named, "answers": 2}
    assert {"fonds": "mairie", "source": "nulle-part.pdf", "act": "", "answers": 1} in found
    assert f"cité 2 fois : {named} (mairie, {one})" in (
        greffe(own_town, "journal", "figures", *days).out
    )
    assert greffe(own_town, "withdraw", one, "--yes").code == 0
    again = greffe(own_town, "journal", "figures", *days).out
    assert "2024-031 du" not in again, "what was withdrawn is named nowhere"


class Shared:
    """A catalogue of one file whose first page two acts share, with the minutes over them."""

    def sources(self, state: str, fonds: str) -> list[Any]:
        return [SimpleNamespace(path="pv.pdf", id=1)] if fonds == "mairie" else []

    def articles_on(self, source_id: int, page: int) -> list[Any]:
        return []

    def records_on(self, source_id: int, page: int) -> list[Any]:
        acts = ["Délibération n° 1", "Délibération n° 2"][page - 1 :]
        minutes = SimpleNamespace(kind="proces_verbal", label="Procès-verbal")
        return [minutes, *(SimpleNamespace(kind="deliberation", label=one) for one in acts)]


def test_a_page_that_several_acts_share_names_none_of_them() -> None:
    named = act_at(cast(Any, Shared()))
    assert named("mairie", "pv.pdf", 1) == ""
    assert named("mairie", "pv.pdf", 2) == "Délibération n° 2"  # before the minutes
    assert named("mairie", "pv.pdf", 3) == "Procès-verbal"
    assert named("ailleurs", "pv.pdf", 2) == ""
