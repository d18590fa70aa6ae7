"""Communes that a question names: « la cantine à Brest », « le maire de rennes »."""

from __future__ import annotations

import re
from functools import cache
from importlib import resources

from ingest.records.fold import fold

_LONGEST = 7  # words of a name: « Saint-Remy-en-Bouzemont-Saint-Genest-et-Isson » has more
_WORD = re.compile(r"[a-z0-9]+")
# What stands before a place. Behind « à », a name may be written without its capital.
_BEFORE = re.compile(r"\b(?P<word>a|de|d'|du|des|aux|au|en|pour|pres de|commune|ville|mairie) ?$")
_AFTER_DE = re.compile(
    r"\b(?:commune|ville|mairie|maire|village|municipalite|conseil municipal|habitants?)"
    r" (?:de |d'|du |des )$"
)
# Names that are words of every act as well: they count behind « la commune de », or « à » alone.
_WORDS = """
acte actes adjoint agent air aout arbre arc aubaine avis avril baie bail bains bar barre bas baux
beau beauvoir boire bois bonnes bord bourg bref bureau cartes champs chance charge charges chateau
chef chemin cher choix cites clairs comite commission compte comptes conseil contes contre corps
courant cours cout credit croix dame demande dire dix dossier droit eau ecole ecoles effet elle
entre espace est etat etre facture faire fait faux fin fleurs fond fonds fontaine foret fours france
gage garde grand gros haut heures homme hommes hopital ile jardin jeux joue jours juges juillet juin
jury lac lieu lieux ligne lire livres loi long lot lots louer mai main maire maison marche marches
mars mer mes mesures metz mois moulin moulins moyen neuf nom ons or orange ordre paix parc part
partie passage payer pays personne place plan plans plus point pont port porte pouvoir prendre
president prix projet public quatre rang rapport regie rendre rien riviere roche route rue sainte
salle seance section sel sens service siege signer six sol source sous suite sur table tarif taux
temps terre tour tours toussaint trois val vallee vendre vers vie village villages ville voie vote
vue
"""
_COMMON = frozenset(_WORDS.split())
_SHORT = frozenset({"aix", "dax", "gap", "gex", "pau"})  # towns whose names are no words
_ARTICLES = {"du": "le", "au": "le", "des": "les", "aux": "les"}
_CAPITAL_BEFORE = re.compile(
    r"(?:^|[.?!:]|\bM\.|\bMme|(?<=\w[ '-])[A-ZÀ-Þ][\wÀ-ÿ'-]*|[\w-]-|\d)\W*$"
)
_YEAR_BEFORE = re.compile(r"\b(?:19|20)\d\d(?:\s|\s?[(,;–—-]\s?)$")  # « budget 2014 Villeurbanne »
_MARKED = re.compile(r"\s?[:,;–—]")
_JOINED = re.compile(r"[\w'’]-$|['’]$")
_TELLING = 6  # letters of a name that is known without a preposition before it
_CAPITAL_BEHIND = re.compile(r"[\s-]+[A-ZÀ-Þ]")


@cache
def _names() -> frozenset[str]:
    """All names, folded, their words joined by one space."""
    return frozenset(map(_joined, _lines("communes.txt")))


@cache
def _words() -> frozenset[str]:
    """Names of communes that are words as well, folded."""
    return _listed("communes_mots.txt")


@cache
def _words_of_acts() -> frozenset[str]:
    """Those that acts and laws write without a capital: behind one they are words all the same."""
    return _listed("communes_mots_actes.txt")


def _listed(file: str) -> frozenset[str]:
    return frozenset(word for line in _lines(file) for word in line.split())


def _lines(file: str) -> list[str]:
    text = resources.files("vectorstore").joinpath("reference", file).read_text("utf-8")
    return [line for line in text.splitlines() if not line.startswith("#")]


def _joined(text: str) -> str:
    words = _WORD.findall(fold(text))
    return " ".join("saint" if w == "st" else "sainte" if w == "ste" else w for w in words)


def is_commune(name: str) -> bool:
    """Whether a commune of France bears this whole name."""
    return _joined(name) in _names()


def named(text: str) -> tuple[str, ...]:
    """The communes that a question names, as it writes them."""
    folded = fold(text)
    words = [match.span() for match in _WORD.finditer(folded)]
    found: list[str] = []
    at = 0
    while at < len(words):
        size = _size(text, folded, words, at)
        if size:
            found.append(text[words[at][0] : words[at + size - 1][1]])
        at += size or 1
    return tuple(dict.fromkeys(found))


def _size(text: str, folded: str, words: list[tuple[int, int]], at: int) -> int:
    """How many words the name of a commune has that begins with word `at`; 0 for none."""
    start = words[at][0]
    before = _BEFORE.search(folded[:start])
    word = before["word"] if before else ""
    for size in range(min(_LONGEST, len(words) - at), 0, -1):
        end = words[at + size - 1][1]
        if folded[end : end + 1] == "-":  # the beginning of a longer name
            continue
        name = _joined(folded[start:end])
        article = _ARTICLES.get(word)
        if article and f"{article} {name}" in _names() and text[start].isupper():
            return size  # « du Havre »
        if name in _names() and _is_meant(text, folded, start, end, name, word):
            return size
    return 0


def _is_meant(text: str, folded: str, start: int, end: int, name: str, before: str) -> bool:
    """Whether the words are the place, and not words that are spelt alike."""
    if _AFTER_DE.search(folded[:start]):
        return True
    bare = re.sub(r"^(?:la|le|les|l) ", "", name)
    common = bare in _COMMON or (before != "a" and bare in _words())
    saint = name.startswith(("saint ", "sainte "))
    telling = not common and name == bare and (saint or len(name) >= _TELLING)
    if not text[start].isupper():
        return (before in ("a", "de", "d'") and not common and len(name) > 3) or (
            not before and telling and not _JOINED.search(text[:start])
        )
    if before:
        return before != "des" and (name not in _COMMON or before == "a")
    ordinary = bare in _COMMON or bare in _words_of_acts()
    if ordinary or _CAPITAL_BEHIND.match(text[end:]):
        return False
    # « Quimper : taux de 2023 », « taux 2023, Quimper »
    if not _WORD.search(folded[:start]) or _YEAR_BEFORE.search(text[:start]):
        return len(name) > 3 or name in _SHORT or _MARKED.match(text[end:]) is not None
    # « Budget Rennes 2014 »: no one's name
    return len(name) > 3 and not _CAPITAL_BEFORE.search(text[:start])
