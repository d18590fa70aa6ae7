"""A cited page as it is appended to an exported answer: its name, its picture, the boxed words."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass

from app.pages import Box
from app.words import _

_BOX = (255, 245, 184)  # yellow behind the words
_OUTLINE = (61, 46, 0)  # dark, to be seen without colour too
_QUALITY = 80


@dataclass(frozen=True, slots=True)
class Leaf:
    """A cited page, and where the cited passages stand on it."""

    name: str  # of the citations: « [1] Délibération n° …, p. 3, [2] Délibération … »
    image: bytes  # WebP
    boxes: tuple[Box, ...] = ()  # fractions of width and height, origin at the top left
    page: bytes = b""  # where the source is a PDF and was asked for: its page, as a PDF
    source: str = ""  # path within its fonds
    number: int = 0  # of the page, 1-based; 0: not known


def described(leaf: Leaf) -> str:
    """What somebody is told who does not see the page: its citations, file and number."""
    boxed = _(", passage cité encadré") if leaf.boxes else ""
    where = ""
    if leaf.number:
        where = _(", page {page} du fichier {source}").format(page=leaf.number, source=leaf.source)
    return f"{leaf.name}{where}{boxed}. {_('Ses mots sont plus haut.')}"


def jpeg(webp: bytes, boxes: Sequence[Box] = ()) -> tuple[bytes, tuple[int, int]]:
    """The picture for a file that knows no WebP, the boxes drawn in; width and height in px."""
    from PIL import Image, ImageChops, ImageDraw

    with Image.open(io.BytesIO(webp)) as drawn:
        image = drawn.convert("RGB")
    wide, high = image.size
    yellow = Image.new("RGB", image.size, "white")
    pen = ImageDraw.Draw(yellow)
    for box in boxes:
        place = (box.left * wide - 2, box.top * high - 2, box.right * wide + 2,
                 box.bottom * high + 2)  # fmt: skip
        pen.rectangle(place, fill=_BOX, outline=_OUTLINE, width=2)
    image = ImageChops.multiply(image, yellow)  # the letters stay as black as they were
    written = io.BytesIO()
    image.save(written, "JPEG", quality=_QUALITY, optimize=True)
    return written.getvalue(), (wide, high)
