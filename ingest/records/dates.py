"""French dates → ISO: in figures, with the month in words, wholly in words, in file names."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator

from ingest.records.fold import fold
from ingest.records.numbers_in_words import number_in_words

MONTHS = {
    "janvier": 1, "fevrier": 2, "mars": 3, "avril": 4, "mai": 5, "juin": 6, "juillet": 7,
    "aout": 8, "septembre": 9, "octobre": 10, "novembre": 11, "decembre": 12,
    "janv": 1, "fev": 2, "fevr": 2, "avr": 4, "juil": 7, "sept": 9, "oct": 10, "nov": 11,
    "dec": 12,
}  # fmt: skip
_DAYS = r"(?:(?:lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche)[\s,]+)?"
_MONTH = "|".join(sorted(MONTHS, key=len, reverse=True))

# On folded text. A date may be broken by one line end.
DATE = (
    rf"{_DAYS}(?:(?P<day>\d{{1,2}})\s?(?:er|°)?[ \n_-]{{0,3}}(?P<month>{_MONTH})\.?[ \n_-]{{1,3}}"
    r"(?P<year>(?:19|20)\d\d)"
    r"|(?P<d>\d{1,2})(?P<sep>[/.-])(?P<m>\d{1,2})(?P=sep)(?P<y>(?:19|20)\d\d))(?!\d)"
)
_DATE = re.compile(rf"(?<![\d/]){DATE}")
_IN_WORDS = re.compile(
    r"\bl'\s?an\s+(?P<year>(?:deux\s+mil(?:le)?|mil(?:le)?\s+neuf\s+cent)[a-z\s-]{0,40}?)"
    rf"(?:(?:\s+et)?[\s,]+le|,)\s+{_DAYS}"
    r"(?P<day>\d{1,2}(?:\s?er)?|[a-z]+(?:[\s-]+(?:et[\s-]+)?"
    rf"(?:un|deux|trois|quatre|cinq|six|sept|huit|neuf))?)\s+(?P<month>{_MONTH})\b"
)
_NAME_ISO = re.compile(r"(?<!\d)((?:19|20)\d\d)[-_. ]?([01]\d)[-_. ]?([0-3]\d)(?!\d)")
_NAME_DAY_FIRST = re.compile(r"(?<!\d)([0-3]\d)[-_. ]([01]\d)[-_. ]((?:19|20)\d\d)(?!\d)")
_NAME_MONTH = re.compile(rf"(?<!\d)(\d{{1,2}})(?:er)?[-_. ]*({_MONTH})[-_. ]*((?:19|20)\d\d)(?!\d)")


def iso(year: int, month: int, day: int) -> str | None:
    """« 2014-05-22 », or None where the calendar has no such day."""
    try:
        return datetime.date(year, month, day).isoformat()
    except ValueError:
        return None


def of_match(match: re.Match[str]) -> str | None:
    """The ISO date of a match of `DATE`."""
    if match["month"]:
        return iso(int(match["year"]), MONTHS[match["month"]], int(match["day"]))
    return iso(int(match["y"]), int(match["m"]), int(match["d"]))


def dates(folded: str) -> Iterator[tuple[int, int, str]]:
    """Each date written in a folded text: start, end, ISO date."""
    for match in _DATE.finditer(folded):
        found = of_match(match)
        if found:
            yield *match.span(), found


def date_in_words(folded: str) -> str | None:
    """« l'an deux mille vingt-cinq, le 3 avril » → 2025-04-03, from folded text."""
    match = _IN_WORDS.search(folded)
    return _of_words(match) if match else None


def _of_words(match: re.Match[str]) -> str | None:
    year, figures = number_in_words(match["year"]), re.match(r"\d+", match["day"])
    day = int(figures.group()) if figures else number_in_words(match["day"])
    if year is None or day is None or not 1900 <= year <= 2100:
        return None
    return iso(year, MONTHS[match["month"]], day)


def parse(text: str) -> str | None:
    """The first date in `text`, however it is written; None where there is none."""
    folded = fold(text)
    first = next((found for _, _, found in dates(folded)), None)
    return first or date_in_words(folded)


def date_in_name(name: str) -> str | None:
    """The one full date of a file's name; None where there is none, or two that differ."""
    folded = fold(name)
    found = {iso(int(y), int(m), int(d)) for y, m, d in _NAME_ISO.findall(folded)}
    found |= {iso(int(y), int(m), int(d)) for d, m, y in _NAME_DAY_FIRST.findall(folded)}
    found |= {iso(int(y), MONTHS[m], int(d)) for d, m, y in _NAME_MONTH.findall(folded)}
    found.discard(None)
    return found.pop() if len(found) == 1 else None
