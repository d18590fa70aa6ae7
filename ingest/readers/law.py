"""Articles of law as JSON lines: one page and one record an article.

Fields: id, code, num, section_path, text, date_debut, date_fin (ISO), as drawn from DILA's LEGI.
A line with `article`, the id of an article, is one of its versions: kept with its dates, and
neither a record nor embedded.
"""

from __future__ import annotations

import gzip
import json
import re
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import IO, Any

from ingest.clean import clean
from ingest.pages import Document
from ingest.readers import Limits
from ingest.readers.law_parts import Part, joined
from ingest.records.record import Record, Span
from ingest.records.version import Version, end
from ingest.trouble import Unreadable

_MOST_BYTES = 2_000_000_000  # unpacked: a bound against bombs
_MISSING = "Missing data from [legifrance]"  # stands for the text in 1,451 of 105,801 versions
_SLUG = re.compile(r"^((?:Sous-)?[Ss]ection|Paragraphe) (\S+) ([a-z].*)$")


def read(file: Path, limits: Limits) -> Document:
    """The whole file at once, for tests and small files. See `read_parts`."""
    return joined(read_parts(file, limits))


def read_parts(file: Path, limits: Limits) -> Iterator[Document]:
    """The articles and versions in the order of the file; a page's number is the line's.

    Raises:
        Unreadable: damaged archive, a line that is not JSON, or without id, num and text.
    """
    part = Part()
    for number, line in _lines(file):
        try:
            article = json.loads(line)
            text = "" if _MISSING in article["text"] else clean(article["text"])
            if "article" in article:
                part.add_version(_past(article, number), text)
            else:
                record = _record(article, part.records_before, Span(number, 0, len(text)))
                part.add_record(record, _current(article, number), text)
                part.versions += _others(article, number)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            detail = f"ligne {number} : {type(error).__name__} {error}"
            raise Unreadable("damaged", detail[:200]) from error
        if part.is_full():
            yield part.document()
            part = part.next()
    yield part.document()


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


def _past(line: Mapping[str, Any], page: int) -> Version:
    return Version(
        article_id=str(line["article"]),
        date=line["date_debut"] or "",
        date_end=end(line.get("date_fin")),
        page=page,
        etat=line.get("etat") or "",
        number=str(line["num"]),
        body=line.get("code"),
        by=line.get("par"),
        stamp=line.get("as_of") or "",
    )


def _current(article: Mapping[str, Any], page: int) -> Version:
    """The version that the article itself is."""
    id = str(article["id"])
    return Version(
        article_id=id,
        date=article.get("date_debut") or "",
        date_end=end(article.get("date_fin")),
        page=page,
        version_id=_version_id(id),
        etat=article.get("etat") or "",
        number=str(article["num"]),
        body=article.get("code"),
        by=article.get("modifie_par"),
        stamp=article.get("as_of") or "",
    )


def _others(article: Mapping[str, Any], page: int) -> list[Version]:
    """The other versions that an article lists with their dates, without their text."""
    mine = _current(article, page)
    return [
        replace(
            mine, date=str(other["date_debut"]), date_end=end(other.get("date_fin")),
            version_id=_version_id(str(other["id"])), etat=other.get("etat") or "", by=None,
        )
        for other in article.get("versions") or ()
        if other["id"] != mine.version_id and other["date_debut"] != other.get("date_fin")
    ]  # fmt: skip


def _version_id(id: str) -> str:
    return id if id.startswith("LEGIARTI") else ""


def _heading(part: str) -> str:
    """« Section 3 exercice concerte » → « Section 3 : exercice concerte »."""
    found = _SLUG.match(part)
    return f"{found[1]} {found[2]} : {found[3]}" if found else part
