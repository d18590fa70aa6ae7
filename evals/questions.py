"""Questions: what is asked, where the right answer stands, what it must say.

Three kinds of files are read, all JSON lines (the fields are described in `docs/mesures.md`), and
the first as a table in CSV too (evals/table_questions.py):
questions over records (file and page, strings the answer must hold), questions over the law
(article ids with grades) and known items (a title, the file it names).
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from evals import table_questions
from ingest.trouble import Trouble

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

T = TypeVar("T")


class QuestionsInvalid(Trouble):
    """A question file that cannot be read. Facts: path, detail (French, with the line)."""

    def __init__(self, path: Path, line: int, reason: str) -> None:
        detail = f"ligne {line}, {reason}" if line else reason
        super().__init__(path=path.name, detail=detail)
        self.path = path
        self.line = line  # 1-based; 0 when the file itself is the trouble
        self.reason = reason  # a French clause

    def __str__(self) -> str:
        return f"{self.path} : {self.facts['detail']}"


@dataclass(frozen=True, slots=True)
class Gold:
    """One right place: an article of law, a file, or a page of a file."""

    article_id: str | None = None  # `id` of the law file
    file: str | None = None  # path below the ingested folder
    page: int | None = None  # 1-based; None: any page of the file
    grade: int = 1  # 2: the very place; 1: inside a cited range


@dataclass(frozen=True, slots=True)
class Question:
    """One question with its gold."""

    id: str
    text: str
    gold: tuple[Gold, ...]  # empty: the records do not answer
    must: tuple[str, ...] | None = None  # strings a right answer holds; None: not an answer set
    after: str | None = None  # id of the question that this one follows up
    kind: str | None = None  # "amount", "vote", "followup" …
    collection: str | None = None  # commune
    scanned: bool | None = None  # the gold page is an image

    @property
    def answerable(self) -> bool:
        return bool(self.gold)


@dataclass(frozen=True, slots=True)
class QuestionSet:
    """The questions of one file, in its order."""

    name: str  # file name without ".jsonl"
    questions: tuple[Question, ...]

    def first(self, count: int) -> QuestionSet:
        """The first `count` questions; a follow-up never loses the question it follows."""
        return QuestionSet(self.name, self.questions[:count])


def read_questions(path: Path) -> QuestionSet:
    """Read one file: JSON lines, or a table where its name ends in « .csv ».

    Raises QuestionsInvalid, with the line, when the file cannot be opened, a line is not
    what it should be, an id comes twice, or `after` names no earlier question.
    """
    questions: dict[str, Question] = {}
    for line, row in _rows(path):
        try:
            question = _question(row)
            _check_place(question, questions)
        except _Malformed as trouble:
            raise QuestionsInvalid(path, line, str(trouble)) from None
        questions[question.id] = question
    if not questions:
        raise QuestionsInvalid(path, 0, "ce fichier ne contient aucune question")
    name = path.name.removesuffix(".jsonl").removesuffix(".csv")
    return QuestionSet(name, tuple(questions.values()))


class _Malformed(Exception):
    """What is wrong with a line, in French."""


def _rows(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    """Line number and object of each line that is not blank."""
    try:
        content = path.read_bytes()
    except OSError as trouble:
        reason = f"impossible de l'ouvrir ({trouble.strerror})"
        raise QuestionsInvalid(path, 0, reason) from trouble
    if path.suffix.lower() == ".csv":
        try:
            yield from table_questions.rows(content)
        except table_questions.TableInvalid as trouble:
            raise QuestionsInvalid(path, trouble.line, trouble.reason) from None
        return
    lines = content.split(b"\n")
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line.decode("utf-8-sig"))
        except ValueError as trouble:
            reason = f"ce n'est pas du JSON en UTF-8 ({trouble})"
            raise QuestionsInvalid(path, number, reason) from None
        if not isinstance(row, dict):
            raise QuestionsInvalid(path, number, "un objet JSON est attendu")
        yield number, row


def _question(row: dict[str, Any]) -> Question:
    must = row.get("must")
    return Question(
        id=_text(row, "id"),
        text=_text(row, "question"),
        gold=tuple(_gold(item) for item in _list(row, "gold")),
        must=None if must is None else tuple(_strings(row, "must")),
        after=_optional(row, "after", str),
        kind=_optional(row, "kind", str),
        collection=_optional(row, "collection", str),
        scanned=_optional(row, "scanned", bool),
    )


def _check_place(question: Question, earlier: dict[str, Question]) -> None:
    if question.id in earlier:
        raise _Malformed(f"l'identifiant « {question.id} » est déjà pris")
    if question.after is not None and question.after not in earlier:
        raise _Malformed(f"« after » nomme « {question.after} », qui ne précède pas")


def _gold(item: object) -> Gold:
    """A gold item: {"id": article, "grade"}, {"id": file, "grade"} or {"file", "page"}."""
    if not isinstance(item, dict):
        raise _Malformed("chaque élément de « gold » doit être un objet")
    name = _optional(item, "id", str)
    file = _optional(item, "file", str)
    if not (name or file):
        raise _Malformed("un élément de « gold » n'a ni « id » ni « file »")
    grade = _optional(item, "grade", int)
    grade = 1 if grade is None else grade
    page = _optional(item, "page", int)
    if grade < 1 or (page is not None and page < 1):
        raise _Malformed("« grade » et « page » commencent à 1")
    if name and "LEGI" in name:
        return Gold(article_id=name, grade=grade)
    return Gold(file=file or name, page=page, grade=grade)


def _text(row: dict[str, Any], key: str) -> str:
    value = row.get(key)
    if not isinstance(value, str) or not value.strip():
        raise _Malformed(f"« {key} » manque, ou n'est pas un texte")
    return value


def _list(row: dict[str, Any], key: str) -> list[object]:
    value = row.get(key)
    if not isinstance(value, list):
        raise _Malformed(f"« {key} » manque, ou n'est pas une liste")
    return value


def _strings(row: dict[str, Any], key: str) -> list[str]:
    values = _list(row, key)
    texts = [value for value in values if isinstance(value, str) and value.strip()]
    if len(texts) != len(values):
        raise _Malformed(f"« {key} » doit être une liste de textes")
    return texts


def _optional(row: dict[str, Any], key: str, kind: type[T]) -> T | None:
    """The value of `key` when it is there; a bool is not an int."""
    value = row.get(key)
    if value is None:
        return None
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        raise _Malformed(f"« {key} » n'a pas le type attendu")
    return value
