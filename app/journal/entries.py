"""What is written into the journal: an answer, or anything else that somebody did."""

from __future__ import annotations

import errno
import hashlib
import hmac
import os
import secrets
import sqlite3
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from app.citations import Answer
from app.journal.chain import Chain, Line, folder_of, writing
from app.journal.kinds import PSEUDONYMISED
from app.journal.stopped import size_of, take_over

KEY = "pseudonyms.key"
_LOST = "Le disque est plein : {what} n'a pas été notée dans le journal. Faites de la place."

IsLive = Callable[[str, str], bool]


class Copies(Protocol):
    """Where lines go too, without their words."""

    def add(self, lines: Iterable[Line]) -> None:
        """Take lines, in their order. The journal is held: nothing is waited for."""
        ...

    def send(self) -> None:
        """Send what was taken. The journal is free; who notes a line waits a second at most."""
        ...


@dataclass(frozen=True, slots=True)
class Journal:
    """Where lines are added. A full disk loses a line and says so; nothing else stops for it."""

    data: Path
    pseudonyms: bool = False  # who asks is written as a keyed hash
    copies: Copies | None = None

    def note(
        self, kind: str, who: str, *, address: str = "", id: str = "",
        facts: Mapping[str, object] | None = None, parts: Mapping[str, object] | None = None,
    ) -> None:  # fmt: skip
        """Add a line.

        Args:
            kind: one of `KINDS`.
            who: did it.
            address: from where, if by the page.
            id: of the answer that it is about.
            facts: what names nobody and quotes nothing: it can never be erased.
            parts: what can be erased, by name.
        """
        named = {"who": self.person(kind, who, address), **(parts or {})}
        with _room("cette action"), self._adding() as (chain, lines):
            lines.append(chain.add(kind, facts or {}, named, id=id))

    def answer(
        self, answer: Answer, who: str, is_live: IsLive, *, address: str = "",
        passages: Sequence[Mapping[str, object]] = (), sources: Mapping[int, str] | None = None,
        talk: str = "",
    ) -> None:  # fmt: skip
        """Add what was asked and on what the answer rests.

        Args:
            answer: as it is handed over.
            who: asked.
            is_live: says of a fonds and a source whether they still are: one that was withdrawn
                while the question was being answered must not be quoted.
            address: from where, if by the page.
            passages: those that were looked at, as app/replay.py finds them again.
            sources: id of a source → SHA-256 of its content.
            talk: id of the conversation; empty where it begins.
        """
        facts = facts_of(answer)
        parts: dict[str, object] = {
            "who": self.person("question", who, address),
            "question": answer.question,
            "talk": {"answer": answer.id, "talk": talk, "status": answer.status},
            "cited": [[c.fonds, c.source, c.quote.page] for c in answer.citations],
        }
        if answer.searched:
            parts["searched"] = [*answer.searched]
        with _room("la question"), self._adding() as (chain, lines):
            if all(is_live(*one) for one in _rests_on(answer, passages)):
                parts["answer"] = said(answer, sources or {})
                parts["passages"] = [dict(passage) for passage in passages]
            else:
                facts["withdrawn"] = True
            lines.append(chain.add("question", facts, parts, id=answer.id))

    def person(self, kind: str, who: str, address: str = "") -> dict[str, str]:
        """Who, as a line of this kind names them."""
        if self.pseudonyms and kind in PSEUDONYMISED:
            return {"name": pseudonym(self.data, who)}
        return {"name": who, **({"from": address} if address else {})}

    def collect(self) -> None:
        """Take over what the wall has stopped, where that is not in the chain yet."""
        if size_of(self.data):
            with _room("une sortie arrêtée"), self._adding():
                pass

    @contextmanager
    def _adding(self) -> Iterator[tuple[Chain, list[Line]]]:
        """The chain, with what the wall has stopped; and the lines that are to be sent."""
        lines: list[Line] = []

        def written() -> None:
            if self.copies is not None:
                self.copies.add(lines)

        with writing(self.data, written) as chain:
            taken = take_over(chain, self.data)
            lines += [line for line, may_be_sent in taken if may_be_sent]
            yield chain, lines
        if self.copies is not None:
            self.copies.send()


def _rests_on(
    answer: Answer, passages: Sequence[Mapping[str, object]]
) -> Iterator[tuple[str, str]]:
    """(fonds, source) of what it cites; and of what was read, where a sentence is unproved."""
    for citation in answer.citations:
        yield citation.fonds, citation.source
    if answer.unproved:
        for passage in passages:
            yield str(passage["fonds"]), str(passage["source"])


def facts_of(answer: Answer) -> dict[str, object]:
    """How an answer was made and what came of it; nothing of what it says."""
    return {
        "status": answer.status,
        "sentences": [sentence.status for sentence in answer.sentences],
        "model": answer.model,
        "prompt_version": answer.prompt_version,
        "generation": answer.generation,
        "seconds": answer.seconds,
        "dropped": answer.writing.dropped if answer.writing else 0,  # passages, for want of room
    }


def said(answer: Answer, sources: Mapping[int, str]) -> dict[str, object]:
    """An answer with all that is needed to check it again."""
    return {
        "text": answer.text,
        "sentences": [
            {"text": s.text, "status": s.status, "citations": list(s.citations)}
            for s in answer.sentences
        ],
        "citations": [
            {
                "number": c.number, "label": c.label, "fonds": c.fonds, "source": c.source,
                "sha256": sources.get(c.source_id, ""), "page": c.quote.page,
                "start": c.quote.start, "end": c.quote.end, "quote": c.quote.text, "ocr": c.ocr,
                "confidence": c.confidence, "kind": c.kind, "number_of_act": c.act_number,
                "date": c.date, "title": c.title, "article_id": c.article_id,
            }
            for c in answer.citations
        ],
        "notes": list(answer.notes),
        "validated": {"by": answer.validated.by, "on": answer.validated.on}
        if answer.validated
        else None,
    }  # fmt: skip


def pseudonym(data: Path, who: str) -> str:
    """A keyed hash of a name: the same person, without the name. The key stays in the folder."""
    return "p-" + hmac.new(_key(data), who.encode(), hashlib.sha256).hexdigest()[:20]


def names_of(data: Path, who: str) -> set[str]:
    """What a person may be called in the journal: by name, and by pseudonym where there are any."""
    return {who, pseudonym(data, who)} if (folder_of(data) / KEY).exists() else {who}


def _key(data: Path) -> bytes:
    path = folder_of(data) / KEY
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    fresh = path.with_name(f"{KEY}.{secrets.token_hex(4)}")
    if not path.exists():
        with os.fdopen(os.open(fresh, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as stream:
            stream.write(secrets.token_bytes(32))
        try:
            os.link(fresh, path)  # the first one to come makes it, for all
        except FileExistsError:
            pass
        finally:
            fresh.unlink()
    return path.read_bytes()


class _room:
    """A full disk loses the line, and says so on stderr."""

    def __init__(self, what: str) -> None:
        self.what = what

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> bool:
        full = isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT)
        full = full or (isinstance(error, sqlite3.Error) and "is full" in str(error))
        if full:
            print(_LOST.format(what=self.what), file=sys.stderr, flush=True)
        return full
