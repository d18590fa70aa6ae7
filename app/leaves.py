"""The cited pages of a kept answer, drawn for its PDF and its Word document."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from app.citations import Quote
from app.curated import citation
from app.leaf import Leaf
from app.pages import Box, Undrawable, drawn_page, has_paper, page_as_pdf
from app.replay import FOUND, Replay
from ingest.catalogue import Catalogue
from ingest.pages import Page
from ingest.rows import Source

MOST = 20  # pages
_WIDTH = 1350  # pixels: 160 a printed inch


def leaves(catalogue: Catalogue, found: Replay, *, as_pdf: bool = True) -> list[Leaf]:
    """Those that stand today as they stood then, and that can be drawn; each page once.

    `as_pdf`: those of a PDF as pages of their own too.
    """
    drawn: dict[tuple[int, int], Leaf] = {}
    for kept, again in found.citations:
        source = again.source
        if again.state not in FOUND or source is None or not has_paper(source.file):
            continue
        page, place = catalogue.page(source.id, kept["page"]), (source.id, kept["page"])
        if page is None or (place not in drawn and len(drawn) >= MOST):
            continue
        number, named = f"[{kept['number']}]", citation(kept, source, catalogue).reference
        try:
            boxes = _boxes(source.file, page, kept)
            before = drawn.get(place) or _leaf(source, page, as_pdf=as_pdf)
        except Undrawable:
            continue
        name = f"{number} {named}"
        if before.name.endswith(f" {named}"):  # another passage of the same act
            name = f"{before.name.removesuffix(named)}{number} {named}"
        elif before.name:
            name = f"{before.name} ; {name}"
        drawn[place] = replace(before, name=name, boxes=(*before.boxes, *boxes))
    return list(drawn.values())


def _boxes(file: Path, page: Page, kept: Mapping[str, Any]) -> list[Box]:
    """Where the quoted words stand, as fractions of the page. Raises Undrawable."""
    quote = Quote(kept["quote"], kept["page"], kept["start"], kept["end"])
    shown = drawn_page(file, page.number, quote=quote, text_page=page, width=_WIDTH)
    wide, high = shown.width, shown.height
    return [
        Box(one.left / wide, one.top / high, one.right / wide, one.bottom / high)
        for one in shown.boxes
    ]


def _leaf(source: Source, page: Page, *, as_pdf: bool) -> Leaf:
    """A page without anything boxed: of a PDF the page itself too. Raises Undrawable."""
    shown = drawn_page(source.file, page.number, quote=None, text_page=page, width=_WIDTH)
    pdf = as_pdf and source.file.suffix.lower() == ".pdf"
    own = page_as_pdf(source.file, page.number) if pdf else b""
    return Leaf("", shown.image, page=own, source=source.path, number=page.number)
