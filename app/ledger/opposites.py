"""Words that exclude each other, from a list that was read over by hand (contraires.txt)."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources

from app.ledger.values import values
from app.ledger.words import root_of
from ingest.records.fold import fold

# « n'approuve », « ne peut pas », « aucune », « sans »: what stands between it and what it denies.
_DENIED = re.compile(
    r"(?:\bn'|\bne )(?:[\w'-]+ ){0,3}$|\b(?:pas|aucune?|sans|jamais|plus) (?:de |d')?(?:[\w'-]+ )?$"
)
_ONLY = re.compile(
    r"^[\w'-]*(?: (?!pas\b|plus\b|jamais\b)[\w'-]+){0,5}? qu(?:e\b|')"
)  # « ne … que »


_NOTHING_BUT = re.compile(
    r"\b(?:ne |n')(?!(?:[\w']+ ){0,3}(?:pas|plus|jamais)\b)(?:[\w']+ ){1,4}qu(?:e\b|')"
)


@dataclass(frozen=True, slots=True)
class Side:
    """One of the sides that exclude each other."""

    pattern: re.Pattern[str]  # over folded text
    strict: bool  # a sentence may take it only where its source does


@dataclass(frozen=True, slots=True)
class Taken:
    """A side that a text takes, and where."""

    group: str
    side: int
    start: int
    end: int


@cache
def groups() -> dict[str, tuple[Side, ...]]:
    """The reviewed list: name → sides."""
    text = resources.files("app.ledger").joinpath("contraires.txt").read_text("utf-8")
    lines = (line for line in text.splitlines() if line.strip() and not line.startswith("#"))
    listed = (line.partition(" : ") for line in lines)
    return {name: tuple(map(_side, sides.split(" | "))) for name, _, sides in listed}


def _side(listed: str) -> Side:
    ways = (way.strip() for way in listed.strip("! ").split(","))
    return Side(re.compile("|".join(map(_pattern, ways))), listed.strip().startswith("!"))


def _pattern(way: str) -> str:
    """« vote* pour » → whole words, « * » for the rest of one, « # » for figures."""
    opens = r"(?<!\w)" if way[0].isalnum() else ""
    closes = r"(?!\w)" if way[-1].isalnum() else ""
    parts = (re.escape(part).replace(r"\#", r"\d") for part in way.split("*"))
    return opens + r"\w*".join(parts) + closes


@lru_cache(maxsize=8192)
def taken(text: str) -> tuple[Taken, ...]:
    """The sides that a plain text takes. A word that is denied counts for the other side."""
    folded = fold(text)
    only = [Taken("exclusivité", 0, *match.span()) for match in _NOTHING_BUT.finditer(folded)]
    counted = [
        Taken("vote", _COUNTED[value.value[:4]], value.start, value.end)
        for value in values(text)
        if value.kind == "vote" and value.value[:4] in _COUNTED
    ]
    return (*only, *counted, *_by_words(folded))


_COUNTED = {"pour": 0, "cont": 1, "abst": 2}  # « 2 contre » takes a side as « a voté contre » does


# « un seul représentant » counts, « tous les ans » tells how often.
_NO_SIDE = defaultdict(
    lambda: re.compile(r"(?!)"),
    {
        "exclusivité": re.compile(r"\bune? seule?\b"),
        "étendue": re.compile(r"\btou(?:s|tes) les (?:ans|mois|jours|semaines|\d)"),
        "borne": re.compile(
            r"\d\W*(?:\w+ )?(?:au )?(?:moins|plus|minimum|maximum)\b"
            r"|(?:au moins|au plus|minimum|maximum)\W+(?:de |les |la |d')?\d"
        ),
        "degré": re.compile(r"\bun peu|\bpeu (?:a|de|pres|plus|moins)\b"),
        "projet": re.compile(r"\b(?:est|sont|etai\w+) envisag"),
        "ordre": re.compile(
            r"\bapres (?:en |s'etre |l'avoir |avoir )*(?:avoir )?(?:delibere|debat)"
        ),
    },
)


