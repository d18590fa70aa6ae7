"""Follow-ups that ask the same of something else, put in full: « et en 2013 ? », « et à Lyon ? ».

Only what leaves no doubt is put in full; any other follow-up is searched for with its context.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from ingest.records.fold import fold
from ingest.records.label import MONTHS
from vectorstore.places import named as places
from vectorstore.question import read_question

NextTo = Callable[[str, int], str]  # question, steps -> « l'article L. 2121-18 du code … », or ""

# « Et en 2010 ? », « et au 1er janvier 2015 ? », « et aujourd'hui ? »: a time, and nothing else.
_MONTH = rf"(?:{'|'.join(MONTHS)})"
_TIME = (
    r"(?:aujourd['’]hui|maintenant|actuellement|(?:en|au|le|à la date du|fin|début|pour)\s"
    rf"(?:l['’]année\s)?(?:(?:\d{{1,2}}(?:er)?\s)?{_MONTH}\s)?(?:19|20)\d\d)"
)
_OPENS = r"^\W*(?:et|mais|alors)\W+"
_BARE_TIME = re.compile(rf"{_OPENS}(?P<when>{_TIME})\W*$", re.I)
_OTHER_TIME = re.compile(rf"[\s,]*\b{_TIME}(?!\w)", re.I)
_DAY = (
    rf"(?:(?:(?:lun|mar|mercre|jeu|vendre|same)di\s|dimanche\s)?\d{{1,2}}(?:er)?\s{_MONTH}\s(?:19|20)\d\d"
    r"|\d{1,2}[/.]\d{1,2}[/.](?:19|20)\d\d)"
)
_ANY_DAY = re.compile(rf"(?<!\w){_DAY}(?!\w)", re.I)
# « et le 29 septembre 2025 ? », « et celles du 29 septembre 2025 ? »: another day
_BARE_DAY = re.compile(
    rf"{_OPENS}(?:(?:celles?|celui|ceux|(?:à |lors de )?la séance|(?:au|le) conseil"
    rf"(?: municipal)?)\s)?(?:le|du|au)\s(?P<day>{_DAY})\W*$", re.I,
)  # fmt: skip
_LONE_YEAR = re.compile(r"(?<![\d/-])(?:19|20)\d\d(?![\d/-])")
_NAME = (
    r"[A-ZÀ-Þ][\w'’-]*"
    r"(?: (?:(?:sur|sous|en|l[ae]s?|de|du|des|lès|et) |[dl]['’])*[A-ZÀ-Þ][\w'’-]*)*"
)
_OF = r"(?:de |du |des |d['’])"
_OF_A_TOWN = r"(?:commune|ville|mairie|village|municipalité|conseil municipal)"
# « la métropole de Saint-Étienne », « Saint-Étienne Métropole »: no commune, though named after one
_GROUPING = (
    r"(?:(?:la |l['’])(?:métropole|communauté urbaine|communauté d['’]agglomération|agglomération"
    rf"|communauté de communes) {_OF}(?:la |le |les |l['’])?{_NAME}"
    rf"|{_NAME} (?:Métropole|Agglomération|Agglo)\b)"
)
# « et de Pierrefonds ? », « et à la ville de Flaux ? »: another collectivity, and nothing else
_BARE_PLACE = re.compile(
    r"^\W*(?i:et|mais|alors)\W+(?:(?:pour|dans|chez|celui|celles?|ceux)\s+)?"
    rf"(?:{_OF}|à |au )?(?:(?P<grouping>{_GROUPING})"
    rf"|(?:(?:la |le |l['’])?{_OF_A_TOWN} {_OF})?(?P<place>[A-ZÀ-Þ][\w'’ -]+?))\W*$"
)
_CODE = re.compile(r"\b(?:du|de la|de l['’])\s?(?:code\b[^?.,;]*|[A-Z][A-Z0-9]{2,5}\b)")
_BESIDE = re.compile(
    r"^\W*(?:(?:et|mais|alors)\W+)?(?:que (?:dit|prévoit|contient)\s+)?(?:l['’]article|celui|le)\s+"
    r"(?:(?P<next>suivant|d['’]après)|précédent|d['’]avant)(?: du même code)?\W*$", re.I,
)  # fmt: skip
# « moins de 3 500 habitants », « 3 500 habitants et plus »
_INHABITANTS = re.compile(
    r"(?:(?:de|entre) \d[\d\s.]*\s(?:à|et) )?(?:(?:plus|moins|au moins|au plus) de )?"
    r"\d[\d\s.]*\s?habitants(?: (?:et|ou) (?:plus|moins))?", re.I,
)  # fmt: skip
_VOTED = re.compile(
    r"^\W*(?:et )?(?:c['’]était |voté |adopté )?(?:à l['’]unanimité|pour ou contre"
    r"|(?:avec |par )?combien de (?:voix|votes)"
    r"|quel(?: est| était|le)? (?:le )?(?:résultat du )?vote|le (?:résultat du )?vote)"
    r"(?: du vote)?\W*$", re.I,
)  # fmt: skip
_WHEN = re.compile(
    r"^\W*(?:et )?(?:c['’](?:était|est) )?"
    r"(?:(?:depuis |de )?quand|à quelle date|quel jour|en quelle année)"
    r"(?: (?:était-ce|est-ce|cela|ça))?\W*$", re.I,
)  # fmt: skip
_SENTENCE = re.compile(r"(?<=\?)\s+")


def in_full(question: str, context: str, next_to: NextTo = lambda question, steps: "") -> str:
    """A follow-up with what it leaves to the question before.

    « Et de Pierrefonds ? » asks of Pierrefonds what was asked of Flaux, « et en 2010 ? » the same
    at another time, « et l'article L. 311-2 ? » for one of the same code, « l'article suivant »
    for the one that stands next to it. Any other question is given back as it is.

    Args:
        question: as typed.
        context: the questions that it leans on, oldest first.
        next_to: names the article so many steps from the one that a question asks for.
    """
    other = _BARE_PLACE.search(question)
    if other and (other["grouping"] or places(question) == (other["place"],)):
        return _elsewhere(context, other["grouping"] or other["place"]) or question
    of_law = bool(read_question(context, ()).articles)
    day = _BARE_DAY.search(question)
    if day and not of_law and len(set(_ANY_DAY.findall(context))) == 1:
        return _ANY_DAY.sub(day["day"], context)
    if when := _BARE_TIME.search(question):
        return _at(when["when"], context, of_law)
    if beside := _BESIDE.search(question):
        asked = next_to(context, 1 if beside["next"] else -1)
        return f"Que dit {asked} ?" if asked else question
    sizes = [_INHABITANTS.findall(text) for text in (context, question)]
    if all(len(some) == 1 for some in sizes):
        before, size = (some[0] for some in sizes)
        between = before.startswith(("de ", "entre "))  # « de 100 à 499 habitants »
        return context.replace(before, f"de {size}" if between else size)
    if not of_law or not read_question(question, ()).articles or _CODE.search(question):
        return question
    code = _CODE.findall(_OTHER_TIME.sub("", context))
    return f"{question.rstrip(' ?')} {code[-1].strip()} ?" if code else question


def asks_when(question: str) -> bool:
    """« Quand ? », « depuis quand ? »: of what was answered, and nothing else."""
    return _WHEN.search(question) is not None


def asks_vote(question: str) -> bool:
    """« À l'unanimité ? »: of what was answered, and nothing else."""
    return _VOTED.search(question) is not None


