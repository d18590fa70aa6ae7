"""The examiner sits at the users' desk, and signs the journal as what it is."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from app.citations import Answer
from app.conversation import EMPTY
from evals.opening import EXAMINER, ExaminerDesk, Spot
from ingest.records.record import Span
from ingest.rows import PassageRow, RecordRow, Source
from vectorstore.fusion import Evidence
from vectorstore.retriever import Hit


def hit() -> Hit:
    source = Source(1, "droit", "/srv", "code/cgct.jsonl", 9, 9, "sha", "live", 1, 1, "", "", ())
    record = RecordRow(
        7, 1, "article", "L2121-14", None, None, None, None, None, "LEGITEXT1/L2121-14",
        "Article L. 2121-14", (), None, 7, 8,
    )  # fmt: skip
    spans = (Span(7, 0, 4), Span(8, 0, 4))
    passage = PassageRow("p", 1, 7, 0, "", "Le maire préside.", spans, 7, 8, "sha")
    return Hit(1, 0.9, "droit", source, record, passage, Evidence(dense=0.9, lexical=0.1))


@dataclass
class Counter:
    """Notes how it is asked."""

    calls: list[dict[str, Any]] = field(default_factory=list)

    def search(self, question: str, **how: Any) -> list[Hit]:
        self.calls.append(how)
        return [hit()]

    def ask(self, question: str, **how: Any) -> Answer:
        self.calls.append(how)
        return Answer("1", question, "not_in_records")


def test_a_hit_is_reduced_to_its_place() -> None:
    desk = ExaminerDesk(Counter())  # type: ignore[arg-type]
    found = desk.search("Qui préside ?", conversation=EMPTY, fonds=None, limit=100)
    assert found == [Spot("code/cgct.jsonl", 7, 8, "LEGITEXT1/L2121-14")]


def test_the_journal_knows_an_examiner_from_an_agent() -> None:
    counter = Counter()
    desk = ExaminerDesk(counter)  # type: ignore[arg-type]
    desk.ask("Qui préside ?", conversation=EMPTY, fonds=["droit"])
    assert counter.calls == [{"conversation": EMPTY, "fonds": ["droit"], "who": EXAMINER}]
