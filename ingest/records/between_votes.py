"""A procès-verbal without numbers or agenda: a point begins where the vote on the last one ends."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ingest.records.dates import DATE
from ingest.records.heading import Heading
from ingest.records.lines import Line
from ingest.records.title import wrapped

# OCR reads « Vote : » as « Vate : », « Yate : », « Vote; ».
_VOTE = re.compile(
    r"(?:^\W*[vy][oa][tr]e\s?s?\W{0,3}(?::|;|\.)?|\b[vy][oa][tr]e\s?[:;])\s*(?:pour,? )?(?:a l' ?)?"
    r"(?:un[a-z]{3,8}t[e']|\d)"
    r"|^\W*(?:adopte|approuve)e? (?:a l'unanimite|a la majorite)"
)
_SPEECH = re.compile(
    r"^\W*(?:monsieur|madame|mr|mme|m\.|mmes|mm\.|le maire|il est|considerant|vu\b|l'an\b"
    r"|personne)\b"
)
_TITLE = re.compile(r"^\W{0,3}(?=[A-ZÀ-Þ0-9])(?!\d{1,2}°)[^.;]{8,140}$")
_NO_TITLE = re.compile(
    rf"^\W*(?:{DATE}|ordre du jour|compte[- ]rendu|proces[- ]verb\w*|conseil municipal du"
    r"|republique francaise"
    r"|departement d.{1,30}|nombre de membres|date de la convocation|objet"
    r"|(?:envoye|recu|publie|dont \d|en exercice)\b.*)\W*$"
)
_FAR = 6  # lines between a vote and the next title: remarks, stamps
_FEW = 3  # votes below which nothing is cut


def between_votes(lines: Sequence[Line], body: int = 0) -> list[Heading]:
    """A heading after each vote but the last; none where there are too few votes.

    `body`: the line where the séance begins, under its agenda.
    """
    kept = [index for index, line in enumerate(lines) if not line.running]
    votes = [at for at, index in enumerate(kept) if _VOTE.match(lines[index].folded)]
    if len(votes) < _FEW:
        return []
    found: list[Heading] = []
    for vote, following in zip(votes, [*votes[1:], len(kept)], strict=True):
        here = [i for i in kept[vote + 1 : min(vote + 1 + _FAR, following)] if i >= body]
        begin = next((i for i in here if _opens(lines, i)), None)
        if begin is None:  # what was voted may be written out under its vote
            rest = [i for i in kept[vote + 1 : following] if i >= body]
            begin = next((i for i in rest if lines[i].gap and _announces(lines, i)), None)
        if begin is None:
            begin = next((i for i in here if _SPEECH.match(lines[i].folded)), None)
        last_words = following == len(kept)
        if begin is not None:
            title = None if _SPEECH.match(lines[begin].folded) else _whole(lines, begin)
            found.append(Heading(begin, title, kind="proces_verbal" if last_words else None))
    return found


def _opens(lines: Sequence[Line], index: int) -> bool:
    """A line that looks like a title, and what stands under it like a beginning."""
    line = lines[index]
    if not _is_title(line) or not (line.gap or line.first or _VOTE.match(lines[index - 1].folded)):
        return False
    below = [other for other in lines[index + 1 : index + 4] if not other.running]
    return any(_SPEECH.match(other.folded) or other.gap for other in below)


def _whole(lines: Sequence[Line], index: int) -> str | None:
    """The title, over the lines down to the next blank one, where that is near."""
    near = any(line.gap for line in lines[index + 1 : index + 4])
    return wrapped(lines, index, lines[index].text, by_gap=near)


def _announces(lines: Sequence[Line], index: int) -> bool:
    """A title of one or two lines right above someone's words."""
    if not _is_title(lines[index]) or not lines[index].text[0].isupper():
        return False
    below = [other for other in lines[index + 1 : index + 3] if not other.running]
    spoken = next((other for other in below if _SPEECH.match(other.folded)), None)
    return spoken is not None and spoken.gap


def _is_title(line: Line) -> bool:
    if _SPEECH.match(line.folded) or _NO_TITLE.match(line.folded):
        return False
    return bool(_TITLE.match(line.text))
