"""Measures: one question's gold and what came back in, numbers between 0 and 1 out.

A place that was found counts once: of two hits on the same gold page only the first scores,
and one hit that spans two gold pages takes both and scores as one. Strings are compared
without case, spaces and hyphens, and with a decimal point: « 4,95 € » is found in « 4.95€ ».

The ranked measures are those of ir_measures (MacAvaney et al., ECIR 2022), which are
trec_eval's: nDCG has linear gains, its ideal ranking holds every gold item.
"""

from __future__ import annotations

import importlib.util
import unicodedata
from typing import TYPE_CHECKING, Protocol

from evals.questions import Gold, Question
from ingest.trouble import Trouble

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.citations import Answer, Citation


class MeasuresMissing(Trouble):
    """ir_measures, of the extra `eval`, is not installed. No facts."""


class Place(Protocol):
    """What the measures need of a hit."""

    @property
    def source(self) -> str: ...
    @property
    def page_first(self) -> int: ...
    @property
    def page_last(self) -> int: ...
    @property
    def article_id(self) -> str | None: ...


# our name → the measure of ir_measures
RANKED = {
    "hit@1": "Success@1",
    "hit@5": "Success@5",
    "hit@10": "Success@10",
    "MRR@10": "RR@10",
    "nDCG@10": "nDCG@10",
    "R@100": "R@100",
}
DOCUMENT = {"doc@1": "Success@1", "doc@5": "Success@5", "doc@10": "Success@10"}
HYPHENS = "-\u2010\u2013_"  # and spaces: what a line break changes in a word or an amount


# -- what counts as found ------------------------------------------------------------------


def compact(text: str | None) -> str:
    """Text reduced to what is compared: no case, no spaces, no hyphens, « . » for « , »."""
    folded = unicodedata.normalize("NFKC", text or "").lower().replace("\u2019", "'")
    kept = (c for c in folded if not c.isspace() and c not in HYPHENS)
    return "".join(kept).replace(",", ".")


def holds(text: str | None, must: Sequence[str]) -> bool:
    """Whether the text holds every string of `must`."""
    within = compact(text)
    return all(compact(string) in within for string in must)


def same_file(one: str, other: str) -> bool:
    """Whether two paths name one file, where one of them may start higher in the tree."""
    one, other = (path.replace("\\", "/").lstrip("./") for path in (one, other))
    return one == other or one.endswith("/" + other) or other.endswith("/" + one)


def found_at(gold: Gold, hit: Place) -> bool:
    """Whether the hit is this article, or a passage that covers this page of this file."""
    if gold.article_id is not None:
        return hit.article_id == gold.article_id
    if not same_file(hit.source or "", gold.file or ""):
        return False
    return gold.page is None or (hit.page_first or 0) <= gold.page <= (hit.page_last or 0)


def documents(gold: Sequence[Gold]) -> tuple[Gold, ...]:
    """The same gold without pages, each file once: what « by document » is measured on."""
    best: dict[Gold, int] = {}
    for item in gold:
        place = Gold(article_id=item.article_id, file=item.file)
        best[place] = max(item.grade, best.get(place, 0))
    return tuple(Gold(g.article_id, g.file, None, grade) for g, grade in best.items())


def matches(gold: Sequence[Gold], hits: Sequence[Place]) -> list[int | None]:
    """Per hit, the index of the best gold item first found there, or None."""
    left = dict(enumerate(gold))
    taken: list[int | None] = []
    for hit in hits:
        here = [index for index, item in left.items() if found_at(item, hit)]
        taken.append(max(here, key=lambda index: gold[index].grade, default=None))
        for index in here:
            del left[index]
    return taken


def check_installed() -> None:
    """Raises MeasuresMissing."""
    if importlib.util.find_spec("ir_measures") is None:
        raise MeasuresMissing


# -- search --------------------------------------------------------------------------------


