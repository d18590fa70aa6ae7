"""WHERE A QUESTION GOES: from the words of an agent to sentences with their proof."""

from __future__ import annotations

import re
import time
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from app import extract, ledger
from app.bar import Bar, Verdict, judge
from app.citations import Answer, Citation, Quote, Sentence
from app.conversation import EMPTY, Conversation, context_of
from app.curated import Curated
from app.extract import Chosen
from app.journal.entries import Journal
from app.law import changes
from app.llm import NOT_FOUND, Chat, ModelServerSilent, kept
from app.passages import shape
from app.units import quote_of, units, widened
from ingest.catalogue import Catalogue
from ingest.readers import NUMBERED, suffix_of
from ingest.trouble import Trouble
from vectorstore.retriever import Found, Hit, Query, Retriever
from vectorstore.versions import dated_label

_HITS = 20  # passages looked at; the best of them are read
_READ = 6
LONGEST_QUESTION = 2000  # characters
SILENT = "Le modèle de langue n'a pas répondu : réponse tirée mot pour mot des sources."

DEGRADED = "L'index dense ne répond pas : la recherche s'est faite par les mots seuls."


class FondsUnknown(Trouble):
    """A fonds that is not there, or that may not be read. Facts: fonds, known."""


class NothingOpen(Trouble):
    """No fonds is open to who asks. No facts."""


class IndexReplaced(Trouble):
    """The index was rebuilt with another model since this desk was opened. No facts."""


class NoIndex(Trouble):
    """Nothing is indexed. Facts: data."""


