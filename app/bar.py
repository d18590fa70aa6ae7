"""The bar below which nothing is shown as an answer. Calibrated on data, never lowered."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields

from app.extract import Chosen
from app.kinds import AMOUNT, ORGANISATION, PERSON, holder, measured, wanted
from app.law import absence
from app.ledger.words import names
from app.named import only_names_it
from app.scope import names_somebody, outside, private
from app.words import N_, _
from ingest.records.fold import fold
from ingest.records.label import french_date
from vectorstore.question import Reading, significant, speaks_of
from vectorstore.retriever import Found, Hit


@dataclass(frozen=True, slots=True)
class Bar:
    """Logistic weights over the evidence; docs/log.md has the calibration."""

    bias: float = -2.8
    nearest: float = 1.6
    coverage: float = 1.8
    like: float = 1.8
    follow_up: float = 0.8
    unsaid: float = -2.6
    in_range: float = 2.0
    other_kind: float = -1.9
    uncounted: float = -0.9
    other_time: float = -1.0
    other_day: float = -3.0
    scant: float = -1.3
    beside: float = -4.3
    unnamed: float = -3.0
    unpriced: float = -1.2
    threshold: float = 0.5

    def confidence(self, evidence: Evidence) -> float:
        """0 to 1: how surely the evidence answers."""
        names = [field.name for field in fields(Evidence)]
        said = sum(getattr(self, name) * getattr(evidence, name) for name in names)
        return 1 / (1 + math.exp(-self.bias - said))


@dataclass(frozen=True, slots=True)
class Evidence:
    """What speaks for an answer, and against it.

    Attributes:
        nearest: cosine of the best passage, centred, mapped where there are maps.
        coverage: share of the question's rare words found in or around the best sentence.
        like: what the model makes of that sentence beside the question.
        follow_up: it follows up a question, whose words stand nowhere near.
        unsaid: no rare word of what was asked last stands in or around the sentence.
        in_range: a figure of the question falls in the range that the sentence is about.
        other_kind: nothing chosen gives the kind of thing that is asked.
        uncounted: a number of things is asked, and nothing chosen counts them.
        other_time: the year is right, the day or month that was named is not met.
        other_day: a day was named, and neither an act of it was found nor is it cited.
        scant: a question of few words, and what is found holds too little of them
            (`app/telling.py`).
        beside: what is found tells of something else (the same).
        unnamed: one whom the question calls by name is named nowhere around (the same).
        unpriced: what it asks the price of stands nowhere around (`app/priced.py`).
    """

    nearest: float
    coverage: float
    like: float = 0.0
    follow_up: bool = False
    unsaid: bool = False
    in_range: bool = False
    other_kind: bool = False
    uncounted: bool = False
    other_time: bool = False
    other_day: bool = False
    scant: bool = False
    beside: bool = False
    unnamed: bool = False
    unpriced: bool = False


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether to answer, and the French sentence that says why not: NOTHING gives no reason."""

    answers: bool
    confidence: float
    why: str = ""


