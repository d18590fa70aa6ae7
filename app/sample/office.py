"""DOCX and ODT files from blocks. Knows python-docx and odfpy.

Both are ZIP archives: they are packed again with one fixed date, to be reproducible.
"""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from typing import Any

import docx
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.shared import Pt
from odf import opendocument, style, table, text

from app.sample.conseil import COMMUNE
from app.sample.markup import Sheet, plain, spans

EPOCH = (2024, 1, 1, 8, 0, 0)
LETTERHEAD = (
    "RÉPUBLIQUE FRANÇAISE",
    f"Département de la {COMMUNE['departement']}",
    f"Commune de {COMMUNE['nom']}",
)


def frozen(archive: bytes) -> bytes:
    """The same ZIP archive with every date set to `EPOCH`."""
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(archive)) as old,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            entry = zipfile.ZipInfo(name, EPOCH)
            stored = name == "mimetype"
            entry.compress_type = zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED
            new.writestr(entry, old.read(name))
    return out.getvalue()


def word(sheet: Sheet) -> bytes:
    """The DOCX of a content file."""
    made = docx.Document()
    made.styles["Normal"].font.name = "Calibri"
    made.styles["Normal"].font.size = Pt(11)
    _dated(made, sheet)
    section = made.sections[0]
    section.header.paragraphs[0].text = f"Commune de {COMMUNE['nom']}"
    section.footer.paragraphs[0].text = sheet.head.get("pied", COMMUNE["adresse"])
    for line in LETTERHEAD:
        _runs(made.add_paragraph(), f"**{line}**").alignment = WD_ALIGN_PARAGRAPH.CENTER
    for block in sheet.blocks:
        if block.kind == "table":
            _word_table(made, block.rows)
        elif block.kind in ("h1", "h2", "h3"):
            made.add_heading(plain(block.text), int(block.kind[1]))
        elif block.kind == "item":
            _runs(made.add_paragraph(style="List Bullet"), block.text)
        elif block.kind == "right":
            _runs(made.add_paragraph(), block.text).alignment = WD_ALIGN_PARAGRAPH.RIGHT
        else:
            _runs(made.add_paragraph(), block.text)
    out = io.BytesIO()
    made.save(out)
    return frozen(out.getvalue())


def _dated(made: Any, sheet: Sheet) -> None:
    """Fix what a DOCX tells of its author and dates."""
    facts = made.core_properties
    facts.author = facts.last_modified_by = "Secrétariat de mairie"
    facts.title = sheet.head.get("objet", "")
    facts.comments = ""
    facts.created = facts.modified = dt.datetime(*EPOCH)


def _runs(paragraph: Any, line: str) -> Any:
    """The paragraph, with the bold and italic of a line."""
    for run, mark in spans(line):
        added = paragraph.add_run(run)
        added.bold = mark == "b"
        added.italic = mark == "i"
    return paragraph


def _word_table(made: Any, rows: tuple[tuple[str, ...], ...]) -> None:
    """A bordered table, its head in bold."""
    grid = made.add_table(rows=0, cols=len(rows[0]), style="Table Grid")
    for number, row in enumerate(rows):
        for cell, value in zip(grid.add_row().cells, row, strict=True):
            _runs(cell.paragraphs[0], f"**{value}**" if number == 0 and value else value)
    made.add_paragraph()


def _named(document: Any, name: str, family: str, **parts: Any) -> Any:
    """A style of an ODT, added to it."""
    made = style.Style(name=name, family=family)
    for key, attributes in parts.items():
        made.addElement(getattr(style, key)(attributes=attributes))
    (document.styles if family != "table-cell" else document.automaticstyles).addElement(made)
    return made


def writer(sheet: Sheet) -> bytes:
    """The ODT of a content file."""
    made = opendocument.OpenDocumentText()
    bold = _named(made, "Gras", "text", TextProperties={"fontweight": "bold"})
    slanted = _named(made, "Italique", "text", TextProperties={"fontstyle": "italic"})
    marks = {"b": bold, "i": slanted}
    gap = {"marginbottom": "0.25cm"}
    centre = _named(made, "Centre", "paragraph", ParagraphProperties=gap | {"textalign": "center"})
    right = _named(made, "Droite", "paragraph", ParagraphProperties=gap | {"textalign": "end"})
    body = _named(made, "Corps", "paragraph", ParagraphProperties=gap | {"textalign": "justify"})
    cell = _named(
        made,
        "Case",
        "table-cell",
        TableCellProperties={"border": "0.5pt solid #000000", "padding": "0.1cm"},
    )
    for line in LETTERHEAD:
        made.text.addElement(_odt_line(text.P(stylename=centre), f"**{line}**", marks))
    for block in sheet.blocks:
        if block.kind == "table":
            made.text.addElement(_odt_table(block.rows, cell, marks))
        elif block.kind in ("h1", "h2", "h3"):
            made.text.addElement(text.H(outlinelevel=int(block.kind[1]), text=plain(block.text)))
        else:
            paragraph = text.P(stylename=right if block.kind == "right" else body)
            line = f"– {block.text}" if block.kind == "item" else block.text
            made.text.addElement(_odt_line(paragraph, line, marks))
    out = io.BytesIO()
    made.write(out)
    return frozen(out.getvalue())


def _odt_line(paragraph: Any, line: str, marks: dict[str, Any]) -> Any:
    """The paragraph, with the bold and italic of a line."""
    for run, mark in spans(line):
        if mark:
            paragraph.addElement(text.Span(stylename=marks[mark], text=run))
        else:
            paragraph.addText(run)
    return paragraph


def _odt_table(rows: tuple[tuple[str, ...], ...], cell: Any, marks: dict[str, Any]) -> Any:
    """A bordered table, its head in bold."""
    grid = table.Table(name="Tableau")
    grid.addElement(table.TableColumn(numbercolumnsrepeated=len(rows[0])))
    for number, row in enumerate(rows):
        line = table.TableRow()
        for value in row:
            box = table.TableCell(stylename=cell)
            shown = f"**{value}**" if number == 0 and value else value
            box.addElement(_odt_line(text.P(), shown, marks))
            line.addElement(box)
        grid.addElement(line)
    return grid
