"""The sentences of the page, found in its sources, and the English catalogue beside them.

`python -m tests.app.web.catalogue` writes greffe.po again (a sentence that is new has no English
yet, one that is gone is left out) and compiles it: the program reads greffe.mo alone.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from app.web.frame import HOLE
from app.web.index import SCRIPTED
from app.words import DOMAIN, LOCALE

ROOT = Path(__file__).parents[3]
SOURCES = (ROOT / "app", ROOT / "evals")
STATIC = ROOT / "app" / "web" / "static"
FOLDER = LOCALE / "en" / "LC_MESSAGES"
PO, MO = FOLDER / f"{DOMAIN}.po", FOLDER / f"{DOMAIN}.mo"

_NEVER = datetime(2026, 1, 1, tzinfo=UTC)
# which arguments of which call are sentences
_CALLS = {"_": (0,), "N_": (0,), "ngettext": (0, 1), "pgettext": (0, 1), "Say": (0, 1)}


@dataclass(frozen=True, slots=True)
class Found:
    """A sentence, and where it stands."""

    id: str | tuple[str, str]  # two: one and many
    place: str  # path from the root
    context: str | None = None  # where a sentence has several translations


def found() -> Iterator[Found]:
    """Every sentence of the sources, again where it stands again."""
    for folder in SOURCES:
        for path in sorted(folder.rglob("*.py")):
            place = path.relative_to(ROOT).as_posix()
            for id, context in of_python(path.read_text("utf-8")):
                yield Found(id, place, context)
    for path in sorted(STATIC.iterdir()):
        place = path.relative_to(ROOT).as_posix()
        if path.suffix == ".html":
            yield from (Found(hole[1], place) for hole in HOLE.finditer(_read(path)) if hole[1])
        if path.suffix == ".js":
            yield from (Found(id, place) for id in SCRIPTED.findall(_read(path)))


def _read(path: Path) -> str:
    return path.read_text("utf-8")


def of_python(source: str) -> Iterator[tuple[str | tuple[str, str], str | None]]:
    """The sentences of a module, with the context of those that have one."""
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
            continue
        wanted = [node.args[at] for at in _CALLS.get(node.func.id, ()) if at < len(node.args)]
        said = [one.value for one in wanted if isinstance(one, ast.Constant) and one.value]
        if node.func.id == "ngettext" and len(said) == 2:
            yield (str(said[0]), str(said[1])), None
        elif node.func.id == "pgettext":
            yield str(said[1]), str(said[0])
        elif node.func.id != "ngettext":
            yield from ((str(one), None) for one in said)


def english() -> Catalog:
    """The catalogue as it is kept."""
    with PO.open("rb") as kept:
        return read_po(kept, locale="en", domain=DOMAIN)


def compiled(catalogue: Catalog) -> bytes:
    """What the program reads of it: the same bytes for the same sentences."""
    catalogue.creation_date = catalogue.revision_date = _NEVER
    written = BytesIO()
    write_mo(written, catalogue)
    return written.getvalue()


def holes(sentence: str) -> set[str]:
    """What is put into a sentence."""
    return set(re.findall(r"\{\w*(?::[^}]*)?\}", sentence))


def tags(sentence: str) -> list[str]:
    """The HTML of a sentence, sorted."""
    return sorted(re.findall(r"<[^>]*>", sentence))


def main() -> None:
    """Write both files again."""
    before = english() if PO.is_file() else Catalog(locale="en", domain=DOMAIN)
    now = Catalog(
        locale="en", domain=DOMAIN, project="Greffe", version="1", charset="utf-8", fuzzy=False,
        msgid_bugs_address="-", last_translator="Greffe", language_team="English",
        header_comment="# The page of Greffe in English. Written again by"
        " `python -m tests.app.web.catalogue`.",
    )  # fmt: skip
    places: dict[tuple[str | tuple[str, str], str | None], list[str]] = {}
    for one in found():
        places.setdefault((one.id, one.context), []).append(one.place)
    for (id, context), where in sorted(places.items(), key=lambda pair: (pair[1][0], str(pair[0]))):
        known = before.get(id, context)
        said = known.string if known else ""
        locations = [(place, 0) for place in sorted(set(where))]
        now.add(id, said, locations=locations, context=context)
    with PO.open("wb") as kept:
        write_po(kept, now, width=96, include_lineno=False, sort_output=False)
    text = re.sub(r'"(?:POT-Creation|PO-Revision)-Date: [^"]*"\n', "", _read(PO))
    PO.write_text(text, "utf-8")
    MO.write_bytes(compiled(english()))


if __name__ == "__main__":
    main()
