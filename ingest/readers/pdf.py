"""PDF: PDFium gives the text, tesseract reads the scans; pypdf says why a file does not open."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import TYPE_CHECKING

from ingest import ocr
from ingest.clean import clean, is_stamp_only, looks_like_text
from ingest.pages import Document, Page
from ingest.readers import Limits, page_done
from ingest.readers.hidden import Hidden, split, unseen
from ingest.trouble import Unreadable

if TYPE_CHECKING:
    import pypdfium2


def read(file: Path, limits: Limits) -> Document:
    """The pages of a PDF; those without usable text are read by OCR.

    Raises:
        Unreadable: encrypted, damaged, too many pages, or only scans and no OCR program.
    """
    pdf = _open(file)
    try:
        if len(pdf) > limits.pages:
            raise Unreadable("too_large", f"{len(pdf)} pages")
        return _read_pages(pdf, limits)
    finally:
        pdf.close()


def _open(file: Path) -> pypdfium2.PdfDocument:
    import pypdfium2

    try:
        pdf = pypdfium2.PdfDocument(file)
    except pypdfium2.PdfiumError as error:
        # PDFium may still give the reason why the file before this one did not open
        named = b"/Encrypt" in file.read_bytes()
        if named and ("password" in str(error).lower() or _is_encrypted(file)):
            raise Unreadable("encrypted") from error
        raise Unreadable("damaged", str(error)) from error
    if len(pdf) == 0:
        pdf.close()
        raise Unreadable("damaged", "aucune page")
    return pdf


def _is_encrypted(file: Path) -> bool:
    import pypdf

    logging.getLogger("pypdf").setLevel(logging.CRITICAL)
    try:
        return bool(pypdf.PdfReader(file).is_encrypted)
    except Exception:  # pypdf raises many kinds on a damaged file; PDFium's word stands
        return False


def _read_pages(pdf: pypdfium2.PdfDocument, limits: Limits) -> Document:
    pages: list[Page] = []
    warnings: list[str] = []
    missing: list[int] = []
    hidden = Hidden()
    for index in range(len(pdf)):
        number = index + 1
        try:
            pages.append(_read_page(pdf, index, limits, hidden))
        except ocr.OcrMissing:
            missing.append(number)
            pages.append(Page(number, ""))
        except Unreadable as error:
            warnings.append(f"page {number} : {error.detail}")
            pages.append(Page(number, ""))
        page_done()
    if missing and not any(page.text for page in pages):
        raise Unreadable("ocr_missing", f"pages : {len(missing)}")
    if missing:
        warnings.append(f"pages numérisées non lues : {len(missing)} ; {ocr.MISSING}")
    return Document(tuple(pages), None, (*warnings, *hidden.told()))


def _read_page(pdf: pypdfium2.PdfDocument, index: int, limits: Limits, hidden: Hidden) -> Page:
    import pypdfium2

    try:
        page = pdf[index]
        textpage = page.get_textpage()
        text = clean(_seen(page, textpage, index + 1, hidden))
        textpage.close()
    except pypdfium2.PdfiumError as error:
        raise Unreadable("damaged", str(error)) from error
    if looks_like_text(text) and not is_stamp_only(text):
        return Page(index + 1, text)
    if not _has_picture(page):
        return Page(index + 1, text if looks_like_text(text) else _short(text))
    read_page = ocr.read_page(page, index + 1, limits.ocr_dpi, limits.ocr_seconds)
    return read_page if len(read_page.text) > len(text) else Page(index + 1, text)


def _seen(
    page: pypdfium2.PdfPage, textpage: pypdfium2.PdfTextPage, number: int, hidden: Hidden
) -> str:
    """The text of a page but for what nobody sees on it, which goes to `hidden`."""
    objects = unseen(page, lambda: _has_picture(page))
    if not objects:
        return str(textpage.get_text_range())
    seen, words, why = split(textpage, objects)
    if words:
        hidden.pages.append(number)
        hidden.words.append(words)
        hidden.why |= why
    return "\n".join(line for line in seen.splitlines() if line.strip())


def _short(text: str) -> str:
    """A title page has few words and no picture: keep it unless it is garbage."""
    return text if sum(char.isalnum() for char in text) > 0.5 * len(text) else ""


def _has_picture(page: pypdfium2.PdfPage) -> bool:
    """Whether images, or drawings without text, cover enough to hold a scanned text."""
    import pypdfium2.raw as raw

    width, height = page.get_size()
    covered = 0.0
    paths = 0
    for item in page.get_objects(max_depth=3):
        if item.type == raw.FPDF_PAGEOBJ_IMAGE:
            left, bottom, right, top = item.get_bounds()
            covered += max(0.0, right - left) * max(0.0, top - bottom)
        elif item.type == raw.FPDF_PAGEOBJ_PATH:
            paths += 1
    return covered > 0.3 * width * height or paths > 200
