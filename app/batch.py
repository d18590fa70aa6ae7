"""Questions in JSON lines, answers in JSON lines, in order: a thousand cost one start."""

from __future__ import annotations

import json
import sys
from collections.abc import Container, Iterator
from dataclasses import dataclass
from pathlib import Path

from ingest.trouble import Trouble


class BatchUnreadable(Trouble):
    """Facts: path, detail."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One line of a batch."""

    id: str
    question: str
    after: str | None  # id of the question that this one follows up


def problem(asked: Asked, known: Container[str], longest: int) -> str:
    """Why a line cannot be answered, as a French sentence; empty when it can.

    Args:
        asked: the line.
        known: ids of the lines before it.
        longest: characters that a question may have.
    """
    if not asked.question.strip():
        return "La question est vide."
    if len(asked.question) > longest:
        return f"La question est trop longue ({longest} caractères au plus)."
    if asked.after is not None and asked.after not in known:
        return f"La question suit « {asked.after} », qui n'est pas plus haut dans le lot."
    return ""


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
