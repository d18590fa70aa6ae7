"""Run: questions go through the same door as the users', and leave their outcome."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from app.citations import Answer
from app.kinds import named
from evals.measures import Place, answer_values, search_values
from evals.report import Conditions, Outcome, Report

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from evals.questions import Question, QuestionSet

T = TypeVar("T")
DEPTH = 100  # hits asked for: what R@100 needs


class Talk(Protocol):
    """A conversation: questions and their answers so far."""

    def then(self, question: str, answer: Answer, /) -> Any: ...


class Desk(Protocol):
    """Where questions are asked."""

    def search(
        self, question: str, *, conversation: Any, fonds: Sequence[str] | None, limit: int
    ) -> Sequence[Place]: ...

    def ask(self, question: str, *, conversation: Any, fonds: Sequence[str] | None) -> Answer: ...


@dataclass(slots=True)
class _Sitting:
    """One set being put: conversations by the question that ended them."""

    desk: Desk
    opening: Talk  # the empty conversation
    fonds: Sequence[str] | None
    asked: frozenset[str]  # ids of the questions that get an answer
    searched: bool
    heard: dict[str, Talk] = field(default_factory=dict)  # questions alone, as `search --batch`
    talks: dict[str, Talk] = field(default_factory=dict)  # with their answers, as `ask --batch`
    answers: list[Answer] = field(default_factory=list)

    def put(self, name: str, question: Question) -> Outcome:
        """Ask, where the set judges answers; search, where there is something to find."""
        values: dict[str, float] = {}
        if question.id in self.asked:
            values |= self._ask(question)
        answer = self.answers[-1].id if values else ""
        values = self._search(question) | values
        rounded = {measure: round(value, 6) for measure, value in values.items()}
        return Outcome(name, question.id, groups(question), rounded, answer)

    def _ask(self, question: Question) -> dict[str, float]:
        talk = self.talks.get(question.after or "", self.opening)
        answer, seconds = timed(
            lambda: self.desk.ask(question.text, conversation=talk, fonds=self.fonds)
        )
        self.answers.append(answer)
        self.talks[question.id] = talk.then(question.text, answer)
        if question.must is None:
            return {}
        return answer_values(question, answer) | {"ask_s": seconds}

    def _search(self, question: Question) -> dict[str, float]:
        talk = self.heard.get(question.after or "", self.opening)
        silent = Answer(question.id, question.text, "answered")
        self.heard[question.id] = talk.then(question.text, silent)
        if not question.answerable or not self.searched:
            return {}
        hits, seconds = timed(
            lambda: self.desk.search(
                question.text, conversation=talk, fonds=self.fonds, limit=DEPTH
            )
        )
        return search_values(question, hits) | {"search_s": seconds}


def _asked(questions: Sequence[Question]) -> frozenset[str]:
    """Those whose answer is judged, and those that such a set follows up."""
    judged = {question.id for question in questions if question.must is not None}
    followed = {question.after for question in questions if question.after is not None}
    return frozenset(judged | followed if judged else ())


def evaluate(
    desk: Desk,
    sets: Sequence[QuestionSet],
    *,
    opening: Talk,
    fonds: Sequence[str] | None = None,
    asked: bool = True,
    searched: bool = True,
    settings: Mapping[str, str] | None = None,
    command: str = "",
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Report:
    """Put every question of every set to the desk.

    `opening` is the empty conversation; a question with `after` is asked in the conversation
    of the question it names, and searched after the words of that question alone, as
    `greffe ask --batch` and `greffe search --batch` do. Without `asked` only the search is
    measured, without `searched` only the answers. `settings` are the facts to keep beside
    the figures; `progress` is told the questions done and their total.
    """
    total = sum(len(one.questions) for one in sets)
    outcomes: list[Outcome] = []
    answers: list[Answer] = []
    for one in sets:
        ids = _asked(one.questions) if asked else frozenset()
        sitting = _Sitting(desk, opening, fonds, ids, searched, answers=answers)
        for question in one.questions:
            outcomes.append(sitting.put(one.name, question))
            progress(len(outcomes), total)
    return Report(
        date=datetime.now().astimezone().isoformat(timespec="seconds"),
        command=command,
        conditions=_conditions(answers, settings or {}),
        outcomes=tuple(outcomes),
    )


def groups(question: Question) -> dict[str, str]:
    """The groups that a question counts in."""
    found = {"kind": kind_of(question), "collection": question.collection}
    if question.scanned is not None and question.answerable:
        found["scanned"] = "oui" if question.scanned else "non"
    return {group: label for group, label in found.items() if label}


def kind_of(question: Question) -> str | None:
    """As the set labels it; without a label, by the words of a question whose answer is judged."""
    if question.kind or question.must is None:
        return question.kind
    return named(question.text) if question.answerable else "unanswerable"


def _conditions(answers: Sequence[Answer], settings: Mapping[str, str]) -> Conditions:
    """Each distinct value the answers carry, so that a change on the way is seen."""

    def seen(name: str) -> str:
        values = dict.fromkeys(str(getattr(answer, name)) for answer in answers)
        return ", ".join(value for value in values if value) or settings.get(name, "")

    names = ("model", "prompt_version", "generation")
    others = {key: value for key, value in settings.items() if key not in names}
    return Conditions(seen("model"), seen("prompt_version"), seen("generation"), others)


def timed(call: Callable[[], T]) -> tuple[T, float]:
    """What the call gives, and its seconds by the wall."""
    start = time.perf_counter()
    given = call()
    return given, time.perf_counter() - start
