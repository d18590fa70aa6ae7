"""How fast passages get their vectors, against the bare library; and do the stages overlap?

    python -m evals.embedding_speed --pdf FOLDER… [--n 1000] [--rounds 3]
        [--whole FOLDER…]

The passages are those of born-digital PDFs. `SentenceTransformer.encode` gets them sorted by
length, with the model as Greffe loads it; several batch sizes and numbers of threads are tried
once and the best is kept. Then it runs in turn with `ingest.embedding.embed`, which reads its texts
from a catalogue and writes the vectors there. With `--whole`, a run brings those folders into an
empty data folder, and its duration is set against that of its slowest stage.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from app.assembly import open_parts, options_of
from app.settings import Settings, load
from evals.reading_speed import born_digital
from evals.timing import machine
from ingest.catalogue import Catalogue
from ingest.contents import contents
from ingest.discover import walk
from ingest.embedding import embed
from ingest.pages import Document, Page
from ingest.passages import CUTTING, Passage
from ingest.pipeline import ingest
from ingest.readers import READING, Limits, read
from ingest.records.record import Record, Span
from vectorstore import e5
from vectorstore.embed import Embedder, fast_bfloat16

BATCHES = (8, 16, 32, 64)
_TRIED = 64  # texts, of all lengths, by which the bare library's settings are chosen


@dataclass(frozen=True, slots=True)
class Embedding:
    """The same passages by one and by the other, in turn."""

    passages: int
    batch: int  # the bare library's best
    threads: int  # the same, inside each operation
    tried: dict[str, float]  # passages a second of each setting, « threads×batch »
    bare_s: list[float]
    greffe_s: list[float]
    ratio: float  # Greffe's speed, as a share of the bare library's, by the medians


@dataclass(frozen=True, slots=True)
class Whole:
    """A whole run, and what its stages took."""

    files: int
    passages: int
    seconds: float
    stages: dict[str, float]
    slowest: str
    ratio: float  # the whole over its slowest stage: 1 where the others cost nothing
    one_after_another: float  # the same over the sum of the stages


def against_the_library(embedder: Embedder, texts: Sequence[str], rounds: int) -> Embedding:
    """Texts by both, `rounds` times in turn, each with the threads that suit it."""
    bare = _Bare(embedder.folder)
    embedder.passages(list(texts[:8]))  # both are loaded, and warm
    ordered = sorted(texts, key=len)
    few = ordered[:: max(1, len(ordered) // _TRIED)]
    bare.seconds(few, 1, BATCHES[0])  # the first one is slower, whatever it is
    settings = [(threads, batch) for threads in {1, cores()} for batch in BATCHES]
    tried = {setting: len(few) / bare.seconds(few, *setting) for setting in settings}
    threads, batch = max(tried, key=tried.__getitem__)
    spent: tuple[list[float], list[float]] = ([], [])
    with _catalogue(texts) as (catalogue, source_id):
        acts = (
            lambda: bare.seconds(ordered, threads, batch),
            lambda: _seconds(lambda: _embedded(catalogue, embedder, source_id)),
        )
        for at in range(rounds):
            for which in (0, 1) if at % 2 else (1, 0):
                spent[which].append(round(acts[which](), 2))
    ratio = statistics.median(spent[0]) / statistics.median(spent[1])
    return Embedding(
        len(texts), batch, threads, {f"{t}×{b}": round(rate, 1) for (t, b), rate in tried.items()},
        *spent, round(ratio, 3),
    )  # fmt: skip


class _Bare:
    """The library alone: the same folder and precision, whatever threads and batch are asked."""

    def __init__(self, folder: Path) -> None:
        import torch
        from sentence_transformers import SentenceTransformer

        self._model = SentenceTransformer(str(folder), local_files_only=True)
        if self._model.device.type == "cuda" or fast_bfloat16():
            self._model.to(torch.bfloat16)
        self._model.max_seq_length = 512

    def seconds(self, texts: Sequence[str], threads: int, batch: int) -> float:
        """How long the texts take."""
        import torch

        torch.set_num_threads(threads)
        try:
            return _seconds(lambda: self._model.encode(
                list(texts), prompt_name="document", batch_size=batch, show_progress_bar=False
            ))  # fmt: skip
        finally:
            torch.set_num_threads(1)


@contextmanager
def _catalogue(texts: Sequence[str]) -> Iterator[tuple[Catalogue, int]]:
    """A catalogue in which these texts are the passages of a file, and its id."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "acte.txt"
        file.write_text("acte")
        catalogue = Catalogue(Path(folder) / "catalogue.sqlite")
        [found] = walk(file)
        source_id = catalogue.stage("actes", found, "", "staged", (READING, CUTTING), 0)
        span = Span(1, 0, 4)
        catalogue.add_content(
            source_id, Document((Page(1, "acte"),)), [Record(0, "autre", (span,))],
            [_passage(at, text, span) for at, text in enumerate(texts)],
        )  # fmt: skip
        yield catalogue, source_id
        catalogue.close()


