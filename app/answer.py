"""WHERE A QUESTION GOES: from the words of an agent to sentences with their proof."""

from __future__ import annotations

import functools
import time
import unicodedata
import uuid
from collections.abc import Callable, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

from app import extract, ledger
from app.attended import attended
from app.bar import NOTHING, Bar, judge, names_day
from app.before import of_the_act_before
from app.citations import Answer, Citation, Draft, Quote, Sentence, Writing
from app.conversation import EMPTY, Conversation, alone
from app.curated import Curated
from app.current import latest
from app.examples import Examples
from app.extract import Asked, Chosen
from app.journal.entries import Journal
from app.judged import Judged, whole
from app.kinds import asks_day_of_act, holder, plainly
from app.lacking import Words, lacking
from app.law import changes
from app.listing import MOST, Listing, acts_asked, hit_of, lines_of
from app.llm import Chat, ContextTooSmall, ModelServerSilent
from app.memory import check_memory
from app.named import by_number, next_to, no_such_article, only_names_it
from app.narrowed import WIDEN, narrowed_to
from app.passages import shape
from app.reference import whole_name
from app.relevance import by_its_holder, of_its_places, of_its_years, relevant, spread
from app.stated import stated, vote_beside
from app.units import quote_of, widened
from app.withdrawn import GONE
from app.words import N_, _
from ingest.catalogue import Catalogue
from ingest.readers import NUMBERED, suffix_of
from ingest.rows import RecordRow
from ingest.trouble import Trouble
from vectorstore.narrow import EVERYTHING, Narrow
from vectorstore.retriever import Found, Hit, Query, Retriever
from vectorstore.versions import dated_label

_HITS = 20  # passages looked at; the best of them are read
_DEEP = 80  # where few passages of many may give a name
_READ = 6
_TIMES = 3  # that a question is asked, where what it rests on is withdrawn meanwhile
_AROUND = 10  # times as many passages as are shown, to choose among
OF_A_RECORD = 2000  # passages of one act that a question reads, 3 MB at most: 600 pages
LONGEST_QUESTION = 2000  # characters
SILENT = N_("Le modèle de langue n'a pas répondu : réponse tirée mot pour mot des sources.")
UNPROVED = N_(
    "Le modèle de langue n'a rien écrit que les sources prouvent :"
    " réponse tirée mot pour mot des sources."
)
OMITTED = N_("Phrases du modèle omises, faute de preuve : {count}.")
CUT = N_("Le modèle s'est arrêté au milieu d'une phrase, qui est omise.")
UNDERSTOOD = N_("Question comprise ainsi : « {} »")
DEGRADED = N_(
    "L'index dense ne répond pas, ou il est à refaire (`greffe ingest`) : la recherche s'est faite"
    " par les mots, en tout ou en partie."
)


