"""The files inside a message or an archive, read by the other readers as pages of one document."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path

from ingest.pages import Document, Page, Part
from ingest.readers import Limits, attempt, page_done, suffix_of
from ingest.records.record import Record, Span
from ingest.trouble import Unreadable


@dataclass(frozen=True, slots=True)
class Member:
    """A file inside another."""

    name: str  # as it is called in there; shown, and never used as a path
    unpack: Callable[[Path], None]  # writes it to a file; may raise Unreadable
    ornament: bool = False  # a logo in a signature: nothing is lost if it holds no text


@dataclass(slots=True)
class Inside:
    """What was read, and what could not be."""

    pages: list[Page] = field(default_factory=list)
    parts: list[Part] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    unread: list[tuple[str, Unreadable]] = field(default_factory=list)  # with the member's name

    def listed(self) -> list[str]:
        """A line for each member: its name, and its pages in the document."""
        lines = [f"{part.name} : {_pages(part)}" for part in self.parts]
        return lines + [f"{name} : non lu" for name, _ in self.unread]


def read_inside(members: Iterable[Member], limits: Limits, first: int) -> Inside:
    """Read members one after the other; their pages are numbered from `first` on.

    Raises:
        Unreadable: a container in a container in a container.
    """
    if limits.containers < 1:
        raise Unreadable("nested")
    inside = Inside()
    with tempfile.TemporaryDirectory() as folder:
        for count, member in enumerate(members):
            file = Path(folder, f"{count}{_suffix(member.name)}")
            left = limits.pages - len(inside.pages)
            within = replace(limits, pages=left, containers=limits.containers - 1)
            _add(inside, member, _read(member, file, within), first)
            file.unlink(missing_ok=True)
            page_done()
    return inside


def _suffix(name: str) -> str:
    """What chooses the reader; a suffix that is no word could not be a file's."""
    suffix = suffix_of(Path(name))
    return suffix if suffix.replace(".", "").isalnum() and len(suffix) < 12 else ""


def _read(member: Member, file: Path, limits: Limits) -> Document | Unreadable:
    try:
        member.unpack(file)
    except Unreadable as trouble:
        return trouble
    return attempt(file, limits)


def _add(inside: Inside, member: Member, read: Document | Unreadable, first: int) -> None:
    if not isinstance(read, Unreadable) and not read.pages:
        read = Unreadable("no_text")
    if isinstance(read, Unreadable):
        if not (member.ornament and read.reason in ("no_text", "ocr_failed")):
            inside.unread.append((member.name, read))
            inside.warnings.append(f"{member.name} : {{{read.reason}}}")
        return
    offset = inside.pages[-1].number if inside.pages else first - 1
    inside.pages += [replace(page, number=page.number + offset) for page in read.pages]
    last = offset + read.pages[-1].number
    for part in read.parts or (Part("", 1, last - offset, read.records),):
        inside.parts.append(
            Part(
                "/".join(name for name in (member.name, part.name) if name),
                part.first + offset, part.last + offset, _moved(part.records, offset),
            )
        )  # fmt: skip
    inside.warnings += [f"{member.name} : {warning}" for warning in read.warnings]


def _moved(records: tuple[Record, ...] | None, offset: int) -> tuple[Record, ...] | None:
    if records is None:
        return None
    return tuple(
        replace(r, spans=tuple(Span(s.page + offset, s.start, s.end) for s in r.spans))
        for r in records
    )


def _pages(part: Part) -> str:
    one = part.first == part.last
    return f"page {part.first}" if one else f"pages {part.first} à {part.last}"
