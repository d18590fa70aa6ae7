"""A run, or a withdrawal, that is killed at a boundary between two of its steps.

`python -m tests.ingest.doomed DATA FOLDER --at publish:after:2` dies by its own SIGKILL right after
the second call of `Catalogue.publish`; without `--at` it goes to its end. `--withdraw PATH` takes
out that file instead of bringing the folder in.
"""

from __future__ import annotations

import argparse
import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

from app import receipts
from ingest import erasure, findability, withdrawals
from ingest.catalogue import Catalogue
from tests.ingest.small_town import WordHashes, small_town
from vectorstore import chroma
from vectorstore.chroma import ChromaIndex
from vectorstore.indexes import Indexes
from vectorstore.lexical import Lexical

# name of a boundary → who holds the step, and the step
BOUNDARIES: dict[str, tuple[Any, str]] = {
    "begin_run": (Catalogue, "begin_run"),
    "stage": (Catalogue, "stage"),
    "add_content": (Catalogue, "add_content"),
    "touch": (Catalogue, "touch"),
    "add_vectors": (Catalogue, "add_vectors"),
    "lexical_add": (Lexical, "add"),
    "dense_add": (ChromaIndex, "_write_batch"),
    "lexical_commit": (Lexical, "commit"),
    "publish": (Catalogue, "publish"),
    "note": (withdrawals, "note"),
    "retire": (Catalogue, "retire"),
    "owe": (withdrawals, "owe"),
    "lexical_remove": (Lexical, "remove"),
    "dense_remove": (ChromaIndex, "_delete_batch"),
    "purge": (Catalogue, "purge"),
    "sweep": (Indexes, "missing_and_extra"),
    "settle": (erasure, "settle"),
    "compact": (Catalogue, "compact"),
    "clear": (Lexical, "clear"),
    "replace": (ChromaIndex, "replace"),
    "switch": (ChromaIndex, "_switch"),
    "rename": (chroma, "_rename"),
    "delete_others": (ChromaIndex, "_delete_others"),
    "scrub": (chroma, "scrub"),
    "paid": (withdrawals, "paid"),
    "look_for": (findability, "_look_for"),
    "mark_erased": (withdrawals, "mark_erased"),
    "end_run": (Catalogue, "end_run"),
}

# the boundaries that a withdrawal does not come to
OF_A_RUN = frozenset({
    "begin_run", "stage", "add_content", "touch", "add_vectors", "publish", "sweep", "look_for",
    "end_run",
})  # fmt: skip


def doom(at: str) -> None:
    """Die at a boundary: « name:before|after:n »."""
    name, side, count = at.split(":")
    holder, step = BOUNDARIES[name]
    real: Callable[..., Any] = getattr(holder, step)
    left = int(count)

    def doomed(*args: Any, **named: Any) -> Any:
        nonlocal left
        left -= 1
        if left == 0 and side == "before":
            os.kill(os.getpid(), signal.SIGKILL)
        outcome = real(*args, **named)
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return outcome

    setattr(holder, step, doomed)


def main() -> None:
    """Run to the end, or to the boundary."""
    parser = argparse.ArgumentParser()
    parser.add_argument("data", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--at", default="")
    parser.add_argument("--withdraw", default="")
    asked = parser.parse_args()
    if asked.at:
        doom(asked.at)
    with small_town(asked.data) as town:
        if asked.withdraw:
            erasure.settle(town.catalogue, town.indexes, WordHashes.model_id)
            chosen = [s for s in town.catalogue.sources() if s.path == asked.withdraw]
            if chosen:
                erasure.withdraw(town.catalogue, town.indexes, WordHashes.model_id, chosen, "")
        else:
            town.run(asked.folder, yes=True)
        receipts.finish(asked.data, town.catalogue)


if __name__ == "__main__":
    main()
