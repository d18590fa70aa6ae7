"""Text of a PDF page that nobody sees on it: it is how a document speaks to a model alone.

Found among the page's text objects, at about 0.5 ms a page; only where one is suspect is the page
drawn (white on what?) and walked through letter by letter.
"""

from __future__ import annotations

import ctypes
import functools
import struct
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pypdfium2
    from PIL.Image import Image

WHITE = "blanc sur blanc"
CLEAR = "transparent"
TINY = "minuscule"
OUTSIDE = "hors de la page"

_LEAST_SIZE = 2.0  # points: below, letters are dust
_LEAST_WHITE = 250  # of 255, for each of red, green and blue
_LEAST_ALPHA = 13  # of 255: fainter than 5 %
_LEAST_GROUND = 0.4  # of the box of white text that has to be darker, for the text to be seen
_GREY = 245  # of 255: darker than this is a ground on which white is seen
_LONGEST_SIDE = 2000  # pixels of the drawing
_DEEPEST = 5  # forms inside forms

_Matrix = tuple[float, float, float, float, float, float]
_Box = Sequence[float]  # left, bottom, right, top, in points
_UPRIGHT: _Matrix = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)


@dataclass(slots=True)
class Hidden:
    """What was kept out of the pages of a file."""

    why: set[str] = field(default_factory=set)
    pages: list[int] = field(default_factory=list)
    words: list[str] = field(default_factory=list)

    def told(self) -> tuple[str, ...]:
        """A French sentence, or none."""
        if not self.pages:
            return ()
        text = " ".join(" ".join(self.words).split())
        begins = text if len(text) <= 80 else f"{text[:80]}…"
        pages = "pages " if len(self.pages) > 1 else "page "
        pages += ", ".join(str(page) for page in self.pages[:10])
        pages += ", …" if len(self.pages) > 10 else ""
        why = ", ".join(sorted(self.why))
        return (f"texte caché écarté ({why}), {len(text)} caractères, {pages} : « {begins} »",)


def unseen(page: pypdfium2.PdfPage, has_picture: Callable[[], bool]) -> dict[int, str]:
    """The text objects that cannot be seen: address → why.

    Invisible text over a picture is the layer that an OCR has left, and is not hidden.
    """
    found: dict[int, str] = {}
    invisible: list[int] = []
    whites: list[tuple[int, _Box]] = []
    left, bottom, right, top = page.get_bbox()
    if left >= right or bottom >= top:  # no such page: readers show the whole sheet instead
        left, bottom, right, top = page.get_mediabox()
    fill_of, bounds_of = _call("FPDFPageObj_GetFillColor"), _call("FPDFPageObj_GetBounds")
    colour, corners, four = _TO_NUMBERS, _TO_FLOATS[:4], _FOUR.unpack_from
    for item, mode, matrix in _texts(page):
        bounds_of(item, *corners)
        box = four(_FLOATS) if matrix is _UPRIGHT else _moved(four(_FLOATS), matrix)
        x0, y0, x1, y1 = box
        if x0 > right or x1 < left or y0 > top or y1 < bottom:
            found[item] = OUTSIDE
        elif (x1 - x0 < _LEAST_SIZE or y1 - y0 < _LEAST_SIZE) and _is_tiny(item, matrix, box):
            found[item] = TINY
        elif mode == _INVISIBLE:
            invisible.append(item)
        elif mode == _FILLED and fill_of(item, *colour):  # of a gradient PDFium may say white
            if _NUMBERS[3] < _LEAST_ALPHA:
                found[item] = CLEAR
            elif _NUMBERS[0] >= _LEAST_WHITE and min(_NUMBERS[1:3]) >= _LEAST_WHITE:
                whites.append((item, box))
    if invisible and not has_picture():
        found |= dict.fromkeys(invisible, CLEAR)
    found |= dict.fromkeys(_white_on_white(page, whites), WHITE)
    return found


def split(textpage: pypdfium2.PdfTextPage, objects: dict[int, str]) -> tuple[str, str, set[str]]:
    """The text that is seen, the text of these objects, and why it is not seen."""
    owner = _call("FPDFText_GetTextObject")
    handle = ctypes.cast(textpage.raw, ctypes.c_void_p).value
    seen, hidden, why = [], [], set()
    start, count = 0, textpage.count_chars()
    while start < count:
        of = owner(handle, start)
        end = start + 1
        while end < count and owner(handle, end) == of:
            end += 1
        text = textpage.get_text_range(start, end - start)
        if of in objects and any(letter.isalnum() for letter in text):
            hidden.append(text)
            why.add(objects[of])
        else:  # spaces keep words apart, whatever their colour
            seen.append(text)
        start = end
    return "".join(seen), " ".join(hidden), why


def _texts(page: pypdfium2.PdfPage) -> list[tuple[int, int, _Matrix]]:
    """The text objects: address, mode of drawing, how the forms that they stand in move them."""
    handle = ctypes.cast(page.raw, ctypes.c_void_p).value
    mode_of, kind_of = _call("FPDFTextObj_GetTextRenderMode"), _call("FPDFPageObj_GetType")
    found: list[tuple[int, int, _Matrix]] = []
    waiting: list[tuple[int | None, int, _Matrix]] = [(handle, 0, _UPRIGHT)]
    while waiting:
        holder, depth, matrix = waiting.pop()
        of = "FPDFFormObj" if depth else "FPDFPage"
        get = _call(f"{of}_GetObject")
        for index in range(_call(f"{of}_CountObjects")(holder)):
            item = get(holder, index)
            mode = mode_of(item)
            if mode >= 0:
                found.append((item, mode, matrix))
            elif depth < _DEEPEST and kind_of(item) == _FORM:
                waiting.append((item, depth + 1, _times(_matrix(item), matrix)))
    return found


