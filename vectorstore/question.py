"""Read what a question says plainly: numbers of acts and articles, dates, who decided."""

from __future__ import annotations

import re
import unicodedata
from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass

from ingest.records.dates import DATE, dates
from ingest.records.fold import fold
from ingest.records.label import MONTHS
from ingest.records.numbers import key
from vectorstore.places import is_commune, named


@dataclass(frozen=True, slots=True)
class Reading:
    """The plain facts of a question. Empty where it says nothing."""

    text: str
    numbers: tuple[str, ...] = ()  # look-up keys of act numbers
    articles: tuple[str, ...] = ()  # "L2121-29"; without its letter where none was given
    days: tuple[str, ...] = ()  # ISO dates
    years: tuple[int, ...] = ()
    months: tuple[str, ...] = ()  # "2022-06"
    bodies: tuple[str, ...] = ()  # of those the index knows
    cited: tuple[str, ...] = ()  # look-up keys of numbers that are surely an act's: « n° 2014/216 »
    places: tuple[str, ...] = ()  # communes that it names and that decided no indexed act
    towns: tuple[str, ...] = ()  # those of them that it asks for as such: « la mairie d'Uzès »
    home: str = ""  # the town whose own acts need not name it
    law_day: str | None = None  # ISO, the day on which the law is asked for: « en 2010 » is its end


_NUMBER = re.compile(
    r"\b(?:[a-z]{1,4}[-_ ]?)?((?:19|20)\d\d ?[-/._] ?\d{1,5})\b(?! ?[-/.] ?\d)", re.I
)
_AFTER_N = re.compile(r"n ?° ?((?:[a-z]{1,4}[-_]?)?\d{1,6}(?:[-/._]\d{1,6})*)", re.I)
_CITED = re.compile(
    r"\b(?:délibération|deliberation|arrêté|arrete|décision|decision|acte)s?"
    r"(?: municipale?| préfectoral)? (?:n ?° ?)?"
    r"((?:[a-z]{1,4}[-_]?)?(?:19|20)\d\d ?[-/._] ?\d{1,5})\b(?! ?[-/.] ?\d)",
    re.I,
)
_ARTICLE = re.compile(
    r"\b(?:article\s+)?(LO|[LRDA])\s?\.?\s?\*?\s?(\d{1,4}(?:[-–]\d{1,4}){0,4})\b"
    r"|\barticle\s+(\d{1,4}(?:[-–]\d{1,4}){1,4})\b"
    r"|(?<![\w-])(?!(?:19|20)\d\d[-–](?:19|20)\d\d\b)(\d{1,4}(?:[-–]\d{1,4}){1,4})(?=\s+(?:du\s+)?(?:code\b|C[A-Z0-9]{2,4}\b))",
)
_YEAR = re.compile(
    r"(?<!article )(?<!articles )\b((?:19|20)\d\d|(?<=\ben )1[5-8]\d\d)\b"
    r"(?! ?(?:€|euros?\b|habitants|m2|m3|m²))"
)
# A year, and no figure: « en 2010 », « fin 2010 », not « de 2000 habitants ».
_IN_YEAR = re.compile(r"\b(?:en|annee|fin|debut|courant|exercice)\s+((?:19|20)\d\d)\b")
_MONTHS = [fold(month) for month in MONTHS]
_MONTH_YEAR = re.compile(r"\b(" + "|".join(_MONTHS) + r")\s+(?:de\s+)?((?:19|20)\d\d)\b")
_TOWN_OF = r"\b(?i:commune|ville|mairie|maire|village|municipalité|conseil municipal)\s+"
_PLACE = re.compile(
    _TOWN_OF + r"(?:de\s+la\s+|de\s+|d['’]|du\s+|des\s+)"
    r"([A-ZÉÈÎÔ][\w'’-]*(?:[- ](?:(?:sur|sous|en|le|la|les|de|du|des|lès)[- ]|l['’])*"
    r"[A-ZÉÈÎÔ][\w'’-]+)*)"
)


_BRACKETS = re.compile(r"\([^()]*\)")


def _as_towns(text: str, places: Sequence[str]) -> list[str]:
    """Those of the communes that are asked for as such: « le maire de lyon »."""
    towns = rf"{_TOWN_OF}(?i:de\s+|d['’]|du\s+|des\s+)"
    return [place for place in places if re.search(rf"{towns}(?i:{re.escape(place)})", text)]


def read_question(text: str, known_bodies: Sequence[str], home: str = "") -> Reading:
    """What the question says plainly.

    Args:
        text: the question.
        known_bodies: those of the fonds that may be searched.
        home: the town whose own acts need not name it; empty where none is set.
    """
    if home and fold(home) not in map(fold, known_bodies):
        known_bodies = [*known_bodies, home]
    folded = fold(text)
    places = named(text)
    days = tuple(dict.fromkeys(day for _, _, day in dates(folded)))
    bodies = tuple(body for body in known_bodies if _names(folded, body, known_bodies))
    months = tuple(
        f"{year}-{_MONTHS.index(month) + 1:02d}" for month, year in _MONTH_YEAR.findall(folded)
    )
    return Reading(
        text=text,
        home=home,
        numbers=_numbers(text),
        articles=_articles(text),
        days=days,
        years=tuple(dict.fromkeys(int(year) for year in _YEAR.findall(folded))),
        months=months,
        bodies=bodies,
        cited=tuple(dict.fromkeys(key(found) for found in _CITED.findall(text))),
        places=_other(places, known_bodies),
        towns=_other([*_PLACE.findall(text), *_as_towns(text, places)], known_bodies),
        law_day=_law_day(fold(_ARTICLE.sub(" ", text)).replace("’", "'")),
    )


