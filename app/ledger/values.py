"""The values that a text states, each of a kind and in one spelling.

« 1 200 € » and « mille deux cents euros » are one amount, « 22/05/2014 » and « le vingt-deux mai
2014 » one date; « 14 voix pour » is a vote. A value is never compared with one of another kind,
save a bare number: a table states it without its unit.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from app.ledger.verbatim import QUOTES
from ingest.records.dates import MONTHS
from ingest.records.fold import fold
from ingest.records.numbers import key


@dataclass(frozen=True, slots=True)
class Value:
    """One value, with its place in the plain text that it was read from."""

    kind: str  # amount, percent, date, day, month, year, hour, duration, measure, vote, …
    value: str  # in one spelling
    start: int
    end: int

    @property
    def said(self) -> tuple[str, str]:
        """Kind and value, without the place."""
        return self.kind, self.value


@lru_cache(maxsize=4096)
def plain(text: str) -> str:
    """One spelling of quotes, spaces and numbers, no hyphen at a line's end."""
    from text_to_num import alpha2digit

    text = unicodedata.normalize("NFKC", text).translate(QUOTES)
    text = re.sub(r"(?<=[^\W\d_])-\s*\n\s*(?=[a-zà-ÿ])", "", text)
    text = " ".join(text.split())
    for pattern, instead in _WRITTEN:
        text = pattern.sub(instead, text)
    for pattern, instead in _PARTS:
        text = pattern.sub(instead, text)
    text = str(alpha2digit(text, "fr", threshold=0))
    for pattern, instead in _VOTED:
        text = pattern.sub(instead, text)
    return text


_TENS = {"huit": 8, "diz": 10, "douz": 12, "quinz": 15, "vingt": 20, "trent": 30, "quarant": 40,
         "cinquant": 50, "soixant": 60, "cent": 100}  # fmt: skip
_PARTS = (  # « la moitié » is 50 %, « une quinzaine » 15
    (re.compile(rf"\b(?:une |quelques? )?({'|'.join(_TENS)})aines? (?=de |d')", re.I),
        lambda match: f"{_TENS[match[1].lower()]} "),
    (re.compile(r"\b(?:la|une) moitié (?=de |du |des |d')", re.I), "50 % "),
    (re.compile(r"\b(?:les )?trois quarts (?=de |du |des |d')", re.I), "75 % "),
    (re.compile(r"\b(?:un|le) quart (?=de |du |des |d')(?!de siècle|d'heure)", re.I), "25 % "),
)  # fmt: skip
# « par 6 voix contre 2 », « adoptée par 8 voix »: the side that a reader completes.
_VOTED = (
    (re.compile(r"\b(?:l'|une? |à 1 )euro symbolique"), "1 euro symbolique"),
    (re.compile(r"\b(\d+) voix(?: pour)?,? contre (\d+)\b(?! (?:voix )?(?:abst|pour))"),
        r"\1 voix pour et \2 voix contre"),
    (re.compile(r"\b(\d+) voix(?: pour)?,? contre une?\b(?! (?:voix )?(?:abst|pour))"),
        r"\1 voix pour et 1 voix contre"),
    (re.compile(r"((?:vot|adopt|approuv|retenu|élu)\w* (?:par|avec|à) \d+) (?:voix|votes)"
                r"(?! (?:pour|contre|favor|défav|des|sur|d'))"), r"\1 voix pour"),
)  # fmt: skip