def _by_words(folded: str) -> Iterator[Taken]:
    return (
        Taken(name, _flipped(name, number, sides, folded, match), match.start(), match.end())
        for name, sides in groups().items()
        for number, side in enumerate(sides)
        for match in side.pattern.finditer(folded)
        if not _NO_SIDE[name].search(folded, max(0, match.start() - 12), match.end() + 12)
    )


def _flipped(
    name: str, number: int, sides: tuple[Side, ...], folded: str, match: re.Match[str]
) -> int:
    if number > 1 or len(sides) < 2:
        return number
    before, after = folded[max(0, match.start() - 40) : match.start()], folded[match.start() :]
    before = re.split(r"[.,;:()]", before)[-1]
    if not _DENIED.search(before) or _ONLY.match(after[:80]):
        return number
    return _FORBIDDEN if name == "obligation" else 1 - number


_FORBIDDEN = 3  # of « obligation »: « ne doit pas » and « ne peut pas » are one side of their own
_BESIDE = ("obligation",)  # one paragraph obliges, the next one allows
_VOTED = ("décision", "unanimité")  # the vote stands below what it adopts


def contradicts(sentence: str, window: str, whole: str) -> bool:
    """Whether a sentence takes a side that its source does not take.

    Args:
        sentence: plain text.
        window: the lines that should prove it.
        whole: the passage that they stand in; a vote may stand below what it adopts.
    """
    near, far = _by_group(window), _by_group(whole)
    for name, said in _by_group(sentence).items():
        there = near.get(name, frozenset())
        if name in _VOTED or (not there and name not in _BESIDE):
            there |= far.get(name, frozenset())
        strict = any(groups()[name][side].strict for side in said)
        if not said <= there and (there or strict):
            return True
    return False


def _by_group(text: str) -> dict[str, frozenset[int]]:
    """Group → sides; line by line, as the windows of a passage share their lines."""
    found: dict[str, set[int]] = {}
    for line in re.split(r" ; | \n ", text):
        for one in taken(line):
            found.setdefault(one.group, set()).add(one.side)
    return {name: frozenset(sides) for name, sides in found.items()}


# --- proposed, or adopted

_PROPOSED = re.compile(
    r"\bpropos(?:e|es|ee|ees|ent|ition|itions)\b|\bprojet d|\bpour projet\b|\benvisag|\bsouhait"
    r"|\bsollicit|\best demande\b|\bdemande\w* (?:aux?|[a@] l['a])|\bd'accord pour\b|\bsuggere"
)
_ADOPTED = re.compile(
    r"\bdecid(?:e|es|ent|ee|ees)\b|\badopt(?:e|es|ee|ees|ent|ion)\b|\bapprouv(?:e|es|ee|ees|ent)\b"
    r"|\bvot(?:e|es|ee|ees|ent)\b|\bunanimite\b|\bautorise(?:e|s|nt)?\b|\bfix(?:e|ee|es|ees|ent)\b"
    r"|\baccepte(?:e|s|nt)?\b|\bvalide(?:e|s|nt)?\b|\bvoix pour\b"
)


_DONE = re.compile(
    r"\b(?:a|ont|ete|est|sont)(?: ete| egalement| ainsi)? (?:vote|adopte|approuve|renouvele"
    r"|consenti|fixe|porte|accorde|attribue|decide|valide|cree|autorise|instaure|institue|acquis|cede|retenu)"
    r"(?:e|s|es)?\b"
)


_DECIDED = re.compile(
    r"\b(?:a|ont) (?:decide|vote|adopte|approuve|autorise|valide)\w*"
    r"|\b(?:a|ont) ete (?:vote|adopte|approuve|autorise|valide)\w*"
)
_VOTE = re.compile(r"\bpour ?: ?\d|\bvotes? pour\b|\belue?s?\b")

