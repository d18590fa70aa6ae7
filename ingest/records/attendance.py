"""Who presides, who reports, and how many are present, represented and absent.

Counts that the act prints are taken as they are (« Présents : 12 », « 3 pouvoirs »); else the
names under each label are counted, for as long as the lines hold names and nothing else.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ingest.records.found import Found

_TITLE = r"(?:m\.|mm\.|mmes?|mlle|mr|monsieur|madame|messieurs|mesdames|mademoiselle|docteur)"
_OFFICE = (
    r"(?:(?:le|la|l')\s?)?(?:\d\w{1,4} )?(?:maire|presidente?|adjointe?|premiere? adjointe?"
    r"|prefete?|doyen(?:ne)?(?: d'age)?)"
)
_SOMEBODY = rf"(?:{_TITLE}\s*)?(?:{_OFFICE}\b\s*,?\s*(?:de\s+[\w-]+\s*,\s*)?)?(?:{_TITLE}\s*)?"
_PRESIDES = re.compile(
    rf"\bsous\s+la\s+presidence\s+(?:effective\s+)?(?:de\s*|d')(?:l'assemblee\s+designee?\s+)?:?\s*"
    rf"{_SOMEBODY}|^[^\w\n]{{0,20}}presidente?(?: de (?:la )?seance)?\s*:\s*{_SOMEBODY}",
    re.MULTILINE,
)
_REPORTER = re.compile(
    rf"^[^\w\n]{{0,20}}rapporteu(?:r|se)s?\s*:\s*{_SOMEBODY}"
    rf"|^[^\w\n]{{0,20}}{_SOMEBODY}(?=[^\n:.]{{3,60}}?,?\s+rapporte\s*:?\s*$)",
    re.MULTILINE,
)
# A name as written: words with a capital, small particles between them.
_WORD = r"[A-ZÀ-Þ][\w'\u2019-]*\.?"
_NAME = re.compile(rf"{_WORD}(?:\s(?:(?:d[eu]s?|la|le|el|di|van|von)\s)*{_WORD}){{0,4}}")
_NEXT_LABEL = re.compile(r"\s+(?:Présent|Absent|Excusé|Étaient|Etaient|Secrétaire)\w*$", re.I)
_NO_NAME = re.compile(r"(?:monsieur|madame|maire|president|rapporte\w*|conseil|le|la|les)\b", re.I)

_MEMBERS = (
    r"(?:membres? |conseillers? |elus? |delegues? |etaient |municipaux |communautaires "
    r"|titulaires )*"
)
_KINDS = (  # a line's label, on folded text; the first that matches counts
    ("procurations", re.compile(
        rf"^[^\w\n]{{0,20}}{_MEMBERS}(?:(?:absent|excuse|represente)e?(?:\(?e?s?\)?)?s?"
        r"(?:\W+(?:et )?(?:absent|excuse)\S*)*\W+"
        r"(?:ayant|ont|qui ont|avec|et ayant)\b[^:\n]{0,40}?\b(?:procurations?|pouvoirs?)"
        r"|(?:(?:ont|ayant) donne |dont )?(?:procurations?|pouvoirs?|representes?)(?:\(s\))?)"
    )),
    ("absents", re.compile(
        rf"^[^\w\n]{{0,20}}{_MEMBERS}(?:non )?(?:absente?|excusee?)(?:\(e?s?\))?s?"
        r"(?:(?:\W| et | ou | non )+(?:absente?|excusee?)(?:\(e?s?\))?s?)*"
    )),
    ("presents", re.compile(rf"^[^\w\n]{{0,20}}{_MEMBERS}presente?(?:\(e?s?\))?s?")),
)  # fmt: skip
_COUNT = re.compile(
    rf"(?:^|\W)(?:nombre )?(?:de |d')?{_MEMBERS}(?P<what>presents?|procurations?|pouvoirs?|absents?"
    r"|representes?)(?:\(s\))?\s*:\s*(?P<count>\d{1,3})\b(?!\s*[€/,.]?\d)"
    rf"|^[^\w\n]{{0,20}}(?:dont )?(?P<n>\d{{1,3}}) {_MEMBERS}"
    r"(?P<whose>presents|absents|procurations|pouvoirs)\b",
    re.MULTILINE,
)
_ORATOR_LINES = 8
_HEAD_LENGTH = 12_000  # characters of it, at most
_HEAD_LINES = 60  # lines of a head in which a séance lists its members
_ASIDE = re.compile(r"\([^()]*\)|\([^()]*$|^[^()]*\)|\*+")
_PARTICLES = ("de", "du", "la", "le", "et", "d", "des", "à")
_OTHER_LABEL = re.compile(r"\W*(?:secr[ée]taire|ordre|quorum|date|objet|votants?|nombre)\b", re.I)
_PROXY = re.compile(
    r"\((?![^()]*\b(?:pas|sans|non)\b)[^()]*(?:pouvoir|procuration)[^()]*\)", re.IGNORECASE
)
_BETWEEN = re.compile(r"[,;/&•▪●○❖➢·\uf0a7\uf0b7\uf0d8]|\bet\b|\s[-\u2013]+\s")
_GIVES = re.compile(
    r"\s+à\s+(?:M\.|Mme|Mlle|Monsieur|Madame|Mademoiselle)\s*[^,;/\n]*"
    r"|(?:,\s*)?\b(?:qui\s+)?(?:a|ont|ayant|avait)?\s*(?:donn\w+\s+)?(?:sa\s+|son\s+)?"
    r"(?:procuration|pouvoir|mandat|représentée?)\s+(?:à|au|a|par)\s+"
    r"(?:(?!\s[-\u2013]\s)[^,;/\n])*",
    re.IGNORECASE,
)
_TITLES = re.compile(
    r"\b(?:M\.|MM\.|Mmes?|MMES?|MME|Mlle|Mr|Monsieur|Madame|Messieurs|Mesdames)(?=[\s.])\.?\s*",
    re.I,
)
_FIRST_LAST = re.compile(
    r"(?<![\w-])[A-ZÀ-Þ][\w\u2019'-]{0,30}[a-zà-ÿ](?:-[A-ZÀ-Þ]\w{0,20}){0,3}"
    r"(?: (?:d[eu]|la|le|el|DE|LA|LE|EL|DU)\b){0,3} [A-ZÀ-Þ][A-ZÀ-Þ\u2019'-]{1,30}"
)


def read_people(text: str, folded: str) -> Iterator[Found]:
    """Who presides, and who reports."""
    presides = _person("presidence", _PRESIDES, text, folded)
    reports = _person("rapporteur", _REPORTER, text, folded) or _first_orator(text)
    yield from filter(None, (presides, reports))


def _person(name: str, pattern: re.Pattern[str], text: str, folded: str) -> Found | None:
    """The proper name that stands behind the first match of a pattern."""
    for match in pattern.finditer(folded):
        proper = _NAME.match(text, match.end())
        if proper is None or _NO_NAME.match(proper.group()):
            continue
        first = proper.group().split("\n")[0].rstrip()
        written = first if " " in first else proper.group()  # « Hélène / Mandroux » is one name
        written = _NEXT_LABEL.sub("", written)
        value = " ".join(written.split()).rstrip(".")
        return Found(name, value, proper.start(), proper.start() + len(written))
    return None


def _first_orator(text: str) -> Found | None:
    """« Michel PASSET : La Ville de … », right under the heading of a point."""
    head = "\n".join(text.split("\n")[:_ORATOR_LINES])
    match = re.search(rf"^[^\w\n]{{0,20}}(?P<who>{_FIRST_LAST.pattern})\s?:\s", head, re.MULTILINE)
    return Found("rapporteur", match["who"], *match.span("who")) if match else None


def read_attendance(text: str, folded: str) -> Iterator[Found]:
    """The counts of the séance: printed ones first, else the names under each label."""
    found: dict[str, Found] = {}
    head = "\n".join(folded[:_HEAD_LENGTH].split("\n")[:_HEAD_LINES])
    for match in _COUNT.finditer(head):
        name = _counted(match["what"] or match["whose"])
        found.setdefault(name, Found(name, str(int(match["count"] or match["n"])), *match.span()))
    for name, (people, start, end) in _lists(text, head).items():
        found.setdefault(name, Found(name, str(people), start, end))
    yield from found.values()


def _lists(text: str, head: str) -> dict[str, tuple[int, int, int]]:
    """How many people stand under each label, and where; who gave a proxy is not absent."""
    places: dict[str, tuple[int, int]] = {}
    people: dict[str, list[_Person]] = {}
    printed: dict[str, int] = {}
    for name, start, end in _blocks(text, head):
        places[name] = (places.get(name, (start, end))[0], end)
        people.setdefault(name, []).extend(_people(text[start:end]))
        figure = re.search(r"\((\d{1,3})\)\W*$", text[start:end])
        if figure:
            printed[name] = int(figure[1])
    givers = people.get("procurations", [])
    for name in ("presents", "absents"):
        here = [person for person in people.get(name, ()) if person.proxy]
        if here and "procurations" not in printed:
            givers = [*givers, *here]
            places.setdefault("procurations", places[name])
    named = [person.words for person in givers]
    counts = {
        name: sum(not (p.proxy or _is_among(p.words, named)) for p in listed)
        for name, listed in people.items()
    }
    if givers:
        counts["procurations"] = len(givers)
    return {name: (printed.get(name, count), *places[name]) for name, count in counts.items()}


@dataclass(frozen=True, slots=True)
class _Person:
    words: frozenset[str]  # of the name, in lower case
    proxy: bool  # « (pouvoir donné à … ) » stands behind it


def _is_among(name: frozenset[str], others: Sequence[frozenset[str]]) -> bool:
    return any(name <= other or other <= name for other in others)


def _counted(word: str) -> str:
    if word.startswith(("procuration", "pouvoir", "represent")):
        return "procurations"
    return "presents" if word.startswith("present") else "absents"


def _blocks(text: str, head: str) -> Iterator[tuple[str, int, int]]:
    """(label, start, end) of the names that stand behind and under each label."""
    opened: str | None = None
    start = end = at = 0
    surnames = False  # whether this record writes its members as « Jean DUPONT »
    for line in head.split("\n"):
        label = _label(head, at)
        if opened and at > start and (
            label or not _holds_names(text[at : at + len(line)], surnames=surnames)
        ):  # fmt: skip
            yield opened, start, end
            surnames = surnames or len(_FIRST_LAST.findall(text, start, end)) > 5
            opened = None
        if label:
            opened, start = label
            end = max(start, at + len(line))
        elif opened:
            end = max(end, at + len(line))
        at += len(line) + 1
    if opened:
        yield opened, start, end


def _label(head: str, at: int) -> tuple[str, int] | None:
    """The label that a line begins with, and where it ends: behind its colon, if it has one."""
    line = head[at : head.find("\n", at) if "\n" in head[at:] else len(head)]
    for name, pattern in _KINDS:
        match = pattern.match(line)
        if match is None:
            continue
        colon = head.find(":", at + match.end(), at + match.end() + 110)
        below = head[at + match.end() : max(colon, 0)].split("\n")[1:]
        if colon >= 0 and not any(map(_OTHER_LABEL.match, below)):  # « Absent / Hélène / Ordre : »
            return name, colon + 1
        return (name, at + match.end()) if not line[match.end() :].strip(" .-") else None
    return None


def _holds_names(line: str, *, surnames: bool) -> bool:
    """Whether a line is a part of a list of people: nearly all its words have a capital."""
    if _OTHER_LABEL.match(line):
        return False
    plain = _TITLES.sub("", _GIVES.sub("", _ASIDE.sub("", line)))
    found = re.findall(r"[^\W\d_][\w'\u2019-]*", plain)
    if surnames and not (_FIRST_LAST.search(plain) or plain.strip(" .,").isupper()):
        return False
    small = [word for word in found if word[0].islower() and word not in _PARTICLES]
    return bool(found) and len(small) <= 0.15 * len(found)


def _people(block: str) -> list[_Person]:
    """Those whom a list names."""
    plain = _GIVES.sub("", _ASIDE.sub("", _PROXY.sub("§", block)))
    commas = re.search(r"[,;/]", plain)
    if not commas:
        plain = plain if re.search(r"\s[-\u2013]\s", plain) else plain.replace("\n", ",")
    plain = re.sub(r"\n\s*[-\u2013•▪●○❖➢\uf0a7\uf0b7\uf0d8]", ",", plain)
    pieces = re.split(_BETWEEN, re.sub(r"\s*\n\s*", " ", plain))
    people: list[_Person] = []
    for piece in pieces:
        name = _TITLES.sub("", piece).strip(" .:-\u2013")
        if not re.search(r"[A-ZÀ-Þ]", name) or re.fullmatch(r"(?i)n[ée]ant|aucune?", name):
            continue
        if not commas and name.isupper() and people:  # « Philippe ROUVIER - COROUGE » is one
            continue
        proxy = "§" in name
        found = _FIRST_LAST.findall(name) or [name]
        people += [_Person(frozenset(re.findall(r"\w{2,}", one.lower())), proxy) for one in found]
    return people
