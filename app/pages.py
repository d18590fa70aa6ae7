"""Page images: the page of a source with the quoted words boxed, and text for what has no paper.

A born-digital page is asked where the words stand (PDFium); a scan or an image has them from its
OCR. Both are drawn in a process apart (app/apart.py): a hostile file costs it ten seconds of work,
once, and not the page that everybody looks at.
Measured on 45 pages of real councils: all quotes found, in 4 ms; 64 ms a page, 108 kB.
"""

from __future__ import annotations

import io
import re
import threading
import unicodedata
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.apart import Children, TooMuch
from app.citations import Quote
from app.words import N_
from ingest.pages import Page
from ingest.readers import PAPER
from ingest.trouble import Trouble, Unreadable

if TYPE_CHECKING:
    from PIL.Image import Image

MAX_HEIGHT = 4000  # px: a page of one metre by one centimetre must not fill the memory
# two thirds of the time of a page went into method 2 at quality 80: docs/log.md
WEBP = {"quality": 75, "method": 0}
CACHE_BYTES = 64 * 2**20  # about 600 pages
AROUND = 1500  # characters shown on each side of a quote, where there is no paper
ANCHOR = 24  # characters: enough of a quote's head or tail to be found alone

_CLOSING = ".;:,!?)"  # boxed too where the quote ends in it

# of a processor: the slowest of 639 pages of hostile PDFs took 2.9 by the clock, beside other work
DRAW_SECONDS = 10.0
DRAW_MEMORY_MB = 2000  # what a reader of the same file may take: reading.memory_mb
DRAWERS = 2  # pages drawn at the same time

BUSY = N_("trop de pages se dessinent en ce moment ; demandez-la de nouveau")
_GIVEN_UP = {
    "time": N_("elle demande plus de 10 secondes"),
    "memory": N_("elle demande plus de mémoire que permis (2000 Mo)"),
    "crashed": N_("elle arrête net ce qui la dessine"),
    "busy": BUSY,
}


class Undrawable(Trouble):
    """There is no image of this page. Facts: page, detail (French)."""


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle on the drawn page, in pixels, origin at the top left."""

    left: float
    top: float
    right: float
    bottom: float


@dataclass(frozen=True, slots=True)
class Drawn:
    """A page as an image, and how far down the quoted words begin."""

    image: bytes  # WebP
    width: int  # px
    height: int  # px
    top: float | None  # of the first box, as a fraction of the height; None: not found
    boxes: tuple[Box, ...] = ()  # of the quote, line by line


@dataclass(frozen=True, slots=True)
class Excerpt:
    """The text around a quote: plain text, to be escaped by whoever shows it."""

    before: str
    quoted: str
    after: str


def draw_page(
    file: Path, page: int, *, quote: Quote | None, text_page: Page, width: int = 900
) -> bytes:
    """The page as WebP, the quote's words boxed: the image of `drawn_page`."""
    return drawn_page(file, page, quote=quote, text_page=text_page, width=width).image


def drawn_page(
    file: Path, page: int, *, quote: Quote | None, text_page: Page, width: int = 900
) -> Drawn:
    """The page about `width` pixels wide, the quote's words boxed where they were found.

    `page` is 1-based; `text_page` is the same page as the catalogue knows it. Raises
    Undrawable for a file without paper, a missing or damaged file, a page out of range.
    """
    if not has_paper(file):
        raise Undrawable(page=page, detail=N_("ce document n'a pas de pages"))
    marked = quote if quote is not None and quote.page == page else None
    asked = (*_state(file, page), page)
    key = (*asked, marked, hash(text_page), width, *WEBP.values())
    drawn = _cache.get(key)
    if drawn is None:
        drawn = _apart(asked, _draw, file, page, marked, text_page, width, dict(WEBP))
        _cache.put(key, drawn)
    return drawn


