"""One score out of the evidence for a passage. Weights are tuned on the development questions."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Evidence:
    """What speaks for a passage."""

    dense: float  # cosine of centred vectors, -1 to 1
    lexical: float  # BM25 over the best of this question, times `trust` in it, 0 to 1
    exact: bool = False  # its record was named by number
    entitled: bool = False  # the question is its record's object, word for word
    body: float = 0.0  # 1 decided by the collectivity named, -1 by another
    place: bool = False  # it names the commune asked about, which decided no indexed act
    date: float = 0.0  # 1 on the day named, down to -0.3 in another year
    recent: float = 0.0  # 1 the newest act found, less for older ones; 0 where a time is named
    favoured: bool = False  # the previous answer cited its record
    table: bool = False  # a row of a list of acts, not an act
    law: bool = False  # an article
    mapped: float | None = None  # the cosine that maps give (`maps.py`), less its excess


@dataclass(frozen=True, slots=True)
class Weights:
    """docs/log.md has the sweep."""

    dense: float = 1.0
    lexical: float = 0.25
    exact: float = 1.5
    entitled: float = 0.15
    body: float = 0.1
    place: float = 0.15
    date: float = 0.2
    recent: float = 0.06
    favoured: float = 0.1
    table: float = -0.2
    law: float = 0.09  # for what articles lose by the next line against acts
    law_lexical: float = 0.12  # instead of `lexical`: the law seldom uses the words of a question
    mapped: float = 0.6  # share of the mapped cosine, where there is one


_HELD = 1.5  # the best BM25, over the idf of all terms, from which words are trusted in full


def trust(best: float, idf: float) -> float:
    """How far the words of a question can be trusted to find what it asks for, 0 to 1.

    Where the passage that holds most of a question holds little of it, the question is in other
    words than the acts, and what it shares with them is by chance.

    Args:
        best: the highest BM25 of the question.
        idf: the sum over its terms.
    """
    return min(1.0, best / (_HELD * idf)) if idf > 0 else 0.0


def score(evidence: Evidence, weights: Weights) -> float:
    """The weighted sum; comparable between passages of one question only."""
    lexical = weights.law_lexical if evidence.law else weights.lexical
    dense = evidence.dense
    if evidence.mapped is not None:
        dense += weights.mapped * (evidence.mapped - dense)
    return (
        weights.dense * dense
        + lexical * evidence.lexical
        + weights.law * evidence.law
        + weights.exact * evidence.exact
        + weights.entitled * evidence.entitled
        + weights.body * evidence.body
        + weights.place * evidence.place
        + weights.date * evidence.date
        + weights.recent * evidence.recent
        + weights.favoured * evidence.favoured
        + weights.table * evidence.table
    )
