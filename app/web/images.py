"""Page images over HTTP: /page/{source}/{page}.webp, for live sources that the reader may read.

Imports FastAPI: loaded by app/web/server.py alone, when the page is built.
"""

from __future__ import annotations

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import PlainTextResponse, Response

from app.citations import Quote
from app.errors import sentence
from app.journal.entries import Journal
from app.pages import Undrawable, draw_page
from app.web.desk import Catalogue
from app.web.guard import ADDRESS, VISIT
from app.web.refused import MISWRITTEN
from app.web.shelf import Shelf
from app.words import _

WIDTHS = (900, 1350, 1800)  # pixels: as the page shows it, and enlarged
MAX_QUOTE = 20_000  # characters: longer than any passage


class NoSuchPage(Exception):
    """No live source has this page, this record or these characters."""


def page_image(catalogue: Catalogue, source_id: int, number: int, record: str,
               start: int, end: int, width: int = WIDTHS[0]) -> bytes:  # fmt: skip
    """The page as WebP, characters start to end boxed; 0 and 0 for none.

    Raises NoSuchPage for what is not live or does not exist, Undrawable for what has no image.
    """
    source, page = catalogue.source(source_id), catalogue.page(source_id, number)
    if source is None or source.state != "live" or page is None:
        raise NoSuchPage
    if record:
        known = catalogue.record(int(record)) if record.isdecimal() else None
        if known is None or known.source_id != source_id:
            raise NoSuchPage
    if not 0 <= start <= end <= len(page.text) or end - start > MAX_QUOTE:
        raise NoSuchPage
    quote = Quote(page.text[start:end], number, start, end) if start < end else None
    return draw_page(source.file, number, quote=quote, text_page=page, width=width)


def note_opened(
    journal: Journal, catalogue: Catalogue, who: str, address: str, source_id: int, page: int
) -> None:  # fmt: skip
    """A line in the journal: whose page was looked at."""
    source = catalogue.source(source_id)
    if source is not None:
        what = {"fonds": source.fonds, "source": source.path, "page": page}
        journal.note("open", who, address=address, parts={"what": what})


def add_page_images(app: FastAPI, catalogue: Catalogue, journal: Journal) -> None:
    """Add the route. Nothing is kept by the browser: a withdrawn page is gone at once."""

    def missing() -> PlainTextResponse:
        return PlainTextResponse(_("Cette page n'existe pas ou n'est plus en ligne."), 404)

    def miswritten(request: Request, _error: Exception) -> PlainTextResponse:
        return PlainTextResponse(_(MISWRITTEN), 404)

    @app.get("/page/{source_id}/{number}.webp")
    def image(
        request: Request, source_id: int, number: int, record: str = "", start: int = 0,
        end: int = 0, largeur: int = WIDTHS[0],
    ) -> Response:  # fmt: skip
        reader = request.scope[VISIT].reader
        shelf = Shelf(catalogue, reader.fonds)
        try:
            drawn = page_image(
                shelf, source_id, number, record[:20], start, end,
                largeur if largeur in WIDTHS else WIDTHS[0],
            )  # fmt: skip
        except (NoSuchPage, OverflowError):
            return missing()
        except Undrawable as trouble:
            said = sentence(trouble)
            return PlainTextResponse(said.happened if said else "", 404)
        note_opened(journal, shelf, reader.login, request.scope[ADDRESS], source_id, number)
        return Response(drawn, media_type="image/webp", headers={"cache-control": "no-store"})

    app.add_exception_handler(RequestValidationError, miswritten)
