"""Why nothing answers, where no check of app/bar.py says so: which words are found, and where."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence, Set
from dataclasses import dataclass

from app.words import N_, _, ngettext
from vectorstore.retriever import Found, Hit

_MOST = 4  # words named in a sentence
_SHOWN = 3  # passages that a refusal shows
# « 2014-031 », « 5G », « patinoire »: a number that is cut in two by the index is one here
_WORD = re.compile(r"\d+(?:[-/.]\d+)+|[^\W_]{2,}")
# how a list is asked for, and today; no document need say it
_LISTING = re.compile(
    r"\b(?:listez?|listes?)\b(?: de(?: tou(?:te)?s)?| d(?:es|['’]))?(?: les)?"
    r"(?: (?:délibération|arrêté|décision|acte)s\b)?|\baujourd['’]hui\b", re.I,
)  # fmt: skip
_OUT_OF_BOUNDS = N_("Rien de ce qui a été choisi (fonds, genres ou période) n'en approche.")
_NO_PASSAGE = N_("Aucun passage n'en approche.")
_NO_ACT_OF = N_("Aucun acte de « {body} » n'en approche.")
_NAMED = N_("L'acte ou l'article nommé est indexé, mais aucun de ses passages n'y répond.")
_APART = N_("Aucun passage trouvé ne réunit tous les mots de la question.")
_WEAK = N_("Les passages trouvés en ont les mots, mais aucun n'y répond assez sûrement.")


@dataclass(frozen=True, slots=True)
class Words:
    """The words that an index knows.

    Attributes:
        terms: its analyser.
        holds: whether a term stands in any document that was searched.
        common: terms that tell nothing of what is asked.
    """

    terms: Callable[[str], Sequence[str]]
    holds: Callable[[str], bool]
    common: Set[str]


def lacking(found: Found, words: Words, *, narrowed: bool) -> str:
    """A sentence that is true of the words of a question and of the passages found for it.

    `narrowed`: the reader chose what was to be searched.
    """
    hits = found.hits
    if not hits and narrowed:
        return _(_OUT_OF_BOUNDS)
    if not hits and found.reading.bodies:
        return _(_NO_ACT_OF).format(body=found.reading.bodies[0])
    if not hits:
        return _(_NO_PASSAGE)
    told = _told(found.reading.text, words)
    unknown = [
        word for word, terms in told.items() if terms and not any(map(words.holds, terms))
    ]  # fmt: skip
    if unknown:
        return ngettext(
            "Le mot {words} n'est dans aucun des documents cherchés.",
            "Les mots {words} ne sont dans aucun des documents cherchés.", len(unknown),
        ).format(words=_quoted(unknown))  # fmt: skip
    if found.exact:
        return _(_NAMED)
    held = [_held_by(hit, told, words) for hit in hits]
    nearest = set[str]().union(*held[:_SHOWN])
    if missing := [word for word in told if word not in nearest]:
        return ngettext(
            "Aucun des passages les plus proches ne contient le mot {words}.",
            "Aucun des passages les plus proches ne contient les mots {words}.", len(missing),
        ).format(words=_quoted(missing))  # fmt: skip
    return _(_WEAK) if any(len(one) == len(told) for one in held) else _(_APART)


def _told(question: str, words: Words) -> dict[str, list[str]]:
    """The words that tell what is asked, with their terms; a number has none."""
    told: dict[str, list[str]] = {}
    for word in _WORD.findall(_LISTING.sub(" ", question)):
        number = not any(char.isalpha() for char in word)
        terms = [] if number else [one for one in words.terms(word) if one not in words.common]
        if terms or (number and not word.isdigit()):
            told[word] = terms
    return told


def _held_by(hit: Hit, told: dict[str, list[str]], words: Words) -> set[str]:
    text = f"{hit.record.title or ''}\n{hit.passage.heading}\n{hit.passage.text}"
    held = set(words.terms(text))
    return {
        word
        for word, terms in told.items()
        if (not held.isdisjoint(terms) if terms else word in text)
    }


def _quoted(words: Sequence[str]) -> str:
    return ", ".join(f"« {word} »" for word in words[:_MOST])
