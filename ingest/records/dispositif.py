"""The dispositif: the articles in which an act decides."""

from __future__ import annotations

import re

from ingest.records.found import Found

_ARTICLE = re.compile(
    r"^[^\w\n]{0,3}article\s+(?P<rank>1\s?er|premier|unique|\d{1,2}(?:er)?|i{1,3}|iv|vi{0,3}|ix|x)"
    r"\s*(?:[-:.)]|$|\s(?=[a-z]))",
    re.MULTILINE,
)
_FORMULA = re.compile(
    r"(?:\bil (?:vous )?est (?:donc )?(?:demande|propose)|\best demande au|decid\w+|d'accord pour"
    r"|\bapres (?:en )?avoir delibere|\ba l'unanimite|\ba la majorite|delibere|\barrete)\b"
    r"[^:]{0,160}?:\s*$",
    re.MULTILINE,
)
_DASH = re.compile(
    r"^[^\S\n]{0,20}[-\u2022\uf0b7\uf0a7\uf0d8*▪●]\s*-?\s*"
    r"(?P<item>(?!\s*(?:pour|contre|abs\w+) *:)[a-z][^\n]*)",
    re.MULTILINE,
)
_END = re.compile(
    r"^[^\w\n]{0,20}(?:le conseil (?:municipal )?adopte|votes?\s*:|pour *:|pour extrait|adopte\b"
    r"|fait (?:et delibere|a)\b"
    r"|ainsi (?:fait|delibere)|la seance est levee|resultat du vote)",
    re.MULTILINE,
)
_ROMAN = {
    "i": 1,
    "ii": 2,
    "iii": 3,
    "iv": 4,
    "v": 5,
    "vi": 6,
    "vii": 7,
    "viii": 8,
    "ix": 9,
    "x": 10,
}


def read_dispositif(folded: str) -> list[Found]:
    """The articles that count up from one, else the dashes behind « décide : » and the like."""
    return _articles(folded) or _dashes(folded)


def _articles(folded: str) -> list[Found]:
    best: list[Found] = []
    chain: list[Found] = []
    for match in _ARTICLE.finditer(folded):
        rank = _rank(match["rank"])
        if rank == 1:
            best, chain = (chain if len(chain) > len(best) else best), []
        if rank == len(chain) + 1:
            chain.append(Found("dispositif", str(rank), *match.span()))
    return chain if len(chain) >= len(best) else best


def _dashes(folded: str) -> list[Found]:
    """The dashes behind the last formula that has any, up to the vote or the signature."""
    for formula in reversed(list(_FORMULA.finditer(folded))):
        end = _END.search(folded, formula.end())
        dashes = _DASH.finditer(folded, formula.end(), end.start() if end else len(folded))
        found = [
            Found("dispositif", str(rank), *match.span("item"))
            for rank, match in enumerate(dashes, 1)
        ]
        if found:
            return found
    return []


def _rank(written: str) -> int:
    if written in ("premier", "unique"):
        return 1
    figures = re.match(r"\d+", written)
    return int(figures.group()) if figures else _ROMAN[written]
