"""The extractive answer: the sentences of the sources that answer, word for word.

A passage is cut into units (a sentence, a list item, a row of a table). Each is weighed by how
much of the question it holds, rare words first, helped by what stands around it (the record's
heading, the line that opens a list), and by whether it holds the kind of thing that is asked:
an amount, a date, a vote, a name, an article.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence, Set
from dataclasses import dataclass, replace

from app.counts import counted, counts
from app.kinds import (
    AMOUNT,
    HOLDERS,
    LAW,
    NUMBER,
    ORGANISATION,
    PERSON,
    VOTE,
    VOTES,
    others_wanted,
    wanted,
)
from app.ledger import squeeze
from app.ledger.words import bearers
from app.priced import priced
from app.ranges import Quantity, covers, leaves_out, quantities
from app.telling import ALOOF, Standing, Telling, standing, tells, unnamed
from app.units import Unit, inside, is_vote, quote_of, units, with_its_run
from ingest.records.fold import fold
from ingest.rows import PassageRow
from vectorstore.retriever import Hit
from vectorstore.synonyms import Synonyms, synonyms_of

Passages = Callable[[int], Sequence[PassageRow]]
Likeness = Callable[[Sequence[str]], Sequence[float]]  # how like the question texts are, each
MOST_SENTENCES = 3
_OF_AN_ARTICLE = 5
_OF_ONE_ACT = 10  # passages


@dataclass(frozen=True, slots=True)
class Chosen:
    """A unit that answers, with the evidence for it."""

    unit: Unit
    score: float
    coverage: float  # share of the question's weight of rare words found in or around it, 0 to 1
    last_coverage: float  # the same for what was asked last, alone
    beside_place: float  # the same for what was asked beside a commune without indexed acts
    standing: Standing = ALOOF  # how what the question tells stands around the best unit
    like: float = 0.0  # what the model makes of it beside the question: `Retriever.likeness`
    gives: bool = True  # the kind of thing asked, where one is
    follows: bool = False  # what is asked follows up another question
    in_range: bool = False  # a figure asked falls in its range: « de 2 à 6 m3 »
    counts: bool = True  # where a number of things is asked: it gives one
    unnamed: bool = False  # one whom the question calls by name is named around none of the units
    unpriced: bool = False  # nor is what it asks the price of, around this one


# Words that ask, and tell nothing of what is asked about: the kind of thing stands for them.
_ASKING = (
    "combien quand comment pourquoi quel quelle quels quelles coûte coûtent coûtait coûtera coûter"
    " a-t-elle a-t-il ont-ils été est sont était étaient"
)

# Verbs and the like that a question is made of, whatever it is about.
_COMMON = (
    "est être avoir faire fait fera faut peut peuvent pouvoir doit dois doivent devoir sert"
    " servir prendre effectuer demander quoi où face plus moins seul trouve appelle son sa ses"
    " prévu prévus prévue prévues prévoir prévoit passe passé autorisé autoriser interdit reçoit"
    " recevoir reçu visé viser préside présider décidé décider voté voter fixé fixer payer"
    " verser versé donner donné accorder accordé adopté adopter approuvé approuver concerne"
    " concerner commence commencer nommé nommer désigné désigner élu élire choisi choisir retenu"
    " retenir créé créer vendu vendre acheté acheter heure jour date année mois montant prix"
    " coût coûter somme nombre durée durer total nouveau"
)
_VOTING = "contre voix abstenu abstenus abstention abstentions opposé opposés unanimité vote"
_ALIAS = re.compile(r"\(([A-ZÉ]\w{1,9})\)")  # « aide médicale de l'État (AME) »

# Swept on the development questions: docs/log.md.
_CLOSELY = 6  # units that the model reads; more are slower, and hardly better
_LONGEST_SAID, _LONGEST_EMBEDDED = 600, 800  # characters of a unit, and with its heading
_MARGIN = 0.2  # a further sentence scores at most this much less than the best
_PAGE_MARGIN = 0.4  # one of the same page: who verifies has it before their eyes
_DECISION_MARGIN = 0.5  # an object and what is decided of it look less alike
_VOTE_REACH = 300  # characters: from one line of a vote to the next
_READ_ON = 130  # characters: « Demande de conseil au CAUE. Devis de 1800 €. »
_KIND_FOUND = 0.35  # for a sentence that holds the kind of thing asked
_AMOUNT_FOUND = 0.55  # what gives none is not shown to whoever asks for one
_HOLDER_FOUND = 1.0  # who holds an office: what names nobody answers nothing
_FOUND = {AMOUNT: _AMOUNT_FOUND} | dict.fromkeys(HOLDERS, _HOLDER_FOUND)
_NUMBER_FOUND = 0.2  # beside what is counted
_NEWEST = 0.2  # for a unit that itself holds what a follow-up adds
_FOREIGN = 0.3  # for an amount whose line holds no word of the question
_ROW_FOUND = 0.5  # for a row whose range holds the figure asked
_SAME_ACT = 0.3  # for the act cited before, where nothing new is named
_VISA_FOUND = 0.2  # for a « Vu »: it tells on what an act rests
_OF_ALL = 0.4  # of what a row loses that is about others
_ALSO_FOUND = 0.2  # for each other kind asked that it holds as well


@dataclass(frozen=True, slots=True)
class Asked:
    """The question, weighed once."""

    weights: dict[str, float]  # term -> idf
    total: float
    last: frozenset[str]  # those of its terms that were asked last
    beside_place: frozenset[str]  # those that are neither a commune without indexed acts nor a date
    counted: frozenset[str]  # what is asked how many there are of, in all its words
    count_of: str  # the same, as it was asked
    priced: frozenset[str]  # what is asked the price of
    telling: Telling  # those that are neither common nor verbs of every question
    holds: re.Pattern[str] | None  # what kind of thing is wanted
    also: tuple[re.Pattern[str], ...]  # other kinds: « quel prestataire, et à quel prix ? »
    several: bool  # several acts may answer: years or places are compared
    terms: Callable[[str], list[str]]
    synonyms: Synonyms  # other words for what is asked
    figures: tuple[Quantity, ...]  # « 300 € »: a row may be about the range that it falls in
    decision: bool  # what an act decides, or what it is about
    words: frozenset[str]  # all of its words, folded

    @property
    def alone(self) -> bool:
        """Whether it follows up nothing: what was asked last is all that is asked."""
        return self.beside_place <= self.last


_WHAT_IT_DECIDES = re.compile(
    r"que (?:décide|dit|prévoit|contient)|sur quoi porte|quel est l['’]objet|\bobjet de\b|de quoi",
    re.I,
)
_DECIDES = re.compile(
    r"^\W*(?:article\s+(?:1|premier|unique)|d[ée]cide|approuve|autorise|adopte|fixe|accepte|vote\b"
    r"|donne|désigne|prend acte|émet|sollicite|valide|attribue|institue|objet\s*:|de\s\w+er\b)",
    re.I,
)


_VISA = re.compile(r"^\W*vus?\b", re.I)
_DECIDED = re.compile(
    r"^\W*(?:(?:le conseil|la commission|l['’]assemblée)\b[^.]{0,120}?\b)?"
    r"(?:d[ée]cide|approuve|adopte|autorise|accepte|fixe|émet|désigne|valide|prend acte)\b", re.I,
)  # fmt: skip


def weigh_question(
    question: str,
    last: str,
    terms: Callable[[str], list[str]],
    idf: Callable[[str], float],
    bodies: Sequence[str] = (),
    places: Sequence[str] = (),
) -> Asked:
    """Weigh the words of a question.

    Args:
        question: with its context, when it follows up another.
        last: what was asked last, alone; it says what kind of thing is wanted.
        terms: the lexical index's analyser.
        idf: how rare a term is.
        bodies: the collectivities it names; their acts alone are read, so the name says no more.
        places: the communes it names that decided no indexed act.
    """
    weights = {term: idf(term) for term in set(terms(question))}
    if last != question:  # a follow-up: what is new in it counts most
        weights |= {term: 2 * idf(term) for term in set(terms(last))}
    for term in terms(" ".join([*bodies, _ASKING])):
        weights.pop(term, None)
    total = sum(weights.values()) or 1.0
    newest = frozenset(terms(last)) & weights.keys()
    named = set(terms(" ".join(places)))
    beside = frozenset(term for term in weights.keys() - named if not term.isdigit())
    common = set(terms(f"{_COMMON} {' '.join(_ALIAS.findall(question))}"))
    asking = common.union(terms(f"temps {_VOTING}"))
    if last != question and newest <= asking:  # « pour combien de temps ? » names nothing new
        newest = frozenset()
    telling = tells(question, weights, common, idf, terms)
    decision = bool(_WHAT_IT_DECIDES.search(last))
    before = question.removesuffix(last)  # « et pour les enfants ? » asks for what was asked before
    kind = None if decision else wanted(last) or wanted(before)
    also = () if decision else others_wanted(last, kind)
    synonyms = synonyms_of(question, terms)
    count_of = counted(last) if kind is NUMBER else ""
    how_many = frozenset(synonyms.also(terms(count_of)) if count_of else ())
    several = bool(_SEVERAL.search(last)) or len(bodies) > 1
    figures = tuple(quantities(last))
    return Asked(
        weights,
        total,
        newest,
        beside,
        how_many,
        count_of,
        frozenset(terms(priced(last)) if kind in (AMOUNT, NUMBER) else ()) & telling.weights.keys(),
        telling,
        kind,
        also,
        several,
        terms,
        synonyms,
        figures,
        decision,
        frozenset(re.findall(r"\w+", fold(question))),
    )


def tells_nothing(terms: Callable[[str], list[str]]) -> frozenset[str]:
    """The terms that ask and that questions are made of, whatever they are about."""
    return frozenset(terms(f"{_ASKING} {_COMMON}"))


def of_the_whole(asked: Asked) -> Asked:
    """The question that names an act and asks nothing of it: what it is about, what it decides."""
    none = frozenset[str]()
    return replace(
        asked, weights={}, last=none, beside_place=none, counted=none, priced=none,
        telling=Telling(), holds=None, also=(), figures=(), decision=True,
    )  # fmt: skip


_SEVERAL = re.compile(
    r"\b(?:entre|puis|depuis|évolu\w+|compar\w+|avant|chaque|tou(?:s|tes) les)\b"
    r"|(?:19|20)\d\d\D+(?:19|20)\d\d", re.I,
)  # fmt: skip


def with_votes(asked: Asked, hits: Sequence[Hit], passages: Passages) -> list[Hit]:
    """The hits, and where votes are asked for, those lines of the same acts that give them.

    `passages` gives all passages of a record: a vote often stands pages below what was debated.
    """
    found = list(hits)
    if asked.holds not in VOTES:
        return found
    known = {hit.passage.id for hit in hits}
    for best in {hit.record.id: hit for hit in reversed(hits) if hit.record.vote}.values():
        for row in passages(best.record.id):
            if row.id not in known and VOTE.search(row.text):
                found.append(replace(best, passage=row))
    return found


def with_the_kind(asked: Asked, hits: Sequence[Hit], passages: Passages) -> list[Hit]:
    """The hits; where all are of one act, those of its passages too that hold what is wanted."""
    found = list(hits)
    if asked.holds is None or len({hit.record.id for hit in hits}) != 1 or hits[0].neighbours:
        return found
    known = {hit.passage.id for hit in hits}
    rest = (row for row in passages(hits[0].record.id) if row.id not in known)
    held = [row for row in rest if asked.holds.search(row.text)]
    return found + [replace(hits[0], passage=row) for row in held[:_OF_ONE_ACT]]


def with_the_rest(asked: Asked, hits: Sequence[Hit], passages: Passages) -> list[Hit]:
    """The hits, and of the best act that passage which holds more of the question than they do.

    A long tariff is one act in many passages, of which a search returns a few.
    """
    found = list(hits)
    if not hits or hits[0].neighbours:
        return found
    best = hits[0]
    known = {hit.passage.id for hit in hits}
    of_act = [hit.passage for hit in hits if hit.record.id == best.record.id]
    rest = [row for row in passages(best.record.id) if row.id not in known]
    fullest = max(rest, key=lambda row: _held(row.text, asked), default=None)
    if fullest and _held(fullest.text, asked) > max(_held(row.text, asked) for row in of_act):
        found.append(replace(best, passage=fullest))
    return found


def _held(text: str, asked: Asked) -> float:
    """The weight of the question's words that a text holds."""
    return _weight(set(asked.terms(text)), asked)