def ranked(
    gold: Sequence[Gold], hits: Sequence[Place], wanted: dict[str, str] = RANKED
) -> dict[str, float]:
    """The ranked measures of one question, whose gold must not be empty."""
    import ir_measures

    qrels = [ir_measures.Qrel("q", f"gold {i}", item.grade) for i, item in enumerate(gold)]
    run = [
        ir_measures.ScoredDoc("q", f"rank {rank}" if index is None else f"gold {index}", -rank)
        for rank, index in enumerate(matches(gold, hits))
    ]
    parsed = {ir_measures.parse_measure(name): ours for ours, name in wanted.items()}
    values = dict.fromkeys(wanted, 0.0)  # no hit at all: ir_measures says nothing
    for metric in ir_measures.iter_calc(list(parsed), qrels, run):
        values[parsed[metric.measure]] = float(metric.value)
    return values


def search_values(question: Question, hits: Sequence[Place]) -> dict[str, float]:
    """Every search measure that applies: none when the records do not answer."""
    if not question.answerable:
        return {}
    by_page = ranked(question.gold, hits)
    return by_page | ranked(documents(question.gold), hits, DOCUMENT)


# -- answers -------------------------------------------------------------------------------


def correct(question: Question, answer: Answer) -> bool:
    """Answered, and the sentences hold every string a right answer holds."""
    proved = (one.text for one in answer.sentences if one.status != "unverified")
    text = " ".join(proved) or answer.text
    return answer.status == "answered" and holds(text, question.must or ())


def refused(answer: Answer) -> bool:
    """Said that the records do not answer. An error is not a refusal."""
    return answer.status == "not_in_records"


def wrongly_refused(answer: Answer) -> bool:
    """No answer where the records hold one, an error included."""
    return answer.status != "answered"


def cites(citation: Citation, gold: Gold) -> bool:
    """Whether the citation stands on the gold page, or on the gold article."""
    if gold.article_id is not None:
        return citation.article_id == gold.article_id
    same = same_file(citation.source, gold.file or "")
    return same and (gold.page is None or citation.quote.page == gold.page)


def citation_precision(question: Question, answer: Answer) -> float | None:
    """Share of the citations on a gold page, or whose quote holds every `must` string."""
    if not answer.citations:
        return None
    must = question.must or ()
    right = [
        any(cites(citation, gold) for gold in question.gold)
        or (bool(must) and holds(citation.quote.text, must))
        for citation in answer.citations
    ]
    return sum(right) / len(right)


def citation_recall(question: Question, answer: Answer) -> float:
    """Share of the gold places that are cited."""
    cited = [any(cites(c, gold) for c in answer.citations) for gold in question.gold]
    return sum(cited) / len(cited)


def checked(answer: Answer) -> float | None:
    """Share of the sentences that carry a proof: not « unverified »."""
    if not answer.sentences:
        return None
    proved = [sentence.status != "unverified" for sentence in answer.sentences]
    return sum(proved) / len(proved)


def answer_values(question: Question, answer: Answer) -> dict[str, float]:
    """Every answer measure that applies to this question and this answer."""
    values: dict[str, float | None] = {"errors": float(answer.status == "error")}
    if not question.answerable:
        values["refused"] = float(refused(answer))
    else:
        values["correct"] = float(correct(question, answer))
        values["wrong_refusals"] = float(wrongly_refused(answer))
    if question.answerable and answer.status == "answered":
        values["citation_precision"] = citation_precision(question, answer)
        values["citation_recall"] = citation_recall(question, answer)
        values["checked"] = checked(answer)
        values["sentences"] = float(len(answer.sentences))
    return {name: value for name, value in (values | written(answer)).items() if value is not None}


def written(answer: Answer) -> dict[str, float | None]:
    """What a model did for the answer: nothing where none was asked."""
    did = answer.writing
    if did is None:
        return {}
    kept = answer.model != "extractif"
    struck = did.unproved / did.sentences if did.sentences else None
    return {"by_model": float(kept), "struck": struck, "first_s": did.first}
