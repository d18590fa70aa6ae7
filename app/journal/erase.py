"""Erasing: a withdrawn document's words, a person's history, what is too old.

The lines stay, and their digests, which say nothing without the salts. What was erased is named,
by number of line and part, in a line of its own: an erasure that nobody noted is found.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from app.access.accounts import spelled
from app.journal.chain import Chain, folder_of, now, writing
from app.journal.entries import names_of
from app.journal.kinds import ON_AN_ANSWER, RETENTIONS, Retention, kept_as
from app.journal.words import Word, Words, rewrite
from app.withdrawn import Withdrawn

Place = tuple[int, str]  # number of the line, part


@dataclass(frozen=True, slots=True)
class Erased:
    """What was erased, as a receipt says it."""

    at: str
    line: int  # of the chain, which names what was erased; 0 where there was nothing
    hash: str  # of that line
    parts: int
    lines: int  # of which something was erased


@dataclass(frozen=True, slots=True)
class Forgotten:
    """What a withdrawal has erased from the journal."""

    answers: Mapping[tuple[str, str], int]  # (fonds, source) withdrawn → how many
    questions: int
    opinions: int  # and judgements


def forget(data: Path, withdrawn: Withdrawn) -> Forgotten:
    """Take the text out of each answer that rests on what was withdrawn.

    On what it cites; and where a model wrote a sentence that nothing proves, on all that was read
    for it. A question that holds the object of an act that went, as the page's own examples do,
    goes with its answer, and what people said of an answer that is gone. To be called once what
    was withdrawn is no longer live.
    """
    counts = dict.fromkeys(withdrawn.contents, 0)
    with writing(data) as chain:
        cited, read = (
            {word.n: word for word in chain.words.part(name)} for name in ("cited", "passages")
        )
        answers, gone, titles = chain.words.part("answer"), set[int](), set[str]()
        for word in answers:
            quoted = word.value.get("citations", ())
            rests_on = {(one["fonds"], one["source"], one["sha256"]) for one in quoted}
            if not quoted and word.n in cited:  # of before the contents were kept
                rests_on = {(fonds, source, "") for fonds, source, _ in cited[word.n].value}
            if word.n in read and _says_unproved(word.value):
                rests_on |= {(p["fonds"], p["source"], p["sha256"]) for p in read[word.n].value}
            if any(withdrawn.takes(*one) for one in rests_on):
                gone.add(word.n)
                titles |= titles_gone(quoted, withdrawn)
                for one in set().union(*(withdrawn.of(*place) for place in rests_on)):
                    counts[one] += 1
        naming = withdrawn.naming(_composed(chain.words.part("question"), answers), titles)
        places = chain.words.standing(gone | naming, ("answer",))
        places += chain.words.standing(naming, ("question",))
        left = {word.n for word in answers} - gone - naming
        said = _said_of_what_went(chain.words, left)
        _erase(chain, sorted([*places, *said]), "withdrawn")
    rewrite(folder_of(data))
    return Forgotten(counts, len(naming), len(said))


def _said_of_what_went(words: Words, left: Collection[int]) -> list[Place]:
    """The opinions and judgements on answers whose text does not stand any more.

    Also on one that went before: a page that showed it may have been open still.
    """
    went = {word.value["answer"] for word in words.part("talk") if word.n not in left}
    return [
        (word.n, "what")
        for word in words.part("what")
        if word.kind in ON_AN_ANSWER and word.value["answer"] in went
    ]


def titles_gone(quoted: Iterable[Mapping[str, Any]], withdrawn: Withdrawn) -> set[str]:
    """The objects of acts that were withdrawn, as citations name them."""
    return {
        one["title"]
        for one in quoted
        if one.get("title") and withdrawn.takes(one["fonds"], one["source"], one["sha256"])
    }


def _composed(questions: Iterable[Word], answers: Iterable[Word]) -> dict[int, str]:
    """Line → the question, and what of its answer repeats it: notes, a refusal."""
    texts = {word.n: str(word.value) for word in questions}
    for word in answers:
        said = word.value
        repeated = [*said.get("notes", ()), "" if said.get("citations") else said.get("text", "")]
        texts[word.n] = "\n".join([texts.get(word.n, ""), *repeated])
    return texts


def _says_unproved(answer: Mapping[str, Any]) -> bool:
    return any(one["status"] == "unverified" for one in answer.get("sentences", ()))


def erase_person(data: Path, who: str) -> Erased:
    """Erase all that the journal keeps of somebody, under their name and their pseudonym."""
    names = names_of(data, who) | names_of(data, spelled(who))
    with writing(data) as chain:
        theirs = [w.n for w in chain.words.part("who") if w.value.get("name") in names]
        about = [w.n for w in chain.words.part("what") if names & _named(w.value)]
        places = chain.words.standing(theirs) + chain.words.standing(about, ("what",))
        erased = _erase(chain, sorted(set(places)), "person")
    rewrite(folder_of(data))
    return erased


def _named(what: Mapping[str, object]) -> set[str]:
    """The people that an action was about."""
    return {str(what[name]) for name in ("login", "who", "as", "by") if what.get(name)}


def expire(data: Path, days: Mapping[Retention, int], today: datetime | None = None) -> Erased:
    """Erase what is older than its kind is kept for; 0 days: for ever."""
    moment = today or datetime.now().astimezone()
    with writing(data) as chain:
        places: list[Place] = []
        for retention in RETENTIONS:
            if days.get(retention):
                since = (moment - timedelta(days=days[retention])).isoformat()
                places += chain.words.older(kept_as(retention), since)
        erased = _erase(chain, sorted(places), "expired")
    if erased.parts:
        rewrite(folder_of(data))
    return erased


def erase_lines(
    chain: Chain, lines: Iterable[int], parts: Collection[str], cause: str
) -> Erased:  # fmt: skip
    """Erase these parts of some lines, for a reason that the chain is told."""
    return _erase(chain, chain.words.standing(lines, parts), cause)


def _erase(chain: Chain, places: Sequence[Place], cause: str) -> Erased:
    at = now()
    if not places:
        return Erased(at, 0, "", 0, 0)
    chain.words.erase(places, at)
    by_part: dict[str, list[int]] = {}
    for n, part in places:
        by_part.setdefault(part, []).append(n)
    named = {part: ranges(numbers) for part, numbers in by_part.items()}
    line = chain.add("erased", {"cause": cause, "parts": named}, {}, at=at)
    return Erased(at, line.n, line.hash, len(places), len({n for n, _ in places}))


def ranges(numbers: Iterable[int]) -> str:
    """« 3-17,20 »."""
    runs: list[list[int]] = []
    for number in sorted(set(numbers)):
        if runs and number == runs[-1][1] + 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    return ",".join(str(a) if a == b else f"{a}-{b}" for a, b in runs)


def covered(text: str) -> list[range]:
    """The inverse of `ranges`, unwritten."""
    found = []
    for run in filter(None, text.split(",")):
        first, _, last = run.partition("-")
        found.append(range(int(first), int(last or first) + 1))
    return found
