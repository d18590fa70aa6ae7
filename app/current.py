"""What is asked as it stands today: of several acts that tell a price, the latest is read."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from app.kinds import AMOUNT
from vectorstore.question import Reading
from vectorstore.retriever import Found, Hit

_PRICE = re.compile(
    r"\b(?:tarifs?|prix|coûte(?:nt)?|pa(?:ie|ye)(?:nt|r)?|loyers?|redevances?|cautions?)\b", re.I
)
_TARIFF = re.compile(r"\btari(?:fs?|fication)\b", re.I)
_PAST = re.compile(
    r"\b(?:étai(?:t|ent)|fu(?:t|rent)|avai(?:t|ent)|\w+ait|(?:a|ont)(?: été|-t-\w+|-ils|-elles)?"
    r" \w+(?:é|és|ée|ées|u|us|ue|ues|is|it)|ancien\w*|premi(?:er|ère)s?|passée?s?)\b", re.I,
)  # fmt: skip
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
_AS_FULL = 0.95  # of the question's words, by weight, that the fullest passage holds


def asks_today(reading: Reading, whole: str) -> bool:
    """Whether a question asks for a price that names no time: the one that is paid today.

    `whole`: with the questions that it follows up.
    """
    timed = reading.numbers or _YEAR.search(whole)
    return not timed and bool(_PRICE.search(whole)) and not _PAST.search(whole)


def latest(found: Found, whole: str, held: Callable[[Hit], float]) -> Sequence[Hit]:
    """The hits; of those of one collectivity that tell a price alike, the latest act's alone.

    Where some of them are tariffs by their title, no other act is as good as they are.

    Args:
        found: what was searched for, and found.
        whole: the question, with those that it follows up.
        held: how much of the question's words a passage holds under its heading, by weight.
    """
    if found.exact or not asks_today(found.reading, whole):
        return found.hits
    priced = [
        hit
        for hit in found.hits
        if hit.record.kind != "article" and hit.record.date and AMOUNT.search(hit.passage.text)
    ]
    weights = [held(hit) for hit in priced]
    least = _AS_FULL * max(weights, default=0.0)
    full = [hit for hit, weight in zip(priced, weights, strict=True) if weight >= least]
    full = [hit for hit in full if _TARIFF.search(hit.record.title or "")] or full
    newest: dict[str | None, str] = {}
    for hit in full:
        newest[hit.record.body] = max(newest.get(hit.record.body, ""), hit.record.date or "")
    of_today = [hit for hit in full if hit.record.date == newest[hit.record.body]]
    kept = {hit.record.id for hit in of_today}
    older = {
        hit.record.id
        for hit in priced
        if hit.record.id not in kept and (hit.record.date or "") < newest.get(hit.record.body, "")
    }
    first = {hit.passage.id for hit in of_today}
    rest = [hit for hit in found.hits if hit.record.id not in older]
    return sorted(rest, key=lambda hit: hit.passage.id not in first)
