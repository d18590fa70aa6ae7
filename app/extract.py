"""The extractive answer: the sentences of the sources that answer, word for word.

A passage is cut into units (a sentence, a list item, a row of a table). Each is weighed by how
much of the question it holds, rare words first, helped by what stands around it (the record's
heading, the line that opens a list), and by whether it holds the kind of thing that is asked:
an amount, a date, a vote, a name, an article.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from app.citations import Quote
from vectorstore.retriever import Hit

MOST_SENTENCES = 3
_DEPTH = 8  # passages looked into


@dataclass(frozen=True, slots=True)
class Unit:
    """A piece of a passage that can stand as a sentence."""

    hit: Hit
    start: int  # into the passage's text
    end: int
    text: str  # on one line
    opening: str  # the line that opens the list it belongs to, or ""


@dataclass(frozen=True, slots=True)
class Chosen:
    """A unit that answers, with the evidence for it."""

    unit: Unit
    score: float
    coverage: float  # share of the question's weight of rare words found in or around it, 0 to 1


# --- what kind of thing is asked

_AMOUNT = re.compile(r"\d[\d .,]*\s?(?:€|euros?\b|%|k€|m€|pour cent)|\beuro symbolique", re.I)
_DATE = re.compile(
    r"\b\d{1,2}(?:er)?\s+(?:janv|févr|fevr|mars|avril|mai|juin|juil|août|aout|sept|oct|nov|déc|dec)"
    r"|\b\d{1,2}[/.]\d{1,2}[/.]\d{2,4}|\b(?:19|20)\d\d\b|\b\d{1,2}\s?[hH]\s?\d{0,2}\b",
    re.I,
)
_VOTE = re.compile(
    r"\bpour\s*:?\s*\d|\bcontre\s*:?\s*\d|\d+\s*(?:voix|votes?)?\s*(?:pour|contre)\b|abst|unanimit"
    r"|majorité|adopt|rejet",
    re.I,
)
_PERSON = re.compile(r"\b(?:M\.|Mme|Mr|Monsieur|Madame|MM\.)\s*[A-ZÉ]|\b[A-Z][a-zé-]+ [A-ZÉÈ-]{3,}")
_LAW = re.compile(
    r"\b(?:article|loi|décret|code|ordonnance|circulaire)s?\b|\b[LRD]\.? ?\d{3,}", re.I
)
_DIGIT = re.compile(r"\d")
_DURATION = re.compile(r"\d+\s*(?:ans?|mois|jours?|heures?|h\b|semaines?|minutes?)", re.I)

_ASKS: tuple[tuple[re.Pattern[str], re.Pattern[str]], ...] = (
    (re.compile(r"vot[ée]|voix|abst|oppos|contre\b.*\?|qui a voté", re.I), _VOTE),
    (re.compile(r"sur quel(?:le)?s? (?:article|texte|loi)|quels? articles?|fondement|base légale"
                r"|quel texte", re.I), _LAW),
    (re.compile(r"combien (?:de temps|dur)|quelle durée|durer|quel délai|horaire|plage", re.I),
     _DURATION),
    (re.compile(r"combien|coût|coûte|prix|tarif|montant|taux|somme|subvention|budget|amende"
                r"|cotisation|indemnité", re.I), _AMOUNT),
    (re.compile(r"\bquand\b|quelles? dates?|quel jour|depuis quand", re.I), _DATE),
    (re.compile(r"^\s*(?:et\s+)?qui\b|quels? élus?|quelle personne|par qui|nommé|désigné", re.I),
     _PERSON),
    (re.compile(r"quel nombre|à combien|combien", re.I), _DIGIT),
)  # fmt: skip


def wanted(question: str) -> re.Pattern[str] | None:
    """A pattern for the kind of thing that is asked; None when any sentence may answer."""
    for asks, holds in _ASKS:
        if asks.search(question):
            return holds
    return None


# --- units

_END = re.compile(
    r"(?<!\bM)(?<!\bMM)(?<!\bart)(?<!\bArt)(?<!\bMme)(?<!\bMr)(?<!\bL)(?<!\bR)(?<!\bD)(?<!\bn)"
    r"(?<!\d)[.!?]\s+(?=[A-ZÉÈÀÂÎÔÇ«\-–•])|(?<=\d\.)\s+(?=[A-ZÉÈÀÂ][a-zé]+ )|;\s*\n"
)
_OPENS = re.compile(
    r"^\s*(?:[-–—•●▪*]\s|\d{1,2}\s*[.)/°-]|[a-z]\)|[IVX]+\s*[.)-]|article\b|art\.|vu\b"
    r"|considérant|vote\b|pour\s*:|contre\s*:|abst|objet|décide|approuve|autorise|le conseil"
    r"|après)",
    re.I,
)
_LONGEST = 600


def units(hit: Hit) -> Iterator[Unit]:
    """Cut a passage into sentences, list items and rows, in order."""
    text = hit.passage.text
    opening = ""
    for start, end in _pieces(text):
        line = " ".join(text[start:end].split())
        if not re.search(r"\w{2,}", line):
            continue
        item = bool(re.match(r"[-–—•●▪*]|\d{1,2}\s*[.)°]|[a-z]\)", line))
        yield Unit(hit, start, end, line, opening if item else "")
        if line.endswith(":"):
            opening = line
        elif not item:
            opening = ""


def _pieces(text: str) -> Iterator[tuple[int, int]]:
    """(start, end) of each unit: wrapped lines are joined, sentences parted."""
    start = 0
    for end in _block_ends(text):
        at = start
        for stop in _END.finditer(text, start, end):
            yield at, stop.start() + 1
            at = stop.end()
        if at < end:
            yield at, end
        start = end + 1


def _block_ends(text: str) -> Iterator[int]:
    """Where a line ends that the next one does not carry on."""
    lines = text.split("\n")
    at = 0
    begun = 0
    for index, line in enumerate(lines):
        end = at + len(line)
        after = lines[index + 1] if index + 1 < len(lines) else None
        if after is None or not _goes_on(line, after) or end - begun > _LONGEST:
            yield end
            begun = end + 1
        at = end + 1


def _goes_on(line: str, after: str) -> bool:
    if not line.strip() or not after.strip() or _OPENS.match(after):
        return False
    if line.rstrip().endswith((".", ":", ";", "!", "?")):
        return False
    return after.lstrip()[:1].islower() or len(line) > 60


# --- choice


def choose(
    question: str,
    last: str,
    hits: Sequence[Hit],
    terms: Callable[[str], list[str]],
    idf: Callable[[str], float],
    bonus: Callable[[Sequence[Unit]], Sequence[float]] | None = None,
) -> list[Chosen]:
    """The units that answer best, best first, at most MOST_SENTENCES.

    Args:
        question: with its context, when it follows up another.
        last: what was asked last, alone; it says what kind of thing is wanted.
        hits: best first.
        terms: the lexical index's analyser.
        idf: how rare a term is.
        bonus: further evidence for units, such as likeness of meaning.
    """
    asked = {term: idf(term) for term in set(terms(question))}
    total = sum(asked.values()) or 1.0
    holds = wanted(last)
    candidates = [unit for hit in hits[:_DEPTH] for unit in units(hit)]
    if not candidates:
        return []
    best = hits[0].score
    scored = [_weigh(unit, asked, total, holds, terms, best) for unit in candidates]
    if bonus is not None:
        scored = _with_bonus(scored, bonus)
    scored.sort(key=lambda chosen: -chosen.score)
    return _few(scored)


def _weigh(
    unit: Unit,
    asked: dict[str, float],
    total: float,
    holds: re.Pattern[str] | None,
    terms: Callable[[str], list[str]],
    best: float,
) -> Chosen:
    own = set(terms(unit.text))
    around = set(terms(f"{unit.opening} {unit.hit.passage.heading}")) - own
    direct = sum(asked[term] for term in own & asked.keys()) / total
    near = sum(asked[term] for term in around & asked.keys()) / total
    passage = set(terms(unit.hit.passage.text)) - own - around
    far = sum(asked[term] for term in passage & asked.keys()) / total
    kind = 0.0
    if holds is not None:
        kind = 0.3 if holds.search(unit.text) else -0.15
    length = -0.1 if len(unit.text) < 25 else -0.1 if len(unit.text) > 450 else 0.0
    score = direct + 0.5 * near + 0.2 * far + kind + length + 1.2 * (unit.hit.score - best)
    return Chosen(unit, score, min(1.0, direct + near + far))


def _with_bonus(
    scored: list[Chosen], bonus: Callable[[Sequence[Unit]], Sequence[float]]
) -> list[Chosen]:
    head = sorted(scored, key=lambda chosen: -chosen.score)[:16]
    values = bonus([chosen.unit for chosen in head])
    return [
        Chosen(chosen.unit, chosen.score + value, chosen.coverage)
        for chosen, value in zip(head, values, strict=True)
    ]


def _few(scored: list[Chosen]) -> list[Chosen]:
    """The best unit, and others nearly as good that say something else."""
    chosen: list[Chosen] = []
    seen: set[str] = set()
    for candidate in scored:
        if candidate.score < scored[0].score - 0.25:
            break
        plain = re.sub(r"\W+", "", candidate.unit.text.lower())
        if plain in seen:
            continue
        seen.add(plain)
        chosen.append(candidate)
        if len(chosen) == MOST_SENTENCES:
            break
    return chosen


def quote_of(unit: Unit) -> Quote:
    """Where the unit stands on its page (its first page, when it runs over two)."""
    at = 0
    for span in unit.hit.passage.spans:
        length = span.end - span.start
        if unit.start < at + length:
            start = span.start + unit.start - at
            end = min(span.end, span.start + unit.end - at)
            return Quote(unit.text, span.page, start, end)
        at += length + 1
    last = unit.hit.passage.spans[-1]
    return Quote(unit.text, last.page, last.start, last.end)
