"""Whether two questions ask the same thing: said almost alike, with the same facts.

An answer that somebody validated is given to a question only where nothing that could matter
differs: the words that carry meaning in their order, numbers, dates, names, what kind of thing is
asked, tense and negation. What is left to differ is how it is asked: « Quel est le prix de … ? »,
« Pouvez-vous me dire combien coûte … ? ».
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass

from ingest.records.fold import fold
from ingest.records.label import MONTHS

LEAST_COSINE = 0.95  # of the two questions as embedded (docs/log.md)

_GLUE = frozenset(
    re.findall(
        r"\w+",
        """
    a au aux ce ces cet cette de des du elle elles en est et eux il ils je la le les leur leurs me
    moi ont on ou que quel quelle quels quelles qui se ses son sa sont te tu un une vous y notre
    votre nos vos dans
    bonjour bonsoir merci svp stp plait please alors donc
    """,
    )
)
_POLITE = re.compile(
    r"\b(?:(?:(?:pouvez|pourriez|peux|pourrais)[ -](?:vous|tu)"
    r"|(?:vous|tu) (?:pouvez|pourriez|peux))"
    r" (?:me |nous )?"
    r"(?:dire|indiquer|preciser|donner|rappeler)"
    r"|(?:je|nous) (?:voudrais|voudrions|souhaite|souhaiterais|souhaitons|cherche|aimerais|veux)"
    r"(?: (?:savoir|connaitre))?|dites[ -]moi|dis[ -]moi|est[ -]ce (?:que|qu'|qui)"
    r"|s'il (?:vous|te) plait|merci d'avance)"
)
_IS = r"(?:est|sont|serait|s'eleve|s'elevent|etait|etaient)"
# on folded text: how a kind of thing is asked for; « coût » and « tarif » are not the same money
_KINDS = (
    ("price", re.compile(
        r"\bcombien (?:coute(?:nt)?|vaut|valent|(?:faut|doit|dois)[ -](?:il|on|je) payer"
        r"|paie[ -]t[ -]on)\b"
        rf"|\bquel(?:le)?s? {_IS} (?:le|la|les) (?:prix|tarifs?)\b|\bquels? (?:prix|tarifs?)\b")),
    ("cost", re.compile(rf"\bquels? {_IS} (?:le|les) couts?\b|\bquels? couts?\b")),
    ("amount", re.compile(
        rf"\bquels? {_IS} (?:le|les) montants?\b|\bquels? montants?\b"
        r"|\ba combien (?:s'eleve(?:nt)?|se montent?|est fixee?|sont fixee?s)\b"
        r"|\b(?:de|a) quel montant est\b")),
    ("count", re.compile(rf"\bquel {_IS} le nombre d(?:e|')|\bcombien d(?:e |')"
                         r"|\bcombien y a[ -]t[ -]il d(?:e |')")),
    ("when", re.compile(rf"\bquelle {_IS} la date d(?:e|')|\b(?:a )?quelle date\b|\bquand\b"
                        r"|\bquel jour\b")),
    ("who", re.compile(rf"\bqui (?:est|sont)\b|\bquel {_IS} le nom d(?:e|u|')")),
)  # fmt: skip
# long name → short one, where both are the same thing without any doubt
_SHORT = (
    (re.compile(r"\brestauration scolaire\b|\brestaurant scolaire\b"), "cantine"),
    (re.compile(r"\bplan local d'urbanisme\b"), "plu"),
    (re.compile(r"\bcentre communal d'action sociale\b"), "ccas"),
    (re.compile(r"\btaxe d'enlevement des ordures menageres\b"), "teom"),
    (re.compile(r"\bdelegation de service public\b"), "dsp"),
    (re.compile(r"\bvoix pour\b"), "voix favorable"),
    (re.compile(r"\ben cas d(?:e\b|')|\blors d(?:e\b|')"), "pour"),
)
# « subvention à la région » is not « de la région »; « à Flaux » is « de Flaux »
_TO = re.compile(
    r"\b(?:[Àà](?: la| l[’']| ce(?:tte|s|t)?)?|[Aa]ux?)\b(?!\s*(?:[A-ZÀ-Ý]|\d|quel|combien))"
)
_LETTER = re.compile(r"(?<=[^\W\d] )([A-Z])\b(?!['’.])")  # « bâtiment J »
_ELIDED = re.compile(r"-t-(?=elle|il|on)|\b(?:[cdjlmnst]|qu|jusqu|lorsqu|puisqu)'")
_TOKEN = re.compile(r"[a-z]*\d+(?:[ .,/-]\d+)*|[a-z]+")
_MONTHS = frozenset(map(fold, MONTHS))
_CAPITAL = r"[A-ZÀ-Ý][\wÀ-ÿ]+"
_NAME = re.compile(rf"(?<=[\w,;:)'’-] ){_CAPITAL}|(?<=['’-]){_CAPITAL}")


@dataclass(frozen=True, slots=True)
class Asked:
    """What a question says, without how it says it."""

    kind: str
    words: tuple[str, ...]  # in order, numbers and names among them
    names: frozenset[str]  # those of them that were written with a capital


def normal(question: str) -> str:
    """One spelling: no capitals, accents, punctuation."""
    return " ".join(re.findall(r"\w+", _folded(question)))


def asked(question: str) -> Asked:
    """Read a question."""
    marked = _LETTER.sub(r"lettre\1", _TO.sub("vers", question))
    left = _POLITE.sub(" ", _folded(marked))
    for pattern, short in _SHORT:
        left = pattern.sub(short, left)
    kind = ""
    for name, pattern in _KINDS:
        found = pattern.search(left)
        if found is not None and not kind:
            kind = f"{name}, then" if "etai" in found[0] else name
            left = f"{left[: found.start()]} {left[found.end() :]}"
    left = _ELIDED.sub(" ", left).replace("'", " ")
    words = [_form(word) for word in _TOKEN.findall(left.replace("-", " - "))]
    names = {_form(fold(name)) for name in _NAME.findall(question)}
    kept = tuple(word for word in words if word in names or word not in _GLUE)
    return Asked(kind, kept, frozenset(names))


def same(one: Asked, other: Asked) -> bool:
    """Whether nothing that could matter differs. Names, numbers and months may stand elsewhere."""
    if one.kind != other.kind or not one.words or Counter(one.words) != Counter(other.words):
        return False
    names = one.names | other.names

    def order(said: Asked, sort: str) -> list[str]:
        return [word for word in said.words if _sort(word, names) == sort]

    return all(order(one, sort) == order(other, sort) for sort in ("number", "name", "word"))


def _sort(word: str, names: frozenset[str]) -> str:
    if word in _MONTHS or any(char.isdigit() for char in word):
        return "number"
    return "name" if word in names else "word"


def _folded(question: str) -> str:
    return fold(question).replace("’", "'").replace("\u00a0", " ").replace("\u202f", " ")


def _form(word: str) -> str:
    """A number without its spaces; a word without its plural."""
    if word[0].isdigit():
        return re.sub(r"[ .](?=\d{3}\b)", "", word)
    return re.sub(r"[sx]$", "", word) if len(word) > 3 else word
