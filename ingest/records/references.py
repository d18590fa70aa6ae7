"""What an act refers to: articles of codes, laws and decrees, other acts; each normalised.

A value reads « CGCT L2121-29 », « CGCT » (a code as a whole), « loi 2015-991 », « loi 1982-03-02 »
(no number given), « délibération 2013/464 2013-11-25 », « arrêté 2024-05-01 ». What does not say
which code or act it means (« le même article », « L. 2121-29 » alone) is left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ingest.records.codes import code_of, code_pattern, plain
from ingest.records.dates import DATE, dates, of_match
from ingest.records.found import Found
from ingest.records.numbers import ANY, DATED, key, normalise

_PARTS = r"(?:\s?-\n?\d{1,4}(?!\d|\s?°)){0,4}"
_CODED = rf"(?:[lrd]\.?|a\.)\s?\*?\s?\d{{1,5}}{_PARTS}(?![\d/])"  # « à 6 » is no article A6
_NUMBER = rf"{_CODED}|\d{{1,4}}(?:-\d{{1,3}}){{0,2}}(?![\d/%]|\s?€)"
_LONG = r"(?:[lrd]\.?|a\.)\s?\*?\s?\d{3,5}(?:-\d{1,4}(?!\d|\s?°)){1,4}"
_LINK = (  # what stands between the numbers of a list
    r"(?:\s*(?:,|;|\bet|\bou|\ba)\s+(?:(?:de\s+)?l'\s?|les\s+|aux\s+|a\s+)?(?:articles?\s+)?"
    r"|\s*,\s*|\s*-\s+)"
)
_PART = (  # « II », « 4° », « alinéa 3 », « et suivants » behind an article's number
    r"(?:\s*(?:\(?\s*(?:alinea|al\.)\s?\d\s?\)?|-?\s?\d{1,2}°|(?:ii?i?|iv|v)\b(?!\.)"
    r"|et\s+s(?:uivants|\.)|bis|ter))*"
)
_ARTICLES = re.compile(
    rf"\b(?:articles?|art\.)\s+(?:(?:n ?°|nos?)\s?)?"
    rf"(?P<list>(?:{_NUMBER}){_PART}(?:{_LINK}(?:{_NUMBER}){_PART})*)"
    rf"|(?<![\w.-])(?P<bare>{_LONG}{_PART}(?:{_LINK}{_LONG}{_PART})*)"
)
_OF_CODE = re.compile(rf"\W{{0,3}}(?:(?:du|de\s+l[ae]?|dudit)\s*'?\s*)?(?P<code>{code_pattern()})")
_CODE = re.compile(code_pattern())
_ONE = re.compile(_NUMBER)
_TEXT = re.compile(
    r"\b(?P<kind>loi|decret|ordonnance)"
    r"(?:\s+(?:organique|constitutionnelle|modifiee?|de\s+finances))*"
    rf"(?:\s*n\s?[°o]?\s*(?P<number>\d{{2,4}}-\d{{1,5}})|\s+(?P<plain>\d{{2,4}}-\d{{1,5}}))?"
    rf"(?:\s+modifiee?)?(?:\s+(?:en\s+date\s+)?du\s+(?P<when>{DATE}))?"
)


def _plain_date() -> str:
    """`DATE` once more in one pattern: its groups renamed."""
    return re.sub(r"\(\?P(<|=)(\w+)", r"(?P\1on_\2", DATE)


_WHO = r"(?:[^.;:,\n(\d]|\n(?!\W*vu\b)){0,70}?"  # « du conseil municipal », « de la CCLO »
_ACT = re.compile(
    r"\b(?P<kind>deliberation|arrete)s?\b,?"
    rf"(?:(?:{_WHO}\s*(?:n\s?[°o]|numero)\s?(?P<number>{ANY})|\s+(?P<dated>{DATED}))"
    rf"(?:{_WHO},?\s*\b(?:du|le)\s+(?P<when>{DATE}))?"
    rf"|{_WHO}\b(?:du|le)\s+(?P<on>{_plain_date()})(?:\s*[,(]?\s*n\s?[°o]\s?(?P<after>{ANY}))?)"
)
_VISA = re.compile(r"^[^\w\n]{0,4}vu(?:s|e|es)?\b", re.MULTILINE)
_END_OF_VISA = re.compile(
    r";|\n[^\w\n]{0,20}(?:considerant|attendu|sur\s+proposition|apres\s+en|le\s+conseil|entendu"
    r"|article\s+1|il\s+est|decide|arrete\b|l'assemblee)|\.[^\S\n]{0,9}\n"
)
_ABBREVIATED = re.compile(r"\bcode\b[^.;:,]{5,70}\(\s*$")  # « code général … (CGCT) »
_PLAIN_SHORT = ("CGCT", "CGFP", "CRPA", "CG3P")  # « CSI » alone may be anything
_SENTENCE_END = re.compile(
    r";|\.[^\S\n]{0,9}\n|\.\s(?=[a-z]{3})|\n[^\S\n]{0,20}\n|\n[^\w\n]{0,20}vu\b"
)
_TAKES_BACK = re.compile(
    r"\b(?:rapporter?|rapportant|abroger?|abrogeant|annuler?|retirer?|remplacer?"
    r"|modifi(?:er?|ant)|completer?)(?:\s+et\s+(?:de\s+)?(?:remplacer?|abroger?))?"
    r"(?:\s+les\s+termes\s+de)?\s+(?:la|l'|les|sa)\s*$"
)
_KINDS = {"loi": "loi", "decret": "décret", "ordonnance": "ordonnance",
          "deliberation": "délibération", "arrete": "arrêté"}  # fmt: skip


def read_references(text: str, folded: str, number: str | None = None) -> list[Found]:
    """Each norm or act that the text names, once for each role (visa, renvoi, rapporte).

    `number`: the act's own, which is no reference.
    """
    visas = list(_visas(folded))
    found: dict[tuple[str, str], Found] = {}
    for value, start, end in [*_articles(folded), *_texts(folded), *_acts(text, folded, number)]:
        role = "visa" if any(a <= start < b for a, b in visas) else "renvoi"
        if role == "renvoi" and value.startswith(("délib", "arrêté")):
            before = folded[max(0, start - 60) : start]
            role = "rapporte" if _TAKES_BACK.search(before) else role
        found.setdefault((role, value), Found(role, value, start, end))
    return sorted(found.values(), key=lambda fact: fact.start)


def _visas(folded: str) -> Iterator[tuple[int, int]]:
    """The paragraphs that begin with « Vu »."""
    for match in _VISA.finditer(folded):
        end = _END_OF_VISA.search(folded, match.end())
        following = _VISA.search(folded, match.end())
        limits = [m.start() for m in (end, following) if m]
        yield match.start(), min([*limits, match.end() + 600, len(folded)])


def _articles(folded: str) -> Iterator[tuple[str, int, int]]:
    """Articles of codes; the code stands behind them, or in front in the same sentence."""
    named: set[int] = set()  # where the codes stand that articles belong to
    for match in _ARTICLES.finditer(folded):
        which = "list" if match["list"] else "bare"
        behind = _OF_CODE.match(folded, match.end())
        if behind:
            code = code_of(behind["code"])
            named.add(behind.start("code"))
        else:
            ahead = _code_ahead(folded, match.start())
            if ahead is None or folded[match.end() : match.end() + 14].lstrip().startswith(
                ("de la loi", "du decret", "de l'ord", "de l'arr")
            ):
                continue
            code, place = ahead
            named.add(place)
        for one in _ONE.finditer(folded, *match.span(which)):
            number = re.sub(r"[\s.*]", "", one.group()).upper()
            if number[0] in "LRDA" or code in ("CGI", "C. civ.", "CMP", "CPP"):
                yield f"{code} {number}", one.start(), one.end()
    for match in _CODE.finditer(folded):
        alone = match.group()[0] == "c" and " " not in plain(match.group())
        if match.start() in named or _ABBREVIATED.search(folded[: match.start()][-90:]):
            continue
        if not alone or code_of(match.group()) in _PLAIN_SHORT:
            yield code_of(match.group()), match.start(), match.end()


def _code_ahead(folded: str, at: int) -> tuple[str, int] | None:
    """The code named last in the same sentence, and where: « Vu le CGCT, notamment ses … »."""
    begin = max(0, at - 220)
    ends = [match.end() for match in _SENTENCE_END.finditer(folded, begin, at)]
    codes = list(_CODE.finditer(folded, ends[-1] if ends else begin, at))
    return (code_of(codes[-1].group()), codes[-1].start()) if codes else None


def _texts(folded: str) -> Iterator[tuple[str, int, int]]:
    for match in _TEXT.finditer(folded):
        number = match["number"] or match["plain"]
        day = of_match(match) if match["when"] else None
        if number or day:
            yield f"{_KINDS[match['kind']]} {number or day}", match.start(), match.end()


def _acts(text: str, folded: str, own: str | None) -> Iterator[tuple[str, int, int]]:
    for match in _ACT.finditer(folded):
        which = next((name for name in ("number", "dated", "after") if match[name]), None)
        if match["on"]:
            day = next((found for _, _, found in dates(match["on"])), None)
        else:
            day = of_match(match) if match["when"] else None
        number = normalise(text[match.start(which) : match.end(which)]) if which else None
        parts = [_KINDS[match["kind"]], number, day]
        if (number or day) and not (number and own and key(number) == key(own)):
            yield " ".join(part for part in parts if part), match.start(), match.end()