_COUNTED = (
    r"voix|votes?\b|abstention|opposition|an\b|année|mois\b|jour|semaine|heure|trimestre|semestre"
)
_MONTH = "|".join(sorted(MONTHS, key=len, reverse=True))
_WITH_MONTH = _MONTH.replace("fev", "f[eé]v").replace("aou", "ao[uû]").replace("dec", "d[eé]c")
# What the words for numbers must not swallow, and what a reader completes.
_WRITTEN = (
    (re.compile(rf"\bpremier(?= (?:{_WITH_MONTH})\b)", re.I), "1er"),
    (re.compile(r"\bune? (?=(?:an|année) plus\b)", re.I), ""),
    (re.compile(r"\bdeux mil\b", re.I), "deux mille"),
    (re.compile(rf"\bune? (?={_COUNTED})", re.I), "1 "),
    (re.compile(r"\b(?:[A-Z]\.){2,}"), lambda match: match.group().replace(".", "")),
    (re.compile(r"(?<!\S)-(?=[^\W\d])"), "- "),
    (re.compile(r"\bpour cents?\b", re.I), "%"),
    (re.compile(r"(?<=\d) ?milliards?\b", re.I), " Md"),
    (re.compile(r"(?<=\d) ?millions?\b", re.I), " M"),
    (re.compile(r"(?<=\d) ?milliers?\b", re.I), " k"),
    *2 * ((re.compile(  # « du 18 au 22 mai », « vendredi 23, samedi 24 et dimanche 25 mai »
        r"\b(\d{1,2})((?: au| et| ou|,) (?:le |les )?"
        r"(?:(?:lun|mar|mercre|jeu|vendre|same)di |dimanche )?"
        rf"\d{{1,2}} ({_WITH_MONTH})( (?:19|20)\d\d)?)\b", re.I), r"\1 \3\4\2"),),
)  # fmt: skip
_NUMBER = r"(?<![\d,.])(?:(?<!\S)-)?(?:\d{1,3}(?:[ .]\d{3})+(?!\d)|\d+)(?:,\d+|\.\d{1,2}(?![\d.]))?"
_N = rf"(?P<n>{_NUMBER})"
_YEAR = r"(?:19|20)\d\d"
_SCALES = {"": 1, "k": 1000, "millier": 1000, "mille": 1000, "m": 10**6, "million": 10**6,
           "md": 10**9, "milliard": 10**9}  # fmt: skip
_UNITS = {
    "m2": "m2", "metres carres": "m2", "metre carre": "m2", "m3": "m3", "metres cubes": "m3",
    "metre cube": "m3", "km": "km", "kilometre": "km", "kilometres": "km", "m": "m", "metre": "m",
    "metres": "m", "cm": "cm", "ha": "ha", "hectare": "ha", "hectares": "ha", "kg": "kg",
    "tonne": "t", "tonnes": "t", "litres": "l", "kw": "kw", "kwh": "kwh", "kwc": "kwc",
}  # fmt: skip
_UNIT = "|".join(sorted(_UNITS, key=len, reverse=True))
_SPANS = {"an": ("month", 12), "annee": ("month", 12), "mois": ("month", 1),
          "trimestre": ("month", 3), "semestre": ("month", 6), "jour": ("day", 1),
          "semaine": ("day", 7), "minute": ("minute", 1)}  # fmt: skip

Reader = Callable[[re.Match[str]], str]


def _decimal(written: str) -> Decimal:
    joined = re.sub(r"(?<=\d)[ .](?=\d{3}(?!\d))", "", written)
    return Decimal(joined.replace(",", ".").replace(" ", ""))


def _spelled(number: Decimal) -> str:
    return format(number.normalize(), "f")


def _amount(match: re.Match[str]) -> str:
    scale = (match["scale"] or "").rstrip("s")
    return _spelled(_decimal(match["n"]) * _SCALES[scale])


def _bare(match: re.Match[str]) -> str:
    return _spelled(_decimal(match["n"]))


def _duration(match: re.Match[str]) -> str:
    unit, factor = _SPANS[match["unit"].rstrip("s") if match["unit"] != "mois" else "mois"]
    return f"{_spelled(_decimal(match['n']) * factor)} {unit}"


def _hour(match: re.Match[str]) -> str:
    return f"{int(match['h'])}:{match['min'] or '00'}"


def _date(match: re.Match[str]) -> str:
    day, month = int(match["day"] or match["d"]), match["month"] or match["m"]
    number = MONTHS[month] if match["month"] else int(month)
    year = match["year"] or match["y"]
    year = f"20{year}" if len(year) == 2 else year
    return f"{year}-{number:02d}-{day:02d}"