@dataclass(frozen=True, slots=True)
class Desk:
    """Where questions are asked. Thread-safe: reads the catalogue, writes the journal alone."""

    data: Path
    catalogue: Catalogue
    retriever: Retriever
    generation: str
    bar: Bar = Bar()  # noqa: RUF009 - frozen
    chat: Chat | None = None
    readable: frozenset[str] | None = None  # fonds that may be read; None: all of them
    journal: Journal | None = None  # None: a plain one in the data folder

    def within(self, readable: frozenset[str] | None) -> Desk:
        """The desk of somebody to whom these fonds alone are open; nothing else is looked at."""
        retriever = replace(self.retriever, readable=readable)
        return replace(self, readable=readable, retriever=retriever)

    def ask(
        self,
        question: str,
        *,
        conversation: Conversation = EMPTY,
        fonds: Sequence[str] | None = None,
        stage: Callable[[str], None] = lambda words: None,
        who: str = "local",
        address: str = "",
    ) -> Answer:
        """Answer a question from the records, or say that they do not answer.

        Args:
            question: as typed.
            conversation: what was said before, for follow-ups.
            fonds: those to search; None for all that may be read.
            stage: is told, in French, what is being done.
            who: for the journal.
            address: from where, for the journal.

        Raises:
            NoIndex, NothingOpen, FondsUnknown, IndexReplaced.
        """
        started = time.perf_counter()
        # 1. make the question stand alone
        query = self._query(question, conversation)
        # 2. search the fonds that may be read
        names = self._fonds(fonds)
        validated = self._validated(query, names)
        if validated is not None:
            return self._given(validated, started, who, address)
        stage(f"recherche dans {len(names)} fonds…" if len(names) > 1 else "recherche…")
        found = relevant(self.retriever.search(query, names, _HITS))
        # 3. choose what answers, and hold it against the bar
        chosen = self._choose(query, found)
        verdict = judge(found, chosen, self.bar)
        # 4. write, 5. check each sentence, or say that the records do not answer
        if verdict.answers:
            stage("vérification…")
            answer = self._write(question, query, found, chosen)
        else:
            answer = self._refuse(question, found, verdict)
        # 6. hand it over, with a line in the journal
        if found.degraded:
            answer = replace(answer, notes=(*answer.notes, DEGRADED))
        answer = replace(answer, notes=(*answer.notes, *changes(found, answer)))
        answer = replace(answer, seconds=round(time.perf_counter() - started, 4))
        self._note(answer, found.hits, who, address)
        return answer

    def _validated(self, query: Query, names: Sequence[str]) -> Answer | None:
        """The answer that legal staff validated for a question that stands alone."""
        if query.context:
            return None
        embed = self.retriever.embedder.questions
        return Curated(self.data).find(query.text, names, self.catalogue, embed)

    def _given(self, validated: Answer, started: float, who: str, address: str) -> Answer:
        answer = replace(
            validated, id=uuid.uuid4().hex[:12], generation=self.generation,
            seconds=round(time.perf_counter() - started, 4),
        )  # fmt: skip
        self._note(answer, (), who, address)
        return answer

    def _note(self, answer: Answer, hits: Sequence[Hit], who: str, address: str) -> None:
        cited = [citation.source_id for citation in answer.citations]
        sources = self.catalogue.sources_of(list(dict.fromkeys(cited)))
        (self.journal or Journal(self.data)).answer(
            answer, who, self.catalogue.is_live, address=address,
            passages=[shape(hit) for hit in hits],
            sources={id: source.sha256 for id, source in sources.items()},
        )  # fmt: skip

    def search(
        self,
        question: str,
        *,
        conversation: Conversation = EMPTY,
        fonds: Sequence[str] | None = None,
        limit: int = 10,
    ) -> list[Hit]:
        """The passages nearest to a question, best first."""
        query = self._query(question, conversation)
        return list(self.retriever.search(query, self._fonds(fonds), limit).hits)

    def fonds(self) -> list[str]:
        """The fonds that can be searched."""
        return [name for name in self.catalogue.fonds() if self._opens(name)]

    def _opens(self, fonds: str) -> bool:
        return self.readable is None or fonds in self.readable

    def summary(self) -> dict[str, int]:
        """Totals over the fonds that may be read: sources, pages, records, passages, set_aside."""
        totals = dict.fromkeys(("sources", "pages", "records", "passages", "set_aside"), 0)
        for fonds, figures in self.catalogue.counts().items():
            for name in totals:
                totals[name] += figures[name] * self._opens(fonds)
        return totals

    def examples(self) -> list[str]:
        """Questions that the indexed records are known to answer: about real titles."""
        return [
            f"Que dit la {label[0].lower()}{label[1:]} ?"
            for label in self.catalogue.some_labels(3, self.fonds())
        ]

    def _fonds(self, wanted: Sequence[str] | None) -> list[str]:
        known = self.fonds()
        if not known:
            raise NoIndex(data=str(self.data)) if self.readable is None else NothingOpen
        if self.catalogue.meta("generation") != self.generation:
            raise IndexReplaced
        for name in wanted or ():
            if name not in known:
                raise FondsUnknown(fonds=name, known=", ".join(known))
        return list(wanted) if wanted else known

    def _query(self, question: str, conversation: Conversation) -> Query:
        context = context_of(question, conversation)
        if not context:
            return Query(question)
        _, last = conversation.turns[-1]
        return Query(question, context, frozenset(int(c.record_id) for c in last.citations))

    def _choose(self, query: Query, found: Found) -> list[Chosen]:
        lexical = self.retriever.indexes.lexical
        idf = lexical.idf if self.readable is None else lexical.idf_within(self.readable)
        whole = f"{query.context} {query.text}".strip()
        asked = extract.weigh_question(whole, query.text, lexical.terms, idf, found.reading.bodies)
        hits = [
            widened(hit, hit.neighbours or self.catalogue.passages_of_record(hit.record.id))
            for hit in found.hits[:_READ]
        ]
        return extract.choose(asked, hits)

    def _write(self, question: str, query: Query, found: Found, chosen: Sequence[Chosen]) -> Answer:
        if self.chat is None:
            return self._extractive(question, found, chosen)
        try:
            return self._by_model(self.chat, question, query, found)
        except ModelServerSilent as trouble:
            answer = self._extractive(question, found, chosen)
            return replace(answer, notes=(SILENT,), trouble=trouble)

    def _extractive(self, question: str, found: Found, chosen: Sequence[Chosen]) -> Answer:
        sentences: list[Sentence] = []
        citations: list[Citation] = []
        for piece in chosen:
            status = ledger.verdict(piece.unit.text, [piece.unit.hit.passage.text])
            if status == "unverified":  # too few words to prove anything by
                continue
            number = len(citations) + 1
            citations.append(self._cite(number, piece.unit.hit, quote_of(piece.unit)))
            sentences.append(Sentence(piece.unit.text, status, (number,)))
        if not sentences:
            return self._refuse(question, found, Verdict(False, 0.0, _TOO_SHORT))
        return self._answer(
            question, "answered", sentences=tuple(sentences), citations=tuple(citations)
        )

    def _by_model(self, chat: Chat, question: str, query: Query, found: Found) -> Answer:
        """Have the model write from the best passages; the ledger has the last word."""
        texts = [f"{hit.passage.heading}\n{hit.passage.text}" for hit in found.hits]
        texts = texts[: kept(texts)]
        asked = f"{query.context} {query.text}".strip()
        written = chat.write(asked, texts)
        answer = self._checked(question, written, found.hits[: len(texts)])
        answer = replace(answer, model=chat.name or "modèle", prompt_version=chat.prompt_version)
        if not any(sentence.status != "unverified" for sentence in answer.sentences):
            refused = self._refuse(question, found, Verdict(False, 0.0, _UNPROVED))
            return replace(refused, model=answer.model, prompt_version=answer.prompt_version)
        return answer

    def _checked(self, question: str, written: str, hits: Sequence[Hit]) -> Answer:
        if NOT_FOUND in written.upper():
            return self._answer(question, "not_in_records")
        places: dict[tuple[int, Quote], int] = {}  # (the model's [n], place) -> our number
        sentences = []
        for text, marks in _sentences(written):
            known = [mark for mark in marks if 1 <= mark <= len(hits)]
            cited_hits = [hits[mark - 1] for mark in known]
            around = "\n".join(hit.passage.heading for hit in cited_hits)
            status = ledger.verdict(text, [hit.passage.text for hit in cited_hits], around)
            cited = [(mark, place_of(hits[mark - 1], text)) for mark in known]
            ours = tuple(places.setdefault(place, len(places) + 1) for place in cited)
            sentences.append(Sentence(text, status, tuple(dict.fromkeys(ours))))
        citations = tuple(
            self._cite(number, hits[mark - 1], quote) for (mark, quote), number in places.items()
        )
        return self._answer(question, "answered", sentences=tuple(sentences), citations=citations)

    def _refuse(self, question: str, found: Found, verdict: Verdict) -> Answer:
        nearest = tuple(
            self._cite(number, hit, _whole(hit)) for number, hit in enumerate(found.hits[:3], 1)
        )
        return self._answer(question, "not_in_records", nearest=nearest, message=verdict.why)

    def _answer(self, question: str, status: str, **parts: object) -> Answer:
        return Answer(
            id=uuid.uuid4().hex[:12], question=question, status=status, model="extractif",
            generation=self.generation, **parts,  # type: ignore[arg-type]
        )  # fmt: skip

    def _cite(self, number: int, hit: Hit, quote: Quote) -> Citation:
        record = hit.record
        page = self.catalogue.page(hit.source.id, quote.page)
        label = record.label
        if hit.version and not hit.neighbours:  # in force on the day asked, and still
            label = dated_label(label, hit.version)
        if suffix_of(hit.source.file) in NUMBERED:  # other formats have one page, or rows
            label = f"{label}, p. {quote.page}"
        return Citation(
            number=number, label=label, fonds=hit.fonds, source=hit.source.path,
            source_id=hit.source.id, record_id=str(record.id), quote=quote,
            ocr=bool(page and page.ocr), confidence=page.confidence if page else None,
            article_id=record.article_id, kind=record.kind, act_number=record.number,
            date=record.date, title=record.title, score=round(hit.score, 4),
            page_last=hit.passage.page_last,
        )  # fmt: skip


