"""An exported answer as a tagged PDF: headings, language, reading order, and each cited page.

The structure (ISO 32000-1, 14.7 and 14.8) is written by hand: reportlab marks what it draws, pypdf
adds the tree that says what each mark is.
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path
from typing import Any

from app.document import AIDED, TAGS, judgement, said_when, source_name, where_it_stands
from app.export import STATUSES
from app.leaf import Leaf, described, jpeg
from app.pages import Box
from app.within import Sheet, add_sheet, sheet_of
from app.words import _, language

_MARGIN = 56.0  # points
_PLAIN, _BOLD = "DejaVuSans", "DejaVuSans-Bold"  # in matplotlib's package
_LEADING = 1.4  # of the size
_SPACE = 0.6  # of the size, below a block
_Piece = tuple[str, bool]  # words, whether they are the records' own: French
_Place = tuple[float, float, float, float]  # left, bottom, width, height, in points


@dataclass(slots=True)
class _Element:
    """A part of the document, and the marks of what was drawn for it."""

    tag: str  # H1, H2, P, Figure
    alt: str = ""
    french: bool = False  # words of the records
    marks: list[tuple[int, int]] = field(default_factory=list[tuple[int, int]])  # page, mark


def as_pdf(shape: Mapping[str, Any], leaves: Sequence[Leaf]) -> bytes:
    """The bytes of a PDF.

    Args:
        shape: as app/export.py gives it.
        leaves: the cited pages that can be drawn, in the order of the citations.
    """
    drawn = _Drawn(shape["question"])
    drawn.block("H1", shape["question"], 16, bold=True, french=True)
    drawn.block("P", _(AIDED), 10, bold=True)
    drawn.block("P", said_when(shape), 9)
    for text in [shape["text"]] if not shape["sentences"] else []:
        drawn.block("P", _(text), 11)
    for one in shape["sentences"]:
        marks = "".join(f" [{number}]" for number in one["citations"])
        drawn.blocks(
            [(f"{one['text']}{marks}", True), (f" ({_(STATUSES[one['status']])})", False)], 11
        )
    for note in shape["notes"]:
        drawn.block("P", _(note), 9)
    if shape["citations"]:
        drawn.block("H2", _("Sources"), 13, bold=True)
    for one in shape["citations"]:
        drawn.blocks(_source(one, shape.get("judged", ())), 9)
    for leaf in leaves:
        drawn.leaf(leaf)
    return _tagged(drawn.finished(), drawn.elements, shape, drawn.sheets)


def _source(one: Mapping[str, Any], judged: Sequence[Mapping[str, Any]]) -> list[_Piece]:
    return [
        (source_name(one, judged), True),
        (f"\n{where_it_stands(one)}", False),
        (f"\n« {one['quote']} »", True),
        ("\n" + _("SHA-256 du fichier : {sha256}").format(sha256=one["sha256"]), False),
        *((f"\n{judgement(said)}", False) for said in judged if said["citation"] == one["number"]),
    ]


class _Drawn:
    """What is drawn, page after page, each block between its marks."""

    def __init__(self, title: str) -> None:
        from reportlab.lib.pagesizes import A4
        from reportlab.pdfbase import pdfmetrics
        from reportlab.pdfbase.ttfonts import TTFont
        from reportlab.pdfgen.canvas import Canvas

        for name in (_PLAIN, _BOLD):
            if name not in pdfmetrics.getRegisteredFontNames():
                pdfmetrics.registerFont(TTFont(name, str(_font(name))))
        self.elements: list[_Element] = []
        self.sheets: list[tuple[int, Sheet]] = []  # with the page, 0-based, that shows each
        self._written = io.BytesIO()
        self._width, self._height = A4
        self._canvas = Canvas(self._written, pagesize=A4, lang=TAGS[language()], pageCompression=1)
        self._canvas.setTitle(title)
        self._page, self._mark, self._y = 0, 0, self._height - _MARGIN

    def blocks(self, pieces: Sequence[_Piece], size: float) -> None:
        """One paragraph; where the document is not in French, one for each piece, as it is read."""
        if language() == "fr":
            pieces = [("".join(piece[0] for piece in pieces), True)]
        for text, french in pieces:
            self.block("P", text.strip(), size, french=french)

    def block(
        self, tag: str, text: str, size: float, *, bold: bool = False, french: bool = False
    ) -> None:  # fmt: skip
        """Lines of text, wrapped, over as many pages as they take."""
        from reportlab.lib.utils import simpleSplit

        font = _BOLD if bold else _PLAIN
        element = _Element(tag, french=french)
        self.elements.append(element)
        lines = simpleSplit(_plain(text), font, size, self._width - 2 * _MARGIN)
        self._begin(element)
        for line in lines:
            if self._y - size * _LEADING < _MARGIN:
                self._end()
                self._turn()
                self._begin(element)
            self._y -= size * _LEADING
            self._canvas.setFont(font, size)
            self._canvas.drawString(_MARGIN, self._y, line)
        self._end()
        self._y -= size * _SPACE

    def leaf(self, leaf: Leaf) -> None:
        """A cited page under its name: that of a PDF with its text, any other as a picture."""
        self._turn()
        self.block("H2", leaf.name, 10, bold=True, french=True)
        element = _Element("Figure", described(leaf))
        self.elements.append(element)
        self._begin(element)
        sheet = sheet_of(leaf.page) if leaf.page else None
        place = self._picture(leaf.image) if sheet is None else self._sheet(sheet)
        self._box(leaf.boxes, place)
        self._end()

    def _picture(self, webp: bytes) -> _Place:
        from reportlab.lib.utils import ImageReader

        picture, size = jpeg(webp)
        place = self._place(*size)
        self._canvas.drawImage(ImageReader(io.BytesIO(picture)), *place)
        return place

    def _sheet(self, sheet: Sheet) -> _Place:
        """Have a page of another PDF drawn here: its name stands for it until `_tagged`."""
        place = left, bottom, wide, _high = self._place(*sheet.size)
        scale = wide / sheet.size[0]
        self._canvas.saveState()
        self._canvas.transform(scale, 0, 0, scale, left, bottom)
        self._canvas.transform(*sheet.upright)
        self._canvas.addLiteral(f"/Feuille{len(self.sheets)} Do")
        self._canvas.restoreState()
        self.sheets.append((self._page, sheet))
        return place

    def _place(self, wide: float, high: float) -> _Place:
        """Where something of these proportions goes, as large as it can be."""
        scale = min((self._width - 2 * _MARGIN) / wide, (self._y - _MARGIN) / high)
        return _MARGIN, self._y - scale * high, scale * wide, scale * high

    def _box(self, boxes: Sequence[Box], place: _Place) -> None:
        """Yellow over the words and a dark outline, seen without colour too."""
        left, bottom, wide, high = place
        self._canvas.saveState()
        self._canvas.setBlendMode("Multiply")  # the letters stay as black as they were
        self._canvas.setFillColorRGB(1, 0.96, 0.72)
        self._canvas.setStrokeColorRGB(0.24, 0.18, 0)
        for box in boxes:
            self._canvas.rect(
                left + box.left * wide - 1, bottom + (1 - box.bottom) * high - 1,
                (box.right - box.left) * wide + 2, (box.bottom - box.top) * high + 2, fill=1,
            )  # fmt: skip
        self._canvas.restoreState()

    def finished(self) -> bytes:
        """The PDF, without its structure."""
        self._canvas.save()
        return self._written.getvalue()

    def _begin(self, element: _Element) -> None:
        element.marks.append((self._page, self._mark))
        self._canvas.addLiteral(f"/{element.tag} <</MCID {self._mark}>> BDC")
        self._mark += 1

    def _end(self) -> None:
        self._canvas.addLiteral("EMC")

    def _turn(self) -> None:
        self._canvas.showPage()
        self._page, self._mark, self._y = self._page + 1, 0, self._height - _MARGIN


def _font(name: str) -> Path:
    return Path(str(resources.files("matplotlib"))) / "mpl-data/fonts/ttf" / f"{name}.ttf"


def _plain(text: str) -> str:
    """Without what no font has a sign for."""
    return "".join(one if one == "\n" or one.isprintable() else " " for one in text)


def _tagged(
    written: bytes, elements: Sequence[_Element], shape: Mapping[str, Any],
    sheets: Sequence[tuple[int, Sheet]],
) -> bytes:  # fmt: skip
    """The same, with the tree that says what is a heading, a paragraph, an image."""
    from pypdf import PdfReader, PdfWriter
    from pypdf.generic import ArrayObject, BooleanObject, DictionaryObject, NameObject, NumberObject
    from pypdf.generic import TextStringObject as Text

    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(written)))

    def named(**pairs: Any) -> Any:
        values = {f"/{key}": value for key, value in pairs.items()}
        held = {k: NameObject(f"/{v}") if type(v) is str else v for k, v in values.items()}
        return DictionaryObject({NameObject(key): value for key, value in held.items()})

    for number, (page, sheet) in enumerate(sheets):
        add_sheet(writer, writer.pages[page], f"/Feuille{number}", sheet)
    tree_root = named(Type="StructTreeRoot")
    root = writer._add_object(tree_root)
    document = named(Type="StructElem", S="Document", P=root)
    whole = writer._add_object(document)
    parents: dict[int, list[Any]] = {}
    kids = ArrayObject()
    for one in elements:
        marks = [
            named(Type="MCR", Pg=writer.pages[page].indirect_reference, MCID=NumberObject(mark))
            for page, mark in one.marks
        ]
        made = named(Type="StructElem", S=one.tag, P=whole, K=ArrayObject(marks))
        if one.french and language() != "fr":
            made[NameObject("/Lang")] = Text(TAGS["fr"])
        if one.alt:
            made[NameObject("/Alt")] = Text(one.alt)
        reference = writer._add_object(made)
        kids.append(reference)
        for page, _mark in one.marks:
            parents.setdefault(page, []).append(reference)
    document[NameObject("/K")] = kids
    numbers = ArrayObject()
    for page, held in sorted(parents.items()):
        numbers += [NumberObject(page), ArrayObject(held)]
        writer.pages[page][NameObject("/StructParents")] = NumberObject(page)
        writer.pages[page][NameObject("/Tabs")] = NameObject("/S")
    tree = writer._add_object(named(Nums=numbers))
    tree_root.update(named(K=ArrayObject([whole]), ParentTree=tree))
    writer.root_object.update(
        named(
            StructTreeRoot=root,
            MarkInfo=named(Marked=BooleanObject(True)),
            Lang=Text(TAGS[language()]),
            ViewerPreferences=named(DisplayDocTitle=BooleanObject(True)),
        )
    )
    subject = _("Réponse {answer}.").format(answer=shape["answer"])
    writer.add_metadata({"/Title": shape["question"], "/Author": "Greffe",
                         "/Subject": f"{subject} {_(AIDED)}"})  # fmt: skip
    made_of = io.BytesIO()
    writer.write(made_of)
    return made_of.getvalue()
