"""Questions in JSON lines, answers in JSON lines, in order: a thousand cost one start."""

from __future__ import annotations

import codecs
import json
import sys
from collections import Counter
from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
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

    id: object  # as given: a text, a number, null
    question: str
    after: str | None  # key of the question that this one follows up
    wrong: str = ""  # why the line is no question, in French

    @property
    def key(self) -> str:
        """Under which `after` finds it; nothing finds what has no id."""
        return "" if self.id is None else str(self.id)


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


def problem(asked: Asked, known: Container[str], twice: Container[str] = ()) -> str:
    """Why a line cannot be answered, as a French sentence; empty when it can.

    Args:
        asked: the line.
        known: keys of the questions before it.
        twice: keys that several lines before it have.
    """
    wrong = asked.wrong or unfit(asked.question)
    if wrong:
        return wrong
    if asked.after is not None and asked.after in twice:
        return f"La question suit « {asked.after} », que plusieurs lignes du lot portent."
    if asked.after is not None and asked.after not in known:
        return f"La question suit « {asked.after} », qui n'est pas plus haut dans le lot."
    return ""


def in_turn(
    file: Path, talks: Mapping[str, Conversation]
) -> Iterator[tuple[Asked, Conversation, str]]:
    """Yield each line with the conversation that it goes on, and why it cannot be answered.

    Args:
        file: as for `read_batch`, which says what is raised.
        talks: by key of a line, the conversation after it: the caller adds each line's own.
    """
    from app.conversation import EMPTY

    seen: Counter[str] = Counter()
    for asked in read_batch(file):
        twice = {key for key in (asked.after,) if key is not None and seen[key] > 1}
        yield asked, talks.get(asked.after or "", EMPTY), problem(asked, talks, twice)
        seen[asked.key] += 1


def print_line(shape: Mapping[str, Any]) -> None:
    """One line of JSON on standard output, at once; half a character stays the escape it was."""
    line = json.dumps(shape, ensure_ascii=False).encode("utf-8", "backslashreplace").decode()
    print(line, flush=True)


def read_batch(file: Path) -> Iterator[Asked]:
    """Yield the lines of a file; `-` is standard input, read as it comes.

    A line that is no question is yielded too, with what is wrong with it.

    Raises:
        BatchUnreadable: no such file, or it is UTF-16.
    """
    try:
        if str(file) == "-":
            yield from _lines(_standard_input(), "-")
            return
        with file.open("rb") as stream:
            yield from _lines(stream, str(file))
    except OSError as error:
        raise BatchUnreadable(path=str(file), detail=str(error)) from error


def _standard_input() -> Iterable[bytes]:
    stream: Iterable[bytes] | None = getattr(sys.stdin, "buffer", None)
    return stream or (line.encode("utf-8", "surrogatepass") for line in sys.stdin)


def _lines(stream: Iterable[bytes], name: str) -> Iterator[Asked]:
    for number, raw in enumerate(stream, 1):
        if number == 1 and raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            raise BatchUnreadable(path=name, detail="c'est de l'UTF-16 ; enregistrez-le en UTF-8")
        line = raw.removeprefix(codecs.BOM_UTF8) if number == 1 else raw
        if line.strip():
            asked = _asked(line)
            wrong = f"Ligne {number} : {asked.wrong}." if asked.wrong else ""
            yield replace(asked, wrong=wrong)


def _asked(line: bytes) -> Asked:
    try:
        row = json.loads(line.decode(), parse_constant=_no_number)
    except UnicodeDecodeError:
        return Asked(None, "", None, "ce n'est pas de l'UTF-8")
    except (ValueError, RecursionError):
        return Asked(None, "", None, "le JSON est mal formé")
    if not isinstance(row, dict):
        return Asked(None, "", None, "ce n'est pas un objet JSON, avec « id » et « question »")
    named, question, after = row.get("id"), row.get("question"), row.get("after")
    wrong = ""
    if "id" not in row:
        wrong = "il manque « id »"
    elif isinstance(named, list | dict) or isinstance(after, list | dict):
        wrong = "« id » et « after » sont un texte ou un nombre"
    elif "question" not in row:
        wrong = "il manque « question »"
    elif not isinstance(question, str):
        wrong = "« question » n'est pas un texte"
    said = question if isinstance(question, str) else ""
    return Asked(named, said, None if after is None else str(after), wrong)


def _no_number(name: str) -> None:
    raise ValueError(name)  # NaN, Infinity: Python's, not JSON's
