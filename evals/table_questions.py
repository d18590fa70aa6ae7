"""Questions of a town in a table: CSV as a spreadsheet writes it, row by row as `questions` reads.

Columns, in any order: question, attendu, fichier, page, numero, suite, genre. Without a file the
records are expected not to answer.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import Any

from ingest.records.fold import fold

# what a town may write at the head of a column → the field that it is
COLUMNS = {
    "question": "question", "attendu": "must", "reponse": "must", "reponse attendue": "must",
    "fichier": "file", "document": "file", "page": "page", "numero": "id", "id": "id",
    "suite": "after", "suite de": "after", "genre": "kind",
}  # fmt: skip
BETWEEN = "|"  # several strings of one cell


class TableInvalid(ValueError):
    """What is wrong with a table, in French, and its line (1-based; 0: as a whole)."""

    def __init__(self, line: int, reason: str) -> None:
        super().__init__(reason)
        self.line = line
        self.reason = reason


def rows(content: bytes) -> Iterator[tuple[int, dict[str, Any]]]:
    """Line number and question, in the shape of a JSON line, of each row that is not blank.

    Raises:
        TableInvalid.
    """
    lines = _lines(_text(content))
    head = next(lines, (0, []))[1]
    names = [COLUMNS.get(fold(cell).strip(" *:").replace("°", "")) for cell in head]
    if "question" not in names:
        raise TableInvalid(1, "il faut une colonne « question » (et attendu, fichier, page)")
    for line, cells in lines:
        row = {name: cell.strip() for name, cell in zip(names, cells, strict=False) if name}
        if any(row.values()):
            yield line, _shape(line, row)


def _text(content: bytes) -> str:
    """As a spreadsheet may have written it."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", "replace")


def _lines(text: str) -> Iterator[tuple[int, list[str]]]:
    first = text.split("\n", 1)[0]
    delimiter = max(";,\t", key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        for cells in reader:
            yield reader.line_num, cells
    except csv.Error as error:
        raise TableInvalid(reader.line_num, f"la table est mal formée ({error})") from None


def _shape(line: int, row: dict[str, str]) -> dict[str, Any]:
    file, page, must = (row.get(name, "") for name in ("file", "page", "must"))
    if must and not file:
        raise TableInvalid(line, "« attendu » demande « fichier » : où la réponse est écrite")
    if page and not page.isdigit():
        raise TableInvalid(line, "« page » doit être un nombre")
    shape: dict[str, Any] = {"id": row.get("id") or f"ligne {line}", "question": row["question"]}
    shape["gold"] = [_gold(file, page)] if file else []
    if must or not file:
        shape["must"] = [part.strip() for part in must.split(BETWEEN) if part.strip()]
    return shape | {name: row[name] for name in ("after", "kind") if row.get(name)}


def _gold(file: str, page: str) -> dict[str, Any]:
    if "LEGI" in file and "." not in file:
        return {"id": file, "grade": 2}  # an article of law
    return {"file": file, "page": int(page)} if page else {"file": file}
