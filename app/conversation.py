"""A conversation, and how a follow-up becomes a question that stands alone."""

from __future__ import annotations

import re
from dataclasses import dataclass

from app.citations import Answer


@dataclass(frozen=True, slots=True)
class Conversation:
    """What was asked and answered so far, oldest first."""

    turns: tuple[tuple[str, Answer], ...] = ()
    id: str = ""  # of its first answer, in the journal

    def then(self, question: str, answer: Answer) -> Conversation:
        """The conversation with one more turn."""
        return Conversation((*self.turns, (question, answer)), self.id or answer.id)


EMPTY = Conversation()

_LEANS = re.compile(
    r"^\s*(?:et\b|mais\b|alors\b|donc\b|ou\b|sinon\b|qui d'autre|pourquoi\b|comment cela)"
    r"|\b(?:cela|ça|ceux-ci|celui-ci|celle-ci|celles-ci|cette (?:taxe|délibération|décision|mesure"
    r"|aide|subvention|somme)|ce (?:vote|montant|tarif|prix|projet|texte)|ces (?:montants|tarifs)"
    r"|le même|la même|eux)\b|(?<!-)\b(?:elles?|ils?)\b(?!-)",
    re.I,
)
_NAME = re.compile(r"(?<=[a-zà-ÿ,'’ ] |[ld]['’])[A-ZÉÈ][\w-]{3,}")


def context_of(question: str, conversation: Conversation) -> str:
    """The words of earlier questions that a follow-up leans on; empty when it stands alone."""
    if not conversation.turns or not leans(question):
        return ""
    before: list[str] = []
    for text, _ in reversed(conversation.turns):
        before.insert(0, text)
        if not leans(text):
            break
    return " ".join(before)


def leans(question: str) -> bool:
    """Whether a question leans on the one before: it opens so, or is too short to stand."""
    if _LEANS.search(question):
        return True
    words = re.findall(r"\w{4,}", question)
    return len(words) <= 3 and not _NAME.search(question)
