"""A page of a source in full, its file, and the card of an act, over HTTP.

Imports FastAPI: loaded by app/web/server.py alone, when the page is built.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote as quoted

from fastapi import FastAPI, Request
from fastapi.responses import FileResponse, Response

from app.card import card
from app.citations import Quote
from app.errors import sentence
from app.pages import BUSY, Undrawable, drawn_page, has_paper, page_as_pdf
from app.web.cited import cited
from app.web.guard import ADDRESS
from app.web.images import MAX_QUOTE, WIDTHS, NoSuchPage, note_opened
from app.web.plain import Plain, reader_of, token_of
from app.web.sheet_markup import SIZES, Sheet, card_page, named, sheet_page
from app.web.shelf import Shelf
from app.words import N_, _
from ingest.discover import sha256
from ingest.records.version import VersionRow
from ingest.rows import RecordRow, Source

GONE = N_("Cette page n'existe pas, n'est plus en ligne, ou ne vous est pas ouverte.")
CHANGED = N_("Le fichier a changé depuis son indexation : il n'est pas donné sous ce nom.")
TITLE = N_("Source")


def add_sheets(app: FastAPI, plain: Plain) -> None:
    """Add the routes."""
    sheets = Sheets(plain)
    app.get("/source/{source_id}/fichier")(sheets.file)
    app.get("/source/{source_id}/{number}.pdf")(sheets.leaf)
    app.get("/source/{source_id}/{number}.txt")(sheets.words)
    app.get("/source/{source_id}/{number}")(sheets.show)
    app.get("/acte/{record_id}")(sheets.act)


class Sheets:
    """The handlers of the routes. Of what the reader may not read, nothing is told."""

    def __init__(self, plain: Plain) -> None:
        self.plain = plain

    def show(
        self, request: Request, source_id: int, number: int, record: str = "", start: int = 0,
        end: int = 0, taille: str = "", reponse: str = "", citation: str = "",
    ) -> Response:  # fmt: skip
        """A page beside its text, with the quote boxed; along the citations of an answer."""
        shelf = self._shelf(request)
        try:
            source = self._source(shelf, source_id)
            sheet = self._sheet(shelf, source, number, record, start, end)
        except (NoSuchPage, OverflowError):
            return self._gone(request)
        sheet = replace(sheet, cited=cited(
            self.plain.data, self.plain.catalogue, reader_of(request), token_of(request), reponse,
            citation,
        ))  # fmt: skip
        sheet = _drawn(sheet, SIZES.get(taille, WIDTHS[0]))
        if not has_paper(source.file):
            login, place = reader_of(request).login, request.scope[ADDRESS]
            note_opened(self.plain.journal, shelf, login, place, source_id, number)
        return self.plain.page(request, TITLE, sheet_page(sheet, taille), kind="fiche large")

    def leaf(self, request: Request, source_id: int, number: int) -> Response:
        """One page of a PDF, as a PDF."""
        try:
            source = self._source(self._shelf(request), source_id)
            self._check(source)
            written = page_as_pdf(source.file, number)
        except (NoSuchPage, OverflowError):
            return self._gone(request)
        except Undrawable as trouble:
            said = sentence(trouble)
            return self.plain.told(request, TITLE, said.happened if said else GONE, 404)
        name = f"{Path(source.path).stem}-p{number}.pdf"
        self._given(request, source, number)
        return Response(
            written, media_type="application/pdf", headers=_as_file(name)
        )  # fmt: skip

    def words(self, request: Request, source_id: int, number: int) -> Response:
        """The text of an article of law: its file holds all of them."""
        shelf = self._shelf(request)
        try:
            source = self._source(shelf, source_id)
            sheet = self._sheet(shelf, source, number, "", 0, 0)
        except (NoSuchPage, OverflowError):
            return self._gone(request)
        if sheet.article is None:
            return self._gone(request)
        self._given(request, source, number)
        return Response(
            f"{named(sheet)}\n\n{sheet.page.text}\n", media_type="text/plain; charset=utf-8",
            headers=_as_file(f"{sheet.article.label}.txt".replace("/", "-")),
        )  # fmt: skip

    def file(self, request: Request, source_id: int) -> Response:
        """The file, as it was indexed."""
        try:
            source = self._source(self._shelf(request), source_id)
            self._check(source)
        except (NoSuchPage, OverflowError):
            return self._gone(request)
        except Undrawable:
            return self.plain.told(request, TITLE, CHANGED, 404)
        self._given(request, source, 0)
        return FileResponse(
            source.file, media_type="application/octet-stream",
            headers=_as_file(Path(source.path).name),
        )  # fmt: skip

    def act(self, request: Request, record_id: int, version: str = "") -> Response:
        """The card of an act or an article."""
        shelf = self._shelf(request)
        try:
            found = self.plain.catalogue.record(record_id) if shelf.record(record_id) else None
            if found is None:
                raise NoSuchPage
            source = self._source(shelf, found.source_id)
        except (NoSuchPage, OverflowError):
            return self._gone(request)
        fonds, catalogue = self.plain.fonds_of(request), self.plain.catalogue
        whole = card(catalogue, found, fonds)
        versions = catalogue.versions(found.article_id, fonds) if found.article_id else []
        pages = [
            page for n in range(found.page_first, found.page_last + 1)
            if (page := catalogue.page(source.id, n))
        ]  # fmt: skip
        shown = card_page(whole, versions, version, pages)
        return self.plain.page(request, found.label, shown, in_french=True)

    def _sheet(
        self, shelf: Shelf, source: Source, number: int, record: str, start: int, end: int
    ) -> Sheet:
        page = shelf.page(source.id, number)
        if page is None or not 0 <= start <= end <= len(page.text) or end - start > MAX_QUOTE:
            raise NoSuchPage
        quote = Quote(page.text[start:end], number, start, end) if start < end else None
        article, versions = self._article(shelf, source, number)
        act = article or self._act(record, source)
        last = self.plain.catalogue.last_page(source.id)
        return Sheet(source, page, last, act, quote, versions=versions)

    def _article(
        self, shelf: Shelf, source: Source, number: int
    ) -> tuple[RecordRow | None, Sequence[VersionRow]]:
        """The article of law of which a page of a source holds a version, and its versions."""
        for act in self.plain.catalogue.articles_on(source.id, number):
            if act.article_id and shelf.record(act.id):
                versions = shelf.versions(act.article_id, [source.fonds])
                if any((row.source_id, row.page) == (source.id, number) for row in versions):
                    return act, versions
        return None, ()

    def _act(self, record: str, source: Source) -> RecordRow | None:
        if not record.isdecimal() or len(record) > 12:
            return None
        found = self.plain.catalogue.record(int(record))
        return found if found and found.source_id == source.id else None

    def _shelf(self, request: Request) -> Shelf:
        return Shelf(self.plain.catalogue, reader_of(request).fonds)

    def _source(self, shelf: Shelf, source_id: int) -> Source:
        """A live source that the reader may read. Raises NoSuchPage."""
        source = shelf.source(source_id)
        if source is None or source.state != "live" or not isinstance(source, Source):
            raise NoSuchPage
        return source

    def _check(self, source: Source) -> None:
        """Raises Undrawable where the file is no longer the one that was indexed."""
        try:
            same = source.file.is_file() and sha256(source.file) == source.sha256
        except OSError:
            same = False
        if not same:
            raise Undrawable(page=0, detail=_("le fichier a changé ou n'est plus à sa place"))

    def _given(self, request: Request, source: Source, page: int) -> None:
        what = {"fonds": source.fonds, "source": source.path, "page": page}
        self.plain.note(request, "download", {"what": what})

    def _gone(self, request: Request) -> Response:
        return self.plain.told(request, TITLE, GONE, 404)


def _drawn(sheet: Sheet, width: int) -> Sheet:
    """With its image, which is kept for when the browser asks, or why there is none."""
    file = sheet.source.file
    if not has_paper(file):
        return sheet
    page, quote = sheet.page, sheet.quote
    try:
        drawn = drawn_page(file, page.number, quote=quote, text_page=page, width=width)
    except Undrawable as trouble:
        if trouble.facts.get("detail") == BUSY:
            return sheet  # the browser's own request may find a free place
        said = sentence(trouble)
        return replace(sheet, undrawn=f"{said.happened if said else ''} {_('En voici le texte.')}")
    return replace(sheet, drawn=drawn)


def _as_file(name: str) -> dict[str, str]:
    return {
        "content-disposition": f"attachment; filename*=UTF-8''{quoted(name)}",
        "cache-control": "no-store",
    }
