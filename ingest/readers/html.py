"""HTML: the visible text, block by block; table rows on one line each."""

from __future__ import annotations

import re
from pathlib import Path

from ingest.clean import clean
from ingest.pages import Document, Page
from ingest.readers import Limits
from ingest.readers.text import decode

_BLOCKS = (
    "p,div,section,article,h1,h2,h3,h4,h5,h6,li,tr,br,table,ul,ol,blockquote,pre,header,footer"
)


_CHARSET = re.compile(rb"charset=[\"']?([\w-]+)", re.I)


def read(file: Path, limits: Limits) -> Document:
    """The body's text as one page."""
    raw = file.read_bytes()
    named = _CHARSET.search(raw[:2048])
    return Document(
        (Page(1, visible(decode(raw, named.group(1).decode("ascii") if named else ""))),)
    )


def visible(html: str) -> str:
    """The text that a browser shows, cleaned."""
    from selectolax.lexbor import LexborHTMLParser

    tree = LexborHTMLParser(html)
    for node in tree.css("script,style,noscript,template,nav,[hidden]"):
        node.decompose()
    for cell in tree.css("td,th"):
        cell.insert_after(" | ")
    for block in tree.css(_BLOCKS):
        block.insert_before("\n")
        block.insert_after("\n")
    body = tree.body.text(deep=True) if tree.body else ""
    lines = (re.sub(r"(\s*\|\s*)+$", "", line) for line in clean(body).split("\n"))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines))
