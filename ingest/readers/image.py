"""Images (PNG, JPEG, TIFF with several pages): each is a page for OCR."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import TYPE_CHECKING

from ingest import ocr
from ingest.pages import Document, Page
from ingest.readers import Limits, page_done
from ingest.trouble import Unreadable

if TYPE_CHECKING:
    from PIL.Image import Image

LONGEST_SIDE = 5000  # pixels: A3 at 300 dpi; a larger image is made smaller before it is read
_SQUARE = 1.2  # a fax has 204 dots an inch across and 98 down: letters half as high as they were


def read(file: Path, limits: Limits) -> Document:
    """The pages of an image, read by OCR.

    Raises:
        Unreadable: damaged, too many pages or pixels, or no OCR program.
    """
    if not ocr.available():
        raise Unreadable("ocr_missing")
    count = page_count(file)
    if count > limits.pages:
        raise Unreadable("too_large", f"{count} pages")
    pages: list[Page] = []
    unread: list[Unreadable] = []
    for number in range(1, count + 1):
        try:
            pages.append(ocr.read_image(page_image(file, number), number, limits.ocr_seconds))
        except Unreadable as trouble:
            unread.append(Unreadable(trouble.reason, f"page {number} : {trouble.detail}"))
            pages.append(Page(number, ""))
        page_done()
    if len(unread) == count:
        raise unread[0]
    return Document(tuple(pages), None, tuple(trouble.detail for trouble in unread))


def page_count(file: Path) -> int:
    """How many pages the image has: one, but for a TIFF.

    Raises:
        Unreadable: damaged.
    """
    import PIL.Image
    from PIL.TiffImagePlugin import TiffImageFile

    try:
        with _open(file) as image:
            return image.n_frames if isinstance(image, TiffImageFile) else 1
    except PIL.Image.DecompressionBombError as error:
        raise Unreadable("too_large", str(error)) from error
    except (OSError, ValueError, SyntaxError, EOFError) as error:
        raise Unreadable("damaged", str(error)[:200]) from error


def page_image(file: Path, number: int) -> Image:
    """One page (1-based) as it is read: upright, on white, its dots square, in grey.

    Raises:
        Unreadable: damaged, too many pixels, or no such page.
    """
    import PIL.Image

    try:
        with _open(file) as image:
            if number > 1:
                image.seek(number - 1)
            return _upright(image)
    except PIL.Image.DecompressionBombError as error:
        raise Unreadable("too_large", str(error)) from error
    except (OSError, ValueError, SyntaxError, EOFError) as error:
        raise Unreadable("damaged", str(error)[:200]) from error


def _open(file: Path) -> Image:
    import PIL.Image

    with warnings.catch_warnings():
        # Pillow warns at 89 million pixels and refuses at twice as many; it warns of odd tags too.
        warnings.simplefilter("ignore")
        return PIL.Image.open(file, formats=("PNG", "JPEG", "TIFF"))


def _upright(image: Image) -> Image:
    from PIL import ImageOps

    image.draft("L", (LONGEST_SIDE, LONGEST_SIDE))  # JPEG: unpack no more than is needed
    across, down = (float(dots) or 1.0 for dots in image.info.get("dpi", (1, 1)))
    plain = _grey(image)
    if _SQUARE < across / down < 3:
        plain = plain.resize((plain.width, round(plain.height * across / down)))
    elif _SQUARE < down / across < 3:
        plain = plain.resize((round(plain.width * down / across), plain.height))
    plain = ImageOps.exif_transpose(plain)  # a camera's; Pillow has turned a TIFF already
    plain.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    return plain


def _grey(image: Image) -> Image:
    """In grey, on white where it is transparent; Pillow would cut 16 bits off at 255."""
    import PIL.Image

    if image.mode.startswith("I"):
        return image.convert("I").point(lambda value: value * (1 / 256)).convert("L")
    if not image.has_transparency_data:
        return image.convert("L")
    clear = image.convert("RGBA")
    white = PIL.Image.new("RGBA", clear.size, "white")
    white.alpha_composite(clear)
    return white.convert("L")
