"""The journal: one JSON line for each question, kept in the data folder.

When a source is withdrawn, the answers that cite it lose their text; who asked what, when, and what
was cited stays. What an agent typed is the agent's own.
"""

from __future__ import annotations

import errno
import fcntl
import json
import os
import sys
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from app.citations import Answer

_LOST = "Le disque est plein : la question n'a pas été notée dans le journal. Faites de la place."
WITHDRAWN = "[texte effacé : un fichier cité a été retiré]"


def note(data: Path, answer: Answer, who: str, is_live: Callable[[str, str], bool]) -> None:
    """Append what was asked and on what the answer rests.

    `is_live` says of a fonds and a source whether they still are: one that was withdrawn while the
    question was being answered must not be quoted. A full disk loses the line and says so on
    stderr: the answer is given all the same.
    """
    line: dict[str, Any] = {
        "at": datetime.now().astimezone().isoformat(timespec="milliseconds"),
        "who": who,
        "id": answer.id,
        "question": answer.question,
        "status": answer.status,
        "answer": answer.text,
        "passages": [[c.fonds, c.source, c.quote.page] for c in answer.citations],
        "sentences": [s.status for s in answer.sentences],
        "model": answer.model,
        "prompt_version": answer.prompt_version,
        "dropped": answer.writing.dropped if answer.writing else 0,
        "generation": answer.generation,
        "seconds": answer.seconds,
    }
    path = data / "journal" / f"{datetime.now():%Y-%m}.jsonl"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with _locked(data):
            if not all(is_live(citation.fonds, citation.source) for citation in answer.citations):
                line["answer"] = WITHDRAWN
            _append(path, json.dumps(line, ensure_ascii=False) + "\n")
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT):
            raise
        print(_LOST, file=sys.stderr, flush=True)


def _append(path: Path, text: str) -> None:
    """The whole line or none of it."""
    with path.open("ab", buffering=0) as stream:
        before, whole = stream.tell(), text.encode()
        try:
            if stream.write(whole) == len(whole):
                return
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))
        except OSError:
            os.truncate(path, before)
            raise


def forget(
    data: Path,
    withdrawn: Collection[tuple[str, str]],
    is_live: Callable[[str, str], bool] = lambda fonds, source: True,
) -> dict[tuple[str, str], int]:
    """Take the text out of each answer that cites one of these (fonds, source).

    Out of those too that cite a source which is no longer live: it may be the same file, under the
    name that it had when it was quoted. How many answers, by (fonds, source) withdrawn. To be
    called once they are no longer live.
    """
    counts = dict.fromkeys(withdrawn, 0)
    with _locked(data):
        for path in sorted((data / "journal").glob("*.jsonl")):
            before = path.read_text(encoding="utf-8")
            after = "".join(
                _without(line, counts, is_live) for line in before.splitlines(keepends=True)
            )
            if after != before:
                _put(path, after)
    return counts


def _without(
    text: str, counts: dict[tuple[str, str], int], is_live: Callable[[str, str], bool]
) -> str:
    """A line of the journal, without its answer if it cites what was withdrawn."""
    try:
        line = json.loads(text)
        quoted = {(fonds, source) for fonds, source, _ in line["passages"]}
        cited = quoted & counts.keys()
    except (ValueError, KeyError, TypeError):  # cut by a crash: nobody can tell what it quotes
        return ""
    gone = cited or any(not is_live(*one) for one in quoted)
    if not gone or line["answer"] == WITHDRAWN:
        return text
    for one in cited:
        counts[one] += 1
    return json.dumps({**line, "answer": WITHDRAWN}, ensure_ascii=False) + "\n"


def _put(path: Path, text: str) -> None:
    """The whole file or none of it."""
    new = path.with_suffix(".new")
    with new.open("w", encoding="utf-8") as stream:
        stream.write(text)
        stream.flush()
        os.fsync(stream.fileno())
    new.replace(path)


@contextmanager
def _locked(data: Path) -> Iterator[None]:
    """One process at a time writes to the journal, for a few milliseconds."""
    path = data / "run" / "journal.lock"
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a") as stream:
        fcntl.flock(stream, fcntl.LOCK_EX)
        yield
