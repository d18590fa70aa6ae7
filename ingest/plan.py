"""Compare a folder with the catalogue: what is new, changed, moved, gone, or as it was."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from ingest import ocr
from ingest.catalogue import Catalogue
from ingest.discover import Found, sha256
from ingest.passages import CUTTING
from ingest.readers import PAPER, READING, suffix_of
from ingest.rows import Source


@dataclass(slots=True)
class Plan:
    """What a run has to do."""

    to_read: list[tuple[Found, str]] = field(default_factory=list)  # with the content's SHA-256
    to_cut: list[tuple[Found, Source]] = field(default_factory=list)  # read before, rules changed
    to_resume: list[int] = field(default_factory=list)  # staged by a run that was stopped
    moved: list[tuple[int, Found]] = field(default_factory=list)
    touched: list[tuple[int, Found]] = field(default_factory=list)  # same content, new date or root
    gone: list[Source] = field(default_factory=list)
    forgotten: list[int] = field(default_factory=list)  # gone too, and never were published
    still_aside: list[Source] = field(default_factory=list)  # set aside before, and as they were
    unchanged: int = 0
    found: int = 0
    kept_out: list[str] = field(default_factory=list)  # paths of files that were withdrawn


def plan(
    catalogue: Catalogue, fonds: str, found: Iterable[Found], whole: Path | None, retry: bool,
    closed: tuple[str, ...] = (), barred: frozenset[str] = frozenset(),
) -> Plan:  # fmt: skip
    """Decide file by file; size and time first, content only where they differ.

    Args:
        catalogue: what is known.
        fonds: where the files belong.
        found: the files as the disk shows them.
        whole: the folder that was walked, so that what it no longer holds is gone; None when
            files were named one by one.
        retry: read again what was set aside.
        closed: subfolders and files that could not be looked at: what lies there is not gone.
        barred: SHA-256 of contents that were withdrawn, and stay out wherever they lie.
    """
    todo = Plan()
    files = list(found)
    known = _known(catalogue, fonds)
    places = [file.place for file in files]
    missing = _missing(known, set(places), whole, closed) if whole else []
    lost: dict[str, list[Source]] = {}  # live sources whose file is no longer there, by content
    for source in missing:
        if source.state == "live":
            lost.setdefault(source.sha256, []).append(source)
    for place, file in zip(places, files, strict=True):
        todo.found += 1
        _place(todo, file, known.get(place, []), lost, retry, barred)
    todo.gone = [source for sources in lost.values() for source in sources]
    todo.forgotten = [source.id for source in missing if source.state != "live"]
    return todo


def _known(catalogue: Catalogue, fonds: str) -> dict[str, list[Source]]:
    """Sources by their place on the disk, whichever folder above them was named."""
    known: dict[str, list[Source]] = {}
    for source in catalogue.sources(fonds=fonds):
        if source.state != "retired" and not source.shut:
            known.setdefault(source.place, []).append(source)
    return known


def _missing(
    known: dict[str, list[Source]], here: set[str], whole: Path, closed: tuple[str, ...]
) -> list[Source]:
    """The sources below a folder whose file is not there, but for what is closed."""
    shut = {whole / path for path in closed}
    return [
        source
        for place, sources in known.items()
        if place not in here and Path(place).is_relative_to(whole)
        if shut.isdisjoint((Path(place), *Path(place).parents))
        for source in sources
    ]


def _place(
    todo: Plan, file: Found, known: list[Source], lost: dict[str, list[Source]], retry: bool,
    barred: frozenset[str],
) -> None:  # fmt: skip
    by_state = {source.state: source for source in known}
    newest = by_state.get("staged") or by_state.get("live") or by_state.get("set_aside")
    if "set_aside" in by_state and newest is by_state.get("live"):
        newest = by_state["set_aside"]  # the changed file could not be read: the old one serves
    same = newest is not None and (newest.size, newest.mtime_ns) == (file.size, file.mtime_ns)
    content = newest.sha256 if newest is not None and same else ""
    content = content or _content(file)
    if content and content in barred:
        todo.kept_out.append(file.path)
    elif newest is not None and newest.sha256 == content:
        _known_content(todo, file, newest, content, retry)
    elif content and lost.get(content) and "live" not in by_state:
        todo.moved.append((lost[content].pop().id, file))
    else:
        todo.to_read.append((file, content))


def _content(file: Found) -> str:
    """SHA-256 of the content; empty when it cannot be opened: the reader will say why."""
    try:
        return sha256(file.file)
    except OSError:
        return ""


def _known_content(todo: Plan, file: Found, source: Source, content: str, retry: bool) -> None:
    if source.state == "set_aside":
        if retry or source.reading != READING or _may_be_read_now(source):
            todo.to_read.append((file, content))
        else:
            todo.still_aside.append(source)
    elif source.reading != READING or _has_unread_scans(source) or not source.sha256:
        todo.to_read.append((file, content))
    elif source.cutting != CUTTING:
        if suffix_of(file.file) in PAPER:  # pages read by OCR need not be read again
            todo.to_cut.append((file, source))
        else:
            todo.to_read.append((file, content))
    elif source.state == "staged":
        todo.to_resume.append(source.id)
    else:
        todo.unchanged += 1
        now = (str(file.root), file.path, file.size, file.mtime_ns)
        if now != (source.root, source.path, source.size, source.mtime_ns):
            todo.touched.append((source.id, file))


def _may_be_read_now(source: Source) -> bool:
    """Whether what stood in the way was not in the file, and may have gone."""
    return source.reason == "forbidden" or (source.reason == "ocr_missing" and ocr.available())


def _has_unread_scans(source: Source) -> bool:
    """Whether pages were left out for want of tesseract, which is there now."""
    left_out = (ocr.MISSING, "{ocr_missing}")  # a page, a file inside this one
    unread = any(why in warning for warning in source.warnings for why in left_out)
    return unread and ocr.available()
