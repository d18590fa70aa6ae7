"""The chain: lines that are only ever added, each with the hash of the one before.

`journal/2026-11.jsonl`, one file a month. A line is canonical JSON:

    n      its number, from 1, over all files
    at     local time, ISO 8601
    kind   what happened (app/journal/kinds.py)
    id     of the answer, or empty
    facts  what names nobody and quotes nothing
    words  part → salted digest of what stands in words.sqlite
    prev   SHA-256 of the line before; zeros for the first

The line is written and synced before the head of the chain is moved, in one transaction with its
words. A crash leaves at most a line past the head: it is cut, and a line says so.
"""

from __future__ import annotations

import errno
import fcntl
import hashlib
import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from app.journal.words import Head, Words, canonical, opened
from ingest.transaction import transaction

FOLDER = "journal"
_WITHDRAWN = "[texte effacé : un fichier cité a été retiré]"  # said the older program
BEFORE = "before"  # what an older program wrote, while it is being carried over


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the chain, and where it stands."""

    n: int
    at: str
    kind: str
    id: str
    facts: dict[str, Any]
    words: dict[str, str]  # part → digest
    prev: str
    file: str
    number: int  # 1-based, in the file
    hash: str


def now() -> str:
    """Local time."""
    return datetime.now().astimezone().isoformat(timespec="milliseconds")


def folder_of(data: Path) -> Path:
    """Where the journal of a data folder stands."""
    return data / FOLDER


def files(data: Path) -> list[Path]:
    """The files of the chain, oldest first."""
    return sorted(folder_of(data).glob("*.jsonl"))


def hash_of(text: str) -> str:
    """The hash of a line, without its end."""
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()


def texts(path: Path) -> list[str]:
    """The lines of a file, whatever bytes they hold."""
    return path.read_text("utf-8", "surrogateescape").split("\n")[:-1]


def parsed(text: str, file: str = "", number: int = 0) -> Line | None:
    """A line by its text; None for what the chain would not have written."""
    try:
        found = json.loads(text)
        if canonical(found) != text:
            return None
        return Line(
            int(found["n"]), str(found["at"]), str(found["kind"]), str(found["id"]),
            dict(found["facts"]), dict(found["words"]), str(found["prev"]), file, number,
            hash_of(text),
        )  # fmt: skip
    except (ValueError, KeyError, TypeError):
        return None


def lines(data: Path) -> Iterator[Line]:
    """Every line that can be read, in order."""
    for path in files(data):
        for number, text in enumerate(texts(path), 1):
            line = parsed(text, path.name, number)
            if line is not None:
                yield line


def find(data: Path, kind: str, id: str) -> Line | None:
    """The line of this kind that has this id."""
    sought = f'"id":{canonical(id)}'
    for path in reversed(files(data)):
        for number, text in enumerate(texts(path), 1):
            line = parsed(text, path.name, number) if sought in text else None
            if line is not None and line.id == id and line.kind == kind:
                return line
    return None


class Chain:
    """The journal while this process alone may write to it: `writing` gives it."""

    def __init__(self, data: Path, words: Words) -> None:
        self.folder = folder_of(data)
        self.words = words
        head = words.head() or Head()
        # where the head was put back, the words of lines that were cut stand past it: their numbers
        # stay theirs, so that nothing is written over them and `verify` finds the gap
        self.head = replace(head, n=max(head.n, words.last()))
        self.sync = True  # each line on the disk before the head is moved

    def add(
        self, kind: str, facts: Mapping[str, object], parts: Mapping[str, object], *,
        id: str = "", at: str = "", file: str = "",
    ) -> Line:  # fmt: skip
        """Add a line at the end; in `file` if it is named, else in that of the month."""
        n, at = self.head.n + 1, at or now()
        digests = self.words.put(n, at, kind, parts)
        shape = {
            "n": n, "at": at, "kind": kind, "id": id, "facts": dict(facts), "words": digests,
            "prev": self.head.hash,
        }  # fmt: skip
        text = canonical(shape)
        # the clock may be put back: a file that is closed stays closed
        name = max(file or f"{at[:7]}.jsonl", self.head.file)
        size = _write(self.folder / name, text, sync=self.sync)
        self.head = Head(n, hash_of(text), name, size)
        self.words.put_head(self.head)
        line = parsed(text, name)
        assert line is not None
        return line


def _write(path: Path, text: str, *, sync: bool) -> int:
    """Add a line to a file, whole and on the disk. The size of the file after it."""
    fd = os.open(path, os.O_APPEND | os.O_CREAT | os.O_RDWR, 0o600)
    try:
        before = os.fstat(fd).st_size
        torn = before and os.pread(fd, 1, before - 1) != b"\n"
        whole = (b"\n" if torn else b"") + text.encode() + b"\n"
        try:
            if os.write(fd, whole) != len(whole):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))
            if sync:
                os.fsync(fd)
        except OSError:
            os.ftruncate(fd, before)
            raise
        return before + len(whole)
    finally:
        os.close(fd)


@contextmanager
def writing(data: Path, written: Callable[[], None] | None = None) -> Iterator[Chain]:
    """The chain, to be added to: all that the block adds, or nothing.

    What a crash left past the head is cut first, and what an older program wrote is carried over.
    `written` is called once all is there, before anybody else may write.
    """
    with locked(data), opened(folder_of(data)) as words:
        _carry_over(data, words)
        _mend(data, words)
        chain = Chain(data, words)
        before = chain.head
        try:
            with transaction(words.connection):
                yield chain
        except BaseException:
            _cut(chain.folder, before)
            raise
        if written is not None:
            written()


@contextmanager
def locked(data: Path) -> Iterator[None]:
    """One process at a time writes to the journal, for a few milliseconds."""
    path = data / "run" / "journal.lock"
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a") as stream:
        fcntl.flock(stream, fcntl.LOCK_EX)
        yield


def past_the_head(data: Path, head: Head) -> bytes:
    """What stands in the head's file, and in later ones, past the head."""
    rest = b""
    for path in files(data):
        if path.name >= head.file:
            skipped = head.size if path.name == head.file else 0
            with path.open("rb") as stream:
                stream.seek(skipped)
                rest += stream.read()
    return rest