_BESIDE = 0.5  # least share of what is asked of a commune without indexed acts
_ABOUT = 0.3  # least share of a question's rare words that shows it is about an act found
_WHO = re.compile(
    r"^\W*(?:(?:et )?qui est (?:le|la|l['’])|quel(?:le)? est (?:le |la |l['’])"
    r"(?:nom (?:du|de la|de l['’]) ?(?:maire|président\w*|préfet|adjointe?)"
    r"|maire|président|premier (?:ministre|adjoint)|préfet|ministre)\b)", re.I,
)  # fmt: skip
_ELECTED = re.compile(
    r"^\W*(?:et )?(?:qui|quel(?:le)?) est (?:le |la |l['’])(?:nom (?:du |de la |de l['’]))?"
    r"(?:maire|adjointe?|premier (?:ministre|adjoint)|préfet|ministre)", re.I,
)  # fmt: skip
_WHO_IS = re.compile(
    r"^\W*[Qq]ui (?:est|était|fut|sont)[- ]+(?P<name>(?:[A-ZÉÈ][\w'’-]+[ ?]*){2,})"
)
# On folded text: what is called after somebody.
_CALLED_AFTER = (
    r"\b(?:ecole|groupe scolaire|college|lycee|rue|avenue|boulevard|place|square|parc|salle|espace"
    r"|gymnase|stade|centre|maison|mediatheque|bibliotheque|creche|residence)\b[^.;:]{0,30}?"
)
_NAMED = re.compile(
    r"\b(?:comment s['’]appell\w+|quel(?:le)? est le (?:petit )?nom d|comment se nomme\w*)\b", re.I
)
_DAY = re.compile(r"\b\d{1,2}[/.]\d{1,2}[/.](?P<year>(?:19|20)\d\d)\b")
_LONG_AGO = 16  # years
_PROPER = re.compile(r"(?<=[\w,] )[A-ZÀ-Þ]\w|(?<=\w['’])[A-ZÀ-Þ]\w")
_NATION = re.compile(r"\b(?:France|Union européenne|Europe|Assemblée nationale|Sénat|État)\b")
_SITTING = re.compile(r"\b(?:conseil|séance|réunion|vot\w+|décid\w+|adopt\w+|délibér\w+)\b", re.I)
NOTHING = N_("Greffe n'a pas trouvé de réponse à cette question dans les documents indexés.")
_NOBODY = N_(
    "Greffe n'a pas trouvé de réponse à cette question dans les documents indexés."
    " Aucune phrase trouvée ne met un nom sur ce qui est demandé."
)
_NO_PERSON = N_(
    "Greffe n'a pas trouvé de réponse à cette question dans les documents indexés."
    " Aucune phrase trouvée ne dit qui est cette personne."
)
_NO_PLACE = N_("Greffe n'a pas trouvé de réponse au sujet de « {} » dans les documents indexés.")
_NO_YEAR = N_(
    "Greffe n'a pas trouvé de réponse à cette question dans les documents indexés."
    " Aucune phrase trouvée n'y répond pour l'année {}."
)
_NO_COUNT = N_(
    "Greffe n'a pas trouvé de réponse à cette question dans les documents indexés."
    " Aucune phrase trouvée ne met ce nombre à côté de ce qu'il compte."
)
_NO_AMOUNT = N_(
    "Greffe n'a pas trouvé de réponse à cette question dans les documents indexés."
    " Aucune phrase trouvée ne donne de montant."
)
_NO_MEASURE = N_(
    "Greffe n'a pas trouvé de réponse à cette question dans les documents indexés."
    " Aucun des passages trouvés ne donne cette indication."
)
_NO_NAME = N_(
    "Greffe n'a pas trouvé de réponse à cette question dans les documents indexés."
    " Aucun des passages trouvés ne donne de nom."
)


def judge(
    found: Found, chosen: Sequence[Chosen], bar: Bar, whole: Callable[[int], str] = lambda id: ""
) -> Verdict:
    """Decide on the evidence; an act named by its number answers what is asked about it.

    `whole`: the text of a source. An act without a collectivity is that of the place it names.
    """
    reading = found.reading
    told = [one.unit.text for one in chosen if one.unit.hit.record.kind != "article"]
    aside = outside(reading.text) or private(reading.text, told)  # the law tells of nobody
    if aside:
        return Verdict(False, 0.0, aside)
    titles = [one.unit.hit.record.title or "" for one in chosen]
    near = [
        f"{one.unit.hit.passage.heading} {one.unit.opening} {one.unit.text} {title}"
        for one, title in zip(chosen, titles, strict=True)
    ]
    texts = near
    if reading.bodies:  # another place is a detail of what is asked, and may stand farther off
        texts = [
            f"{one.unit.hit.passage.text} {text}" for one, text in zip(chosen, near, strict=True)
        ]
    if chosen and (reading.towns or reading.places):
        best = chosen[0].unit.hit
        if best.record.body is None and best.record.kind != "article":
            titles, texts = ([*some, whole(best.source.id)] for some in (titles, texts))
    said = texts if reading.bodies else titles
    place = next((town for town in reading.towns if not _speak_of(town, said)), None)
    place = place or next((name for name in reading.places if not _speak_of(name, texts)), None)
    if reading.places and not reading.bodies and chosen and _is_elsewhere(reading, chosen):
        place = place or reading.places[0]
    if place:
        return Verdict(False, 0.0, _(_NO_PLACE).format(place))
    if absent := absence(found):
        return Verdict(False, 0.0, absent)
    if not found.hits or not chosen:
        return Verdict(False, 0.0, NOTHING)
    if lacking := _lacks(reading, chosen, near):
        return Verdict(False, 0.0, lacking)
    number = next((one for one in reading.cited if not found.exact), None)
    if number and not _speak_of_number(number, chosen):
        shown = number.replace("-", "/")
        return Verdict(
            False, 0.0, _("Aucun acte indexé ne porte le numéro « {shown} ».").format(shown=shown)
        )
    hits = found.hits[:10]
    years = tuple(dict.fromkeys(map(str, reading.years)))
    cited = {one.unit.hit.record.id for one in chosen}
    undated = [hit for hit in hits if hit.record.id in cited and hit.record.date is None]
    if years and not (_any_of(years, undated) or _said_of(years, chosen, near)):
        return Verdict(False, 0.0, _(_NO_YEAR).format(years[0]))
    if found.exact:
        about_it = chosen[0].coverage >= _ABOUT or only_names_it(reading.text)
        return Verdict(about_it, float(about_it), NOTHING)
    if holder(reading.text) is not None:  # a name beside the office: it is answered
        return Verdict(True, 1.0)
    evidence = _evidence(found, chosen, near)
    if evidence.uncounted and _of_nobody(reading):
        return Verdict(False, 0.0, _(_NO_COUNT))
    confidence = bar.confidence(evidence)
    return Verdict(
        confidence >= bar.threshold, confidence, _NO_COUNT if evidence.uncounted else NOTHING
    )  # fmt: skip


