"""What people say of an answer, and what legal staff say of its citations: lines of the journal."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from app.journal.chain import folder_of
from app.journal.entries import Journal
from app.journal.kinds import ON_AN_ANSWER
from app.journal.words import opened
from app.words import N_

OPINION, JUDGED = "opinion", "judged"  # kinds of lines
REASONS = {
    "wrong": N_("fausse"),
    "incomplete": N_("incomplète"),
    "source": N_("mauvaise source"),
    "outdated": N_("périmée"),
    "other": N_("autre"),
}
VERDICTS = frozenset({"confirmed", "contested"})
LONGEST = 1000  # characters of what is written with it


@dataclass(frozen=True, slots=True)
class Opinion:
    """What somebody says of an answer."""

    answer: str  # id
    useful: bool
    reason: str = ""  # one of REASONS where it was not
    text: str = ""


@dataclass(frozen=True, slots=True)
class Judgement:
    """What legal staff say of a citation, held against its page."""

    answer: str  # id
    citation: int  # its number
    verdict: str  # one of VERDICTS
    name: str  # of who judged, as shown
    text: str = ""


@dataclass(frozen=True, slots=True)
class Said:
    """An opinion or a judgement as the journal keeps it."""

    at: str
    who: str
    what: Opinion | Judgement
    question: str = ""  # empty once erased


def note(journal: Journal, who: str, address: str, what: Opinion | Judgement) -> None:
    """Add it to the journal."""
    kind = OPINION if isinstance(what, Opinion) else JUDGED
    journal.note(kind, who, address=address, id=what.answer, parts={"what": asdict(what)})


def all_said(data: Path) -> list[Said]:
    """Each opinion and judgement that stands, the newest first, with the question."""
    found = list(_read(data, ON_AN_ANSWER))
    questions = _questions(data, {one.what.answer for one in found})
    known = [
        Said(one.at, one.who, one.what, questions.get(one.what.answer, "")) for one in found
    ]  # fmt: skip
    return known[::-1]


def judgements(data: Path, answer: str) -> dict[int, Said]:
    """The last judgement of each citation of an answer, by number."""
    return {
        one.what.citation: one
        for one in _read(data, (JUDGED,))
        if isinstance(one.what, Judgement) and one.what.answer == answer
    }


def judged_shapes(data: Path, answer: str) -> list[dict[str, Any]]:
    """The judgements of an answer as an exported file holds them."""
    return [
        {"citation": number, "at": said.at, "by": said.what.name, "verdict": said.what.verdict,
         "text": said.what.text}
        for number, said in sorted(judgements(data, answer).items())
        if isinstance(said.what, Judgement)
    ]  # fmt: skip


def _read(data: Path, kinds: Collection[str]) -> Iterator[Said]:
    if not folder_of(data).is_dir():
        return
    with opened(folder_of(data)) as words:
        lines = list(words.lines_of(kinds))
    for _, at, parts in lines:
        what = parts.get("what")
        if what:
            shape = Opinion if "useful" in what else Judgement
            yield Said(at, (parts.get("who") or {}).get("name", ""), shape(**what))


def _questions(data: Path, answers: Collection[str]) -> dict[str, str]:
    if not answers:
        return {}
    with opened(folder_of(data)) as words:
        return words.questions_of(answers)
