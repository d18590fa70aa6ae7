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
# Browsers read Windows-1252 under these names: it is what was meant, € and ’ included.
_WINDOWS = frozenset({"iso-8859-1", "iso8859-1", "iso_8859-1", "latin1", "latin-1", "us-ascii",
                      "ascii"})  # fmt: skip


def read(file: Path, limits: Limits) -> Document:
    """The body's text as one page."""
    from selectolax.lexbor import LexborHTMLParser

    raw = file.read_bytes()
    tree = LexborHTMLParser(_decoded(raw))
    for node in tree.css("script,style,noscript,template,nav,[hidden]"):
        node.decompose()
    for cell in tree.css("td,th"):
        cell.insert_after(" | ")
    for block in tree.css(_BLOCKS):
        block.insert_before("\n")
        block.insert_after("\n")
    body = tree.body.text(deep=True) if tree.body else ""
    lines = (re.sub(r"(\s*\|\s*)+$", "", line) for line in clean(body).split("\n"))
    return Document((Page(1, re.sub(r"\n{3,}", "\n\n", "\n".join(lines))),))


def _decoded(raw: bytes) -> str:
    """What is valid UTF-8 is UTF-8, whatever the page announces; then what it announces."""
    text = decode(raw)
    named = _CHARSET.search(raw[:2048])
    charset = named.group(1).decode("ascii", "replace").lower() if named else "utf-8"
    if charset in ("utf-8", "utf8") or _is_utf8(raw):
        return text
    try:
        return raw.decode("cp1252" if charset in _WINDOWS else charset, errors="replace")
    except LookupError:  # an encoding that nobody knows: keep the guess
        return text


def _is_utf8(raw: bytes) -> bool:
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