def interrupted(rest: bytes, head: Head) -> bool:
    """Whether these bytes past the head are one line whose writing was cut short.

    Anything else was put there by somebody else, and stays for `verify` to find.
    """
    text, _, more = rest.partition(b"\n")
    if more or not rest:
        return False
    if not rest.endswith(b"\n"):
        return True
    line = parsed(text.decode("utf-8", "surrogateescape"))
    return line is not None and (line.n, line.prev) == (head.n + 1, head.hash)


def _mend(data: Path, words: Words) -> None:
    head = words.head()
    if head is None:
        _find_head(data, words)
        return
    rest = past_the_head(data, head)
    if interrupted(rest, head):
        _cut(folder_of(data), head)
        with transaction(words.connection):
            Chain(data, words).add("mended", {"bytes": len(rest)}, {})


def _find_head(data: Path, words: Words) -> None:
    """Somebody has taken the head away: go on after the last line, and say so."""
    last: Line | None = None
    for line in lines(data):
        last = line
    if last is not None:
        size = (folder_of(data) / last.file).stat().st_size
        with transaction(words.connection):
            words.put_head(Head(last.n, last.hash, last.file, size))
            Chain(data, words).add("mended", {"head": "lost"}, {})


def _cut(folder: Path, head: Head) -> None:
    """Take away what stands past the head."""
    for path in folder.glob("*.jsonl"):
        if path.name > head.file:
            path.unlink()
        elif path.name == head.file and path.stat().st_size > head.size:
            os.truncate(path, head.size)


def _carry_over(data: Path, words: Words) -> None:
    """Make lines of the chain out of those that an older program wrote without one."""
    folder, before = folder_of(data), folder_of(data) / BEFORE
    if words.head() is not None:
        if before.is_dir():  # carried over already, and stopped before the end
            _delete(before)
        return
    if not before.is_dir():
        old = files(data)
        if not old or any(True for _ in lines(data)):
            return
        before.mkdir(mode=0o700)
        for path in old:
            path.rename(before / path.name)
    for path in folder.glob("*.jsonl"):  # of a carrying over that was stopped
        path.unlink()
    with transaction(words.connection):
        _carry(Chain(data, words), sorted(before.glob("*.jsonl")))
    _delete(before)


def _carry(chain: Chain, old: Iterable[Path]) -> None:
    carried = cut = 0
    chain.sync = False
    for path in old:
        for text in path.read_text("utf-8", "surrogateescape").split("\n"):
            try:
                found = json.loads(text)
                parts = {
                    "who": {"name": found.get("who", "")},
                    "question": found["question"],
                    "cited": [[fonds, source, page] for fonds, source, page in found["passages"]],
                }
                if found["answer"] != _WITHDRAWN:
                    parts["answer"] = {"text": found["answer"]}
            except (ValueError, KeyError, TypeError, AttributeError):
                cut += bool(text)  # cut by a crash: nobody can tell what it quotes
                continue
            kept = ("status", "sentences", "model", "prompt_version", "generation", "seconds")
            facts = {name: found[name] for name in kept if name in found}
            chain.add("question", facts, parts, id=str(found.get("id", "")),
                      at=str(found.get("at", path.stem)), file=path.name)  # fmt: skip
            carried += 1
    chain.sync = True
    chain.add("carried", {"lines": carried, "cut": cut}, {})


def _delete(folder: Path) -> None:
    for path in folder.iterdir():
        path.unlink()
    folder.rmdir()