def _passage(at: int, text: str, span: Span) -> Passage:
    heading, _, rest = text.partition("\n")
    return Passage(at, 0, heading, rest, (span,))


def _embedded(catalogue: Catalogue, embedder: Embedder, source_id: int) -> None:
    catalogue.forget_vectors("")
    embed(catalogue, embedder, [source_id], lambda share: None)


def whole(settings: Settings, folders: Sequence[Path]) -> Whole:
    """One run over folders into the data folder of these settings, which is empty."""
    with open_parts(settings, writing=True) as parts:
        parts.embedder.load()
        report = ingest(
            folders, "actes", parts.catalogue, parts.embedder, parts.indexes, options_of(settings)
        )
    stages = {
        "reading": round(report.seconds_reading, 2),
        "embedding": round(report.seconds_embedding, 2),
        "publishing": round(report.seconds_publishing, 2),
    }
    return Whole(
        report.read, report.passages, round(report.seconds, 2), stages, report.slowest,
        round(report.seconds / max(stages.values()), 3),
        round(report.seconds / sum(stages.values()), 3),
    )  # fmt: skip


def passages_of(files: Sequence[Path], most: int) -> list[str]:
    """What is embedded of these files: heading, line feed, text; each once."""
    texts: dict[str, None] = {}
    for file in files:
        _, cut = contents(read(file, Limits()), file.name)
        texts |= dict.fromkeys(f"{one.heading}\n{one.text}" for one in cut)
        if len(texts) >= most:
            break
    return list(texts)[:most]


def cores() -> int:
    """Those that this process may use."""
    return len(os.sched_getaffinity(0))


def _seconds(act: Callable[[], object]) -> float:
    started = time.perf_counter()
    act()
    return time.perf_counter() - started


def main(words: Sequence[str] | None = None) -> int:
    """The exit code: 0, or 3 when there is nothing to embed."""
    asked = _options().parse_args(words)
    texts = passages_of(born_digital(asked.pdf, asked.n), asked.n)
    if not texts:
        print("aucun PDF dont chaque page ait du texte", file=sys.stderr)
        return 3
    found: dict[str, object] = {"machine": machine()}
    with tempfile.TemporaryDirectory() as data:
        settings = load(Path(data))
        embedder = Embedder(e5.folder(settings.models), settings.embedding.device)
        found["vecteurs"] = asdict(against_the_library(embedder, texts, asked.rounds))
        if asked.whole:
            found["indexation"] = asdict(whole(settings, asked.whole))
    print(json.dumps(found, ensure_ascii=False, indent=1))
    return 0


def _options() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("python -m evals.embedding_speed", description="Les vecteurs.")
    add: Callable[..., Any] = parser.add_argument
    add("--pdf", type=Path, nargs="+", required=True, help="dossiers de PDF")
    add("--n", type=int, default=1000, help="passages")
    add("--rounds", type=int, default=3, help="tours")
    add("--whole", type=Path, nargs="*", default=[], help="dossiers à indexer en entier")
    return parser


if __name__ == "__main__":
    sys.exit(main())
