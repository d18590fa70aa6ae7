"""Citations: a numbered place in a record, with the words quoted from it."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Quote:
    """The quoted words and where they stand."""

    text: str
    page: int  # 1-based
    start: int  # 0-based characters into the page's text
    end: int


@dataclass(frozen=True, slots=True)
class Citation:
    """One numbered citation of an answer."""

    number: int  # 1-based, as shown: [1]
    label: str  # as a clerk would name it: « Délibération n° 2014/182 du 22 mai 2014, p. 3 »
    fonds: str
    source: str  # path relative to the ingested folder
    source_id: int  # of the catalogue: opens the page image
    record_id: str
    quote: Quote
    ocr: bool
    confidence: float | None  # of the OCR, 0 to 1
    article_id: str | None = None
    kind: str = "autre"
    act_number: str | None = None
    date: str | None = None  # ISO
    title: str | None = None
    score: float = 0.0  # of the hit, comparable within one answer
    page_last: int | None = None  # of the passage, when it runs over several pages
    reference: str = ""  # for a note: « Conseil municipal de …, délibération n° …, p. 3 »


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence of an answer with its verdict."""

    text: str
    status: str  # "verbatim" | "supported" | "unverified"
    citations: tuple[int, ...]  # numbers of Citation


@dataclass(frozen=True, slots=True)
class Draft:
    """What a model has written so far."""

    sentences: tuple[Sentence, ...]  # each with its verdict
    pending: str  # the sentence under way: nobody has checked it


@dataclass(frozen=True, slots=True)
class Writing:
    """What a model did for an answer, whether its words were kept or not."""

    sentences: int = 0
    unproved: int = 0  # of them
    first: float | None = None  # seconds until the first had its verdict
    dropped: int = 0  # passages found that its context had no room for


@dataclass(frozen=True, slots=True)
class Validated:
    """By whom an answer was validated, and when."""

    by: str  # as shown
    on: str  # ISO day
    id: int  # of the validated answer (app/curated.py)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a question gets back. `nearest` is filled when nothing answers."""

    id: str
    question: str
    status: str  # "answered" | "not_in_records" | "error" | "closed": nothing of it may be shown
    sentences: tuple[Sentence, ...] = ()
    citations: tuple[Citation, ...] = ()
    nearest: tuple[Citation, ...] = ()  # nearest passages, not an answer
    message: str = ""  # French sentence: why nothing was found, or what went wrong
    seconds: float = 0.0
    model: str = ""  # chat model's name, or "extractif"
    prompt_version: str = ""
    generation: str = ""  # of the index
    notes: tuple[str, ...] = field(default=())  # French: e.g. the model did not answer
    trouble: Exception | None = None  # what went wrong although an answer is given
    writing: Writing | None = None  # what a model did for it, where one was asked
    validated: Validated | None = None  # a curated answer, given again
    searched: tuple[str, ...] = ()  # fonds on which it rests, cited or not: counts, refusals
    read: tuple[int, ...] = ()  # ids of sources whose words a sentence that nothing proves may say

    @property
    def sources(self) -> frozenset[int]:
        """Ids of the sources whose words it shows, or may say."""
        shown = (*self.citations, *self.nearest)
        return frozenset((*self.read, *(citation.source_id for citation in shown)))

    @property
    def unproved(self) -> bool:
        """Whether it has a sentence that nothing proves."""
        return any(sentence.status == "unverified" for sentence in self.sentences)

    @property
    def text(self) -> str:
        """What is proved, as plain text with its markers: « … [1] » ; the message when refused."""
        if not self.sentences:
            return self.message
        return " ".join(
            sentence.text + "".join(f" [{n}]" for n in sentence.citations)
            for sentence in self.sentences
            if sentence.status != "unverified"
        )
