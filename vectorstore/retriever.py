"""Question → hits: exact references first, then dense and lexical search, fused."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
from numpy.typing import NDArray

from ingest.catalogue import Catalogue
from ingest.records.fold import fold
from ingest.records.version import VersionRow
from ingest.rows import PassageRow, RecordRow, Source
from vectorstore.chroma_server import StoreUnavailable
from vectorstore.embed import Embedder
from vectorstore.fusion import Evidence, Weights, score, trust
from vectorstore.indexes import Indexes
from vectorstore.late_interaction import late_interaction
from vectorstore.maps import Maps
from vectorstore.narrow import EVERYTHING, Narrow
from vectorstore.period import years_of
from vectorstore.question import Reading, read_question, without_bodies
from vectorstore.references import look_up
from vectorstore.versions import Named, as_rows, named_articles

DEPTH = 200  # candidates asked of each index; the fused list is cut from their union
_PLAIN, _BY_TOKENS = 1.8, 3.0  # what cosines count for in `likeness`: docs/log.md
_OF_NAMED = 20  # passages of an act that is named by its number
_DEEPER = 10  # times as many where most of them may have to be left out


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage with a score, and all that is needed to cite it."""

    rank: int  # 1-based
    score: float
    fonds: str
    source: Source
    record: RecordRow
    passage: PassageRow
    evidence: Evidence
    version: VersionRow | None = None  # law as it stood on the day that the question names
    neighbours: tuple[PassageRow, ...] = ()  # of a past version: its passages, not in the catalogue

    @property
    def said(self) -> str:
        """Its act's title, what stands above the passage, and the passage."""
        return f"{self.record.title or ''} {self.passage.heading} {self.passage.text}"


@dataclass(frozen=True, slots=True)
class Query:
    """What to search for. `context`: the words of the question that this one follows up."""

    text: str
    context: str = ""
    favoured: frozenset[int] = frozenset()  # records that the previous answer cited

    @property
    def whole(self) -> str:
        """The question behind what it follows up."""
        return f"{self.context} {self.text}".strip()


@dataclass(frozen=True, slots=True)
class Found:
    """The hits of a question, best first, and what was read in it."""

    reading: Reading
    hits: tuple[Hit, ...]
    exact: tuple[int, ...]  # ids of records that the question names by number
    vector: NDArray[np.float32]  # of the question with its context, centred
    named: tuple[Named, ...] = ()  # articles of law of the day asked, or no longer in force
    degraded: bool = False  # the dense index did not answer: found by words alone


