"""Articles of law as JSON lines: one page and one record an article.

Fields: id, code, num, section_path, text, date_debut, date_fin (ISO), as drawn from DILA's LEGI.
"""

from __future__ import annotations

import gzip
import json
import re
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO, Any

from ingest.clean import clean
from ingest.pages import Document, Page
from ingest.readers import Limits
from ingest.records.record import Record, Span
from ingest.trouble import Unreadable

_MOST_BYTES = 2_000_000_000  # unpacked: a bound against bombs
_SLUG = re.compile(r"^((?:Sous-)?[Ss]ection|Paragraphe) (\S+) ([a-z].*)$")


def read(file: Path, limits: Limits) -> Document:
    """The articles in the order of the file; a page's number is the line's.

    Raises:
        Unreadable: damaged archive, a line that is not JSON, or without id, num and text.
    """
    pages: list[Page] = []
    records: list[Record] = []
    for number, line in _lines(file):
        try:
            article = json.loads(line)
            text = clean(article["text"])
            record = _record(article, len(records), Span(number, 0, len(text)))
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            detail = f"ligne {number} : {type(error).__name__} {error}"
            raise Unreadable("damaged", detail[:200]) from error
        if text:
            pages.append(Page(number, text))
            records.append(record)
    return Document(tuple(pages), tuple(records))


def _lines(file: Path) -> Iterator[tuple[int, str]]:
    size = 0
    try:
        with _opened(file) as stream:
            for number, line in enumerate(stream, 1):
                size += len(line)
                if size > _MOST_BYTES:
                    raise Unreadable("too_large", "archive dépliée")
                if line.strip():
                    yield number, line
    except (OSError, EOFError, UnicodeDecodeError, zlib.error) as error:
        raise Unreadable("damaged", str(error)[:200]) from error


def _opened(file: Path) -> IO[str]:
    if file.suffix.lower() == ".gz":
        return gzip.open(file, "rt", encoding="utf-8")
    return file.open(encoding="utf-8")


def _record(article: Mapping[str, Any], ordinal: int, span: Span) -> Record:
    return Record(
        ordinal=ordinal,
        kind="article",
        spans=(span,),
        number=str(article["num"]),
        date=article.get("date_debut"),
        date_end=article.get("date_fin"),
        body=article.get("code"),
        article_id=str(article["id"]),
        section_path=tuple(_heading(part) for part in article.get("section_path") or ()),
    )


def _heading(part: str) -> str:
    """« Section 3 exercice concerte » → « Section 3 : exercice concerte »."""
    found = _SLUG.match(part)
    return f"{found[1]} {found[2]} : {found[3]}" if found else part