def _day(match: re.Match[str]) -> str:
    return f"{MONTHS[match['month']]:02d}-{int(match['day']):02d}"


def _month(match: re.Match[str]) -> str:
    return f"{match['year']}-{MONTHS[match['month']]:02d}"


def _vote(match: re.Match[str]) -> str:
    side = match["side"][:4]
    return f"{_ALIKE.get(side, side)} {int(match['n'])}"


def _article(match: re.Match[str]) -> str:
    letter = re.sub(r"\W", "", match["letter"] or match["bare"] or "").upper()
    return letter + re.sub(r"\s", "", match["n"]) + (match["bis"] or "").strip()


_SIDE = r"(?P<side>pour|contre|abst|oppo|favorab|defavorab)\w*"
_ALIKE = {"favo": "pour", "defa": "cont", "oppo": "cont"}
_VOTERS = (
    r"(?:[ (]{1,2}(?:voix|votes?|elu\w*|conseill\w*|membres|personnes|autres|suffrages|ont|a|se"
    r"|s'est|s'etant|s'etaient|s'abstenant|sont|etant|etaient|votent|voter|exprimes?|prononces?)){0,5}"
)
# On folded text, in this order: what one has read, the next does not see.
_READ: tuple[tuple[str, re.Pattern[str], Reader], ...] = (
    ("address", re.compile(r"\bhttps?://\S+|\bwww\.\S+|[\w.+-]+@[\w-]+\.[\w.]+"),
        lambda match: match.group().rstrip(".,;:)")),
    ("article", re.compile(
        r"(?:\b(?:articles?|art\.?) (?P<letter>[lrda]o?\.? ?\*?)?"
        r"|\b(?P<bare>[lrd]\.? ?\*?)(?=\d{3})(?!(?:19|20)\d\d[-_/]))"
        r"(?P<n>\d+(?: ?- ?\d+)*)(?P<bis> (?:bis|ter|quater)\b)?(?! ?(?:€|euros))"), _article),
    ("text", re.compile(
        r"\b(?:loi|decret|ordonnance|circulaire|directive|reglement)\b[^,.;\d]{0,30}"
        r"(?P<n>\d{2,4}-\d{1,5})"), lambda match: match["n"]),
    ("act", re.compile(
        r"(?:\bn ?°|\bnumero) ?(?P<n>(?:[a-z]{1,6}[-_/. ]?){0,2}\d+(?:[-/._ ]{1,2}\d+)*)"
        rf"|(?P<dated>\b(?:[a-z]{{1,5}}[-_]?)?{_YEAR}[-/_]\d{{1,5}}\b(?![-/]))"),
        lambda match: key(match["n"] or match["dated"])),
    ("date", re.compile(
        rf"\b(?P<day>\d{{1,2}}) ?(?:er|°)? (?P<month>{_MONTH})\.? (?P<year>{_YEAR})\b"
        r"|(?<![\d/.,])(?P<d>\d{1,2})(?P<sep>[/.-])(?P<m>0?[1-9]|1[0-2])(?P=sep)"
        rf"(?P<y>{_YEAR}|\d\d)(?![\d/])"), _date),
    ("day", re.compile(
        rf"\b(?P<day>\d{{1,2}}) ?(?:er|°)? (?P<month>{_MONTH})\b"), _day),
    ("month", re.compile(rf"\b(?P<month>{_MONTH})\.? (?:de )?(?P<year>{_YEAR})\b"), _month),
    ("hour", re.compile(
        r"\b(?P<h>\d{1,2}) ?(?:heures?\b ?|h(?![a-z]) ?|:(?=\d\d\b))(?P<min>\d\d)?(?!\d)"),
        _hour),
    ("percent", re.compile(rf"{_N} ?(?:%|pour ?100\b)"), _bare),
    ("vote", re.compile(rf"\b(?:voix |votes? )?{_SIDE} ?[:=(]+ ?{_N}(?! ?(?:€|euros|%))"), _vote),
    ("vote", re.compile(rf"{_N}{_VOTERS}[ (]{{0,2}}{_SIDE}"), _vote),
    ("amount", re.compile(
        rf"{_N} ?(?:(?P<scale>k|m|md|milliers?|millions?|milliards?)? ?(?:d'|de )?(?:€|euros?\b))"),
        _amount),
    ("duration", re.compile(
        rf"{_N} ?(?P<unit>ans?|annees?|mois|trimestres?|semestres?|jours?|semaines?|minutes?)\b"),
        _duration),
    ("measure", re.compile(rf"{_N} ?(?P<unit>{_UNIT})(?![\w])"),
        lambda match: f"{_bare(match)} {_UNITS[match['unit']]}"),
    ("year", re.compile(rf"(?<![\d,.]){_YEAR}(?!\d|[.,]\d)"), lambda match: match.group()),
    ("number", re.compile(_N), _bare),
)  # fmt: skip


