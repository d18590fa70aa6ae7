"""Looking into the journal: its lines with their words."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from app.journal.chain import Line, find, folder_of, lines
from app.journal.entries import names_of
from app.journal.kinds import EGRESS
from app.journal.stopped import read, size_of
from app.journal.words import Word, opened
from ingest.records.fold import fold


@dataclass(frozen=True, slots=True)
class Entry:
    """A line with its words, those that are not erased."""

    n: int  # 0 for what is no line of the chain
    at: str
    kind: str
    id: str
    facts: dict[str, Any]
    parts: dict[str, Any]
    erased: dict[str, str] = field(default_factory=dict[str, str])  # part → when

    @property
    def who(self) -> str:
        """The name, or the pseudonym; empty once erased."""
        return str((self.parts.get("who") or {}).get("name", ""))

    @property
    def rests_on(self) -> frozenset[str] | None:
        """The fonds that were searched for an answer, cited or not; None: not known, so all."""
        searched = self.parts.get("searched")
        cited = frozenset(fonds for fonds, *_ in self.parts.get("cited") or [])
        return None if searched is None else cited | frozenset(map(str, searched))


@dataclass(frozen=True, slots=True)
class Sought:
    """What is looked for; empty: everything."""

    since: str = ""  # ISO date or moment
    until: str = ""
    who: str = ""
    kinds: Collection[str] = ()
    text: str = ""


def entries(data: Path, sought: Sought | None = None) -> Iterator[Entry]:
    """The lines that fit, oldest first, and the attempts of the wall in their place."""
    sought = sought or Sought()
    names = names_of(data, sought.who) if sought.who else set()
    found = [*_lines(data), *_attempts(data)]
    found.sort(key=lambda entry: entry.at)  # stable: lines of the same moment keep their order
    return (entry for entry in found if _fits(entry, sought, names))


def entry_of(data: Path, kind: str, id: str) -> Entry | None:
    """The entry of this kind and id."""
    line = find(data, kind, id)
    if line is None:
        return None
    with opened(folder_of(data)) as words:
        return _entry(line, list(words.all(line.n, line.n)))


def _lines(data: Path) -> Iterator[Entry]:
    if not folder_of(data).is_dir():
        return
    with opened(folder_of(data)) as words:
        held: dict[int, list[Word]] = {}
        for word in words.all():
            held.setdefault(word.n, []).append(word)
    for line in lines(data):
        yield _entry(line, held.get(line.n, []))


def _entry(line: Line, words: list[Word]) -> Entry:
    return Entry(
        line.n, line.at, line.kind, line.id, line.facts,
        {word.part: word.value for word in words if word.text is not None},
        {word.part: word.erased or "" for word in words if word.text is None},
    )  # fmt: skip


def _attempts(data: Path) -> Iterator[Entry]:
    """What the wall has stopped since the journal was written last."""
    if not size_of(data):
        return
    taken = 0
    if folder_of(data).is_dir():
        with opened(folder_of(data)) as words:
            taken = words.taken()
    if taken < size_of(data):
        for stopped in read(data, taken)[0]:
            yield Entry(0, stopped.last, EGRESS, "", {}, {"what": stopped.what})


def _fits(entry: Entry, sought: Sought, names: Collection[str]) -> bool:
    if sought.since and entry.at < sought.since:
        return False
    if sought.until and entry.at[: len(sought.until)] > sought.until:
        return False
    if names and entry.who not in names:
        return False
    if sought.kinds and entry.kind not in sought.kinds:
        return False
    return not sought.text or fold(sought.text) in fold(" ".join(_strings(entry)))


def _strings(entry: Entry) -> Iterator[str]:
    """What somebody could look for: all texts of an entry but the passages' own digests."""
    yield entry.id
    left: list[Any] = [entry.facts, *(v for k, v in entry.parts.items() if k != "passages")]
    while left:
        value = left.pop()
        if isinstance(value, dict):
            left += value.values()
        elif isinstance(value, list):
            left += value
        else:
            yield str(value)
