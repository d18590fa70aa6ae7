"""The fictional council: who sits, who came to which meeting, how each act was voted.

Everything said twice (attendance, number of voters, result of a vote) is computed here
from `content/commune.toml` and `content/seances.toml`, so the documents agree.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.sample.markup import Block, sheet

if TYPE_CHECKING:
    import datetime as dt

CONTENT = Path(__file__).parent / "content"
MOIS = [
    "janvier", "février", "mars", "avril", "mai", "juin",
    "juillet", "août", "septembre", "octobre", "novembre", "décembre",
]  # fmt: skip
JOURS = ["lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"]


@dataclass(frozen=True, slots=True)
class Member:
    """A councillor."""

    title: str  # « M. » or « Mme »
    first: str
    last: str  # in capitals, as in a register

    @property
    def full(self) -> str:
        """« Mme Odile MARCHEVILLE »."""
        return f"{self.title} {self.first} {self.last}"

    @property
    def short(self) -> str:
        """« Mme MARCHEVILLE »."""
        return f"{self.title} {self.last}"


@dataclass(frozen=True, slots=True)
class Seance:
    """A meeting of the council."""

    date: dt.date
    time: str  # « 20 h 00 »
    convened: dt.date
    present: tuple[Member, ...]
    proxies: tuple[tuple[Member, Member], ...]  # (absent, holder)
    absent: tuple[Member, ...]  # without a proxy
    secretary: Member

    def voters(self, gone: tuple[Member, ...] = ()) -> int:
        """How many votes are counted once `gone` have left."""
        return len([m for m in self.present if m not in gone]) + len(self.proxies)


@dataclass(frozen=True, slots=True)
class Act:
    """A deliberation with its vote."""

    number: str  # « 2024-031 »
    objet: str
    seance: Seance
    rapporteur: Member
    contre: tuple[Member, ...]
    abstention: tuple[Member, ...]
    apart: tuple[Member, ...]  # took no part in the vote
    gone: tuple[Member, ...]  # had left the meeting
    head: dict[str, str]
    blocks: tuple[Block, ...]

    @property
    def pour(self) -> int:
        """Votes for."""
        others = len(self.contre) + len(self.abstention) + len(self.apart)
        return self.seance.voters(self.gone) - others

    @property
    def counted(self) -> int:
        """Members present or represented who took part in the vote."""
        return self.seance.voters(self.gone) - len(self.apart)

    @property
    def actes_id(self) -> str:
        """Identifier of the dispatch to the préfecture."""
        number = self.number.replace("-", "")
        return f"099-219900011-{self.seance.date:%Y%m%d}-{number}-DE"


def day(date: dt.date) -> str:
    """« 22 mai 2024 »."""
    first = "1er" if date.day == 1 else str(date.day)
    return f"{first} {MOIS[date.month - 1]} {date.year}"


def weekday(date: dt.date) -> str:
    """« mercredi 22 mai 2024 »."""
    return f"{JOURS[date.weekday()]} {day(date)}"


def _toml(name: str) -> dict[str, Any]:
    """A TOML file of the content folder."""
    return tomllib.loads((CONTENT / name).read_text(encoding="utf-8"))


COMMUNE: dict[str, str] = _toml("commune.toml")["commune"]
MEMBERS = tuple(Member(*row) for row in _toml("commune.toml")["conseil"]["membres"])
BY_NAME = {m.last: m for m in MEMBERS}
MAIRE = MEMBERS[0]


def named(text: str) -> tuple[Member, ...]:
    """Councillors of a list of last names separated by commas."""
    return tuple(BY_NAME[name.strip()] for name in text.split(",") if name.strip())


def _seance(row: dict[str, Any]) -> Seance:
    """A meeting from its TOML table."""
    proxies = tuple((BY_NAME[a], BY_NAME[b]) for a, b in row.get("procurations", []))
    absent = named(row.get("absents", ""))
    away = {a for a, _ in proxies} | set(absent)
    present = tuple(m for m in MEMBERS if m not in away)
    if any(holder not in present for _, holder in proxies):
        raise ValueError(f"a proxy of {row['date']} is held by an absent member")
    secretary = BY_NAME[row["secretaire"]]
    if secretary not in present:
        raise ValueError(f"the secretary of {row['date']} is absent")
    return Seance(
        row["date"], row["heure"], row["convocation"], present, proxies, absent, secretary
    )


SEANCES = {row["date"].isoformat(): _seance(row) for row in _toml("seances.toml")["seance"]}


def act(path: Path) -> Act:
    """The deliberation of a content file; its vote is checked against the attendance."""
    read = sheet(path)
    head = read.head
    seance = SEANCES[head["seance"]]
    made = Act(
        number=head["numero"],
        objet=head["objet"],
        seance=seance,
        rapporteur=BY_NAME[head["rapporteur"]],
        contre=named(head.get("contre", "")),
        abstention=named(head.get("abstention", "")),
        apart=named(head.get("npp", "")),
        gone=named(head.get("partis", "")),
        head=head,
        blocks=read.blocks,
    )
    voting = (set(seance.present) | {a for a, _ in seance.proxies}) - set(made.gone)
    if not {*made.contre, *made.abstention, *made.apart} <= voting:
        raise ValueError(f"{path.name}: a voter was not there")
    return made


def acts(folder: str) -> list[Act]:
    """The deliberations of a content folder, by number."""
    return sorted(
        (act(p) for p in (CONTENT / folder).glob("*-*.md") if sheet(p).head.get("numero")),
        key=lambda a: a.number,
    )
