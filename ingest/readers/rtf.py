"""Rich text (RTF): the paragraphs, the tables row by row, the notes where they are called."""

from __future__ import annotations

import re
from pathlib import Path

from ingest.clean import clean
from ingest.pages import Document, Page
from ingest.readers import Limits
from ingest.readers.text import decode
from ingest.trouble import Unreadable

_NOTE = re.compile(r"\\footnote(?![a-z])")  # striprtf leaves out what this word opens
_CUT = "le fichier est coupé avant sa fin"


def read(file: Path, limits: Limits) -> Document:
    """The whole document as one page; headers, footers and pictures are left out.

    Raises:
        Unreadable: damaged.
    """
    from striprtf.striprtf import rtf_to_text

    source = decode(file.read_bytes()).rstrip("\0\r\n\t ")
    try:
        text: str = rtf_to_text(  # type: ignore[no-untyped-call]
            _NOTE.sub(" ", source), errors="replace"
        )
    except Exception as error:  # striprtf lets Lookup, Value and Index errors out
        raise Unreadable("damaged", f"{type(error).__name__}: {error}"[:200]) from error
    lines = "\n".join(_row(line) if line.endswith("|") else line for line in text.split("\n"))
    return Document((Page(1, clean(lines)),), None, () if source.endswith("}") else (_CUT,))


def _row(line: str) -> str:
    """« Repas|3,10 €| » → « Repas | 3,10 € »."""
    return " | ".join(cell.strip() for cell in line[:-1].split("|"))