def held(hit: Hit, asked: Asked) -> float:
    """The weight of the question's words that a passage holds under its heading, in any words."""
    return _weight(asked.synonyms.also(asked.terms(hit.said)), asked)


def _weight(terms: Set[str], asked: Asked) -> float:
    return sum(asked.weights[term] for term in terms & asked.weights.keys())


def from_its_beginning(hit: Hit) -> list[Chosen]:
    """What an article says, in its order: « que dit l'article » asks for no part of it."""
    return [Chosen(unit, 1.0, 1.0, 1.0, 1.0) for unit in units(hit)][:_OF_AN_ARTICLE]


def choose(asked: Asked, hits: Sequence[Hit], likeness: Likeness) -> list[Chosen]:
    """The units that answer best, best first, at most MOST_SENTENCES, none inside another."""
    scored = by_words(asked, hits)
    if asked.holds not in HOLDERS:  # a name beside an office is all that is wanted
        scored = _read_closely(scored, likeness)
    if not scored:
        return []
    first, *others = few = _few(scored, asked)
    stranger = asked.alone and unnamed(
        asked.telling, (one.unit.hit.said for one in few), asked.terms
    )
    around = asked.synonyms.also(asked.terms(f"{first.unit.hit.said} {first.unit.opening}"))
    best = replace(
        first, standing=_standing(first.unit, asked), unnamed=stranger,
        unpriced=not asked.priced <= around,
    )  # fmt: skip
    return [best, *others]


