"""Passages: pieces of one record, word for word, and nothing lost."""

import itertools
import re
from collections.abc import Sequence

from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.pages import Page
from ingest.passages import LONGEST, Passage, passages
from ingest.records.cut import cut
from ingest.records.record import Record, Span

WORDS = st.sampled_from(
    [
        "le",
        "conseil",
        "Vu",
        "Article 1",
        "12",
        "1 200,50 €",
        "décide",
        ";",
        ":",
        ".",
        "—",
        "L.",
        "«",
    ]
)
LINES = st.lists(WORDS, max_size=300).map(" ".join)
SPACED = st.tuples(st.sampled_from(["", "  ", "\t"]), LINES).map("".join)
TEXTS = st.lists(SPACED, max_size=12).map("\n".join)


def pages(*texts: str) -> list[Page]:
    return [Page(number, text) for number, text in enumerate(texts, 1)]


def places(spans: Sequence[Span], file: Sequence[Page]) -> list[tuple[int, int]]:
    """Each letter or figure that the spans hold, as (page, position)."""
    texts = {page.number: page.text for page in file}
    return [
        (span.page, at)
        for span in spans
        for at in range(span.start, span.end)
        if re.match(r"\w", texts[span.page][at])
    ]


def check_text(piece: Passage, file: Sequence[Page]) -> None:
    texts = {page.number: page.text for page in file}
    assert piece.text == "\n".join(texts[s.page][s.start : s.end] for s in piece.spans)
    assert piece.spans == tuple(sorted(piece.spans, key=lambda s: (s.page, s.start)))


@st.composite
def files(draw: st.DrawFn) -> tuple[list[Page], list[Record]]:
    """Pages of any text, and records that share them out in reading order."""
    file = pages(*draw(st.lists(TEXTS, min_size=1, max_size=4)))
    records: list[Record] = []
    for page in file:
        ends = sorted(draw(st.sets(st.integers(1, max(1, len(page.text))), max_size=3)))
        bounds = [0, *(end for end in ends if end < len(page.text)), len(page.text)]
        for start, end in itertools.pairwise(bounds):
            if end > start:
                records.append(Record(len(records), "autre", (Span(page.number, start, end),)))
    return file, records


@settings(max_examples=60, deadline=None)
@given(files())
def test_every_letter_of_a_record_stands_in_one_of_its_passages_once_and_in_order(
    file_and_records: tuple[list[Page], list[Record]],
) -> None:
    file, records = file_and_records
    found = list(passages(file, records, "actes/pv.pdf", paper=False))
    assert [piece.ordinal for piece in found] == list(range(len(found)))
    for piece in found:
        check_text(piece, file)
    for index, record in enumerate(records):
        own = [span for piece in found if piece.record == index for span in piece.spans]
        assert places(own, file) == places(record.spans, file)


@settings(max_examples=60, deadline=None)
@given(st.lists(TEXTS, min_size=1, max_size=2))
def test_records_and_passages_of_a_short_file_leave_nothing_out(texts: list[str]) -> None:
    file = pages(*texts)
    found = list(passages(file, cut(file, "pv.pdf"), "pv.pdf"))
    spans = [span for piece in found for span in piece.spans]
    assert places(spans, file) == places([Span(p.number, 0, len(p.text)) for p in file], file)


@settings(max_examples=60, deadline=None)
@given(TEXTS)
def test_no_passage_is_longer_than_the_model_can_read(text: str) -> None:
    file = pages(text)
    record = Record(0, "autre", (Span(1, 0, len(text)),))
    assert all(len(p.text) <= 2 * LONGEST for p in passages(file, [record], "a"))


def test_running_heads_are_left_out_and_nothing_else() -> None:
    bodies = ("La cantine coûte 3 €.", "Le maire signe.", "La séance est levée.", "Vu le code.")
    file = pages(*(f"MAIRIE DE VALBOURG\n{b}\nPage {n} sur 4" for n, b in enumerate(bodies, 1)))
    record = Record(0, "deliberation", tuple(Span(p.number, 0, len(p.text)) for p in file))
    text = "\n".join(piece.text for piece in passages(file, [record], "a.pdf"))
    assert text.split("\n") == list(bodies)
    kept = "\n".join(piece.text for piece in passages(file, [record], "a.pdf", paper=False))
    assert kept.count("MAIRIE DE VALBOURG") == 4


def test_a_passage_carries_the_name_of_its_act_into_the_model_and_not_into_its_text() -> None:
    file = pages("Le conseil décide.")
    record = Record(
        0, "deliberation", (Span(1, 0, 18),), number="2024-12", date="2024-05-22",
        title="Tarifs de la cantine", body="Valbourg",
    )  # fmt: skip
    [piece] = passages(file, [record], "a.pdf")
    for words in ("Valbourg", "2024-12", "22 mai 2024".replace(" ", "\u00a0"), "cantine"):
        assert words in piece.heading
    assert piece.text == "Le conseil décide."


def test_the_same_words_under_the_same_name_are_embedded_once() -> None:
    file = pages("Le conseil décide.", "Le conseil décide.")
    records = [Record(n, "autre", (Span(n + 1, 0, 18),), title="Vote") for n in range(2)]
    one, two = passages(file, records, "a.pdf")
    assert one.input_sha == two.input_sha
    other = [Record(0, "autre", (Span(1, 0, 18),), title="Autre vote")]
    assert next(passages(file, other, "a.pdf")).input_sha != one.input_sha
