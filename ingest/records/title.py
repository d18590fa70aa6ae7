"""The object of an act: where it begins, and on which line it ends."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ingest.records.lines import Line

_LONGEST = 6  # lines of an object
_OBJECT = re.compile(r"^\W*objet(?: de la deliberation)?\s*:\s*")
_OBJECT_ALONE = re.compile(r"^\W*objet(?: de la deliberation)?\W*$")
_REPORTS = re.compile(r"^.{3,70}\brapporte(?:ur)?\s*(?::|$)|^\W*rapporteu(?:r|se)s?\s*:")
_ATTENDANCE = re.compile(
    r"^\W*(?:absent|present|excuse|procuration|pouvoir|secretaire|etaient|ont donne|collectivites"
    r" territoriales|quorum|nombre d|convoqu|sous la presidence)"
)
_FIRST_AND_LAST = re.compile(
    r"\b[A-ZÀ-Þ][\w\u2019'-]*[a-zà-ÿ]{1,2}[ ](?:[\w\u2019']{1,3}[ ]){0,3}[A-ZÀ-Þ\u2019'-]{3,}"
)
_CAPITALS = re.compile(r"\b[A-ZÀ-Þ][A-ZÀ-Þ\u2019'-]{2,}\b")
_ARRETE_OBJECT = re.compile(
    r"^\W*(?:portant|relatif|relative|reglementant|instaurant|modifiant|autorisant|interdisant"
    r"|fixant|approuvant|prescrivant|nommant|accordant|delivrant|abrogeant|constatant|ordonnant"
    r"|instituant|limitant|delegant|donnant|declarant|mettant|refusant|prorogeant)\b"
)
# A line that begins a sentence, a speech, a vote, a visa: no object goes on over it.
_SENTENCE = re.compile(
    r"^(?:\d+ (?:voix|votes?|pour|contre|abst)|madame|monsieur|mesdames|messieurs|m\.|mm\.|mme"
    r"|mmes|mr|mlle|vu\b|vus\b|considerant"
    r"|conformement|rapporteu|vote\b|vote:|votes\b|pour *:|contre *:|abstention|adopt|approuv"
    r"|le conseil|le maire|la prefete?|le prefet|le president|la commune|la ville|l'assemblee"
    r"|il (?:est|a|convient|s'agit|y)|elle |ils |c'est|nous |par (?:deliberation|courrier|arrete"
    r"|decision)|dans le cadre|suite a|afin d|apres |lors d|depuis |selon |comme |chaque "
    r"|etant |compte tenu|ce(?:t|tte|s)? |cela |lecture|expose|a l'occasion|en (?:effet|vertu"
    r"|application|raison|consequence)|pour (?:mem|rappel|les besoins|permettre|info)"
    r"|les membres|les |la |le |l'(?=[a-z]+ (?:a|est|doit|sollicite|envisage)\b)|article |voir |"
    r"presents?\b|absents?\b|etaient|devis|demande de conseil|debat |formation a)"
)
_UNFINISHED = re.compile(
    r"(?:[-\u2013,/(]|\b[A-Z]\.|\b(?:de|du|des|d['\u2019]|la|le|les|l['\u2019]|et|ou|à|au|aux|en|pour"
    r"|sur|par|avec|dans|un|une|entre|sans|sous|vers|son|sa|ses|leur|dont))$"
)
_BULLET = re.compile(r"^(?:[-•▪●○❖➢>*o·]\s|\d{1,3}\s?[.)/-]|[a-z]\s?[)/]|[-_=*]{3,}|:|\W*$)")
_ORATOR = re.compile(rf"{_FIRST_AND_LAST.pattern}\s?:\s")
_SPEAKER = re.compile(r"^[^.;:,]{3,50}\s?:(?:\s|$)")


def object_of(lines: Sequence[Line], kind: str) -> str | None:
    """The object of an act that stands alone; None where no usual place holds one."""
    kept = [line for line in lines if not line.running]
    for index, line in enumerate(kept):
        match = _OBJECT.match(line.folded)
        if match and match.end() < len(line.text):
            return wrapped(kept, index, line.text[match.end() :], by_gap=True)
        if _OBJECT_ALONE.match(line.folded) and index + 1 < len(kept):
            return wrapped(kept, index + 1, kept[index + 1].text, by_gap=True)
        if kind == "arrete" and _ARRETE_OBJECT.match(line.folded):
            return wrapped(kept, index, line.text, by_gap=True)
        if kind == "deliberation" and _REPORTS.match(line.folded):
            return _above(kept, index)
    return None


def wrapped(
    lines: Sequence[Line], index: int, start: str, *, by_gap: bool = False, width: int = 100
) -> str | None:
    """The title that begins with `start` on line `index`, and the lines that it goes on over.

    `by_gap`: the title ends at a blank line, not before; `width`: characters of a full line.
    """
    pieces = [start.strip()]
    for line in lines[index + 1 : index + _LONGEST]:
        if line.running:
            continue
        if not _goes_on(pieces[-1], line, by_gap=by_gap, width=width):
            break
        pieces.append(line.text)
    title = " ".join(" ".join(pieces).split()).strip(" .:;-\u2013\u2014_")
    return title if len(title) >= 3 else None


def _goes_on(last: str, line: Line, *, by_gap: bool, width: int) -> bool:
    """Whether an object whose last line is `last` goes on over `line`."""
    last = last.rstrip()
    if line.gap and (by_gap or not line.text[0].islower()):
        return False
    if _BULLET.match(line.folded) or _ORATOR.match(line.text):
        return False
    if line.text[0].islower() or _UNFINISHED.search(last):
        return not last.endswith((";", ":"))
    if last.endswith((".", ";", ":")):
        return False
    if _SENTENCE.match(line.folded) or _SPEAKER.match(line.folded):
        return False
    if by_gap or last.count("(") > last.count(")"):
        return True
    return len(last) >= 55 and len(line.text) < 0.85 * width  # a paragraph fills its first line


def _above(lines: Sequence[Line], index: int) -> str | None:
    """The object that stands between the list of those absent and « X rapporte : »."""
    labels = [i for i in range(index) if _ATTENDANCE.match(lines[i].folded)]
    if not labels:
        return None
    begin = labels[-1] + 1
    while begin < index and _is_names(lines[begin].text, after=lines[begin - 1].text):
        begin += 1
    pieces = [line.text for line in lines[begin:index]]
    if not 0 < len(pieces) <= 2 * _LONGEST:
        return None
    title = " ".join(" ".join(pieces).split()).strip(" .:;-\u2013\u2014_,")
    return title if len(title) >= 3 else None


def _is_names(text: str, after: str) -> bool:
    """« MARION, Isabelle MARSALA, Hervé MARTIN. »: names of people and little else."""
    if _FIRST_AND_LAST.fullmatch(text.strip(" .,-")):  # one name alone: under « Absents : »
        return after.rstrip().endswith((":", ","))
    names = sum(len(name) for name in _FIRST_AND_LAST.findall(text))
    alone = sum(len(name) for name in _CAPITALS.findall(_FIRST_AND_LAST.sub("", text)))
    letters = sum(char.isalpha() or char in "-'\u2019 " for char in text.replace(", ", ","))
    if "," in text and names and names + alone >= 0.7 * letters:
        return True
    cut_name = alone >= letters - 1 and text.rstrip().endswith(".")  # « … Martine / PETITOUT. »
    return bool(cut_name and not after.rstrip().endswith((".", ":")))