_FILLED, _INVISIBLE, _FORM = 0, 3, 5  # fpdf_edit.h; -1 is the mode of what is no text
# pypdfium2's own functions check and convert each argument: 2.5 µs a call, against 0.4.
_SHAPES: dict[str, tuple[Any, ...]] = {
    "FPDFPage_CountObjects": (ctypes.c_int, ctypes.c_void_p),
    "FPDFPage_GetObject": (ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int),
    "FPDFFormObj_CountObjects": (ctypes.c_int, ctypes.c_void_p),
    "FPDFFormObj_GetObject": (ctypes.c_void_p, ctypes.c_void_p, ctypes.c_ulong),
    "FPDFPageObj_GetType": (ctypes.c_int, ctypes.c_void_p),
    "FPDFTextObj_GetTextRenderMode": (ctypes.c_int, ctypes.c_void_p),
    "FPDFPageObj_GetBounds": (ctypes.c_int, *[ctypes.c_void_p] * 5),
    "FPDFPageObj_GetFillColor": (ctypes.c_int, *[ctypes.c_void_p] * 5),
    "FPDFPageObj_GetMatrix": (ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p),
    "FPDFTextObj_GetFontSize": (ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p),
    "FPDFText_GetTextObject": (ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int),
}


@functools.cache
def _call(name: str) -> Callable[..., Any]:
    """A function of PDFium that takes addresses as plain numbers."""
    from pypdfium2 import raw

    address = ctypes.cast(getattr(raw, name), ctypes.c_void_p).value or 0
    return ctypes.PYFUNCTYPE(*_SHAPES[name])(address)


_FOUR, _SIX = struct.Struct("4f"), struct.Struct("6f")
_FLOATS = (ctypes.c_float * 6)()
_NUMBERS = (ctypes.c_uint * 4)()
_TO_FLOATS = [ctypes.c_void_p(ctypes.addressof(_FLOATS) + 4 * n) for n in range(6)]
_TO_NUMBERS = [ctypes.c_void_p(ctypes.addressof(_NUMBERS) + 4 * n) for n in range(4)]


def _moved(box: Sequence[float], matrix: _Matrix) -> _Box:
    a, b, c, d, e, f = matrix
    left, bottom, right, top = box
    across = [a * x + c * y + e for x in (left, right) for y in (bottom, top)]
    up = [b * x + d * y + f for x in (left, right) for y in (bottom, top)]
    return min(across), min(up), max(across), max(up)


def _matrix(item: int) -> _Matrix:
    if not _call("FPDFPageObj_GetMatrix")(item, _TO_FLOATS[0]):
        return _UPRIGHT
    return _SIX.unpack_from(_FLOATS)


def _times(one: _Matrix, two: _Matrix) -> _Matrix:
    """First one, then two."""
    a, b, c, d, e, f = one
    g, h, i, j, k, m = two
    return (a * g + b * i, a * h + b * j, c * g + d * i, c * h + d * j,
            e * g + f * i + k, e * h + f * j + m)  # fmt: skip


def _is_tiny(item: int, matrix: _Matrix, box: _Box) -> bool:
    """Whether both the size of the font and the place taken say so.

    A font of drawings (Type 3) may say 0.24 and be read well; an « l » or a dash takes no place.
    """
    if _call("FPDFPageObj_GetMatrix")(item, _TO_FLOATS[0]):
        own = _SIX.unpack_from(_FLOATS)
        _, _, c, d, _, _ = own if matrix is _UPRIGHT else _times(own, matrix)
    else:
        _, _, c, d, _, _ = matrix
    high = box[3] - box[1] if abs(d) >= abs(c) else box[2] - box[0]  # upright, or on its side
    if high >= _LEAST_SIZE:
        return False
    _call("FPDFTextObj_GetFontSize")(item, _TO_FLOATS[0])
    size = float(_FLOATS[0])
    return size * size * float(c * c + d * d) < _LEAST_SIZE * _LEAST_SIZE


def _white_on_white(page: pypdfium2.PdfPage, whites: list[tuple[int, _Box]]) -> list[int]:
    """Those of the white texts that have nothing dark around their letters."""
    if not whites:
        return []
    scale = min(1.0, _LONGEST_SIDE / max(*page.get_size(), 1))
    bitmap = page.render(scale=scale, grayscale=True, may_draw_forms=False)
    place = bitmap.get_posconv(page)
    drawn = bitmap.to_pil().convert("L")
    lost = []
    for item, (left, bottom, right, top) in whites:
        (x0, y0), (x1, y1) = place.to_bitmap(left, top), place.to_bitmap(right, bottom)
        around = (min(x0, x1) - 1, min(y0, y1) - 1, max(x0, x1) + 1, max(y0, y1) + 1)
        if _ground(drawn, around) < _LEAST_GROUND:
            lost.append(item)
    bitmap.close()
    return lost


def _ground(drawn: Image, box: tuple[int, int, int, int]) -> float:
    """The share of a box that is darker than white."""
    left, top = max(0, box[0]), max(0, box[1])
    right, bottom = min(drawn.width, box[2]), min(drawn.height, box[3])
    if right <= left or bottom <= top:
        return 0.0
    counts = drawn.crop((left, top, right, bottom)).histogram()
    return sum(counts[:_GREY]) / sum(counts)