def _state(file: Path, page: int) -> tuple[Path, int, int]:
    """The file as it is now: path, mtime, size. Raises Undrawable."""
    try:
        stat = file.stat()
    except OSError as error:
        raise Undrawable(page=page, detail=N_("le fichier n'est plus à sa place")) from error
    return file, stat.st_mtime_ns, stat.st_size


def has_paper(file: Path) -> bool:
    """Whether the file has pages that can be drawn; the text of others is shown instead."""
    return file.suffix.lower() in PAPER


def page_as_pdf(file: Path, number: int) -> bytes:
    """One page of a PDF as a PDF of its own; `number` is 1-based. Raises Undrawable."""
    return bytes(_apart((*_state(file, number), number), _page_as_pdf, file, number))


def _apart(page: tuple[Path, int, int, int], work: Callable[..., Any], *given: object) -> Any:
    """Have a page made by a child; one that was given up is not tried again.

    `page`: file, mtime, size, number.
    """
    if page in _given_up:
        raise Undrawable(page=page[-1], detail=_given_up[page])
    try:
        return _children.do(work, *given)
    except TooMuch as trouble:
        detail = _GIVEN_UP[trouble.reason]
        if trouble.reason != "busy" and len(_given_up) < _MOST_GIVEN_UP:
            _given_up[page] = detail
        raise Undrawable(page=page[-1], detail=detail) from trouble


@contextmanager
def _pdf(file: Path, number: int) -> Iterator[Any]:
    """A PDF that has this page, by PDFium; closed again whatever happens.

    Raises Undrawable.
    """
    import pypdfium2 as pdfium

    try:
        document = pdfium.PdfDocument(file)
    except (pdfium.PdfiumError, OSError) as error:
        raise Undrawable(page=number, detail=N_("le fichier est illisible")) from error
    try:
        if not 1 <= number <= len(document):
            raise Undrawable(page=number, detail=N_("le fichier n'a pas cette page"))
        yield document
    finally:
        document.close()


def _page_as_pdf(file: Path, number: int) -> bytes:
    import pypdfium2 as pdfium

    with _pdf(file, number) as document:
        try:
            alone = pdfium.PdfDocument.new()
            alone.import_pages(document, [number - 1])
            written = io.BytesIO()
            alone.save(written)
            alone.close()
            return written.getvalue()
        except pdfium.PdfiumError as error:
            raise Undrawable(page=number, detail=N_("elle est abîmée")) from error


def excerpt(page: Page, quote: Quote | None) -> Excerpt:
    """The text of a page cut to 1,500 characters on each side of the quote."""
    if quote is None or quote.page != page.number or not 0 <= quote.start < quote.end:
        cut = page.text[: 2 * AROUND]
        return Excerpt(cut + ("…" if len(cut) < len(page.text) else ""), "", "")
    first, last = max(0, quote.start - AROUND), min(len(page.text), quote.end + AROUND)
    before, after = page.text[first : quote.start], page.text[quote.end : last]
    return Excerpt(
        before=("…" if first else "") + before,
        quoted=page.text[quote.start : quote.end],
        after=after + ("…" if last < len(page.text) else ""),
    )


def _draw(
    file: Path,
    number: int,
    quote: Quote | None,
    text_page: Page,
    width: int,
    compressed: Mapping[str, int],
) -> Drawn:
    """One page drawn and boxed. `compressed`: how Pillow writes WebP."""
    try:
        if file.suffix.lower() == ".pdf":
            image, boxes = _draw_pdf(file, number, quote, text_page, width)
        else:
            image, boxes = _draw_image(file, number, width), []
    except MemoryError:
        raise TooMuch("memory") from None
    if quote is not None and text_page.words:
        boxes = _ocr_boxes(text_page, quote, image.size)
    boxes = merge_by_line(boxes)
    top = max(0.0, boxes[0].top / image.height) if boxes else None
    webp = io.BytesIO()
    _boxed(image, boxes).save(webp, "WEBP", **compressed)
    return Drawn(webp.getvalue(), image.width, image.height, top, tuple(boxes))


