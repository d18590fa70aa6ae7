"""Word documents (DOCX): paragraphs and tables in the order of the text."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from ingest.clean import clean
from ingest.pages import Document, Page
from ingest.readers import Limits
from ingest.trouble import Unreadable

if TYPE_CHECKING:
    from docx.document import Document as WordDocument
    from docx.table import Table


def read(file: Path, limits: Limits) -> Document:
    """The whole document as one page: DOCX has no pages until it is printed.

    Raises:
        Unreadable: damaged, or encrypted.
    """
    import docx

    try:
        word = docx.Document(str(file))
        text = "\n".join(_blocks(word))
    except Exception as error:  # python-docx lets KeyError, BadZipFile, XMLSyntaxError out
        raise Unreadable("damaged", f"{type(error).__name__}: {error}"[:200]) from error
    return Document((Page(1, clean(text)),))


def _blocks(word: WordDocument) -> Iterator[str]:
    from docx.table import Table

    for section in word.sections[:1]:
        yield from (paragraph.text for paragraph in section.header.paragraphs)
    for block in word.iter_inner_content():
        if isinstance(block, Table):
            yield from _rows(block)
            yield ""
        else:
            yield block.text


def _rows(table: Table) -> Iterator[str]:
    for row in table.rows:
        cells = row.cells  # a merged cell comes once for each column that it covers
        distinct = [
            cell for i, cell in enumerate(cells) if i == 0 or cell._tc is not cells[i - 1]._tc
        ]
        yield " | ".join(" ".join(cell.text.split()) for cell in distinct)
