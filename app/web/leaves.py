"""The cited pages of a kept answer, drawn for its PDF."""

from __future__ import annotations

from app.citations import Quote
from app.pages import Undrawable, drawn_page, has_paper
from app.printed import Leaf
from app.replay import FOUND, Replay
from ingest.catalogue import Catalogue

MOST = 20  # pages
_WIDTH = 1350  # pixels: 160 a printed inch


def leaves(catalogue: Catalogue, found: Replay) -> list[Leaf]:
    """Those that stand today as they stood then, and that can be drawn; each quote once."""
    drawn: dict[tuple[int, Quote], Leaf] = {}
    for kept, again in found.citations:
        source = again.source
        if again.state not in FOUND or source is None or not has_paper(source.file):
            continue
        page = catalogue.page(source.id, kept["page"])
        quote = Quote(kept["quote"], kept["page"], kept["start"], kept["end"])
        if page is None or (source.id, quote) in drawn or len(drawn) >= MOST:
            continue
        try:
            shown = drawn_page(source.file, page.number, quote=quote, text_page=page, width=_WIDTH)
        except Undrawable:
            continue
        drawn[source.id, quote] = Leaf(
            f"[{kept['number']}] {kept['label']}", shown.image, shown.top is not None
        )
    return list(drawn.values())
