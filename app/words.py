"""The words of the page: French, as the code has them, or English, out of the catalogue.

The only home of gettext. A sentence for a reader is written `_("…")` where it is said; one that
stands in a table is marked `N_("…")` there, and goes through `_` where it is said. One language at
a time for the whole process: the page's, while it is served. Everywhere else it is French.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from gettext import GNUTranslations

Language = Literal["fr", "en"]
LOCALE = Path(__file__).parent / "web" / "locale"
DOMAIN = "greffe"
_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
)  # fmt: skip
# as it is, in entities of one kind or the other
_QUOTED = re.compile("(?:«|&#171;|&laquo;).*?(?:»|&#187;|&raquo;)")

_english: GNUTranslations | None = None  # None: French


@contextmanager
def speaking(language: Language) -> Iterator[None]:
    """Within it, what is said is said in this language, in every thread."""
    global _english
    before = _english
    _english = _catalogue() if language == "en" else None
    try:
        yield
    finally:
        _english = before


def _catalogue() -> GNUTranslations:
    from gettext import GNUTranslations

    with (LOCALE / "en" / "LC_MESSAGES" / f"{DOMAIN}.mo").open("rb") as compiled:
        return GNUTranslations(compiled)


def language() -> Language:
    """The language in which the page speaks."""
    return "fr" if _english is None else "en"


def _(sentence: str) -> str:
    """A French sentence of ours, in the language of the page."""
    return _english.gettext(sentence) if _english and sentence else sentence


def N_(sentence: str) -> str:
    """A sentence that `_` translates later: as it is."""
    return sentence


def pgettext(context: str, sentence: str) -> str:
    """A French sentence that has one English in one place and another elsewhere."""
    return _english.pgettext(context, sentence) if _english else sentence


def ngettext(one: str, many: str, count: int) -> str:
    """One of two French sentences, by a count; nought is singular in French, plural in English."""
    if _english:
        return _english.ngettext(one, many, count)
    return one if count < 2 else many


def counted(count: int, one: str, many: str = "") -> str:
    """« 1 acte », « 2 actes », in French; `many` where it is not the same with an s."""
    return f"{count} {one if count < 2 else many or f'{one}s'}"


def french() -> str:
    """An attribute for what is French on any page: the records, and what is made of them."""
    return ' lang="fr"' if _english else ""


def quoting(html: str) -> str:
    """A sentence of ours as HTML: what it quotes between « » is French, and marked so."""
    return _QUOTED.sub(r'<span lang="fr">\g<0></span>', html) if _english else html


def as_french(html: str) -> str:
    """HTML within a sentence, marked as French where the page is not."""
    return f'<span lang="fr">{html}</span>' if _english and html else html


def number(value: float, digits: int = 0) -> str:
    """« 42 749 », « 1,5 »; in English « 42,749 », « 1.5 »."""
    shown = f"{value:,.{digits}f}"
    return shown if _english else shown.replace(",", "\u202f").replace(".", ",")


def percent_sign() -> str:
    """What follows a share of a hundred."""
    return "%" if _english else "\u202f%"


def day(iso: str) -> str:
    """« 22/05/2014 »; in English « 22 May 2014 ». A time of day after it is left out."""
    if not _english:
        from ingest.records.label import short_date

        return short_date(iso)
    try:
        shown = date.fromisoformat(iso[:10])
    except ValueError:
        return iso[:10]
    return f"{shown.day} {_MONTHS[shown.month - 1]} {shown.year}"


def moment(at: str) -> str:
    """« 22/11/2026 à 09:14 », of a local time in ISO 8601."""
    return _("{day} à {time}").format(day=day(at), time=at[11:16])


def long_day(iso: str) -> str:
    """« 22 mai 2014 »; in English « 22 May 2014 »."""
    if _english:
        return day(iso)
    from ingest.records.label import french_date

    return french_date(iso[:10])


def month(name: str, number: int) -> str:
    """A month by its short French name, or by its number in English."""
    return _MONTHS[number - 1][:3] if _english else name
