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


@dataclass(frozen=True, slots=True)
class Asked:
    """The question, weighed once."""

    weights: dict[str, float]  # term -> idf
    total: float
    holds: re.Pattern[str] | None  # what kind of thing is wanted
    terms: Callable[[str], list[str]]
    decision: bool  # what an act decides, or what it is about


_WHAT_IT_DECIDES = re.compile(
    r"que (?:décide|dit|prévoit|contient)|sur quoi porte|quel est l['’]objet|\bobjet de\b|de quoi",
    re.I,
)
_DECIDES = re.compile(
    r"^\W*(?:article\s+(?:1|premier|unique)|d[ée]cide|approuve|autorise|adopte|fixe|accepte|vote\b"
    r"|donne|désigne|prend acte|émet|sollicite|valide|attribue|institue|objet\s*:|de\s\w+er\b)",
    re.I,
)


def weigh_question(
    question: str, last: str, terms: Callable[[str], list[str]], idf: Callable[[str], float]
) -> Asked:
    """Weigh the words of a question.

    Args:
        question: with its context, when it follows up another.
        last: what was asked last, alone; it says what kind of thing is wanted.
        terms: the lexical index's analyser.
        idf: how rare a term is.
    """
    weights = {term: idf(term) for term in set(terms(question))}
    total = sum(weights.values()) or 1.0
    decision = bool(_WHAT_IT_DECIDES.search(last))
    return Asked(weights, total, None if decision else wanted(last), terms, decision)


def choose(asked: Asked, hits: Sequence[Hit]) -> list[Chosen]:
    """The units that answer best, best first, at most MOST_SENTENCES, none inside another."""
    if not hits:
        return []
    best = hits[0].score
    scored: list[Chosen] = []
    runs: dict[str, list[Unit]] = {}
    for hit in hits[:_DEPTH]:
        pieces = runs[hit.passage.id] = list(units(hit))
        scored += [_weigh(unit, asked, best) for unit in pieces]
    scored.sort(key=lambda chosen: -chosen.score)
    return _few(scored, runs)


def _weigh(unit: Unit, asked: Asked, best: float) -> Chosen:
    weights, terms = asked.weights, asked.terms
    own = set(terms(unit.text))
    heading = set(terms(unit.hit.passage.heading))
    around = (set(terms(unit.opening)) | heading) - own
    far = set(terms(unit.hit.passage.text)) - own - around
    share = [sum(weights[t] for t in some & weights.keys()) / asked.total
             for some in (own, around, far)]  # fmt: skip
    score = share[0] + 0.5 * share[1] + 0.25 * share[2] + 1.2 * (unit.hit.score - best)
    if asked.holds is not None:
        score += 0.3 if asked.holds.search(unit.text) else -0.15
    if asked.decision and _DECIDES.match(unit.text):
        score += 0.6
    if len(own - heading - weights.keys()) < 2:
        score -= 0.4  # it says no more than the title and the question do
    if not 25 <= len(unit.text) <= 450:
        score -= 0.1
    return Chosen(unit, score, min(1.0, sum(share)))


def _few(scored: list[Chosen], runs: dict[str, list[Unit]]) -> list[Chosen]:
    """The best unit, and others nearly as good that say something else."""
    chosen: list[Chosen] = []
    for candidate in scored:
        if candidate.score < scored[0].score - 0.25 or len(chosen) == MOST_SENTENCES:
            break
        if any(_inside(candidate.unit, other.unit) for other in chosen):
            continue
        whole = _with_its_run(candidate.unit, runs[candidate.unit.hit.passage.id])
        if not any(_inside(other.unit, whole) for other in chosen):
            chosen.append(Chosen(whole, candidate.score, candidate.coverage))
    return chosen


def _inside(unit: Unit, other: Unit) -> bool:
    if unit.hit.passage.id == other.hit.passage.id:
        return unit.start < other.end and other.start < unit.end
    return re.sub(r"\W", "", unit.text.lower()) in re.sub(r"\W", "", other.text.lower())


_ITEM = re.compile(r"^(?:[-–—•●▪*]|\d{1,2}\s*[.)°]|[a-z]\))")
_VOTE_LINE = re.compile(r"^\W*(?:vote|pour|contre|abst|unanimit|votants|à l['’]unanimité)\b", re.I)
_ROW = re.compile(r"\d")
_LONGEST_RUN = 500  # characters


def _kind(unit: Unit) -> str:
    """Units of one kind that follow each other belong together: items, rows, lines of a vote."""
    if _VOTE_LINE.match(unit.text):
        return "vote"
    if _ITEM.match(unit.text):
        return "item"
    short = len(unit.text) <= 90 and not unit.text.endswith((".", ";", ":"))
    return "row" if short and _ROW.search(unit.text) else ""


def _with_its_run(unit: Unit, pieces: list[Unit]) -> Unit:
    """A list item with its list, a row with its table, a vote with all its lines."""
    at = next(i for i, piece in enumerate(pieces) if piece.start == unit.start)
    kind = _kind(unit)
    first = last = at
    opens = unit.text.endswith(":")
    if opens and at + 1 < len(pieces):
        kind = _kind(pieces[at + 1])
    if not kind:
        return unit
    while True:
        grown = False
        if (
            last + 1 < len(pieces)
            and _kind(pieces[last + 1]) == kind
            and _fits(pieces, first, last + 1)
        ):
            last, grown = last + 1, True
        before = first - 1
        if not opens and before >= 0 and _fits(pieces, before, last):
            if _kind(pieces[before]) == kind:
                first, grown = before, True
            elif pieces[before].text.endswith(":"):
                first, opens = before, True
        if not grown:
            break
    start, end = pieces[first].start, pieces[last].end
    text = " ".join(unit.hit.passage.text[start:end].split())
    return Unit(unit.hit, start, end, text, unit.opening)


def _fits(pieces: list[Unit], first: int, last: int) -> bool:
    return pieces[last].end - pieces[first].start <= _LONGEST_RUN


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
