"""PDF files from blocks: styles, tables, pages. Knows ReportLab.

Files are reproducible: ReportLab's invariant mode fixes the dates and the /ID.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any

from reportlab import rl_config
from reportlab.lib import colors
from reportlab.lib.enums import TA_CENTER, TA_JUSTIFY, TA_LEFT, TA_RIGHT
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.platypus import (
    BaseDocTemplate,
    Frame,
    NextPageTemplate,
    PageBreak,
    PageTemplate,
    Paragraph,
    Spacer,
    Table,
    TableStyle,
)

from app.sample.markup import Block, plain, spans

rl_config.useA85 = 0  # a JPEG goes in as it is, a quarter smaller than in base 85

DEJAVU = "/usr/share/fonts/truetype/dejavu/"
HEAD_FILL = colors.Color(0.88, 0.90, 0.95)
OPENINGS = [
    "bl", "br", "ch", "cl", "cr", "dr", "fl", "fr", "gl", "gn",
    "gr", "ph", "pl", "pr", "qu", "th", "tr", "vr",
]  # fmt: skip
VOWELS = "aeiouyàâéèêëîïôûùœ"
CONSONANTS = "bcdfghjklmnpqrstvxzç"


@dataclass(frozen=True, slots=True)
class Look:
    """How a document is set."""

    face: str  # « times », « helvetica », « courier », « dejavu »
    size: float = 11  # points
    leading: float = 14  # points
    margin: float = 57  # points, left and right
    top: float = 112  # points, of the first page
    top_next: float = 62  # points, of the pages after it
    hyphens: bool = False  # cut words at line ends


@dataclass(frozen=True, slots=True)
class Page:
    """What a page decoration is told."""

    number: int  # 1-based
    count: int  # pages of the document


Decoration = Callable[[Any, Page], None]
FACES = {
    "times": ("Times-Roman", "Times-Bold"),
    "helvetica": ("Helvetica", "Helvetica-Bold"),
    "courier": ("Courier", "Courier-Bold"),
    "dejavu": ("DejaVuCondensed", "DejaVuCondensed-Bold"),
    "dejavu-serif": ("DejaVuSerifC", "DejaVuSerifC-Bold"),
}
EMBEDDED = {"DejaVuCondensed": "DejaVuSansCondensed", "DejaVuSerifC": "DejaVuSerifCondensed"}


def fonts() -> None:
    """Register the DejaVu faces, of which each file embeds the letters it uses."""
    for name, file in EMBEDDED.items():
        slanted = "Oblique" if "Sans" in file else "Italic"
        for end, source in (("", ""), ("-Bold", "-Bold"), ("-Italic", f"-{slanted}")):
            pdfmetrics.registerFont(TTFont(name + end, f"{DEJAVU}{file}{source}.ttf"))
        pdfmetrics.registerFontFamily(
            name,
            normal=name,
            bold=f"{name}-Bold",
            italic=f"{name}-Italic",
            boldItalic=f"{name}-Bold",
        )


def style(look: Look, **changes: Any) -> Any:
    """A paragraph style of a look."""
    base: dict[str, Any] = {
        "fontName": FACES[look.face][0],
        "fontSize": look.size,
        "leading": look.leading,
        "alignment": TA_JUSTIFY,
        "spaceAfter": look.leading * 0.45,
        "embeddedHyphenation": 1 if look.hyphens else 0,
    }
    return ParagraphStyle("s", **(base | changes))


def styles(look: Look) -> dict[str, Any]:
    """A style for each kind of block."""
    bold, gap = FACES[look.face][1], look.leading * 0.5
    head = {"fontName": bold, "alignment": TA_LEFT, "spaceBefore": gap, "keepWithNext": 1}
    return {
        "h1": style(
            look,
            **head | {"alignment": TA_CENTER, "fontSize": look.size + 3, "spaceAfter": gap * 2},
        ),
        "h2": style(look, **head | {"fontSize": look.size + 1, "spaceBefore": gap * 2}),
        "h3": style(look, **head),
        "p": style(look),
        "item": style(look, leftIndent=16, bulletIndent=4, spaceAfter=gap * 0.4),
        "right": style(look, alignment=TA_RIGHT),
        "center": style(look, alignment=TA_CENTER),
    }


def hyphenated(text: str) -> str:
    """Text with a soft hyphen between the syllables of its long words."""
    return re.sub(rf"[a-z{VOWELS}ç]{{8,}}", lambda m: _syllables(m.group()), text)


def _syllables(word: str) -> str:
    """A word with soft hyphens, three letters at least on either side."""
    cuts = []
    for k in range(3, len(word) - 2):
        before, here, after = word[k - 1], word[k], word[k + 1]
        opens = after in VOWELS or here + after in OPENINGS
        closed = before in VOWELS or (before in CONSONANTS and before + here not in OPENINGS)
        if here in CONSONANTS and opens and closed:
            cuts.append(k)
    for k in reversed(cuts):
        word = word[:k] + "\u00ad" + word[k:]
    return word


def rich(text: str, hyphens: bool = False) -> str:
    """The text of a block in ReportLab's own marks."""
    out = []
    for run, mark in spans(text):
        safe = run.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        safe = hyphenated(safe) if hyphens else safe
        out.append(f"<{mark}>{safe}</{mark}>" if mark else safe)
    return "".join(out)


