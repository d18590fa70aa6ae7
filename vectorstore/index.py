"""What the rest of the program asks of a dense index: passage ids and their vectors, by fonds."""

from collections.abc import Iterable, Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]


class Index(Protocol):
    """Passage id → vector, one separate space per fonds.

    An index is a cache of the catalogue: adding the same passages again changes nothing, and it
    can be dropped and rebuilt. Every method may raise `StoreUnavailable`
    (`vectorstore.chroma_server`). The methods may be called from several threads.
    """

    def add(self, fonds: str, ids: Sequence[str], vectors: Vectors) -> None:
        """Write `vectors` (n, d) under `ids` (n, each once); an id already there is replaced.

        When it returns, every other process finds them.
        """
        ...

    def remove(self, fonds: str, ids: Sequence[str]) -> None:
        """Forget these ids; the ones that are not there are passed over."""
        ...

    def search(self, fonds: str, vector: Vectors, limit: int) -> list[tuple[str, float]]:
        """The `limit` passages nearest to `vector` (d,): (id, cosine in [-1, 1]), best first.

        A fonds that was never written to gives an empty list.
        """
        ...

    def ids(self, fonds: str) -> set[str]:
        """Every id held for this fonds."""
        ...

    def count(self, fonds: str) -> int:
        """How many ids are held for this fonds."""
        ...

    def drop(self, fonds: str) -> None:
        """Forget the whole fonds (not an erasure in law: bytes may stay on disk)."""
        ...

    def replace(self, fonds: str, parts: Iterable[tuple[Sequence[str], Vectors]]) -> None:
        """Write the fonds anew from (ids, vectors), and put it in the old one's place at once."""
        ...

    def scrub(self, fonds: Sequence[str]) -> None:
        """Wipe from the store's files whatever these fonds do not hold, where the files are ours.

        Searches in other processes wait meanwhile.
        """
        ...

    def close(self) -> None:
        """Let go of the store; the index must not be used afterwards."""
        ...
