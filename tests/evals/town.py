"""A town hall of four pages: a small real desk for the tests, with no index behind it.

It finds passages by the words they share with the question, and answers with the first one,
or refuses. A follow-up is read together with the question before it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from app.citations import Answer, Citation, Quote, Sentence
from evals.measures import compact


@dataclass(frozen=True)
class Passage:
    source: str
    page_first: int
    page_last: int
    text: str
    article_id: str | None = None


@dataclass(frozen=True)
class Talk:
    """The questions put so far."""

    questions: tuple[str, ...] = ()

    def then(self, question: str, answer: Answer) -> Talk:
        return Talk((*self.questions, question))


PASSAGES = (
    Passage("valmont/cm-2024.pdf", 2, 2, "Le tarif de la cantine est de 4,95 € par repas."),
    Passage("valmont/cm-2024.pdf", 3, 4, "Le marché de la voirie est attribué à Durand."),
    Passage("valmont/arrete-12.pdf", 1, 1, "Arrêté de circulation : rue des Lilas fermée."),
    Passage("cgct.jsonl", 7, 7, "Le maire préside le conseil.", "LEGITEXT1/L2121-14"),
)


@dataclass
class TownDesk:
    """Counts what it is asked, so that a test can say who asked what."""

    passages: tuple[Passage, ...] = PASSAGES
    asked: list[tuple[str, tuple[str, ...]]] = field(default_factory=list)
    searched: list[tuple[str, tuple[str, ...], int]] = field(default_factory=list)

    def search(
        self, question: str, *, conversation: Talk, fonds: object = None, limit: int = 10
    ) -> list[Passage]:
        self.searched.append((question, conversation.questions, limit))
        return self._nearest(question, conversation)[:limit]

    def ask(self, question: str, *, conversation: Talk, fonds: object = None) -> Answer:
        self.asked.append((question, conversation.questions))
        near = self._nearest(question, conversation)
        if not near:
            return Answer("1", question, "not_in_records", message="Rien.", model="extractif")
        return answered(question, near[0])

    def _nearest(self, question: str, conversation: Talk) -> list[Passage]:
        words = _words(" ".join([*conversation.questions, question]))
        shared = [(len(words & _words(passage.text)), passage) for passage in self.passages]
        ranked = sorted((pair for pair in shared if pair[0]), key=lambda pair: -pair[0])
        return [passage for _, passage in ranked]


def answered(question: str, *passages: Passage, status: str = "verbatim") -> Answer:
    """An answer that quotes these passages, one sentence each."""
    return Answer(
        id="1",
        question=question,
        status="answered",
        sentences=tuple(
            Sentence(passage.text, status, (number,))
            for number, passage in enumerate(passages, start=1)
        ),
        citations=tuple(cited(number, passage) for number, passage in enumerate(passages, start=1)),
        model="extractif",
        prompt_version="p1",
        generation="g1",
    )


def cited(number: int, passage: Passage) -> Citation:
    quote = Quote(passage.text, passage.page_first, 0, len(passage.text))
    return Citation(
        number, "acte", "f", passage.source, 1, "r", quote, False, None, passage.article_id
    )


def _words(text: str) -> set[str]:
    return {compact(word) for word in re.findall(r"\w{5,}", text)}