def _evidence(found: Found, chosen: Sequence[Chosen], near: Sequence[str]) -> Evidence:
    """What speaks for the units chosen; a follow-up is itself answered, not its context alone."""
    best, hits = chosen[0], found.hits[:10]
    other_time, other_day = _elsewhen(found.reading, hits, near)
    first = hits[0].evidence
    nearest = max(first.dense, best.unit.hit.evidence.dense)
    return Evidence(
        nearest=first.dense if first.mapped is None else first.mapped,
        coverage=(best.coverage + best.last_coverage) / 2,
        like=best.like,
        follow_up=best.follows,
        unsaid=not best.last_coverage,
        in_range=best.in_range,
        other_kind=not any(one.gives for one in chosen),
        uncounted=not any(one.counts for one in chosen),
        other_time=other_time,
        other_day=other_day,
        scant=best.standing.is_scant(nearest),
        beside=best.standing.is_beside(nearest),
        unnamed=best.unnamed,
        unpriced=best.unpriced,
    )


def _of_nobody(reading: Reading) -> bool:
    """Whether a question names nothing of its own: no collectivity, no time, no act, no name.

    « Combien de joueurs dans une équipe de rugby ? » may be about anything in the world.
    """
    named = reading.bodies or reading.home or reading.places or reading.numbers or reading.articles
    timed = reading.years or reading.months or reading.days
    return not (named or timed or _PROPER.search(_NATION.sub("", reading.text)))


def _lacks(reading: Reading, chosen: Sequence[Chosen], near: Sequence[str]) -> str:
    """The French sentence where the kind of thing asked is given by nothing chosen; "" else."""
    if _WHO.search(reading.text) and not any(_names_somebody(reading, one) for one in chosen):
        return _NOBODY
    office = holder(reading.text)
    if office is not None and not any(office.search(one.unit.text) for one in chosen):
        return _NOBODY
    if (asked := _WHO_IS.search(reading.text)) and not _tells_who(asked["name"], near):
        return _NO_PERSON
    if _NAMED.search(reading.text) and not any(_gives_a_name(reading, one) for one in chosen):
        return _NO_NAME
    measure = measured(reading.text)
    if measure is not None and not any(measure.search(one.unit.text) for one in chosen):
        return _NO_MEASURE
    if wanted(reading.text) is AMOUNT and not any(AMOUNT.search(one.unit.text) for one in chosen):
        return _NO_AMOUNT
    return ""


def _elsewhen(reading: Reading, hits: Sequence[Hit], near: Sequence[str]) -> tuple[bool, bool]:
    """Whether the day or month named is met by nothing found, and whether it is a séance's."""
    closer = reading.days or reading.months
    if not closer or _any_of(closer, hits):
        return False, False
    sitting = bool(reading.days) and _SITTING.search(reading.text) is not None
    return True, sitting and not any(names_day(text, reading.days[0]) for text in near)