@dataclass(frozen=True, slots=True)
class Retriever:
    """Searches the fonds that it is told to, and no other."""

    catalogue: Catalogue
    embedder: Embedder
    indexes: Indexes
    weights: Weights = Weights()  # noqa: RUF009 - frozen
    readable: frozenset[str] | None = None  # what words are counted over; None: all fonds
    home: str = ""  # the town whose own acts need not name it
    law_maps: Maps | None = None  # for law, where the model is the one they were learnt for
    act_maps: Maps | None = None  # for acts, likewise
    phrase_maps: Maps | None = None  # for the tokens of what may answer, likewise

    def search(
        self, query: Query, fonds: Sequence[str], limit: int, narrow: Narrow = EVERYTHING
    ) -> Found:
        """The best passages of these fonds for a question.

        Args:
            query: the question, with its context when it follows up another.
            fonds: names of the fonds that may be searched; none finds nothing.
            limit: hits wanted, at most.
            narrow: the only acts that may be found.
        """
        depth = max(DEPTH * _DEEPER if narrow else DEPTH, limit)
        # 1. read what the question says plainly
        bodies = self.catalogue.bodies(fonds)
        reading = self._read(query, bodies)
        if query.context and not query.favoured:
            query = replace(query, favoured=self._before(query.context, fonds))
        # 2. look up exact references
        exact = look_up(self.catalogue, reading, fonds)
        # 3. search both indexes
        vector, dense, degraded, lexical = self._candidates(query.whole, fonds, bodies, depth)
        # 4. join what the catalogue knows as live, and score
        named = [row.id for i in exact for row in self.catalogue.passages_of_record(i, _OF_NAMED)]
        ids = list(dict.fromkeys([*named, *(i for i, _ in dense), *lexical]))
        rows, records, sources = self._live(ids, fonds, narrow)
        cosines, mapped = self._cosines(rows, dict(dense), vector, records)
        asked = _Asked(
            _words(query.text), reading, frozenset(exact), query.favoured,
            _newest(reading, records.values()),
        )  # fmt: skip
        scored = [
            self._scored(
                asked, row, records[row.record_id], sources[row.source_id],
                cosines[row.id], lexical.get(row.id, 0.0), mapped.get(row.id),
            )
            for row in rows
        ]  # fmt: skip
        # 5. law as it stood on the day asked
        articles = named_articles(self.catalogue, reading, fonds, exact, date.today().isoformat())
        scored, exact = self._as_it_stood(scored, exact, articles, vector)
        scored = [hit for hit in scored if narrow.fits(hit.record)]
        scored.sort(key=lambda hit: (-hit.score, hit.passage.id))
        kept = [replace(hit, rank=rank) for rank, hit in enumerate(scored[:limit], 1)]
        return Found(reading, tuple(kept), tuple(exact), vector, tuple(articles), degraded)

    def _as_it_stood(
        self, hits: list[Hit], exact: list[int], articles: Sequence[Named],
        vector: NDArray[np.float32],
    ) -> tuple[list[Hit], list[int]]:  # fmt: skip
        """The versions asked for, in place of the ones in force."""
        for item in articles:
            id = item.versions[0].article_id
            found = [hit for hit in hits if hit.record.article_id == id]
            used = item.used
            if used is not None and any(hit.record.date == used.date for hit in found):
                new = [replace(hit, version=used) for hit in found]  # in force then, and now
            else:
                new = self._past(item, found, vector)
            hits = [hit for hit in hits if hit.record.article_id != id] + new
            exact = [i for i in exact if i not in {hit.record.id for hit in found}]
            exact += [hit.record.id for hit in new]
        return hits, list(dict.fromkeys(exact))

    def _past(
        self, item: Named, found: Sequence[Hit], vector: NDArray[np.float32]
    ) -> list[Hit]:  # fmt: skip
        """The passages of a version that is not indexed, embedded for this question."""
        if item.used is None or not item.used.text:
            return []
        source = self.catalogue.sources_of([item.used.source_id])[item.used.source_id]
        record, rows = as_rows(item.used, found[0].record if found else None)
        vectors = self.embedder.passages([f"{row.heading}\n{row.text}" for row in rows])
        cosines = (self.indexes.centre.passages(vectors) @ vector).tolist()
        evidence = [Evidence(dense=cosine, lexical=0.0, exact=True) for cosine in cosines]
        return [
            Hit(0, score(seen, self.weights), source.fonds, source, record, row, seen, item.used,
                rows)
            for row, seen in zip(rows, evidence, strict=True)
        ]  # fmt: skip

    def _candidates(
        self, whole: str, fonds: Sequence[str], bodies: Sequence[str], depth: int
    ) -> tuple[NDArray[np.float32], list[tuple[str, float]], bool, dict[str, float]]:
        """The question's vector; what is nearest to it, and whether that is lacking; what has its
        words: looked for beside the vector, and each fonds beside the others."""
        words = without_bodies(whole, [*bodies, self.home])
        with ThreadPoolExecutor(1 + len(fonds)) as pool:
            by_words = pool.submit(self._lexical, fonds, words, depth)
            vector = self.indexes.centre.question(self.embedder.questions([whole])[0])
            dense, degraded = self._dense(pool, fonds, vector, depth)
            return vector, dense, degraded, by_words.result()

    def _dense(
        self, pool: Executor, fonds: Sequence[str], vector: NDArray[np.float32], depth: int
    ) -> tuple[list[tuple[str, float]], bool]:
        """Dense candidates. Without its store the search goes on by words, and says so.

        So it does where a fonds has passages and the store no vector for them: not yet, or lost.
        """
        try:
            each = pool.map(lambda name: self.indexes.dense.search(name, vector, depth), fonds)
            found = dict(zip(fonds, each, strict=True))
        except StoreUnavailable:
            return [], True
        empty = [name for name, hits in found.items() if not hits]
        counts = self.catalogue.counts() if empty else {}
        lacking = any(name in counts and counts[name]["passages"] for name in empty)
        return [hit for hits in found.values() for hit in hits], lacking

    def _lexical(self, fonds: Sequence[str], words: str, depth: int) -> dict[str, float]:
        """Lexical candidates, with what their words are worth beside the best of them, 0 to 1."""
        found = self.indexes.lexical.search(fonds, words, depth, self.readable)
        if not found:
            return {}
        best = found[0][1]
        worth = trust(best, self.indexes.lexical.idf_of(words, self.readable)) / best
        return {passage: bm25 * worth for passage, bm25 in found}

    def _before(self, context: str, fonds: Sequence[str]) -> frozenset[int]:
        """The records that the question before was about, when its answer is not known."""
        hits = self.search(Query(context), fonds, 2).hits
        return frozenset(hit.record.id for hit in hits)

    def _read(self, query: Query, bodies: Sequence[str]) -> Reading:
        """A follow-up inherits the place and time that it does not name itself.

        Where no question before names a place either, it is that of the acts that were cited.
        """
        reading = read_question(query.text, bodies, self.home)
        if not (query.context or query.favoured):
            return reading
        before = read_question(query.context, bodies, self.home)
        when = reading if reading.days or reading.years or reading.months else before
        if not (reading.bodies or reading.places or reading.towns):
            reading = replace(
                reading,
                places=before.places,
                towns=before.towns,
                bodies=before.bodies or (() if before.places else self._of_those(query.favoured)),
            )
        return replace(
            reading,
            bodies=reading.bodies or before.bodies,
            days=when.days,
            years=when.years,
            months=when.months,
        )

    def _of_those(self, records: frozenset[int]) -> tuple[str, ...]:
        """The one collectivity that decided these acts; none where there are several, or law."""
        rows = self.catalogue.records_of(list(records)).values()
        bodies = {row.body for row in rows if row.kind != "article" and row.body}
        return tuple(bodies) if len(bodies) == 1 else ()

    def _live(
        self, ids: Sequence[str], fonds: Sequence[str], narrow: Narrow
    ) -> tuple[list[PassageRow], dict[int, RecordRow], dict[int, Source]]:
        """The passages among these that may be found, whatever an index says."""
        rows = list(self.catalogue.live_passages(ids).values())
        records = self.catalogue.records_of(list({row.record_id for row in rows}))
        sources = self.catalogue.sources_of(list({row.source_id for row in rows}))
        rows = [
            row for row in rows
            if sources[row.source_id].fonds in fonds and narrow.fits(records[row.record_id])
        ]  # fmt: skip
        kept = {row.record_id for row in rows}
        return rows, {id: record for id, record in records.items() if id in kept}, sources

    def _cosines(
        self, rows: Sequence[PassageRow], dense: dict[str, float], vector: NDArray[np.float32],
        records: Mapping[int, RecordRow],
    ) -> tuple[dict[str, float], dict[str, float]]:  # fmt: skip
        """Cosines for all candidates: those the dense index did not return are computed.

        And the mapped cosines, less what they are higher by, where there are maps.
        """
        law = {row.id for row in rows if records[row.record_id].kind == "article"}
        read = [row for row in rows if row.id not in dense or self._maps(row.id in law)]
        blobs = self.catalogue.vectors(self.embedder.model_id, [row.input_sha for row in read])
        read = [row for row in read if row.input_sha in blobs]
        cosines = {row.id: dense.get(row.id, 0.0) for row in rows}
        if not read:
            return cosines, {}
        raw = np.stack([np.frombuffer(blobs[row.input_sha], np.float16) for row in read])
        vectors = self.indexes.centre.passages(raw)
        for row, cosine in zip(read, (vectors @ vector).tolist(), strict=True):
            cosines[row.id] = dense.get(row.id, cosine)
        mapped = dict[str, float]()
        for of_law in (True, False):
            at = [i for i, row in enumerate(read) if (row.id in law) is of_law]
            if at and (maps := self._maps(of_law)):
                found = (maps.cosines(vector, vectors[at]) - maps.by).tolist()
                mapped |= zip((read[i].id for i in at), found, strict=True)
        return cosines, mapped

    def _maps(self, of_law: bool) -> Maps | None:
        return self.law_maps if of_law else self.act_maps

    def likeness(self, query: Query, found: Found, texts: Sequence[str]) -> list[float]:
        """How like a question short texts are, each for itself; comparable within one question.

        Token by token where there are maps for that, else by one vector each. One pass of the model
        over all the texts: some 10 ms each on two cores. `found`: by `search`, for this question.
        """
        if self.phrase_maps is None:
            vectors = self.indexes.centre.passages(self.embedder.passages(texts))
            plain: list[float] = (_PLAIN * (vectors @ found.vector)).tolist()
            return plain
        asked = self.embedder.question_tokens(query.whole)
        said = self.embedder.passage_tokens(texts)
        return [_BY_TOKENS * one for one in late_interaction(self.phrase_maps, asked, said)]

    def _scored(
        self, asked: _Asked, row: PassageRow, record: RecordRow, source: Source,
        cosine: float, lexical: float, mapped: float | None,
    ) -> Hit:  # fmt: skip
        evidence = Evidence(
            dense=cosine,
            lexical=lexical,
            exact=record.id in asked.exact,
            entitled=_is_object(asked.words, record),
            body=_match(asked.reading, record),
            place=_names_place(asked.reading, record, row),
            date=_date_match(asked.reading, record),
            recent=_recency(record, asked.newest),
            favoured=record.id in asked.favoured,
            table=source.path.lower().endswith(".csv"),
            law=record.kind == "article",
            mapped=mapped,
        )
        return Hit(0, score(evidence, self.weights), source.fonds, source, record, row, evidence)