def by_words(asked: Asked, hits: Sequence[Hit]) -> list[Chosen]:
    """All units of the hits, best first by the words and the kinds of things that they hold."""
    best = hits[0].score if hits else 0.0
    scored: list[Chosen] = []
    for hit in hits:
        pieces = list(units(hit))
        runs = {(run.start, run.end): run for run in (with_its_run(p, pieces) for p in pieces)}
        scored += [_weigh(run, asked, best) for run in runs.values()]
    return sorted(scored, key=lambda chosen: -chosen.score)


def _read_closely(scored: Sequence[Chosen], likeness: Likeness) -> list[Chosen]:
    """The units in the order of their words and of what the model makes of the best of them."""
    near = scored[:_CLOSELY]
    if not near:
        return []
    like = likeness([as_embedded(one.unit) for one in near])
    found = [
        replace(one, score=one.score + by, like=by) for one, by in zip(near, like, strict=True)
    ]
    found += [replace(one, score=one.score + min(like)) for one in scored[_CLOSELY:]]
    return sorted(found, key=lambda chosen: -chosen.score)


def as_embedded(unit: Unit) -> str:
    """A unit under its act's heading, as a passage is embedded."""
    said = f"{unit.opening} {unit.text}".strip()[:_LONGEST_SAID]
    return f"{unit.hit.passage.heading}\n{said}"[:_LONGEST_EMBEDDED]