def _draw_pdf(
    file: Path, number: int, quote: Quote | None, text_page: Page, width: int
) -> tuple[Image, list[Box]]:
    """A page of a PDF, and where the quote stands on it when it was not read by OCR."""
    import pypdfium2 as pdfium

    with _pdf(file, number) as document:
        try:
            page = document[number - 1]
            scale = min(width / page.get_width(), MAX_HEIGHT / page.get_height())
            bitmap = page.render(scale=scale, may_draw_forms=False)
            image = bitmap.to_pil().convert("RGB")
            boxes: list[Box] = []
            if quote is not None and not text_page.words:
                boxes = _pdf_boxes(page, bitmap, text_page, quote)
            bitmap.close()  # here, not later without the lock
            return image, boxes
        except (pdfium.PdfiumError, ZeroDivisionError, ValueError) as error:
            raise Undrawable(page=number, detail=N_("elle est abîmée")) from error


def _draw_image(file: Path, number: int, width: int) -> Image:
    """A page of an image file, as the OCR saw it."""
    from ingest.readers.image import page_image

    try:
        image = page_image(file, number)
    except Unreadable as trouble:
        raise Undrawable(page=number, detail=N_("le fichier est illisible")) from trouble
    scale = min(width / image.width, MAX_HEIGHT / image.height)
    return image.resize(
        (max(1, round(image.width * scale)), max(1, round(image.height * scale)))
    ).convert("RGB")


def _ocr_boxes(page: Page, quote: Quote, size: tuple[int, int]) -> list[Box]:
    """Boxes of the words that the quote meets."""
    wide, high = size
    return [
        Box(word.left * wide, word.top * high, word.right * wide, word.bottom * high)
        for word in page.words
        if word.start < quote.end and quote.start < word.end
    ]


def _pdf_boxes(page: Any, bitmap: Any, text_page: Page, quote: Quote) -> list[Box]:
    """Boxes of the quote on a born-digital page: PDFium's own rectangles, in pixels."""
    textpage = page.get_textpage()
    # character by character: get_text_range() drops some and its indexes then drift
    characters = "".join(_character(textpage, i) for i in range(textpage.count_chars()))
    place = bitmap.get_posconv(page)  # knows rotation and crop box
    boxes = []
    for start, end in locate(characters, text_page.text, quote):
        for i in range(textpage.count_rects(start, end - start)):
            left, bottom, right, top = textpage.get_rect(i)
            (x0, y0), (x1, y1) = place.to_bitmap(left, top), place.to_bitmap(right, bottom)
            boxes.append(Box(min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1)))
    return boxes


def _character(textpage: Any, index: int) -> str:
    from pypdfium2 import raw

    code = int(raw.FPDFText_GetUnicode(textpage, index))
    return chr(code) if 0 < code <= 0x10FFFF else "\x02"


def locate(drawn: str, text: str, quote: Quote) -> list[tuple[int, int]]:
    """Where the quote stands in `drawn`, PDFium's characters: ranges, empty when not found.

    `text` is the cleaned text that the quote's offsets count in. Spaces, hyphens, quotation
    marks, case and accents do not count. Among several occurrences the one of the same rank
    as in `text` is taken, or the nearest when the two texts do not have the same number.
    """
    haystack, places = _compact(drawn)
    needle, _ = _compact(quote.text)
    offset = len(_compact(text[: quote.start])[0])
    found = _occurrence(haystack, _compact(text)[0], needle, offset)
    if found is not None:
        start, end = places[found], places[found + len(needle) - 1] + 1
        while end < len(drawn) and drawn[end] in _CLOSING and quote.text.endswith(drawn[end]):
            end += 1
        return [(start, end)]
    # a header, a note or a stamp stands in the middle: from the quote's head to its tail
    if len(needle) > 2 * ANCHOR:
        head = _occurrence(haystack, "", needle[:ANCHOR], offset)
        tail = -1 if head is None else haystack.find(needle[-ANCHOR:], head + ANCHOR)
        if head is not None and 0 <= tail - head <= 2 * len(needle):
            return [(places[head], places[tail + ANCHOR - 1] + 1)]
    return []


