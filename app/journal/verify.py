"""Whether every line stands where and as it was written, and every erasure is accounted for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from app.journal.chain import (
    Line,
    files,
    folder_of,
    interrupted,
    locked,
    parsed,
    past_the_head,
    texts,
)
from app.journal.erase import covered
from app.journal.words import FILE, Head, Word, Words, digest, opened
from ingest.trouble import Trouble


class JournalBroken(Trouble):
    """The journal is not what was written. Facts: count, file, line, what."""


class JournalGone(Trouble):
    """There is no journal where people have worked. Facts: what (files that say so)."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is not as it was written."""

    file: str
    line: int  # 1-based, in the file; 0 for the file as a whole
    what: str  # French


@dataclass(frozen=True, slots=True)
class Checked:
    """What a check has found."""

    lines: int
    hash: str  # of the last line: to be kept elsewhere, and compared
    erased: int  # parts that were erased, each accounted for
    findings: tuple[Finding, ...]
    interrupted: bool  # a crash cut the last writing: the next one mends it


@dataclass
class _Walk:
    """The chain as it stands in the files."""

    lines: list[Line] = field(default_factory=list[Line])
    unread: list[tuple[str, int]] = field(default_factory=list[tuple[str, int]])  # file, line


def verify(data: Path) -> Checked:
    """Walk through the whole chain. Nothing is changed, nor mended."""
    with locked(data), opened(folder_of(data)) as words:
        head = words.head()
        walk = _walked(data)
        if head is None and not walk.lines and not walk.unread:
            return Checked(0, Head().hash, 0, (), False)
        if head is None:
            lost = "la tête de la chaîne a disparu : la fin ne peut pas être contrôlée"
            return Checked(len(walk.lines), "", 0, (Finding(FILE, 0, lost),), False)
        cut = interrupted(past_the_head(data, head), head)
        if cut:
            walk.lines = [line for line in walk.lines if line.n <= head.n]
            walk.unread = [place for place in walk.unread if not _is_last(data, place)]
        findings = [*_links(walk, head), *_ends(walk, head), *_orphans(words, head)]
        erased, said = _words(walk.lines, list(words.all()))
        return Checked(len(walk.lines), head.hash, erased, (*findings, *said), cut)


def witnesses(data: Path) -> list[str]:
    """What is there that is made by what the journal notes: accounts, answers, an index."""
    names = ("accounts.sqlite", "curated.sqlite", "catalogue.sqlite", "egress")
    return [name for name in names if (data / name).exists()]


def _walked(data: Path) -> _Walk:
    walk = _Walk()
    for path in files(data):
        torn = path.read_text("utf-8", "surrogateescape").split("\n")[-1]
        for number, text in enumerate([*texts(path), *([torn] if torn else [])], 1):
            line = parsed(text, path.name, number)
            if line is None:
                walk.unread.append((path.name, number))
            else:
                walk.lines.append(line)
    return walk


def _is_last(data: Path, place: tuple[str, int]) -> bool:
    path = files(data)[-1]
    return place == (path.name, len(texts(path)) + 1)


def _links(walk: _Walk, head: Head) -> Iterator[Finding]:
    """Lines that were changed, moved, added or taken away."""
    for file, number in walk.unread:
        yield Finding(file, number, "cette ligne a été altérée : elle n'est plus lisible")
    last, before = 0, None
    for line in walk.lines:
        if line.n <= last:
            yield Finding(line.file, line.number, f"la ligne n° {line.n} a été déplacée ou répétée")
            continue
        gap = range(last + 1, line.n)
        if gap and len(gap) > _unread_between(walk, before, line):
            yield Finding(line.file, line.number, f"avant celle-ci, {_missing(walk, gap)}")
        elif not gap and line.prev != (before.hash if before else Head().hash):
            place = before or line
            yield Finding(place.file, place.number, f"la ligne n° {place.n} a été modifiée, ou la"
                          " suivante a été réécrite")  # fmt: skip
        last, before = line.n, line


