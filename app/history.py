"""The conversations of one person, as the journal keeps them: listed, searched, named, erased.

A conversation is called by the id of its first answer. What is erased here is what was asked and
answered; who asked, when, and which pages were cited stay until the journal's own time is over.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from app.access.reader import Reader
from app.citations import Answer, Sentence
from app.conversation import Conversation
from app.curated import citation
from app.journal.chain import folder_of, writing
from app.journal.entries import Journal, names_of
from app.journal.erase import erase_lines
from app.journal.words import Words, opened
from app.replay import FOUND, AnswerUnknown, Replay, replayed
from ingest.catalogue import Catalogue
from ingest.records.fold import fold
from ingest.trouble import Trouble

INFORMED = "informed"  # kind of the line by which somebody says that they read the uses
NAMED = "named"  # kind of the line by which a conversation is given a name
TALK = "talk"  # part of a question's line: the answer, its conversation, what came of it
LONGEST_NAME = 200  # characters
_GONE = 0  # no source has this id
_ERASED = ("question", "answer", "passages", "what", TALK)


class TalkUnknown(Trouble):
    """Who asks has no such conversation. Facts: id."""


@dataclass(frozen=True, slots=True)
class Turn:
    """A question of a conversation."""

    n: int  # line of the journal
    answer: str  # id
    at: str
    question: str
    status: str


@dataclass(frozen=True, slots=True)
class Talk:
    """A conversation."""

    id: str
    turns: tuple[Turn, ...]  # oldest first
    name: str = ""  # given by hand
    named: tuple[int, ...] = ()  # lines that gave it names

    @property
    def asked(self) -> tuple[Turn, ...]:
        """Its questions, one asked again at once by its last answer alone."""
        follows = (*self.turns[1:], None)
        return tuple(
            turn
            for turn, after in zip(self.turns, follows, strict=True)
            if after is None or not same_question(turn.question, after.question)
        )

    @property
    def title(self) -> str:
        """Its name, or its first question."""
        return self.name or self.turns[0].question


def talks(data: Path, who: str, text: str = "") -> list[Talk]:
    """The conversations of somebody, the one that went on last first; with these words, if any."""
    if not folder_of(data).is_dir():
        return []
    with opened(folder_of(data)) as words:
        found = _gathered(words, names_of(data, who))
    sought = fold(text.strip())
    if sought:
        found = [one for one in found if sought in fold(_said(one))]
    return sorted(found, key=lambda one: one.turns[-1].n, reverse=True)


def talk(data: Path, who: str, id: str) -> Talk:
    """One conversation of somebody. Raises TalkUnknown."""
    found = next((one for one in talks(data, who) if one.id == id), None)
    if found is None:
        raise TalkUnknown(id=id)
    return found


def was_informed(data: Path, who: str) -> bool:
    """Whether somebody has said that they read what it may be used for, and it still stands."""
    if not folder_of(data).is_dir():
        return False
    with opened(folder_of(data)) as words:
        return any(words.lines_of((INFORMED,), names_of(data, who)))


def name_talk(journal: Journal, who: str, id: str, name: str) -> None:
    """Give a conversation a name; an empty one takes it away. Raises TalkUnknown."""
    talk(journal.data, who, id)
    name = " ".join(name.split())[:LONGEST_NAME]
    journal.note(NAMED, who, id=id, parts={"what": {"talk": id, "title": name}})


def erase_talk(data: Path, who: str, id: str) -> int:
    """Erase what was asked and answered in a conversation. How many lines. Raises TalkUnknown.

    Its bytes are overwritten where they stand (`secure_delete`): to write the file anew, 900 MB for
    100,000 questions, would hold up everybody.
    """
    found = talk(data, who, id)
    lines = [turn.n for turn in found.turns] + list(found.named)
    with writing(data) as chain:
        return erase_lines(chain, lines, _ERASED, "own").lines


def conversation_of(
    data: Path, catalogue: Catalogue, reader: Reader, id: str, most: int
) -> Conversation:
    """A conversation to be gone on with: its last turns that may still be read.

    Citations lead to where the same content stands today. Raises TalkUnknown.
    """
    taken: list[tuple[str, Answer]] = []
    for turn in talk(data, reader.login, id).asked[-most:]:
        try:
            found = replayed(data, catalogue, turn.answer, reader)
        except AnswerUnknown:  # a fonds was closed meanwhile
            continue
        if found.entry.parts.get("answer"):
            taken.append((turn.question, _answer(found, catalogue)))
    return Conversation(tuple(taken), id)


def _gathered(words: Words, names: set[str]) -> list[Talk]:
    """What stands of each conversation."""
    turns: dict[str, list[Turn]] = {}
    given: dict[str, list[tuple[int, str]]] = {}
    for n, at, parts in words.lines_of(("question", NAMED), names):
        about, what = parts.get(TALK), parts.get("what")
        if about and parts.get("question"):
            turn = Turn(n, about["answer"], at, parts["question"], about["status"])
            turns.setdefault(about["talk"] or about["answer"], []).append(turn)
        elif what:
            given.setdefault(what["talk"], []).append((n, what["title"]))
    return [
        Talk(id, tuple(said), _last(given.get(id, ())), tuple(n for n, _ in given.get(id, ())))
        for id, said in turns.items()
    ]


def same_question(one: str, other: str) -> bool:
    """Whether two questions differ by case, accents, spaces and the sign at the end alone."""
    return _folded(one) == _folded(other)


def _folded(question: str) -> str:
    return fold(" ".join(question.split())).rstrip(" ?.!")


def _last(named: Sequence[tuple[int, str]]) -> str:
    return named[-1][1] if named else ""


def _said(found: Talk) -> str:
    return "\n".join([found.name, *(turn.question for turn in found.turns)])


def _answer(found: Replay, catalogue: Catalogue) -> Answer:
    entry: Any = found.entry
    said = entry.parts["answer"]
    citations = [
        citation(kept, again.source if again.state == "same" else None, catalogue)
        for kept, again in found.citations
    ]
    answer = Answer(
        id=entry.id, question=entry.parts["question"], status=entry.facts["status"],
        sentences=tuple(
            Sentence(one["text"], one["status"], tuple(one["citations"]))
            for one in said["sentences"]
        ),
        citations=tuple(citations), message="" if said["sentences"] else said["text"],
        model=entry.facts["model"], notes=tuple(said["notes"]),
        searched=tuple(sorted(entry.rests_on or ())),
    )  # fmt: skip
    read = dict.fromkeys(
        again.source.id if again.source and again.state in FOUND else _GONE
        for _, again in found.passages
    )
    return replace(answer, read=tuple(read)) if answer.unproved else answer
