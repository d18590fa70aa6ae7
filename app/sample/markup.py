"""The blocks of a content file: a head of « key: value » lines, then a light Markdown.

A content file is what a clerk would type: straight apostrophes and plain spaces.
French typography (curly apostrophes, no-break spaces) is put in here, once.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

Kind = Literal["h1", "h2", "h3", "p", "item", "right", "table", "order"]

NBSP = "\u00a0"
PREFIXES: tuple[tuple[str, Kind], ...] = (
    ("### ", "h3"),
    ("## ", "h2"),
    ("# ", "h1"),
    ("- ", "item"),
    ("> ", "right"),
    ("::", "order"),
)
TYPOGRAPHY: tuple[tuple[str, str], ...] = (
    (r"'", "\u2019"),
    (r"« ", f"«{NBSP}"),
    (r" (?=[:;!?»%€])", NBSP),
    (r"(?<=\d) (?=\d{3}\b)", NBSP),
    (r"\b(n°|nos|M\.|MM\.|Mme|Mmes|L\.|R\.|D\.|art\.) (?=\S)", rf"\1{NBSP}"),
    (r"(?<=\d) (?=(?:h|m²|m³|km|ha|kW|kWh)\b|m\b)", NBSP),
    (r"(?<=\d h) (?=\d)", NBSP),
)


@dataclass(frozen=True, slots=True)
class Block:
    """One piece of a document, in reading order."""

    kind: Kind
    text: str  # with **bold** and *italic*; for an order, its name and argument
    rows: tuple[tuple[str, ...], ...] = ()  # of a table, the first row being its head
    right: tuple[bool, ...] = ()  # of a table, the columns set to the right


@dataclass(frozen=True, slots=True)
class Sheet:
    """A content file: its head and its blocks."""

    head: dict[str, str]
    blocks: tuple[Block, ...]


def typo(text: str) -> str:
    """Text as a French typist means it: curly apostrophes, no-break spaces."""
    for pattern, put in TYPOGRAPHY:
        text = re.sub(pattern, put, text)
    return text


def plain(text: str) -> str:
    """Text without its marks of bold and italic."""
    return text.replace("*", "")


def spans(text: str) -> Iterator[tuple[str, str]]:
    """Runs of a text with their style: "", "b" or "i"."""
    for run in re.split(r"(\*\*.+?\*\*|\*.+?\*)", text):
        if run.startswith("**"):
            yield run[2:-2], "b"
        elif run.startswith("*"):
            yield run[1:-1], "i"
        elif run:
            yield run, ""


def sheet(path: Path) -> Sheet:
    """The content file at `path`, read."""
    text = path.read_text(encoding="utf-8")
    head: dict[str, str] = {}
    if text.startswith("---\n"):
        top, text = text[4:].split("\n---\n", 1)
        for line in top.splitlines():
            key, _, value = line.partition(":")
            head[key.strip()] = value.strip()
    return Sheet(head, tuple(blocks(text)))


def blocks(text: str) -> Iterator[Block]:
    """Blocks of a body; a blank line ends a paragraph, a marked line stands alone."""
    for chunk in re.split(r"\n\s*\n", text.strip()):
        yield from _chunk([line.strip() for line in chunk.splitlines()])


def _chunk(lines: list[str]) -> Iterator[Block]:
    """Blocks of the lines between two blank lines."""
    if lines and lines[0].startswith("|"):
        yield _table(lines)
        return
    held: list[str] = []
    kind: Kind = "p"
    for line in lines:
        mark = next((pair for pair in PREFIXES if line.startswith(pair[0])), None)
        if mark and held:
            yield Block(kind, _finish(kind, " ".join(held)))
            held = []
        if mark:
            kind = mark[1]
        elif not held:
            kind = "p"
        held.append(line.removeprefix(mark[0]) if mark else line)
    if held:
        yield Block(kind, _finish(kind, " ".join(held)))


def _finish(kind: Kind, text: str) -> str:
    """An order is left as it is; anything else is set in French."""
    return text if kind == "order" else typo(text)


def _table(lines: list[str]) -> Block:
    """A pipe table; its second line (|---|---:|) tells the columns set to the right."""
    cells = [[typo(c.strip()) for c in line.strip("|").split("|")] for line in lines]
    right = tuple(c.endswith((":", f"{NBSP}:")) for c in cells[1])
    rows = tuple(tuple(row) for k, row in enumerate(cells) if k != 1)
    return Block("table", "", rows, right)
