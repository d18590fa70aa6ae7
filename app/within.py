"""A page of one PDF drawn within a page of another: its text stays text.

It becomes a form (ISO 32000-1, 8.10): marks of its own structure, links and scripts stay behind.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import Any

MOST = 32 * 2**20  # bytes of a page; a larger one is shown as a picture


@dataclass(frozen=True, slots=True)
class Sheet:
    """A page that can be drawn."""

    page: Any  # of pypdf
    size: tuple[float, float]  # points, as it is read
    upright: tuple[float, float, float, float, float, float]  # its own coordinates → as it is read


def sheet_of(pdf: bytes) -> Sheet | None:
    """The one page of a PDF; None where pypdf cannot make anything of it."""
    from pypdf import PdfReader
    from pypdf.errors import PyPdfError

    if len(pdf) > MOST:
        return None
    try:
        page: Any = PdfReader(io.BytesIO(pdf)).pages[0]
        left, bottom, right, top = (float(one) for one in page.cropbox)
        if page.get_contents() is None or "/Resources" not in page:
            return None
        page.get_contents().get_data()
    except (PyPdfError, ValueError, KeyError, TypeError, AttributeError, OverflowError):
        return None
    wide, high = right - left, top - bottom
    turned = int(page.rotation) % 360
    upright = {
        0: (1, 0, 0, 1, -left, -bottom),
        90: (0, -1, 1, 0, -bottom, right),
        180: (-1, 0, 0, -1, right, top),
        270: (0, 1, -1, 0, top, -left),
    }.get(turned)
    if upright is None or wide <= 0 or high <= 0:
        return None
    return Sheet(page, (wide, high) if turned % 180 == 0 else (high, wide), upright)


def add_sheet(writer: Any, page: Any, name: str, sheet: Sheet) -> None:
    """Give the page of a writer what « /Name Do » draws there."""
    from pypdf.generic import DecodedStreamObject, DictionaryObject, NameObject

    form = DecodedStreamObject()
    form.set_data(sheet.page.get_contents().get_data())
    form.update({
        NameObject("/Type"): NameObject("/XObject"),
        NameObject("/Subtype"): NameObject("/Form"),
        NameObject("/BBox"): sheet.page.cropbox.clone(writer),
        NameObject("/Resources"): sheet.page["/Resources"].clone(writer),
    })  # fmt: skip
    resources = page["/Resources"].get_object()
    forms = resources.setdefault(NameObject("/XObject"), DictionaryObject()).get_object()
    forms[NameObject(name)] = writer._add_object(form.flate_encode())
