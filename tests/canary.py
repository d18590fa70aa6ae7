"""A word that stands in one document alone, and where it can still be read in a data folder."""

from __future__ import annotations

import contextlib
import zlib
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

CANARY = "Zxqvbarizandre"  # in no language; one term, which no rule of stemming shortens


def spellings(word: str) -> set[bytes]:
    """As UTF-8 and UTF-16, as typed, in lower and in upper case."""
    forms = {word, word.lower(), word.upper()}
    return {form.encode(code) for form in forms for code in ("utf-8", "utf-16-le", "utf-16-be")}


def files(data: Path) -> Iterator[Path]:
    """Every file of a data folder but the model, which is shared and holds no text of the town."""
    for path in sorted(data.rglob("*")):
        if path.is_file() and "models" not in path.relative_to(data).parts:
            yield path


def traces(data: Path, *words: str) -> list[str]:
    """The files in which one of these words can be read, zlib streams opened."""
    wanted = {form for word in words for form in spellings(word)}
    return [str(path.relative_to(data)) for path in files(data) if _holds(path, wanted)]


def _holds(path: Path, wanted: set[bytes]) -> bool:
    content = path.read_bytes()
    return any(form in text for text in (content, *_inflated(content)) for form in wanted)


def _inflated(content: bytes) -> Iterator[bytes]:
    """What zlib streams in a file hold: they begin with 78 01, 78 9c or 78 da."""
    for head in (b"\x78\x01", b"\x78\x9c", b"\x78\xda"):
        at = content.find(head)
        while at >= 0:
            with contextlib.suppress(zlib.error):
                yield zlib.decompressobj().decompress(content[at:], 1_000_000)
            at = content.find(head, at + 1)


def vector_traces(data: Path, vector: NDArray[np.float32]) -> list[str]:
    """The files that hold a vector, as float32 to about a thousandth, wherever it begins."""
    parts = np.lib.stride_tricks.sliding_window_view(vector.astype(np.float32), 8)
    part = parts[np.abs(parts).min(axis=1).argmax()]  # eight numbers far from nought
    assert np.abs(part).min() > 0.01, "zeros stand in any file"
    return [str(path.relative_to(data)) for path in files(data) if _holds_near(path, part)]


def _holds_near(path: Path, part: NDArray[np.float32]) -> bool:
    content = path.read_bytes()
    for shift in range(4):
        whole = content[shift : shift + (len(content) - shift) // 4 * 4]
        values = np.frombuffer(whole, "<f4")
        if len(values) < len(part):
            continue
        with np.errstate(invalid="ignore", over="ignore"):
            windows = np.lib.stride_tricks.sliding_window_view(values, len(part))
            if bool((np.abs(windows - part) < 1e-3).all(axis=1).any()):
                return True
    return False