@dataclass(frozen=True, slots=True)
class _Asked:
    """What a question says, as each passage is held against it."""

    words: list[str]
    reading: Reading
    exact: frozenset[int]  # records that it names by number
    favoured: frozenset[int]
    newest: str  # date of the newest act found


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", fold(text))


def _is_object(asked: Sequence[str], record: RecordRow) -> bool:
    """Whether a question's words are an act's whole object, as its list has it.

    An article has a heading.
    """
    return record.kind != "article" and len(asked) > 1 and asked == _words(record.title or "")


def _match(reading: Reading, record: RecordRow) -> float:
    """1 the same, -1 another, 0 when nothing is said, or for law: it holds everywhere."""
    body = record.body or reading.home
    if not reading.bodies or not body or record.kind == "article":
        return 0.0
    return 1.0 if fold(body) in map(fold, reading.bodies) else -1.0


def _names_place(reading: Reading, record: RecordRow, row: PassageRow) -> bool:
    """Whether an act speaks of a commune that the question names and that decided none."""
    if not reading.places or record.kind == "article":
        return False
    said = fold(f"{record.title or ''} {row.heading} {row.text}")
    return any(re.search(rf"\b{re.escape(fold(name))}\b", said) for name in reading.places)


_ABOUT_YEAR = 0.5
_OLD = 16  # years after which an act is no longer any more recent than others


