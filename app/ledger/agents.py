"""Who does what, verb by verb: the agent of each action, whatever the voice.

« Le maire détermine le niveau » is held against « un niveau déterminé par le préfet »: the same
action, another agent.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from app.ledger.families import related
from app.ledger.words import WHO, bearers, root_of
from ingest.records.fold import fold

_ACTOR = re.compile(
    rf"\b(?:{WHO}|commune|ville|mairie|societe|entreprise|association|groupement|usine|parents?"
    r"|famille|collectivite|assemblee|titulaire|preneur|bailleur|locataire|proprietaire"
    r"|responsable|agent|elus?|membres?|communes|departements|regions|conseillers?)\b"
)
# Those of them who are one, wherever a text names them.
OFFICES = frozenset(
    re.findall(
        r"\w+",
        "maire prefet departement region etat communaute syndicat commune ville bureau"
        " directeur president adjoint preneur bailleur locataire proprietaire titulaire",
    )
)
# A same actor in other words.
_ALIKE = {
    "ville": "commune", "mairie": "commune", "collectivite": "commune", "communes": "communes",
    "adjoints": "adjoint", "adjointe": "adjoint", "adjointes": "adjoint", "presidente": "president",
    "prefete": "prefet", "assemblee": "conseil", "parent": "parents", "membres": "membre",
    "elus": "elu", "conseillers": "conseiller", "directrice": "directeur",
}  # fmt: skip
_VERB = re.compile(r"[a-z]{4,}")
_BREAK = re.compile(r"[.;:()\n|]|, (?:et|mais|puis|dont|qui|tandis)\b|\bqu[ie]\b|\bque\b|\bdont\b")
_REACH = 60  # characters from an agent to its verb
_NOUNS = re.compile(r"(?:tion|ment|age|ance|ence|ure|eur|ite|isme)s?$")
_SMALL = frozenset(
    re.findall(
        r"\w+",
        "est sont etait etaient sera seront ete etre avoir ont avait dans pour avec sans sous"
        " entre cette leur leurs elle elles celui celle tout tous toute toutes plus moins dont"
        " ainsi aussi comme fait faire apres avant depuis vers chez deux trois quatre cinq"
        " monsieur madame peut peuvent doit doivent pourra devra pourrait devrait notamment afin"
        " donc mais lors notre votre soit vont",
    )
)


@dataclass(frozen=True, slots=True)
class Deed:
    """An action and who does it."""

    verb: str
    agent: str
    alike: frozenset[int] = frozenset()  # the families of its verb


def done_by_others(sentence: str, source: str) -> bool:
    """Whether an agent of the sentence does what the source says that only others do."""
    own = deeds(sentence)
    if not own:
        return False
    its = deeds(source)
    done_to = _objects(source)
    return any(_by_others(deed, its) or _done_to(deed, its, done_to) for deed in own)


def _done_to(deed: Deed, its: frozenset[Deed], objects: frozenset[tuple[str, str]]) -> bool:
    """« Habitat a sollicité la commune » where « la commune a sollicité Habitat »."""
    return (deed.verb, deed.agent) in objects and not any(
        one.verb == deed.verb and one.agent == deed.agent for one in its
    )


@lru_cache(maxsize=2048)
def _objects(text: str) -> frozenset[tuple[str, str]]:
    """(verb, who stands close behind it), where no « par » makes that one the agent."""
    found = set()
    for start, _, name in actors(text):
        before = fold(text[max(0, start - 40) : start].replace("à", "@"))
        match = _THEN.search(before)
        if match:
            found.add((root_of(match["verb"]), name))
    return frozenset(found)


_THEN = re.compile(
    r"\b(?:a|ont|va|vont)\W(?P<verb>[a-z]{5,}) (?:au |aux |a )?(?:le |la |l'|les |sa |m\. |mme )*$"
)


_OFFICE = re.compile(
    r"\b(?P<who>prefe[tc]|region|departement|etat\b|syndica|bureau\b|commission\b)\w*"
)
_CALLED = {"prefec": "prefet"}


def unnamed(sentence: str, source: str) -> bool:
    """Whether a sentence names an office that its source, and what is known of it, does not."""
    own, its = ({_CALLED.get(m["who"], m["who"]) for m in _OFFICE.finditer(fold(text))}
                for text in (sentence, source))  # fmt: skip
    if ("etat" in own and "prefet" in its) or ("prefet" in own and "etat" in its):
        own -= {"etat", "prefet"}
    return bool(own - its)


_AUXILIARY = r"(?:va|vont|a|ont|est|sont|sera|seront|fait|doit|doivent|peut|peuvent|avait|avaient)"
_OPENS = re.compile(rf"^\W*(?P<name>[A-ZÉÈÀÂÎÔÇ][\wÀ-ÿ-]+) (?:{_AUXILIARY}|s'est|n'a|n'est)\b")


def opened_by_another(sentence: str, source: str) -> bool:
    """Whether a sentence opens with a name that its source does not hold: « Mario va demander »."""
    match = _OPENS.search(sentence)
    if match is None:
        return False
    name = fold(match["name"])
    return name not in _NO_NAME and name not in set(re.findall(r"[a-z-]+", fold(source)))


_NO_NAME = frozenset(
    re.findall(
        r"\w+",
        "il elle on ce cela ceci qui rien tout chacun celui celle aucun personne",
    )
)


def _by_others(deed: Deed, its: frozenset[Deed]) -> bool:
    same = {one.agent for one in its if one.verb == deed.verb}
    if not same:
        same = {one.agent for one in its if one.alike & deed.alike}
        return len(same) == 1 and deed.agent not in same
    return deed.agent not in same


@lru_cache(maxsize=4096)
def deeds(text: str) -> frozenset[Deed]:
    """The actions of a plain text whose agent it names."""
    return frozenset((*_active(text), *_passive(text)))


def actors(text: str) -> list[tuple[int, int, str]]:
    """(start, end, one name) of each actor, in order."""
    folded = fold(text)
    found = [
        (m.start(), m.end(), _ALIKE.get(m.group(), m.group())) for m in _ACTOR.finditer(folded)
    ]
    for name, at in bearers(text):
        end = folded.find(name, at) + len(name)
        found.append((at, end, name))
    return sorted(found)


_AGENT_OPENS = re.compile(
    r"(?:^|[.;:()\n|,•]|\b(?:que|qu'|et|mais|dont|ou|selon))\W*(?:(?:le|la|les|l'|un|une|des|ce|cette|m\.|mme|mm\.|monsieur|messieurs|madame|chaque)\W*){0,3}$"
)


def _active(text: str) -> Iterator[Deed]:
    folded = fold(text)
    for start, end, name in _with_pronouns(folded, actors(text)):
        if not _AGENT_OPENS.search(folded[max(0, start - 40) : start]):
            continue
        after = folded[end : end + _REACH]
        for word in _VERB.finditer(after):
            if _BREAK.search(after[: word.start()]):
                break
            verb = word.group()
            if verb in _SMALL:
                continue
            if _finite(verb, after[: word.start()]):
                past = after[word.end() : word.end() + 60]
                if not re.match(r"[^.;:]{0,25}\bpar (?:le |la |l'|les )?", past):
                    yield Deed(root_of(verb), name, related(verb))
                break


def _with_pronouns(
    folded: str, actors: list[tuple[int, int, str]]
) -> Iterator[tuple[int, int, str]]:
    """The actors, and each « il » or « elle » that takes up the one who opened a clause before."""
    last = ""
    places = [(m.start(), m.end(), "") for m in _PRONOUN.finditer(folded)]
    for start, end, name in sorted([*actors, *places]):
        if name:
            if _AGENT_OPENS.search(folded[max(0, start - 40) : start]):
                last = name
            yield start, end, name
        elif last:
            yield start, end, last


_PRONOUN = re.compile(r"\b(?:il|elle)\b(?! (?:est|sera|etait|a ete|s'agit|convient|faut|y a)\b)")
_BEFORE_VERB = re.compile(
    r"\b(?:ne|n'|se|s'|a|ont|est|sont|va|vont|doit|doivent|peut|peuvent|sera|seront|avait|y|en|lui|leur)\W*$"
)
_FINITE = re.compile(
    r"(?:ent|era|eront|erait|ait|aient|it|issent|ient|oit|oivent|e|es|end|ut|urent|a)$"
)


def _finite(word: str, before: str) -> bool:
    """Whether a word behind an agent may be its verb."""
    if _BEFORE_VERB.search(before):
        return True
    return not before.strip() and bool(_FINITE.search(word)) and not _NOUNS.search(word)


_BY = re.compile(
    r"(?P<before>(?:[a-z']+ ){1,4})par (?:le |la |l'|les |un |une |m\. |mme |monsieur |madame )*"
)
_DONE = re.compile(r"\b[a-z]{4,}(?:e|ee|i|ie|u|ue|se|tion|age|ment)s?\b")


def _passive(text: str) -> Iterator[Deed]:
    folded = fold(text)
    starts = {start: name for start, _, name in actors(text)}
    for match in _BY.finditer(folded):
        name = starts.get(match.end())
        if name:
            for word in _DONE.findall(match["before"]):
                yield Deed(root_of(word), name, related(word))
