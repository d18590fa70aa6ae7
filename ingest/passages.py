"""Cut records into passages: what is embedded, found and cited.

A passage belongs to one record and keeps to its structure: it ends at a paragraph, an article
or a list item where it can, and carries a heading (who, which act, when, about what) that is
embedded with it but is not part of its text.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ingest.pages import Page
from ingest.records.label import label
from ingest.records.record import Record, Span

# Characters. e5-small reads 512 tokens, about 2,000 characters of French; at 900 a passage
# still names one subject. Figures for other sizes: docs/log.md.
TARGET = 900
LONGEST = 1500
CUTTING = 5  # raise it when passages or records would come out differently


@dataclass(frozen=True, slots=True)
class Passage:
    """A piece of one record."""

    ordinal: int  # 0-based in the source
    record: int  # index into the source's records
    heading: str  # context, embedded before the text
    text: str  # the spans' texts joined with "\n"
    spans: tuple[Span, ...]

    @property
    def input_sha(self) -> str:
        """Hash of what is embedded: equal text is embedded once."""
        return hashlib.sha256(f"{self.heading}\n{self.text}".encode()).hexdigest()[:32]


@dataclass(frozen=True, slots=True)
class _Line:
    span: Span
    text: str


def passages(
    pages: Sequence[Page], records: Sequence[Record], source: str, *, paper: bool = True
) -> Iterator[Passage]:  # fmt: skip
    """Yield the passages of a source, in reading order. `source` names it in headings.

    `paper`: pages have running heads to leave out; rows of a table and articles of law have
    none, and « Vote : 19 pour » at the foot of each row is not one.
    """
    texts = {page.number: page.text for page in pages}
    furniture = _furniture(pages) if paper else frozenset()
    ordinal = 0
    for index, record in enumerate(records):
        heading = _heading(record, source)
        for block in _pack(_lines(record, texts, furniture)):
            spans = _merge([line.span for line in block], texts)
            text = "\n".join(texts[span.page][span.start : span.end] for span in spans)
            yield Passage(ordinal, index, heading, text, spans)
            ordinal += 1


def _heading(record: Record, source: str) -> str:
    # Of an article's place the last headings say what it is about; the first ones say « Livre II ».
    parts = [record.body or "", *record.section_path[-3:], label(record, source)]
    if record.title and record.title not in parts[-1]:
        parts.append(record.title)
    return " — ".join(part for part in parts if part)[:300]


_FIGURES = re.compile(r"\d+")


def _furniture(pages: Sequence[Page]) -> frozenset[tuple[int, int]]:
    """(page, start) of running headers and footers: edge lines that recur, figures aside."""
    if len(pages) < 3:
        return frozenset()
    seen: Counter[str] = Counter()
    edges: list[tuple[str, int, int]] = []
    for page in pages:
        lines = [line for line in _split(page.number, 0, len(page.text), page.text) if line.text]
        for line in {line.span.start: line for line in lines[:2] + lines[-2:]}.values():
            shape = _FIGURES.sub("#", line.text.lower())
            if len(shape) <= 120:
                edges.append((shape, page.number, line.span.start))
        seen.update({shape for shape, number, _ in edges if number == page.number})
    often = {shape for shape, count in seen.items() if count >= max(3, 0.5 * len(pages))}
    return frozenset((number, start) for shape, number, start in edges if shape in often)


def _split(page: int, start: int, end: int, text: str) -> Iterator[_Line]:
    """The lines of a range of a page; blank ones too, as paragraph breaks."""
    at = start
    for piece in text[start:end].split("\n"):
        first = at + len(piece) - len(piece.lstrip())
        yield _Line(Span(page, first, first + len(piece.strip())), piece.strip())
        at += len(piece) + 1


def _lines(
    record: Record, texts: dict[int, str], furniture: frozenset[tuple[int, int]]
) -> Iterator[_Line]:
    for span in record.spans:
        for line in _split(span.page, span.start, span.end, texts[span.page]):
            if (line.span.page, line.span.start) not in furniture:
                yield line


_OPENS_BLOCK = re.compile(
    r"^(?:article\s+\w|art\.\s*\d|considérant|vu\s|[ivx]{1,4}\s*[.\-)–°]|\d{1,2}\s*[.\-)/°]\s"
    r"|[-–•●▪]\s|[A-Z]\s*[/)]\s|objet\s*:|vote\s*:|le conseil|après en avoir|décide"
    r"|madame|monsieur)",
    re.I,
)
_ENDS_SENTENCE = re.compile(r"[.;:!?»…]\s*$")


def _pack(lines: Iterator[_Line]) -> Iterator[list[_Line]]:
    """Fill passages up to TARGET, breaking where the text itself breaks."""
    block: list[_Line] = []
    size = 0
    for line in _shortened(lines):
        if (block and size + len(line.text) > LONGEST) or (
            size > 0.5 * TARGET and _may_break(block[-1], line, size)
        ):
            yield from _whole(block)
            block, size = [], 0
        block.append(line)
        size += len(line.text) + 1
    yield from _whole(block)


def _may_break(before: _Line, line: _Line, size: int) -> bool:
    if size < TARGET:
        turns = before.span.page != line.span.page
        return turns and bool(_ENDS_SENTENCE.search(before.text))
    opens = not line.text or not before.text or _OPENS_BLOCK.match(line.text) is not None
    return opens or _ENDS_SENTENCE.search(before.text) is not None


def _whole(block: list[_Line]) -> Iterator[list[_Line]]:
    """The block without blank edges, if anything is left."""
    while block and not block[0].text:
        block = block[1:]
    while block and not block[-1].text:
        block = block[:-1]
    if any(re.search(r"\w", line.text) for line in block):
        yield block


def _shortened(lines: Iterator[_Line]) -> Iterator[_Line]:
    """Lines of DOCX, HTML and law are paragraphs: cut the long ones between sentences."""
    for line in lines:
        if len(line.text) <= TARGET:
            yield line
            continue
        at = line.span.start
        for piece in _sentence_pieces(line.text):
            yield _Line(Span(line.span.page, at, at + len(piece)), piece.strip())
            at += len(piece)


def _sentence_pieces(text: str) -> Iterator[str]:
    """Pieces of at most LONGEST characters that end after a sentence where they can."""
    at = 0  # a paragraph may have 20 MB: what is left of it is not copied for each piece
    while len(text) - at > TARGET:
        window = text[at : at + LONGEST]
        ends = [m.end() for m in re.finditer(r"[.;:!?]\s+|,\s+", window) if m.end() > TARGET / 2]
        near = [end for end in ends if end <= TARGET]
        cut = near[-1] if near else ends[0] if ends else window.rfind(" ") + 1 or len(window)
        yield text[at : at + cut]
        at += cut
    if at < len(text):
        yield text[at:]


def _merge(spans: list[Span], texts: dict[int, str]) -> tuple[Span, ...]:
    """Join neighbouring lines of one page into one span; a gap with words in it stays a gap."""
    merged: list[Span] = []
    for span in spans:
        last = merged[-1] if merged else None
        if last and last.page == span.page and not texts[span.page][last.end : span.start].strip():
            merged[-1] = Span(span.page, last.start, span.end)
        else:
            merged.append(span)
    return tuple(span for span in merged if span.end > span.start)