def _newest(reading: Reading, records: Iterable[RecordRow]) -> str:
    """The date of the newest act found; none where the question names a time."""
    if reading.days or reading.years or reading.months:
        return ""
    acts = (record for record in records if record.kind != "article")
    return max((act.date or "" for act in acts), default="")


def _recency(record: RecordRow, newest: str) -> float:
    """1 in the year of the newest act, 0 for an old one, and where there is none to tell by.

    « Combien coûte la cantine ? » is asked of today: a tariff is voted again each year.
    """
    if not newest or not record.date or record.kind == "article":
        return 0.0
    return max(0.0, 1 - (int(newest[:4]) - int(record.date[:4])) / _OLD)


def _date_match(reading: Reading, record: RecordRow) -> float:
    """1 the day, 0.7 the month, 0.5 the year it is about; -0.3 another year; 0: nothing is said.

    Where a title names a year, an act of that year about another one gets nothing: tariffs of 2024
    are voted in 2023.
    """
    if record.date is None or record.kind == "article":
        return 0.0
    if record.date in reading.days:
        return 1.0
    if record.date[:7] in reading.months:
        return 0.7
    if not reading.years:
        return 0.0
    about = years_of(record.title or "")
    if about & set(reading.years):
        return _ABOUT_YEAR
    if int(record.date[:4]) in reading.years:
        return 0.0 if about else 0.4
    return -0.3