def _standing(unit: Unit, asked: Asked) -> Standing:
    passage = unit.hit.passage
    above = f"{passage.heading} {unit.opening}"
    return standing(asked.telling, above, passage.text, asked.terms, asked.synonyms.also)


def _weigh(unit: Unit, asked: Asked, best: float) -> Chosen:
    weights, terms = asked.weights, asked.terms
    own = asked.synonyms.also(terms(unit.text))
    heading = set(terms(unit.hit.passage.heading))
    around = (set(terms(_above(unit, asked))) | heading) - own
    far = asked.synonyms.also(terms(unit.hit.passage.text)) - own - around
    share = [sum(weights[t] for t in some & weights.keys()) / asked.total
             for some in (own, around, far)]  # fmt: skip
    score = share[0] + 0.5 * share[1] + 0.25 * share[2] + 1.2 * (unit.hit.score - best)
    said = f"{unit.opening} {unit.text}"
    gives, told = (
        asked.holds is not None and _gives(asked.holds, text, asked) for text in (unit.text, said)
    )
    if asked.holds is not None:
        named = asked.holds is PERSON  # a name may stand in the line that opens a list
        found = _FOUND.get(asked.holds, _KIND_FOUND)
        score += found if (told if named else gives) else -0.15
        text = said if named else unit.text
        score += _ALSO_FOUND * sum(_gives(kind, text, asked) for kind in asked.also)
    number = not asked.counted or counts(said, asked.counted, terms, asked.count_of)
    score += _NUMBER_FOUND if asked.counted and number else 0.0
    held = asked.holds is None or asked.holds.search(unit.text)
    if held and not asked.alone:  # what it adds is asked
        newest = sum(weights[term] for term in asked.last) or 1.0
        score += _NEWEST * sum(weights[term] for term in asked.last & own) / newest
    within = _within(unit, asked)
    score += _ROW_FOUND * within
    if asked.decision and len(unit.text) > 25 and (_DECIDED.match(unit.text) or _decides(unit)):
        score += 0.9 if _DECIDED.match(unit.text) else 0.6
    if _foreign(unit, asked):
        score -= _FOREIGN
    if weights and not gives and len(own - heading - weights.keys()) < 2:
        score -= 0.4  # it says no more than the title and the question do
    if len(unit.text) > 450 or (len(unit.text) < 25 and not gives):
        score -= 0.1
    if not asked.last and unit.hit.evidence.favoured:
        score += _SAME_ACT
    if _VISA.match(unit.text) and asked.holds is not LAW:
        score -= _VISA_FOUND
    everywhere = own | around | far
    met, beside = (
        sum(weights[t] for t in some & everywhere) / (sum(weights[t] for t in some) or 1.0)
        for some in (asked.last, asked.beside_place)
    )
    if not asked.last:  # « pour combien de temps ? » is of all that was asked before
        met = min(1.0, sum(share))
    voted = asked.holds in VOTES and VOTE.search(said)  # « 0 voix contre » names nobody, and tells
    lacks = asked.holds is not None and not voted and not told
    return Chosen(
        unit, score, min(1.0, sum(share)), met, beside, counts=number, gives=not lacks,
        follows=not asked.alone, in_range=within > 0 and unit.hit.record.kind != "article",
    )  # fmt: skip


