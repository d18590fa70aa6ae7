"""A kept answer as the bytes of a file, by the end of its name: JSON, Word or PDF."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from app.curated import citation
from app.document import as_document
from app.export import of_entry
from app.leaves import leaves
from app.opinions import judged_shapes
from app.passages import Again
from app.printed import as_pdf
from app.replay import Replay
from ingest.catalogue import Catalogue

_Shape = Mapping[str, Any]


def exported(data: Path, catalogue: Catalogue, found: Replay, suffix: str) -> bytes:
    """The bytes of the file.

    Args:
        data: the data folder.
        catalogue: where the cited pages are.
        found: the answer, as far as its reader may see it.
        suffix: a key of WRITERS.

    Raises:
        AnswerUnknown: it is no longer whole.
    """
    shape = of_entry(found.entry.id, found.entry, judged_shapes(data, found.entry.id))
    return WRITERS[suffix](catalogue, found, shape)


def _json(catalogue: Catalogue, found: Replay, shape: _Shape) -> bytes:
    return (json.dumps(shape, ensure_ascii=False, indent=2) + "\n").encode("utf-8")


def _word(catalogue: Catalogue, found: Replay, shape: _Shape) -> bytes:
    pages = leaves(catalogue, found, as_pdf=False)
    return as_document(_named(catalogue, found, shape), pages)


def _pdf(catalogue: Catalogue, found: Replay, shape: _Shape) -> bytes:
    return as_pdf(_named(catalogue, found, shape), leaves(catalogue, found))


def _named(catalogue: Catalogue, found: Replay, shape: _Shape) -> _Shape:
    """Each citation with its whole name: who decided, or which version of an article."""

    def named(kept: Mapping[str, Any], again: Again) -> dict[str, Any]:
        return {**kept, "reference": citation(kept, again.source, catalogue).reference}

    return {**shape, "citations": [named(*one) for one in found.citations]}


WRITERS: dict[str, Callable[[Catalogue, Replay, _Shape], bytes]] = {
    ".json": _json, ".docx": _word, ".pdf": _pdf,
}  # fmt: skip
