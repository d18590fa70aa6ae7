"""The lexical index: French terms in tantivy, one index for all fonds, one field a fonds name."""

from __future__ import annotations

import math
import re
import shutil
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ingest.rows import PassageRow, RecordRow
from ingest.trouble import Trouble

if TYPE_CHECKING:
    import tantivy

# Weights of the fields, tuned on the development questions (docs/log.md).
WEIGHTS = {"title": 2.0, "heading": 1.0, "body": 1.0}
_ANALYSER = "french"
LEXICAL_VERSION = 2  # raise it when the schema or the analyser changes


class LexicalUnusable(Trouble):
    """The index is damaged, or was made by another version. Facts: path, detail."""


class Lexical:
    """A tantivy index in a folder. One writer at a time (the run lock sees to it)."""

    def __init__(self, folder: Path) -> None:
        """Open what is there; nothing on the disk is changed.

        Raises:
            LexicalUnusable: damaged, of another version, or not there.
        """
        import tantivy

        self._folder = folder / f"v{LEXICAL_VERSION}"
        if not (self._folder / "meta.json").is_file():  # tantivy would begin an empty one
            raise LexicalUnusable(path=str(self._folder), detail="absent")
        self._schema = _schema()
        self._analyser = _analyser()
        self._writer: tantivy.IndexWriter | None = None
        # by fonds, what `idf_within` has counted since the last search
        self._counted: dict[frozenset[str], Callable[..., float]] = {}
        with self._reading():
            self._index = tantivy.Index(self._schema, path=str(self._folder))
            self._index.register_tokenizer(_ANALYSER, self._analyser)
        self.ids("")  # opens each file: a damaged one is found now

    @classmethod
    def for_writing(cls, folder: Path) -> Lexical:
        """Open for the run that holds the lock: a damaged index is begun anew, old ones go."""
        import tantivy

        ours = folder / f"v{LEXICAL_VERSION}"
        for old in folder.glob("v*"):
            if old != ours:
                shutil.rmtree(old, ignore_errors=True)
        try:
            return cls(folder)
        except LexicalUnusable as trouble:
            if "No space left" in str(trouble):
                raise
        shutil.rmtree(ours, ignore_errors=True)
        ours.mkdir(parents=True)
        tantivy.Index(_schema(), path=str(ours))
        return cls(folder)

    def count(self, fonds: str = "") -> int:
        """How many passages there are of a fonds; of all where none is named."""
        import tantivy

        with self._reading():
            searcher = self._reloaded()
            if not fonds:
                return int(searcher.num_docs)
            return _count(searcher, tantivy.Query.term_query(self._schema, "fonds", fonds))

    def add(self, fonds: str, rows: Iterable[tuple[PassageRow, RecordRow]]) -> None:
        """Add or replace passages."""
        import tantivy

        writer = self._writing()
        for row, record in rows:
            writer.delete_documents_by_term("id", row.id)
            document = tantivy.Document(id=row.id, fonds=fonds, body=fold(row.text))
            document.add_text("heading", fold(row.heading))
            document.add_text("title", fold(record.title or ""))
            writer.add_document(document)

    def remove(self, fonds: str, ids: Iterable[str]) -> None:
        """Remove passages."""
        for passage in ids:  # none: no writer is opened, which would take 128 MB and a lock
            self._writing().delete_documents_by_term("id", passage)

    def commit(self) -> None:
        """Make additions and removals visible to every process."""
        if self._writer is not None:
            self._writer.commit()
            self._writer.wait_merging_threads()
            self._writer = None

    def clear(self) -> None:
        """Begin anew with the next commit: until then readers see what was there.

        The files of what was there are deleted. Removing alone only marks: terms stay.
        """
        self._writing().delete_all_documents()

    def ids(self, fonds: str) -> set[str]:
        """All passage ids of a fonds."""
        import tantivy

        query = tantivy.Query.term_query(self._schema, "fonds", fonds)
        with self._reading():
            searcher = self._reloaded()
            hits = searcher.search(query, max(1, searcher.num_docs)).hits
            return {searcher.doc(address)["id"][0] for _, address in hits}

    def search(
        self, fonds: Sequence[str], terms: str, limit: int,
        readable: Collection[str] | None = None,
    ) -> list[tuple[str, float]]:  # fmt: skip
        """(passage id, BM25 score) of the best passages of these fonds, best first.

        How rare a word is, is counted over the `readable` fonds; None: over all.
        """
        import tantivy

        text = fold(terms)
        if not text.strip():
            return []
        with self._reading():
            searcher = self._reloaded()
        plain = _plain(text) if readable is None else self._weighed(_plain(text), readable)
        query, _errors = self._index.parse_query_lenient(
            plain, list(WEIGHTS), field_boosts=WEIGHTS if readable is None else {}
        )
        places = [
            (tantivy.Occur.Should, tantivy.Query.term_query(self._schema, "fonds", name))
            for name in fonds
        ]
        within = tantivy.Query.const_score_query(tantivy.Query.boolean_query(places), 0.0)
        both = tantivy.Query.boolean_query(
            [(tantivy.Occur.Must, query), (tantivy.Occur.Must, within)]
        )
        with self._reading():
            hits = searcher.search(both, limit).hits
            return [(searcher.doc(address)["id"][0], float(score)) for score, address in hits]

    def terms(self, text: str) -> list[str]:
        """The index's terms of a text: stemmed, without stopwords and accents."""
        return list(self._analyser.analyze(fold(text)))

    def idf(self, term: str, field: str = "body") -> float:
        """How rare a term is in the passages: BM25's idf, 0 for a term in most of them."""
        return _idf(self._searcher.doc_freq(field, term), self._searcher.num_docs)

    def idf_of(self, text: str, readable: Collection[str] | None = None) -> float:
        """The idf of each term of a text, added up: counted as `search` counts it."""
        idf = self.idf if readable is None else self.idf_within(readable)
        return sum(idf(term) for term in dict.fromkeys(self.terms(text)))

    def idf_within(self, fonds: Collection[str]) -> Callable[..., float]:
        """The same, as if these fonds were all there is: nothing of the others shows in it.

        A question counts a term once, however often it is weighed: a search begins anew.
        """
        counted, among = self._counted, frozenset(fonds)
        if among not in counted:
            counted[among] = self._counting(among)
        return counted[among]

    def _counting(self, fonds: Collection[str]) -> Callable[..., float]:
        import tantivy

        searcher, schema = self._searcher, self._schema
        # one count a fonds: postings that meet are skipped through, a set of terms is walked
        places = [tantivy.Query.term_query(schema, "fonds", name) for name in fonds]
        total = sum(searcher.doc_freq("fonds", name) for name in fonds)

        @cache
        def idf(term: str, field: str = "body") -> float:
            holds = tantivy.Query.term_query(schema, field, term)
            held = 0
            for place in places:  # for a word that nothing holds too: its absence must not show
                both = [(tantivy.Occur.Must, holds), (tantivy.Occur.Must, place)]
                held += _count(searcher, tantivy.Query.boolean_query(both))
            return _idf(held, total)

        return idf

    def holds(self, term: str, fonds: Collection[str]) -> bool:
        """Whether a term stands in any passage of these fonds; nothing of the others shows."""
        import tantivy

        def all_of(**wanted: str) -> tantivy.Query:
            terms = [tantivy.Query.term_query(self._schema, *pair) for pair in wanted.items()]
            return tantivy.Query.boolean_query([(tantivy.Occur.Must, one) for one in terms])

        pairs = [{"fonds": name, field: term} for name in fonds for field in WEIGHTS]
        return any(_count(self._searcher, all_of(**pair)) for pair in pairs)

    def _weighed(self, plain: str, fonds: Collection[str]) -> str:
        """A query whose boosts take tantivy's idf, counted over all, out, and that of these in.

        What stays of the other fonds in a score is the average length of a passage.
        """
        own = self.idf_within(fonds)
        parts = []
        for word in plain.split():
            terms = self.terms(word)
            for field, weight in WEIGHTS.items() if terms else ():
                over_all = sum(self.idf(term, field) for term in terms)
                boost = weight * sum(own(term, field) for term in terms) / over_all
                parts.append(f"{field}:{word}^{boost:.6f}")
        return " ".join(parts)

    def _reloaded(self) -> tantivy.Searcher:
        """A searcher that sees what other processes have committed."""
        self._index.reload()
        self._searcher, self._counted = self._index.searcher(), {}
        return self._searcher

    @contextmanager
    def _reading(self) -> Iterator[None]:
        """tantivy says everything by ValueError: here it can only be the files."""
        try:
            yield
        except (ValueError, OSError) as error:
            raise LexicalUnusable(path=str(self._folder), detail=str(error)[:200]) from error

    def _writing(self) -> tantivy.IndexWriter:
        if self._writer is None:
            self._writer = self._index.writer(heap_size=128_000_000, num_threads=1)
        return self._writer


