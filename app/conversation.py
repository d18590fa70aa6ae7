"""A conversation, and how a follow-up becomes a question that stands alone."""

from __future__ import annotations

import re
from dataclasses import dataclass

from app.citations import Answer
from app.follow_up import NextTo, in_full, last_of
from app.kinds import plainly
from vectorstore.retriever import Query


@dataclass(frozen=True, slots=True)
class Conversation:
    """What was asked and answered so far, oldest first."""

    turns: tuple[tuple[str, Answer], ...] = ()
    id: str = ""  # of its first answer, in the journal

    def then(self, question: str, answer: Answer) -> Conversation:
        """The conversation with one more turn."""
        return Conversation((*self.turns, (question, answer)), self.id or answer.id)

    def before_last(self) -> Conversation:
        """The conversation as it was before its last turn."""
        return Conversation(self.turns[:-1], self.id)


EMPTY = Conversation()

_CONTEXT = 2000  # characters, the last ones
_LEANS = re.compile(
    r"^\s*(?:et\b|mais\b|alors\b|donc\b|ou\b|sinon\b|qui d'autre|pourquoi\b|comment cela)"
    r"|\b(?:cela|ça|ceux-ci|celui-ci|celle-ci|celles-ci|cette (?:taxe|délibération|décision|mesure"
    r"|aide|subvention|somme)|ce (?:vote|montant|tarif|prix|projet|texte)|ces (?:montants|tarifs)"
    r"|le même|la même|eux)\b|(?<!-)\b(?:elles?|ils?)\b(?!-)",
    re.I,
)
_NAME = re.compile(r"(?<=[a-zà-ÿ,'’ ] |[ld]['’])[A-ZÉÈ][\w-]{3,}")


def alone(question: str, conversation: Conversation, next_to: NextTo) -> Query:
    """The question with what it leans on: put in full where that leaves no doubt.

    « L'article suivant » stands after the one that was asked for, else after the one cited.
    """
    last = conversation.turns[-1][1] if conversation.turns else None
    cited = last.citations if last else ()
    label = cited[0].label if cited and cited[0].article_id else ""

    def beside(asked: str, steps: int) -> str:
        return next_to(asked, steps) or next_to(label, steps)

    context = context_of(question, conversation, beside)
    if not context:
        return Query(plainly(question))
    before = frozenset(int(one.record_id) for one in cited if one.record_id)
    if (full := in_full(question, context, beside)) != question:
        rest, text = last_of(full)
        return Query(plainly(text), rest, before)
    if last and last.status == "not_in_records" and context == conversation.turns[-1][0]:
        return Query(f"{context} {question}")  # nothing was found that it could lean on
    return Query(question, context, before)


def context_of(
    question: str, conversation: Conversation, next_to: NextTo = lambda question, steps: ""
) -> str:
    """The words of earlier questions that a follow-up leans on; empty when it stands alone.

    `next_to`: as `follow_up.in_full` has it.
    """
    if not conversation.turns or not leans(question):
        return ""
    before: list[str] = []
    for text, _ in reversed(conversation.turns):
        before.insert(0, text)
        if not leans(text):
            break
    context = ""
    for text in before:
        full = in_full(text, context, next_to)
        context = full if full != text else f"{context} {text}".strip()
        context = context[-_CONTEXT:]
    return context


def leans(question: str) -> bool:
    """Whether a question leans on the one before: it opens so, or is too short to stand."""
    if _LEANS.search(question):
        return True
    words = re.findall(r"\w{4,}", question)
    return len(words) <= 3 and not _NAME.search(question)