@lru_cache(maxsize=4096)
def values(text: str) -> tuple[Value, ...]:
    """The values that a plain text states, in order."""
    left = fold(text)
    found: list[Value] = []
    for kind, pattern, read in _READ:
        for match in list(pattern.finditer(left)):
            try:
                value = read(match)
            except (KeyError, ValueError, ArithmeticError):
                continue
            found.append(Value(kind, value, match.start(), match.end()))
            hidden = "\0" * (match.end() - match.start())
            left = left[: match.start()] + hidden + left[match.end() :]
    found.sort(key=lambda value: value.start)
    return tuple(found)


# --- whether a text states a value


def missing(
    stated: Iterable[Value],
    source: Sequence[Value],
    near: Iterable[Value] = (),
    *,
    loss: bool = False,
) -> list[Value]:
    """The values of a sentence that its source does not state.

    `near`: what stands around the source (its heading); it may complete a date, no more.
    `loss`: the sentence speaks of a loss, and gives « -71 026 » without its minus.
    """
    there = [*source, Value("number", "1", 0, 0)]  # « un » is an article as well
    if loss:
        there += [Value(v.kind, v.value[1:], v.start, v.end) for v in source if v.value[:1] == "-"]
    context = [*there, *near]
    kinds = {value.kind for value in source}
    ways = list(_ways(there, context))
    return [value for value in stated if not any(_same(value, way, kinds) for way in ways)]


def _ways(source: list[Value], context: list[Value]) -> Iterator[tuple[str, str]]:
    years = {year for value in context for year in _years(value)}
    for value in source:
        yield from _also(value, years)


def _years(value: Value) -> Iterator[str]:
    if value.kind in ("date", "month", "year"):
        yield value.value[:4]


def _also(value: Value, years: set[str]) -> Iterator[tuple[str, str]]:
    """What a value states besides itself: a date its month and year."""
    yield value.said
    if value.kind == "date":
        yield "day", value.value[5:]
        yield "month", value.value[:7]
        yield "year", value.value[:4]
    elif value.kind == "month":
        yield "year", value.value[:4]
    elif value.kind == "day":
        for year in years:
            yield "date", f"{year}-{value.value}"
            yield "month", f"{year}-{value.value[:2]}"


def _same(value: Value, said: tuple[str, str], kinds: set[str]) -> bool:
    kind, other = said
    if kind == value.kind:
        if kind == "article" and other[:1].isalpha() != value.value[:1].isalpha():
            return other.lstrip("LRDAO") == value.value and not value.value[:1].isalpha()
        return other == value.value
    figures = value.value.split(" ")[0]
    if kind == "number" and value.kind in ("amount", "percent"):
        return other == figures and value.kind not in kinds  # a table without units
    if value.kind == "number" and kind in ("amount", "percent"):
        return other == figures and len(figures) > 2
    if value.kind == "number" and kind == "act":
        return other == value.value
    return False