class _Withdrawn(Exception):
    """A document that a model is writing from is not there any more."""


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
    omit: bool = False  # a model's sentences without proof are left out, not struck out
    journal: Journal | None = None  # None: a plain one in the data folder
    memory_mb: int = 0  # held by this process, beyond which no question begins; 0: no limit
    shown: Examples = field(default_factory=Examples)  # shared by all readers

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
        draft: Callable[[Draft], None] = lambda draft: None,
        address: str = "",
        narrow: Narrow = EVERYTHING,
    ) -> Answer:
        """Answer a question from the records, or say that they do not answer.

        Args:
            question: as typed.
            conversation: what was said before, for follow-ups.
            fonds: those to search; None for all that may be read.
            stage: is told, in French, what is being done.
            who: for the journal.
            draft: is told what a model has written so far, and that it is void once a document
                that it was written from is withdrawn; what it raises ends the writing.
            address: from where, for the journal.
            narrow: the only acts that may be found.

        Raises:
            NoIndex, NothingOpen, FondsUnknown, IndexReplaced, MemoryShort.
        """
        check_memory(self.memory_mb)
        question = unicodedata.normalize("NFC", question)  # macOS takes accents off their letters
        answer, hits = self._standing(question, conversation, fonds, stage, draft, narrow)
        # 6. hand it over, with a line in the journal
        self._note(answer, hits, who, address, conversation.id)
        return answer

    def tried(self, question: str) -> Answer:
        """What would be answered, without a model and without a trace: nobody asked.

        Raises: as `ask`.
        """
        return replace(self, chat=None)._answered(question)[0]

    def _standing(
        self, question: str, conversation: Conversation, fonds: Sequence[str] | None,
        stage: Callable[[str], None], draft: Callable[[Draft], None], narrow: Narrow,
    ) -> tuple[Answer, Sequence[Hit]]:  # fmt: skip
        """The answer, asked for again where a document that it rests on is withdrawn meanwhile."""
        for _time in range(_TIMES):
            with suppress(_Withdrawn):
                answer, hits = self._answered(question, conversation, fonds, stage, draft, narrow)
                if self.catalogue.are_live(answer.sources):
                    return answer, hits
            draft(Draft((), ""))
        gone = self._answer(question, "closed", message=GONE)
        return replace(gone, searched=tuple(self._fonds(fonds))), ()

    def _answered(
        self, question: str, conversation: Conversation = EMPTY, fonds: Sequence[str] | None = None,
        stage: Callable[[str], None] = lambda words: None,
        draft: Callable[[Draft], None] = lambda draft: None, narrow: Narrow = EVERYTHING,
    ) -> tuple[Answer, Sequence[Hit]]:  # fmt: skip
        """The answer, and the passages that were found for it."""
        started = time.perf_counter()
        # 1. make the question stand alone
        query = self._query(question, conversation)
        # 2. search the fonds that may be read
        names = self._fonds(fonds)
        in_full, heard = question, list[str]()
        if query.text not in (question, plainly(question)):
            in_full = query.whole
            heard = [_(UNDERSTOOD).format(in_full)]
        validated = self._validated(query, names, narrow)
        if validated is not None:
            seconds = round(time.perf_counter() - started, 4)
            return replace(
                validated, notes=(*heard, *validated.notes), id=uuid.uuid4().hex[:12],
                generation=self.generation, seconds=seconds, searched=tuple(names),
            ), ()  # fmt: skip
        searching = _("recherche dans {count} fonds…") if len(names) > 1 else _("recherche…")
        stage(searching.format(count=len(names)))
        deep = _HITS if holder(query.text) is None else _DEEP
        searched = self.retriever.search(query, names, deep, narrow)
        found = by_its_holder(relevant(searched), _HITS)
        answer = self._from_fields(
            question, conversation, found, names, narrow
        ) or self._from_passages(query, found, stage, draft)
        if answer.message == NOTHING:
            why = self._lacking(found, names, narrowed=bool(narrow) or bool(fonds))
            answer = replace(answer, message=f"{_(NOTHING)} {why}")
        if answer.status == "not_in_records" and not answer.nearest:
            # acts of others are near, if none of theirs
            answer = replace(answer, nearest=self._nearest(searched.hits))
        answer = replace(answer, question=in_full, notes=(*heard, *answer.notes))
        if found.degraded:
            answer = replace(answer, notes=(*answer.notes, DEGRADED))
        limits = self._limits(narrow, names if fonds else (), answer)
        answer = replace(answer, notes=(*answer.notes, *changes(found, answer), *limits))
        seconds = round(time.perf_counter() - started, 4)
        return replace(answer, seconds=seconds, searched=tuple(names)), found.hits

    def _from_fields(
        self, question: str, conversation: Conversation, found: Found, names: Sequence[str],
        narrow: Narrow,
    ) -> Answer | None:  # fmt: skip
        """What the fields of the catalogue answer, without any passage; None for the rest."""
        if told := of_the_act_before(
            question, conversation, self.catalogue, names, narrow, OF_A_RECORD
        ):
            return self._list(question, told)
        if absent := no_such_article(found, self.catalogue, names):
            said, nearest = absent
            return self._refuse(question, nearest, said)
        terms = self.retriever.indexes.lexical.terms
        listing = acts_asked(found.reading, self.catalogue, names, terms, narrow)
        listing = listing or attended(found.reading, self.catalogue, names, narrow)
        listing = listing or stated(found, self.catalogue, terms, narrow, OF_A_RECORD)
        listing = listing or by_number(found, self.catalogue, names, narrow)
        if listing is None:
            return None
        if not listing.acts:
            return self._refuse(question, found.hits, listing.said)
        return self._list(question, listing)

    def _from_passages(
        self, query: Query, found: Found, stage: Callable[[str], None],
        draft: Callable[[Draft], None],
    ) -> Answer:  # fmt: skip
        """Answer from the passages found, where they hold enough."""
        # 3. choose what answers, and hold it against the bar
        chosen = self._choose(query, found)
        verdict = judge(found, chosen, self.bar, self._whole)
        # 4. write, 5. check each sentence, or say that the records do not answer
        if not verdict.answers:
            return self._refuse(query.text, found.hits, verdict.why)
        stage(_("vérification…"))
        if self.chat is not None:
            stage(_("rédaction par le modèle, vérifiée phrase à phrase…"))
        return self._write(query, found, chosen, draft)

    def _validated(self, query: Query, names: Sequence[str], narrow: Narrow) -> Answer | None:
        """The answer that legal staff validated for a question that stands alone."""
        if query.context:
            return None
        embed = self.retriever.embedder.questions
        curated = Curated(self.data)
        found = curated.find(query.text, names, self.readable, self.catalogue, embed)
        return found if found and all(map(narrow.fits, found.citations)) else None

    def _limits(self, narrow: Narrow, named: Sequence[str], answer: Answer) -> list[str]:
        """What was left out of the search, for who reads the answer later."""
        chosen = named if named and len(named) < len(self.fonds()) else ()
        if not narrow and not chosen:
            return []
        return [narrowed_to(narrow, chosen) + ("" if answer.sentences else _(WIDEN))]

    def _note(self, answer: Answer, hits: Sequence[Hit], who: str, address: str, talk: str) -> None:
        cited = [citation.source_id for citation in answer.citations]
        sources = self.catalogue.sources_of(list(dict.fromkeys(cited)))
        (self.journal or Journal(self.data)).answer(
            answer, who, self.catalogue.is_live, address=address, talk=talk,
            passages=[shape(hit) for hit in hits],
            sources={id: source.sha256 for id, source in sources.items()},
        )  # fmt: skip

    def search(
        self,
        question: str,
        *,
        conversation: Conversation = EMPTY,
        fonds: Sequence[str] | None = None,
        narrow: Narrow = EVERYTHING,
        limit: int = 10,
    ) -> list[Hit]:
        """The passages nearest to a question, best first."""
        question = unicodedata.normalize("NFC", question)
        query = self._query(question, conversation)
        found = self.retriever.search(query, self._fonds(fonds), limit * _AROUND, narrow)
        return spread(found.hits)[:limit]

    def fonds(self) -> list[str]:
        """The fonds that can be searched."""
        return [name for name in self.catalogue.fonds() if self._opens(name)]

    def _opens(self, fonds: str) -> bool:
        return self.readable is None or fonds in self.readable

    def kinds(self) -> list[str]:
        """The kinds of acts that can be found."""
        return self.catalogue.kinds(self.fonds())

    def summary(self) -> dict[str, int]:
        """Totals over the fonds that may be read: sources, pages, records, passages, set_aside."""
        totals = dict.fromkeys(("sources", "pages", "records", "passages", "set_aside"), 0)
        for fonds, figures in self.catalogue.counts().items():
            for name in totals:
                totals[name] += figures[name] * self._opens(fonds)
        return totals

    def examples(self) -> list[str] | None:
        """Questions that the open records were seen to answer; None while they are looked for."""
        return self.shown.of(self)

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
        def beside(asked: str, steps: int) -> str:
            return next_to(asked, steps, self.catalogue, self.fonds())

        return alone(question, conversation, beside)

    def _whole(self, source_id: int) -> str:
        """The text of a source."""
        return self.catalogue.text_of(source_id)

    def candidates(
        self, question: str, conversation: Conversation = EMPTY
    ) -> tuple[Query, list[Chosen]]:
        """All units that an answer could be chosen from, best first by their words alone.

        With the question as it is searched for: what `evals/choices.py` asks. Raises: as `ask`.
        """
        query = self._query(question, conversation)
        found = relevant(self.retriever.search(query, self._fonds(None), _HITS))
        return query, extract.by_words(*self._read(query, found))

    def _choose(self, query: Query, found: Found) -> list[Chosen]:
        asked, read = self._read(query, found)
        if _wants_all(asked, found, read):
            return extract.from_its_beginning(read[0])
        likeness = functools.partial(self.retriever.likeness, query, found)
        return extract.choose(asked, read, likeness)

    def _read(self, query: Query, found: Found) -> tuple[Asked, list[Hit]]:
        """The question weighed, and the passages that its answer is looked for in."""
        lexical = self.retriever.indexes.lexical
        idf = lexical.idf if self.readable is None else lexical.idf_within(self.readable)
        asked = extract.weigh_question(
            query.whole,
            query.text,
            functools.cache(lexical.terms),
            idf,
            found.reading.bodies,
            found.reading.places,
        )
        of_record = functools.cache(
            lambda record: self.catalogue.passages_of_record(record, OF_A_RECORD)
        )
        now = replace(
            found, hits=tuple(latest(found, query.whole, lambda hit: extract.held(hit, asked)))
        )
        read = of_its_places(now, of_its_years(now))[:_READ]
        if found.exact and asked.holds is None and only_names_it(query.text):
            asked = extract.of_the_whole(asked)  # « délibération 2014/182 »
        if _wants_all(asked, found, read):
            rows = read[0].neighbours or of_record(read[0].record.id)
            return asked, [replace(read[0], passage=rows[0])]
        read = extract.with_the_kind(asked, read, of_record)
        read = extract.with_the_rest(asked, read, of_record)
        read = extract.with_votes(asked, read, of_record)
        return asked, [widened(hit, hit.neighbours or of_record(hit.record.id)) for hit in read]

    def _lacking(self, found: Found, names: Sequence[str], *, narrowed: bool) -> str:
        """Why nothing found answers."""
        lexical = self.retriever.indexes.lexical
        common = extract.tells_nothing(lexical.terms)
        words = Words(lexical.terms, lambda term: lexical.holds(term, names), common)
        return lacking(found, words, narrowed=narrowed)

    def _write(
        self, query: Query, found: Found, chosen: Sequence[Chosen], draft: Callable[[Draft], None]
    ) -> Answer:
        if self.chat is None:
            return self._extractive(query.text, found, chosen)
        note, trouble, writing = UNPROVED, None, Writing()
        try:
            judged, writing = self._heard(self.chat, query, found, draft)
            answer = self._in_its_words(query.text, found, judged, writing)
            if answer is not None:
                return replace(
                    answer, model=self.chat.name or "modèle", writing=writing,
                    prompt_version=self.chat.prompt_version,
                )  # fmt: skip
        except (ModelServerSilent, ContextTooSmall) as error:
            note, trouble = SILENT, error
        answer = self._extractive(query.text, found, chosen)
        return replace(answer, notes=(*answer.notes, note), trouble=trouble, writing=writing)

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
            return self._refuse(question, found.hits, _TOO_SHORT)
        best = chosen[0].unit.hit
        for line in self._untold(question, found, best.record, sentences):
            citations.append(self._cite(len(citations) + 1, best, line))
            sentences.append(Sentence(line.text, "verbatim", (len(citations),)))
        return self._answer(
            question, "answered", sentences=tuple(sentences), citations=tuple(citations)
        )

    def _untold(
        self, question: str, found: Found, act: RecordRow, sentences: Sequence[Sentence]
    ) -> list[Quote]:
        """The lines of an act that complete what was chosen: its day, or how it was voted."""
        day = act.date if act.kind != "article" else None
        if asks_day_of_act(question):
            known = day is None or any(names_day(one.text, day) for one in sentences)
            return [] if known else lines_of(act, "date", self.catalogue)[:1]
        terms = self.retriever.indexes.lexical.terms
        votes = vote_beside(found, act, self.catalogue, terms, OF_A_RECORD)
        told = {line.text for line in votes} & {one.text for one in sentences}
        return [] if told else votes

    def _list(self, question: str, listing: Listing) -> Answer:
        """The titles of acts, one sentence and one citation each."""
        shown = [
            (hit, one.quote)
            for one in listing.acts[:MOST]
            if (hit := hit_of(one.record, self.catalogue))
        ]
        citations = [self._cite(n, hit, quote) for n, (hit, quote) in enumerate(shown, 1)]
        sentences = [Sentence(c.quote.text, "verbatim", (c.number,)) for c in citations]
        more = _(" ; les {count} premiers sont montrés").format(count=MOST)
        more = more if len(listing.acts) > MOST else ""
        return self._answer(
            question, "answered", sentences=tuple(sentences), citations=tuple(citations),
            notes=(f"{listing.said}{more}.",),
        )  # fmt: skip

    def _heard(
        self, chat: Chat, query: Query, found: Found, draft: Callable[[Draft], None]
    ) -> tuple[Judged, Writing]:
        """Have the model write from the best passages."""
        texts = [f"{hit.passage.heading}\n{hit.passage.text}" for hit in found.hits]
        asked = query.whole
        chat.ask_what_it_offers()
        count = chat.kept(asked, texts)
        judged = Judged(found.hits[:count], self._cite, self.omit)
        read = {hit.source.id for hit in found.hits[:count]}
        with closing(chat.write(asked, texts[:count])) as written:
            for words in written:
                if not self.catalogue.are_live(read):
                    raise _Withdrawn
                judged.hear(words)
                draft(judged.draft)
        judged.end()
        return judged, judged.writing(dropped=len(texts) - count)

    def _in_its_words(
        self, question: str, found: Found, judged: Judged, writing: Writing
    ) -> Answer | None:
        """What the model wrote; None where the ledger proves nothing of it."""
        if judged.proved:
            omitted = _(OMITTED).format(count=writing.unproved) if self.omit else ""
            notes = (omitted if writing.unproved else "", CUT if judged.cut else "")
            answer = self._answer(
                question, "answered", sentences=tuple(judged.sentences),
                citations=tuple(judged.citations), notes=tuple(filter(None, notes)),
            )  # fmt: skip
            read = tuple(dict.fromkeys(hit.source.id for hit in found.hits))
            return replace(answer, read=read) if answer.unproved else answer
        if judged.not_found:
            return self._refuse(question, found.hits, _NOT_FOUND)
        return None

    def _refuse(self, question: str, hits: Sequence[Hit], why: str) -> Answer:
        nearest = self._nearest(hits)
        return self._answer(question, "not_in_records", nearest=nearest, message=why)

    def _nearest(self, hits: Sequence[Hit]) -> tuple[Citation, ...]:
        return tuple(self._cite(number, hit, whole(hit)) for number, hit in enumerate(hits[:3], 1))

    def _answer(self, question: str, status: str, **parts: object) -> Answer:
        return Answer(
            id=uuid.uuid4().hex[:12], question=question, status=status, model="extractif",
            generation=self.generation, **parts,  # type: ignore[arg-type]
        )  # fmt: skip

    def _cite(self, number: int, hit: Hit, quote: Quote) -> Citation:
        record = hit.record
        ocr, confidence = self.catalogue.page_seen(hit.source.id, quote.page)
        label = record.label
        if hit.version and not hit.neighbours:  # in force on the day asked, and still
            label = dated_label(label, hit.version)
        if suffix_of(hit.source.file) in NUMBERED:  # other formats have one page, or rows
            label = f"{label}, p. {quote.page}"
        day = hit.version.date if hit.version else record.date
        article = (record.article_id, day, hit.fonds) if record.article_id else None
        named = whole_name(self.catalogue, label, record.kind, record.body, article)
        return Citation(
            number=number, label=label, fonds=hit.fonds, source=hit.source.path,
            source_id=hit.source.id, record_id=str(record.id), quote=quote,
            ocr=ocr, confidence=confidence,
            article_id=record.article_id, kind=record.kind, act_number=record.number,
            date=record.date, title=record.title, score=round(hit.score, 4),
            page_last=hit.passage.page_last, reference=named,
        )  # fmt: skip


def _wants_all(asked: Asked, found: Found, read: Sequence[Hit]) -> bool:
    """Whether what is asked is what an article says, named by its number."""
    named = asked.decision and found.exact and read
    return bool(named) and read[0].record.kind == "article"


_TOO_SHORT = N_("Les phrases trouvées sont trop courtes pour prouver une réponse.")
_NOT_FOUND = N_("Le modèle n'a pas trouvé la réponse dans les passages ; voici les plus proches.")