def _is_elsewhere(reading: Reading, chosen: Sequence[Chosen]) -> bool:
    """Whether what is asked of a commune without indexed acts is told by nothing.

    The law names towns, the seat of a court or a library that is listed: it must give the kind of
    thing that is asked.
    """
    best = chosen[0]
    if best.beside_place < _BESIDE:
        return True
    kind = wanted(reading.text)
    law = best.unit.hit.record.kind == "article"
    return law and kind is not None and not any(kind.search(one.unit.text) for one in chosen)


def _gives_a_name(reading: Reading, one: Chosen) -> bool:
    """Whether a unit holds a proper name that the question does not."""
    asked = set(significant(reading.text))
    return any(name not in asked for name, _ in names(one.unit.text))


def _tells_who(name: str, texts: Sequence[str]) -> bool:
    """Whether one of the texts names a person, and not a street or a school called after them."""
    last = re.escape(significant(name)[-1]) if significant(name) else ""
    named, after = re.compile(rf"\b{last}\b"), re.compile(rf"{_CALLED_AFTER}\b{last}\b")
    return any(len(named.findall(text)) > len(after.findall(text)) for text in map(fold, texts))


def _names_somebody(reading: Reading, one: Chosen) -> bool:
    """Whether a unit names a person or a body; the law says who presides, and is nobody's mayor."""
    if one.unit.hit.record.kind == "article" and _ELECTED.search(reading.text):
        return False
    said = f"{one.unit.opening} {one.unit.text}"
    return bool(PERSON.search(said) or ORGANISATION.search(said) or names_somebody(said))


def _speak_of(name: str, texts: Sequence[str]) -> bool:
    """Whether one of the texts names a place."""
    return any(speaks_of(name, text) for text in texts)


def _is_word(word: str, folded: str) -> bool:
    return re.search(rf"\b{re.escape(word)}\b", folded) is not None


def _speak_of_number(number: str, chosen: Sequence[Chosen]) -> bool:
    """Whether what would be cited names an act by its number (look-up key)."""
    pattern = r"(?<!\d)0*" + r"\W{0,3}0*".join(number.split("-")) + r"(?!\d)"
    return any(re.search(pattern, one.unit.hit.passage.text) for one in chosen)


def _any_of(times: Sequence[str], hits: Sequence[Hit]) -> bool:
    return any(_of_time(hit, time) for hit in hits for time in times)


def _said_of(years: Sequence[str], chosen: Sequence[Chosen], near: Sequence[str]) -> bool:
    """Whether what would be cited is of one of these years, or names it.

    An act of the year before or after may name it farther off; what another one says of it must
    stand beside the sentence: « Rio 2016 » in an act of 2013 tells nothing of a budget.
    """
    for one, text in zip(chosen, near, strict=True):
        hit = one.unit.hit
        for year in years:
            if _is_of(hit, year) or _is_word(year, fold(_DAY.sub(_of_its_time(hit), text))):
                return True
            beside = abs(int((hit.record.date or "0")[:4]) - int(year)) <= 1
            if beside and _is_word(year, hit.passage.text):
                return True
    return False


def _of_its_time(hit: Hit) -> Callable[[re.Match[str]], str]:
    """Keeps a day « 28/02/1974 » near the act's own; one of long ago is somebody's birth."""
    of_act = int((hit.record.date or "0")[:4])
    return lambda day: day[0] if not of_act or of_act - int(day["year"]) < _LONG_AGO else " "


def _is_of(hit: Hit, time: str) -> bool:
    return (hit.record.date or "").startswith(time) or hit.version is not None


def _of_time(hit: Hit, time: str) -> bool:
    """Whether a passage is of a time (ISO, as far as it goes), or speaks of it."""
    if _is_of(hit, time):  # law as it stood then
        return True
    return names_day(f"{hit.passage.heading} {hit.passage.text}", time)


def names_day(text: str, time: str) -> bool:
    """Whether a text names a time (ISO, as far as it goes) as one says it."""
    day, words = (re.sub(r"\b1 ?er ", "1 ", fold(some)) for some in (french_time(time), text))
    return re.search(rf"(?<!\d){re.escape(day)}", words) is not None


def french_time(time: str) -> str:
    """« 2014-05-22 », « 2014-05 », « 2014 » as one says them."""
    said = french_date(f"{time}-01-01"[:10]).replace("\u00a0", " ")
    return said if len(time) == 10 else said.split(" ", 1)[1] if len(time) == 7 else time
