"""How long the page waits for an image of a page: `python -m evals.page_images --data DOSSIER`.

Each page of the longest PDF of the data folder is drawn once, with nothing kept from before, at
the width of the panel and at each zoom, with a quote of the middle of its text boxed. With
`--against QUALITY,METHOD`, each page is drawn with that compression too, in turn with today's.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Sequence
from pathlib import Path

from app.citations import Quote
from app.pages import WEBP, drawn_page
from app.web.images import WIDTHS
from ingest.catalogue import Catalogue
from ingest.pages import Page
from ingest.rows import Source


def longest(catalogue: Catalogue) -> Source:
    """The live PDF that has the most pages."""
    papers = [one for one in catalogue.sources("live") if one.file.suffix.lower() == ".pdf"]
    return max(papers, key=lambda one: catalogue.last_page(one.id))


def seconds_for(file: Path, page: Page, width: int) -> tuple[float, int]:
    """(seconds, bytes) of one image."""
    middle = len(page.text) // 2
    words = page.text[middle : middle + 80]
    quote = Quote(words, page.number, middle, middle + len(words)) if words.strip() else None
    started = time.perf_counter()
    drawn = drawn_page(file, page.number, quote=quote, text_page=page, width=width)
    return time.perf_counter() - started, len(drawn.image)


def main(arguments: Sequence[str] | None = None) -> None:
    """Draw, and say how long it took."""
    parser = argparse.ArgumentParser(prog="python -m evals.page_images")
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--against", metavar="QUALITY,METHOD")
    parser.add_argument("--every", type=int, default=1, help="one page in so many")
    asked = parser.parse_args(arguments)
    catalogue = Catalogue(asked.data / "catalogue.sqlite")
    source = longest(catalogue)
    pages = catalogue.pages(source.id)[:: asked.every]
    catalogue.close()
    print(f"{source.path} : {len(pages)} pages, {source.size / 2**20:.1f} Mio")
    ways = [dict(WEBP)]
    if asked.against:
        ways.append(dict(zip(WEBP, map(int, asked.against.split(",")), strict=True)))
    for width in WIDTHS:
        drawn: list[list[tuple[float, int]]] = [[] for _ in ways]
        for page in pages:
            for way, taken in zip(ways, drawn, strict=True):
                WEBP.update(way)
                taken.append(seconds_for(source.file, page, width))
        for way, taken in zip(ways, drawn, strict=True):
            cuts = statistics.quantiles([1000 * seconds for seconds, _ in taken], n=20)
            print(
                f"{width} px, {way} : p50 {cuts[9]:.0f} ms, p95 {cuts[18]:.0f} ms,"
                f" {statistics.mean(size for _, size in taken) / 1000:.0f} ko"
            )
    WEBP.update(ways[0])


if __name__ == "__main__":
    main()
