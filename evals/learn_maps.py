"""Learns the maps of the package: `vectorstore/reference/loi.safetensors`, from nothing.

    python -m evals.learn_maps question_article.jsonl.gz --data DIR --out loi.safetensors

A city learns its own with `greffe adapt` (`app/learning.py`), which goes on from these.
"""

from __future__ import annotations

import argparse
import hashlib
from pathlib import Path

import numpy as np

from app import egress

_HELD_OUT = 20  # one group of questions of so many
_STEPS = 100


def main() -> None:
    """Learn, print what the held-out questions say, and write the file."""
    from app.assembly import open_parts
    from app.attached import read_attached
    from app.learning import gather, pairs_of
    from app.settings import load
    from vectorstore.learn_maps import gains, learn
    from vectorstore.maps import packed, write_whole

    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("questions", type=Path, help="JSON lines, plain or gzipped")
    parser.add_argument("--data", type=Path, required=True, help="whose model and means are used")
    parser.add_argument("--out", type=Path, required=True)
    given = parser.parse_args()
    with open_parts(load(given.data)) as parts:
        centre, embedder = parts.indexes.centre, parts.embedder
        gathered = gather(read_attached(given.questions), parts.catalogue)
        pairs = pairs_of(
            gathered, parts.catalogue, embedder, centre, lambda stage, share: None, _HELD_OUT
        )
        model, means = embedder.model_id, centre.id
    maps = learn(pairs, steps=_STEPS)
    for share in (0.0, 0.3, 0.6, 1.0):
        print(f"{share:.1f}  nDCG@10 {np.mean(gains(pairs, maps, share)):.4f}")
    content = packed(maps, model, means)
    write_whole(content, given.out)
    print(hashlib.sha256(content).hexdigest())


if __name__ == "__main__":
    egress.harden()
    main()