def _elsewhere(context: str, other: str) -> str:
    """The question with another collectivity in the place of its one: « d'Uzès », « de Compiègne ».

    Empty where it names none, or several.
    """
    grouped = list(dict.fromkeys(found[0] for found in re.finditer(_GROUPING, context)))
    rest = re.sub(_GROUPING, " ", context)
    before = [*grouped, *places(rest)]
    if len(before) != 1:
        return ""
    name = re.escape(before[0])
    # « de la mairie de Lyon », « au conseil municipal de Lyon »: the whole of it
    if grouped or re.match(_GROUPING, other):
        name = rf"(?:(?:la |le |l['’])?{_OF_A_TOWN} {_OF})?{name}"
    elided = "d'" if fold(other)[0] in "aeiouy" else "de "
    of = re.compile(rf"\b{_OF}{name}(?!\w)")
    at = re.compile(rf"\bau {name}(?!\w)")
    full = at.sub(f"à {other}", of.sub(f"{elided}{other}", context))
    return re.sub(rf"(?<!\w){name}(?!\w)", other, full)


def last_of(full: str) -> tuple[str, str]:
    """(the questions before, the last one) of questions put one after the other."""
    *before, last = _SENTENCE.split(full.strip())
    return " ".join(before), last


def _at(when: str, context: str, of_law: bool) -> str:
    """The question at another time: in the place of the year that it names, else at its end."""
    year, years = _LONE_YEAR.search(when), _LONE_YEAR.findall(context)
    bare = _OTHER_TIME.sub("", context)
    if year and len(years) == 1 and not of_law and _LONE_YEAR.search(bare):
        return _LONE_YEAR.sub(year[0], context)  # « budget 2014 », « tarifs 2014 »
    return f"{bare.rstrip(' ?')} {when} ?"
