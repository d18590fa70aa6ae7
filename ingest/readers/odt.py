"""OpenDocument text (ODT): paragraphs, headings, lists and table rows in order."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

from ingest.clean import clean
from ingest.pages import Document, Page
from ingest.readers import Limits
from ingest.trouble import Unreadable


def read(file: Path, limits: Limits) -> Document:
    """The whole document as one page.

    Raises:
        Unreadable: damaged, or encrypted.
    """
    from odf import opendocument

    printed = io.StringIO()
    try:
        # where the XML ends short odfpy prints all of it, and goes on with what it has
        with redirect_stdout(printed):
            text = "\n".join(_blocks(opendocument.load(str(file)).text))
    except Exception as error:  # odfpy lets BadZipFile, SAX and Key errors out
        raise Unreadable("damaged", f"{type(error).__name__}: {error}"[:200]) from error
    if printed.getvalue():
        raise Unreadable("damaged", "XML")
    return Document((Page(1, clean(text)),))


def _blocks(node: Any) -> Iterator[str]:
    from odf import teletype

    for child in node.childNodes:
        name = getattr(child, "qname", ("", ""))[1]
        if name in ("p", "h"):
            yield teletype.extractText(child)
        elif name == "table-row":
            yield " | ".join(" ".join(_blocks(cell)) for cell in child.childNodes)
        elif name not in ("tracked-changes", "annotation"):
            yield from _blocks(child)
