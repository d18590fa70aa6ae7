"""OCR of one page by tesseract, in French: words, boxes, confidences."""

from __future__ import annotations

import functools
import os
import shutil
import subprocess
from typing import TYPE_CHECKING

from ingest.clean import clean
from ingest.pages import Page, Word
from ingest.trouble import Unreadable

if TYPE_CHECKING:
    import pypdfium2
    from PIL.Image import Image

MISSING = "tesseract n'est pas installé"  # in the warning of a file that was read in part
_LONGEST_SIDE = 5000  # pixels: a poster is drawn smaller, so that memory stays bounded


class OcrMissing(Exception):
    """tesseract or its French data is not installed."""


@functools.cache
def available() -> bool:
    """Whether tesseract and its French data are here."""
    if shutil.which("tesseract") is None:
        return False
    listed = subprocess.run(
        ["tesseract", "--list-langs"], capture_output=True, text=True, check=False
    )
    return "fra" in (listed.stdout + listed.stderr).split()


def read_page(page: pypdfium2.PdfPage, number: int, dpi: int, seconds: int) -> Page:
    """Draw a page at `dpi` and read it; upright, as the paper was laid in the scanner.

    Raises:
        OcrMissing: no tesseract.
        Unreadable: tesseract failed or took more than `seconds` seconds.
    """
    if not available():
        raise OcrMissing
    width, height = page.get_size()
    scale = min(dpi / 72, _LONGEST_SIDE / max(width, height, 1))
    image = page.render(scale=scale, grayscale=True).to_pil()
    image.format = "PPM"  # handed over as it is: packed as PNG, it would take 0.1 s more
    return read_image(image, number, seconds)


def read_image(image: Image, number: int, seconds: int) -> Page:
    """The words of one image.

    Raises:
        Unreadable: tesseract failed or took more than `seconds` seconds.
    """
    import pytesseract

    os.environ["OMP_THREAD_LIMIT"] = "1"  # two threads a page are slower than two pages
    try:
        table = pytesseract.image_to_data(
            image, lang="fra", timeout=seconds, output_type=pytesseract.Output.DICT
        )
    except RuntimeError as error:  # TesseractError is one; so is its time-out
        raise Unreadable("ocr_failed", str(error)[:200]) from error
    return _page(table, number, *image.size)


def _page(table: dict[str, list[str]], number: int, width: int, height: int) -> Page:
    pieces: list[str] = []
    words: list[Word] = []
    confidences: list[float] = []
    at = 0
    place: tuple[str, ...] = ()
    for index, text in enumerate(table["text"]):
        word = clean(text)  # before its place is counted: offsets stay true
        if not word:
            continue
        here = tuple(table[key][index] for key in ("block_num", "par_num", "line_num"))
        gap = (
            ""
            if not pieces
            else " "
            if here == place
            else "\n"
            if here[:2] == place[:2]
            else "\n\n"
        )
        place = here
        pieces += [gap, word]
        at += len(gap)
        left, top, wide, high = (
            int(table[key][index]) for key in ("left", "top", "width", "height")
        )
        words.append(
            Word(at, at + len(word), left / width, top / height,
                 (left + wide) / width, (top + high) / height)
        )  # fmt: skip
        at += len(word)
        confidences.append(float(table["conf"][index]))
    mean = sum(confidences) / len(confidences) / 100 if confidences else None
    return Page(number, "".join(pieces), True, mean, tuple(words))
