"""The codes of French law that local acts rely on: short name in use, and full name."""

from __future__ import annotations

import re
from functools import cache

from ingest.records.fold import fold

# The first short name of a code is the one that Greffe writes.
CODES: dict[str, str] = {
    "CGCT": "code général des collectivités territoriales",
    "CGFP": "code général de la fonction publique",
    "CRPA": "code des relations entre le public et l'administration",
    "CG3P": "code général de la propriété des personnes publiques",
    "CGPPP": "code général de la propriété des personnes publiques",
    "CCP": "code de la commande publique",
    "CMP": "code des marchés publics",
    "CGI": "code général des impôts",
    "CASF": "code de l'action sociale et des familles",
    "CSP": "code de la santé publique",
    "CSS": "code de la sécurité sociale",
    "CSI": "code de la sécurité intérieure",
    "CCH": "code de la construction et de l'habitation",
    "CJA": "code de justice administrative",
    "CJF": "code des juridictions financières",
    "C. urb.": "code de l'urbanisme",
    "C. env.": "code de l'environnement",
    "C. éduc.": "code de l'éducation",
    "C. élect.": "code électoral",
    "C. patr.": "code du patrimoine",
    "C. voirie": "code de la voirie routière",
    "C. route": "code de la route",
    "C. com.": "code de commerce",
    "C. trav.": "code du travail",
    "C. civ.": "code civil",
    "C. pén.": "code pénal",
    "C. for.": "code forestier",
    "C. rur.": "code rural et de la pêche maritime",
    "C. énergie": "code de l'énergie",
    "C. sport": "code du sport",
    "C. transp.": "code des transports",
    "C. tour.": "code du tourisme",
    "C. défense": "code de la défense",
    "C. assur.": "code des assurances",
    "C. expr.": "code de l'expropriation pour cause d'utilité publique",
    "C. communes": "code des communes",
    "CPP": "code de procédure pénale",
    "CPI": "code de la propriété intellectuelle",
    "CPCE": "code des postes et des communications électroniques",
}
_ALSO = {  # other names met in acts, folded
    "code des collectivites territoriales": "CGCT",
    "code general des collectivites locales": "CGCT",
    "code general de collectivites territoriales": "CGCT",
    "code de l'expropriation": "C. expr.",
    "code rural": "C. rur.",
    "code de la fonction publique": "CGFP",
    "code de la propriete des personnes publiques": "CG3P",
    "code de l'habitation et de la construction": "CCH",
}


def short_name(code: str) -> str:
    """« Code général des collectivités territoriales » → « CGCT »; unknown names as they are."""
    return _by_name().get(plain(code), code)


def plain(name: str) -> str:
    """A code's name folded, spaces made one: what two spellings of it share."""
    return " ".join(fold(name).split())


@cache
def _by_name() -> dict[str, str]:
    names: dict[str, str] = {}
    for short, full in CODES.items():
        names.setdefault(plain(full), short)
    return names | _ALSO


@cache
def code_pattern() -> str:
    """Matches, on folded text, a code's full or short name; broken by line ends or not."""
    full = sorted(_by_name(), key=len, reverse=True)
    names = [re.escape(name).replace(r"\ ", r"\s+").replace("'", r"'\s?") for name in full]
    shorts = [r"\.?".join(short.lower()) + r"\.?" for short in CODES if short.isupper()]
    shorts += [r"c\.?g\.?3\.?p\.?"]
    return rf"(?:{'|'.join(names)}|(?:{'|'.join(shorts)})(?![a-z0-9]))"


def code_of(matched: str) -> str:
    """The short name of what `code_pattern` matched, « c.g.c.t » or « code electoral »."""
    name = re.sub(r"'\s", "'", plain(matched))
    if name in _by_name():
        return _by_name()[name]
    letters = name.replace(".", "").upper()
    return short_name(CODES[letters]) if letters in CODES else letters
