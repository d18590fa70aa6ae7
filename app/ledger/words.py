"""The words of a sentence that carry its meaning, and the names in it."""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import pairwise

from ingest.records.fold import fold

_WORD = re.compile(r"[a-z][a-z']*[a-z]|[a-z]")
_ELIDED = re.compile(r"\b(?:[cdjlmnst]|qu|jusqu|lorsqu|puisqu)'")
# What a paraphrase adds or drops without saying more.
_GLUE = frozenset(
    re.findall(
        r"\w+",
        """
    a afin ai ainsi alors ans apres au aucun aussi autre autres aux avaient avait avec avoir
    ayant ce cela celle celles celui ces cet cette ceux chacun chaque comme concerne
    concernant conformement dans de depuis des dit donc dont du elle elles en encore entre
    est et etaient etait etant ete etre eux faire fait fois font il ils indique indiquent la
    le les leur leurs lors lorsque lui ma mais meme mes moins mon montant montants ne ni nom
    nos notamment notre nous on ont ou par pas pendant peu plus pour prevoit prevoient prevu
    prevue prevus prevues puis qu quand que quel quelle quelles quels qui quoi sa sans se
    selon sera seront ses si soit somme son sont sous sur ta tel telle tels tout toute
    toutes tous tres un une unes uns vers vis voici voila vos votre vous y precise precisent
    eleve elevent elevait porte portent portant compte cadre titre part objet savoir dite
    dits dites ci dessous dessus suit suivant suivante suivants environ egalement total
    totale occasion
    """,
    )
)


def stem_of(word: str) -> str:
    """The beginning that forms of one word share."""
    word = re.sub(r"(?:s|x)$", "", word)
    return word[: max(4, min(6, len(word) - 2))]


_ENDINGS = re.compile(
    r"(?:issaient|issent|eraient|erait|eront|erons|assent|aient|ions|erez|irait|iront|ira|ant|ent"
    r"|era|ait|ees|ee|er|ir|re|es|e|it|is|ie|u|a|s)$"
)


@lru_cache(maxsize=65536)
def root_of(word: str) -> str:
    """What the forms of one verb share; a noun made of it keeps its own ending."""
    root = _ENDINGS.sub("", re.sub(r"(?:s|x)$", "", word))
    return root if len(root) >= 3 else word


def placed_words(text: str) -> tuple[tuple[str, int], ...]:
    """(word, where it stands) of each word that carries meaning, folded, from a plain text."""
    folded = fold(text).replace("-", " ")
    folded = _ELIDED.sub(lambda match: " " * len(match.group()), folded)
    return tuple(
        (match.group(), match.start())
        for match in _WORD.finditer(folded)
        if len(match.group()) >= 3 and match.group() not in _GLUE
    )


@lru_cache(maxsize=8192)
def placed_stems(text: str) -> tuple[tuple[str, int], ...]:
    """The same with the stem of each word."""
    return tuple((stem_of(word), at) for word, at in placed_words(text))


@lru_cache(maxsize=8192)
def stems(text: str) -> frozenset[str]:
    """The words that carry meaning."""
    return frozenset(stem for stem, _ in placed_stems(text))


# --- who acts

# An institution or an office, on folded text.
WHO = (
    r"maire|adjointe?s?|prefete?|conseil|commission|presidente?|bureau|departement|region|etat"
    r"|communaute|syndicat|directeur|directrice"
)

# --- names

_CAPITALISED = re.compile(r"\b[A-ZÉÈÊÀÂÎÔÇ][\wÀ-ÿ]*(?:['-][\wÀ-ÿ]+)*")
_CIVILITY = re.compile(
    r"(?:\b(?:M|MM|Mr|Me|Dr)\.|\bM[mM][eE]s?|\bMr|\b[Mm]onsieur|\b[Mm]adame)\s+$"
)
# Capitals that name nothing: institutions, months, the words of acts.
_COMMON = re.compile(
    r"conseil\w*|commun\w*|maire\w*|ville|etat|deliberation\w*|arrete\w*|article\w*|monsieur|madame"
    r"|mme|m|mm|mr|mairie|municip\w*|code|loi|decret|region\w*|departement\w*|prefe\w*|euros?|ttc|ht|tva"
    r"|janvier|fevrier|mars|avril|mai|juin|juillet|aout|septembre|octobre|novembre|decembre|lundi"
    r"|mardi|mercredi|jeudi|vendredi|samedi|dimanche|le|la|les|un|une|il|elle|ce|cette|ces|en|au|aux"
    r"|du|des|de|d|l|et|sur|par|pour|dans|a|contre|abstention\w*|vote|oui|non|communaute|republique"
    r"|president\w*|adjoint\w*|seance|service\w*|direction|qui|que|selon|lors|apres|avant"
)


@lru_cache(maxsize=4096)
def names(text: str) -> tuple[tuple[str, int], ...]:
    """(name, where it stands) of each proper name of a plain text: one folded word each.

    The first word of a sentence is a name only behind « M. » and the like, or before another.
    """
    found = []
    places = list(_CAPITALISED.finditer(text))
    followed = {one.start() for one, next_ in pairwise(places) if next_.start() - one.end() == 1}
    for match in places:
        folded = fold(match.group()).split("'")[-1]
        first = re.search(r"(?:^|[.!?:;•–-]\s+|[\"(]\s*)$", text[: match.start()]) is not None
        civil = _CIVILITY.search(text[: match.start()]) is not None
        if (first and not civil and match.start() not in followed) or len(folded) < 2:
            continue
        found += [
            (part, match.start())
            for part in folded.split("-")
            if len(part) > 1 and (civil or not _COMMON.fullmatch(part))
        ]
    return tuple(found)


def bearers(text: str) -> tuple[tuple[str, int], ...]:
    """(last word of a name, where it begins): « Philippe Saurel » is one."""
    found: list[tuple[str, int]] = []
    end = -9
    for name, at in names(text):
        if found and at <= end + 1:
            found[-1] = (name, found[-1][1])
        else:
            found.append((name, at))
        end = at + len(name)
    return tuple(found)


def spelled_out(acronym: str, text: str) -> bool:
    """Whether the words of a plain text begin with the letters of an acronym, in order."""
    initials = "".join(
        word[0] for word in re.findall(r"[a-z]+", fold(text)) if word not in _GLUE and len(word) > 2
    )
    return len(acronym) >= 3 and acronym in initials


_OPPOSED = re.compile(r"\b(?:in|im|il|ir|non[- ]?)(\w{4,})")


def opposed(one: str, other: str) -> bool:
    """Whether a word of one text stands in the other behind « in- », « ir- », « non »."""
    ones, others = fold(one), fold(other)
    return _only_opposed(ones, others) or _only_opposed(others, ones)


def _only_opposed(one: str, other: str) -> bool:
    words, alone = (set(re.findall(r"[a-z]{4,}", _OPPOSED.sub(" ", text))) for text in (one, other))
    return bool(words & set(_OPPOSED.findall(other)) - alone - _GLUE)