def _unread_between(walk: _Walk, before: Line | None, line: Line) -> int:
    first = (before.file, before.number) if before else ("", 0)
    return sum(first < place < (line.file, line.number) for place in walk.unread)


def _missing(walk: _Walk, gap: range) -> str:
    there = {line.n for line in walk.lines}
    names = f"n° {gap[0]}" if len(gap) == 1 else f"n° {gap[0]} à {gap[-1]}"
    if any(n in there for n in gap):
        return f"l'ordre a été changé : {names} n'y est plus à sa place"
    return f"des lignes ont été supprimées : {names}"


def _ends(walk: _Walk, head: Head) -> Iterator[Finding]:
    """The end of the chain against its head, which is kept apart."""
    last = max(walk.lines, key=lambda line: line.n, default=None)
    count = last.n if last else 0
    file, number = (last.file, last.number) if last else (head.file, 0)
    if count < head.n:
        yield Finding(file, number, "la fin a été coupée ; lignes qui manquent après"
                      f" celle-ci : {head.n - count}")  # fmt: skip
    elif last is not None and count > head.n:
        yield Finding(
            file, number, f"lignes ajoutées, qui ne sont pas de Greffe : {count - head.n}"
        )
    elif last is not None and last.hash != head.hash:
        yield Finding(file, number, f"la ligne n° {last.n} a été modifiée")
    for line in walk.lines:
        if line.kind == "mended" and "head" in line.facts:
            yield Finding(line.file, line.number, "avant celle-ci, la tête de la chaîne avait"
                          " disparu : la fin n'était plus contrôlée")  # fmt: skip


def _orphans(words: Words, head: Head) -> Iterator[Finding]:
    """The words of lines that stood beyond the head: it was moved back with them."""
    beyond = {word.n for word in words.all(since=head.n + 1)}
    if beyond:
        yield Finding(FILE, 0, "la fin a été coupée ; lignes qui n'y sont plus, et dont"
                      f" les mots sont là : {len(beyond)}")  # fmt: skip


def _words(lines: list[Line], words: list[Word]) -> tuple[int, list[Finding]]:
    """The words against the digests of the lines; how many were erased as they should be."""
    held = {(word.n, word.part): word for word in words}
    allowed: dict[str, list[range]] = {}
    for line in lines:
        if line.kind == "erased":
            for part, numbers in line.facts.get("parts", {}).items():
                allowed.setdefault(part, []).extend(covered(numbers))
    erased, findings = 0, []
    for line in lines:
        for part, known in line.words.items():
            word = held.get((line.n, part))
            if word is not None and word.text is not None and word.salt is not None:
                if digest(word.salt, word.text) != known or (word.at, word.kind) != (
                    line.at, line.kind
                ):  # fmt: skip
                    findings.append(_said(line, part, "n'est plus celle qui a été écrite"))
            elif word is None or not any(line.n in run for run in allowed.get(part, ())):
                findings.append(_said(line, part, "a été effacée sans que Greffe l'ait noté"))
            else:
                erased += 1
    numbered = {line.n: line for line in lines}
    named = {(line.n, part) for line in lines for part in line.words}
    for n, part in sorted(held.keys() - named):
        if n in numbered:
            findings.append(_said(numbered[n], part, "est de trop : une autre ligne de ce numéro,"
                                  " qui la nommait, a été remplacée"))  # fmt: skip
    return erased, findings


def _said(line: Line, part: str, what: str) -> Finding:
    return Finding(line.file, line.number, f"la partie « {PARTS.get(part, part)} » {what}")


PARTS = {
    "who": "personne", "question": "question", "answer": "réponse", "cited": "sources citées",
    "searched": "fonds cherchés", "passages": "passages", "talk": "conversation", "what": "objet",
}  # fmt: skip
