"""The plain pipeline that everybody builds first, on the same questions: what we must beat.

    python -m evals.plain --records DIR --model FOLDER --questions FILE… [--json]

pypdf's text by page, RecursiveCharacterTextSplitter at 1000/200 characters, Chroma embedded with
its defaults, the embedding model of the folder; no OCR, no records, no words, no references.
Needs `langchain-text-splitters`, which Greffe itself does not use.
"""

from __future__ import annotations

import argparse
import logging
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from evals.command import finish
from evals.questions import QuestionsInvalid, read_questions
from evals.run import evaluate

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from app.citations import Answer

SIZE, OVERLAP = 1000, 200  # characters
BATCH = 2000  # rows a call to Chroma, which takes 5,461 at most


class Encoder(Protocol):
    """What is used of a SentenceTransformer."""

    def encode_query(self, sentences: list[str]) -> Any: ...
    def encode_document(self, sentences: list[str]) -> Any: ...


@dataclass(frozen=True, slots=True)
class Chunk:
    """A piece of the text of one page."""

    source: str  # path below the folder of records
    page_first: int  # 1-based
    page_last: int
    text: str
    article_id: None = None


@dataclass(frozen=True, slots=True)
class Monologue:
    """A conversation that forgets: the plain pipeline knows no follow-up."""

    def then(self, question: str, answer: Answer) -> Monologue:
        return self


class PlainDesk:
    """Searches the chunks by their vectors; has no answers to give."""

    def __init__(self, chunks: Sequence[Chunk], encoder: Encoder, folder: Path) -> None:
        import chromadb

        client = chromadb.PersistentClient(str(folder))
        self._vectors = client.create_collection("plain", embedding_function=None)
        self._chunks, self._encoder = chunks, encoder
        for first in range(0, len(chunks), BATCH):
            some = chunks[first : first + BATCH]
            self._vectors.add(
                ids=[str(first + i) for i in range(len(some))],
                embeddings=encoder.encode_document([chunk.text for chunk in some]),
            )

    def search(
        self, question: str, *, conversation: Any, fonds: Sequence[str] | None, limit: int
    ) -> list[Chunk]:
        found = self._vectors.query(
            query_embeddings=self._encoder.encode_query([question]), n_results=limit
        )
        return [self._chunks[int(number)] for number in found["ids"][0]]

    def ask(self, question: str, *, conversation: Any, fonds: Sequence[str] | None) -> Answer:
        raise NotImplementedError("the plain pipeline is compared on its search alone")


def chunks(records: Path, split: Callable[[str], list[str]]) -> Iterator[Chunk]:
    """The chunks of every PDF below the folder, page by page; a page never reaches the next."""
    for path in sorted(records.rglob("*.[pP][dD][fF]")):
        source = path.relative_to(records).as_posix()
        for page, text in _pages(path):
            for piece in split(text):
                yield Chunk(source, page, page, piece)


def _pages(path: Path) -> Iterator[tuple[int, str]]:
    """Page numbers and texts; a file or page that pypdf cannot read is named on stderr."""
    import pypdf

    logging.getLogger("pypdf").setLevel(logging.CRITICAL)
    try:
        for number, page in enumerate(pypdf.PdfReader(path).pages, start=1):
            yield number, page.extract_text()
    except Exception as trouble:  # any: hostile files make pypdf raise nearly everything
        print(f"{path}: {trouble!r}", file=sys.stderr)


def splitter() -> Callable[[str], list[str]]:
    """The splitter of LangChain's tutorials."""
    from importlib import import_module  # not one of our dependencies: nothing to check against

    splitters = import_module("langchain_text_splitters")
    split: Callable[[str], list[str]] = splitters.RecursiveCharacterTextSplitter(
        chunk_size=SIZE, chunk_overlap=OVERLAP
    ).split_text
    return split


def main(words: Sequence[str] | None = None) -> int:
    """The exit code: 0, or 3 when a question file cannot be read."""
    options = _options().parse_args(words)
    try:
        sets = [read_questions(file) for file in options.questions]
    except QuestionsInvalid as trouble:
        print(trouble, file=sys.stderr)
        return 3
    from sentence_transformers import SentenceTransformer

    encoder: Any = SentenceTransformer(str(options.model))
    pieces = list(chunks(options.records, splitter()))
    print(f"{len(pieces)} morceaux", file=sys.stderr)
    with tempfile.TemporaryDirectory() as folder:
        desk = PlainDesk(pieces, encoder, Path(folder))
        report = evaluate(
            desk,
            sets,
            opening=Monologue(),
            asked=False,
            settings={"vecteurs": options.model.name, "découpe": f"{SIZE}/{OVERLAP}"},
            command="python -m evals.plain",
        )
    finish(report, as_json=options.json)
    return 0


def _options() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("python -m evals.plain", description="La chaîne ordinaire.")
    add: Callable[..., Any] = parser.add_argument
    add("--records", type=Path, required=True, help="dossier de PDF")
    add("--model", type=Path, required=True, help="dossier sentence-transformers")
    add("--questions", type=Path, nargs="+", required=True, help="fichiers de questions")
    add("--json", action="store_true", help="JSON sur la sortie standard")
    return parser


if __name__ == "__main__":
    sys.exit(main())