# What is only possible, and the word that it is said of.
_MAY = re.compile(
    r"\b(?:pourrai(?:t|ent)|peut|peuvent|pourront|pourra|possibilite d[e'])\b"
    r"(?P<what>(?: ?[\w']+){1,5})"
)
_MAYBE = re.compile(
    r"\bp(?:eu|ou)(?:t|vent|rra|rrai|vai|voi)\w*|\brisqu|\bpossib|\bpermet|\bpermis|\bautoris|\bfacult"
    r"|\beventuel|\bcondition|\benvisag|\bpropos|\bprojet|\bhabilit|\bdroit\b|\bchance|\bsi\b|\blibre"
    r"|\b[a-z]{3,}(?:er|ir|dr|vr)ai(?:t|ent)\b|\bsans\b|\bne |\bn'"
)


def _only_possible(said: str, source: str) -> bool:
    """Whether a folded sentence states what its source only says may be."""
    if _MAYBE.search(said.split(", ")[-1]) or _MAYBE.search(said):
        return False
    words = {root_of(word) for word in re.findall(r"[a-z]{6,}", said)}
    for match in _MAY.finditer(source):
        may = [root_of(w) for w in re.findall(r"[a-z]{6,}", match["what"]) if _INFINITIVE.search(w)]
        outside = source[: match.start()] + source[match.end() :]
        others = {root_of(word) for word in re.findall(r"[a-z]{6,}", outside)}
        if any(one in words and one not in others for one in may):
            return True
    return False


_PAST = re.compile(
    r"\b(?:a|ont|s'est|se sont)(?: ete)?(?: bien| deja| ainsi| egalement)? "
    r"(?P<what>[a-z]{4,}(?:e|i|u|t)(?:e?s?))\b"
)
_ONLY_MAY = re.compile(
    r"\bpossibilite|\bsusceptible|\benvisag|\bprojet\b|\best propose|\betude de faisabilite"
    r"|\bprevisionnel|\bestime|@ l'etude"
)


def _done_of_what_may_be(said: str, source: str) -> bool:
    """Whether a folded sentence tells as past what its source nowhere does, and only foresees."""
    if _ADOPTED.search(source) or not _ONLY_MAY.search(source):
        return False
    told = {root_of(match["what"]) for match in _PAST.finditer(source)}
    stated = {
        root_of(word) for word in re.findall(r"[a-z]{4,}", source) if not _FORESEEN.search(word)
    }
    return any(root_of(match["what"]) not in told | stated for match in _PAST.finditer(said))


_FORESEEN = re.compile(r"(?:er|ir|re|ra|ront|rait|raient)$")
_INFINITIVE = re.compile(r"(?:er|ir|re|ee?s?|e)$")
# The sentence itself does not say that it is done: « financerait », « devrait », « peut ».
_POSSIBLE = re.compile(
    r"\b[a-z]{3,}(?:erai(?:t|ent)|irai(?:t|ent)|drai(?:t|ent)|vrai(?:t|ent)|urrai(?:t|ent))\b"
)


def _folded(text: str) -> str:
    """Folded, but « à » is not « a »."""
    return fold(text.translate(_GRAVE))


_GRAVE = str.maketrans({"à": "@", "À": "@"})


def only_proposed(sentence: str, window: str, whole: str) -> bool:
    """Whether a sentence states as done what its source proposes and never says was adopted."""
    said = _folded(sentence)
    whole = _folded(whole)
    if _DECIDED.search(said) and not (_ADOPTED.search(whole) or _VOTE.search(whole)):
        return True
    if _only_possible(said, whole):
        return True
    if _done_of_what_may_be(said, whole):
        return True
    if _PROPOSED.search(said) or _POSSIBLE.search(said) or _ADOPTED.search(whole):
        return False
    return _DONE.search(said) is not None and _PROPOSED.search(whole) is not None
