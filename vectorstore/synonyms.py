"""Words that say the same in acts and in questions: « cantine », « restauration scolaire »."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from importlib import resources

Terms = Callable[[str], list[str]]


@cache
def groups() -> tuple[tuple[str, ...], ...]:
    """The reviewed list, one group a line."""
    text = resources.files("vectorstore").joinpath("reference", "synonymes.txt").read_text("utf-8")
    lines = (line for line in text.splitlines() if line.strip() and not line.startswith("#"))
    return tuple(tuple(phrase.strip() for phrase in line.split(";")) for line in lines)


@dataclass(frozen=True, slots=True)
class Synonyms:
    """What a question's words may also be called: (its terms, terms that stand for them)."""

    pairs: tuple[tuple[frozenset[str], frozenset[str]], ...]

    def also(self, found: Iterable[str]) -> set[str]:
        """The found terms, and those of the question that they stand for."""
        there = set(found)
        return there.union(*(said for said, other in self.pairs if other <= there))


def synonyms_of(question: str, terms: Terms) -> Synonyms:
    """The groups that a question touches. `terms`: the lexical index's analyser."""
    asked = set(terms(question))
    pairs: list[tuple[frozenset[str], frozenset[str]]] = []
    for group in groups():
        ways = [way for phrase in group if (way := frozenset(terms(phrase)))]
        said = [way for way in ways if way <= asked]
        pairs += [(spoken, way) for way in ways if not way <= asked for spoken in said]
    return Synonyms(tuple(pairs))
