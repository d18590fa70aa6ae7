"""A town hall whose runs take a second: everything real but the model.

The stand-in embedder hashes words. It is here because a run is killed a dozen times, and the
real model takes 7 s to import. `python -m tests.ingest.small_town DATA FOLDER` makes one run.
"""

from __future__ import annotations

import hashlib
import re
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ingest.catalogue import Catalogue
from ingest.pipeline import Options, ingest
from ingest.progress import Tell
from ingest.report import Report
from vectorstore.centring import Centre
from vectorstore.chroma import open_local
from vectorstore.indexes import Indexes
from vectorstore.lexical import Lexical

FONDS = "actes"
WIDTH = 32


class WordHashes:
    """Each word adds 1 to one of 32 places."""

    model_id = "mots"

    def passages(self, texts: Sequence[str]) -> NDArray[np.float16]:
        rows = np.full((len(texts), WIDTH), 0.01, np.float32)
        for row, text in zip(rows, texts, strict=True):
            for word in re.findall(r"\w+", text):
                row[hashlib.sha256(word.encode()).digest()[0] % WIDTH] += 1
        return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float16)


@dataclass(frozen=True)
class SmallTown:
    """A catalogue and both indexes."""

    catalogue: Catalogue
    indexes: Indexes

    def run(
        self, *targets: Path, tell: Tell = lambda progress: None, **options: bool
    ) -> Report:  # fmt: skip
        """One run over folders and files."""
        return ingest(
            targets, FONDS, self.catalogue, WordHashes(), self.indexes,
            Options(workers=1, **options),  # type: ignore[arg-type]
            tell,
        )  # fmt: skip

    def texts(self) -> dict[str, list[str]]:
        """What readers see: the live passages of each file."""
        return {
            source.path: [row.text for row in self.catalogue.passages_of_source(source.id)]
            for source in self.catalogue.sources("live")
        }

    def found(self, words: str) -> set[str]:
        """Paths of the files that the lexical index finds, as far as they are live."""
        ids = [i for i, _ in self.indexes.lexical.search([FONDS], words, 50)]
        live = self.catalogue.live_passages(ids).values()
        sources = self.catalogue.sources_of([row.source_id for row in live])
        return {source.path for source in sources.values()}

    def agrees(self) -> bool:
        """Whether both indexes hold exactly what the catalogue shows."""
        live = self.catalogue.live_ids(FONDS)
        return self.indexes.dense.ids(FONDS) == live == self.indexes.lexical.ids(FONDS)


@contextmanager
def small_town(data: Path) -> Iterator[SmallTown]:
    """Open the town hall of a data folder."""
    mean = np.zeros(WIDTH, np.float32)
    dense = open_local(data, "mots", grace_s=0.5)
    catalogue = Catalogue(data / "catalogue.sqlite")
    try:
        yield SmallTown(
            catalogue,
            Indexes(dense, Lexical.for_writing(data / "lexical"), Centre(mean, mean, "mots")),
        )
    finally:
        catalogue.close()
        dense.close()


if __name__ == "__main__":
    with small_town(Path(sys.argv[1])) as opened:
        opened.run(Path(sys.argv[2]))
