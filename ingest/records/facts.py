"""What an act states besides its head, each fact with the place where it was read."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import accumulate

from ingest.pages import Page
from ingest.records.attendance import read_attendance, read_people
from ingest.records.dates import dates
from ingest.records.dispositif import read_dispositif
from ingest.records.fold import fold
from ingest.records.found import Found
from ingest.records.record import Fact, Record, Span
from ingest.records.references import read_references
from ingest.records.transmission import read_transmission
from ingest.records.vote import vote_range

_AMOUNT = re.compile(
    r"(?<![\d.,/])\d{1,3}(?:[ .]\d{3})*(?:,\d{1,2})? ?(?:€|euros?\b)(?: (?:h\.?t|ttc)\b)?"
    r"|(?<![\d.,/])\d+(?:,\d{1,2})? ?(?:€|euros?\b)(?: (?:h\.?t|ttc)\b)?"
)


class ActText:
    """The text of one record: its spans joined by line ends, each character with its place."""

    def __init__(self, pages: Sequence[Page], spans: Sequence[Span]) -> None:
        by_number = {page.number: page.text for page in pages}
        pieces = [by_number[span.page][span.start : span.end] for span in spans]
        self.text = "\n".join(pieces)
        self.folded = fold(self.text)
        self._spans = spans
        self._starts = [0, *accumulate(len(piece) + 1 for piece in pieces)][: len(pieces)]

    def place(self, start: int, end: int) -> Span:
        """Where a range of the text stands; what goes on over a page's end is cut there."""
        index = bisect_right(self._starts, start) - 1
        span = self._spans[index]
        first = span.start + start - self._starts[index]
        return Span(span.page, first, min(first + end - start, span.end))

    def find(self, value: str) -> Span | None:
        """Where a value that was read from this text stands in it, line ends left aside."""
        pattern = r"\s+".join(re.escape(word) for word in value.split())
        match = re.search(pattern, self.text) if pattern else None
        return self.place(*match.span()) if match else None


def with_facts(pages: Sequence[Page], records: Sequence[Record]) -> tuple[Record, ...]:
    """The records with what each states; a séance's date may stand in the first of them."""
    texts = [ActText(pages, record.spans) for record in records]
    minutes = bool(records) and records[0].kind == "proces_verbal"
    return tuple(
        replace(record, facts=_facts(act, record, texts[0], within=minutes and record.ordinal > 0))
        for record, act in zip(records, texts, strict=True)
    )


def _facts(act: ActText, record: Record, opening: ActText, *, within: bool) -> tuple[Fact, ...]:
    """`within`: a point of a procès-verbal, whose opening counts those present."""
    found = [*_amounts(act, record.title), *read_transmission(act.text, act.folded)]
    found += read_references(act.text, act.folded, record.number)
    found += read_people(act.text, act.folded)
    if not within:
        found += read_attendance(act.text, act.folded)
    if record.kind in ("deliberation", "arrete", "decision"):
        found += read_dispositif(act.folded)
    found.sort(key=lambda fact: fact.start)
    stated = tuple(Fact(f.name, f.value, act.place(f.start, f.end)) for f in found)
    return (*_own(act, record, opening), *stated)


def _own(act: ActText, record: Record, opening: ActText) -> Iterator[Fact]:
    """Where the record's own fields stand; what a file's name told stands nowhere."""
    for name, value in (("numero", record.number), ("objet", record.title)):
        place = act.find(value) if value else None
        if value and place:
            yield Fact(name, value, place)
    day = _day(act, record.date) or _day(opening, record.date)
    if record.date and day:
        yield Fact("date", record.date, day)
    where = vote_range(act.text) if record.vote else None
    if where:
        yield Fact("vote", " ".join(act.text[slice(*where)].split()), act.place(*where))


def _day(act: ActText, date: str | None) -> Span | None:
    for start, end, found in dates(act.folded):
        if found == date:
            return act.place(start, end)
    return None


def _amounts(act: ActText, title: str | None) -> Iterator[Found]:
    """The amounts of money that the object names."""
    if not title:
        return
    pattern = r"\s+".join(re.escape(word) for word in title.split())
    match = re.search(pattern, act.text)
    if match is None:
        return
    for amount in _AMOUNT.finditer(act.folded, *match.span()):
        yield Found("montant", act.text[slice(*amount.span())], *amount.span())
