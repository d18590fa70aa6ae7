"""Pages → records: a procès-verbal into its acts, a recueil into its acts, one act as it is.

The spans of the records cover the whole text of the file in reading order, without overlap: what
stands before the first act (those present, the agenda) is a record of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ingest.pages import Page
from ingest.records.facts import with_facts
from ingest.records.head import Head, opens_act, read_head
from ingest.records.heading import Heading
from ingest.records.lines import Line, read_lines
from ingest.records.listing import is_listing, row_vote, rows_of
from ingest.records.points import find_headings
from ingest.records.record import Record, Span, Vote
from ingest.records.vote import decides, read_vote

_ACTS = ("deliberation", "arrete", "decision")


@dataclass(frozen=True, slots=True)
class _Place:
    page: int  # index into the pages, 0-based
    start: int  # into Page.text


def cut(pages: Sequence[Page], source: str) -> tuple[Record, ...]:
    """The records of a file; `source` is its path, relative to the fonds. No text, no record."""
    return with_facts(pages, _cut(pages, source))


def _cut(pages: Sequence[Page], source: str) -> tuple[Record, ...]:
    # 1. the lines, and what the head of the file says
    lines = read_lines(pages)
    if not lines:
        return ()
    text = "\n".join(page.text for page in pages)
    head = read_head(text, lines, source, ocr=any(page.ocr for page in pages))
    # 2. a procès-verbal is cut at the headings of its points
    if head.kind == "proces_verbal":
        return _minutes(pages, lines, head, find_headings(lines))
    # 3. the list of a séance's délibérations is cut at its rows
    if is_listing(lines):
        return _minutes(pages, lines, head, rows_of(lines), row_vote)
    # 4. a recueil is cut where a page opens another act
    openings = _openings(lines) if head.kind in _ACTS else []
    if len(openings) > 1:
        return _collection(pages, lines, openings, source)
    # 5. anything else is one record
    return (_record(0, head, _spans(pages, _Place(0, 0), None), pages),)


def _minutes(
    pages: Sequence[Page], lines: Sequence[Line], head: Head, headings: Sequence[Heading],
    voted: Callable[[str], Vote | None] = read_vote,
) -> tuple[Record, ...]:  # fmt: skip
    starts = [_Place(lines[h.begin].page, lines[h.begin].start) for h in headings]
    records = []
    opening = _spans(pages, _Place(0, 0), starts[0] if starts else None)
    if opening:
        records.append(_record(0, head, opening, pages))
    for position, heading in enumerate(headings):
        following = starts[position + 1] if position + 1 < len(starts) else None
        spans = _spans(pages, starts[position], following)
        discussed = heading.kind == "proces_verbal"  # « Questions diverses »: nothing is decided
        vote = None if discussed else voted(_text(pages, spans))
        decided = vote is not None or decides(_text(pages, spans))
        kind = heading.kind or ("deliberation" if decided else "proces_verbal")
        records.append(
            Record(
                ordinal=len(records), kind=kind, spans=spans, number=heading.number,
                date=head.date, title=heading.title, body=head.body, vote=vote,
            )
        )  # fmt: skip
    return tuple(records)


def _collection(
    pages: Sequence[Page], lines: Sequence[Line], openings: Sequence[int], source: str
) -> tuple[Record, ...]:
    """One record for each act of a file that binds several, each with its own head."""
    records = []
    for position, opening in enumerate(openings):
        end = openings[position + 1] if position + 1 < len(openings) else len(lines)
        last = end if end < len(lines) else None
        start = _Place(0, 0) if position == 0 else _Place(lines[opening].page, 0)
        spans = _spans(pages, start, None if last is None else _Place(lines[last].page, 0))
        ocr = any(page.ocr for page in pages)
        head = read_head(_text(pages, spans), lines[opening:end], source, ocr=ocr)
        records.append(_record(position, head, spans, pages))
    return tuple(records)


def _openings(lines: Sequence[Line]) -> list[int]:
    """First lines of the pages that open an act with a number not seen before."""
    seen: set[str] = set()
    openings = []
    for index, line in enumerate(lines):
        if not (line.page == 0 if index == 0 else line.page != lines[index - 1].page):
            continue
        number = opens_act(
            [other for other in lines[index : index + 20] if other.page == line.page]
        )
        if number and number not in seen:
            seen.add(number)
            openings.append(index)
    return openings


def _record(ordinal: int, head: Head, spans: tuple[Span, ...], pages: Sequence[Page]) -> Record:
    vote = read_vote(_text(pages, spans)) if head.kind == "deliberation" else None
    return Record(
        ordinal=ordinal, kind=head.kind, spans=spans, number=head.number, date=head.date,
        title=head.title, body=head.body, vote=vote,
    )  # fmt: skip


def _spans(pages: Sequence[Page], start: _Place, end: _Place | None) -> tuple[Span, ...]:
    """The ranges from one place to another, page by page; pages without text have none."""
    last = end or _Place(len(pages) - 1, len(pages[-1].text))
    spans = []
    for index in range(start.page, last.page + 1):
        page = pages[index]
        begin = start.start if index == start.page else 0
        stop = last.start if index == last.page else len(page.text)
        if stop > begin:
            spans.append(Span(page.number, begin, stop))
    return tuple(spans)


def _text(pages: Sequence[Page], spans: Sequence[Span]) -> str:
    by_number = {page.number: page.text for page in pages}
    return "\n".join(by_number[span.page][span.start : span.end] for span in spans)
