"""What Greffe is not asked for: advice, private lives, small talk. Each gets its own sentence."""

from __future__ import annotations

import re
from collections.abc import Sequence

from app.words import N_
from ingest.records.fold import fold

_ADVICE = re.compile(
    r"\b(?:à votre avis|selon vous|que pensez-vous|pensez-vous|aurait-(?:il|elle|on) dû"
    r"|quel(?:le)? est (?:le |la )?(?:meilleure?|pire|plus (?:beau|belle))"
    r"|devrait-(?:il|elle|on)|est-ce (?:bien|juste)|faut-il voter"
    r"|est-ce que .{1,120}\b(?:est|était) (?:légale?|illégale?|régulière?)"
    r"|était-(?:il|elle) (?:légale?|légal|régulier|régulière|valable|illégale?)"
    r"|est-(?:il|elle) (?:légale?|régulière?|illégale?))\b",
    re.I,
)
_NO_ADVICE = N_(
    "Greffe rapporte ce que disent les actes ; il ne donne ni avis personnel ni conclusion sur la"
    " légalité."
)
_SMALL_TALK = re.compile(
    r"\W*(?:bonjour|bonsoir|salut|coucou|merci|au revoir|bonne journée|ça va|test|ok|\d+)?\W*"
    r"|\W*(?:quelle heure est[- ]il|quel jour (?:sommes[- ]nous|est-on)"
    r"|quel temps (?:fait|fera)\b.*|raconte[- z]*moi\b.*|écris[- ]moi\b.*|traduis\b.*)\W*", re.I,
)  # fmt: skip
_NO_QUESTION = N_(
    "Posez une question sur les actes, par exemple « Quel est le tarif de la cantine en 2024 ? »."
)
# Folded: stems of what belongs to somebody's private life.
_PRIVATE = re.compile(
    r"\b(?:telephone|portable|mail|courriel|adresse|domicile|habite|salaire|gagne|remuneration"
    r"|naissance|nee? (?:le|en)|age|maladie|malade|sante|souffre|religion|epou\w+|marie\w*|enfants?"
    r"|conjoint\w*|opinion|compte bancaire|patrimoine)\b"
)
_OFFICE = r"(?:maire|adjointe?|president\w*|prefete?|directeur|directrice)\b"
_INTIMATE = re.compile(
    rf"\b(?:age|date de naissance|religion|epou\w+|conjoint\w*|enfants|sante|maladie|domicile)\b"
    rf"[^?]{{0,20}}?\b(?:du|de la|de l'|le|la|l') ?{_OFFICE}"
    rf"|\bage a (?:le |la |l'){_OFFICE}"
)
_BIRTH = r"\bnee? (?:le|en|a)\b|\bdate de naissance\b"
_FAMILY = re.compile(r"epou\w+|marie\w*|enfants?|conjoint\w*")
_BESIDE = 60  # characters between somebody's name and what is said of them
_PERSON = re.compile(
    r"\b(?:M\.|MM\.|Mr|Mme|Mlle|Monsieur|Madame)\s+[A-ZÉÈ]\w"
    r"|(?<!^)\b(?!Réseau|Villes?|Fédération|Association|Société|Compagnie|Union|Comité"
    r"|Conseil|Agence|Office|Institut|Musée|Théâtre|Collège|Lycée|Maison|Hôtel|Centre|École"
    r"|Ecole|Salle|Foyer|Espace|Place|Rue|Parc|Saint|Pôle)"
    r"[A-ZÉÈ][a-zéèêëîïôç]+(?:-[A-ZÉÈ][a-zéèêëîïôç]+)? (?:[A-ZÉÈ][a-zéèêëîïôç-]+|[A-ZÉÈ]{3,})\b"
)
_NO_PRIVATE_LIFE = N_(
    "Greffe ne renseigne pas sur la vie privée des personnes ; les actes trouvés n'en disent rien."
)


def outside(question: str) -> str:
    """The French sentence for a question that no record answers; "" for any other."""
    if _ADVICE.search(question):
        return _NO_ADVICE
    return _NO_QUESTION if _SMALL_TALK.fullmatch(question) else ""


def private(question: str, quoted: Sequence[str]) -> str:
    """The French sentence for a question on somebody's private life; "" for any other.

    What a published act says in so many words may be quoted: then the thing asked stands in it.
    """
    folded = fold(question)
    asked = _PRIVATE.search(folded)
    if asked is None or not (_names_one(question, asked[0]) or _INTIMATE.search(folded)):
        return ""
    said = _BIRTH if asked[0] == "naissance" else rf"\b{asked[0]}\b"
    if _FAMILY.fullmatch(asked[0]):  # an act that names somebody may speak of others' children
        name = re.escape((fold(_named(question)).split() or ["maire"])[-1])
        said = rf"{said}.{{0,{_BESIDE}}}\b{name}\b|\b{name}\b.{{0,{_BESIDE}}}{said}"
    told = any(re.search(said, fold(text), re.S) for text in quoted)
    return "" if told else _NO_PRIVATE_LIFE


def _names_one(question: str, asked: str) -> bool:
    """Whether somebody is named, otherwise than by what is asked: « Villes Santé » is nobody."""
    named = _named(question)
    return bool(named) and asked not in fold(named).split()


def names_somebody(text: str) -> bool:
    """Whether a text holds what looks like the name of a person."""
    return bool(_named(text))


def _named(text: str) -> str:
    found = _PERSON.search(text)
    return found[0] if found else ""
