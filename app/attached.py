"""Questions with the articles that legal staff attach to them: read, and found in the index."""

from __future__ import annotations

import codecs
import gzip
import json
import re
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, cast

from app.batch import unfit
from ingest.catalogue import Catalogue
from ingest.links import targets
from ingest.records.codes import plain
from ingest.records.fold import fold
from ingest.records.references import read_references
from ingest.trouble import InputMissing, Trouble
from vectorstore.question import read_question

_GZIP = b"\x1f\x8b"
_LONGEST_LINE = 20_000_000  # bytes, unpacked: a bound against bombs
_MOST_BYTES = 1_000_000_000
_FIELDS = ("id", "code", "num", "section", "text")


class AttachedInvalid(Trouble):
    """A file of questions with their articles cannot be read. Facts: path, detail."""


@dataclass(frozen=True, slots=True)
class Article:
    """An article as a line gives it: in full, or by what names it."""

    id: str = ""  # of the law file, LEGIARTI…, or a reference: « L. 2121-29 CGCT »
    code: str = ""
    num: str = ""
    section: str = ""  # the headings that it stands under, joined with « > »
    text: str = ""

    @property
    def name(self) -> str:
        """What names it for a reader."""
        return self.id or f"{self.num} {self.code}".strip()


@dataclass(frozen=True, slots=True)
class Attached:
    """A question and its articles; there may be none."""

    question: str
    articles: tuple[Article, ...]


def read_attached(path: Path) -> list[Attached]:
    """The questions of a file of JSON lines, plain or gzipped.

    Raises:
        InputMissing: no such file.
        AttachedInvalid: it cannot be read, or a line is no question.
    """
    if not path.exists():
        raise InputMissing(path=str(path))
    found = []
    try:
        with _opened(path) as stream:
            for number, line in enumerate(_lines(stream), 1):
                if line.strip():
                    found.append(_attached(line, number))
    except (OSError, EOFError, zlib.error, ValueError) as error:
        raise AttachedInvalid(path=str(path), detail=_in_short(error)) from error
    return found


def _in_short(error: Exception) -> str:
    damaged = isinstance(error, EOFError | zlib.error | gzip.BadGzipFile)
    return "l'archive gzip est abîmée" if damaged else str(error)


def _opened(path: Path) -> IO[bytes]:
    with path.open("rb") as stream:
        packed = stream.read(2) == _GZIP
    return cast("IO[bytes]", gzip.open(path, "rb")) if packed else path.open("rb")


def _lines(stream: IO[bytes]) -> Iterator[bytes]:
    size = 0
    while line := stream.readline(_LONGEST_LINE + 1):
        size += len(line)
        if len(line) > _LONGEST_LINE or size > _MOST_BYTES:
            raise ValueError("il est trop gros")
        yield line.removeprefix(codecs.BOM_UTF8) if size == len(line) else line


def _attached(line: bytes, number: int) -> Attached:
    """A line read. Raises ValueError, in French, with its number."""
    try:
        row = json.loads(line.decode())
    except UnicodeDecodeError as error:
        raise ValueError(f"ligne {number}, ce n'est pas de l'UTF-8") from error
    except (ValueError, RecursionError) as error:
        raise ValueError(f"ligne {number}, le JSON est mal formé") from error
    wrong = _wrong(row)
    if wrong:
        raise ValueError(f"ligne {number}, {wrong}")
    return Attached(row["question"].strip(), tuple(map(_article, row["articles"])))


def _wrong(row: Any) -> str:
    """Why a line is no question with articles, in French; empty where it is one."""
    if not isinstance(row, dict):
        return "ce n'est pas un objet JSON, avec « question » et « articles »"
    for name, kind in (("question", str), ("articles", list)):
        if not isinstance(row.get(name), kind):
            what = "un texte" if kind is str else "une liste"
            return f"« {name} » manque, ou n'est pas {what}"
    if said := unfit(row["question"]):
        return said[0].lower() + said[1:].rstrip(".")
    if not all(map(_is_article, row["articles"])):
        return "un article est son identifiant, sa référence, ou un objet avec « id »"
    return ""


def _is_article(given: Any) -> bool:
    if isinstance(given, str):
        return bool(given.strip())
    named = isinstance(given, dict) and (given.get("id") or given.get("num"))
    return bool(named) and all(isinstance(given.get(name, ""), str) for name in _FIELDS)


def _article(given: Any) -> Article:
    if isinstance(given, str):
        return Article(given.strip())
    return Article(**{name: given.get(name, "").strip() for name in _FIELDS})


def records_named(catalogue: Catalogue, article: Article, fonds: Sequence[str]) -> list[int]:
    """Ids of the indexed articles that one of the file is; none where it is not certain.

    By its id, else by what a note would call it: « L. 2121-29 CGCT », « article L. 2121-29 ».
    """
    called = f"article {article.num} du {article.code}" if article.num and article.code else ""
    for name in filter(None, (article.id, called)):
        if found := catalogue.articles_with_id(name) or _called(catalogue, name, fonds):
            return _once(catalogue, found)
    return []


def _called(catalogue: Catalogue, name: str, fonds: Sequence[str]) -> list[int]:
    """The articles of the code that a reference names; of the only code that has the number."""
    values = [one.value for one in read_references(name, fold(name))]
    rows = [row for value in values for row in targets(catalogue, value, None, fonds)]
    found = [row.id for row in rows if row.kind == "article"]
    for number in () if found else read_question(name, ()).articles:
        known = catalogue.articles_named(number, fonds)
        of_code = [id for id, code in known if code and plain(code) in plain(name)]
        one_code = len({plain(code) for _, code in known}) == 1
        found += of_code or ([id for id, _ in known] if one_code and _no_code(name) else [])
    return found


def _no_code(name: str) -> bool:
    """« article L. 2121-29 », not « L. 2121-29 du code du sport »."""
    return not re.search(r"[^\W\d_]{2,}", re.sub(r"\barticles?\b|\bart\b|\bLO\b", " ", name))


def _once(catalogue: Catalogue, ids: Sequence[int]) -> list[int]:
    """Each article once, though several fonds may have it."""
    rows = catalogue.records_of(ids)
    return list({rows[id].article_id or id: id for id in reversed(ids)}.values())[::-1]
