"""A town as large as is asked, in minutes: its texts and its vectors are drawn, the rest is real.

Reading, cutting and embedding are passed over: a file is one record of some passages, told to the
catalogue and to both indexes by the calls that a run makes. `DrawnVectors` stands for the model.
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import accumulate, islice
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ingest.catalogue import Catalogue
from ingest.discover import Found
from ingest.pages import Document, Page
from ingest.passages import CUTTING, Passage
from ingest.publication import publish
from ingest.readers import READING
from ingest.records.record import Record, Span
from vectorstore.centring import Centre
from vectorstore.chroma import open_local
from vectorstore.embed import unit
from vectorstore.indexes import Indexes
from vectorstore.lexical import Lexical

FONDS = "dessiné"
_SUBJECTS = 500  # vectors lie around that many points, as texts do around their subjects
_SPREAD = 0.6  # of a vector's length, away from its point
_BATCH = 1000  # passages published at a time
_SYLLABLES = ("ba", "co", "du", "fi", "gra", "lé", "mo", "nu", "pri", "ro", "sa", "tu", "vé", "xi",
              "zo", "cha", "lin", "ter", "mar", "gue")  # fmt: skip


class DrawnVectors:
    """In place of the model: the same text, the same vector."""

    model_id = "dessin"

    def __init__(self, width: int = 384) -> None:
        self.width = width
        self._points = np.random.default_rng(1).normal(size=(_SUBJECTS, width))

    def passages(self, texts: Sequence[str]) -> NDArray[np.float16]:
        """Unit vectors (n, width)."""
        seeds = [int.from_bytes(hashlib.sha256(text.encode()).digest()[:8]) for text in texts]
        rows = np.stack([self._points[seed % _SUBJECTS] for seed in seeds])
        away = np.stack([np.random.default_rng(seed).normal(size=self.width) for seed in seeds])
        drawn = rows + _SPREAD * away
        return unit(drawn.astype(np.float32)).astype(np.float16)


@dataclass(frozen=True, slots=True)
class DrawnTown:
    """A catalogue and both indexes of a data folder."""

    catalogue: Catalogue
    indexes: Indexes
    vectors: DrawnVectors

    def fill(self, files: Iterable[Found], passages: int, words: int) -> None:
        """Make files known and published, `passages` of some `words` words in each."""
        run_id = self.catalogue.begin_run(FONDS)
        files = iter(files)
        while batch := list(islice(files, max(1, _BATCH // passages))):
            with self.catalogue.writing():  # else each file would wait for the disk
                staged = [self._staged(file, passages, words, run_id) for file in batch]
            publish(self.catalogue, self.indexes, self.vectors.model_id, FONDS, staged)
        self.catalogue.end_run(run_id, "done", {"fonds": FONDS})

    def _staged(self, file: Found, passages: int, words: int, run_id: int) -> int:
        dice = random.Random(file.path)  # noqa: S311
        texts = [" ".join(drawn_words(dice, words)) for _ in range(passages)]
        ends = list(accumulate(len(text) + 1 for text in texts))
        spans = [
            Span(1, end - 1 - len(text), end - 1) for text, end in zip(texts, ends, strict=True)
        ]
        record = Record(0, "autre", (Span(1, 0, ends[-1] - 1),), title=file.path)
        cut = [
            Passage(n, 0, file.path, text, (span,))
            for n, (text, span) in enumerate(zip(texts, spans, strict=True))
        ]
        content = hashlib.sha256(file.path.encode()).hexdigest()
        versions = (READING, CUTTING)
        source_id = self.catalogue.stage(FONDS, file, content, "staged", versions, run_id)
        document = Document((Page(1, "\n".join(texts)),))
        self.catalogue.add_content(source_id, document, [record], cut)
        self.catalogue.connection.execute("INSERT INTO looked_for VALUES (?)", (source_id,))
        vectors = self.vectors.passages([f"{one.heading}\n{one.text}" for one in cut])
        kept = [(one.input_sha, row.tobytes()) for one, row in zip(cut, vectors, strict=True)]
        self.catalogue.add_vectors(self.vectors.model_id, kept)
        return source_id


def drawn_words(dice: random.Random, count: int) -> list[str]:
    """Words that nobody says, some far more often than others."""
    return [
        "".join(_SYLLABLES[int(dice.paretovariate(0.7)) % len(_SYLLABLES)] for _ in range(3))
        for _ in range(count)
    ]


@contextmanager
def drawn_town(data: Path, width: int = 384) -> Iterator[DrawnTown]:
    """Open the town of a data folder."""
    vectors = DrawnVectors(width)
    mean = np.zeros(width, np.float32)
    dense = open_local(data, "dessin", grace_s=0.5)
    catalogue = Catalogue(data / "catalogue.sqlite")
    try:
        lexical = Lexical.for_writing(data / "lexical")
        indexes = Indexes(dense, lexical, Centre(mean, mean, "dessin"))
        yield DrawnTown(catalogue, indexes, vectors)
    finally:
        catalogue.close()
        dense.close()
