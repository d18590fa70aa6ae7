"""Questions in JSON lines, answers in JSON lines, in order: a thousand cost one start."""

from __future__ import annotations

import json
import sys
from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ingest.trouble import Trouble

if TYPE_CHECKING:
    from app.conversation import Conversation


class BatchUnreadable(Trouble):
    """Facts: path, detail."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One line of a batch."""

    id: str
    question: str
    after: str | None  # id of the question that this one follows up


def unfit(question: str) -> str:
    """Why a question cannot be asked, as a French sentence; empty when it can."""
    from app.answer import LONGEST_QUESTION

    if not question.strip():
        return "La question est vide."
    if len(question) > LONGEST_QUESTION:
        return f"La question est trop longue ({LONGEST_QUESTION} caractères au plus)."
    if not is_text(question):
        return "La question contient un demi-caractère, qu'aucun texte ne peut contenir."
    return ""


def is_text(words: str) -> bool:
    """Whether UTF-8 can write it: JSON may hold half a character (« \\ud800 »), a text may not."""
    try:
        words.encode()
    except UnicodeEncodeError:
        return False
    return True


def problem(asked: Asked, known: Container[str]) -> str:
    """Why a line cannot be answered, as a French sentence; empty when it can.

    Args:
        asked: the line.
        known: ids of the lines before it.
    """
    wrong = unfit(asked.question)
    if wrong:
        return wrong
    if asked.after is not None and asked.after not in known:
        return f"La question suit « {asked.after} », qui n'est pas plus haut dans le lot."
    return ""


def in_turn(
    file: Path, talks: Mapping[str, Conversation]
) -> Iterator[tuple[Asked, Conversation, str]]:
    """Yield each line with the conversation that it goes on, and why it cannot be answered.

    Args:
        file: as for `read_batch`, which says what is raised.
        talks: by id of a line, the conversation after it: the caller adds each line's own.
    """
    from app.conversation import EMPTY

    for asked in read_batch(file):
        yield asked, talks.get(asked.after or "", EMPTY), problem(asked, talks)


def print_line(shape: Mapping[str, Any]) -> None:
    """One line of JSON on standard output, at once; half a character stays the escape it was."""
    line = json.dumps(shape, ensure_ascii=False).encode("utf-8", "backslashreplace").decode()
    print(line, flush=True)


def read_batch(file: Path) -> Iterator[Asked]:
    """Yield the questions of a file; `-` is standard input, read as it comes.

    Raises:
        BatchUnreadable: no such file, or a line without id and question.
    """
    try:
        if str(file) == "-":
            yield from _lines(sys.stdin, "-")
            return
        with file.open(encoding="utf-8-sig") as stream:
            yield from _lines(stream, str(file))
    except (OSError, UnicodeDecodeError) as error:
        raise BatchUnreadable(path=str(file), detail=str(error)) from error


def _lines(stream: Iterator[str], name: str) -> Iterator[Asked]:
    for number, line in enumerate(stream, 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            after = row.get("after")
            asked = Asked(
                str(row["id"]), str(row["question"]), None if after is None else str(after)
            )
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise BatchUnreadable(path=name, detail=f"ligne {number} : {error}") from error
        yield asked
