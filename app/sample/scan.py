"""Scanned files: the pages of a PDF as a copier would give them back, images and no text.

A page is drawn in grey, turned a little, blurred, speckled, and put in a new PDF as a JPEG.
The speckles come from a seeded generator: the same seed gives the same file.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pypdfium2
from PIL import Image, ImageFilter
from reportlab.lib.pagesizes import A4
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from app.sample import letterhead

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, slots=True)
class Copier:
    """The defects of a scan."""

    dpi: int
    skew: float  # degrees, counter-clockwise
    noise: float  # standard deviation of the grey levels, out of 255
    quality: int  # of the JPEG, 1 to 95
    seed: int


def scanned(pdf: bytes, copier: Copier, stamps: Sequence[str] = ()) -> bytes:
    """A PDF of the images of the pages of `pdf`; `stamps` are its only text, on each page."""
    source = pypdfium2.PdfDocument(pdf)
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=A4, invariant=1, pageCompression=1, lang="fr")
    canvas.setTitle("Numérisation")
    for number in range(len(source)):
        bitmap = source[number].render(scale=copier.dpi / 72, grayscale=True)
        jpeg = _copied(bitmap.to_pil().convert("L"), copier, number)
        canvas.drawImage(ImageReader(io.BytesIO(jpeg)), 0, 0, *A4)
        if stamps:
            letterhead.stamp(canvas, stamps)
        canvas.showPage()
    canvas.save()
    source.close()
    return out.getvalue()


def _copied(page: Image.Image, copier: Copier, number: int) -> bytes:
    """The JPEG of a page gone through the copier; each page is turned a little differently."""
    dice = np.random.default_rng(copier.seed * 100 + number)
    skew = copier.skew + float(dice.uniform(-0.06, 0.06))
    turned = page.rotate(skew, Image.Resampling.BICUBIC, fillcolor=250)
    grey: Any = np.asarray(turned.filter(ImageFilter.GaussianBlur(0.45)), dtype=np.float64)
    grey = 26 + grey * (222 / 255)  # black is never quite black, nor paper quite white
    grey += np.linspace(-3, 3, grey.shape[1])  # the lamp is brighter on one side
    coarse = dice.normal(0, copier.noise, (grey.shape[0] // 2 + 1, grey.shape[1] // 2 + 1))
    grey += np.kron(coarse, np.ones((2, 2)))[: grey.shape[0], : grey.shape[1]]
    _specks(grey, dice)
    out = io.BytesIO()
    image = Image.fromarray(grey.clip(0, 255).astype(np.uint8))
    image.save(out, "JPEG", quality=copier.quality, dpi=(copier.dpi, copier.dpi))
    return out.getvalue()


def _specks(grey: Any, dice: np.random.Generator) -> None:
    """Forty specks of dust, two pixels wide at most."""
    for _ in range(40):
        y, x = int(dice.integers(grey.shape[0] - 2)), int(dice.integers(grey.shape[1] - 2))
        grey[y : y + int(dice.integers(1, 3)), x : x + int(dice.integers(1, 3))] = 90
