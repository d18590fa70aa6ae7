"""The words that tell what a short question asks, and how they stand around what would answer it.

A long question is made of many details, each of which may be worded otherwise. In a short one each
word counts: « vitesse de la lumière » is not answered by what speaks of light alone, nor « capitale
de l'Espagne » by a page on the capital of a company that names Spain elsewhere.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from difflib import get_close_matches

from app.ledger.words import bearers, names
from ingest.records.fold import fold

Terms = Callable[[str], Sequence[str]]  # of the lexical index
Also = Callable[[Iterable[str]], Set[str]]

_TELLING = 2.0  # least idf of a word that tells what is asked: in one passage of seven at most
_FEW = 4  # words that tell: at most so many make a short question
_MISSING = 0.25  # of their weight
_UNHEARD = 9.0  # idf of a word that no passage holds, where there are thousands of them
_TOGETHER = 3  # of so many words at most, those found must stand together
_PAIR = 2
_APART = 12  # words from the first to the last of those found: more, and they tell of two things
# Cosines of the best passage, centred: what is nearer in meaning may say it in other words.
# docs/log.md has the questions they were set on.
_NEAR = 0.4
_NEAR_HALF = 0.5  # of two words, one is missing
_LOOSE = 0.3
_NEAR_APART = 0.2
_WORD = re.compile(r"[^\W_]+")
_ACRONYM = re.compile(r"[A-ZÀ-Þ\d]{2}")  # « le CAUE », whose words may be spelled out
_A_NAME = 4  # letters, at least
_MISREAD = 0.8  # of a name's letters: « Büallez » is « Biallez », read by OCR
# « comment planter un olivier » is no business of a town hall; « comment payer la cantine » is
_HOW_TO = re.compile(
    r"^\W*comment (?:(?:se|me|nous|vous|le|la|les|en|y) |s['’])?"
    r"(?!accéder|adhérer|acheter|acquérir|avoir|bénéficier|candidater|choisir|connaître|consulter"
    r"|contacter|contester|déclarer|demander|déposer|devenir|être|faire|inscrire|joindre|louer"
    r"|modifier|obtenir|participer|payer|procéder|protester|réclamer|régler|renouveler|réserver"
    r"|résilier|saisir|savoir|signaler|voter)"
    r"[^\W\d]{2,}(?:er|ir|re)\b", re.I,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Telling:
    """The words of a question that are neither common nor verbs of every question.

    Attributes:
        weights: term -> weight.
        forms: term -> how it is written in the question, without its plural.
        names: those of the terms that are written as proper names.
        unheard: those that no passage holds.
        how_to: it asks how something is done that no administration does.
        bearers: who or what it calls by a name that is no acronym, by the last word of the name.
    """

    weights: Mapping[str, float] = field(default_factory=dict)
    forms: Mapping[str, Set[str]] = field(default_factory=dict)
    names: frozenset[str] = frozenset()
    unheard: frozenset[str] = frozenset()
    how_to: bool = False
    bearers: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Standing:
    """How they stand around a unit: 0 `words` where there are too many for each to count."""

    words: int = 0
    missing: bool = False  # one of them stands nowhere around
    much: bool = False  # and those missing weigh much
    lost: bool = False  # it is a proper name, or no passage at all holds it
    nameless: bool = False  # it is a proper name
    apart: bool = False  # those found stand far from each other
    named: bool = False  # and one of them is a proper name
    otherwise: bool = False  # one of two stands in another form only: « capital » for « capitale »
    how_to: bool = False

    def is_scant(self, dense: float) -> bool:
        """Whether the words found are too few. `dense`: cosine of the best passage, centred."""
        if self.much:
            return self.lost or dense < (_NEAR_HALF if self.words <= _PAIR else _NEAR)
        return self.lost or (self.missing and dense < _LOOSE)

    def is_beside(self, dense: float) -> bool:
        """Whether they are told of something else: by two things, or without how it is done."""
        return (
            (self.nameless and self.words <= _PAIR)
            or (self.apart and dense < (_LOOSE if self.named else _NEAR_APART))
            or (self.otherwise and dense < _LOOSE)
            or (self.how_to and dense < _NEAR)
        )


ALOOF = Standing()  # nothing is known of it


def tells(
    question: str,
    weights: Mapping[str, float],
    common: Set[str],
    idf: Callable[[str], float],
    terms: Terms,
) -> Telling:
    """The telling words of a question.

    Args:
        question: as asked.
        weights: its terms, and what each weighs.
        common: terms that tell nothing.
        idf: how rare a term is; of the empty one: what no passage holds.
        terms: the lexical index's analyser.
    """
    telling = {
        term: weight
        for term, weight in weights.items()
        if term not in common and weight >= _TELLING
    }
    named = frozenset(terms(" ".join(name for name, _ in names(question))))
    nowhere = idf("")
    unheard = frozenset(term for term in telling if idf(term) == nowhere >= _UNHEARD)
    forms: dict[str, set[str]] = {}
    for word in _WORD.findall(question):
        for term in terms(word):
            forms.setdefault(term, set()).add(_singular(word))
    how_to = bool(_HOW_TO.search(question))
    called = frozenset(
        name
        for name, at in bearers(question)
        if len(name) >= _A_NAME and not telling.keys().isdisjoint(terms(name))
        and not _ACRONYM.match(question, at)
    )  # fmt: skip
    return Telling(telling, forms, named & telling.keys(), unheard, how_to, called)


def unnamed(telling: Telling, texts: Iterable[str], terms: Terms) -> bool:
    """Whether one whom the question calls by name is named by none of the texts, even misread."""
    if not telling.bearers:
        return False
    words = [word for text in texts for word in _WORD.findall(fold(text))]
    held = {term for word in words for term in terms(word)}
    return any(
        held.isdisjoint(terms(name)) and not get_close_matches(name, words, 1, _MISREAD)
        for name in telling.bearers
    )


def standing(telling: Telling, above: str, text: str, terms: Terms, also: Also) -> Standing:
    """How the telling words stand in a passage.

    Args:
        telling: the question's.
        above: what stands above the passage, and speaks of all of it.
        text: the passage.
        terms: the lexical index's analyser.
        also: the terms given, and those of the question that they stand for.
    """
    words = len(telling.weights)
    if words > _FEW:
        return ALOOF
    heading, body = ([(word, set(terms(word))) for word in some.split()] for some in (above, text))
    everywhere = [*heading, *body]
    missing = telling.weights.keys() - also(frozenset().union(*(held for _, held in everywhere)))
    weight = sum(telling.weights[term] for term in missing)
    much = weight > _MISSING * sum(telling.weights.values())
    nameless = bool(missing & telling.names)
    lost = nameless or (much and bool(missing & telling.unheard))
    nearby = telling.weights.keys() - frozenset().union(*(held for _, held in heading))
    apart = words <= _TOGETHER and _reach(nearby, [held for _, held in body]) > _APART
    otherwise = words == _PAIR and any(
        _in_another_form(term, telling.forms.get(term, set()), everywhere)
        for term in telling.weights
    )
    named = bool(telling.names)
    return Standing(
        words, bool(missing), much, lost, nameless, apart, named, otherwise, telling.how_to
    )


def _in_another_form(term: str, forms: Set[str], words: Sequence[tuple[str, Set[str]]]) -> bool:
    """Whether a term is held, though never as it is written in the question."""
    said = {_singular(word) for word, held in words if term in held}
    return bool(forms and said) and not any(form in word for word in said for form in forms)


def _singular(word: str) -> str:
    return fold(word).rstrip("sx")


def _reach(wanted: Set[str], text: Sequence[Set[str]]) -> int:
    """Words from the first to the last of the shortest stretch that holds all those found."""
    met = [(at, term) for at, terms in enumerate(text) for term in sorted(terms & wanted)]
    kinds = len({term for _, term in met})
    held: Counter[str] = Counter()
    first, shortest = 0, len(text)
    for at, term in met:
        held[term] += 1
        while len(held) == kinds:
            begin, oldest = met[first]
            shortest = min(shortest, at - begin)
            held[oldest] -= 1
            if not held[oldest]:
                del held[oldest]
            first += 1
    return shortest if kinds > 1 else 0
