"""The sentences of a model, each judged against the ledger as soon as it ends."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Sequence

from app import ledger
from app.citations import Citation, Draft, Quote, Sentence, Writing
from app.markers import Sentences, Written
from app.units import quote_of, units
from app.unwrapped import NOT_FOUND
from vectorstore.retriever import Hit


class Judged:
    """Hears a model write from some passages."""

    def __init__(
        self, hits: Sequence[Hit], cite: Callable[[int, Hit, Quote], Citation], omit: bool = False
    ) -> None:
        self._hits = hits
        self._cite = cite
        self._omit = omit
        self._reading = Sentences(len(hits))
        self._places: dict[tuple[int, Quote], int] = {}  # (the model's [n], place) -> our number
        self.sentences: list[Sentence] = []
        self.citations: list[Citation] = []
        self._count = self._unproved = 0  # sentences; those that the passages do not prove
        self._started = time.perf_counter()
        self._first: float | None = None
        self.not_found = False  # the model says that the passages do not answer
        self.cut = False  # it was stopped within a sentence

    @property
    def proved(self) -> bool:
        """Whether there is a sentence to show as fact."""
        return any(sentence.status != "unverified" for sentence in self.sentences)

    @property
    def draft(self) -> Draft:
        """As far as it goes."""
        return Draft(tuple(self.sentences), self._reading.pending)

    def writing(self, dropped: int) -> Writing:
        """What came of it."""
        return Writing(self._count, self._unproved, self._first, dropped)

    def hear(self, words: str) -> None:
        """Some more of the model's text."""
        for written in self._reading.feed(words):
            self._judge(written)

    def end(self) -> None:
        """No more comes. A sentence without its end is left out: what follows might deny it."""
        unfinished = not self._reading.finished
        last = self._reading.close()
        if unfinished and last and NOT_FOUND not in last[-1].text.upper():
            self.cut = True
            last.pop()
        for written in last:
            self._judge(written)

    def _judge(self, written: Written) -> None:
        if NOT_FOUND in written.text.upper():
            self.not_found = True
            return
        hits = [(mark, self._hits[mark - 1]) for mark in written.marks]
        around = "\n".join(hit.passage.heading for _, hit in hits)
        status = ledger.verdict(written.text, [hit.passage.text for _, hit in hits], around)
        self._count += 1
        self._first = self._first or time.perf_counter() - self._started
        if status == "unverified":
            self._unproved += 1
            if self._omit:
                return
        numbers = (self._number(mark, hit, place_of(hit, written.text)) for mark, hit in hits)
        self.sentences.append(Sentence(written.text, status, tuple(dict.fromkeys(numbers))))

    def _number(self, mark: int, hit: Hit, place: Quote) -> int:
        number = self._places.get((mark, place))
        if number is None:
            number = self._places[mark, place] = len(self._places) + 1
            self.citations.append(self._cite(number, hit, place))
        return number


def place_of(hit: Hit, sentence: str) -> Quote:
    """The words of a passage that a sentence rests on: its own, else those that share most."""
    own = ledger.squeeze(sentence).rstrip(".;:,")
    pieces = list(units(hit))
    exact = (piece for piece in pieces if own and own in ledger.squeeze(piece.text))
    found = next(exact, None) or max(
        pieces, key=lambda piece: _shared(piece.text, own), default=None
    )
    return quote_of(found) if found else whole(hit)


def _shared(text: str, own: str) -> int:
    return sum(word in own for word in set(re.findall(r"\w{4,}", text.lower())))


def whole(hit: Hit) -> Quote:
    """The passage's own words on its first page, cut at about 300 characters."""
    span = hit.passage.spans[0]
    text = hit.passage.text[: span.end - span.start]
    if len(text) > 300:
        text = text[: text.rfind(" ", 0, 300)]
    return Quote(" ".join(text.split()), span.page, span.start, span.start + len(text))