# On folded text: dates of a law, or where a period begins or ends, are not the day asked about.
_OF_A_TEXT = re.compile(
    r"\b(?:loi|ordonnance|decret|arrete|circulaire|directive)\b[^.?;,]{0,40}?"
    rf"\bdu (?:{DATE}|(?:19|20)\d\d)"
)
_BOUND = re.compile(
    r"(?<!d')\b(?:depuis|apres|avant|a partir|a compter|jusqu)\b[^.?;,\d]{0,18}"
    rf"(?:{DATE}|(?:19|20)\d\d)"
)


def _law_day(folded: str) -> str | None:
    """The one day, or the last day of the one month or year, that a folded question names.

    Its articles are left out: « L. 2010-3 » is no year.
    """
    plain = folded
    for other in (_OF_A_TEXT, _BOUND, _NUMBER, _AFTER_N):
        plain = other.sub(" ", plain)
    days = {day for _, _, day in dates(plain)}
    months = {(int(y), _MONTHS.index(m) + 1) for m, y in _MONTH_YEAR.findall(plain)}
    years = {int(year) for year in _IN_YEAR.findall(plain)}
    if days:
        return days.pop() if len(days) == 1 else None
    if months:
        year, month = months.pop() if len(months) == 1 else (0, 0)
        return f"{year}-{month:02d}-{monthrange(year, month)[1]:02d}" if year else None
    return f"{years.pop()}-12-31" if len(years) == 1 else None


def _numbers(text: str) -> tuple[str, ...]:
    found = [match.group(1) for match in _NUMBER.finditer(text)]
    found += [match.group(1) for match in _AFTER_N.finditer(text)]
    return tuple(dict.fromkeys(key(number) for number in found))


def _articles(text: str) -> tuple[str, ...]:
    found = []
    for match in _ARTICLE.finditer(text):
        letter, number, *bare = match.groups()
        if letter and "-" not in number and len(number) < 2:
            continue  # « A 4 » is a paper size
        found.append(f"{letter}{number}" if letter else next(filter(None, bare)))
    return tuple(dict.fromkeys(found))


def significant(name: str) -> list[str]:
    """The words of a name that tell it from others: « Communauté … des Lisières de l'Oise »."""
    plain = unicodedata.normalize("NFKD", name.lower())
    plain = "".join(char for char in plain if not unicodedata.combining(char))
    small = {"communaute", "communes", "commune", "ville", "agglomeration", "metropole", "syndicat"}
    return [word for word in re.findall(r"\w{3,}", plain) if word not in small | {"des", "les"}]


def without_bodies(text: str, known_bodies: Sequence[str]) -> str:
    """A question without the names of the collectivities it names; as it is where no more is left.

    Every act of a town bears its name: looked for as words, it says nothing of what is asked.
    """
    folded = fold(text)
    names = {
        word
        for body in known_bodies
        if _names(folded, body, known_bodies)
        for word in significant(body)
    }
    rest = re.sub(r"\w+", lambda found: " " if fold(found[0]) in names else found[0], text)
    return rest if re.search(r"\w", rest) else text


def speaks_of(name: str, text: str) -> bool:
    """Whether a text holds the words that tell a name from others."""
    folded = fold(text)
    return all(re.search(rf"\b{re.escape(word)}\b", folded) for word in significant(name))


def _names(folded: str, body: str, known_bodies: Sequence[str]) -> bool:
    """By its whole name, or by a first word that is its alone: « Courvallon » is enough."""
    words = _name_of(body)
    if not words:
        return False
    if all(re.search(rf"\b{re.escape(word)}\b", folded) for word in words):
        return True
    first = words[0]
    if re.search(rf"\b{re.escape(first)}\b", folded) is None:
        return False
    return _first_of_one(first, known_bodies)


def _name_of(body: str) -> tuple[str, ...]:
    """Its words without what stands in brackets: « Saint-Étienne Métropole (SEM) »."""
    return tuple(significant(_BRACKETS.sub(" ", body)) or significant(body))


def _first_of_one(name: str, known_bodies: Sequence[str]) -> bool:
    """Whether a name is the first word of one body, and a word of no other."""
    words = significant(name)
    if len(words) != 1 or len(words[0]) < 5 or words[0].startswith("saint"):
        return False
    holding = [found for body in known_bodies if words[0] in (found := _name_of(body))]
    return len(holding) == 1 and holding[0][0] == words[0]


def _begins(words: set[str], name: set[str]) -> bool:
    """« Saint-Quentin » for Saint-Quentin-la-Poterie; not « Uzès » for the Pays d'Uzès."""
    return len(words) >= 2 and words <= name


def _other(places: Sequence[str], known_bodies: Sequence[str]) -> tuple[str, ...]:
    """« La commune d'Uzès » is not the communauté de communes du Pays d'Uzès."""
    known = [set(_name_of(body)) for body in known_bodies]
    return tuple(
        place
        for place in dict.fromkeys(places)
        if (words := set(significant(place)))
        and not any(words == name or _begins(words, name) for name in known)
        and not (_first_of_one(place, known_bodies) and not is_commune(place))
    )
