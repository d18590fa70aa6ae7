"""A record: an act (délibération, arrêté …) or an article of law, and where it stands."""

from __future__ import annotations

from dataclasses import dataclass

# The kinds, as the law names them (docs/glossaire.md). "autre" is an honest answer.
KINDS = (
    "deliberation",
    "arrete",
    "decision",
    "proces_verbal",
    "convocation",
    "convention",
    "rapport",
    "reglement",
    "article",
    "autre",
)


@dataclass(frozen=True, slots=True)
class Span:
    """A range of characters on one page."""

    page: int  # 1-based
    start: int  # 0-based, into Page.text
    end: int  # one past the last


# What a fact may be, as the glossary has it. A value is text; normalised where it says so.
FACTS = (
    "numero",  # these four: where the record's own fields were read
    "date",
    "objet",
    "vote",
    "presidence",  # name of who presides, as written, without title
    "rapporteur",
    "presents",  # counts of the séance, in figures
    "procurations",
    "absents",
    "visa",  # a norm or an act in a « Vu », normalised: references.py
    "renvoi",  # the same, named elsewhere
    "rapporte",  # an act that this one takes back, changes or ends, normalised
    "dispositif",  # one article or dash of the dispositif: its rank, in figures
    "montant",  # an amount that the object names, as written
    "identifiant",  # given by the préfecture's system to a transmitted act
    "transmission",  # ISO date of reception by the préfecture
    "publication",  # ISO date
)


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that an act states, and where it stands."""

    name: str  # one of FACTS
    value: str
    span: Span


@dataclass(frozen=True, slots=True)
class Vote:
    """The result of a vote as stated; None where the record does not say."""

    outcome: str | None = None  # "adopte" | "rejete" | "retire"
    pour: int | None = None
    contre: int | None = None
    abstentions: int | None = None
    unanimite: bool = False
    ne_prend_pas_part: int | None = None


@dataclass(frozen=True, slots=True)
class Record:
    """One act or article. A field that was not found stays None: never guessed."""

    ordinal: int  # 0-based, order in the source
    kind: str  # one of KINDS
    spans: tuple[Span, ...]  # the record's text, in reading order
    number: str | None = None  # as written: "2014 / 216", "D2025-009", "L. 2121-29"
    date: str | None = None  # ISO, of the séance or signature; for law: in force since
    title: str | None = None  # the object
    body: str | None = None  # who decided: "Montpellier", "CC des Lisières de l'Oise", a code
    vote: Vote | None = None
    article_id: str | None = None  # `id` of the law file, else None
    section_path: tuple[str, ...] = ()  # headings above an article
    date_end: str | None = None  # law: last day in force (ISO), None while in force
    facts: tuple[Fact, ...] = ()
