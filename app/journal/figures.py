"""What the journal says in figures: how many questions, how many answered, how fast, on what.

Nobody is named. What was erased counts where its line still says enough, and is quoted nowhere.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import date, timedelta
from pathlib import Path
from statistics import median
from typing import Any

from app.act_at import ActAt
from app.journal.chain import folder_of, lines
from app.journal.entries import names_of
from app.journal.words import opened
from app.words import N_
from ingest.records.fold import fold

EXAMINER = "évaluation"  # who asks when answers are measured: not counted here
SPANS = ((N_("moins de 1 s"), 1.0), (N_("1 à 2 s"), 2.0), (N_("2 à 5 s"), 5.0),
         (N_("5 à 10 s"), 10.0), (N_("10 à 30 s"), 30.0),
         (N_("plus de 30 s"), float("inf")))  # fmt: skip
_BY_DAY = 62  # a longer time is counted by month
_MOST = 15  # sources, questions


@dataclass(slots=True)
class Lot:
    """The questions of a day or of a month."""

    answered: int = 0
    refused: int = 0  # the records do not answer
    errors: int = 0
    proven: int = 0  # sentences, of those answered
    sentences: int = 0

    @property
    def questions(self) -> int:
        """How many."""
        return self.answered + self.refused + self.errors


@dataclass(frozen=True, slots=True)
class Cited:
    """What answers have cited: an act, or a file where no one act stands on the pages cited."""

    fonds: str
    source: str  # path within the fonds
    act: str  # its name today; empty: the file, whichever of its acts
    answers: int

    @property
    def name(self) -> str:
        """What is shown first: the act, or the file."""
        return self.act or self.source

    @property
    def where(self) -> str:
        """What is shown beside it: all that the name does not say."""
        return f"{self.fonds}, {self.source}" if self.act else self.fonds


@dataclass(slots=True)
class Figures:
    """What the journal says of the questions since a day."""

    since: str  # ISO date
    by: str  # "day" or "month"
    lots: dict[str, Lot] = field(default_factory=dict)  # "2026-11-22" or "2026-11" → its lot
    seconds: list[float] = field(default_factory=list)
    cited: list[Cited] = field(default_factory=list[Cited])  # the most cited first
    unanswered: list[tuple[str, int, str]] = field(default_factory=list)  # question, times, last

    @property
    def whole(self) -> Lot:
        """All lots together."""
        names = Lot.__slots__
        return Lot(**{name: sum(getattr(o, name) for o in self.lots.values()) for name in names})

    @property
    def median(self) -> float:
        """Of the seconds to an answer; 0 where there is none."""
        return median(self.seconds) if self.seconds else 0.0

    @property
    def p95(self) -> float:
        """Of the seconds to an answer: of twenty, nineteen came sooner."""
        return sorted(self.seconds)[int(0.95 * (len(self.seconds) - 1))] if self.seconds else 0.0

    def spans(self) -> dict[str, int]:
        """How many answers took how long."""
        found = dict.fromkeys((span[0] for span in SPANS), 0)
        for one in self.seconds:
            found[next(name for name, most in SPANS if one < most)] += 1
        return found


def figures(
    data: Path, since: date, until: date, act_at: ActAt = lambda fonds, source, page: ""
) -> Figures:
    """Count the questions of these days, the last one included.

    `act_at`: the journal keeps fonds, file and page, and no name that could outlive an act.
    """
    by = "day" if (until - since).days <= _BY_DAY else "month"
    found = Figures(since.isoformat(), by, {name: Lot() for name in _lots(since, until, by)})
    held = _words(data)
    cited: Counter[tuple[str, str, str]] = Counter()
    silent: dict[str, tuple[str, int, str]] = {}
    skipped = names_of(data, EXAMINER)
    for line in lines(data):
        day = line.at[:10]
        parts = held.get(line.n, {})
        named = (parts.get("who") or {}).get("name")
        if line.kind != "question" or not found.since <= day <= until.isoformat():
            continue
        if named in skipped:
            continue
        lot = found.lots.setdefault(day if by == "day" else day[:7], Lot())
        _count(lot, line.facts)
        if isinstance(line.facts.get("seconds"), int | float):
            found.seconds.append(float(line.facts["seconds"]))
        places = parts.get("cited") or ()
        cited.update(
            {(fonds, source, act_at(fonds, source, page)) for fonds, source, page in places}
        )
        question = parts.get("question")
        if line.facts.get("status") == "not_in_records" and question:
            key = fold(" ".join(question.split())).rstrip(" ?.!")
            silent[key] = (question, silent.get(key, ("", 0, ""))[1] + 1, day)
    found.cited = [Cited(*place, count) for place, count in cited.most_common(_MOST)]
    found.unanswered = sorted(silent.values(), key=lambda one: (one[1], one[2]), reverse=True)
    found.unanswered = found.unanswered[:_MOST]
    return found


def _words(data: Path) -> dict[int, dict[str, Any]]:
    """Line → its parts that are counted; the answers, which are long, are not read."""
    held: dict[int, dict[str, Any]] = {}
    if not folder_of(data).is_dir():
        return held
    with opened(folder_of(data)) as words:
        for part in ("who", "question", "cited"):
            for word in words.part(part):
                if word.kind == "question":
                    held.setdefault(word.n, {})[part] = word.value
    return held


def _count(lot: Lot, facts: Mapping[str, Any]) -> None:
    status = facts.get("status")
    lot.answered += status == "answered"
    lot.refused += status == "not_in_records"
    lot.errors += status not in ("answered", "not_in_records")
    sentences = facts.get("sentences")
    if isinstance(sentences, list):
        lot.sentences += len(sentences)
        lot.proven += sum(one != "unverified" for one in sentences)


def _lots(since: date, until: date, by: str) -> Iterable[str]:
    """Each day, or each month, of this time."""
    days = (since + timedelta(days=n) for n in range((until - since).days + 1))
    name: Callable[[date], str] = date.isoformat if by == "day" else lambda day: day.isoformat()[:7]
    return dict.fromkeys(map(name, days))


def shape(found: Figures) -> dict[str, Any]:
    """The figures as JSON (docs/commandes.md)."""
    names = ("questions", "answered", "refused", "errors", "proven", "sentences")

    def of(lot: Lot) -> dict[str, int]:
        return {name: getattr(lot, name) for name in names}

    return {
        "since": found.since,
        "whole": of(found.whole),
        "lots": {name: of(lot) for name, lot in found.lots.items()},
        "seconds": {"median": found.median, "p95": found.p95, "spans": found.spans()},
        "cited": [asdict(one) for one in found.cited],
        "unanswered": [{"question": q, "times": n, "last": d} for q, n, d in found.unanswered],
    }