def _idf(frequency: int, total: int) -> float:
    total = max(1, total)
    return math.log(1 + (total - frequency + 0.5) / (frequency + 0.5))


def _count(searcher: tantivy.Searcher, query: tantivy.Query) -> int:
    found: Any = searcher.search(query, 1, count=True)  # its stubs do not know the count
    return int(found.count or 0)


def _schema() -> tantivy.Schema:
    import tantivy

    builder = tantivy.SchemaBuilder()
    builder.add_text_field("id", stored=True, tokenizer_name="raw", index_option="basic")
    builder.add_text_field("fonds", tokenizer_name="raw", index_option="basic")
    for name in ("title", "heading", "body"):
        builder.add_text_field(name, tokenizer_name=_ANALYSER, index_option="position")
    return builder.build()


def _analyser() -> tantivy.TextAnalyzer:
    import tantivy

    return (
        tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple())
        .filter(tantivy.Filter.remove_long(60))
        .filter(tantivy.Filter.lowercase())
        .filter(tantivy.Filter.stopword("french"))
        .filter(tantivy.Filter.stemmer("french"))
        .filter(tantivy.Filter.ascii_fold())
        .build()
    )


_ELISION = re.compile(r"\b(?:[ldjmnstc]|qu|jusqu|lorsqu|puisqu)['’]", re.I)
_THOUSANDS = re.compile(r"(?<=\d)[ .](?=\d{3}(?!\d))")
# Capitals without their accents, which the stemmer needs: « SIMPLIFIEE », « SECURITE ».
_BARE = re.compile(r"(?<=[A-Z])EE(?=S?\b)|(?<=UR|AL|IV|IL|MN|OR|IC|ID|OS|AN|UN)ITE(?=S?\b)")
_UNIT = re.compile(r"(?<=\d)(?=(?:ans?|jours?|mois|heures?|euros?|habitants?)\b)", re.I)
_ARTICLE = re.compile(r"\b([LRD])\.?\s*\*?\s*(?=\d)")


def fold(text: str) -> str:
    """One spelling for what the analyser would cut apart: elisions, amounts, article numbers.

    « 50ANS » is « 50 ANS »; « 178.270.223 » and « 178 270 223 » become one term, « L. 2121-29 »
    becomes « L2121-29 ».
    """
    text = _ELISION.sub(" ", text)
    text = _UNIT.sub(" ", _THOUSANDS.sub("", text))
    text = _BARE.sub(lambda found: {"EE": "ÉE", "ITE": "ITÉ"}[found[0]], text)
    return _ARTICLE.sub(r"\1", text)


def _plain(text: str) -> str:
    """Without the characters that mean something to the query parser."""
    return re.sub(r"[^\w\s.,%€-]", " ", text).replace("-", " ").replace(".", " ")
