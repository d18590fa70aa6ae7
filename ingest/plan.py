"""Compare a folder with the catalogue: what is new, changed, moved, gone, or as it was."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from ingest import ocr
from ingest.catalogue import Catalogue
from ingest.discover import Found, sha256
from ingest.passages import CUTTING
from ingest.readers import READING
from ingest.rows import Source


@dataclass(slots=True)
class Plan:
    """What a run has to do."""

    to_read: list[tuple[Found, str]] = field(default_factory=list)  # with the content's SHA-256
    to_cut: list[tuple[Found, Source]] = field(default_factory=list)  # read before, rules changed
    to_resume: list[int] = field(default_factory=list)  # staged by a run that was stopped
    moved: list[tuple[int, Found]] = field(default_factory=list)
    gone: list[Source] = field(default_factory=list)
    unchanged: int = 0
    still_aside: int = 0
    found: int = 0


def plan(
    catalogue: Catalogue, fonds: str, found: Iterable[Found], whole_root: bool, retry: bool
) -> Plan:
    """Decide file by file; size and time first, content only where they differ.

    `whole_root`: a whole folder was walked, so what it no longer holds is gone.
    """
    todo = Plan()
    files = list(found)
    if not files and not whole_root:
        return todo
    known = _known(catalogue, fonds, {str(file.root) for file in files})
    here = {(str(file.root), file.path) for file in files}
    lost = {
        source.sha256: source
        for (root, path), sources in known.items()
        if (root, path) not in here
        for source in sources
        if source.state == "live"
    }
    for file in files:
        todo.found += 1
        _place(todo, file, known.get((str(file.root), file.path), []), lost, retry)
    if whole_root:
        moved = {source_id for source_id, _ in todo.moved}
        todo.gone = [source for source in lost.values() if source.id not in moved]
    return todo


def _known(
    catalogue: Catalogue, fonds: str, roots: set[str]
) -> dict[tuple[str, str], list[Source]]:
    known: dict[tuple[str, str], list[Source]] = {}
    for root in roots:
        for source in catalogue.sources(fonds=fonds, root=root):
            if source.state != "retired":
                known.setdefault((root, source.path), []).append(source)
    return known


def _place(
    todo: Plan, file: Found, known: list[Source], lost: dict[str, Source], retry: bool
) -> None:
    by_state = {source.state: source for source in known}
    newest = by_state.get("staged") or by_state.get("live") or by_state.get("set_aside")
    if "set_aside" in by_state and newest is by_state.get("live"):
        newest = by_state["set_aside"]  # the changed file could not be read: the old one serves
    same = newest is not None and (newest.size, newest.mtime_ns) == (file.size, file.mtime_ns)
    content = newest.sha256 if newest and same else sha256(file.file)
    if newest is not None and newest.sha256 == content:
        _known_content(todo, file, newest, content, retry, same)
    elif content in lost:
        todo.moved.append((lost[content].id, file))
    else:
        todo.to_read.append((file, content))


def _known_content(
    todo: Plan, file: Found, source: Source, content: str, retry: bool, same: bool
) -> None:
    if source.state == "set_aside":
        if (
            retry
            or source.reading != READING
            or (source.reason == "ocr_missing" and ocr.available())
        ):
            todo.to_read.append((file, content))
        else:
            todo.still_aside += 1
    elif source.reading != READING:
        todo.to_read.append((file, content))
    elif source.cutting != CUTTING:
        todo.to_cut.append((file, source))
    elif source.state == "staged":
        todo.to_resume.append(source.id)
    else:
        todo.unchanged += 1
        if not same:
            todo.moved.append((source.id, file))