def flow(blocks: Iterable[Block], look: Look) -> list[Any]:
    """The flowables of blocks; an order other than « page » is left to the caller."""
    sty, out = styles(look), []
    for block in blocks:
        if block.kind == "table":
            out += [table(block, look), Spacer(1, look.leading * 0.7)]
        elif block.kind == "item":
            out.append(Paragraph(rich(block.text, look.hyphens), sty["item"], bulletText="–"))
        elif block.kind == "order":
            out.append(PageBreak())
        else:
            out.append(Paragraph(rich(block.text, look.hyphens), sty[block.kind]))
    return out


def table(block: Block, look: Look) -> Any:
    """A bordered table as wide as the text; its head is repeated on each page."""
    small = replace(look, size=look.size - 1, leading=look.leading - 1, hyphens=False)
    left = style(small, alignment=TA_LEFT, spaceAfter=0)
    right = style(small, alignment=TA_RIGHT, spaceAfter=0)
    head = style(small, alignment=TA_CENTER, spaceAfter=0, fontName=FACES[look.face][1])
    rows = [[Paragraph(rich(c), head) for c in block.rows[0]]]
    for row in block.rows[1:]:
        rows.append(
            [
                Paragraph(rich(c), right if r else left)
                for c, r in zip(row, block.right, strict=True)
            ]
        )
    widths = _widths(block, A4[0] - 2 * look.margin, small)
    grid = TableStyle(
        [
            ("GRID", (0, 0), (-1, -1), 0.6, colors.black),
            ("BACKGROUND", (0, 0), (-1, 0), HEAD_FILL),
            ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
            ("TOPPADDING", (0, 0), (-1, -1), 2.5),
            ("BOTTOMPADDING", (0, 0), (-1, -1), 4),
        ]
    )
    return Table(rows, colWidths=widths, repeatRows=1, style=grid)


def _widths(block: Block, room: float, look: Look) -> list[float]:
    """Widths of columns, which fill `room`: no word is cut, long cells get the rest."""
    columns = [[plain(cell) for cell in cells] for cells in zip(*block.rows, strict=True)]
    bold = FACES[look.face][1]
    floors = [
        13
        + max(
            pdfmetrics.stringWidth(w, bold, look.size) for c in column for w in f"{c} ".split(" ")
        )
        for column in columns
    ]
    weights = [max(*map(len, column), 8) ** 0.6 for column in columns]
    shared = [room * w / sum(weights) for w in weights]
    short = [max(0.0, f - s) for f, s in zip(floors, shared, strict=True)]
    spare = [max(0.0, s - f) for f, s in zip(floors, shared, strict=True)]
    part = sum(short) / sum(spare) if any(short) else 0.0
    return [max(f, s - x * part) for f, s, x in zip(floors, shared, spare, strict=True)]


def build(story: Callable[[], list[Any]], look: Look, decorate: Decoration, title: str) -> bytes:
    """The bytes of a PDF; laid out twice, so that each page knows how many there are."""
    first = _once(story(), look, decorate, title, 0)
    return _once(story(), look, decorate, title, first[1])[0]


def _once(
    story: list[Any], look: Look, decorate: Decoration, title: str, count: int
) -> tuple[bytes, int]:
    """A PDF and how many pages it has."""
    out = io.BytesIO()
    seen = [0]

    def draw(canvas: Any, doc: Any) -> None:
        seen[0] = doc.page
        canvas.saveState()
        decorate(canvas, Page(doc.page, count))
        canvas.restoreState()

    doc = BaseDocTemplate(
        out, pagesize=A4, invariant=1, pageCompression=1, title=title, author="Mairie", lang="fr"
    )
    wide = A4[0] - 2 * look.margin
    for name, top in (("first", look.top), ("next", look.top_next)):
        frame = Frame(look.margin, 52, wide, A4[1] - 52 - top, 0, 0, 0, 0)
        doc.addPageTemplates(PageTemplate(name, [frame], onPage=draw))
    doc.build([NextPageTemplate("next"), *story])
    return out.getvalue(), seen[0]