def _occurrence(drawn: str, text: str, needle: str, offset: int) -> int | None:
    """The occurrence in `drawn` of the needle that stands at `offset` in `text`."""
    if not needle:
        return None
    here = [match.start() for match in re.finditer(f"(?={re.escape(needle)})", drawn)]
    there = [match.start() for match in re.finditer(f"(?={re.escape(needle)})", text)]
    if here and len(here) == len(there) and offset in there:
        return here[there.index(offset)]
    return min(here, key=lambda at: abs(at - offset), default=None)


def _compact(text: str) -> tuple[str, list[int]]:
    """Letters and digits, folded, and for each the index of the character that it came from."""
    kept, places = [], []
    for index, character in enumerate(text):
        for folded in unicodedata.normalize("NFKD", character.lower()):
            if folded.isalnum() or folded in "%€$+=":
                kept.append(folded)
                places.append(index)
    return "".join(kept), places


def merge_by_line(boxes: Sequence[Box]) -> list[Box]:
    """One box a line: neighbours in reading order that share a line and nearly touch."""
    merged: list[Box] = []
    for box in boxes:
        if merged and _same_line(merged[-1], box):
            last = merged[-1]
            merged[-1] = Box(
                min(last.left, box.left), min(last.top, box.top),
                max(last.right, box.right), max(last.bottom, box.bottom),
            )  # fmt: skip
        else:
            merged.append(box)
    return merged


def _same_line(one: Box, two: Box) -> bool:
    overlap = min(one.bottom, two.bottom) - max(one.top, two.top)
    height = max(1.0, min(one.bottom - one.top, two.bottom - two.top))
    gap = max(one.left, two.left) - min(one.right, two.right)
    return overlap > height / 2 and gap < 3 * height


def _boxed(image: Image, boxes: Sequence[Box]) -> Image:
    """Yellow behind the words and a thin dark outline, visible without colour."""
    from PIL import Image as images
    from PIL import ImageChops, ImageDraw

    if not boxes:
        return image
    yellow = images.new("RGB", image.size, "white")
    pen = ImageDraw.Draw(yellow)
    for box in boxes:
        pen.rectangle(_around(box), fill=(255, 233, 110))
    image = ImageChops.multiply(image, yellow)  # the letters stay as black as they were
    pen = ImageDraw.Draw(image)
    for box in boxes:
        pen.rectangle(_around(box), outline=(60, 45, 0), width=2)
    return image


def _around(box: Box) -> tuple[float, float, float, float]:
    return (box.left - 3, box.top - 2, box.right + 3, box.bottom + 2)


class _Images:
    """The images drawn last, at most `limit` bytes of them."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.held = 0
        self.images: OrderedDict[object, Drawn] = OrderedDict()
        self.lock = threading.Lock()

    def get(self, key: object) -> Drawn | None:
        with self.lock:
            if key in self.images:
                self.images.move_to_end(key)
            return self.images.get(key)

    def put(self, key: object, drawn: Drawn) -> None:
        with self.lock:
            if key in self.images:  # two visitors asked for it at once
                return
            self.images[key] = drawn
            self.held += len(drawn.image)
            while self.held > self.limit:
                self.held -= len(self.images.popitem(last=False)[1].image)


_cache = _Images(CACHE_BYTES)
_children = Children(DRAWERS, DRAW_SECONDS, DRAW_MEMORY_MB)
_MOST_GIVEN_UP = 10_000
_given_up: dict[tuple[Path, int, int, int], str] = {}  # why