def relevant(found: Found) -> Found:
    """Keep what the question asks for: the act it names, the collectivity it names, or law."""
    hits = found.hits
    if found.exact:
        hits = tuple(hit for hit in hits if hit.record.id in found.exact)
    elif found.reading.bodies:
        hits = tuple(hit for hit in hits if hit.evidence.body >= 0)
    return replace(found, hits=hits)


def place_of(hit: Hit, sentence: str) -> Quote:
    """The words of a passage that a sentence rests on: its own, else those that share most."""
    own = ledger.squeeze(sentence).rstrip(".;:,")
    pieces = list(units(hit))
    exact = (piece for piece in pieces if own and own in ledger.squeeze(piece.text))
    found = next(exact, None) or max(
        pieces, key=lambda piece: _shared(piece.text, own), default=None
    )
    return quote_of(found) if found else _whole(hit)


def _shared(text: str, own: str) -> int:
    return sum(word in own for word in set(re.findall(r"\w{4,}", text.lower())))


_TOO_SHORT = "Les passages trouvés sont trop courts pour prouver une réponse."
_UNPROVED = (
    "Le modèle n'a rien écrit que les sources prouvent ; voici les passages les plus proches."
)
# After a full stop (not one of « L. 541-3 », « M. », « art. »), after a marker, or at a line's end.
_SENTENCE_END = re.compile(
    r"(?<=[.!?])(?<!\b[LRDM]\.)(?<!\b[Aa]rt\.)(?<!\bMM\.)\s+(?=[^\s\[])"
    r"|(?<=\])\s+(?=[A-ZÉÈÀÂÎÔÇ«])|\n+"
)
_MARK = re.compile(r"\[(\d+(?:\s*[,;]\s*\d+)*)\]")


def _sentences(written: str) -> list[tuple[str, list[int]]]:
    """A model's text as (sentence without its markers, markers)."""
    found = []
    for piece in _SENTENCE_END.split(written):
        marks = [int(n) for group in _MARK.findall(piece) for n in re.findall(r"\d+", group)]
        text = " ".join(_MARK.sub("", piece).split()).replace(" .", ".")
        if re.search(r"\w", text):
            found.append((text, marks))
    return found


def _whole(hit: Hit) -> Quote:
    """The passage's own words on its first page, cut at about 300 characters."""
    span = hit.passage.spans[0]
    text = hit.passage.text[: span.end - span.start]
    if len(text) > 300:
        text = text[: text.rfind(" ", 0, 300)]
    return Quote(" ".join(text.split()), span.page, span.start, span.start + len(text))
