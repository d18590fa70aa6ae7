"""The pipeline we compare ourselves with is a real one, on real PDFs."""

from __future__ import annotations

import importlib.util
from typing import TYPE_CHECKING
from zlib import crc32

import numpy as np
import pypdf
import pytest

from evals.plain import Chunk, Monologue, PlainDesk, chunks, splitter
from evals.questions import Gold, Question, QuestionSet
from evals.run import evaluate

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray


class WordEncoder:
    """A bag of words in 512 dimensions: texts that share words are near."""

    def encode_query(self, sentences: list[str]) -> NDArray[np.float32]:
        vectors = np.full((len(sentences), 512), 1e-3, dtype=np.float32)
        for row, sentence in enumerate(sentences):
            for word in sentence.lower().split():
                vectors[row, crc32(word.encode()) % 512] += 1
        return vectors

    encode_document = encode_query


PIECES = (
    Chunk("cm.pdf", 1, 1, "le tarif de la cantine municipale"),
    Chunk("cm.pdf", 2, 2, "le marché de la voirie communale"),
    Chunk("pv.pdf", 9, 9, "élection du maire et des adjoints"),
)


def test_the_nearest_chunk_comes_first(tmp_path: Path) -> None:
    desk = PlainDesk(PIECES, WordEncoder(), tmp_path)
    question = Question(
        "q", "tarif cantine municipale", (Gold(file="cm.pdf", page=1),), must=("4",)
    )
    report = evaluate(desk, [QuestionSet("s", (question,))], opening=Monologue(), asked=False)
    figures = report.row("s").figures
    assert figures["hit@1"].value == 1
    assert "correct" not in figures


def test_a_follow_up_is_searched_alone(tmp_path: Path) -> None:
    desk = PlainDesk(PIECES, WordEncoder(), tmp_path)
    first = Question("q1", "marché voirie", (Gold(file="cm.pdf", page=2),))
    second = Question("q2", "élection maire", (Gold(file="pv.pdf", page=9),), after="q1")
    sets = [QuestionSet("s", (first, second))]
    report = evaluate(desk, sets, opening=Monologue(), asked=False)
    assert report.row("s").figures["hit@1"].value == 1


def test_a_damaged_pdf_does_not_stop_the_others(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "a.pdf").write_bytes(b"%PDF-1.4 broken")
    blank = pypdf.PdfWriter()
    blank.add_blank_page(200, 200)
    blank.write(tmp_path / "b.pdf")
    found = list(chunks(tmp_path, lambda text: [text or "page blanche"]))
    assert found == [Chunk("b.pdf", 1, 1, "page blanche")]
    assert "a.pdf" in capsys.readouterr().err


@pytest.mark.skipif(
    importlib.util.find_spec("langchain_text_splitters") is None,
    reason="langchain-text-splitters is not installed",
)
def test_the_splitter_cuts_at_a_thousand_characters() -> None:
    pieces = splitter()("Le conseil délibère. " * 200)
    assert len(pieces) > 3
    assert max(map(len, pieces)) <= 1000
