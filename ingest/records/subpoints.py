"""Points within a point: « 1. Budget » with « - Compte de gestion », « - Affectation », … under it.

Such a line stands in the agenda too, or right after a vote and before another one. Those right
under the heading, one or several, go on with its title (« Travaux de l'église / - Demande de
subventions / - Signature du marché »). What stands under « Êtes-vous d'accord pour : » is no point
but what is decided.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from ingest.records.agenda import Agenda, alike, unnumbered
from ingest.records.fold import fold, words
from ingest.records.heading import Heading
from ingest.records.lines import Line
from ingest.records.title import wrapped

_DASHED = re.compile(r"^\s*[-\u2013\u2014\u2212\uf000-\uf0ff•]\s*(?=[A-ZÀ-Þ0-9«])")
_VOTED = re.compile(
    r"^\W*(?:votes?(?:\W*$| *:| pour l)|pour *[:,]|contre *[:,]|abs[te]*ntions?\b|adopte(?!r)"
    r"|a l'unanimite|unanimite)"
)
_ASKS = re.compile(
    r"d'accord|etes-vous|\b(?:propose|demande) (?:a|au|aux|d'|de|donc|que|s'|qu')|\bdecid"
    r"|\bdelibere"
)
_ENDS = re.compile(r"[.;,:]\W*$")
_LONGEST = 130  # characters of the first line of a title
_NEAR = 5  # lines between a vote and the title of the next point: names, comments


def with_subpoints(
    lines: Sequence[Line], agenda: Agenda, headings: Sequence[Heading]
) -> list[Heading]:
    """The headings, and those of the points within them."""
    found: list[Heading] = []
    ends = [*(heading.begin for heading in headings[1:]), len(lines)]
    for heading, end in zip(headings, ends, strict=True):
        inner = _inner(lines, agenda, heading, end)
        stack = _stack(lines, heading, inner)
        rest = inner[len(stack) :]
        titles = [_title(lines, index) for index in stack]
        if stack and not rest:
            titles = [heading.title or "", *titles]
        found.append(replace(heading, title=" - ".join(titles)) if titles else heading)
        if stack or len(rest) > 1:
            found += [Heading(index, _title(lines, index)) for index in rest]
    return found


def _stack(lines: Sequence[Line], heading: Heading, inner: Sequence[int]) -> list[int]:
    """The points within a point that stand right under its heading, one under the other."""
    if not inner or not _right_below(lines, heading, inner[0]):
        return []
    stack = [inner[0]]
    for index in inner[1:]:
        above = [line for line in lines[stack[-1] : index] if not line.running]
        whole = wrapped(lines, stack[-1], lines[stack[-1]].text) or ""
        if len(whole) + 6 < len(" ".join(line.text for line in above)):
            break
        stack.append(index)
    return stack


def _inner(lines: Sequence[Line], agenda: Agenda, heading: Heading, end: int) -> list[int]:
    """The lines of a point that open points within it."""
    dashed = [
        index
        for index in range(heading.begin + 1, end)
        if _DASHED.match(lines[index].text)
        and not lines[index].running
        and len(lines[index].text) <= _LONGEST
        and not _ENDS.search(lines[index].text)
        and not _VOTED.match(unnumbered(lines[index].folded))
        and not _is_asked(lines, heading.begin, index)
    ]
    votes = [i for i in range(heading.begin, end) if _VOTED.match(unnumbered(lines[i].folded))]
    own = words(fold(heading.title or ""))
    items = [item for item in agenda.items if item and alike(own, item) < 0.75]
    announced = [index for index in dashed if _is_announced(lines[index], items)]
    named = [words(unnumbered(lines[index].folded)) for index in announced]
    announced = [  # one named twice is listed, then opened
        index for at, index in enumerate(announced) if named[at] not in named[at + 1 :]
    ]
    announced += [
        index
        for index in range(heading.begin + 1, end)
        if _is_repeated(lines[index], agenda)
        and (index <= heading.begin + 2 or any(index - _NEAR <= vote < index for vote in votes))
    ]
    if len(announced) < 2:
        return announced
    between = [
        index
        for index in dashed
        if any(index - _NEAR <= vote < index for vote in votes) and any(v > index for v in votes)
    ]
    return sorted({*announced, *between})


def _is_asked(lines: Sequence[Line], floor: int, index: int) -> bool:
    """Whether a line belongs to the list under « Êtes-vous d'accord pour : » and the like."""
    for at in range(index - 1, floor, -1):
        line = lines[at]
        if _VOTED.match(unnumbered(line.folded)):  # though it may look like a running foot
            return False
        if not line.running and line.text.endswith(":") and not _DASHED.match(line.text):
            return bool(_ASKS.search(f"{lines[at - 1].folded} {line.folded}"))
    return False


def _is_announced(line: Line, items: Sequence[frozenset[str]]) -> bool:
    found = words(unnumbered(line.folded))
    return any(
        len(found) >= 2 and alike(found, item) >= 0.75 and 0.5 <= len(found) / len(item) <= 2
        for item in items
    )


def _is_repeated(line: Line, agenda: Agenda) -> bool:
    """A line without a dash that is an item of the agenda, word for word."""
    found = words(line.folded)
    bare = line.text[0].isupper() and not _ENDS.search(line.text) and not line.running
    return bare and len(found) >= 3 and found in agenda.items


def _right_below(lines: Sequence[Line], heading: Heading, index: int) -> bool:
    """Whether only the heading's own lines stand between a heading and a line."""
    between = " ".join(line.text for line in lines[heading.begin : index] if not line.running)
    return index - heading.begin <= 5 and len(between) <= len(heading.title or "") + 90


def _title(lines: Sequence[Line], index: int) -> str:
    return _DASHED.sub("", lines[index].text).strip(" .:-")
