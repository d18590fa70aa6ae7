"""Points within a point: « 1. Budget » with « - Compte de gestion », « - Affectation », … under it.

Such a line stands in the agenda too, or right after a vote and before another one. One alone under
its heading goes on with the title (« Travaux de l'église / - Demande de subventions »).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from ingest.records.agenda import Agenda, alike, unnumbered
from ingest.records.fold import words
from ingest.records.heading import Heading
from ingest.records.lines import Line

_DASHED = re.compile(r"^\s*[-\u2013\u2014\u2212\uf000-\uf0ff•]\s*(?=[A-ZÀ-Þ0-9«])")
_VOTED = re.compile(
    r"^\W*(?:votes?(?:\W*$| *:| pour l)|pour *[:,]|contre *[:,]|abs[te]*ntions?\b|adopte"
    r"|a l'unanimite|unanimite)"
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
        first = inner[0] if inner and _right_below(lines, heading, inner[0]) else None
        if len(inner) == 1 and first is not None:
            joined = f"{heading.title} - {_title(lines, first)}"
            found.append(replace(heading, title=joined))
        elif len(inner) > 1:
            found.append(replace(heading, title=_title(lines, first)) if first else heading)
            rest = inner[1:] if first is not None else inner
            found += [Heading(index, _title(lines, index)) for index in rest]
        else:
            found.append(heading)
    return found


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
    ]
    votes = [i for i in range(heading.begin, end) if _VOTED.match(unnumbered(lines[i].folded))]
    announced = [index for index in dashed if _is_announced(lines[index], agenda)]
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


def _is_announced(line: Line, agenda: Agenda) -> bool:
    found = words(unnumbered(line.folded))
    return any(
        len(found) >= 2 and alike(found, item) >= 0.75 and 0.5 <= len(found) / len(item) <= 2
        for item in agenda.items
        if item
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