def _within(unit: Unit, asked: Asked) -> float:
    """1: about a range that a figure asked falls in; -1: about others alone; 0: about none, an act.

    An article says once which communes it is about; one that does not, a little below 0.
    """
    if not asked.figures:
        return 0
    if covers(unit.text, asked.figures):
        return 1
    if leaves_out(unit.text, asked.figures):
        return -1
    if unit.hit.record.kind != "article":
        return 0
    return 1 if covers(unit.hit.passage.text, asked.figures) else -_OF_ALL


def _gives(kind: re.Pattern[str], said: str, asked: Asked) -> bool:
    """Whether words give a kind of thing; « quelle société » is not told by the one it names."""
    if not kind.search(said):
        return False
    naming = kind in (PERSON, ORGANISATION)
    return not naming or any(name not in asked.words for name, _ in bearers(said))


def _above(unit: Unit, asked: Asked) -> str:
    """What a unit speaks of without saying it: the line that opens its list, the act voted on."""
    before = unit.hit.passage.text[max(0, unit.start - _VOTE_REACH) : unit.start]
    if asked.holds in VOTES and is_vote(unit):
        return before
    if asked.holds is not None and _gives(asked.holds, unit.text, asked):
        return f"{unit.opening} {before[-_READ_ON:]}"
    return unit.opening


def _decides(unit: Unit) -> bool:
    """Whether a unit says what its act decides, or gives its object."""
    title = squeeze(unit.hit.record.title or "")[:40]
    return bool(_DECIDES.match(unit.text)) or (bool(title) and title in squeeze(unit.text))


def _few(scored: list[Chosen], asked: Asked) -> list[Chosen]:
    """The best unit, and others nearly as good that say something else.

    They stand in the same file, unless the question compares; of each other kind of thing that
    is asked, the best unit of the same act is one of them.
    """
    chosen: list[Chosen] = []
    first = scored[0].unit.hit
    margin = _DECISION_MARGIN if asked.decision else _MARGIN
    for candidate in scored:
        below = scored[0].score - candidate.score
        if below > max(margin, _PAGE_MARGIN) or len(chosen) == MOST_SENTENCES:
            break
        if below > margin and not _on_one_page(candidate.unit, scored[0].unit):
            continue
        if not asked.several and candidate.unit.hit.record.id != first.record.id:
            continue
        if chosen and _strays(candidate.unit, scored[0].unit, asked):
            continue
        if not any(inside(candidate.unit, other.unit) for other in chosen):
            chosen.append(candidate)
    others = _missing(scored, chosen, asked)
    new = (one for one in others if not any(inside(one.unit, other.unit) for other in chosen))
    return [*chosen[: MOST_SENTENCES - 1], one] if (one := next(new, None)) else chosen


def _on_one_page(unit: Unit, other: Unit) -> bool:
    same_source = unit.hit.source.id == other.hit.source.id
    return same_source and quote_of(unit).page == quote_of(other).page


def _foreign(unit: Unit, asked: Asked) -> bool:
    """Whether a line of a tariff holds no word of the question, nor the line that opens it."""
    if asked.holds is not AMOUNT:
        return False
    words = asked.synonyms.also(asked.terms(f"{_above(unit, asked)} {unit.text}"))
    return not set(words) & asked.beside_place


def _strays(unit: Unit, best: Unit, asked: Asked) -> bool:
    """Whether a unit leaves the best's page and holds nothing of the kind that the best holds."""
    if asked.alone and _foreign(unit, asked):
        return True
    if asked.holds is None or not asked.holds.search(best.text) or asked.holds.search(unit.text):
        return False
    return quote_of(unit).page != quote_of(best).page


def _missing(scored: Sequence[Chosen], chosen: Sequence[Chosen], asked: Asked) -> Iterator[Chosen]:
    """What the choice lacks of the best unit's act: another kind asked for, a line of the vote."""
    first = scored[0].unit
    near = [one for one in scored if one.unit.hit.record.id == first.hit.record.id]
    for kind in asked.also:
        if not any(kind.search(one.unit.text) for one in chosen):
            yield from (one for one in near if kind.search(one.unit.text))
            return
    if asked.holds in VOTES and is_vote(first):
        yield from (one for one in near if is_vote(one.unit) and _follows(one.unit, first))


def _follows(unit: Unit, other: Unit) -> bool:
    """Whether a line of votes stands below another, a sentence between them at most."""
    one, above = quote_of(unit), quote_of(other)
    return one.page == above.page and 0 <= one.start - above.end < _VOTE_REACH
